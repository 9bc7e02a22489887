//! Brokers end and come back.

use dateline::config::Delivery;

use super::count;
use super::program::Program;
use super::stage::{ARTICLES, Stage, chance, expected, single, three};
use crate::broker::cluster::Cluster;
use crate::broker::wire::Wire;

/// Runs one worker over all articles while the only broker is killed, asked to end, and killed again. The worker sees
/// it through.
fn restart(stage: &Stage, wire: &Wire) {
    let mut chance = chance();
    let mut fates = wire.follow();
    let worker = Program::start(wire, "0");
    for (n, end) in [Cluster::kill, Cluster::stop, Cluster::kill].into_iter().enumerate() {
        fates.until(ARTICLES / 4 * n + chance.usize(1..ARTICLES / 4));
        end(&stage.cluster, 0);
        stage.cluster.revive(0);
    }
    fates.until(ARTICLES);
    wire.await_end();
    worker.end();
}

#[test]
fn the_broker_ends_and_comes_back() {
    let Some((stage, _alone)) = single() else { return };
    let wire = stage.wire();
    restart(stage, &wire);
    count::exactly_once(&wire, expected());
}

#[test]
fn the_broker_ends_and_comes_back_at_least_once() {
    let Some((stage, _alone)) = single() else { return };
    let mut wire = stage.wire();
    wire.settings.stream.delivery = Delivery::AtLeastOnce;
    restart(stage, &wire);
    let again = count::at_least_once(&wire, expected());
    eprintln!("{again} articles came again");
}

#[test]
fn leaders_are_killed_and_come_back() {
    let Some((stage, _alone)) = three() else { return };
    let wire = stage.wire();
    let mut chance = chance();
    let mut fates = wire.follow();
    let worker = Program::start(&wire, "0");
    let transactions = format!("{}-0", wire.settings.kafka.group);
    let places = [
        (wire.topics.input.as_str(), 0),
        (&wire.topics.events, 0),
        // Kafka finds the coordinator of a transactional id by its hash.
        ("__transaction_state", java_hash(&transactions) % 4),
    ];
    for (n, (topic, partition)) in places.into_iter().enumerate() {
        let part = ARTICLES / 4;
        fates.until(part * n + chance.usize(1..part / 2));
        let leader = stage.cluster.leader(topic, partition);
        stage.cluster.kill(leader);
        // The others go on without it.
        fates.until(fates.seen + part / 4);
        stage.cluster.revive(leader);
        stage.cluster.wait().unwrap();
    }
    fates.until(ARTICLES);
    worker.end();
    count::exactly_once(&wire, expected());
}

/// `String.hashCode` of Java, without its sign.
fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit))) & i32::MAX
}
