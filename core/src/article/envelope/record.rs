//! A Kafka record as an object, as bridges write it, and the body of a request to Kafka's REST proxy, which holds several.

use super::super::json::{Json, Node};
use super::{Content, Data, EnvelopeAbout, Opened, has_only};
use crate::error::Error;

/// What people should know of it.
pub(super) const ABOUT: EnvelopeAbout = EnvelopeAbout {
    recognised: "`value` beside `headers`, `topic`, `partition` or `offset`, and nothing else; `records` of the REST proxy",
    article_in: "`value`",
    withdraws: "",
};

/// What a record has, of which its value is what counts.
const KEYS: [&str; 8] = ["key", "value", "headers", "topic", "partition", "offset", "timestamp", "timestampType"];

/// What a request has beside its records.
const REQUEST: [&str; 5] = ["records", "key_schema", "key_schema_id", "value_schema", "value_schema_id"];

/// Opens a record, or a request.
pub(super) fn open<'j>(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error> {
    if let Some(records) =
        node.get("records").filter(|it| has_only(node, &REQUEST) && matches!(it.value, Json::List(_)))
    {
        return Ok(records.each().iter().map(|record| value(record, true)).collect());
    }
    Ok(value(node, is_set).map(|value| vec![value]))
}

fn value<'j>(record: &Node<'j>, is_set: bool) -> Option<Content<'j>> {
    let value = record.get("value").filter(|value| value.is_object() || value.text().is_some())?;
    // An article may have a value; only a record has its place as well, which may be null.
    let Json::Object(fields) = record.value else { return None };
    let has_place = fields.iter().any(|(key, _)| matches!(&**key, "headers" | "topic" | "partition" | "offset"));
    let is_record = has_only(record, &KEYS) && has_place;
    if !(is_set || is_record) {
        return None;
    }
    // The third version of the REST proxy says how the value is written.
    let data = value.get("data").filter(|_| has_only(&value, &["type", "data"]));
    Some(Content::of(Data::of(data.unwrap_or(value))))
}
