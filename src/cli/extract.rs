//! `dateline extract`: articles from files or standard input to events, without Kafka.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::articles::ArticleArgs;
use super::explain;
use super::shared::WeightArgs;
use super::table::{Layout, Table};
use crate::article::Article;
use crate::pipeline::{self, Settings};
use crate::record::Warning;
use crate::record::export::{Csv, Export, ICalendar, JsonLines, TimelineJs, VisTimeline, timeml};

/// Reads articles or plain text and prints their events
///
/// Reads messages in any input format, JSON one per line or one per file, or plain text (which needs --published), from
/// files or from standard input. Exits with 3 if some of the input was rejected; each rejection is reported on standard
/// error.
#[derive(Debug, Args)]
pub struct Extract {
    #[command(flatten)]
    articles: ArticleArgs,
    /// The output format [default: a table on a terminal, otherwise jsonl]
    #[arg(long, value_enum)]
    format: Option<OutputFormat>,
    /// Show what was recognised, by which rule, and how each value was computed
    #[arg(long, conflicts_with_all = ["format", "min_weight"])]
    explain: bool,
    #[command(flatten)]
    weight: WeightArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OutputFormat {
    /// For people
    Table,
    /// Event records, one per line
    Jsonl,
    /// TimeML with TIMEX3, one document per article
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

/// The output, written as articles are read.
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
        let tally = command
            .articles
            .for_each(&settings.input, |article| output.article(article, settings, command.weight.min_weight))?;
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
        let default = if out.is_terminal() { OutputFormat::Table } else { OutputFormat::Jsonl };
        Ok(match command.format.unwrap_or(default) {
            OutputFormat::Table => {
                let layout = Layout::of(&out);
                Self::Table(Table::new(out, layout))
            }
            OutputFormat::Timeml => Self::Timeml(out),
            OutputFormat::Jsonl => Self::Events(Box::new(JsonLines::new(out))),
            OutputFormat::Timelinejs => Self::Events(Box::new(TimelineJs::new(out)?)),
            OutputFormat::Vis => Self::Events(Box::new(VisTimeline::new(out)?)),
            OutputFormat::Csv => Self::Events(Box::new(Csv::new(out)?)),
            OutputFormat::Ics => Self::Events(Box::new(ICalendar::new(out)?)),
        })
    }

    /// Writes an article without the events of a lower weight, and returns its warnings.
    fn article(&mut self, article: &Article, settings: &Settings, min_weight: f32) -> io::Result<Vec<Warning>> {
        let mut processed = pipeline::process_article(article, settings);
        processed.events.retain(|event| event.weight >= min_weight);
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
