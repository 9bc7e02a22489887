//! RSS and Atom: a feed, or one entry by itself.

use super::draft::{Draft, Field, Value};
use super::reading::Reading;
use super::xml;

/// What a feed tells for all of its entries. It is read once, since a feed may have very many.
#[derive(Default)]
struct Feed<'t> {
    language: Option<(Value<'t>, String)>,
    title: Option<(Value<'t>, String)>,
}

/// Reads the items of RSS 2.0 (in a channel) and 1.0 (beside it), or one item.
pub(super) fn rss(root: &xml::At<'_>, reading: &mut Reading<'_>) {
    if root.name() == "item" {
        return reading.take(item(root, &Feed::default()));
    }
    let channel = root.get("channel");
    let of_channel = |name: &str| channel.as_ref()?.get(name).map(|found| found.told());
    let feed =
        Feed { language: of_channel("language").or_else(|| of_channel("dc:language")), title: of_channel("title") };
    let inside = channel.iter().flat_map(|channel| channel.all("item"));
    for found in inside.chain(root.all("item")) {
        reading.take(item(&found, &feed));
    }
}

fn item<'t>(item: &xml::At<'t>, feed: &Feed<'t>) -> Draft<'t> {
    let mut draft = Draft::default();
    let text = |name: &str| item.get(name).map(|found| found.told());
    draft.tell(Field::Id, text("guid"));
    draft.tell(Field::Id, item.attribute("rdf:about"));
    draft.tell(Field::Url, text("link"));
    draft.tell(Field::Title, text("title"));
    draft.tell(Field::Body, item.get("content:encoded").map(|body| body.body()));
    draft.tell(Field::Summary, item.get("description").map(|summary| summary.body()));
    draft.tell(Field::FirstCreated, text("pubDate"));
    draft.tell(Field::FirstCreated, text("dc:date"));
    draft.tell(Field::VersionCreated, text("atom:updated"));
    draft.tell(Field::Language, text("dc:language"));
    if draft.first(Field::Language).is_none() {
        draft.tell(Field::Language, feed.language.clone());
    }
    draft.tell(Field::Source, text("dc:publisher"));
    draft.tell(Field::Source, feed.title.clone());
    draft
}

/// Reads the entries of a feed, and what it says of those that are gone (RFC 6721), in their order; or one of them.
pub(super) fn atom(root: &xml::At<'_>, reading: &mut Reading<'_>) {
    let is_feed = root.name() == "feed";
    let all = if is_feed { root.each() } else { vec![root.clone()] };
    let title = root.get("title").map(|title| title.told());
    let feed = if is_feed { Feed { language: root.attribute("lang"), title } } else { Feed::default() };
    for found in all {
        match found.name() {
            "entry" => reading.take(entry(&found, &feed)),
            "deleted-entry" => reading.take(deleted(&found)),
            _ => {}
        }
    }
}

fn entry<'t>(entry: &xml::At<'t>, feed: &Feed<'t>) -> Draft<'t> {
    let mut draft = Draft::default();
    let text = |name: &str| entry.get(name).map(|found| found.told());
    draft.tell(Field::Id, text("id"));
    let links = entry.all("link");
    let alternate = links.iter().find(|link| matches!(link.element.attribute("rel"), None | Some("alternate")));
    draft.tell(Field::Url, alternate.and_then(|link| link.attribute("href")));
    draft.tell(Field::Title, text("title"));
    draft.tell(Field::Body, entry.get("content").map(|body| body.body()));
    draft.tell(Field::Summary, entry.get("summary").map(|summary| summary.body()));
    draft.tell(Field::FirstCreated, text("published"));
    draft.tell(Field::VersionCreated, text("updated"));
    draft.tell(Field::Language, entry.attribute("lang").or_else(|| feed.language.clone()));
    draft.tell(Field::Source, entry.follow(&["source", "title"]).map(|source| source.told()));
    draft.tell(Field::Source, feed.title.clone());
    draft
}

fn deleted<'t>(gone: &xml::At<'t>) -> Draft<'t> {
    let mut draft = Draft::default();
    draft.tell(Field::Id, gone.attribute("ref"));
    draft.tell(Field::VersionCreated, gone.attribute("when"));
    draft.tell(Field::Status, Some(("deleted".into(), gone.path.clone())));
    draft
}
