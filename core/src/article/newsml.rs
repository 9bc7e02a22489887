//! IPTC's NewsML-G2: one item, or a `newsMessage` of several.

use super::draft::{Draft, Field, Value};
use super::reading::Reading;
use super::{nitf, xml};

/// Reads an item, or those of a message.
pub(super) fn read(root: &xml::At<'_>, reading: &mut Reading<'_>) {
    if root.name() == "newsMessage" {
        for set in root.all("itemSet") {
            for item in set.each() {
                read_item(&item, reading);
            }
        }
    } else {
        read_item(root, reading);
    }
}

fn read_item(item: &xml::At<'_>, reading: &mut Reading<'_>) {
    let mut draft = Draft::default();
    let (id, suffix) = stable_id(item);
    draft.tell(Field::Id, id);
    draft.tell(Field::Revision, item.attribute("version"));
    draft.tell(Field::Revision, suffix);
    match item.name() {
        "newsItem" => news_item(item, &mut draft),
        // A text that lost its item.
        "contentSet" => content(item, &mut draft),
        "packageItem" => draft.skip("package", "it bundles other items"),
        "planningItem" => draft.skip("planning", "it is a plan for coverage"),
        "conceptItem" | "knowledgeItem" => draft.skip("concept", "it describes what articles speak of"),
        // Catalogs and other lists of terms are no items.
        _ => return,
    }
    if item.name() != "newsItem" {
        draft.tell(Field::Status, item.follow(&["itemMeta", "pubStatus"]).and_then(|status| concept(&status)));
    }
    reading.take(draft);
}

type Read<'t> = Option<(Value<'t>, String)>;

/// The id, and the version that Reuters may put behind it: `tag:reuters.com,2019:newsml_KBN1:5`.
fn stable_id<'t>(item: &xml::At<'t>) -> (Read<'t>, Read<'t>) {
    let Some(guid) = item.element.attribute("guid") else { return (None, None) };
    let path = format!("{}/@guid", item.path);
    let read = |text: &'t str| Some((Value::Text(text.into()), path.clone()));
    match guid.rsplit_once(':') {
        Some((id, version))
            if id.starts_with("tag:reuters.com,") && id.contains(":newsml_") && version.parse::<u32>().is_ok() =>
        {
            (read(id), read(version))
        }
        _ => (read(guid), None),
    }
}

fn news_item<'t>(item: &xml::At<'t>, draft: &mut Draft<'t>) {
    if let Some(meta) = item.get("itemMeta") {
        let text = |name: &str| meta.get(name).map(|found| found.told());
        let coded = |name: &str| meta.get(name).and_then(|found| concept(&found));
        draft.tell(Field::FirstCreated, text("firstCreated"));
        draft.tell(Field::VersionCreated, text("versionCreated"));
        draft.tell(Field::Embargo, text("embargoed"));
        draft.tell(Field::Status, coded("pubStatus"));
        let provider = meta.get("provider");
        draft.tell(Field::Source, provider.as_ref().and_then(|found| found.get("name")).map(|name| name.told()));
        draft.tell(Field::Source, coded("provider").map(last_part));
        class(&meta, draft);
    }
    if let Some(meta) = item.get("contentMeta") {
        let text = |name: &str| meta.get(name).map(|found| found.told());
        draft.tell(Field::ContentCreated, text("contentCreated"));
        draft.tell(Field::Title, text("headline"));
        draft.tell(Field::City, meta.follow(&["located", "name"]).map(|city| city.told()));
        draft.tell(Field::City, text("dateline"));
        draft.tell(Field::Summary, meta.get("description").map(|summary| summary.body()));
        for language in meta.all("language") {
            draft.tell(Field::Language, language.attribute("tag"));
        }
    }
    draft.tell(Field::Title, item.follow(&["itemMeta", "title"]).map(|title| title.told()));
    if let Some(set) = item.get("contentSet") {
        content(&set, draft);
    }
    if draft.first(Field::Language).is_none() {
        draft.tell(Field::Language, item.attribute("lang"));
    }
}

/// Passes over pictures and the like: `ninat:picture` and its siblings.
fn class(meta: &xml::At<'_>, draft: &mut Draft<'_>) {
    let class = meta.get("itemClass").and_then(|class| concept(&class)).map(last_part);
    if let Some((Value::Text(class), _)) = class {
        match &*class {
            "text" => {}
            "composite" => draft.skip("package", "it bundles other items"),
            "planning" => draft.skip("planning", "it is a plan for coverage"),
            other => draft.skip("not-text", format!("its class is `{other}`")),
        }
    }
}

/// The text: inline NITF, XHTML or another XML, or plain data. The first with something in it counts.
fn content<'t>(set: &xml::At<'t>, draft: &mut Draft<'t>) {
    for inline in set.all("inlineXML") {
        let root = inline.each().into_iter().next();
        match root.as_ref().map(|root| (root.name(), root)) {
            Some(("nitf", root)) => nitf::text(root, draft),
            Some(("html", root)) => {
                draft.tell(Field::Body, Some(root.get("body").unwrap_or_else(|| root.clone()).body()))
            }
            Some(_) => draft.tell(Field::Body, Some(inline.body())),
            None => continue,
        }
        draft.tell(Field::Language, inline.attribute("lang"));
    }
    for inline in set.all("inlineData") {
        draft.tell(Field::Body, Some(inline.body()));
        draft.tell(Field::Language, inline.attribute("lang"));
    }
    if draft.first(Field::Body).is_none()
        && let Some(remote) = set.get("remoteContent")
    {
        let message =
            format!("the body stands behind a link in `{}`, which is not followed; send it along", remote.path);
        draft.warn("body-linked", message);
    }
}

/// A concept, by its code or its address.
fn concept<'t>(at: &xml::At<'t>) -> Option<(Value<'t>, String)> {
    ["qcode", "uri", "literal"].iter().find_map(|name| at.attribute(name))
}

/// A code without its scheme: `text` of `ninat:text`.
fn last_part<'t>((value, path): (Value<'t>, String)) -> (Value<'t>, String) {
    let value = match value {
        Value::Text(text) => {
            let start = text.trim_end_matches('/').rfind([':', '/']).map_or(0, |at| at + 1);
            Value::Text(text.get(start..).unwrap_or_default().trim_end_matches('/').to_owned().into())
        }
        other => other,
    };
    (value, path)
}
