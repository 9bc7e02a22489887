//! `dateline backfill`: which range, to which topics, and that it can be stopped, killed and repeated.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use rdkafka::Message;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;
use tempfile::TempDir;

use super::program::{dateline, terminate};
use crate::broker::cluster::shared;
use crate::broker::output::{Records, Source};
use crate::broker::wire::wait;
use crate::broker::wire::{Outgoing, PARTITIONS, PATIENCE, Wire, article, broken};

/// A backfill that has ended.
pub struct Run {
    pub code: Option<i32>,
    /// Standard output and standard error.
    pub printed: String,
    pub report: Value,
}

/// Runs a backfill to its end.
pub fn backfill(wire: &Wire, flags: &[&str]) -> Run {
    let folder = TempDir::new().unwrap();
    let output = start(wire, flags, folder.path()).wait_with_output().unwrap();
    ended(&output, folder.path())
}

pub fn start(wire: &Wire, flags: &[&str], folder: &Path) -> Child {
    let report = folder.join("report.json");
    let mut program = dateline(wire, "backfill", flags);
    program.args(["--yes", "--report", report.to_str().unwrap()]).stdin(Stdio::null());
    program.spawn().unwrap()
}

fn ended(output: &Output, folder: &Path) -> Run {
    let printed = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    let report = fs::read_to_string(folder.join("report.json")).unwrap_or_else(|_| "null".to_owned());
    Run { code: output.status.code(), printed, report: serde_json::from_str(&report).unwrap() }
}

/// The wire with output topics of another prefix.
fn to_topics(wire: &Wire, name: &str) -> Wire {
    let mut other = Wire { settings: wire.settings.clone(), topics: wire.topics.clone() };
    other.settings.kafka.output_prefix = format!("{}.{name}.", wire.settings.kafka.group);
    other.topics = dateline::config::Topics::new(&other.settings.kafka);
    other.make_topics(other.topics.outputs(), PARTITIONS);
    other
}

/// Sends messages whose records are an hour apart in their partition, from midnight of 1 March 2026 on.
pub fn send_hourly(wire: &Wire, messages: impl Iterator<Item = Outgoing>) {
    let producer: BaseProducer = wire.client().create().unwrap();
    let mut hours: BTreeMap<i32, i64> = BTreeMap::new();
    for message in messages {
        let hour = hours.entry(message.partition).or_default();
        let record = BaseRecord::<[u8], [u8]>::to(&wire.topics.input)
            .partition(message.partition)
            .timestamp(1_772_323_200_000 + *hour * 3_600_000)
            .payload(message.value.as_deref().unwrap());
        producer.send(record).map_err(|(error, _)| error).unwrap();
        *hour += 1;
    }
    producer.flush(PATIENCE).unwrap();
}

/// The partitions and offsets of the articles that have a disposition.
fn sources(output: &Records) -> Vec<Source> {
    output.articles.keys().copied().collect()
}

/// What compacted topics would hold: the last value of each key.
fn last_values(wire: &Wire) -> BTreeMap<(String, Vec<u8>), Option<Vec<u8>>> {
    let topics = [&wire.topics.events, &wire.topics.articles];
    let messages = topics.into_iter().flat_map(|topic| wire.read(topic, "read_committed"));
    messages.map(|it| ((it.topic().to_owned(), it.key().unwrap().to_vec()), it.payload().map(<[u8]>::to_vec))).collect()
}

#[test]
fn it_publishes_what_the_live_worker_publishes_and_repeated_changes_nothing() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..100).map(article).chain([broken(1, Some(b"{}")), broken(2, Some(b""))]));
    wire.run_until(102);
    let live = wire.output("read_committed");
    let other = to_topics(&wire, "rebuild");

    let run = backfill(&other, &["--earliest"]);

    assert_eq!(run.code, Some(3), "two were rejected: {}", run.printed);
    assert_eq!(other.output("read_committed"), live);
    assert_eq!(run.report["read"], 102);
    assert_eq!(run.report["articles"], 100);
    assert_eq!(run.report["rejected"], rejections(&live));
    assert_eq!(run.report["events"], live.events.len());
    assert_eq!(run.report["finished"], true);

    let before = last_values(&other);
    let again = backfill(&other, &["--earliest", "--restart"]);
    assert_eq!(again.report["read"], 102, "{}", again.printed);
    assert_eq!(again.report["resumed"], false);
    assert_eq!(last_values(&other), before);
    let allowed = backfill(&other, &["--earliest", "--restart", "--allow-rejected"]);
    assert_eq!(allowed.code, Some(0), "{}", allowed.printed);
}

/// The codes of rejections with their counts, as a report has them.
fn rejections(output: &Records) -> Value {
    let mut counts = BTreeMap::<&str, u64>::new();
    output.rejected.values().for_each(|code| *counts.entry(code).or_default() += 1);
    serde_json::to_value(counts).unwrap()
}

#[test]
fn a_range_of_times_includes_its_start_and_excludes_its_end() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    send_hourly(&wire, (0..90).map(article));

    let run = backfill(&wire, &["--from", "2026-03-01T05:00:00Z", "--to", "2026-03-01T06:00:00+00:00"]);
    assert_eq!(run.code, Some(0), "{}", run.printed);
    assert_eq!(sources(&wire.output("read_committed")), [(0, 5), (1, 5), (2, 5)]);
    assert!(run.printed.contains("2026-03-01 05:00:00 UTC"), "{}", run.printed);

    // A day means its midnight; the end of the topic is where it is now.
    let other = to_topics(&wire, "day");
    let run = backfill(&other, &["--from", "2 March 2026"]);
    assert_eq!(run.code, Some(0), "{}", run.printed);
    let found = sources(&other.output("read_committed"));
    assert_eq!(found.len(), 18);
    assert!(found.iter().all(|(_, offset)| *offset >= 24), "{found:?}");

    let nothing = backfill(&to_topics(&wire, "none"), &["--from", "yesterday"]);
    assert_eq!((nothing.code, &nothing.report["read"]), (Some(0), &0.into()), "{}", nothing.printed);
}

#[test]
fn a_range_of_offsets_covers_the_partitions_that_are_named() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..30).map(article));

    let run = backfill(&wire, &["--from-offset", "0:7,2:9", "--to-offset", "0:9,1:3,2:10"]);
    assert_eq!(run.code, Some(0), "{}", run.printed);
    assert_eq!(sources(&wire.output("read_committed")), [(0, 7), (0, 8), (2, 9)]);

    let other = to_topics(&wire, "one");
    backfill(&other, &["--earliest", "--partitions", "1"]);
    assert_eq!(sources(&other.output("read_committed")), (0..10).map(|offset| (1, offset)).collect::<Vec<_>>());

    for (flags, word) in [
        (&["--earliest", "--partitions", "9"][..], "no partition 9"),
        (&["--from-offset", "0:11"][..], "offsets 0 to 10"),
    ] {
        let run = backfill(&wire, flags);
        assert_eq!(run.code, Some(1), "{}", run.printed);
        assert!(run.printed.contains(word), "{}", run.printed);
    }
}

#[test]
fn a_range_of_publication_times_is_decided_by_the_articles() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    // Article `n` is of day 1 + n % 28 of March at 09:30+01:00.
    wire.send((0..60).map(article).chain([broken(0, Some(b"{}"))]));

    let flags = ["--by", "published", "--from", "2026-03-03T08:30:00Z", "--to", "2026-03-05"];
    let run = backfill(&wire, &flags);

    let found = wire.output("read_committed");
    let ids: Vec<&String> = found.articles.values().collect();
    assert_eq!(ids.len(), 6, "{ids:?}");
    assert!(
        ["wire-2", "wire-3", "wire-30", "wire-31", "wire-58", "wire-59"]
            .iter()
            .all(|id| ids.contains(&&id.to_string()))
    );
    assert_eq!(found.rejected.len(), 0, "what has no time is in no range");
    assert_eq!((&run.report["read"], &run.report["outside"]), (&61.into(), &55.into()));
}

#[test]
fn a_dry_run_reports_and_leaves_no_trace() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    send_hourly(&wire, (0..30).map(article));

    let run = backfill(&wire, &["--earliest", "--dry-run"]);

    assert_eq!(run.code, Some(0), "{}", run.printed);
    assert_eq!(run.report, Value::Null);
    for word in
        ["At most 30 messages", "0..10", "2026-03-01 00:00:00 UTC", "2026-03-01 09:00:00 UTC", "dateline-backfill-"]
    {
        assert!(run.printed.contains(word), "{word}: {}", run.printed);
    }
    assert!(wire.output("read_uncommitted") == Records::default());
}

#[test]
fn flags_that_cannot_work_are_refused() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    for (flags, word) in [
        (&[][..], "--earliest"),
        (&["--from", "soon"][..], "7 days ago"),
        (&["--from-offset", "5"][..], "0:1500"),
        (&["--from-offset", "0:0", "--by", "published"][..], "offsets refer to records"),
        (&["--earliest", "--rate", "0"][..], "--rate"),
        (&["--from", "2026-03-02", "--to", "2026-03-01"][..], "after --to"),
        (&["--from", "3026-03-02"][..], "ahead of now"),
        (&["--from-offset", "0:7", "--to-offset", "0:6"][..], "partition 0"),
        (&["--earliest", "--from", "2019"][..], "cannot be used with"),
    ] {
        let run = backfill(&wire, flags);
        assert_eq!(run.code, Some(2), "{}", run.printed);
        assert!(run.printed.contains(word), "{word}: {}", run.printed);
    }
}

#[test]
fn stopped_it_resumes_where_it_was_with_the_end_that_it_had() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..300).map(article));
    let folder = TempDir::new().unwrap();
    let first = start(&wire, &["--earliest", "--rate", "200"], folder.path());
    wire.await_dispositions(50);
    let first = ended(&terminate(first), folder.path());
    assert_eq!(first.code, Some(1), "{}", first.printed);
    assert!(first.printed.contains("run the same command to resume"), "{}", first.printed);
    assert_eq!(first.report["finished"], false);
    // What arrives meanwhile is not in the range.
    wire.send((300..330).map(article));

    let second = backfill(&wire, &["--earliest", "--rate", "5000"]);

    assert_eq!(second.code, Some(0), "{}", second.printed);
    assert!(second.printed.contains("Resuming"), "{}", second.printed);
    let read = |run: &Run| run.report["read"].as_u64().unwrap();
    assert_eq!(read(&first) + read(&second), 300);
    let found = wire.output("read_committed");
    assert_eq!((found.articles.len(), found.repeated.len()), (300, 0));

    let again = backfill(&to_topics(&wire, "again"), &["--earliest"]);
    assert_eq!(again.report["read"], 330, "another destination is another backfill");
}

#[test]
fn killed_again_and_again_every_record_is_there_once() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..1500).map(article));
    let folder = TempDir::new().unwrap();
    let mut progress = wire.progress();
    for run in 1..=6 {
        let mut child = start(&wire, &["--earliest"], folder.path());
        progress.until(run * 150);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = backfill(&wire, &["--earliest"]);
    assert_eq!(last.code, Some(0), "{}", last.printed);
    let found = wire.output("read_committed");
    assert_eq!(found.repeated, []);
    assert_eq!(found, wire.expected());
}

#[test]
fn a_file_has_every_event_once_even_after_kills() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..1500).map(article).chain([broken(1, Some(b"{}"))]));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("events.jsonl");
    let flags = ["--earliest", "--output", path.to_str().unwrap()];
    for run in 1..=4u64 {
        let mut child = start(&wire, &flags, folder.path());
        let begun = Instant::now();
        while fs::metadata(&path).map_or(0, |file| file.len()) < run * 200_000 {
            assert!(begun.elapsed() < PATIENCE, "the file does not grow");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = backfill(&wire, &flags);
    assert_eq!(last.code, Some(3), "{}", last.printed);
    let mut lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    let mut expected: Vec<String> = wire.expected().events.into_iter().map(|(_, value)| value).collect();
    expected.sort();
    assert!(lines == expected, "{} lines, {} events", lines.len(), expected.len());
    assert!(wire.output("read_uncommitted") == Records::default(), "no topic is written");
}

#[test]
fn events_go_to_standard_output_and_everything_else_to_standard_error() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..20).map(article));
    let folder = TempDir::new().unwrap();
    let output = start(&wire, &["--earliest", "--output", "-"], folder.path()).wait_with_output().unwrap();
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), wire.expected().events.len());
    assert!(String::from_utf8(output.stderr).unwrap().contains("Articles extracted"));
}

#[test]
fn a_rate_is_kept_within_a_tenth() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    // Twenty seconds' worth: the start and the end, which count as well, are more than a second on a busy machine.
    wire.send((0..6000).map(article));
    let folder = TempDir::new().unwrap();
    let mut program = dateline(&wire, "backfill", &["--earliest", "--rate", "300", "--yes"]);
    program.args(["--report", folder.path().join("report.json").to_str().unwrap()]);
    let output = program.env("DATELINE_STREAM__BATCH_MESSAGES", "500").output().unwrap();
    let run = ended(&output, folder.path());
    let seconds = run.report["seconds"].as_f64().unwrap();
    let rate = run.report["read"].as_f64().unwrap() / seconds;
    assert!((270.0..=330.0).contains(&rate), "{rate} articles a second: {}", run.printed);
}

#[test]
fn offsets_without_messages_do_not_stop_it() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    // Each transaction leaves a marker, and what was aborted is not for readers.
    let producer: BaseProducer = wire.client().set("transactional.id", &wire.settings.kafka.group).create().unwrap();
    producer.init_transactions(PATIENCE).unwrap();
    for n in 0..12 {
        producer.begin_transaction().unwrap();
        let message = article(n);
        let value = message.value.unwrap();
        let record = BaseRecord::<[u8], [u8]>::to(&wire.topics.input).partition(message.partition).payload(&value);
        producer.send(record).map_err(|(error, _)| error).unwrap();
        producer.flush(PATIENCE).unwrap();
        if n % 4 == 3 { producer.abort_transaction(PATIENCE) } else { producer.commit_transaction(PATIENCE) }.unwrap();
    }
    wire.settle(&wire.topics.input);

    let run = backfill(&wire, &["--earliest"]);

    assert_eq!(run.code, Some(0), "{}", run.printed);
    assert_eq!(run.report["read"], 9);
    assert_eq!(wire.output("read_committed"), wire.expected());
}

#[test]
fn what_retention_removes_while_it_runs_is_reported() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    // In small batches, since a broker sends whole ones.
    for first in (0..600).step_by(10) {
        wire.send((first..first + 10).map(|n| Outgoing { partition: 0, ..article(n) }));
    }
    let folder = TempDir::new().unwrap();
    // Small fetches, so that not everything is fetched before it is removed.
    let mut program = dateline(&wire, "backfill", &["--earliest", "--rate", "200", "--yes"]);
    program.args(["--report", folder.path().join("report.json").to_str().unwrap()]);
    program.env("DATELINE_KAFKA__CLIENT__FETCH_MESSAGE_MAX_BYTES", "2000");
    program.env("DATELINE_KAFKA__CLIENT__QUEUED_MAX_MESSAGES_KBYTES", "1");
    program.env("DATELINE_KAFKA__CLIENT__QUEUED_MIN_MESSAGES", "1");
    let run = program.spawn().unwrap();
    wire.await_dispositions(20);
    let mut gone = TopicPartitionList::new();
    gone.add_partition_offset(&wire.topics.input, 0, Offset::Offset(550)).unwrap();
    let admin: AdminClient<DefaultClientContext> = wire.client().create().unwrap();
    wait(admin.delete_records(&gone, &AdminOptions::new())).unwrap();

    let run = ended(&run.wait_with_output().unwrap(), folder.path());

    assert_eq!(run.code, Some(1), "{}", run.printed);
    let (read, removed) = (run.report["read"].as_u64().unwrap(), run.report["removed"].as_u64().unwrap());
    assert_eq!(read + removed, 600, "{}", run.printed);
    assert!(removed > 0 && run.printed.contains("deleted by retention"), "{}", run.printed);

    // What was removed before the start is not in the range.
    let other = to_topics(&wire, "rest");
    let rest = backfill(&other, &["--earliest"]);
    assert_eq!((rest.code, &rest.report["read"]), (Some(0), &50.into()), "{}", rest.printed);
}

#[test]
fn partitions_that_are_added_meanwhile_are_reported() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..300).map(article));
    let folder = TempDir::new().unwrap();
    let run = start(&wire, &["--earliest", "--rate", "150"], folder.path());
    wire.await_dispositions(20);
    let admin: AdminClient<DefaultClientContext> = wire.client().create().unwrap();
    let more = NewPartitions::new(&wire.topics.input, PARTITIONS as usize + 1);
    wait(admin.create_partitions([&more], &AdminOptions::new())).unwrap()[0].as_ref().unwrap();

    let run = ended(&run.wait_with_output().unwrap(), folder.path());

    assert_eq!((run.code, &run.report["read"]), (Some(0), &300.into()), "{}", run.printed);
    assert_eq!(run.report["added_partitions"], serde_json::json!([PARTITIONS]), "{}", run.printed);
}

#[test]
fn a_comparison_reports_what_would_change_and_changes_nothing() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..30).map(article));
    wire.run_until(30);
    let compared = |flags: &[&str]| backfill(&wire, flags).report["compared"].clone();
    let kinds = |value: &Value| ["same", "new", "gone", "changed"].map(|kind| value[kind].as_u64().unwrap());
    let before = last_values(&wire);
    let events = wire.output("read_committed").events.len() as u64;
    assert_eq!(kinds(&compared(&["--earliest", "--compare"])), [events, 0, 0, 0]);

    let [same, new, gone, changed] = kinds(&compared(&["--earliest", "--compare", "--genre", "narrative"]));
    assert_eq!((same + changed, new, gone), (events, 0, 0));
    assert!(changed > 0, "what a date is counted from depends on the genre");
    assert_eq!(last_values(&wire), before);

    // A new article, which the topics do not have yet.
    wire.send([article(30)]);
    let made = kinds(&compared(&["--earliest", "--compare"]));
    assert_eq!((made[0], made[2], made[3]), (events, 0, 0));
    assert!(made[1] > 0);
}

#[test]
fn it_runs_beside_the_live_worker() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..200).map(article));
    let worker = wire.worker("0");
    wire.await_dispositions(100);
    let run = backfill(&wire, &["--earliest", "--to-offset", "0:20,1:20,2:20"]);
    wire.await_dispositions(260);
    assert_eq!(worker.end().unwrap().articles, 200);
    assert_eq!((run.code, &run.report["read"]), (Some(0), &60.into()), "{}", run.printed);
    let found = wire.output("read_committed");
    assert_eq!((found.articles.len(), found.repeated.len()), (200, 60));
}

#[test]
fn without_a_broker_it_says_so() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::without_topics(cluster);
    let missing = backfill(&wire, &["--earliest"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.printed.contains("there is no topic"), "{}", missing.printed);
    wire.settings.kafka.brokers = "127.0.0.1:1".to_owned();
    let begun = Instant::now();
    let away = backfill(&wire, &["--earliest"]);
    assert_eq!(away.code, Some(1));
    assert!(away.printed.contains("do not answer") && begun.elapsed() < Duration::from_secs(40), "{}", away.printed);
}

#[test]
fn a_compacted_topic_with_gaps_is_read_to_its_end() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::without_topics(cluster);
    let input = NewTopic::new(&wire.topics.input, PARTITIONS, TopicReplication::Fixed(-1))
        .set("cleanup.policy", "compact")
        .set("segment.ms", "100")
        .set("min.cleanable.dirty.ratio", "0.01");
    let admin: AdminClient<DefaultClientContext> = wire.client().create().unwrap();
    wait(admin.create_topics([&input], &AdminOptions::new())).unwrap()[0].as_ref().unwrap();
    wire.make_topics(wire.topics.outputs(), PARTITIONS);
    let keyed = |n: usize, key: String| Outgoing { partition: 0, key: Some(key.into_bytes()), ..article(n) };
    wire.send((0..30).map(|n| keyed(n, format!("article-{}", n % 3))));
    // The last segment is not compacted; a message closes it when it is old enough.
    let (begun, mut closing) = (Instant::now(), 0);
    while wire.read(&wire.topics.input, "read_committed").len() > 3 + closing {
        assert!(begun.elapsed() < PATIENCE, "the topic is not compacted");
        wire.send([keyed(100 + closing, format!("closing-{closing}"))]);
        closing += 1;
    }
    let left: Vec<i64> = wire.read(&wire.topics.input, "read_committed").iter().map(Message::offset).collect();
    assert!(left[0] > 0, "a gap at the start: {left:?}");

    let run = backfill(&wire, &["--earliest"]);

    assert_eq!(run.code, Some(0), "{}", run.printed);
    assert_eq!(run.report["read"], left.len());
    let read: Vec<i64> = sources(&wire.output("read_committed")).into_iter().map(|(_, offset)| offset).collect();
    assert_eq!(read, left);
}
