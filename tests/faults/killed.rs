//! The worker is killed, again and again.

use std::thread;
use std::time::Duration;

use dateline::config::Delivery;

use super::count;
use super::program::Program;
use super::stage::{ARTICLES, chance, expected, single};
use crate::broker::wire::Wire;

/// Kills the worker so many times, at moments of chance: a while after so many articles are committed, when it is in
/// the midst of the next ones, or a while after it started.
fn kill(wire: &Wire, times: usize) {
    let mut chance = chance();
    let mut fates = wire.follow();
    for life in 0..times {
        let worker = Program::start(wire, "0");
        if chance.u32(0..4) > 0 {
            fates.until(ARTICLES * life / times + chance.usize(1..ARTICLES / times));
            thread::sleep(Duration::from_millis(chance.u64(0..50)));
        } else {
            thread::sleep(Duration::from_millis(chance.u64(0..1500)));
        }
        worker.kill();
    }
    assert!(fates.seen < ARTICLES, "all was done before the last kill");
    let worker = Program::start(wire, "0");
    fates.until(ARTICLES);
    wire.await_end();
    worker.end();
}

#[test]
fn killed_twenty_times_every_record_is_there_once() {
    let Some((stage, _alone)) = single() else { return };
    let wire = stage.wire();
    kill(&wire, 20);
    count::exactly_once(&wire, expected());
}

#[test]
fn at_least_once_loses_nothing_and_repeats_only_the_same() {
    let Some((stage, _alone)) = single() else { return };
    let mut wire = stage.wire();
    wire.settings.stream.delivery = Delivery::AtLeastOnce;
    kill(&wire, 5);
    let again = count::at_least_once(&wire, expected());
    eprintln!("{again} articles came again");
}
