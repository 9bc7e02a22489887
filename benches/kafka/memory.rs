//! What memory the worker holds over a backlog with one huge article in it, and whether that stays the same.

use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Progress, Sender, Worker};
use crate::stories::long;
use crate::{Bench, wire};

/// Prints the most memory, at the end of the first minute and after it.
pub fn measure(bench: &Bench) {
    let (count, huge, time) = if bench.small { (1000, 1_000_000, 5) } else { (200_000, 20_000_000, 180) };
    let settings = wire(&bench.cluster).settings;
    let sender = Sender::new(&settings);
    bench.cycle(count / 2).for_each(|(key, story)| sender.send(key, story));
    sender.send(b"huge", &long(huge, &bench.stories));
    bench.cycle(count / 2).for_each(|(key, story)| sender.send(key, story));
    sender.flush();

    let worker = Worker::start(&settings);
    let (begun, time) = (Instant::now(), Duration::from_secs(time));
    let progress = Progress::new(&settings);
    let (mut most, mut first, mut later, mut through) = (0.0_f64, 0.0_f64, 0.0_f64, None);
    let mut more = bench.cycle(usize::MAX);
    while begun.elapsed() < time || through.is_none() {
        thread::sleep(Duration::from_millis(100));
        let now = worker.memory();
        most = most.max(now);
        if begun.elapsed() < time / 3 {
            first = first.max(now)
        } else {
            later = later.max(now)
        }
        if through.is_none() && progress.committed() > count as i64 {
            through = Some(begun.elapsed());
        }
        // When the backlog is through the wire goes on.
        if through.is_some() {
            more.by_ref().take(50).for_each(|(key, story)| sender.send(key, story));
        }
    }
    println!("\nmemory of the worker: {count} articles and one of {} MB", huge / 1_000_000);
    println!(
        "the backlog was through after {:.0} s; the wire went on at 500/s",
        through.unwrap_or_default().as_secs_f64()
    );
    println!(
        "most {most:.0} MB (wanted: 200); in the first third of {} s {first:.0} MB, later {later:.0} MB",
        time.as_secs()
    );
    worker.end();
}
