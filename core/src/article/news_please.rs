//! What news-please writes, as for CC-News. Its times tell no zone, and what it does not know is the word `None`.

use super::draft::{Draft, Field, Value};
use super::reading::Reading;
use super::{Error, json};

/// The fields that are known, best first. `date_download` is no time of the article.
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
pub(super) fn read(at: &json::At<'_>, reading: &mut Reading<'_>) -> Result<(), Error> {
    let mut draft = Draft::default();
    for (field, names) in FIELDS {
        for name in names {
            let told = at.get(name).map(json::At::told);
            draft.tell(field, told.filter(|(value, _)| !matches!(value, Value::Text(text) if text == "None")));
        }
    }
    reading.take(draft);
    Ok(())
}
