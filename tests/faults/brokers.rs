//! Brokers end and come back.

use dateline::config::Delivery;

use super::network::{Breakpoint, Request};
use super::program::Program;
use super::setup::{Setup, articles, expected, message, rng, single, three};
use super::verify;
use crate::broker::cluster::Cluster;
use crate::broker::wire::Wire;

/// Runs one worker over all articles while the only broker is killed, asked to end, and killed again, each time in the
/// midst of a batch. The worker survives it.
fn restart(setup: &Setup, wire: &Wire, requests: &[Request]) {
    let mut rng = rng();
    let mut worker = None;
    for end in [Cluster::kill, Cluster::stop, Cluster::kill] {
        setup.network.stall_at(Breakpoint::random(&mut rng, requests, 3..=10));
        worker = worker.or_else(|| Some(Program::start(&setup.through_network(wire), "0")));
        setup.network.await_stall();
        assert!(!wire.is_at_end(), "all is committed already");
        end(&setup.cluster, 0);
        setup.network.restore();
        setup.cluster.revive(0);
    }
    wire.await_dispositions(articles());
    wire.await_end();
    worker.unwrap().end();
}

#[test]
fn the_broker_ends_and_comes_back() {
    let Some((setup, _place)) = single() else { return };
    let wire = setup.wire();
    restart(setup, &wire, &Request::OF_A_TRANSACTION);
    verify::exactly_once(&wire, expected());
}

#[test]
fn the_broker_ends_and_comes_back_at_least_once() {
    let Some((setup, _place)) = single() else { return };
    let mut wire = setup.wire();
    wire.settings.stream.delivery = Delivery::AtLeastOnce;
    restart(setup, &wire, &Request::AT_LEAST_ONCE);
    let repeated = verify::at_least_once(&wire, expected());
    eprintln!("{repeated} dispositions were repeated");
}

#[test]
fn leaders_are_killed_and_come_back() {
    let Some((setup, _place)) = three() else { return };
    let (cluster, wire) = (&setup.cluster, setup.wire());
    let mut rng = rng();
    let mut progress = wire.progress();
    let worker = Program::start(&setup.through_network(&wire), "0");
    let transactions = format!("{}-0", wire.settings.kafka.group);
    let leaders = [
        (wire.topics.input.as_str(), 0),
        (&wire.topics.events, 0),
        // Kafka finds the coordinator of a transactional id by its hash.
        ("__transaction_state", java_hash(&transactions) % 4),
    ];
    let part = articles() / 4;
    for (n, (topic, partition)) in leaders.into_iter().enumerate() {
        setup.network.stall_at(Breakpoint::random(&mut rng, &Request::OF_A_TRANSACTION, 1..=3));
        wire.send((part * n..part * (n + 1)).map(message));
        setup.network.await_stall();
        let leader = cluster.leader(topic, partition);
        cluster.kill(leader);
        setup.network.restore();
        // The others go on without it.
        progress.until(part * n + part / 2);
        cluster.revive(leader);
        cluster.wait().unwrap();
    }
    wire.send((part * 3..articles()).map(message));
    progress.until(articles());
    worker.end();
    verify::exactly_once(&wire, expected());
}

/// `String.hashCode` of Java, without its sign.
fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit))) & i32::MAX
}
