//! Workers join and leave while the wire runs.

use super::count;
use super::program::Program;
use super::stage::{ARTICLES, chance, expected, single};
use crate::broker::outcome::Follower;
use crate::broker::wire::Wire;

/// One worker, then up to four, then one again: each is given partitions while the others work.
fn join_and_leave(wire: &Wire) {
    let mut chance = chance();
    let mut fates = wire.follow();
    let mut workers = vec![Program::start(wire, "0")];
    let mut step = |fates: &mut Follower| {
        let more = chance.usize(ARTICLES / 20..ARTICLES / 10);
        fates.until(fates.seen + more);
    };
    for name in ["1", "2", "3"] {
        step(&mut fates);
        let worker = Program::start(wire, name);
        worker.await_word("partitions assigned");
        workers.push(worker);
    }
    while workers.len() > 1 {
        step(&mut fates);
        workers.remove(0).end();
    }
    assert!(fates.seen < ARTICLES, "all was done before the last one left");
    fates.until(ARTICLES);
    for worker in workers {
        worker.end();
    }
    count::exactly_once(wire, expected());
}

#[test]
fn workers_join_and_leave() {
    let Some((stage, _alone)) = single() else { return };
    let mut wire = stage.wire();
    wire.settings.stream.batch_messages = 20;
    join_and_leave(&wire);
}

#[test]
fn workers_join_and_leave_with_the_protocol_of_kip_848() {
    let Some((stage, _alone)) = single() else { return };
    let mut wire = stage.wire();
    wire.settings.stream.batch_messages = 20;
    // The broker sets the time-outs there.
    wire.settings.kafka.client = vec![("group.protocol".into(), "consumer".into())];
    join_and_leave(&wire);
}
