//! The names of fields in JSON: those of each format, and those that all JSON formats share.
//!
//! A format puts its own names first; where the article has none of those, the shared ones are read. So the same name
//! means the same in every JSON format, and a format that was taken for another loses nothing.

use rustc_hash::FxHashMap;

use super::field::{Field, FieldValue};
use super::json::{Json, Node, TWICE};
use super::rich_value;

/// The names of each field, best first. Case does not matter.
pub(super) type Names = &'static [(Field, &'static [&'static str])];

/// The shared names. Values of a kind that the field does not take are passed over.
const SHARED: Names = &[
    (Field::Id, &["id", "_id", "guid", "uri", "uuid", "article_id", "articleId"]),
    (Field::Revision, &["revision", "version"]),
    (Field::Status, &["pubstatus"]),
    (Field::State, &["status", "state"]),
    (Field::Deleted, &["deleted", "is_deleted", "isDeleted"]),
    (Field::Embargo, &["embargoed"]),
    (Field::Title, &["title", "headline"]),
    (
        Field::Body,
        &[
            "body",
            "text",
            "body_html",
            "body_xhtml",
            "body_text",
            "bodyHtml",
            "bodyText",
            "content",
            "content_html",
            "contentHtml",
            "content_text",
            "articleBody",
            "full_text",
            "fullText",
            "article_text",
            "cleaned_text",
            "plain_text",
        ],
    ),
    (
        Field::Summary,
        &["summary", "description", "abstract", "excerpt", "standfirst", "short_description", "shortDescription"],
    ),
    (
        Field::FirstCreated,
        &[
            "published_at",
            "published",
            "publishedAt",
            "first_published_at",
            "firstPublishedAt",
            "published_date",
            "publishedDate",
            "publish_date",
            "publishDate",
            "date_published",
            "datePublished",
            "publication_date",
            "publicationDate",
            "published_on",
            "publishedOn",
            "published_time",
            "publishedTime",
            "publish_time",
            "publishTime",
            "publication_time",
            "publicationTime",
            "posted_at",
            "postedAt",
            "pub_date",
            "pubDate",
            "date",
            "firstpublished",
            "firstcreated",
        ],
    ),
    (
        Field::ContentCreated,
        &[
            "contentcreated",
            "created_at",
            "createdAt",
            "date_created",
            "dateCreated",
            "created_on",
            "createdOn",
            "created",
        ],
    ),
    (Field::VersionCreated, &["versioncreated"]),
    (
        Field::Modified,
        &[
            "updated_at",
            "updatedAt",
            "updated",
            "modified_at",
            "modifiedAt",
            "modified",
            "last_modified",
            "lastModified",
            "dateModified",
            "date_modified",
            "modDate",
        ],
    ),
    (Field::Zone, &["timezone"]),
    (Field::Language, &["language", "lang", "language_code", "inLanguage"]),
    (Field::Source, &["source", "source_name", "sourceName", "publisher", "publication", "domain"]),
    (Field::Url, &["url", "link", "web_url", "webUrl", "permalink", "canonical_url"]),
];

/// The longest name.
const LONGEST: usize = 24;

/// Room for the fields that an article usually has.
const USUAL_FIELDS: usize = 12;

/// The names of one format, by name: what is found in one pass over the keys of an object.
#[derive(Debug)]
pub(super) struct FieldNames(FxHashMap<Box<str>, Vec<Meaning>>);

/// What a name means.
#[derive(Debug, Clone, Copy)]
struct Meaning {
    field: Field,
    /// Lower is better.
    rank: usize,
    is_own: bool,
}

/// A field that was found.
#[derive(Debug)]
pub(super) struct Found<'j> {
    pub field: Field,
    pub node: Node<'j>,
    /// Whether the name is the format's own, not a shared one.
    pub is_own: bool,
}

impl FieldNames {
    /// Makes the table of a format of its own names. Those in `elsewhere` are read by the format itself.
    pub fn new(own: Names, elsewhere: &[&str]) -> Self {
        let mut all: FxHashMap<Box<str>, Vec<Meaning>> = FxHashMap::default();
        let flat = |names: Names, is_own| {
            names.iter().flat_map(move |(field, names)| names.iter().map(move |name| (*field, *name, is_own)))
        };
        for (rank, (field, name, is_own)) in flat(own, true).chain(flat(SHARED, false)).enumerate() {
            let meanings = all.entry(name.to_ascii_lowercase().into()).or_default();
            let is_known = elsewhere.contains(&name) || meanings.iter().any(|known| known.field == field);
            if is_own || !is_known {
                meanings.push(Meaning { field, rank, is_own });
            }
        }
        Self(all)
    }

    /// Returns the fields of an object, of each field the best first.
    pub fn read<'j>(&self, node: &Node<'j>) -> Vec<Found<'j>> {
        struct Entry<'j> {
            meaning: Meaning,
            key: &'j str,
            value: &'j Json<'j>,
        }
        let mut entries: Vec<Entry<'j>> = Vec::with_capacity(USUAL_FIELDS);
        for (key, value) in node.entries() {
            let mut buffer = [0; LONGEST];
            let Some(meanings) = lowered(key, &mut buffer).and_then(|name| self.0.get(name)) else { continue };
            for meaning in meanings {
                match entries.iter_mut().find(|entry| entry.meaning.rank == meaning.rank) {
                    Some(first) if first.key == key => first.value = TWICE,
                    // The same name in another case: the first counts.
                    Some(_) => {}
                    None => entries.push(Entry { meaning: *meaning, key, value }),
                }
            }
        }
        entries.sort_by_key(|entry| entry.meaning.rank);
        let values = entries.into_iter().flat_map(|Entry { meaning: Meaning { field, is_own, .. }, key, value }| {
            let node = node.child(key, value).unwrapped();
            // An article may be in several languages, and of several statuses the worst counts.
            let (all, one) = match field {
                Field::Language | Field::Status | Field::State => (node.each(), None),
                _ => (Vec::new(), Some(node)),
            };
            all.into_iter().chain(one).map(move |node| Found { field, node, is_own })
        });
        values.filter(Found::is_usable).collect()
    }
}

impl<'j> Found<'j> {
    fn is_usable(&self) -> bool {
        match (self.field, self.node.value) {
            (Field::Deleted, value) => is_true(value),
            (Field::Embargo, Json::Bool(false)) => false,
            (_, Json::Text(_) | Json::Number(_)) => true,
            _ => self.is_own,
        }
    }

    /// Returns it as the value of a field of an article.
    pub fn value(self) -> FieldValue<'j> {
        match self.field {
            Field::Deleted => FieldValue::text("true", self.node.path),
            // A source may be an object with its name.
            Field::Source => {
                rich_value::of_field(self.node.clone(), Field::Source).unwrap_or_else(|| self.node.field_value())
            }
            _ => self.node.field_value(),
        }
    }
}

/// Whether a value means yes, as different programs write that.
pub(super) fn is_true(value: &Json<'_>) -> bool {
    match value {
        Json::Bool(yes) => *yes,
        Json::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Json::Text(text) => ["true", "t", "yes", "y", "1"].iter().any(|yes| text.trim().eq_ignore_ascii_case(yes)),
        Json::Null | Json::List(_) | Json::Object(_) | Json::Other(_) => false,
    }
}

/// Returns a key in lower case, unless it is longer than any name that is known.
pub(super) fn lowered<'b>(key: &str, buffer: &'b mut [u8; LONGEST]) -> Option<&'b str> {
    let lower = buffer.get_mut(..key.len())?;
    lower.copy_from_slice(key.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok()
}
