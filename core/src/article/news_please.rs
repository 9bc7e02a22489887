//! The output of news-please, as in CC-News. Its times have no zone, and it writes `None` for what it does not know.

use super::draft::Draft;
use super::field::Field;
use super::json;
use super::reader::MessageReader;
use crate::error::Error;

/// The known fields, best first. `date_download` is not a time of the article.
const FIELDS: [(Field, &[&str]); 9] = [
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

/// Reads one object.
pub(super) fn read(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let mut draft = Draft::default();
    for (field, names) in FIELDS {
        for name in names {
            let found = node.get(name).map(json::Node::field_value);
            draft.add(field, found.filter(|found| found.as_text() != Some("None")));
        }
    }
    reader.push(draft);
    Ok(())
}
