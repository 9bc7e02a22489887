//! The plain JSON article, one object, and plain text.

use std::sync::LazyLock;

use super::draft::Draft;
use super::field::{Field, FieldValue};
use super::json;
use super::names::{FieldNames, Names};
use super::reader::MessageReader;
use super::status;
use crate::error::Error;

/// The known fields, best first, before those that all formats share; others are ignored.
const FIELDS: Names = &[
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

static NAMES: LazyLock<FieldNames> = LazyLock::new(|| FieldNames::new(FIELDS, &[]));

/// Reads one object.
pub(super) fn read(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let found = NAMES.read(node);
    let has_text = found.iter().any(|found| matches!(found.field, Field::Title | Field::Body));
    let mut draft = Draft::default();
    for found in found {
        draft.add(found.field, Some(found.value()));
    }
    if !has_text && !reader.deletes() && !status::is_withdrawn(&draft) {
        return Err(Error::not_an_article("the object has neither `body` nor `title`, so it is not an article"));
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
