//! `dateline backfill`: a bounded replay of the input topic. Flags, questions, progress and the report; the work is
//! [`crate::stream::backfill`]'s.

mod show;
mod stretch;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};

use self::show::{Watch, plan, report};
use super::kafka::KafkaArgs;
use super::service::serve;
use super::{FAILED, REJECTED, USAGE, failed};
use crate::config::Settings;
use crate::stream::Control;
use crate::stream::backfill::{Destination, Prepared, Report, Request, prepare};
use crate::telemetry::start_log;

/// Reads a stretch of the input topic once, publishes its events, and ends.
///
/// It is its own consumer group, and can run beside the live worker. What it publishes replaces records of equal ids.
/// Stopped or killed, the same command goes on where it was.
///
/// Where the stretch begins must be told: --from, --from-offset or --earliest. It ends at the end that the topic has
/// when the command starts, unless --to or --to-offset says otherwise.
#[derive(Debug, Args)]
pub struct BackfillArgs {
    /// Where it begins: a time (RFC 3339), a date, or what counts from today, such as "7 days ago"
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from_offset", "earliest"])]
    from: Option<String>,
    /// Where it ends, excluded
    #[arg(long, value_name = "TIME", conflicts_with_all = ["to_offset", "latest"])]
    to: Option<String>,
    /// Where it begins, as offsets of partitions; others are not read
    #[arg(long, value_name = "P:OFFSET[,…]", conflicts_with = "earliest")]
    from_offset: Option<String>,
    /// Where it ends, excluded, as offsets of partitions; others are not read
    #[arg(long, value_name = "P:OFFSET[,…]", conflicts_with = "latest")]
    to_offset: Option<String>,
    /// Begin with the first article that the brokers have
    #[arg(long)]
    earliest: bool,
    /// End with the last article that is there now, as without --to
    #[arg(long)]
    latest: bool,
    /// Read these partitions alone
    #[arg(long, value_name = "P[,…]", value_delimiter = ',')]
    partitions: Vec<i32>,
    /// What the times are of: the records, or the articles' own publication. By publication, all of the topic is read
    #[arg(long, value_enum, default_value_t = By::Record)]
    by: By,
    /// Write the events to a file as JSON Lines, or to standard output (-), and nothing to topics
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write no topic; tell what the events would change in those that the output topics hold
    #[arg(long)]
    compare: bool,
    /// Say what would be read, and stop
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before it starts
    #[arg(long, short)]
    yes: bool,
    /// Begin again where an earlier run stopped half way
    #[arg(long)]
    restart: bool,
    /// The most articles a second
    #[arg(long, value_name = "N")]
    rate: Option<NonZeroU32>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Show each partition
    #[arg(long, short)]
    verbose: bool,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// What the times of a stretch are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// The records' timestamps
    Record,
    /// The articles' own publication times
    Published,
}

/// Runs the command.
pub fn run(args: &BackfillArgs) -> ExitCode {
    let (settings, request) = match settle(args) {
        Ok(settled) => settled,
        Err(error) => return failed(USAGE, &error),
    };
    if let Err(error) = start_log(&settings.log) {
        return failed(FAILED, &error);
    }
    match backfill(args, &settings, request) {
        Ok(Some(report)) if !report.finished || report.removed > 0 => ExitCode::from(FAILED),
        Ok(Some(report)) if report.rejections() > 0 => ExitCode::from(REJECTED),
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => failed(FAILED, &error),
    }
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// What the flags ask for, checked.
fn settle(args: &BackfillArgs) -> Result<(Settings, Request), Fault> {
    let settings = args.kafka.settings()?;
    let now = stretch::now();
    let zone = settings.extract.timezone;
    let from = stretch::edge("--from", args.from.as_deref(), args.from_offset.as_deref(), now, zone)?;
    let to = stretch::edge("--to", args.to.as_deref(), args.to_offset.as_deref(), now, zone)?;
    if !args.earliest && args.from.is_none() && args.from_offset.is_none() {
        return Err("where does the stretch begin? Give --from TIME, --from-offset P:OFFSET or --earliest".into());
    }
    let by_published = args.by == By::Published;
    if by_published && (args.from_offset.is_some() || args.to_offset.is_some()) {
        return Err("--by published goes with times; offsets count records".into());
    }
    let destination = match &args.output {
        Some(path) if path.as_os_str() == "-" => Destination::Stdout,
        Some(path) => Destination::File(path.clone()),
        None if args.compare => Destination::Nowhere,
        None => Destination::Topics,
    };
    let typed = [&args.from, &args.to, &args.from_offset, &args.to_offset].map(|it| it.as_deref().unwrap_or(""));
    let request = Request {
        from,
        to,
        by_published,
        partitions: args.partitions.iter().copied().collect(),
        destination,
        restart: args.restart,
        rate: args.rate,
        compare: args.compare,
        typed: format!("{typed:?} {:?} {:?}", args.partitions, args.by),
    };
    Ok((settings, request))
}

fn backfill(args: &BackfillArgs, settings: &Settings, request: Request) -> Result<Option<Report>, Fault> {
    // With events on standard output, all else goes beside it.
    let beside = request.destination == Destination::Stdout;
    let say = |text: &str| -> io::Result<()> {
        if beside { io::stderr().write_all(text.as_bytes()) } else { io::stdout().write_all(text.as_bytes()) }
    };
    let rate = request.rate;
    let prepared = prepare(settings, request)?;
    say(&plan(&prepared, rate.map(NonZeroU32::get), estimate(&prepared, rate)))?;
    if args.dry_run {
        return Ok(None);
    }
    if !args.yes && !agreed()? {
        return Ok(None);
    }
    let mut watch = Watch::new(&prepared.plan, args.verbose);
    let control = Control::default();
    let told = serve(settings, &control, || prepared.run(&control, &mut |progress| watch.show(progress)));
    watch.end();
    let told = told?;
    say(&report(&told))?;
    if let Some(path) = &args.report {
        let json = serde_json::to_string_pretty(&told)? + "\n";
        fs::write(path, json).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(Some(told))
}

/// How long it will take, from how long a sample takes on all cores, and from the rate.
fn estimate(prepared: &Prepared, rate: Option<NonZeroU32>) -> Option<Duration> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    let left = prepared.plan.left() as f64;
    let work = prepared.sample_time()?.as_secs_f64() * left / cores;
    let paced = rate.map_or(0.0, |rate| left / f64::from(rate.get()));
    Some(Duration::from_secs_f64(work.max(paced)))
}

/// Asks whoever sits at the terminal. Nobody is asked where there is none.
fn agreed() -> io::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    io::stderr().write_all(b"Go on? [y/N] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
