//! RSS and Atom: a feed, or one entry by itself.

use std::borrow::Cow;

use super::about::About;
use super::draft::Draft;
use super::encoded::from_base64;
use super::field::{Field, FieldValue, Value};
use super::furniture::without_trailer;
use super::reader::MessageReader;
use super::xml;

/// What people should know of RSS.
pub(super) const RSS: About = About {
    recognised: "`<rss>`, `<rdf:RDF>`, `<item>`",
    items: "each `item`",
    fields: &[
        ("id", "`guid`, `link`"),
        ("first publication", "`pubDate`, `dc:date`, `dcterms:issued`, `dcterms:created`, `atom:published`"),
        ("this version", "`dcterms:modified`, `atom:updated`"),
        ("body", "`content:encoded`, `content`"),
        ("instead of a body", "`description`, `summary`"),
        ("status", "`at:deleted-entry`"),
    ],
};

/// What people should know of Atom.
pub(super) const ATOM: About = About {
    recognised: "`<feed>`, `<entry>`, `<at:deleted-entry>`",
    items: "each entry",
    fields: &[
        ("id", "`id`, `link`"),
        ("revision", "`updated`"),
        ("first publication", "`published`, `issued`"),
        ("content", "`created`"),
        ("this version", "`updated`, `modified`"),
        ("body", "`content`"),
        ("instead of a body", "`summary`"),
        ("status", "`at:deleted-entry`"),
    ],
};

/// The fields that a feed has for all of its entries. They are read once, since there may be very many entries.
#[derive(Default)]
struct Feed<'t> {
    language: Option<FieldValue<'t>>,
    title: Option<FieldValue<'t>>,
}

/// Reads the items of RSS 2.0 (in a channel) and 1.0 (beside it), or one item.
pub(super) fn read_rss(root: &xml::Node<'_>, reader: &mut MessageReader<'_>) {
    if root.name() == "item" {
        return reader.push(item(root, &Feed::default()));
    }
    let channel = root.get("channel");
    let of_channel = |name: &str| channel.as_ref()?.get(name).map(|found| found.field_value());
    let declared =
        || channel.as_ref().and_then(|channel| channel.attribute("xml:lang")).or_else(|| root.attribute("xml:lang"));
    let language = of_channel("language").or_else(|| of_channel("dc:language")).or_else(declared);
    let feed = Feed { language, title: of_channel("title") };
    let inside = channel.iter().flat_map(|channel| channel.all("item"));
    for found in inside.chain(root.all("item")) {
        reader.push(item(&found, &feed));
    }
}

fn item<'t>(item: &xml::Node<'t>, feed: &Feed<'t>) -> Draft<'t> {
    let mut draft = Draft::default();
    let text = |name: &str| item.get(name).map(|found| found.field_value());
    draft.add(Field::Id, text("guid"));
    draft.add(Field::Id, item.attribute("rdf:about"));
    draft.add(Field::Url, text("link"));
    draft.add(Field::Title, text("title"));
    draft.add(Field::Body, item.get("content:encoded").map(|body| story(body.body())));
    draft.add(Field::Summary, item.get("description").map(|summary| story(summary.body())));
    for name in ["pubDate", "dc:date", "dcterms:issued", "dcterms:created", "dc:issued", "atom:published"] {
        draft.add(Field::FirstCreated, text(name));
    }
    for name in ["atom:updated", "dcterms:modified"] {
        draft.add(Field::VersionCreated, text(name));
    }
    draft.add(Field::Language, text("dc:language"));
    draft.add(Field::Language, item.attribute("xml:lang"));
    if !draft.has(Field::Language) {
        draft.add(Field::Language, feed.language.clone());
    }
    draft.add(Field::Source, text("dc:publisher"));
    draft.add(Field::Source, feed.title.clone());
    draft
}

/// Reads the entries and the deleted entries (RFC 6721) of a feed, in their order; or one entry.
pub(super) fn read_atom(root: &xml::Node<'_>, reader: &mut MessageReader<'_>) {
    let is_feed = root.name() == "feed";
    let all = if is_feed { root.children() } else { vec![root.clone()] };
    let title = root.get("title").map(|title| title.field_value());
    let feed = if is_feed { Feed { language: root.attribute("lang"), title } } else { Feed::default() };
    for found in all {
        match found.name() {
            "entry" => reader.push(entry(&found, &feed)),
            "deleted-entry" => reader.push(deleted(&found)),
            _ => {}
        }
    }
}

fn entry<'t>(entry: &xml::Node<'t>, feed: &Feed<'t>) -> Draft<'t> {
    let mut draft = Draft::default();
    let text = |name: &str| entry.get(name).map(|found| found.field_value());
    draft.add(Field::Id, text("id"));
    let links = entry.all("link");
    let alternate = links.iter().find(|link| matches!(link.element.attribute("rel"), None | Some("alternate")));
    draft.add(Field::Url, alternate.and_then(|link| link.attribute("href")));
    draft.add(Field::Title, text("title"));
    draft.add(Field::Body, entry.get("content").map(|body| story(content(&body))));
    draft.add(Field::Summary, entry.get("summary").map(|summary| story(summary.body())));
    // Atom 0.3 calls them otherwise.
    for name in ["published", "issued", "dcterms:issued"] {
        draft.add(Field::FirstCreated, text(name));
    }
    draft.add(Field::ContentCreated, text("created"));
    for name in ["updated", "modified"] {
        draft.add(Field::VersionCreated, text(name));
    }
    let of_content = || entry.get("content").and_then(|content| content.attribute("xml:lang"));
    draft.add(Field::Language, entry.attribute("lang").or_else(of_content).or_else(|| feed.language.clone()));
    draft.add(Field::Source, entry.follow(&["source", "title"]).map(|source| source.field_value()));
    draft.add(Field::Source, feed.title.clone());
    draft
}

/// Returns the content of an entry. Of a media type that is neither text nor XML, and by Atom 0.3, it may be in Base64.
fn content<'t>(content: &xml::Node<'t>) -> FieldValue<'t> {
    let attribute = |name| content.element.attribute(name).unwrap_or_default().trim().to_ascii_lowercase();
    let kind = attribute("type");
    let is_plain = |kind: &str| !kind.contains('/') || kind.starts_with("text/") || kind.ends_with("xml");
    let is_base64 = attribute("mode") == "base64" || !is_plain(&kind);
    let decoded = if is_base64 { from_base64(content) } else { None };
    decoded.unwrap_or_else(|| content.body())
}

/// Returns a text without the line that WordPress appends to it.
fn story(FieldValue { value, path }: FieldValue<'_>) -> FieldValue<'_> {
    let value = match value {
        Value::Text(Cow::Borrowed(text)) => Value::Text(Cow::Borrowed(without_trailer(text))),
        Value::Text(Cow::Owned(text)) => Value::Text(Cow::Owned(without_trailer(&text).to_owned())),
        other => other,
    };
    FieldValue { value, path }
}

fn deleted<'t>(gone: &xml::Node<'t>) -> Draft<'t> {
    let mut draft = Draft::default();
    draft.add(Field::Id, gone.attribute("ref"));
    draft.add(Field::VersionCreated, gone.attribute("when"));
    draft.add(Field::Status, Some(FieldValue::text("deleted", gone.path.clone())));
    draft
}
