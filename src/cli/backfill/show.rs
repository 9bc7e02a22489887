//! What people see of a backfill: the plan before it starts, how far it is, and the report.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::time::{Duration, Instant};

use chrono::DateTime;
use comfy_table::{LineStyle, TableStyle, presets};
use indicatif::{HumanBytes, HumanCount, HumanDuration, MultiProgress, ProgressBar, ProgressStyle};

use crate::stream::backfill::{Plan, Prepared, Progress, Report};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// What will be read.
pub fn plan(prepared: &Prepared, rate: Option<u32>, estimate: Option<Duration>) -> String {
    let Prepared { plan, preview, .. } = prepared;
    let mut table = comfy_table::Table::new();
    let style = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
    table.load_style(style).set_header(["Partition", "Offsets", "Messages", "First", "Last"]);
    let time = |millis: Option<i64>| {
        let time = millis.and_then(DateTime::from_timestamp_millis);
        time.map_or_else(|| "-".to_owned(), |time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string())
    };
    for (part, [first, last]) in plan.ranges.iter().zip(&preview.times) {
        let offsets = format!("{}..{}", part.next, part.end);
        let left = HumanCount(part.left()).to_string();
        table.add_row([part.partition.to_string(), offsets, left, time(*first), time(*last)]);
    }
    let begun = if plan.resumed { "Goes on where an earlier run stopped" } else { "Begins" };
    let mut text = format!("{begun}; remembered by the group {}\n{}\n", prepared.group(), table.trim_fmt());
    let rate = rate.map(|rate| format!(", at most {} a second", HumanCount(rate.into()))).unwrap_or_default();
    let time = estimate.map(|time| format!(", about {}", HumanDuration(time))).unwrap_or_default();
    let _ = writeln!(text, "At most {} messages{time}{rate}.", HumanCount(plan.left()));
    text
}

/// Shows how far it is: bars on a terminal, else a line now and then. On standard error.
pub struct Watch {
    bars: Bars,
    begun: Instant,
    told: Instant,
    left: u64,
}

enum Bars {
    /// One for all, and those of the partitions, each with its number of offsets.
    Terminal {
        all: ProgressBar,
        parts: Vec<ProgressBar>,
        _together: MultiProgress,
    },
    Lines,
}

impl Watch {
    /// Starts to watch a plan.
    pub fn new(plan: &Plan, verbose: bool) -> Self {
        let now = Instant::now();
        let bars = if io::stderr().is_terminal() { Bars::terminal(plan, verbose) } else { Bars::Lines };
        Self { bars, begun: now, told: now, left: plan.left() }
    }

    /// Shows where it is now.
    pub fn show(&mut self, progress: &Progress) {
        let done: u64 = progress.done.iter().sum();
        let seconds = self.begun.elapsed().as_secs_f64();
        let counts = format!("{:.0} articles/s, {}", progress.read as f64 / seconds, counts(progress));
        match &self.bars {
            Bars::Terminal { all, parts, .. } => {
                all.set_position(done);
                all.set_message(counts);
                parts.iter().zip(&progress.done).for_each(|(bar, done)| bar.set_position(*done));
            }
            Bars::Lines if self.told.elapsed() >= EVERY => {
                self.told = Instant::now();
                let time = if done == 0 { 0.0 } else { seconds * self.left.saturating_sub(done) as f64 / done as f64 };
                let left = HumanDuration(Duration::from_secs_f64(time));
                let share = done * 100 / self.left.max(1);
                // Nobody is left to be told if this fails.
                let _ = writeln!(io::stderr(), "{share}%, {counts}, {left} left");
            }
            Bars::Lines => {}
        }
    }

    /// Leaves the terminal as it should be.
    pub fn end(&self) {
        if let Bars::Terminal { all, parts, .. } = &self.bars {
            parts.iter().for_each(ProgressBar::finish);
            all.abandon();
        }
    }
}

impl Bars {
    fn terminal(plan: &Plan, verbose: bool) -> Self {
        let together = MultiProgress::new();
        let style =
            |template: &str| ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let mut parts = Vec::new();
        for part in plan.ranges.iter().filter(|_| verbose) {
            let bar = together.add(ProgressBar::new(part.left()));
            bar.set_style(style("  partition {prefix:>3} {bar:30} {pos}/{len}"));
            bar.set_prefix(part.partition.to_string());
            parts.push(bar);
        }
        let all = together.add(ProgressBar::new(plan.left()));
        all.set_style(style("{percent:>3}% {bar:30} {msg}, {eta} left"));
        Self::Terminal { all, parts, _together: together }
    }
}

fn counts(progress: &Progress) -> String {
    format!(
        "{} read ({}), {} events, {} rejected",
        HumanCount(progress.read),
        HumanBytes(progress.bytes),
        HumanCount(progress.events),
        HumanCount(progress.rejected)
    )
}

/// What it did.
pub fn report(report: &Report) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    let mut row = |name: &str, count: u64| {
        table.add_row([name.to_owned(), HumanCount(count).to_string()]);
    };
    row("Messages read", report.read);
    row("Articles extracted", report.articles);
    row("  without events", report.without_events);
    row("Articles passed over", report.skipped);
    if report.outside > 0 {
        row("Published outside", report.outside);
    }
    row("Events", report.events);
    row("Rejected", report.rejections());
    for (code, count) in &report.rejected {
        row(&format!("  {code}"), *count);
    }
    if let Some(differences) = &report.compared {
        row("Events as they are there", differences.same);
        row("  new", differences.new);
        row("  gone", differences.gone);
        row("  changed", differences.changed);
    }
    let mut text = table.trim_fmt() + "\n";
    let time = HumanDuration(Duration::from_secs_f64(report.seconds));
    let rate = report.read as f64 / report.seconds.max(0.001);
    let how = if report.finished { "Done" } else { "Stopped; the same command goes on from here" };
    let _ = writeln!(text, "{how}. {time}, {rate:.0} articles/s, {} read.", HumanBytes(report.bytes));
    if report.removed > 0 {
        let _ = writeln!(text, "{} offsets were removed by retention before they were read.", report.removed);
    }
    if !report.added_partitions.is_empty() {
        let _ = writeln!(text, "The topic has got partitions that were not read: {:?}.", report.added_partitions);
    }
    text
}
