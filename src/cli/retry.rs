//! `dateline retry`: rejected messages go through again. Flags and report; the work is done in [`crate::stream::retry`].

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use comfy_table::presets;
use indicatif::HumanCount;

use super::kafka::KafkaArgs;
use super::service::run_with_health;
use super::{FAILED, REJECTED, bounds, failed};
use crate::config::Settings;
use crate::stream::Control;
use crate::stream::backfill::Edge;
use crate::stream::retry::{Report, Request, retry};

/// Lets rejected messages go through again, after a mend of the configuration or the program
///
/// They are settled as they would have been then: with their own topic, partition and offset, so that an older revision is
/// stale by now. Messages that are still rejected stay on the topic of rejections; the others are remembered there, so that
/// a second run changes nothing. Exits with 3 if some are still rejected.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// Those that were rejected with these codes, such as published-missing
    #[arg(long, value_name = "CODE[,…]", value_delimiter = ',')]
    code: Vec<String>,
    /// Those written to the input at this time or later: RFC 3339, a date, or relative to now, such as "7 days ago"
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Those written to the input before this time
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// All of them
    #[arg(long, conflicts_with_all = ["code", "from", "to"])]
    all: bool,
    /// Print how many there are, and exit
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Runs the command.
pub fn run(args: &RetryArgs) -> ExitCode {
    let (settings, request) = match args.kafka.start(parse_args(args), |(settings, _)| settings) {
        Ok(settled) => settled,
        Err(code) => return code,
    };
    let control = Control::default();
    let report = match run_with_health(&settings, &control, || retry(&settings, &request, &control)) {
        Ok(report) => report,
        Err(error) => return failed(FAILED, &error),
    };
    if let Err(error) = io::stdout().write_all(describe(&report, args.dry_run).as_bytes()) {
        return failed(FAILED, &error);
    }
    match &report {
        _ if args.dry_run => ExitCode::SUCCESS,
        Report { finished: false, .. } => ExitCode::from(FAILED),
        Report { rejected, gone, .. } if !rejected.is_empty() || *gone > 0 => ExitCode::from(REJECTED),
        _ => ExitCode::SUCCESS,
    }
}

/// Returns the validated settings and request.
fn parse_args(args: &RetryArgs) -> Result<(Settings, Request), Box<dyn std::error::Error + Send + Sync>> {
    let settings = args.kafka.settings()?;
    if !args.all && args.code.is_empty() && args.from.is_none() && args.to.is_none() {
        return Err("which rejected messages? give --code CODE, --from TIME, --to TIME, or --all".into());
    }
    let (now, zone) = (bounds::now(), settings.extract.input.timezone);
    let from = bounds::parse_bound("--from", args.from.as_deref(), None, now, zone)?;
    let to = bounds::parse_bound("--to", args.to.as_deref(), None, now, zone)?;
    bounds::check(&from, &to, Some(now))?;
    let time = |edge| if let Edge::Time(time) = edge { Some(time) } else { None };
    let codes = args.code.iter().map(|code| code.trim().to_owned()).collect();
    Ok((settings, Request { codes, from: time(from), to: time(to), dry_run: args.dry_run }))
}

/// Describes what was found, and what became of it.
fn describe(report: &Report, is_dry_run: bool) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    let mut row = |name: &str, count: u64| {
        table.add_row([name.to_owned(), HumanCount(count).to_string()]);
    };
    row("Rejected messages", report.asked.values().sum());
    for (code, count) in &report.asked {
        row(&format!("  {code}"), *count);
    }
    row("Went through before", report.retried_before);
    if !is_dry_run {
        for (status, count) in &report.articles {
            row(&format!("Articles {status}"), *count);
        }
        row("Events", report.events);
        row("Still rejected", report.rejected.values().sum());
        for (code, count) in &report.rejected {
            row(&format!("  {code}"), *count);
        }
    }
    for (name, count) in [
        ("Deletions of unknown articles", report.unknown_tombstones),
        ("No longer on the input topic", report.gone),
        ("Of another topic or partition", report.elsewhere),
    ] {
        if count > 0 {
            row(name, count);
        }
    }
    table.trim_fmt() + "\n"
}
