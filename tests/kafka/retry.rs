//! `dateline retry`: rejected messages go through again after a mend, once, as they would have then.

use std::process::{Child, Output};
use std::time::Duration;

use rdkafka::Message;
use serde_json::json;

use super::program::dateline;
use crate::broker::cluster::shared;
use crate::broker::output::header;
use crate::broker::wire::{Outgoing, Wire, article, broken};

/// An article without a time of publication: rejected, unless the time of the message is the last resort.
fn undated(id: &str, revision: u32, partition: i32) -> Outgoing {
    let body = format!("The harbour opened on Monday, as {id} has it.");
    let value = json!({"id": id, "revision": revision.to_string(), "title": "Harbour", "body": body}).to_string();
    Outgoing { partition, key: Some(id.as_bytes().to_vec()), value: Some(value.into_bytes()), headers: None }
}

fn start(wire: &Wire, flags: &[&str]) -> Child {
    dateline(wire, "retry", flags).env("DATELINE_INPUT__PUBLISHED", "record").spawn().unwrap()
}

fn retry(wire: &Wire, flags: &[&str]) -> (Option<i32>, String) {
    let output: Output = start(wire, flags).wait_with_output().unwrap();
    let printed = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    (output.status.code(), printed)
}

fn ends(wire: &Wire) -> [Vec<i64>; 3] {
    wire.topics.outputs().map(|topic| wire.read(topic, "read_committed").iter().map(Message::offset).collect())
}

#[test]
fn a_mended_message_goes_through_once_with_its_own_offset() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let mut newer = undated("b", 2, 1);
    newer.value = Some(
        json!({"id": "b", "revision": "2", "title": "Harbour", "published_at": "2026-03-10T09:00:00Z",
               "body": "A crane fell on Friday."})
        .to_string()
        .into_bytes(),
    );
    wire.send([article(0), undated("a", 1, 0), undated("b", 1, 1), newer, broken(2, Some(b"{\"title\": \"cut"))]);
    wire.run_until(5);
    assert_eq!(wire.output("read_committed").rejected.len(), 3);

    let (code, printed) = retry(&wire, &["--code", "published-missing", "--dry-run"]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("published-missing  2"), "{printed}");
    let (code, printed) = retry(&wire, &["--code", "published-missing"]);
    assert_eq!(code, Some(0), "{printed}");

    let found = wire.timeline();
    let (a, b) = (&found.articles["a"], &found.articles["b"]);
    assert_eq!((&a["status"], &b["status"]), (&json!("extracted"), &json!("stale")), "{printed}");
    assert_eq!(a["source"], json!({"topic": wire.topics.input, "partition": 0, "offset": 1}));
    assert_eq!(b["standing"]["revision"], "2");
    let of_b: Vec<_> = found.events.values().filter(|event| event["article"]["id"] == "b").collect();
    assert_eq!(of_b.len(), 1);
    assert_eq!(of_b[0]["statement"]["trigger"], "fell");
    let markers: Vec<_> = wire.read(&wire.topics.rejected, "read_committed");
    let markers = markers.iter().filter_map(|record| header(record, "dateline-retried"));
    let mut markers: Vec<_> = markers.collect();
    markers.sort();
    assert_eq!(markers, ["extracted", "stale"]);

    let before = ends(&wire);
    let (code, printed) = retry(&wire, &["--code", "published-missing"]);
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(ends(&wire), before, "a second run changes nothing: {printed}");
    let (code, printed) = retry(&wire, &["--all"]);
    assert_eq!(code, Some(3), "{printed}");
    assert!(printed.contains("Still rejected") && printed.contains("not-json"), "{printed}");
    assert_eq!(ends(&wire), before, "what is still rejected stays as it is: {printed}");
}

#[test]
fn messages_are_chosen_by_their_time() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send([undated("a", 1, 0)]);
    wire.run_until(1);
    let (code, printed) = retry(&wire, &["--to", "yesterday"]);
    assert_eq!((code, wire.timeline().articles.len()), (Some(0), 0), "{printed}");
    let (code, printed) = retry(&wire, &["--from", "yesterday"]);
    assert_eq!((code, wire.timeline().articles.len()), (Some(0), 1), "{printed}");
    for (flags, word) in [
        (&[][..], "--all"),
        (&["--from", "soon"][..], "7 days ago"),
        (&["--from", "2026-03-02", "--to", "2026-03-01"][..], "after --to"),
    ] {
        let (code, printed) = retry(&wire, flags);
        assert_eq!(code, Some(2), "{printed}");
        assert!(printed.contains(word), "{printed}");
    }
}

#[test]
fn killed_again_and_again_every_message_goes_through_once() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..300).map(|n| undated(&format!("article-{n}"), 1, n % 3)));
    wire.run_until(300);
    let mut progress = wire.progress();
    progress.until(300);
    for _ in 0..5 {
        let mut child = start(&wire, &["--all"]);
        // Articles and markers.
        progress.until(progress.seen + 40);
        child.kill().unwrap();
        child.wait().unwrap();
        while progress.poll(Duration::ZERO) {}
    }
    let (code, printed) = retry(&wire, &["--all"]);
    assert_eq!(code, Some(0), "{printed}");
    let articles = wire.read(&wire.topics.articles, "read_committed");
    assert_eq!((articles.len(), wire.timeline().articles.len()), (300, 300));
}
