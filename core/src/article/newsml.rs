//! IPTC's NewsML-G2: one item, or a `newsMessage` of several.

use super::about::About;
use super::draft::Draft;
use super::encoded::from_base64;
use super::field::{Field, FieldValue, Value};
use super::reader::MessageReader;
use super::{nitf, xml};

/// What people should know of this format.
pub(super) const ABOUT: About = About {
    recognised: "`<newsItem>`, `<newsMessage>`; text as inline NITF, XHTML or data",
    items: "each item of `itemSet`",
    fields: &[
        ("id", "`@guid`"),
        ("revision", "`@version`"),
        ("first publication", "`firstCreated`"),
        ("content", "`contentCreated`"),
        ("this version", "`versionCreated`"),
        ("body", "the first with text in `contentSet`"),
        ("instead of a body", "`description`"),
        ("status", "`pubStatus`"),
        ("embargo", "`embargoed`"),
    ],
};

/// Reads an item, or the items of a message.
pub(super) fn read(root: &xml::Node<'_>, reader: &mut MessageReader<'_>) {
    if root.name() == "newsMessage" {
        for set in root.all("itemSet") {
            for item in set.children() {
                read_item(&item, reader);
            }
        }
    } else {
        read_item(root, reader);
    }
}

fn read_item(item: &xml::Node<'_>, reader: &mut MessageReader<'_>) {
    let mut draft = Draft::default();
    let (id, suffix) = stable_id(item);
    draft.add(Field::Id, id);
    draft.add(Field::Revision, item.attribute("version"));
    draft.add(Field::Revision, suffix);
    match item.name() {
        "newsItem" => news_item(item, &mut draft),
        // A text without its item.
        "contentSet" => content(item, &mut draft),
        "packageItem" => draft.skip("package", "it bundles other items"),
        "planningItem" => draft.skip("planning", "it is a plan for coverage"),
        "conceptItem" | "knowledgeItem" => draft.skip("concept", "it describes a concept"),
        // Catalogs and other lists of terms are not items.
        _ => return,
    }
    if item.name() != "newsItem" {
        draft.add(Field::Status, item.follow(&["itemMeta", "pubStatus"]).and_then(|status| concept(&status)));
    }
    reader.push(draft);
}

/// Returns the id, and the version that Reuters appends to it: `tag:reuters.com,2019:newsml_KBN1:5`.
fn stable_id<'t>(item: &xml::Node<'t>) -> (Option<FieldValue<'t>>, Option<FieldValue<'t>>) {
    let Some(guid) = item.element.attribute("guid") else { return (None, None) };
    let path = format!("{}/@guid", item.path);
    let value = |text: &'t str| Some(FieldValue::text(text, path.clone()));
    match guid.rsplit_once(':') {
        Some((id, version))
            if id.starts_with("tag:reuters.com,") && id.contains(":newsml_") && version.parse::<u32>().is_ok() =>
        {
            (value(id), value(version))
        }
        _ => (value(guid), None),
    }
}

fn news_item<'t>(item: &xml::Node<'t>, draft: &mut Draft<'t>) {
    if let Some(meta) = item.get("itemMeta") {
        let text = |name: &str| meta.get(name).map(|found| found.field_value());
        let coded = |name: &str| meta.get(name).and_then(|found| concept(&found));
        draft.add(Field::FirstCreated, text("firstCreated"));
        draft.add(Field::VersionCreated, text("versionCreated"));
        draft.add(Field::Embargo, text("embargoed"));
        draft.add(Field::Status, coded("pubStatus"));
        let provider = meta.get("provider");
        draft.add(Field::Source, provider.as_ref().and_then(|found| found.get("name")).map(|name| name.field_value()));
        draft.add(Field::Source, coded("provider").map(last_part));
        class(&meta, draft);
    }
    if let Some(meta) = item.get("contentMeta") {
        let text = |name: &str| meta.get(name).map(|found| found.field_value());
        draft.add(Field::ContentCreated, text("contentCreated"));
        draft.add(Field::Title, text("headline"));
        draft.add(Field::City, meta.follow(&["located", "name"]).map(|city| city.field_value()));
        draft.add(Field::City, text("dateline"));
        draft.add(Field::Summary, meta.get("description").map(|summary| summary.body()));
        for language in meta.all("language") {
            draft.add(Field::Language, language.attribute("tag"));
        }
    }
    draft.add(Field::Title, item.follow(&["itemMeta", "title"]).map(|title| title.field_value()));
    if let Some(set) = item.get("contentSet") {
        content(&set, draft);
    }
    if !draft.has(Field::Language) {
        draft.add(Field::Language, item.attribute("lang"));
    }
}

/// Marks pictures and other items that are not texts: `ninat:picture` and its siblings.
fn class(meta: &xml::Node<'_>, draft: &mut Draft<'_>) {
    let class = meta.get("itemClass").and_then(|class| concept(&class)).map(last_part);
    if let Some(class) = class.as_ref().and_then(FieldValue::as_text) {
        match class {
            "text" => {}
            "composite" => draft.skip("package", "it bundles other items"),
            "planning" => draft.skip("planning", "it is a plan for coverage"),
            other => draft.skip("not-text", format!("its class is `{other}`")),
        }
    }
}

/// Reads the text: inline NITF, XHTML or other XML, or plain data. The first that is not blank counts.
fn content<'t>(set: &xml::Node<'t>, draft: &mut Draft<'t>) {
    for inline in set.all("inlineXML") {
        let root = inline.children().into_iter().next();
        match root.as_ref().map(|root| (root.name(), root)) {
            Some(("nitf", root)) => nitf::text(root, draft),
            Some(("html", root)) => {
                draft.add(Field::Body, Some(root.get("body").unwrap_or_else(|| root.clone()).body()))
            }
            Some(_) => draft.add(Field::Body, Some(inline.body())),
            None => continue,
        }
        draft.add(Field::Language, inline.attribute("lang"));
    }
    for inline in set.all("inlineData") {
        let is_base64 =
            inline.element.attribute("encoding").is_some_and(|name| name.to_ascii_lowercase().contains("base64"));
        let decoded = if is_base64 { from_base64(&inline) } else { None };
        draft.add(Field::Body, Some(decoded.unwrap_or_else(|| inline.body())));
        draft.add(Field::Language, inline.attribute("lang"));
    }
    if !draft.has(Field::Body)
        && let Some(remote) = set.get("remoteContent")
    {
        let message = format!("the body is behind a link, `{}`, which is not followed; include the text", remote.path);
        draft.warn("body-linked", message);
    }
}

/// Returns a concept by its code or its address.
fn concept<'t>(node: &xml::Node<'t>) -> Option<FieldValue<'t>> {
    ["qcode", "uri", "literal"].iter().find_map(|name| node.attribute(name))
}

/// Returns a code without its scheme: `text` of `ninat:text`.
fn last_part(FieldValue { value, path }: FieldValue<'_>) -> FieldValue<'_> {
    let value = match value {
        Value::Text(text) => {
            let start = text.trim_end_matches('/').rfind([':', '/']).map_or(0, |at| at + 1);
            Value::Text(text.get(start..).unwrap_or_default().trim_end_matches('/').to_owned().into())
        }
        other => other,
    };
    FieldValue { value, path }
}
