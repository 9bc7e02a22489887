//! Workers join and leave while the others work.

use std::time::Duration;

use super::network::Condition;
use super::program::{ASSIGNED, Program};
use super::setup::{Setup, articles, message, rng, single};
use super::verify;

/// A network this slow bounds how many articles go through while the members of a group agree.
const SLOW: Condition = Condition::Slow(Duration::from_millis(5));

/// One worker, then up to four, then one again: each is given partitions while the others work.
fn join_and_leave(setup: &Setup, client: &[(&str, &str)]) {
    let mut wire = setup.wire_of_its_own();
    wire.settings.stream.batch_messages = 20;
    if !client.is_empty() {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        wire.settings.kafka.client = client.iter().map(owned).collect();
    }
    let through_network = setup.through_network(&wire);
    let mut rng = rng();
    let mut progress = wire.progress();
    let mut workers = vec![Program::start(&through_network, "0")];
    setup.network.set(SLOW);
    let sent = wire.keep_busy(0, || {
        let mut step = || progress.until(progress.seen + rng.usize(50..100));
        for name in ["1", "2", "3"] {
            step();
            let worker = Program::start(&through_network, name);
            worker.await_log(ASSIGNED);
            workers.push(worker);
        }
        while workers.len() > 1 {
            step();
            workers.remove(0).end();
        }
        step();
    });
    setup.network.restore();
    let all = articles().max(sent);
    wire.send((sent..all).map(message));
    progress.until(all);
    workers.into_iter().for_each(Program::end);
    verify::exactly_once(&wire, &wire.expected());
}

#[test]
fn workers_join_and_leave() {
    let Some((setup, _place)) = single() else { return };
    join_and_leave(setup, &[]);
}

#[test]
fn workers_join_and_leave_with_the_protocol_of_kip_848() {
    let Some((setup, _place)) = single() else { return };
    // The broker sets the time-outs there.
    join_and_leave(setup, &[("group.protocol", "consumer")]);
}
