//! `dateline timeline`: the key days of a story that many articles report, without Kafka.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use comfy_table::Cell;
use serde::Serialize;

use super::articles::{ArticleArgs, Tally};
use super::shared::WeightArgs;
use super::table::{Layout, one_line};
use super::{FAILED, failed, written};
use crate::pipeline::{self, Settings};
use crate::record::EventRecord;
use crate::store::query::Filters;
use crate::store::{self, Store};
use crate::timeline::{Entry, Mention, Query, story};

/// Finds the key days of a story that many articles report, with one line each
///
/// Reads articles as `extract` does, or the timeline of `dateline serve`, even while that is running. Exits with 3 if
/// some of the input was rejected; each rejection is reported on standard error.
#[derive(Debug, Args)]
pub struct TimelineArgs {
    /// Only statements that contain all of these words, the last one as a prefix; `"a phrase"`, `one OR another` and
    /// `-without` as well
    #[arg(long, value_name = "WORDS")]
    query: Option<String>,
    /// The most days
    #[arg(long, value_name = "N", default_value_t = 10)]
    days: usize,
    /// The output format [default: a table on a terminal, otherwise jsonl]
    #[arg(long, value_enum)]
    format: Option<OutputFormat>,
    /// The database of `dateline serve`, instead of articles
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "input_format", "published", "config", "topic", "key", "headers", "genre", "language", "timezone"])]
    database: Option<PathBuf>,
    #[command(flatten)]
    weight: WeightArgs,
    #[command(flatten)]
    articles: ArticleArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For people, in the order of time
    Table,
    /// One day per line, the most important first
    Jsonl,
}

/// A key day.
struct Day {
    day: NaiveDate,
    score: f64,
    summary: String,
    /// How many events report what is said about it.
    mentions: usize,
}

impl Day {
    fn of(day: NaiveDate, score: f64, summary: String, best: Option<&Entry>) -> Self {
        Self { day, score, summary, mentions: best.map_or(0, |entry| entry.events.len()) }
    }
}

/// A line of JSON.
#[derive(Serialize)]
struct Line<'d> {
    day: String,
    score: f64,
    summary: &'d str,
}

/// Runs the command.
pub fn run(args: &TimelineArgs) -> ExitCode {
    if let Some(path) = &args.database {
        return match from_database(args, path) {
            Ok((days, articles)) => written(write(args, days, articles)),
            Err(error) => failed(FAILED, &error),
        };
    }
    args.articles.run(|settings| {
        let (mentions, tally) = from_articles(args, settings)?;
        write(args, key_days(args, &mentions), tally.articles)?;
        Ok(tally)
    })
}

/// Returns the mentions in the articles that match the query and weigh enough.
fn from_articles(args: &TimelineArgs, settings: &Settings) -> io::Result<(Vec<Mention>, Tally)> {
    let query = args.query.as_deref().map(Query::new).unwrap_or_default();
    let mut mentions = Vec::new();
    let tally = args.articles.for_each(&settings.input, |article| {
        let processed = pipeline::process_article(article, settings);
        let wanted = |record: &&EventRecord| record.weight >= args.weight.min_weight && query.matches(record);
        mentions.extend(processed.events.iter().filter(wanted).filter_map(Mention::of));
        Ok(processed.warnings)
    })?;
    Ok((mentions, tally))
}

/// Returns the key days of a timeline, and how many articles it has.
fn from_database(args: &TimelineArgs, path: &Path) -> Result<(Vec<Day>, usize), store::Error> {
    let store = Store::snapshot(path)?;
    let search = Filters::search(args.query.as_deref().unwrap_or_default());
    let filters = Filters { weight: args.weight.min_weight, ..search };
    Ok((key_days(args, &store.matching_mentions(&filters)?), store.totals()?.articles))
}

/// Returns the key days of what mentions report.
fn key_days(args: &TimelineArgs, mentions: &[Mention]) -> Vec<Day> {
    let days = story(mentions, args.days).into_iter();
    days.map(|it| Day::of(it.day, it.score, it.summary, it.entries.first())).collect()
}

fn write(args: &TimelineArgs, days: Vec<Day>, articles: usize) -> io::Result<()> {
    let out = io::stdout().lock();
    let default = if out.is_terminal() { OutputFormat::Table } else { OutputFormat::Jsonl };
    match args.format.unwrap_or(default) {
        OutputFormat::Table => write_table(days, articles, out),
        OutputFormat::Jsonl => write_lines(&days, out),
    }
}

fn write_lines(days: &[Day], mut out: impl Write) -> io::Result<()> {
    for Day { day, score, summary, .. } in days {
        // More digits would suggest more precision than there is.
        let line = Line { day: day.to_string(), score: (score * 1e4).round() / 1e4, summary };
        writeln!(out, "{}", serde_json::to_string(&line)?)?;
    }
    out.flush()
}

fn write_table(mut days: Vec<Day>, articles: usize, mut out: impl Write + IsTerminal) -> io::Result<()> {
    if days.is_empty() {
        writeln!(out, "No key days found in {articles} articles.")?;
        return out.flush();
    }
    days.sort_by_key(|day| day.day);
    let mut table = Layout::of(&out).table();
    table.set_header(["Day", "Score", "What happened", "Mentions"]);
    for Day { day, score, summary, mentions } in &days {
        let (day, score) = (Cell::new(day), Cell::new(format!("{score:.2}")));
        table.add_row([day, score, Cell::new(one_line(summary)), Cell::new(mentions)]);
    }
    writeln!(out, "{}", table.trim_fmt())?;
    out.flush()
}
