//! A worker freezes in the midst of a transaction, while the others go on.

use std::time::{Duration, Instant};

use super::network::{Breakpoint, Request};
use super::program::Program;
use super::setup::{articles, expected, rng, single};
use super::verify;

/// Transactions that are left open end after so long.
const TIMEOUT: Duration = Duration::from_secs(4);

#[test]
fn a_frozen_worker_is_fenced_and_starts_again() {
    let Some((setup, _place)) = single() else { return };
    let mut wire = setup.wire();
    wire.set("transaction.timeout.ms", &TIMEOUT.as_millis().to_string());
    let mut progress = wire.progress();
    // Its commit is on its way for as long as it is frozen.
    let number = rng().usize(5..=15);
    setup.network.stall_at(Breakpoint { request: Request::EndTxn, number, received: false });
    let frozen = Program::start(&setup.through_network(&wire), "frozen");
    setup.network.await_stall();
    frozen.signal("STOP");

    let open = Instant::now();
    assert!(wire.is_open(&wire.topics.events), "there is no transaction to be ended");
    wire.settle(&wire.topics.events);
    assert!(open.elapsed() < TIMEOUT + Duration::from_secs(5), "left open for {:?}", open.elapsed());
    let other = Program::start(&wire, "other");
    progress.until(progress.seen + articles() / 4);
    other.end();
    for topic in wire.topics.outputs() {
        wire.settle(topic);
    }
    let ends = || wire.topics.outputs().map(|topic| wire.ends(topic, "read_uncommitted"));
    let before = ends();
    frozen.signal("CONT");
    setup.network.restore();
    let end = frozen.wait();

    assert_eq!(end.code, Some(1), "{}", end.log);
    assert!(end.log.contains("transaction.timeout.ms") && !end.log.contains("another worker"), "{}", end.log);
    assert_eq!(ends(), before, "it wrote after it was fenced");
    let again = Program::start(&wire, "frozen");
    progress.until(articles());
    again.end();
    verify::exactly_once(&wire, expected());
}
