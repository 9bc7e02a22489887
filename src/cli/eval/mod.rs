//! `dateline eval`: scores against annotated corpora. Finds and reads the files; the measures are in
//! [`crate::evaluate`].

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

/// Scores the extraction against annotated corpora
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Annotated documents: JSON lines (.jsonl), TimeML (.tml), or folders of them
    #[arg(required_unless_present = "timelines", value_name = "GOLD")]
    gold: Vec<PathBuf>,
    /// Score key days instead: a folder of topics, each with articles.jsonl and timelines.jsonl
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["gold", "errors", "predictions", "half"])]
    timelines: Option<PathBuf>,
    /// List the errors by kind, with N examples of each
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "5")]
    errors: Option<usize>,
    /// Write the predictions, one JSON document per line
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Write the scores as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Score only every second document: a is the first, third, ...; b the others
    #[arg(long, value_enum)]
    half: Option<Half>,
    #[command(flatten)]
    extract: ExtractArgs,
}

/// Which documents of a corpus are scored, by their position in it.
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

/// A corpus with the predictions for it.
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

/// Scores the corpora, writes the requested files, and returns the report.
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
        let predictions = scored.iter().flat_map(|corpus| &corpus.predictions);
        let lines = predictions.map(|prediction| Ok(serde_json::to_string(prediction)? + "\n"));
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
    /// Returns the requested half, named so that every report shows that it is only a half.
    fn half(self, half: Option<Half>) -> Self {
        let (remainder, letter) = match half {
            None => return self,
            Some(Half::A) => (0, "a"),
            Some(Half::B) => (1, "b"),
        };
        let kept = self.documents.into_iter().enumerate().filter(|(index, _)| index % 2 == remainder);
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

/// Reads the corpora in the files and folders, in the given order; within folders, sorted by name.
fn read_corpora(paths: &[PathBuf]) -> io::Result<Vec<Corpus>> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| with_path(path, &error))?;
        let before = files.len();
        if metadata.is_dir() {
            gold_files(path, &mut files)?
        } else {
            files.push(path.clone())
        }
        if files.len() == before {
            return Err(io::Error::new(ErrorKind::NotFound, format!("{}: contains no .jsonl or .tml", path.display())));
        }
    }
    let mut corpora: Vec<Corpus> = Vec::new();
    let mut last_folder = None;
    for file in &files {
        let text = fs::read_to_string(file).map_err(|error| with_path(file, &error))?;
        let folder = has_extension(file, "tml").then(|| file.parent().unwrap_or(Path::new("")));
        let documents = read_documents(file, &text)?;
        // A TimeML file is one document: those of a folder form a corpus.
        match corpora.last_mut().filter(|_| folder.is_some() && folder == last_folder) {
            Some(corpus) => corpus.documents.extend(documents),
            None => corpora.push(Corpus { name: stem(folder.unwrap_or(file)), documents }),
        }
        last_folder = folder;
    }
    Ok(corpora)
}

fn read_documents(file: &Path, text: &str) -> io::Result<Vec<Document>> {
    let invalid = |error| io::Error::new(ErrorKind::InvalidData, format!("{}: {error}", file.display()));
    if has_extension(file, "tml") {
        Ok(vec![Document::read_timeml(text, &stem(file)).map_err(invalid)?])
    } else if has_extension(file, "jsonl") {
        Document::read_jsonl(text).map_err(invalid)
    } else {
        let message = format!("{}: neither .jsonl nor .tml, so its format is unknown", file.display());
        Err(io::Error::new(ErrorKind::InvalidInput, message))
    }
}

/// Adds the gold files in a folder and its subfolders, sorted by name. Links to folders are not followed.
fn gold_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| with_path(folder, &error))?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().map_err(|error| with_path(&path, &error))?.is_dir() {
            gold_files(&path, files)?;
        } else if has_extension(&path, "jsonl") || has_extension(&path, "tml") {
            files.push(path);
        }
    }
    Ok(())
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// Returns the name of a file or folder in reports.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| ".".into(), |stem| stem.display().to_string())
}

fn write_json(args: &EvalArgs, report: &impl Serialize) -> io::Result<()> {
    args.json.as_ref().map_or(Ok(()), |path| write(path, &(serde_json::to_string_pretty(report)? + "\n")))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text).map_err(|error| with_path(path, &error))
}

fn with_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
