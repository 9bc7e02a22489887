//! IPTC's News in JSON, 1.x to 3.x, and the dialects of Superdesk, TT, AP and PA.
//!
//! The versions differ in three ways: names are in lower case or in camel case; `body_text` is an entry of `bodies`
//! with a `role`; `altids` is an object or a list. All are read alike, since vendors mix them.

use std::sync::LazyLock;

use super::about::About;
use super::draft::Draft;
use super::field::{Field, FieldValue};
use super::names::{FieldNames, Names};
use super::reader::MessageReader;
use super::{json, nitf, xml};
use crate::error::Error;

/// What people should know of this format.
pub(super) const ABOUT: About = About {
    recognised: "IPTC ninjs 1.x, 2.x, 3.x, in any case: `bodies`, `headlines`, `altids`, `standard`; `versioncreated`, `firstcreated` or `contentcreated` unless there is a `body` or `text`; `pubstatus`, `uri` or `body_html` and the like if nothing of a plain article (`id`, `revision`, `body`, `text`, `published_at`, `published`) stands beside them. Including Superdesk's `guid`, TT's and PA's statuses, AP's `item` in `data`",
    items: "one; several in AP's `data.items`",
    fields: &[
        ("id", "`altids.itemid`, `guid`, `uri` without its query"),
        ("revision", "`version`"),
        ("first publication", "`firstpublished`, `firstcreated`"),
        ("content", "`contentcreated`"),
        ("this version", "`versioncreated`"),
        ("body", "in order of preference: HTML, text, NITF, unknown roles"),
        ("instead of a body", "`description…`"),
        ("status", "`pubstatus`"),
        ("embargo", "`embargoed`, `embargoedUntil`"),
    ],
};

/// The fields that all versions and dialects share, best first, before those that all formats share.
const FIELDS: Names = &[
    (Field::Id, &["guid", "uri"]),
    (Field::Revision, &["version"]),
    (Field::Status, &["pubstatus"]),
    (Field::Embargo, &["embargoed", "embargoeduntil"]),
    (Field::FirstCreated, &["firstpublished", "firstcreated"]),
    (Field::ContentCreated, &["contentcreated"]),
    (Field::VersionCreated, &["versioncreated"]),
    (Field::City, &["located", "dateline"]),
    (Field::Source, &["source", "provider", "copyrightholder"]),
    (Field::Url, &["url", "link"]),
];

/// The names that have roles, and are read with those.
const WITH_ROLES: [&str; 5] = ["title", "headline", "body_html", "body_xhtml", "body_text"];

static NAMES: LazyLock<FieldNames> = LazyLock::new(|| FieldNames::new(FIELDS, &WITH_ROLES));

/// Reads an item, or those in a response of AP's API.
pub(super) fn read(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let items = items(node);
    if items.iter().any(|item| !item.is_object()) {
        return Err(Error::not_an_article("not ninjs: an item is not an object"));
    }
    for item in items {
        reader.push(draft(&item));
    }
    Ok(())
}

fn items<'j>(node: &json::Node<'j>) -> Vec<json::Node<'j>> {
    if let Some(inside) = node.get("item").or_else(|| node.get("data")).filter(json::Node::is_object) {
        return items(&inside);
    }
    match node.get("items") {
        Some(list) => list.each().into_iter().map(|entry| entry.get("item").unwrap_or(entry)).collect(),
        None => vec![node.clone()],
    }
}

fn draft<'j>(node: &json::Node<'j>) -> Draft<'j> {
    let mut draft = Draft::default();
    let mut bodies = with_roles(node, "body", "bodies");
    bodies.sort_by_key(|(role, media, _)| Kind::of(role, media));
    let unknown = bodies.split_off(bodies.partition_point(|(role, media, _)| Kind::of(role, media) != Kind::Unknown));
    draft.add(Field::Id, stable_id(node));
    known_bodies(bodies, &mut draft);
    for found in NAMES.read(node) {
        let field = found.field;
        if field == Field::Id && found.node.text().is_some_and(|text| text.contains('?')) {
            draft.add(field, Some(without_query(found.node.clone())));
        }
        draft.add(field, Some(found.value()));
    }
    unknown_bodies(unknown, &mut draft);
    draft.add(Field::City, node.follow(&["datelinelocation", "city"]).map(json::Node::field_value));
    let is_url = |uri: &FieldValue<'_>| uri.as_text().is_some_and(|text| text.starts_with("http"));
    draft.add(Field::Url, node.get("uri").map(without_query).filter(is_url));
    draft.add(Field::Title, node.get("headline").map(json::Node::field_value));
    draft.add(Field::Title, best(with_roles(node, "headline", "headlines"), |role, _| usize::from(role != "main")));
    draft.add(Field::Title, node.get("title").map(json::Node::field_value));
    let known = ["text", "summary", "lead", "main"];
    let mut descriptions = with_roles(node, "description", "descriptions");
    descriptions.retain(|(role, _, _)| role != "creditline");
    draft.add(Field::Summary, best(descriptions, |role, _| usize::from(!known.contains(&role))));
    linked_body(node, &mut draft);
    skip(node, &mut draft);
    draft
}

/// Returns AP's id that is the same in all revisions; its `uri` is not.
fn stable_id<'j>(node: &json::Node<'j>) -> Option<FieldValue<'j>> {
    let ids = node.get("altids")?;
    let named = ids.each().into_iter().find(|id| id.get("role").is_some_and(|role| role.text() == Some("itemid")));
    Some(named.map_or_else(|| ids.get("itemid"), |id| id.get("value"))?.field_value())
}

/// Returns an address without its query, which may hold what is for one delivery alone, such as an access token.
fn without_query(node: json::Node<'_>) -> FieldValue<'_> {
    match node.text() {
        Some(text) => FieldValue::text(text.split('?').next().unwrap_or_default(), node.path),
        None => node.field_value(),
    }
}

/// Returns the values of a field that has roles, each with role and media type: `body_text` of 1.x as well as the
/// entries of `bodies` of 2.x.
fn with_roles<'j>(node: &json::Node<'j>, name: &str, list: &str) -> Vec<(String, String, json::Node<'j>)> {
    let word = |node: &json::Node<'_>, name: &str| {
        let word = node.get(name);
        word.as_ref().and_then(json::Node::text).unwrap_or_default().to_ascii_lowercase()
    };
    let entries = node.get(list).map(|all| all.each()).unwrap_or_default().into_iter();
    let listed =
        entries.filter_map(|entry| Some((word(&entry, "role"), word(&entry, "contenttype"), entry.get("value")?)));
    let own = node.fields().filter_map(|(key, value)| {
        let role = key.strip_prefix(name)?.strip_prefix('_')?;
        Some((role.to_ascii_lowercase(), String::new(), value))
    });
    listed.chain(own).filter(|(_, _, value)| value.text().is_none_or(|text| !text.trim().is_empty())).collect()
}

/// Returns the first of the best.
fn best<'j>(all: Vec<(String, String, json::Node<'j>)>, rank: impl Fn(&str, &str) -> usize) -> Option<FieldValue<'j>> {
    Some(all.into_iter().min_by_key(|(role, kind, _)| rank(role, kind))?.2.field_value())
}

/// The kinds of bodies, best first: HTML separates paragraphs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Html,
    Text,
    Nitf,
    Unknown,
}

impl Kind {
    fn of(role: &str, media: &str) -> Self {
        let is = |word: &str| role.contains(word) || media.contains(word);
        if is("nitf") || is("xml") && !is("html") {
            Self::Nitf
        } else if is("html") {
            Self::Html
        } else if role == "text" || media.starts_with("text/") {
            Self::Text
        } else {
            Self::Unknown
        }
    }
}

fn known_bodies<'j>(bodies: Vec<(String, String, json::Node<'j>)>, draft: &mut Draft<'j>) {
    for (role, media, value) in bodies {
        let body = if Kind::of(&role, &media) == Kind::Nitf { inside_nitf(&value) } else { Some(value.field_value()) };
        draft.add(Field::Body, body);
    }
}

/// Reads bodies whose role says nothing about them. Numbers are facts about the body, such as `body_length`.
fn unknown_bodies<'j>(bodies: Vec<(String, String, json::Node<'j>)>, draft: &mut Draft<'j>) {
    for (role, _, value) in bodies.into_iter().filter(|(_, _, value)| value.text().is_some()) {
        if !draft.has(Field::Body) {
            let message = format!("`{}` has the unknown role `{role}`; it was read as the body", value.path);
            draft.warn("body-role-unknown", message);
        }
        draft.add(Field::Body, Some(value.field_value()));
    }
}

fn linked_body(node: &json::Node<'_>, draft: &mut Draft<'_>) {
    if !draft.has(Field::Body)
        && let Some(link) = node.follow(&["renditions", "nitf", "href"])
    {
        let message = format!("the body is behind a link, `{}`, which is not followed; include the text", link.path);
        draft.warn("body-linked", message);
    }
}

/// Returns the body of a NITF document in a text. Some texts that claim to be NITF are not.
fn inside_nitf<'j>(node: &json::Node<'j>) -> Option<FieldValue<'j>> {
    let root = xml::parse(node.text()?).ok()?;
    Some(nitf::body(&xml::Node::root(&root, &node.path))?.into_owned())
}

/// Reads the dates of an announced event. One without dates has nothing for a timeline.
fn event<'j>(node: &json::Node<'j>, draft: &mut Draft<'j>) {
    let dates = node.follow(&["eventdetails", "dates"]);
    let mut add = |field, names: [&str; 2]| {
        for name in names {
            draft.add(field, dates.as_ref().and_then(|dates| dates.get(name)).map(json::Node::field_value));
        }
        draft.has(field)
    };
    add(Field::Ends, ["enddate", "expectedenddate"]);
    if !add(Field::Starts, ["startdate", "expectedstartdate"]) {
        draft.lack("event", "it announces an event without a start date");
    }
}

/// Marks items that are not texts.
fn skip<'j>(node: &json::Node<'j>, draft: &mut Draft<'j>) {
    let kind = node.get("type");
    let kind = kind.as_ref().and_then(json::Node::text).unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "picture" | "photo" | "graphic" | "video" | "audio" | "animation" => {
            draft.skip("not-text", format!("its type is `{kind}`"));
        }
        "planning" => draft.skip("planning", "it is a plan for coverage"),
        "event" => event(node, draft),
        "composite" | "component" | "package" if !draft.has(Field::Body) => {
            draft.lack("package", format!("its type is `{kind}`, and it has no text of its own"));
        }
        _ => {}
    }
    // AP marks what its members may publish.
    let signals = node.get("signals").map(|signals| signals.each()).unwrap_or_default();
    if !signals.is_empty() && signals.iter().all(|signal| signal.text() != Some("newscontent")) {
        draft.lack("not-for-publication", "its `signals` lack `newscontent`");
    }
}
