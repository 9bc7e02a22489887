use rdkafka::Timestamp;
use rdkafka::message::{Header, Headers, OwnedHeaders};

use super::*;
use crate::pipeline::Settings;
use crate::stream::process::process;

/// A size limit that no record here exceeds.
const AMPLE: usize = 1_000_000;

const EMBARGO_END: &str = "2026-04-02T06:00:00Z";
const BEFORE_EMBARGO_END: &str = "2026-04-02T05:59:59Z";

fn message(payload: Option<&[u8]>) -> OwnedMessage {
    let headers = OwnedHeaders::new().insert(Header { key: "feed", value: Some("night desk") });
    let (payload, key) = (payload.map(<[u8]>::to_vec), Some(b"k".to_vec()));
    OwnedMessage::new(payload, key, "in".into(), Timestamp::CreateTime(42), 3, 17, Some(headers))
}

fn output_settings(max_record_bytes: usize, embargo: EmbargoPolicy) -> OutputSettings {
    OutputSettings {
        max_record_bytes,
        changelog_partitions: 2,
        event_partitions: 3,
        embargo,
        ..OutputSettings::sample()
    }
}

fn disposition_at(payload: Option<&[u8]>, output: &OutputSettings, now: &str) -> Disposition {
    let message = message(payload);
    Disposition::new(&message, process(&message, None, &Settings::default()), output, now.parse().unwrap())
}

fn disposition_of(payload: Option<&[u8]>, max_record_bytes: usize) -> Disposition {
    disposition_at(payload, &output_settings(max_record_bytes, EmbargoPolicy::Hold), "2026-04-01T00:00:00Z")
}

fn records(disposition: &Disposition) -> Vec<&OutputRecord> {
    disposition.records().collect()
}

fn rejection_code(disposition: &Disposition) -> Option<&'static str> {
    if let Outcome::Rejected { code, .. } = disposition.outcome { Some(code) } else { None }
}

fn value(record: &OutputRecord) -> serde_json::Value {
    serde_json::from_slice(record.value.as_deref().unwrap()).unwrap()
}

const ARTICLE: &[u8] = br#"{"id": "b-1", "published": "2026-03-12T09:00:00Z",
    "title": "Bridge opens", "body": "The mayor opened the bridge on Monday."}"#;

fn header<'a>(record: &'a OutputRecord, name: &str) -> Option<&'a str> {
    let found = record.headers.iter().find(|header| header.key == name)?;
    std::str::from_utf8(found.value?).ok()
}

#[test]
fn the_record_of_an_article_comes_after_its_events_and_has_their_ids_and_its_source() {
    let disposition = disposition_of(Some(ARTICLE), AMPLE);
    let all = records(&disposition);
    let (article, events) = all.split_last().unwrap();
    assert_eq!((article.topic.as_str(), article.key.as_deref()), ("articles", Some(&b"b-1"[..])));
    let value = value(article);
    assert_eq!(value["status"], "extracted");
    let standing =
        serde_json::json!({"revision": "1", "modified": null, "status": "extracted", "partition": 3, "offset": 17});
    assert_eq!((&value["standing"], value.get("held")), (&standing, None));
    assert_eq!(value["source"], serde_json::json!({"topic": "in", "partition": 3, "offset": 17}));
    let keys: Vec<_> = events.iter().map(|event| event.key.clone().unwrap()).collect();
    let ids: Vec<_> = value["events"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(keys, ids.iter().map(|id| id.as_bytes().to_vec()).collect::<Vec<_>>());
    assert!(events.iter().all(|event| event.topic == "events" && header(event, "ce_id").is_some()));
    let statuses: Vec<_> = disposition.statuses().collect();
    assert_eq!((statuses, disposition.events()), (vec![ArticleStatus::Extracted], events.len()));
}

#[test]
fn a_message_with_several_articles_has_a_record_for_each_after_its_events() {
    let feed = br#"<feed><entry><id>a</id><updated>2026-03-12T09:00:00Z</updated><content>It opened on Monday.</content></entry>
        <deleted-entry ref="b" when="2026-03-12T09:00:00Z"/>
        <entry><id>c</id><content>It closed on Monday.</content></entry></feed>"#;
    let disposition = disposition_of(Some(feed), AMPLE);
    let keys: Vec<_> = disposition.records().map(|it| (it.topic.as_str(), it.key.clone().unwrap())).collect();
    let article = |key: &str| ("articles", key.as_bytes().to_vec());
    assert_eq!(keys[0].0, "events");
    assert_eq!(keys[1..], [article("a"), article("b"), article("c")]);
    let statuses = vec![ArticleStatus::Extracted, ArticleStatus::Withdrawn, ArticleStatus::Skipped];
    assert_eq!((disposition.statuses().collect(), disposition.events()), (statuses, 1));
    let value = value(records(&disposition)[3]);
    assert_eq!((&value["warnings"][0]["code"], &value["standing"]), (&"published-missing".into(), &().into()));
}

#[test]
fn every_record_has_the_timestamp_of_its_message() {
    for payload in [ARTICLE, b"?"] {
        assert!(disposition_of(Some(payload), AMPLE).records().all(|record| record.timestamp == Some(42)));
    }
}

#[test]
fn a_rejected_message_is_as_received_with_our_headers_after_its_own() {
    let disposition = disposition_of(Some(b"{\xff"), AMPLE);
    let [record] = &records(&disposition)[..] else { panic!("one record") };
    assert_eq!((record.topic.as_str(), rejection_code(&disposition)), ("rejected", Some("not-utf8")));
    assert_eq!((record.key.as_deref(), record.value.as_deref()), (Some(&b"k"[..]), Some(&b"{\xff"[..])));
    let names: Vec<_> = record.headers.iter().map(|header| header.key.to_owned()).collect();
    let ours = ["dateline-error-code", "dateline-error", "dateline-topic", "dateline-partition", "dateline-offset"];
    assert_eq!(names[0], "feed");
    assert_eq!(names[1..], ours);
    assert_eq!(header(record, "dateline-offset"), Some("17"));
}

#[test]
fn a_message_without_a_value_is_rejected_without_one_or_left_to_the_state() {
    assert_eq!(records(&disposition_of(None, AMPLE))[0].value, None);
    for (tombstones, withdraws) in [(TombstonePolicy::Skip, false), (TombstonePolicy::Withdraw, true)] {
        let output = OutputSettings { tombstones, ..output_settings(AMPLE, EmbargoPolicy::Hold) };
        let disposition = disposition_at(None, &output, EMBARGO_END);
        assert!(records(&disposition).is_empty());
        let Outcome::Tombstone(tombstone) = &disposition.outcome else { panic!("{disposition:?}") };
        assert_eq!((&tombstone.ids[..], tombstone.withdraws), (&["k".to_owned()][..], withdraws));
        let empty = disposition_at(Some(b""), &output, EMBARGO_END);
        assert_eq!(rejection_code(&empty), Some("not-json"), "an empty value is a value");
    }
}

#[test]
fn an_article_with_a_record_that_is_too_large_is_rejected_whole() {
    let disposition = disposition_of(Some(ARTICLE), 100);
    assert_eq!(rejection_code(&disposition), Some("record-too-large"));
    let [record] = &records(&disposition)[..] else { panic!("none of its events is sent") };
    assert_eq!(header(record, "dateline-error-code"), Some("record-too-large"));
    assert_eq!(record.value.as_deref(), Some(ARTICLE));
}

#[test]
fn the_fallback_of_a_rejected_message_is_small_and_says_where_the_message_is() {
    let disposition = disposition_of(Some(b"?"), AMPLE);
    let all = records(&disposition);
    let fallback = all[0].fallback.as_deref().unwrap();
    assert_eq!((&fallback.key, &fallback.value), (&None, &None));
    assert_eq!(header(fallback, "feed"), None);
    let offset = (header(fallback, "dateline-partition"), header(fallback, "dateline-offset"));
    assert_eq!(offset, (Some("3"), Some("17")));
}

#[test]
fn an_article_on_which_the_pipeline_panics_is_rejected() {
    let output = output_settings(AMPLE, EmbargoPolicy::Hold);
    let now = "2026-04-01T00:00:00Z".parse().unwrap();
    let disposition = Disposition::new(&message(Some(ARTICLE)), Err(ProcessError::Panicked(None)), &output, now);
    assert_eq!(header(records(&disposition)[0], "dateline-error-code"), Some("internal-error"));
}

const EMBARGOED_ARTICLE: &[u8] = br#"{"uri": "n-1", "version": "2", "embargoed": "2026-04-02T06:00:00Z",
    "versioncreated": "2026-04-01T09:00:00Z", "headline": "Budget", "body_text": "The minister resigned on Monday."}"#;

#[test]
fn nothing_of_an_article_under_embargo_is_published_before_the_embargo_ends() {
    let hold = output_settings(AMPLE, EmbargoPolicy::Hold);
    let before = disposition_at(Some(EMBARGOED_ARTICLE), &hold, BEFORE_EMBARGO_END);
    let [record] = &records(&before)[..] else { panic!("no event") };
    let article = value(record);
    assert_eq!((&article["status"], &article["warnings"][0]["code"]), (&"held".into(), &"embargoed".into()));
    let held = serde_json::json!({"revision": "2", "modified": "2026-04-01T09:00:00Z",
        "until": EMBARGO_END, "partition": 3, "offset": 17});
    assert_eq!(article["held"], held);
    assert!(!article.to_string().contains("resigned"), "{article}");
    let after = disposition_at(Some(EMBARGOED_ARTICLE), &hold, EMBARGO_END);
    assert_eq!((after.statuses().collect(), after.events()), (vec![ArticleStatus::Extracted], 1));
}

#[test]
fn an_embargo_can_be_ignored_with_a_warning_or_cause_a_rejection() {
    let passed =
        disposition_at(Some(EMBARGOED_ARTICLE), &output_settings(AMPLE, EmbargoPolicy::Pass), BEFORE_EMBARGO_END);
    assert_eq!(passed.events(), 1);
    assert_eq!(value(records(&passed)[1])["warnings"][0]["code"], "embargoed");
    let rejected =
        disposition_at(Some(EMBARGOED_ARTICLE), &output_settings(AMPLE, EmbargoPolicy::Reject), BEFORE_EMBARGO_END);
    assert_eq!(rejection_code(&rejected), Some("embargoed"));
    let reason = header(records(&rejected)[0], "dateline-error").unwrap();
    assert_eq!(reason, "it is under embargo until 2026-04-02T06:00:00+00:00");
}
