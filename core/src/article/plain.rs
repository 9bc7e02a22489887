//! The plain JSON article, one object, and plain text.

use std::borrow::Cow;

use super::draft::{Draft, Field, Value};
use super::reading::Reading;
use super::{Error, json, shape};

/// The fields that are known, best first; others are passed over.
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
pub(super) fn read(at: &json::At<'_>, reading: &mut Reading<'_>) -> Result<(), Error> {
    if !["body", "text", "title", "headline"].iter().any(|name| at.has(name)) {
        return Err(shape("the object has neither `body` nor `title`, so it is no article"));
    }
    let mut draft = Draft::default();
    for (field, names) in FIELDS {
        for name in names {
            draft.tell(field, at.get(name).map(json::At::told));
        }
    }
    reading.take(draft);
    Ok(())
}

/// Takes all of a text for the body.
pub(super) fn text(text: &str, path: &str, reading: &mut Reading<'_>) {
    let mut draft = Draft::default();
    draft.tell(Field::Body, Some((Value::Text(Cow::Borrowed(text)), path.to_owned())));
    reading.take(draft);
}
