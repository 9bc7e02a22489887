//! The network between worker and broker fails.

use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer;

use super::network::{Breakpoint, Condition, Request};
use super::program::Program;
use super::setup::{articles, expected, rng, single};
use super::verify;
use crate::broker::wire::{PATIENCE, Wire};

/// Waits until the broker has put every worker out of the group.
fn await_empty_group(wire: &Wire) {
    let client = wire.reader("read_committed");
    let begun = Instant::now();
    let is_empty = || {
        let found = client.fetch_group_list(Some(&wire.settings.kafka.group), PATIENCE).unwrap();
        found.groups().iter().all(|group| group.members().is_empty())
    };
    while !is_empty() {
        assert!(begun.elapsed() < PATIENCE, "the group keeps its members");
    }
}

#[test]
fn the_network_is_slow_stalls_and_breaks() {
    let Some((setup, _place)) = single() else { return };
    let wire = setup.wire();
    let mut rng = rng();
    let mut progress = wire.progress();
    setup.network.set(Condition::Slow(Duration::from_millis(rng.u64(5..30))));
    let worker = Program::start(&setup.through_network(&wire), "0");
    progress.until(articles() / 20);
    // For a moment, and until the session of the worker is over.
    for is_long in [false, true] {
        for condition in [Condition::Stalled, Condition::Down] {
            for _ in 0..2 {
                setup.network.stall_at(Breakpoint::random(&mut rng, &Request::OF_A_TRANSACTION, 1..=5));
                setup.network.set(Condition::Normal);
                setup.network.await_stall();
                setup.network.set(condition.clone());
                if is_long {
                    await_empty_group(&wire);
                }
            }
        }
    }
    setup.network.restore();
    assert!(!wire.is_at_end(), "all was committed before the last outage");
    progress.until(articles());
    worker.end();
    verify::exactly_once(&wire, expected());
}

#[test]
fn the_network_is_cut_half_way_through_a_commit() {
    let Some((setup, _place)) = single() else { return };
    let mut wire = setup.wire();
    wire.settings.stream.batch_messages = articles() / 200;
    let before = setup.network.cuts();
    setup.network.set(Condition::CutAtCommit { rng: rng(), of: 12 });
    let worker = Program::start(&setup.through_network(&wire), "0");
    wire.await_dispositions(articles());
    worker.end();
    let cuts = setup.network.cuts() - before;
    assert!(cuts >= 10, "{cuts} commits were cut");
    verify::exactly_once(&wire, expected());
}

#[test]
fn the_network_stalls_before_a_commit_for_longer_than_a_transaction_may_last() {
    let Some((setup, _place)) = single() else { return };
    let mut wire = setup.wire();
    wire.set("transaction.timeout.ms", "3000");
    let number = rng().usize(5..=15);
    setup.network.stall_at(Breakpoint { request: Request::EndTxn, number, received: false });
    let worker = Program::start(&setup.through_network(&wire), "0");
    setup.network.await_stall();
    // The broker ends the transaction, and receives the commit after that.
    wire.settle(&wire.topics.events);
    setup.network.restore();
    let end = worker.wait();
    assert_eq!(end.code, Some(1), "{}", end.log);
    assert!(end.log.contains("transaction.timeout.ms") && !end.log.contains("another worker"), "{}", end.log);
    let again = Program::start(&setup.through_network(&wire), "0");
    wire.await_dispositions(articles());
    again.end();
    verify::exactly_once(&wire, expected());
}
