//! The plain JSON article, one object, and plain text.

use super::draft::Draft;
use super::field::{Field, FieldValue};
use super::json;
use super::reader::MessageReader;
use crate::error::Error;

/// The known fields, best first; others are ignored.
const FIELDS: [(Field, &[&str]); 11] = [
    (Field::Id, &["id"]),
    (Field::Revision, &["revision"]),
    (Field::Status, &["pubstatus"]),
    (Field::Embargo, &["embargoed"]),
    (Field::Title, &["title", "headline"]),
    (Field::Body, &["body", "text"]),
    (Field::FirstCreated, &["published_at", "published", "date", "time"]),
    (Field::Zone, &["timezone"]),
    (Field::Language, &["language"]),
    (Field::Source, &["source"]),
    (Field::Url, &["url"]),
];

/// Reads one object.
pub(super) fn read(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    if !reader.deletes() && !["body", "text", "title", "headline"].iter().any(|name| node.has(name)) {
        return Err(Error::not_an_article("the object has neither `body` nor `title`, so it is not an article"));
    }
    let mut draft = Draft::default();
    for (field, names) in FIELDS {
        for name in names {
            draft.add(field, node.get(name).map(json::Node::field_value));
        }
    }
    reader.push(draft);
    Ok(())
}

/// Takes a whole text as the body.
pub(super) fn read_text(text: &str, path: &str, reader: &mut MessageReader<'_>) {
    let mut draft = Draft::default();
    draft.add(Field::Body, Some(FieldValue::text(text, path)));
    reader.push(draft);
}
