//! A worker stands still in the midst of a transaction, while the others go on.

use std::thread;
use std::time::{Duration, Instant};

use super::count;
use super::program::Program;
use super::stage::{ARTICLES, expected, single};
use crate::broker::wire::Wire;

/// Transactions that are left open end after so long.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Freezes the worker with a transaction open.
fn freeze(worker: &Program, wire: &Wire) {
    loop {
        while !wire.is_open(&wire.topics.events) {}
        worker.signal("STOP");
        // A commit that was on its way would have come through by now.
        thread::sleep(Duration::from_millis(300));
        if wire.is_open(&wire.topics.events) {
            return;
        }
        worker.signal("CONT");
    }
}

#[test]
fn a_frozen_worker_is_fenced_and_starts_again() {
    let Some((stage, _alone)) = single() else { return };
    let mut wire = stage.wire();
    wire.set("transaction.timeout.ms", &TIMEOUT.as_millis().to_string());
    let mut fates = wire.follow();
    let frozen = Program::start(&wire, "frozen");
    fates.until(ARTICLES / 10);
    freeze(&frozen, &wire);

    let open = Instant::now();
    wire.settle(&wire.topics.events);
    assert!(open.elapsed() < TIMEOUT + Duration::from_secs(5), "left open for {:?}", open.elapsed());
    let other = Program::start(&wire, "other");
    fates.until(fates.seen + ARTICLES / 4);
    other.end();
    for topic in wire.topics.outputs() {
        wire.settle(topic);
    }
    let ends = || wire.topics.outputs().map(|topic| wire.ends(topic, "read_uncommitted"));
    let before = ends();
    frozen.signal("CONT");
    let end = frozen.wait();

    assert_eq!(end.code, Some(1), "{}", end.log);
    assert!(end.log.contains("transaction.timeout.ms") && end.log.contains("--instance"), "{}", end.log);
    assert_eq!(ends(), before, "it wrote after it was let go");
    let again = Program::start(&wire, "frozen");
    fates.until(ARTICLES);
    again.end();
    count::exactly_once(&wire, expected());
}
