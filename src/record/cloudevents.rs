//! CloudEvents 1.0 attributes of an event record, as the headers of Kafka's binary mode: the value stays the bare
//! record, and a null value stays a real tombstone.

use super::EventRecord;

/// What `ce_type` says of an event record; its version is that of the record.
pub const TYPE: &str = "dateline.timeline.event.v1";

/// The headers of a record, in a fixed order.
///
/// `ce_time` is the article's publication time and not the time of writing, because the same article must give the
/// same bytes whenever it is replayed.
#[must_use]
pub fn headers(record: &EventRecord) -> Vec<(&'static str, String)> {
    vec![
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", record.id.clone()),
        ("ce_type", TYPE.to_owned()),
        ("ce_source", "/dateline".to_owned()),
        ("ce_time", record.article.published_at.clone()),
        ("ce_subject", record.article.id.clone()),
        ("content-type", "application/json".to_owned()),
    ]
}
