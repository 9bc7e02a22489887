//! The envelope of Kafka Connect's JSON converter: a value in `payload`, and its `schema`, which says what its numbers
//! count.

use std::borrow::Cow;

use super::super::json::{Json, Node};
use super::super::since_epoch::Unit;
use super::{Content, Data, EnvelopeAbout, Opened};
use crate::error::Error;

/// What people should know of it.
pub(super) const ABOUT: EnvelopeAbout = EnvelopeAbout {
    recognised: "`schema` and `payload`, and nothing else",
    article_in: "`payload`, also as text",
    withdraws: "",
};

/// Opens a payload.
pub(super) fn open<'j>(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error> {
    // Both may be null.
    let Json::Object(fields) = node.value else { return Ok(None) };
    let has = |name: &str| fields.iter().any(|(key, _)| key == name);
    let is_whole = has("schema") && fields.len() == 2;
    if !has("payload") || !(is_set || is_whole) {
        return Ok(None);
    }
    let Some(payload) = node.get("payload") else {
        let message = "a message of Kafka Connect whose payload is null, so it holds no article";
        return Err(Error::not_an_article(message));
    };
    let schema = node.get("schema").filter(Node::is_object);
    let explained = schema.filter(names_a_unit).and_then(|schema| explained(&schema, payload.value));
    let data = match explained {
        Some(value) => Data::Explained(value, payload.path),
        None => Data::of(payload),
    };
    Ok(Some(vec![Content::of(data)]))
}

/// Whether a schema or one inside of it says what numbers count.
fn names_a_unit(schema: &Node<'_>) -> bool {
    unit_of(schema).is_some() || fields_of(schema).iter().any(names_a_unit)
}

fn unit_of(schema: &Node<'_>) -> Option<Unit> {
    Unit::of_connect(super::text_of(schema, "name")?)
}

fn fields_of<'j>(schema: &Node<'j>) -> Vec<Node<'j>> {
    schema.get("fields").map(|fields| fields.each()).unwrap_or_default()
}

/// Returns a value with the numbers that its schema explains written as days and times; `None` for a number that is out
/// of bounds.
fn explained<'j>(schema: &Node<'_>, value: &'j Json<'j>) -> Option<Json<'j>> {
    match value {
        Json::Number(number) => match unit_of(schema) {
            Some(unit) => Some(Json::Text(Cow::Owned(unit.written(number.as_i64()?)?))),
            None => Some(value.borrowed()),
        },
        Json::Object(entries) => {
            let fields = fields_of(schema);
            let of_field = |key: &str| fields.iter().find(|field| super::text_of(field, "field") == Some(key));
            let entry = |(key, value): &'j (Cow<'j, str>, Json<'j>)| {
                let value =
                    of_field(key).and_then(|schema| explained(schema, value)).unwrap_or_else(|| value.borrowed());
                (Cow::Borrowed(&**key), value)
            };
            Some(Json::Object(entries.iter().map(entry).collect()))
        }
        _ => Some(value.borrowed()),
    }
}
