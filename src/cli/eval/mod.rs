//! `dateline eval`: scores against annotated corpora. Finds and reads the files; the measures are
//! [`crate::evaluate`]'s.

mod timelines;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::shared::ExtractArgs;
use crate::evaluate::{self, Document, Error, Prediction, Report, Scores};
use crate::pipeline::Settings;

/// Score against annotated corpora
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Annotated documents: JSON lines (.jsonl), TimeML (.tml), or folders of them
    #[arg(required_unless_present = "timelines", value_name = "GOLD")]
    gold: Vec<PathBuf>,
    /// Score the days that matter instead: a folder of topics, each with articles.jsonl and timelines.jsonl
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["gold", "errors", "predictions", "half"])]
    timelines: Option<PathBuf>,
    /// List the errors by kind, with N examples of each
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "5")]
    errors: Option<usize>,
    /// Write what the system said, one JSON document a line
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Write the figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Score every second document only: a, the first, third, ...; b, the others
    #[arg(long, value_enum)]
    half: Option<Half>,
    #[command(flatten)]
    extract: ExtractArgs,
}

/// Which documents of a corpus are scored, by their place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Half {
    A,
    B,
}

/// Documents that are scored together.
struct Corpus {
    name: String,
    documents: Vec<Document>,
}

/// A corpus with the system's answers.
struct Scored {
    name: String,
    scores: Scores,
    predictions: Vec<Prediction>,
    errors: Vec<Error>,
}

/// Runs the command.
pub fn run(args: &EvalArgs) -> ExitCode {
    match evaluate(args) {
        Ok(report) => super::print(&report),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidInput) => {
            super::failed(super::USAGE, &error)
        }
        Err(error) => super::failed(super::FAILED, &error),
    }
}

/// Scores, writes the files that are asked for, and gives what is to be printed.
fn evaluate(args: &EvalArgs) -> io::Result<String> {
    let mut settings = Settings::default();
    args.extract.apply(&mut settings);
    if let Some(folder) = &args.timelines {
        let report = timelines::score(folder, &settings)?;
        write_json(args, &report)?;
        return Ok(report.to_string());
    }

    let corpora = read_corpora(&args.gold)?;
    let scored: Vec<Scored> = corpora.into_iter().map(|corpus| corpus.half(args.half).score(&settings)).collect();
    let figures: Vec<_> = scored.iter().map(|corpus| (corpus.name.clone(), corpus.scores.clone())).collect();
    let report = Report::new(&figures);

    if let Some(path) = &args.predictions {
        let said = scored.iter().flat_map(|corpus| &corpus.predictions);
        let lines = said.map(|prediction| Ok(serde_json::to_string(prediction)? + "\n"));
        write(path, &lines.collect::<io::Result<String>>()?)?;
    }
    write_json(args, &report)?;
    let mut printed = report.to_string();
    for corpus in &scored {
        if let Some(examples) = args.errors {
            let list = evaluate::list_errors(&corpus.errors, examples);
            printed += &format!("Errors in {}\n{list}\n", corpus.name);
        }
    }
    Ok(printed)
}

impl Corpus {
    /// The wanted half of it, named so that no report hides that it is one.
    fn half(self, half: Option<Half>) -> Self {
        let (rest, letter) = match half {
            None => return self,
            Some(Half::A) => (0, "a"),
            Some(Half::B) => (1, "b"),
        };
        let kept = self.documents.into_iter().enumerate().filter(|(index, _)| index % 2 == rest);
        Self { name: format!("{} (half {letter})", self.name), documents: kept.map(|(_, document)| document).collect() }
    }

    fn score(self, settings: &Settings) -> Scored {
        let mut scored =
            Scored { name: self.name, scores: Scores::default(), predictions: Vec::new(), errors: Vec::new() };
        for document in &self.documents {
            let prediction = evaluate::predict(document, settings);
            let alignment = prediction.align(document);
            scored.scores += Scores::of(document, &prediction, &alignment);
            scored.errors.extend(evaluate::errors(document, &prediction, &alignment));
            scored.predictions.push(prediction);
        }
        scored
    }
}

/// Reads the corpora in the files and folders, in their order; in folders by name.
fn read_corpora(paths: &[PathBuf]) -> io::Result<Vec<Corpus>> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| at(path, &error))?;
        let before = files.len();
        if metadata.is_dir() {
            gold_files(path, &mut files)?
        } else {
            files.push(path.clone())
        }
        if files.len() == before {
            return Err(io::Error::new(ErrorKind::NotFound, format!("{}: no .jsonl or .tml in it", path.display())));
        }
    }
    let mut corpora: Vec<Corpus> = Vec::new();
    let mut last_folder = None;
    for file in &files {
        let text = fs::read_to_string(file).map_err(|error| at(file, &error))?;
        let folder = is(file, "tml").then(|| file.parent().unwrap_or(Path::new("")));
        let documents = read_documents(file, &text)?;
        // A TimeML file is one document: those of a folder make a corpus.
        match corpora.last_mut().filter(|_| folder.is_some() && folder == last_folder) {
            Some(corpus) => corpus.documents.extend(documents),
            None => corpora.push(Corpus { name: name(folder.unwrap_or(file)), documents }),
        }
        last_folder = folder;
    }
    Ok(corpora)
}

fn read_documents(file: &Path, text: &str) -> io::Result<Vec<Document>> {
    let invalid = |error| io::Error::new(ErrorKind::InvalidData, format!("{}: {error}", file.display()));
    if is(file, "tml") {
        Ok(vec![Document::read_timeml(text, &name(file)).map_err(invalid)?])
    } else if is(file, "jsonl") {
        Document::read_jsonl(text).map_err(invalid)
    } else {
        let message = format!("{}: neither .jsonl nor .tml, so its format is not known", file.display());
        Err(io::Error::new(ErrorKind::InvalidInput, message))
    }
}

/// Adds the gold files in a folder and in the folders in it, by name. Links to folders are not followed.
fn gold_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| at(folder, &error))?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().map_err(|error| at(&path, &error))?.is_dir() {
            gold_files(&path, files)?;
        } else if is(&path, "jsonl") || is(&path, "tml") {
            files.push(path);
        }
    }
    Ok(())
}

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own == extension)
}

/// What a file or folder is called in a report.
fn name(path: &Path) -> String {
    path.file_stem().map_or_else(|| ".".into(), |name| name.display().to_string())
}

fn write_json(args: &EvalArgs, report: &impl Serialize) -> io::Result<()> {
    args.json.as_ref().map_or(Ok(()), |path| write(path, &(serde_json::to_string_pretty(report)? + "\n")))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text).map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
