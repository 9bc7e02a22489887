//! `dateline serve` on a real cluster: it follows, resumes, retracts and rebuilds.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr};
use std::time::Instant;

use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::Value;

use super::program::{dateline, get, terminate};
use crate::broker::cluster::shared;
use crate::broker::wire::{Outgoing, PATIENCE, Wire, article};

/// The program, and its address.
pub struct Served {
    child: Child,
    address: String,
    // Held, so that the program can go on logging.
    log: Lines<BufReader<ChildStderr>>,
}

fn serve(wire: &Wire, database: &str, flags: &[&str]) -> Served {
    serve_with(wire, database, flags, &[])
}

pub fn serve_with(wire: &Wire, database: &str, flags: &[&str], variables: &[(&str, &str)]) -> Served {
    let flags = [&["--database", database, "--http", "0"], flags].concat();
    let mut child = dateline(wire, "serve", &flags).envs(variables.iter().copied()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let served = log.by_ref().map_while(Result::ok).find(|line| line.contains("serving the timeline")).unwrap();
    let address = served.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    Served { child, address, log }
}

impl Served {
    fn ask(&self, path: &str) -> Value {
        let answer = get(&self.address, path);
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// The keys and values of all events, in the order of keys.
    pub fn events(&self) -> Vec<(String, String)> {
        let lines = get(&self.address, "/api/export/jsonl");
        // The answer comes in chunks: the lines that are not records are their lengths.
        let records = lines.lines().filter(|line| line.starts_with('{'));
        let key = |record: &str| serde_json::from_str::<Value>(record).unwrap()["id"].as_str().unwrap().to_owned();
        let mut events: Vec<_> = records.map(|record| (key(record), record.to_owned())).collect();
        events.sort();
        events
    }

    /// Waits until it has so many events.
    pub fn await_events(&self, count: usize) {
        let begun = Instant::now();
        while self.ask("/api/status")["events"] != count {
            assert!(begun.elapsed() < PATIENCE, "{} and not {count} events", self.ask("/api/status"));
        }
    }

    pub fn await_ready(&self) {
        let begun = Instant::now();
        while !get(&self.address, "/ready").starts_with("HTTP/1.1 200") {
            assert!(begun.elapsed() < PATIENCE, "{}", get(&self.address, "/ready"));
        }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn end(self) {
        let Self { child, log, .. } = self;
        let output = terminate(child);
        let log: Vec<_> = log.map_while(Result::ok).collect();
        assert_eq!(output.status.code(), Some(0), "{log:?}");
        assert!(log.iter().any(|line| line.contains("shut down cleanly")), "{log:?}");
    }
}

/// A file of its own for each test.
pub fn database(folder: &tempfile::TempDir) -> String {
    folder.path().join("timeline.db").to_str().unwrap().to_owned()
}

#[test]
fn the_timeline_has_what_was_published_resumes_after_a_kill_and_can_be_rebuilt() {
    let Some(cluster) = shared() else { return };
    let (wire, folder) = (Wire::new(cluster), tempfile::tempdir().unwrap());
    let database = database(&folder);
    wire.send((0..40).map(article));
    wire.run_until(40);
    let first = serve(&wire, &database, &[]);
    first.await_events(wire.expected().events.len());
    first.await_ready();
    assert_eq!(first.events(), wire.expected().events);
    first.kill();

    wire.send((40..60).map(article));
    wire.run_until(60);
    let second = serve(&wire, &database, &[]);
    second.await_events(wire.expected().events.len());
    assert_eq!(second.events(), wire.expected().events, "nothing is lost or doubled");
    let last = last_change(&second);
    second.end();

    let third = serve(&wire, &database, &["--rebuild"]);
    third.await_events(wire.expected().events.len());
    assert_eq!(third.events(), wire.expected().events);
    let rebuilt = last_change(&third);
    assert!(rebuilt > last, "numbers grow over a rebuild");
    third.end();

    // Left in a manifest, the flag does not rebuild again.
    let fourth = serve(&wire, &database, &["--rebuild"]);
    fourth.await_ready();
    assert_eq!((last_change(&fourth), fourth.events()), (rebuilt, wire.expected().events));
    fourth.end();
}

#[test]
fn a_database_of_an_earlier_version_is_filled_from_the_topics_again() {
    let Some(cluster) = shared() else { return };
    let (wire, folder) = (Wire::new(cluster), tempfile::tempdir().unwrap());
    let database = database(&folder);
    wire.send((0..5).map(article));
    wire.run_until(5);
    let first = serve(&wire, &database, &[]);
    first.await_events(wire.expected().events.len());
    first.await_ready();
    assert_eq!(first.ask("/api/status")["building"], false);
    first.end();

    let file = rusqlite::Connection::open(&database).unwrap();
    file.execute_batch("DROP TABLE meta; DELETE FROM records; PRAGMA user_version = 4").unwrap();
    drop(file);
    let second = serve(&wire, &database, &[]);
    second.await_ready();
    assert_eq!(second.events(), wire.expected().events);
    assert_eq!(second.ask("/api/status")["writable"], true);
    second.end();
}

#[test]
fn what_is_older_than_is_kept_is_not_on_the_timeline() {
    let Some(cluster) = shared() else { return };
    let (wire, folder) = (Wire::new(cluster), tempfile::tempdir().unwrap());
    let of_2019 = |n| {
        let article = article(n);
        let text = String::from_utf8(article.value.unwrap()).unwrap().replace("2026-03-", "2019-03-");
        Outgoing { value: Some(text.into_bytes()), ..article }
    };
    wire.send((0..5).map(of_2019));
    wire.run_until(5);
    let served = serve_with(&wire, &database(&folder), &[], &[("DATELINE_SERVE__KEEP", "30 days, 1 GB")]);
    served.await_ready();
    assert_eq!(served.ask("/api/status")["events"], 0);
    let metrics = get(&served.address, "/metrics");
    assert!(metrics.contains("dateline_timeline_keep_bytes 1000000000\n"), "{metrics}");
    assert!(metrics.contains("dateline_timeline_lag{") && !metrics.contains("dateline_lag{"), "{metrics}");
    served.end();
}

/// The number of the last change: the tag of an answer ends with it.
fn last_change(served: &Served) -> i64 {
    let answer = get(&served.address, "/api/sources");
    let tag = answer.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    tag.trim_end_matches('"').rsplit('-').next().unwrap().parse().unwrap()
}

#[test]
fn what_is_retracted_leaves_the_timeline() {
    let Some(cluster) = shared() else { return };
    let (wire, folder) = (Wire::new(cluster), tempfile::tempdir().unwrap());
    wire.send((0..3).map(article));
    wire.run_until(3);
    let served = serve(&wire, &database(&folder), &[]);
    let all = wire.expected().events;
    served.await_events(all.len());

    // A null value retracts one event.
    let producer: BaseProducer = wire.client().create().unwrap();
    producer.send(BaseRecord::<str, [u8]>::to(&wire.topics.events).key(&all[0].0)).unwrap();
    producer.flush(PATIENCE).unwrap();
    served.await_events(all.len() - 1);

    // A withdrawal removes what is left of an article.
    let id = "wire-1";
    let of = |events: &[(String, String)]| events.iter().filter(|(_, value)| value.contains(id)).count();
    let left = served.events();
    let payload = serde_json::json!({"id": id, "revision": "9", "status": "withdrawn", "events": [], "warnings": []});
    producer.send(BaseRecord::<str, str>::to(&wire.topics.articles).key(id).payload(&payload.to_string())).unwrap();
    producer.flush(PATIENCE).unwrap();
    assert!(of(&left) > 0);
    served.await_events(left.len() - of(&left));
    served.end();
}

#[test]
fn it_answers_without_topics_and_finds_them_when_they_are_created() {
    let Some(cluster) = shared() else { return };
    let (wire, folder) = (Wire::without_topics(cluster), tempfile::tempdir().unwrap());
    let served = serve(&wire, &database(&folder), &[]);
    assert_eq!(served.ask("/api/events")["events"], Value::Array(Vec::new()));
    assert!(get(&served.address, "/ready").starts_with("HTTP/1.1 503"));
    let topics = [wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs());
    wire.make_topics(topics, crate::broker::wire::PARTITIONS);
    wire.send([article(1)]);
    wire.run_until(1);
    served.await_events(wire.expected().events.len());
    served.end();
}

#[test]
fn a_database_of_another_topic_is_refused() {
    let Some(cluster) = shared() else { return };
    let (one, other, folder) = (Wire::new(cluster), Wire::new(cluster), tempfile::tempdir().unwrap());
    one.send([article(1)]);
    one.run_until(1);
    let served = serve(&one, &database(&folder), &[]);
    served.await_events(one.expected().events.len());
    served.end();
    let output = dateline(&other, "serve", &["--database", &database(&folder), "--http", "0"]).output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(log.contains(&one.settings.kafka.output_prefix) && log.contains("--rebuild"), "{log}");
}
