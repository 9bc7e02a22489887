//! The worker is killed, again and again.

use std::time::Duration;

use dateline::config::Delivery;

use super::network::{Breakpoint, Request};
use super::program::Program;
use super::setup::{Setup, articles, expected, rng, single};
use super::verify;
use crate::broker::wire::Wire;

/// Requests of a worker's start.
const START: [Request; 5] =
    [Request::InitProducerId, Request::JoinGroup, Request::SyncGroup, Request::OffsetFetch, Request::Fetch];

/// Kills the worker at each of these requests, before and after the broker has received it.
fn kill_at(setup: &Setup, wire: &mut Wire, requests: &[Request]) {
    // The next worker waits for as long until the broker has put the last one out of the group.
    wire.set_session(Duration::from_secs(1));
    let mut rng = rng();
    let mut moments: Vec<_> = requests.iter().flat_map(|request| [(*request, false), (*request, true)]).collect();
    rng.shuffle(&mut moments);
    for (request, received) in moments {
        let number = if START.contains(&request) { 1 } else { rng.usize(1..=3) };
        setup.network.stall_at(Breakpoint { request, number, received });
        let mut worker = Program::start(&setup.through_network(wire), "0");
        setup.network.await_stall();
        worker.kill();
        // What is on its way reaches the broker, or does not.
        if rng.bool() {
            setup.network.cut();
        }
        setup.network.restore();
    }
    assert!(!wire.is_at_end(), "all was committed before the last kill");
    let worker = Program::start(wire, "0");
    wire.await_dispositions(articles());
    wire.await_end();
    worker.end();
}

#[test]
fn killed_twenty_times_every_record_is_there_once() {
    let Some((setup, _place)) = single() else { return };
    let mut wire = setup.wire();
    kill_at(setup, &mut wire, &[START, Request::OF_A_TRANSACTION].concat());
    verify::exactly_once(&wire, expected());
}

#[test]
fn at_least_once_loses_nothing_and_repeats_only_the_same() {
    let Some((setup, _place)) = single() else { return };
    let mut wire = setup.wire();
    wire.settings.stream.delivery = Delivery::AtLeastOnce;
    kill_at(setup, &mut wire, &[&START[..], &Request::AT_LEAST_ONCE].concat());
    let repeated = verify::at_least_once(&wire, expected());
    eprintln!("{repeated} dispositions were repeated");
}
