//! `dateline extract`: articles from files or standard input to events, without Kafka.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::explain;
use super::input::{Content, Document, Input, open};
use super::shared::{ExtractArgs, InputFormat};
use super::table::{Look, Table};
use crate::article::{self, Article, Format, Item, Message, Published};
use crate::error::{Error, Warning};
use crate::pipeline::{self, Settings};
use crate::record::export::{Csv, Export, ICalendar, JsonLines, TimelineJs, VisTimeline, timeml};

/// Finds the dated statements of articles
///
/// Reads messages in any of the input formats, JSON one a line or one in a file, or plain text (which needs
/// --published), from files or from standard input.
/// Exits with 3 when some of the input was rejected; each rejection is told on standard error.
#[derive(Debug, Args)]
pub struct Extract {
    /// What to read; `-` or nothing is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What to write [default: a table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<OutputFormat>,
    /// What the input is, where it is not to be told message by message
    #[arg(long, value_enum, default_value = "auto", value_name = "FORMAT")]
    input_format: InputFormat,
    /// The publication time of input that tells none, such as 2019-05-03T18:35:00+01:00
    #[arg(long, value_name = "TIME")]
    published: Option<String>,
    /// Tell what was recognised, by which rule, and how its value came about
    #[arg(long, conflicts_with = "format")]
    explain: bool,
    #[command(flatten)]
    shared: ExtractArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OutputFormat {
    /// For people
    Table,
    /// Event records, one a line
    Jsonl,
    /// TimeML with TIMEX3, one document an article
    Timeml,
    /// TimelineJS 3
    Timelinejs,
    /// vis-timeline
    Vis,
    /// Comma-separated values
    Csv,
    /// iCalendar
    Ics,
}

/// How wide a table is where there is no terminal to tell, in letters.
const FILE_WIDTH: u16 = 120;

/// What the articles turn into, written as they come.
enum Output {
    Events(Box<dyn Export>),
    Table(Table<io::StdoutLock<'static>>),
    Timeml(io::StdoutLock<'static>),
    Explain(io::StdoutLock<'static>),
}

/// How the input fared so far.
#[derive(Default)]
struct Tally {
    articles: usize,
    rejected: bool,
    failed: bool,
}

/// Runs the command.
pub fn run(command: &Extract) -> ExitCode {
    let settings = match settings(command) {
        Ok(settings) => settings,
        Err(error) => {
            tell(format_args!("error: --published: {error}"));
            return ExitCode::from(2);
        }
    };
    match extract(command, &settings) {
        Ok(Tally { failed: true, .. }) => ExitCode::FAILURE,
        Ok(Tally { rejected: true, .. }) => ExitCode::from(3),
        Ok(_) => ExitCode::SUCCESS,
        // Who reads has seen enough, as in `dateline extract … | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            tell(format_args!("error: cannot write: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn settings(command: &Extract) -> Result<Settings, Error> {
    let mut settings = Settings::default();
    command.shared.apply(&mut settings);
    settings.input.format = command.input_format.0;
    if let Some(text) = &command.published {
        settings.input.published = Some(Published::parse(text, settings.input.timezone)?);
    }
    Ok(settings)
}

/// Goes through all input. Errors are those of writing; what cannot be read is told and tallied.
fn extract(command: &Extract, settings: &Settings) -> io::Result<Tally> {
    let mut output = Output::new(command)?;
    let mut tally = Tally::default();
    let standard_input = [PathBuf::from("-")];
    let files = if command.files.is_empty() { &standard_input } else { command.files.as_slice() };
    for path in files {
        extract_file(path, settings, &mut output, &mut tally)?;
    }
    output.finish(tally.articles)?;
    Ok(tally)
}

fn extract_file(path: &Path, settings: &Settings, output: &mut Output, tally: &mut Tally) -> io::Result<()> {
    let name = if path.as_os_str() == "-" { "stdin".into() } else { path.to_string_lossy() };
    let mut failed = |error: io::Error| {
        tell(format_args!("error: cannot read {name}: {error}"));
        tally.failed = true;
        Ok(())
    };
    let mut input = match open(path) {
        Ok(reader) if settings.input.format == Some(Format::Text) => Input::whole(reader, settings.input.max_bytes),
        Ok(reader) => Input::new(reader, settings.input.max_bytes),
        Err(error) => return failed(error),
    };
    loop {
        let document = match input.next() {
            Ok(Some(document)) => document,
            Ok(None) => return Ok(()),
            Err(error) => return failed(error),
        };
        for item in read(&document, &settings.input) {
            match item {
                Ok(Item::Article(article)) => {
                    tally.articles += 1;
                    for warning in output.article(&article, settings)? {
                        tell(format_args!("{name}:{}: warning: {warning}", document.line));
                    }
                }
                Ok(Item::Withdrawn(_, passed) | Item::Skipped(passed)) => {
                    let Warning { code, message } = passed.reason;
                    tell(format_args!("{name}:{}: passed over: {code}: {}: {message}", document.line, passed.id));
                }
                Ok(Item::Broken { error, .. }) | Err(error) => {
                    tell(format_args!("{name}:{}: {}: {error}", document.line, error.code()));
                    tally.rejected = true;
                }
            }
        }
    }
}

/// The items of a document, or why there are none.
fn read(document: &Document, settings: &article::Settings) -> Vec<Result<Item, Error>> {
    let text = || article::Settings { format: Some(Format::Text), ..settings.clone() };
    let found = match &document.content {
        Content::Message(bytes) => article::read(&Message::bare(bytes), settings),
        Content::Plain(bytes) => article::read(&Message::bare(bytes), &text()),
    };
    found.map_or_else(|error| vec![Err(error)], |items| items.into_iter().map(Ok).collect())
}

/// Writes to standard error; where that is closed there is nobody to tell.
fn tell(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}

impl Output {
    fn new(command: &Extract) -> io::Result<Self> {
        let out = io::stdout().lock();
        if command.explain {
            return Ok(Self::Explain(out));
        }
        let usual = if out.is_terminal() { OutputFormat::Table } else { OutputFormat::Jsonl };
        Ok(match command.format.unwrap_or(usual) {
            OutputFormat::Table => {
                let look = if out.is_terminal() { Look::Terminal } else { Look::Plain(FILE_WIDTH) };
                Self::Table(Table::new(out, look))
            }
            OutputFormat::Timeml => Self::Timeml(out),
            OutputFormat::Jsonl => Self::Events(Box::new(JsonLines::new(out))),
            OutputFormat::Timelinejs => Self::Events(Box::new(TimelineJs::new(out)?)),
            OutputFormat::Vis => Self::Events(Box::new(VisTimeline::new(out)?)),
            OutputFormat::Csv => Self::Events(Box::new(Csv::new(out)?)),
            OutputFormat::Ics => Self::Events(Box::new(ICalendar::new(out)?)),
        })
    }

    /// Writes an article and gives its warnings, as `code: message`.
    fn article(&mut self, article: &Article, settings: &Settings) -> io::Result<Vec<String>> {
        let processed = pipeline::process_article(article, settings);
        match self {
            Self::Events(export) => processed.events.iter().try_for_each(|record| export.event(record))?,
            Self::Table(table) => table.article(article, &processed.events)?,
            Self::Timeml(out) => timeml::write(article, &pipeline::extract(article, settings), out)?,
            Self::Explain(out) => explain::write(article, &pipeline::extract(article, settings), out)?,
        }
        Ok(processed.warnings.iter().map(|warning| format!("{}: {}", warning.code, warning.message)).collect())
    }

    fn finish(&mut self, articles: usize) -> io::Result<()> {
        match self {
            Self::Events(export) => export.finish(),
            Self::Table(table) => table.finish(articles),
            Self::Timeml(out) | Self::Explain(out) => out.flush(),
        }
    }
}
