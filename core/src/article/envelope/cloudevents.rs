//! The CloudEvents envelope: structured (a JSON object) or binary (Kafka headers), of the versions 0.3 and 1.0.
//!
//! Its time, source and subject stand in for those that the article lacks.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::super::field::{Field, FieldValue};
use super::super::json::Node;
use super::super::message::Message;
use super::super::reader::MessageReader;
use super::{Content, Data, EnvelopeAbout, Opened, text_of};
use crate::error::Error;

/// What people should know of it.
pub(super) const ABOUT: EnvelopeAbout = EnvelopeAbout {
    recognised: "headers `ce_…` or `ce-…`; or `specversion`, `id`, `source` and `type`, of the versions 0.3 and 1.0, alone or in a batch",
    article_in: "the message; `data`, `data_base64`",
    withdraws: "",
};

/// The attributes that are used. The `id` is that of the delivery, not of the article.
const ATTRIBUTES: [(&str, Field); 3] = [("time", Field::Envelope), ("subject", Field::Id), ("source", Field::Source)];

/// What precedes the names of attributes in headers: in Kafka, and in HTTP, where bridges leave it.
const PREFIXES: [&str; 2] = ["ce_", "ce-"];

/// Takes the attributes from the headers of a message, if it is a CloudEvent in binary mode.
pub(in super::super) fn headers(message: &Message<'_>, reader: &mut MessageReader<'_>) {
    if message.headers.is_empty() {
        return;
    }
    let is_prefix = |prefix: &&&str| message.header(&format!("{prefix}specversion")).is_some();
    let Some(prefix) = PREFIXES.iter().find(is_prefix) else { return };
    for (name, field) in ATTRIBUTES {
        let name = format!("{prefix}{name}");
        if let Some(value) = message.header(&name) {
            reader.inherit(field, FieldValue::text(value.to_owned(), format!("header {name}")));
        }
    }
}

/// Opens a value that has the attributes that every CloudEvent must have.
pub(super) fn open<'j>(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error> {
    if !["specversion", "id", "source", "type"].iter().all(|name| node.has(name)) && !is_set {
        return Ok(None);
    }
    let known = ATTRIBUTES.iter().filter_map(|(name, field)| {
        let found = node.get(name).filter(|found| found.text().is_some())?;
        Some((*field, found.field_value().into_owned()))
    });
    let known = known.collect();
    let media_type = text_of(node, "datacontenttype").unwrap_or_default().to_owned();
    let is_encoded = text_of(node, "datacontentencoding").is_some_and(|it| it.eq_ignore_ascii_case("base64"));
    let data = match (node.get("data"), node.get("data_base64")) {
        (Some(data), _) if is_encoded => decoded(&data)?,
        (Some(data), _) => Data::of(data),
        (None, Some(data)) => decoded(&data)?,
        (None, None) => return Err(Error::not_an_article("a CloudEvent without `data`")),
    };
    Ok(Some(vec![Content { known, media_type, ..Content::of(data) }]))
}

fn decoded<'j>(data: &Node<'j>) -> Result<Data<'j>, Error> {
    let bytes = data.text().and_then(|text| BASE64_STANDARD.decode(text.trim()).ok());
    let bytes = bytes.ok_or_else(|| {
        Error::not_an_article(format!("`{}` is not Base64, so the CloudEvent cannot be opened", data.path))
    })?;
    Ok(Data::Bytes { bytes, path: data.path.clone() })
}
