//! `dateline eval`: scores against annotated corpora. Finds and reads the files; the measures are
//! [`crate::evaluate`]'s.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::shared::ExtractArgs;
use crate::evaluate::{self, Document, Error, Prediction, Report, Scores};
use crate::pipeline::Settings;

/// Score against annotated corpora
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Annotated documents: JSON lines (.jsonl), TimeML (.tml), or folders of them
    #[arg(required = true, value_name = "GOLD")]
    gold: Vec<PathBuf>,
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
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do where even the error cannot be told.
            let _ = writeln!(io::stderr(), "dateline eval: {error}");
            ExitCode::FAILURE
        }
    }
}

fn evaluate(args: &EvalArgs) -> io::Result<()> {
    let mut settings = Settings::default();
    args.extract.apply(&mut settings);

    let corpora = read_corpora(&args.gold)?;
    let scored: Vec<Scored> = corpora.into_iter().map(|corpus| corpus.half(args.half).score(&settings)).collect();
    let figures: Vec<_> = scored.iter().map(|corpus| (corpus.name.clone(), corpus.scores)).collect();
    let report = Report::new(&figures);

    if let Some(path) = &args.predictions {
        let lines = scored.iter().flat_map(|corpus| &corpus.predictions).map(serde_json::to_string);
        write(path, &(lines.collect::<Result<Vec<_>, _>>()?.join("\n") + "\n"))?;
    }
    if let Some(path) = &args.json {
        write(path, &(serde_json::to_string_pretty(&report)? + "\n"))?;
    }
    let mut out = io::stdout().lock();
    write!(out, "{report}")?;
    for corpus in &scored {
        if let Some(examples) = args.errors {
            writeln!(out, "Errors in {}\n{}", corpus.name, evaluate::list_errors(&corpus.errors, examples))?;
        }
    }
    out.flush()
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

fn read_corpora(paths: &[PathBuf]) -> io::Result<Vec<Corpus>> {
    paths
        .iter()
        .map(|path| {
            let documents = Document::read_jsonl(&read(path)?).map_err(|error| invalid(path, error))?;
            Ok(Corpus { name: path.file_stem().unwrap_or_default().display().to_string(), documents })
        })
        .collect()
}

fn read(path: &Path) -> io::Result<String> {
    fs::read_to_string(path).map_err(|error| at(path, error))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text).map_err(|error| at(path, error))
}

fn at(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn invalid(path: &Path, error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
}
