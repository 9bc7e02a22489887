//! CloudEvents 1.0 attributes of an event record, as the headers of Kafka's binary mode: the value stays the bare
//! record, and a null value stays a tombstone.

use super::EventRecord;

/// The `ce_type` of an event record; its version is that of the record.
pub const TYPE: &str = "dateline.timeline.event.v1";

/// The media type of bare records, and of those in JSON behind the id of a schema.
pub const JSON: &str = "application/json";

/// The media type of records in Avro.
pub const AVRO: &str = "application/avro";

/// Returns the headers of a record in JSON, in a fixed order.
#[must_use]
pub fn headers(record: &EventRecord) -> Vec<(&'static str, String)> {
    headers_of(record, JSON)
}

/// Returns the headers of a record whose value is of a media type, in a fixed order.
///
/// `ce_time` is the article's publication time rather than the time of writing, because the same article must give the
/// same bytes whenever it is replayed.
#[must_use]
pub fn headers_of(record: &EventRecord, content_type: &str) -> Vec<(&'static str, String)> {
    vec![
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", record.id.clone()),
        ("ce_type", TYPE.to_owned()),
        ("ce_source", "/dateline".to_owned()),
        ("ce_time", record.article.published_at.clone()),
        ("ce_subject", record.article.id.clone()),
        ("content-type", content_type.to_owned()),
    ]
}

/// The `ce_type` of a tombstone: the event is no longer on the timeline.
pub const RETRACTED: &str = "dateline.timeline.event.retracted.v1";

/// Returns the headers of the tombstone that retracts the event `id` of an article, in a fixed order.
#[must_use]
pub fn retraction(id: &str, article: &str) -> Vec<(&'static str, String)> {
    vec![
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", id.to_owned()),
        ("ce_type", RETRACTED.to_owned()),
        ("ce_source", "/dateline".to_owned()),
        ("ce_subject", article.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attributes_come_from_the_record_alone() {
        let record = crate::record::export::tests::record(Some("2019-04-01"), Some("2019-05-01"), "month");
        let lines: Vec<String> = headers(&record).iter().map(|(name, value)| format!("{name}: {value}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        ce_specversion: 1.0
        ce_id: 5d41402abc4b2a76b9719d911017c592
        ce_type: dateline.timeline.event.v1
        ce_source: /dateline
        ce_time: 2019-05-03T18:35:00+01:00
        ce_subject: harbour-1
        content-type: application/json
        "#);
    }
}
