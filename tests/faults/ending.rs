//! Workers end: for good, to be started again, or while the brokers are away. Others, or they themselves, go on at once.

use std::time::{Duration, Instant};

use dateline::stream::MAX_SHUTDOWN_TIME;

use super::network::{Breakpoint, Condition, Request};
use super::program::{ASSIGNED, Program};
use super::setup::{PARTITIONS, message, single};
use crate::broker::wire::Wire;

/// How long it may take until partitions are read again.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A wire whose workers have the session of a worker that is not configured: 45 s.
fn wire() -> Option<(Wire, super::setup::Place)> {
    let (setup, place) = single()?;
    let wire = Wire::without_topics(&setup.cluster);
    wire.make_topics([wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs()), PARTITIONS);
    Some((wire, place))
}

#[test]
fn a_worker_that_was_killed_and_started_again_reads_at_once() {
    let Some((wire, _place)) = wire() else { return };
    wire.send((0..60).map(message));
    let mut progress = wire.progress();
    let mut killed = Program::start(&wire, "a");
    progress.until(60);
    killed.kill();
    wire.send((60..120).map(message));
    let started = Instant::now();

    let again = Program::start(&wire, "a");
    progress.until(61);

    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    progress.until(120);
    again.end();
    assert_eq!(wire.output("read_committed"), wire.expected());
}

#[test]
fn a_worker_that_ends_for_good_gives_its_partitions_up_at_once() {
    let Some((wire, _place)) = wire() else { return };
    let mut progress = wire.progress();
    let first = Program::start(&wire, "a");
    first.await_log(ASSIGNED);
    let second = Program::start(&wire, "b");
    second.await_log(ASSIGNED);
    let third = Program::start(&wire, "c");
    third.await_log(ASSIGNED);
    wire.send((0..60).map(message));
    progress.until(60);
    second.end();
    third.end();
    wire.send((60..120).map(message));
    let started = Instant::now();

    progress.until(120);

    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    first.end();
    assert_eq!(wire.output("read_committed"), wire.expected());
}

#[test]
fn a_worker_whose_name_was_taken_ends_with_that_message() {
    let Some((wire, _place)) = wire() else { return };
    let first = Program::start(&wire, "a");
    first.await_log(ASSIGNED);
    let second = Program::start(&wire, "a");
    second.await_log(ASSIGNED);

    let end = first.wait();

    assert_eq!(end.code, Some(1), "{}", end.log);
    assert!(end.log.contains("another worker") && end.log.contains("--instance"), "{}", end.log);
    wire.send((0..60).map(message));
    wire.await_dispositions(60);
    second.end();
    assert_eq!(wire.output("read_committed"), wire.expected());
}

/// A worker that was asked to end while the brokers did not answer a request, and do not come back.
fn asked_to_end_at(request: Request, condition: Condition) -> Option<(Program, Instant, super::setup::Place)> {
    let (setup, place) = single()?;
    let wire = setup.wire();
    setup.network.stall_at(Breakpoint { request, number: 2, received: false });
    let worker = Program::start(&setup.through_network(&wire), "0");
    setup.network.await_stall();
    setup.network.set(condition);
    let asked = Instant::now();
    worker.signal("TERM");
    worker.await_log("shutting down");
    Some((worker, asked, place))
}

#[test]
fn a_worker_ends_in_time_although_the_brokers_are_away() {
    for (request, condition) in [(Request::TxnOffsetCommit, Condition::Down), (Request::EndTxn, Condition::Stalled)] {
        let Some((worker, asked, _place)) = asked_to_end_at(request, condition) else { return };

        let end = worker.wait();

        assert!(asked.elapsed() < MAX_SHUTDOWN_TIME + Duration::from_secs(3), "{:?}\n{}", asked.elapsed(), end.log);
        assert_eq!(end.code, Some(1), "{}", end.log);
        assert!(end.log.contains("will be read again"), "{}", end.log);
    }
}

#[test]
fn a_second_signal_ends_a_worker_at_once() {
    let Some((worker, _, _place)) = asked_to_end_at(Request::AddOffsetsToTxn, Condition::Stalled) else { return };
    let asked = Instant::now();

    worker.signal("TERM");
    let end = worker.wait();

    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(end.code, Some(1), "{}", end.log);
    assert!(end.log.contains("a second signal: ending at once"), "{}", end.log);
}
