//! Rows of a database, as Debezium writes them: what was inserted or updated is an article, what was deleted withdraws it.

use dateline_core::pipeline::{Processed, Settings, process};
use dateline_core::record::ArticleStatus;

const ROW: &str = r#""id": 101, "title": "Bridge shut", "body": "The bridge was shut on Monday.",
    "published_at": "2019-05-14T08:15:00Z""#;

fn article(message: &str) -> Processed {
    match process(message.as_bytes(), &Settings::default()) {
        Ok(mut articles) => articles.remove(0),
        Err(error) => panic!("{}: {error}: {message}", error.code()),
    }
}

/// A message as it is, and as Kafka Connect wraps it with its schema.
fn with_and_without_schema(message: &str) -> [String; 2] {
    [message.to_owned(), format!(r#"{{"schema": {{"type": "struct"}}, "payload": {message}}}"#)]
}

#[test]
fn a_row_that_was_inserted_updated_or_read_is_an_article() {
    let old = r#"{"id": 101, "body": "The bridge was shut on Sunday."}"#;
    for message in [
        format!(r#"{{"before": null, "after": {{{ROW}}}, "source": {{"db": "cms"}}, "op": "c", "ts_ms": 1}}"#),
        format!(r#"{{"before": {old}, "after": {{{ROW}}}, "source": {{"db": "cms"}}, "op": "u"}}"#),
        format!(r#"{{"after": {{{ROW}}}, "op": "r"}}"#),
        format!(r#"{{{ROW}, "__deleted": "false"}}"#),
        format!(r#"{{{ROW}, "__deleted": false, "__op": "u"}}"#),
        // MongoDB's documents are text.
        format!(r#"{{"before": null, "after": {}, "op": "c"}}"#, serde_json::Value::from(format!("{{{ROW}}}"))),
    ] {
        for message in with_and_without_schema(&message) {
            let found = article(&message);
            assert_eq!(
                (&*found.id, found.status, found.events.len()),
                ("101", ArticleStatus::Extracted, 1),
                "{message}"
            );
            assert_eq!(found.events[0].statement.sentence, "The bridge was shut on Monday.");
            assert!(!found.is_deletion);
        }
    }
}

#[test]
fn a_row_that_was_deleted_withdraws_its_article_by_its_id() {
    for message in [
        format!(r#"{{"before": {{{ROW}}}, "after": null, "source": {{"db": "cms"}}, "op": "d", "ts_ms": 1}}"#),
        r#"{"before": {"id": 101, "title": null, "body": null}, "after": null, "op": "d"}"#.to_owned(),
        r#"{"before": {"id": "101", "uri": "urn:101", "pubstatus": "usable"}, "op": "d"}"#.replace("urn:", ""),
        format!(r#"{{{ROW}, "__deleted": "true"}}"#),
        format!(r#"{{{ROW}, "pubstatus": "usable", "uri": "101", "__deleted": "True"}}"#),
        r#"{"id": 101, "__deleted": true}"#.to_owned(),
        r#"{"id": 101, "__deleted": 1}"#.to_owned(),
        r#"{"before": "{\"_id\": {\"$numberInt\": \"101\"}}", "after": null, "op": "d"}"#.to_owned(),
    ] {
        for message in with_and_without_schema(&message) {
            let found = article(&message);
            assert_eq!((&*found.id, found.status), ("101", ArticleStatus::Withdrawn), "{message}");
            assert_eq!((found.warnings[0].code, found.is_revision, found.is_deletion), ("deleted", true, true));
            assert!(found.events.is_empty());
        }
    }
}

#[test]
fn a_deletion_that_names_no_article_is_rejected() {
    for (message, code) in [
        (r#"{"before": null, "after": null, "op": "d"}"#, "withdrawal-without-id"),
        (r#"{"before": {"title": "Bridge shut"}, "op": "d"}"#, "withdrawal-without-id"),
        (r#"{"title": "Bridge shut", "__deleted": "true"}"#, "withdrawal-without-id"),
        (r#"{"before": {"id": ["a"]}, "op": "d"}"#, "not-an-article"),
    ] {
        for message in with_and_without_schema(message) {
            let found = process(message.as_bytes(), &Settings::default()).err().map(|error| error.code());
            assert_eq!(found, Some(code), "{message}");
        }
    }
}

#[test]
fn what_only_looks_like_a_change_is_no_deletion() {
    for message in [
        format!(r#"{{{ROW}, "op": "d"}}"#),
        format!(r#"{{{ROW}, "op": 4, "before": "The bridge opened."}}"#),
        format!(r#"{{{ROW}, "payload": "d", "__deleted": null}}"#),
    ] {
        assert_eq!(article(&message).status, ArticleStatus::Extracted, "{message}");
    }
}
