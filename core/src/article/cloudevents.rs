//! The CloudEvents envelope, around any format: structured (a JSON object) or binary (Kafka headers).
//!
//! What it tells of itself stands in for what the article does not tell: its time, its source, its subject.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::draft::{Field, Told, Value};
use super::reading::Reading;
use super::{Error, Message, json, message, shape};

/// The attributes that matter. The `id` is that of the delivery, not of the article.
const ATTRIBUTES: [(&str, Field); 3] = [("time", Field::Envelope), ("subject", Field::Id), ("source", Field::Source)];

/// Notes the attributes in the headers of a message; gives the media type of its data where it has any.
pub(super) fn binary<'m>(message: &Message<'m>, reading: &mut Reading<'_>) -> Option<&'m str> {
    message.header("ce_specversion")?;
    for (name, field) in ATTRIBUTES {
        let name = format!("ce_{name}");
        if let Some(value) = message.header(&name) {
            let value = Value::Text(Cow::Owned(value.to_owned()));
            reading.outer.push(Told { field, path: format!("header {name}"), value });
        }
    }
    Some(message.header("content-type").unwrap_or_default())
}

/// Whether it is an envelope: it has what every CloudEvent must have.
pub(super) fn is_envelope(at: &json::At<'_>) -> bool {
    ["specversion", "id", "source", "type"].iter().all(|name| at.has(name))
}

/// Reads what an envelope holds.
pub(super) fn structured(at: &json::At<'_>, reading: &mut Reading<'_>) -> Result<(), Error> {
    for (name, field) in ATTRIBUTES {
        if let Some(told) = at.get(name)
            && let Some(text) = told.text()
        {
            reading.outer.push(Told { field, path: told.path, value: Value::Text(Cow::Owned(text.to_owned())) });
        }
    }
    let kind = at.get("datacontenttype");
    let kind = kind.as_ref().and_then(json::At::text).unwrap_or_default();
    if let Some(data) = at.get("data") {
        return match data.text() {
            Some(text) => reading.data(text, &data.path, kind),
            None => reading.value(&data),
        };
    }
    let data = at.get("data_base64").ok_or_else(|| shape("a CloudEvent without `data`"))?;
    let decoded = data.text().and_then(|text| BASE64_STANDARD.decode(text.trim()).ok());
    let bytes = decoded.ok_or_else(|| shape("`data_base64` is no Base64, so the CloudEvent cannot be opened"))?;
    reading.data(&message::text(&bytes)?, &data.path, kind)
}
