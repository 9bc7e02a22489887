//! The plain JSON article, one object, and plain text.

use std::sync::LazyLock;

use super::about::About;
use super::draft::Draft;
use super::field::{Field, FieldValue};
use super::json;
use super::names::{FieldNames, Names};
use super::reader::MessageReader;
use super::{seen, status};
use crate::error::Error;

/// What people should know of the plain article.
pub(super) const PLAIN: About = About {
    recognised: "any other JSON object with `body`, `text`, `title` or `headline`, or that withdraws an article",
    items: "one",
    fields: &[],
};

/// What people should know of plain text.
pub(super) const TEXT: About = About {
    recognised: "only where a header or an envelope says `text/plain`, or `text/html` of a piece of HTML",
    items: "one",
    fields: &[("body", "the whole text")],
};

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

/// What an article has at least one of.
const TEXTS: [Field; 2] = [Field::Title, Field::Body];

static NAMES: LazyLock<FieldNames> = LazyLock::new(|| FieldNames::new(FIELDS, &[]));

/// Reads one object.
pub(super) fn read(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let mut draft = Draft::default();
    for found in NAMES.read(node) {
        draft.add(found.field, Some(found.value()));
    }
    check_is_article(&draft, node, reader)?;
    reader.push(draft);
    Ok(())
}

/// Refuses an object that has nothing of an article and withdraws none.
pub(super) fn check_is_article(
    draft: &Draft<'_>,
    node: &json::Node<'_>,
    reader: &MessageReader<'_>,
) -> Result<(), Error> {
    let has_text = TEXTS.iter().any(|field| draft.has(*field) || reader.prefers(*field) || has_blank(node, *field));
    if has_text || reader.deletes() || status::is_withdrawn(draft) {
        return Ok(());
    }
    let seen = seen::describe(node);
    Err(Error::not_an_article(format!("the object has neither `body` nor `title`, so it is not an article{seen}")))
}

/// Whether an object has a field, although it is blank.
fn has_blank(node: &json::Node<'_>, field: Field) -> bool {
    NAMES.read(node).iter().any(|found| found.field == field)
}

/// Takes a whole text as the body.
pub(super) fn read_text(text: &str, path: &str, reader: &mut MessageReader<'_>) {
    let mut draft = Draft::default();
    draft.add(Field::Body, Some(FieldValue::text(text, path)));
    reader.push(draft);
}
