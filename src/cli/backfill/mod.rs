//! `dateline backfill`: a bounded replay of the input topic. Flags, confirmation, progress and report; the work is done
//! in [`crate::stream::backfill`].

mod display;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};

use self::display::{ProgressDisplay, plan, report};
use super::kafka::KafkaArgs;
use super::service::run_with_health;
use super::{FAILED, REJECTED, bounds, failed};
use crate::config::Settings;
use crate::stream::Control;
use crate::stream::backfill::{Destination, PartitionName, Prepared, Report, Request, prepare};

/// Replays a range of the input topic once, and exits
///
/// It has a consumer group of its own, and can run beside the live worker. The records that it publishes replace those
/// with the same ids. If it is stopped or killed, the same command resumes where it stopped; if it is done, the same command
/// does nothing, or reads what came since.
///
/// The start of the range is required: --from, --from-offset or --earliest. The end is the end of the topic when the
/// command starts, unless --to or --to-offset is given.
#[derive(Debug, Args)]
pub struct BackfillArgs {
    /// The start: a time (RFC 3339), a date, or relative to now, such as "7 days ago"
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from_offset", "earliest"])]
    from: Option<String>,
    /// The end, exclusive
    #[arg(long, value_name = "TIME", conflicts_with_all = ["to_offset", "latest"])]
    to: Option<String>,
    /// The start as offsets of partitions; other partitions are not read
    #[arg(long, value_name = "[TOPIC:]P:OFFSET[,…]", conflicts_with = "earliest")]
    from_offset: Option<String>,
    /// The end, exclusive, as offsets of partitions; other partitions are not read
    #[arg(long, value_name = "[TOPIC:]P:OFFSET[,…]", conflicts_with = "latest")]
    to_offset: Option<String>,
    /// Start with the first article that the brokers have
    #[arg(long)]
    earliest: bool,
    /// End with the last article at the start of the command; the default
    #[arg(long)]
    latest: bool,
    /// Read only these partitions, each with its topic if there are several
    #[arg(long, value_name = "[TOPIC:]P[,…]", value_delimiter = ',')]
    partitions: Vec<PartitionName>,
    /// Which times --from and --to refer to; with published, the whole topic is read
    #[arg(long, value_enum, default_value_t = By::Record)]
    by: By,
    /// Write the events to a file as JSON Lines, or to standard output (-), instead of to topics
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write nothing to topics, and report how the events differ from those on the output topics
    #[arg(long)]
    compare: bool,
    /// Print what would be read, and exit
    #[arg(long)]
    dry_run: bool,
    /// Start without asking for confirmation
    #[arg(long, short)]
    yes: bool,
    /// Start over instead of resuming an earlier run, or of doing nothing if it is done
    #[arg(long)]
    restart: bool,
    /// Exit with 0 even if messages were rejected
    #[arg(long)]
    allow_rejected: bool,
    /// The most articles per second
    #[arg(long, value_name = "N")]
    rate: Option<NonZeroU32>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Show the progress of each partition
    #[arg(long, short)]
    verbose: bool,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Which times the bounds of the range refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// The records' timestamps
    Record,
    /// The publication times of the articles
    Published,
}

/// Runs the command.
pub fn run(args: &BackfillArgs) -> ExitCode {
    let (settings, request) = match args.kafka.start(parse_args(args), |(settings, _)| settings) {
        Ok(settled) => settled,
        Err(code) => return code,
    };
    match backfill(args, &settings, request) {
        Ok(Some(report)) if !report.finished || report.removed > 0 => ExitCode::from(FAILED),
        Ok(Some(report)) if report.rejections() > 0 && !args.allow_rejected => ExitCode::from(REJECTED),
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => failed(FAILED, &error),
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Returns the validated settings and request.
fn parse_args(args: &BackfillArgs) -> Result<(Settings, Request), BoxError> {
    let settings = args.kafka.settings()?;
    let now = bounds::now();
    let zone = settings.extract.input.timezone;
    let from = bounds::parse_bound("--from", args.from.as_deref(), args.from_offset.as_deref(), now, zone)?;
    let to = bounds::parse_bound("--to", args.to.as_deref(), args.to_offset.as_deref(), now, zone)?;
    if !args.earliest && args.from.is_none() && args.from_offset.is_none() {
        return Err("the start of the range is required: give --from TIME, --from-offset P:OFFSET or --earliest".into());
    }
    let by_published = args.by == By::Published;
    bounds::check(&from, &to, (!by_published).then_some(now))?;
    if by_published && (args.from_offset.is_some() || args.to_offset.is_some()) {
        return Err("--by published requires times; offsets refer to records".into());
    }
    let destination = match &args.output {
        Some(path) if path.as_os_str() == "-" => Destination::Stdout,
        Some(path) => Destination::File(path.clone()),
        None if args.compare => Destination::Nowhere,
        None => Destination::Topics,
    };
    let arguments = [&args.from, &args.to, &args.from_offset, &args.to_offset].map(|it| it.as_deref().unwrap_or(""));
    let request = Request {
        from,
        to,
        by_published,
        partitions: args.partitions.iter().cloned().collect(),
        destination,
        restart: args.restart,
        rate: args.rate,
        compare: args.compare,
        typed: format!("{arguments:?} {:?} {:?}", args.partitions, args.by),
    };
    Ok((settings, request))
}

fn backfill(args: &BackfillArgs, settings: &Settings, request: Request) -> Result<Option<Report>, BoxError> {
    // With events on standard output, everything else goes to standard error.
    let to_stderr = request.destination == Destination::Stdout;
    let print = |text: &str| -> io::Result<()> {
        if to_stderr { io::stderr().write_all(text.as_bytes()) } else { io::stdout().write_all(text.as_bytes()) }
    };
    let rate = request.rate;
    let prepared = prepare(settings, request)?;
    if let Some(done) = prepared.done() {
        print(&format!(
            "An earlier run has done all of it, kept by the group {}; --restart starts over.\n",
            prepared.group()
        ))?;
        write_report(args, &done)?;
        return Ok(Some(done));
    }
    print(&plan(&prepared, rate.map(NonZeroU32::get), estimate(&prepared, rate)))?;
    if args.dry_run {
        return Ok(None);
    }
    if !args.yes && !confirmed()? {
        return Ok(None);
    }
    let mut progress_display = ProgressDisplay::new(&prepared.plan, args.verbose);
    let control = Control::default();
    let result = run_with_health(settings, &control, || {
        prepared.run(&control, &mut |progress| progress_display.update(progress))
    });
    progress_display.finish();
    let summary = result?;
    print(&report(&summary))?;
    write_report(args, &summary)?;
    Ok(Some(summary))
}

fn write_report(args: &BackfillArgs, report: &Report) -> Result<(), BoxError> {
    let Some(path) = &args.report else { return Ok(()) };
    let json = serde_json::to_string_pretty(report)? + "\n";
    fs::write(path, json).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Estimates the duration from the time that a sample takes on all cores, and from the rate.
fn estimate(prepared: &Prepared, rate: Option<NonZeroU32>) -> Option<Duration> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    let left = prepared.plan.left() as f64;
    let work = prepared.sample_time()?.as_secs_f64() * left / cores;
    let paced = rate.map_or(0.0, |rate| left / f64::from(rate.get()));
    Some(Duration::from_secs_f64(work.max(paced)))
}

/// Asks for confirmation on a terminal; true where there is none.
fn confirmed() -> io::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    io::stderr().write_all(b"Continue? [y/N] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
