//! The network between worker and broker.

use std::thread;
use std::time::Duration;

use super::count;
use super::program::Program;
use super::proxy::Weather;
use super::stage::{ARTICLES, Stage, chance, expected, single};
use crate::broker::wire::Wire;

/// A wire whose workers reach the broker through the proxy.
fn behind(stage: &Stage, wire: &Wire) -> Wire {
    let mut settings = wire.settings.clone();
    settings.kafka.brokers = stage.proxy.address();
    Wire { settings, topics: wire.topics.clone() }
}

#[test]
fn the_network_is_slow_stands_still_and_is_cut() {
    let Some((stage, _alone)) = single() else { return };
    let wire = stage.wire();
    let mut chance = chance();
    let mut fates = wire.follow();
    let worker = Program::start(&behind(stage, &wire), "0");
    let fourth = ARTICLES / 4;
    fates.until(chance.usize(1..fourth));
    stage.proxy.weather(Weather::Slow(Duration::from_millis(chance.u64(5..30))));
    fates.until(fates.seen + fourth / 4);
    for n in 1..4 {
        for weather in [Weather::Still, Weather::Cut] {
            stage.proxy.mend();
            fates.until(fourth * n + chance.usize(1..fourth / 2));
            stage.proxy.weather(weather);
            // Sometimes beyond the time-out of the session.
            thread::sleep(Duration::from_millis(chance.u64(500..4000)));
        }
    }
    stage.proxy.mend();
    fates.until(ARTICLES);
    worker.end();
    count::exactly_once(&wire, expected());
}

#[test]
fn the_network_is_cut_half_way_through_a_commit() {
    let Some((stage, _alone)) = single() else { return };
    let wire = stage.wire();
    let before = stage.proxy.cuts();
    let mut fates = wire.follow();
    stage.proxy.weather(Weather::CutAtCommit { chance: chance(), of: 12 });
    let worker = Program::start(&behind(stage, &wire), "0");
    fates.until(ARTICLES);
    worker.end();
    let cuts = stage.proxy.cuts() - before;
    assert!(cuts >= 10, "{cuts} commits were cut");
    count::exactly_once(&wire, expected());
}

#[test]
fn the_network_stands_still_before_a_commit_for_longer_than_a_transaction_may() {
    let Some((stage, _alone)) = single() else { return };
    let mut wire = stage.wire();
    wire.set("transaction.timeout.ms", "3000");
    let mut fates = wire.follow();
    let worker = Program::start(&behind(stage, &wire), "0");
    fates.until(ARTICLES / 4);
    stage.proxy.weather(Weather::StillAtCommit);
    stage.proxy.await_still();
    // The broker ends the transaction, and hears of the commit after that.
    wire.settle(&wire.topics.events);
    stage.proxy.mend();
    let end = worker.wait();
    assert_eq!(end.code, Some(1), "{}", end.log);
    assert!(end.log.contains("transaction.timeout.ms"), "{}", end.log);
    let again = Program::start(&behind(stage, &wire), "0");
    fates.until(ARTICLES);
    again.end();
    count::exactly_once(&wire, expected());
}
