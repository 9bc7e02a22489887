//! `dateline extract`: articles from files or standard input to events, without Kafka.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::articles::ArticleArgs;
use super::explain;
use super::table::{Look, Table};
use crate::article::Article;
use crate::pipeline::{self, Settings};
use crate::record::Warning;
use crate::record::export::{Csv, Export, ICalendar, JsonLines, TimelineJs, VisTimeline, timeml};

/// Finds the dated statements of articles
///
/// Reads messages in any of the input formats, JSON one a line or one in a file, or plain text (which needs
/// --published), from files or from standard input.
/// Exits with 3 when some of the input was rejected; each rejection is told on standard error.
#[derive(Debug, Args)]
pub struct Extract {
    #[command(flatten)]
    articles: ArticleArgs,
    /// What to write [default: a table on a terminal, else jsonl]
    #[arg(long, value_enum)]
    format: Option<OutputFormat>,
    /// Tell what was recognised, by which rule, and how its value came about
    #[arg(long, conflicts_with = "format")]
    explain: bool,
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

/// What the articles turn into, written as they come.
enum Output {
    Events(Box<dyn Export>),
    Table(Table<io::StdoutLock<'static>>),
    Timeml(io::StdoutLock<'static>),
    Explain(io::StdoutLock<'static>),
}

/// Runs the command.
pub fn run(command: &Extract) -> ExitCode {
    command.articles.run(|settings| {
        let mut output = Output::new(command)?;
        let tally = command.articles.each(&settings.input, |article| output.article(article, settings))?;
        output.finish(tally.articles)?;
        Ok(tally)
    })
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
                let look = Look::of(&out);
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

    /// Writes an article and gives its warnings.
    fn article(&mut self, article: &Article, settings: &Settings) -> io::Result<Vec<Warning>> {
        let processed = pipeline::process_article(article, settings);
        match self {
            Self::Events(export) => processed.events.iter().try_for_each(|record| export.event(record))?,
            Self::Table(table) => table.article(article, &processed.events)?,
            Self::Timeml(out) => timeml::write(article, &pipeline::extract(article, settings), out)?,
            Self::Explain(out) => explain::write(article, &pipeline::extract(article, settings), out)?,
        }
        Ok(processed.warnings)
    }

    fn finish(&mut self, articles: usize) -> io::Result<()> {
        match self {
            Self::Events(export) => export.finish(),
            Self::Table(table) => table.finish(articles),
            Self::Timeml(out) | Self::Explain(out) => out.flush(),
        }
    }
}
