//! The brokers refuse what the worker sends.

use std::time::{Duration, Instant};

use dateline::stream::check::{Role, Verdict, check};

use super::acl::{Kind, Operation, allow, deny, grant, revoke};
use super::network::{Breakpoint, Request};
use super::program::Program;
use super::setup::{PARTITIONS, Setup, articles, expected, message, rng, single};
use super::verify;
use crate::broker::cluster::{PASSWORD, USER};
use crate::broker::wire::{Outgoing, PATIENCE, Wire, article, broken};

/// One article in so many has a sentence too long for the topic of the events.
const LONG: usize = 100;
/// What the topic takes; such a sentence is longer.
const LIMIT: usize = 2_500;

/// A wire with an input of its own, in which some sentences are long.
fn with_long_sentences(setup: &Setup, articles: usize) -> Wire {
    let wire = setup.wire_of_its_own();
    let mut rng = rng();
    let mut word = || (0..8).map(|_| rng.lowercase()).collect::<String>();
    wire.send((0..articles).map(|n| {
        let partition = n as i32 % PARTITIONS;
        if n % 1000 == 999 {
            return broken(partition, Some(b"{"));
        }
        let mut message = Outgoing { partition, ..article(n) };
        if n % LONG == 50 {
            let mut json: serde_json::Value = serde_json::from_slice(message.value.as_deref().unwrap()).unwrap();
            let words: Vec<String> = (0..240).map(|_| word()).collect();
            json["body"] = format!("The mayor opened the bridge to traffic on Monday for {}.", words.join(" ")).into();
            message.value = Some(serde_json::to_vec(&json).unwrap());
        }
        message
    }));
    wire
}

#[test]
fn a_topic_refuses_records_for_their_size() {
    let Some((setup, _place)) = single() else { return };
    let count = articles() / 5;
    let wire = with_long_sentences(setup, count);
    let mut expected = wire.expected();
    // No event of such an article is published.
    let long: Vec<_> = expected.articles.iter().filter(|(_, id)| is_long(id)).map(|(source, _)| *source).collect();
    assert_eq!(long.len(), count / LONG);
    expected.events.retain(|(_, value)| value.len() < LIMIT);
    for source in long {
        expected.articles.remove(&source);
        expected.rejected.insert(source, "record-too-large".into());
    }
    wire.alter(&wire.topics.events, "max.message.bytes", "100000");
    // The worker has started with another limit, and its first records are on their way.
    setup.network.stall_at(Breakpoint { request: Request::Produce, number: 1, received: false });
    let worker = Program::start(&setup.through_network(&wire), "0");
    setup.network.await_stall();
    wire.alter(&wire.topics.events, "max.message.bytes", &LIMIT.to_string());
    setup.network.restore();
    wire.await_dispositions(count);
    worker.end();
    verify::exactly_once(&wire, &expected);
}

fn is_long(id: &str) -> bool {
    id.trim_start_matches("wire-").parse::<usize>().unwrap() % LONG == 50
}

#[test]
fn the_disk_of_the_broker_is_full() {
    let Some((setup, _place)) = single() else { return };
    let wire = setup.wire();
    // By then the files are larger than they may be, and there is more to come.
    setup.network.stall_at(Breakpoint::random(&mut rng(), &[Request::EndTxn], 10..=40));
    let worker = Program::start(&setup.through_network(&wire), "0");
    setup.network.await_stall();
    setup.cluster.fill_disk(0, 100_000);
    setup.network.restore();
    setup.cluster.await_end_of(0);
    // Somebody makes room and starts it again.
    setup.cluster.revive(0);
    wire.await_dispositions(articles());
    worker.end();
    verify::exactly_once(&wire, expected());
}

#[test]
fn permissions_are_withdrawn_and_given_back() {
    let Some((setup, _place)) = single() else { return };
    let wire = setup.wire_of_its_own();
    let guarded = guarded(setup, &wire);
    let id = format!("{}-0", wire.settings.kafka.group);
    let withdrawn = [
        (Operation::Write, Kind::Topic, wire.topics.events.as_str()),
        (Operation::Read, Kind::Topic, &wire.topics.input),
        (Operation::Read, Kind::Group, &wire.settings.kafka.group),
        (Operation::Write, Kind::TransactionalId, &id),
    ];
    let mut rng = rng();
    let mut progress = wire.progress();
    let mut sent = 0;
    for (operation, kind, name) in withdrawn {
        let worker = Program::start(&guarded, "0");
        sent = wire.keep_busy(sent, || {
            progress.until(progress.seen + rng.usize(1..articles() / 10));
            deny(&setup.cluster, operation, kind, name);
            let end = worker.wait();
            allow(&setup.cluster, operation, kind, name);
            assert_eq!(end.code, Some(1), "{}", end.log);
            let last = end.log.lines().last().unwrap_or_default();
            assert!(last.contains("denied access") && last.contains(name), "{kind:?}: {}", end.log);
        });
    }
    let all = articles().max(sent);
    wire.send((sent..all).map(message));
    let worker = Program::start(&guarded, "0");
    progress.until(all);
    worker.end();
    verify::exactly_once(&wire, &wire.expected());
}

/// The wire for a client of the listener where permissions count.
fn guarded(setup: &Setup, wire: &Wire) -> Wire {
    let mut guarded = Wire { settings: wire.settings.clone(), topics: wire.topics.clone() };
    guarded.settings.kafka.brokers.clone_from(&setup.cluster.secure.as_ref().unwrap().scram);
    guarded.set("security.protocol", "SASL_PLAINTEXT");
    guarded.set("sasl.mechanism", "SCRAM-SHA-256");
    guarded.set("sasl.username", USER);
    guarded.set("sasl.password", PASSWORD);
    guarded
}

#[test]
fn a_check_names_the_permission_that_a_timeline_lacks() {
    let Some((setup, _place)) = single() else { return };
    let wire = setup.wire();
    let guarded = guarded(setup, &wire);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let wrong = || -> Vec<String> {
        let found = runtime.block_on(check(&guarded.settings, Role::Timeline, false, Duration::from_secs(20)));
        let wrong = found.into_iter().filter(|it| it.verdict == Verdict::Wrong).map(|it| it.what);
        // The topics of a test are not compacted.
        wrong.filter(|what| !what.starts_with("settings of")).collect()
    };
    // A permission counts a moment after it was given or withdrawn.
    let until = |expected: &[String]| {
        let begun = Instant::now();
        let mut seen = wrong();
        while seen != expected && begun.elapsed() < PATIENCE {
            seen = wrong();
        }
        assert_eq!(seen, expected);
    };
    until(&[]);
    let [events, articles] = [&wire.topics.events, &wire.topics.articles];
    let group = &guarded.settings.serve.group;
    // Whoever may not read a topic does not see it either.
    for (kind, name, what) in
        [(Kind::Topic, events, "topic"), (Kind::Topic, articles, "topic"), (Kind::Group, group, "group")]
    {
        deny(&setup.cluster, Operation::Read, kind, name);
        until(&[format!("{what} {name}")]);
        allow(&setup.cluster, Operation::Read, kind, name);
        until(&[]);
    }
}

/// What a check found of each thing.
type Found = Vec<(Verdict, String)>;

#[test]
fn a_check_asks_for_exactly_what_a_worker_needs() {
    let Some((setup, _place)) = single() else { return };
    let wire = setup.wire_of_its_own();
    let guarded = guarded(setup, &wire);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = || -> Found {
        let found = runtime.block_on(check(&guarded.settings, Role::Worker, false, Duration::from_secs(20)));
        found.into_iter().map(|it| (it.verdict, it.what)).collect()
    };
    let until = |is_expected: &dyn Fn(&Found) -> bool| {
        let begun = Instant::now();
        let mut seen = found();
        while !is_expected(&seen) && begun.elapsed() < PATIENCE {
            seen = found();
        }
        assert!(is_expected(&seen), "{seen:?}");
    };
    let group = &wire.settings.kafka.group;
    let (id, own) = (format!("{group}-0"), format!("{group}-0-check"));
    let [events, articles, rejected] = wire.topics.outputs();
    let needed = [
        (Operation::Read, Kind::Topic, wire.topics.input.as_str()),
        (Operation::Read, Kind::Topic, articles),
        (Operation::Write, Kind::Topic, articles),
        (Operation::Write, Kind::Topic, events),
        (Operation::Write, Kind::Topic, rejected),
        (Operation::Read, Kind::Group, group),
        (Operation::Write, Kind::TransactionalId, &id),
    ];
    for (operation, kind, name) in needed {
        grant(&setup.cluster, operation, kind, name);
    }
    deny(&setup.cluster, Operation::Write, Kind::TransactionalId, &own);
    until(&|seen| {
        // The topics of a test are not compacted.
        let others: Vec<_> = seen.iter().filter(|(_, what)| !what.starts_with("settings of")).collect();
        others.iter().all(|(verdict, _)| *verdict == Verdict::Ok)
            && others.iter().any(|(_, what)| *what == format!("writing {events}"))
    });
    let wrong = |what: String| move |seen: &Found| seen.contains(&(Verdict::Wrong, what.clone()));
    deny(&setup.cluster, Operation::Write, Kind::Topic, articles);
    until(&wrong(format!("writing {articles}")));
    allow(&setup.cluster, Operation::Write, Kind::Topic, articles);
    deny(&setup.cluster, Operation::Write, Kind::TransactionalId, &id);
    until(&wrong("transactions".to_owned()));
    for (operation, kind, name) in needed {
        revoke(&setup.cluster, operation, kind, name);
    }
    for id in [&own, &id] {
        allow(&setup.cluster, Operation::Write, Kind::TransactionalId, id);
    }
}
