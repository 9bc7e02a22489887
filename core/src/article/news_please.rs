//! The output of news-please, as in CC-News. Its times have no zone, and it writes `None` for what it does not know.

use std::sync::LazyLock;

use super::about::About;
use super::draft::Draft;
use super::field::Field;
use super::json;
use super::names::{FieldNames, Names};
use super::reader::MessageReader;

/// What people should know of this format.
pub(super) const ABOUT: About = About {
    recognised: "`maintext`, `date_publish` or `date_download`",
    items: "one",
    fields: &[
        ("id", "`url`, `filename`"),
        ("first publication", "`date_publish`"),
        ("this version", "`date_modify`"),
        ("body", "`maintext`, `text`"),
        ("instead of a body", "`description`"),
        ("language", "`language`"),
        ("source", "`source_domain`"),
    ],
};

/// The known fields, best first, before those that all formats share. `date_download` is not a time of the article.
const FIELDS: Names = &[
    (Field::Id, &["url", "filename"]),
    (Field::Title, &["title", "title_page", "title_rss"]),
    (Field::Body, &["maintext", "text"]),
    (Field::Summary, &["description"]),
    (Field::FirstCreated, &["date_publish"]),
    (Field::VersionCreated, &["date_modify"]),
    (Field::Language, &["language"]),
    (Field::Source, &["source_domain"]),
    (Field::Url, &["url"]),
];

static NAMES: LazyLock<FieldNames> = LazyLock::new(|| FieldNames::new(FIELDS, &[]));

/// Reads one object.
pub(super) fn read(node: &json::Node<'_>, reader: &mut MessageReader<'_>) {
    let mut draft = Draft::default();
    for found in NAMES.read(node).into_iter().filter(|found| found.node.text() != Some("None")) {
        draft.add(found.field, Some(found.value()));
    }
    reader.push(draft);
}
