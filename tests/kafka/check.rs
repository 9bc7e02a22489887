//! `dateline check` on a real cluster: what it creates, what it finds wrong.

use std::time::Duration;

use dateline::stream::check::{Role, Verdict, check};

use crate::broker::cluster::{PASSWORD, USER, shared, skipped};
use crate::broker::wire::Wire;

/// The findings, one a line, with `WIRE` for the random part of the names.
fn findings(wire: &Wire, create: bool) -> String {
    findings_within(Duration::from_secs(20), wire, Role::Worker, create)
}

fn findings_within(timeout: Duration, wire: &Wire, role: Role, create: bool) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(check(&wire.settings, role, create, timeout));
    let line = |(verdict, what, detail): (Verdict, String, String)| format!("{verdict:?} {what}: {detail}\n");
    let lines: String = found.into_iter().map(|f| line((f.verdict, f.what, f.detail))).collect();
    lines.replace(&wire.settings.kafka.brokers, "BROKERS").replace(&wire.settings.kafka.group, "WIRE")
}

#[test]
fn missing_topics_are_created_as_they_must_be() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::without_topics(cluster);
    assert_eq!(findings(&wire, false).matches("Wrong topic ").count(), 4);
    assert!(!findings(&wire, true).contains("Wrong"));
    wire.await_topics();
    insta::assert_snapshot!(findings(&wire, false), @r##"
    Ok configuration: is valid
    Ok brokers: 1 at BROKERS
    Ok topic WIRE.articles: partitions: 6
    Ok topic WIRE.timeline.events: partitions: 6
    Ok topic WIRE.timeline.articles: partitions: 6
    Ok topic WIRE.timeline.rejected: partitions: 6
    Ok settings of WIRE.articles: as they must be
    Ok settings of WIRE.timeline.events: as they must be
    Ok settings of WIRE.timeline.articles: as they must be
    Ok settings of WIRE.timeline.rejected: as they must be
    Ok reading WIRE.articles: allowed
    Ok reading WIRE.timeline.articles: allowed
    Ok group WIRE: allowed
    Ok transactions: can be started
    Ok writing WIRE.timeline.events: allowed
    Ok writing WIRE.timeline.articles: allowed
    Ok writing WIRE.timeline.rejected: allowed
    "##);
    let timeline = findings_within(Duration::from_secs(20), &wire, Role::Timeline, false);
    insta::assert_snapshot!(timeline, @r##"
    Ok configuration: is valid
    Ok brokers: 1 at BROKERS
    Ok topic WIRE.timeline.events: partitions: 6
    Ok topic WIRE.timeline.articles: partitions: 6
    Ok settings of WIRE.timeline.events: as they must be
    Ok settings of WIRE.timeline.articles: as they must be
    Ok reading WIRE.timeline.events: allowed
    Ok reading WIRE.timeline.articles: allowed
    Ok group dateline-serve: allowed
    "##);
}

#[test]
fn events_that_are_not_compacted_are_wrong() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::without_topics(cluster);
    findings(&wire, true);
    wire.await_topics();
    wire.alter(&wire.topics.events, "cleanup.policy", "delete");

    let found = findings(&wire, false);

    let wrong: Vec<_> = found.lines().filter(|line| line.starts_with("Wrong")).collect();
    insta::assert_snapshot!(wrong.join("\n"), @"Wrong settings of WIRE.timeline.events: cleanup.policy is delete; correct it with `kafka-configs --alter --entity-type topics --entity-name WIRE.timeline.events --add-config cleanup.policy=compact`");
}

#[test]
fn what_undoes_the_window_or_refuses_times_is_named_with_the_command_that_corrects_it() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::without_topics(cluster);
    findings(&wire, true);
    wire.await_topics();
    wire.alter(&wire.topics.articles, "cleanup.policy", "compact,delete");
    wire.alter(&wire.topics.articles, "retention.ms", "604800000");
    wire.alter(&wire.topics.events, "message.timestamp.before.max.ms", "86400000");
    wire.alter(&wire.topics.rejected, "min.insync.replicas", "3");

    let found = findings(&wire, false);

    let wrong: Vec<_> = found.lines().filter(|line| line.starts_with("Wrong settings")).collect();
    for (line, words) in wrong.iter().zip([
        ["WIRE.timeline.events", "message.timestamp.before.max.ms="],
        ["WIRE.timeline.articles", "the 30 days of revisions.window"],
        ["WIRE.timeline.rejected", "min.insync.replicas is 3"],
    ]) {
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
    }
    assert_eq!(wrong.len(), 3, "{found}");
}

#[test]
fn topics_that_no_broker_can_hold_are_not_created() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::without_topics(cluster);
    wire.settings.kafka.replication = 99;
    let found = findings(&wire, true);
    assert_eq!(found.matches("cannot be created: InvalidReplicationFactor").count(), 4, "{found}");
}

#[test]
fn a_wrong_password_is_reported_and_not_printed() {
    let Some(cluster) = shared() else { return };
    let Some(secure) = &cluster.secure else { return skipped("SASL is tested on a cluster of our own") };
    let mut wire = Wire::without_topics(cluster);
    wire.settings.kafka.brokers.clone_from(&secure.scram);
    let mut findings_with = |password: &str, timeout: u64| {
        let settings = [
            ("security.protocol", "SASL_PLAINTEXT"),
            ("sasl.mechanism", "SCRAM-SHA-256"),
            ("sasl.username", USER),
            ("sasl.password", password),
        ];
        wire.settings.kafka.client = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        findings_within(Duration::from_secs(timeout), &wire, Role::Worker, false)
    };
    assert!(findings_with(PASSWORD, 20).contains("Ok brokers"));
    // librdkafka retries until the time is over.
    let found = findings_with("wrong-donkey", 3);
    assert!(found.contains("Wrong brokers: ") && found.contains("uthentication failed"), "{found}");
    assert!(!found.contains("wrong-donkey"), "{found}");
    // A worker ends with the same reason.
    let error = dateline::stream::run(&wire.settings, &dateline::stream::Control::default()).unwrap_err().to_string();
    assert!(error.contains("uthentication failed") && !error.contains("wrong-donkey"), "{error}");
}
