//! The CloudEvents envelope, around any format: structured (a JSON object) or binary (Kafka headers).
//!
//! Its time, source and subject stand in for those that the article lacks.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::field::{Field, FieldValue};
use super::json;
use super::message::{self, Message};
use super::reader::MessageReader;
use crate::error::Error;

/// The attributes that are used. The `id` is that of the delivery, not of the article.
const ATTRIBUTES: [(&str, Field); 3] = [("time", Field::Envelope), ("subject", Field::Id), ("source", Field::Source)];

/// The content of an envelope.
pub(super) enum Data<'d> {
    Json(json::Node<'d>),
    Text { text: Cow<'d, str>, path: String, media_type: String },
}

/// Takes the attributes from the headers of a message and returns the media type of its data; `None` if it is not a
/// CloudEvent.
pub(super) fn binary<'m>(message: &Message<'m>, reader: &mut MessageReader<'_>) -> Option<&'m str> {
    message.header("ce_specversion")?;
    for (name, field) in ATTRIBUTES {
        let name = format!("ce_{name}");
        if let Some(value) = message.header(&name) {
            reader.inherit(field, FieldValue::text(value.to_owned(), format!("header {name}")));
        }
    }
    Some(message.header("content-type").unwrap_or_default())
}

/// Whether a value is an envelope: it has the attributes that every CloudEvent must have.
pub(super) fn is_envelope(node: &json::Node<'_>) -> bool {
    ["specversion", "id", "source", "type"].iter().all(|name| node.has(name))
}

/// Takes the attributes of an envelope and returns its content.
pub(super) fn open<'j>(node: &json::Node<'j>, reader: &mut MessageReader<'_>) -> Result<Data<'j>, Error> {
    for (name, field) in ATTRIBUTES {
        if let Some(found) = node.get(name).filter(|found| found.text().is_some()) {
            reader.inherit(field, found.field_value().into_owned());
        }
    }
    let media_type = node.get("datacontenttype");
    let media_type = media_type.as_ref().and_then(json::Node::text).unwrap_or_default().to_owned();
    if let Some(data) = node.get("data") {
        return Ok(match data.text() {
            Some(text) => Data::Text { text: Cow::Borrowed(text), path: data.path, media_type },
            None => Data::Json(data),
        });
    }
    let data = node.get("data_base64").ok_or_else(|| Error::not_an_article("a CloudEvent without `data`"))?;
    let bytes = data.text().and_then(|text| BASE64_STANDARD.decode(text.trim()).ok());
    let bytes = bytes
        .ok_or_else(|| Error::not_an_article("`data_base64` is not Base64, so the CloudEvent cannot be opened"))?;
    let text = Cow::Owned(message::text(&bytes)?.into_owned());
    Ok(Data::Text { text, path: data.path, media_type })
}
