//! Revisions of an article on a real broker: corrections, withdrawals, embargoes, by whichever worker.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::Message;
use rdkafka::consumer::Consumer;
use serde_json::json;

use crate::broker::cluster::shared;
use crate::broker::output::{all_of, header};
use crate::broker::revisions::{expected, history, message, newest_of, revision};
use crate::broker::wire::{PATIENCE, Wire};

#[test]
fn another_worker_knows_what_the_first_one_published() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send([
        revision(0, 1, "The harbour opened on Monday. A crane fell on Friday.", json!({})),
        revision(1, 2, "The bridge opened on Monday.", json!({})),
        revision(2, 1, "The mayor resigned on Monday.", json!({})),
    ]);
    wire.run_until(3);
    let before = wire.timeline();
    assert_eq!(before.events.len(), 4);
    wire.send([
        revision(0, 2, "The harbour opened on Monday.", json!({})),
        revision(1, 1, "The bridge closed on Monday.", json!({})),
        revision(2, 2, "Kill: the mayor did not resign.", json!({"pubstatus": "canceled"})),
    ]);

    wire.run_until(6);

    let after = wire.timeline();
    let status = |n: usize| after.articles[&format!("article-{n}")]["status"].clone();
    assert_eq!([0, 1, 2].map(status), ["extracted", "stale", "withdrawn"]);
    let summaries: Vec<&str> =
        after.events.values().map(|event| event["statement"]["summary"].as_str().unwrap()).collect();
    assert_eq!(summaries.len(), 2, "{summaries:?}");
    assert!(after.events.keys().all(|id| before.events.contains_key(id)), "what is in both revisions keeps its id");
    let records = wire.read(&wire.topics.events, "read_committed");
    let retracted: Vec<_> = records.iter().filter(|record| record.payload().is_none()).collect();
    assert_eq!(retracted.len(), 2);
    for record in retracted {
        assert_eq!(header(record, "ce_type").as_deref(), Some("dateline.timeline.event.retracted.v1"));
        assert_eq!(header(record, "ce_id").as_deref(), std::str::from_utf8(record.key().unwrap()).ok());
    }
}

#[test]
fn an_embargo_outlasts_a_restart_and_ends_by_itself() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    #[expect(clippy::disallowed_methods, reason = "an embargo ends at a time of day")]
    let now = chrono::Utc::now();
    let until = |seconds: i64| json!({"embargoed": (now + chrono::Duration::seconds(seconds)).to_rfc3339()});
    wire.send([
        revision(0, 1, "The minister resigned on Monday.", until(8)),
        revision(1, 1, "The budget was passed on Monday.", until(3600)),
        revision(2, 1, "The bank closed on Monday.", json!({"pubstatus": "embargoed"})),
    ]);
    wire.run_until(3);
    let held = wire.timeline();
    assert!(held.events.is_empty(), "nothing is published before the end");
    assert!(held.articles.values().all(|article| article["status"] == "held"), "{held:?}");
    let committed = wire.committed();

    // The next worker publishes it, which is a fourth disposition. The offsets do not go back.
    wire.run_until(4);

    let after = wire.timeline();
    let statuses: Vec<_> = after.articles.values().map(|article| article["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["extracted", "held", "held"]);
    assert_eq!(after.events.values().next().unwrap()["statement"]["summary"], "The minister resigned");
    assert_eq!(after.events.len(), 1);
    assert_eq!(wire.committed(), committed);
}

#[test]
fn thousands_of_embargoes_that_end_together_do_not_hold_up_a_live_article() {
    const HELD: usize = 3000;
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::new(cluster);
    wire.settings.stream.batch_messages = 500;
    #[expect(clippy::disallowed_methods, reason = "an embargo ends at a time of day")]
    let until = (chrono::Utc::now() + chrono::Duration::seconds(15)).to_rfc3339();
    wire.send((0..HELD).map(|n| revision(n, 1, "The minister resigned on Monday.", json!({"embargoed": until}))));
    let worker = wire.worker("0");
    let mut progress = wire.progress();
    progress.until(HELD);
    // It has begun.
    progress.until(HELD + 1);
    let begun = Instant::now();
    wire.send([revision(HELD, 1, "The harbour opened on Monday.", json!({}))]);
    let reader = wire.reader("read_committed");
    reader.assign(&all_of(&reader, &[&wire.topics.articles])).unwrap();
    let live = format!("article-{HELD}");
    while !matches!(reader.poll(PATIENCE), Some(Ok(record)) if record.key() == Some(live.as_bytes())) {
        assert!(begun.elapsed() < PATIENCE, "it has no disposition");
    }
    let waited = begun.elapsed();
    progress.until(2 * HELD + 1);
    worker.end().unwrap();

    assert!(waited < Duration::from_secs(2), "it waited for {waited:?}");
    let found = wire.timeline();
    assert_eq!((found.events.len(), found.articles.len()), (HELD + 1, HELD + 1));
    assert_eq!(wire.committed(), wire.ends(&wire.topics.input, "read_committed"));
}

#[test]
fn whichever_worker_runs_a_reader_sees_what_the_last_revisions_alone_would_give() {
    let Some(cluster) = shared() else { return };
    let mut rng = fastrand::Rng::with_seed(20_261_122);
    let wire = Wire::new(cluster);
    let mut newest: BTreeMap<usize, u32> = BTreeMap::new();
    let mut sent = 0;
    let first = wire.worker("first");
    let mut send = |wire: &Wire, rng: &mut fastrand::Rng, sent: &mut usize| {
        let part = history(rng, 12, 120);
        newest_of(&part, &mut newest);
        wire.send(part.iter().map(|(article, version)| message(*article, *version)));
        *sent += part.len();
    };
    send(&wire, &mut rng, &mut sent);
    wire.await_dispositions(sent / 2);
    // Partitions change hands, back and forth, while revisions arrive.
    let second = wire.worker("second");
    send(&wire, &mut rng, &mut sent);
    wire.await_dispositions(sent);
    first.end().unwrap();
    send(&wire, &mut rng, &mut sent);
    wire.await_dispositions(sent);
    second.end().unwrap();

    let found = wire.timeline();
    let expected = expected(&newest);
    assert!(expected.len() > 5, "{}", expected.len());
    assert_eq!(found.events, expected);
    for (article, version) in newest {
        assert_eq!(found.articles[&format!("article-{article}")]["standing"]["revision"], version.to_string());
    }
}
