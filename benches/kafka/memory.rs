//! The memory of the worker over a backlog with one huge article in it, and whether it stays constant.

use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Progress, Sender, Worker};
use crate::stories::long_story;
use crate::{Bench, wire};

/// Prints the peak memory, and that of the first third of the time and of the rest.
pub fn measure(bench: &Bench) {
    let (count, huge, time) = if bench.smoke { (1000, 1_000_000, 5) } else { (200_000, 20_000_000, 180) };
    let settings = wire(&bench.cluster).settings;
    let sender = Sender::new(&settings);
    bench.cycle(count / 2).for_each(|(key, story)| sender.send(key, story));
    sender.send(b"huge", &long_story(huge, &bench.stories));
    bench.cycle(count / 2).for_each(|(key, story)| sender.send(key, story));
    sender.flush();

    let worker = Worker::start(&settings);
    let (started, time) = (Instant::now(), Duration::from_secs(time));
    let progress = Progress::new(&settings);
    let (mut peak, mut first, mut later, mut backlog_time) = (0.0_f64, 0.0_f64, 0.0_f64, None);
    let mut more = bench.cycle(usize::MAX);
    while started.elapsed() < time || backlog_time.is_none() {
        thread::sleep(Duration::from_millis(100));
        let now = worker.memory();
        peak = peak.max(now);
        if started.elapsed() < time / 3 {
            first = first.max(now)
        } else {
            later = later.max(now)
        }
        if backlog_time.is_none() && progress.committed() > count as i64 {
            backlog_time = Some(started.elapsed());
        }
        // After the backlog, articles arrive at a steady rate.
        if backlog_time.is_some() {
            more.by_ref().take(50).for_each(|(key, story)| sender.send(key, story));
        }
    }
    println!("\nmemory of the worker: {count} articles and one of {} MB", huge / 1_000_000);
    println!(
        "the backlog was processed after {:.0} s; then 500 articles/s were sent",
        backlog_time.unwrap_or_default().as_secs_f64()
    );
    println!(
        "peak {peak:.0} MB (target: 200); in the first third of {} s {first:.0} MB, later {later:.0} MB",
        time.as_secs()
    );
    worker.stop();
}
