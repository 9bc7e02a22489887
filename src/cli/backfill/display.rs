//! What a backfill prints: the plan before it starts, the progress, and the report.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::time::{Duration, Instant};

use chrono::DateTime;
use comfy_table::{LineStyle, TableStyle, presets};
use indicatif::{HumanBytes, HumanCount, HumanDuration, MultiProgress, ProgressBar, ProgressStyle};

use crate::stream::backfill::{PartitionRange, Plan, Prepared, Progress, Report};

/// How often a line is printed where there is no terminal.
const PRINT_INTERVAL: Duration = Duration::from_secs(5);

/// Describes what will be read.
pub fn plan(prepared: &Prepared, rate: Option<u32>, estimate: Option<Duration>) -> String {
    let Prepared { plan, preview, .. } = prepared;
    let mut table = comfy_table::Table::new();
    let style = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
    table.load_style(style).set_header(["Partition", "Offsets", "Messages", "First", "Last"]);
    let time = |millis: Option<i64>| {
        let time = millis.and_then(DateTime::from_timestamp_millis);
        time.map_or_else(|| "-".to_owned(), |time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string())
    };
    let name = names(plan);
    for (part, [first, last]) in plan.ranges.iter().zip(&preview.times) {
        let offsets = format!("{}..{}", part.next, part.end);
        let left = HumanCount(part.left()).to_string();
        table.add_row([name(part), offsets, left, time(*first), time(*last)]);
    }
    let start = if plan.resumed { "Resuming an earlier run" } else { "Starting" };
    let mut text = format!("{start}; progress is kept by the group {}\n{}\n", prepared.group(), table.trim_fmt());
    let rate = rate.map(|rate| format!(", at most {} per second", HumanCount(rate.into()))).unwrap_or_default();
    let time = estimate.map(|time| format!(", about {}", HumanDuration(time))).unwrap_or_default();
    let _ = writeln!(text, "At most {} messages{time}{rate}.", HumanCount(plan.left()));
    text
}

/// Returns how partitions are called: by their number, and where there are several topics by the topic as well.
fn names(plan: &Plan) -> impl Fn(&PartitionRange) -> String {
    let mut topics = plan.ranges.iter().map(|range| range.partition.topic);
    let first = topics.next();
    let is_single = topics.all(|topic| Some(topic) == first);
    move |range| if is_single { range.partition.number.to_string() } else { range.partition.to_string() }
}

/// Shows the progress on standard error: bars on a terminal, otherwise a line from time to time.
pub struct ProgressDisplay {
    bars: Bars,
    started: Instant,
    last_printed: Instant,
    left: u64,
}

enum Bars {
    /// One for all partitions, and one for each of them.
    Terminal {
        all: ProgressBar,
        parts: Vec<ProgressBar>,
        _multi: MultiProgress,
    },
    Lines,
}

impl ProgressDisplay {
    /// Starts to show the progress of a plan.
    pub fn new(plan: &Plan, verbose: bool) -> Self {
        let now = Instant::now();
        let bars = if io::stderr().is_terminal() { Bars::terminal(plan, verbose) } else { Bars::Lines };
        Self { bars, started: now, last_printed: now, left: plan.left() }
    }

    /// Shows the current progress.
    pub fn update(&mut self, progress: &Progress) {
        let done: u64 = progress.done.iter().sum();
        let seconds = self.started.elapsed().as_secs_f64();
        let counts = format!("{:.0} articles/s, {}", progress.read as f64 / seconds, counts(progress));
        match &self.bars {
            Bars::Terminal { all, parts, .. } => {
                all.set_position(done);
                all.set_message(counts);
                parts.iter().zip(&progress.done).for_each(|(bar, done)| bar.set_position(*done));
            }
            Bars::Lines if self.last_printed.elapsed() >= PRINT_INTERVAL => {
                self.last_printed = Instant::now();
                let time = if done == 0 { 0.0 } else { seconds * self.left.saturating_sub(done) as f64 / done as f64 };
                let left = HumanDuration(Duration::from_secs_f64(time));
                let share = done * 100 / self.left.max(1);
                // If standard error is closed, there is nowhere left to report to.
                let _ = writeln!(io::stderr(), "{share}%, {counts}, {left} left");
            }
            Bars::Lines => {}
        }
    }

    /// Restores the terminal.
    pub fn finish(&self) {
        if let Bars::Terminal { all, parts, .. } = &self.bars {
            parts.iter().for_each(ProgressBar::finish);
            all.abandon();
        }
    }
}

impl Bars {
    fn terminal(plan: &Plan, verbose: bool) -> Self {
        let multi = MultiProgress::new();
        let style =
            |template: &str| ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let (mut parts, name) = (Vec::new(), names(plan));
        for part in plan.ranges.iter().filter(|_| verbose) {
            let bar = multi.add(ProgressBar::new(part.left()));
            bar.set_style(style("  partition {prefix:>3} {bar:30} {pos}/{len}"));
            bar.set_prefix(name(part));
            parts.push(bar);
        }
        let all = multi.add(ProgressBar::new(plan.left()));
        all.set_style(style("{percent:>3}% {bar:30} {msg}, {eta} left"));
        Self::Terminal { all, parts, _multi: multi }
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

/// Describes what the backfill did.
pub fn report(report: &Report) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    let mut row = |name: &str, count: u64| {
        table.add_row([name.to_owned(), HumanCount(count).to_string()]);
    };
    row("Messages read", report.read);
    row("Articles extracted", report.articles);
    row("  without events", report.without_events);
    row("Articles skipped", report.skipped);
    for (name, count) in [
        ("Withdrawals of unknown articles", report.unknown_withdrawals),
        ("Deletions of unknown articles", report.unknown_tombstones),
    ] {
        if count > 0 {
            row(name, count);
        }
    }
    if report.outside > 0 {
        row("Published outside the range", report.outside);
    }
    row("Events", report.events);
    row("Rejected", report.rejections());
    for (code, count) in &report.rejected {
        row(&format!("  {code}"), *count);
    }
    if let Some(differences) = &report.compared {
        row("Events unchanged", differences.same);
        row("  new", differences.new);
        row("  removed", differences.gone);
        row("  changed", differences.changed);
    }
    let mut text = table.trim_fmt() + "\n";
    let time = HumanDuration(Duration::from_secs_f64(report.seconds));
    let rate = report.read as f64 / report.seconds.max(0.001);
    let outcome = if report.finished { "Done" } else { "Stopped; run the same command to resume" };
    let _ = writeln!(text, "{outcome}. {time}, {rate:.0} articles/s, {} read.", HumanBytes(report.bytes));
    if report.removed > 0 {
        let _ = writeln!(text, "{} offsets were deleted by retention before they were read.", report.removed);
    }
    if !report.added.is_empty() {
        let _ = writeln!(text, "Partitions were added to the input and not read: {:?}.", report.added);
    }
    text
}
