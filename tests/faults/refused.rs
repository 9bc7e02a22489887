//! The brokers do not take what the worker sends.

use std::time::{Duration, Instant};

use dateline::stream::check::{Role, Verdict, check};

use super::acl::{Kind, Operation, allow, forbid};
use super::count;
use super::program::Program;
use super::stage::{ARTICLES, PARTITIONS, Stage, chance, expected, single};
use crate::broker::cluster::{PASSWORD, USER};
use crate::broker::wire::{Outgoing, PATIENCE, Wire, article, broken};

/// Every so many articles one has a sentence too long for the topic of the events.
const LONG: usize = 100;
/// What the topic takes, and what such a sentence is longer than.
const LIMIT: usize = 2_500;

/// A wire with an input of its own, in which some sentences are long.
fn with_long_sentences(stage: &Stage, articles: usize) -> Wire {
    let wire = stage.wire_of_its_own();
    let mut chance = chance();
    let mut word = || (0..8).map(|_| chance.lowercase()).collect::<String>();
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
    let Some((stage, _alone)) = single() else { return };
    const SOME: usize = 4_000;
    let wire = with_long_sentences(stage, SOME);
    let mut expected = wire.expected();
    // Such an article is told in no part.
    let long: Vec<_> = expected.articles.iter().filter(|(_, id)| is_long(id)).map(|(place, _)| *place).collect();
    assert_eq!(long.len(), SOME / LONG);
    expected.events.retain(|(_, value)| value.len() < LIMIT);
    for place in long {
        expected.articles.remove(&place);
        expected.rejected.insert(place, "record-too-large".into());
    }
    let mut fates = wire.follow();
    wire.alter(&wire.topics.events, "max.message.bytes", "100000");
    let worker = Program::start(&wire, "0");
    worker.await_word("partitions assigned");
    // It has begun with another limit.
    wire.alter(&wire.topics.events, "max.message.bytes", &LIMIT.to_string());
    fates.until(SOME);
    worker.end();
    // What went out before the limit changed may have been long as well.
    count::exactly_once(&wire, &expected);
}

fn is_long(id: &str) -> bool {
    id.trim_start_matches("wire-").parse::<usize>().unwrap() % LONG == 50
}

#[test]
fn the_disk_of_the_broker_is_full() {
    let Some((stage, _alone)) = single() else { return };
    let wire = stage.wire();
    let mut fates = wire.follow();
    let worker = Program::start(&wire, "0");
    fates.until(chance().usize(1..ARTICLES / 2));
    stage.cluster.fill_disk(0, 100_000);
    stage.cluster.await_death(0);
    // Room is made, and it is started again.
    stage.cluster.revive(0);
    fates.until(ARTICLES);
    worker.end();
    count::exactly_once(&wire, expected());
}

#[test]
fn permissions_are_withdrawn_and_given_back() {
    let Some((stage, _alone)) = single() else { return };
    let wire = stage.wire();
    let guarded = guarded(stage, &wire);
    let id = format!("{}-0", wire.settings.kafka.group);
    let withdrawn = [
        (Operation::Write, Kind::Topic, wire.topics.events.as_str()),
        (Operation::Read, Kind::Topic, &wire.topics.input),
        (Operation::Read, Kind::Group, &wire.settings.kafka.group),
        (Operation::Write, Kind::TransactionalId, &id),
    ];
    let mut chance = chance();
    let mut fates = wire.follow();
    for (n, (operation, kind, name)) in withdrawn.into_iter().enumerate() {
        let worker = Program::start(&guarded, "0");
        let part = ARTICLES / 5;
        fates.until(part * n + chance.usize(1..part));
        forbid(&stage.cluster, operation, kind, name);
        let end = worker.wait();
        allow(&stage.cluster, operation, kind, name);
        assert_eq!(end.code, Some(1), "{}", end.log);
        let last = end.log.lines().last().unwrap_or_default();
        assert!(last.contains("denied access") && last.contains(name), "{kind:?}: {}", end.log);
    }
    let worker = Program::start(&guarded, "0");
    fates.until(ARTICLES);
    worker.end();
    count::exactly_once(&wire, expected());
}

/// The wire for a client that comes in by a door where rights count.
fn guarded(stage: &Stage, wire: &Wire) -> Wire {
    let mut guarded = Wire { settings: wire.settings.clone(), topics: wire.topics.clone() };
    guarded.settings.kafka.brokers.clone_from(&stage.cluster.secure.as_ref().unwrap().scram);
    guarded.set("security.protocol", "SASL_PLAINTEXT");
    guarded.set("sasl.mechanism", "SCRAM-SHA-256");
    guarded.set("sasl.username", USER);
    guarded.set("sasl.password", PASSWORD);
    guarded
}

#[test]
fn a_check_names_the_right_that_a_timeline_lacks() {
    let Some((stage, _alone)) = single() else { return };
    let wire = stage.wire();
    let guarded = guarded(stage, &wire);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let wrong = || -> Vec<String> {
        let found = runtime.block_on(check(&guarded.settings, Role::Timeline, false, Duration::from_secs(20)));
        let wrong = found.into_iter().filter(|it| it.verdict == Verdict::Wrong).map(|it| it.what);
        // The topics of a test are not compacted.
        wrong.filter(|what| !what.starts_with("settings of")).collect()
    };
    // A right counts a moment after it was given or taken.
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
        forbid(&stage.cluster, Operation::Read, kind, name);
        until(&[format!("{what} {name}")]);
        allow(&stage.cluster, Operation::Read, kind, name);
        until(&[]);
    }
}
