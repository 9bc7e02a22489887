//! IPTC's News in JSON, 1.x to 3.x, with what Superdesk, TT, AP and PA make of it.
//!
//! The versions differ in three ways: names are in small letters or in camel case; `body_text` is an entry of `bodies`
//! with a `role`; `altids` is an object or a list. All of them are read alike, since vendors mix them.

use std::borrow::Cow;

use super::draft::{Draft, Field, Value};
use super::reading::Reading;
use super::{Error, json, nitf, shape, xml};

/// The fields that are the same everywhere, best first.
const FIELDS: [(Field, &[&str]); 9] = [
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

/// Reads an item, or those that an answer of AP's interface holds.
pub(super) fn read(at: &json::At<'_>, reading: &mut Reading<'_>) -> Result<(), Error> {
    let items = items(at);
    if items.iter().any(|item| !item.is_object()) {
        return Err(shape("not ninjs: an item is no object"));
    }
    for item in items {
        reading.take(draft(&item));
    }
    Ok(())
}

fn items<'j>(at: &json::At<'j>) -> Vec<json::At<'j>> {
    if let Some(inside) = at.get("item").or_else(|| at.get("data")).filter(json::At::is_object) {
        return items(&inside);
    }
    match at.get("items") {
        Some(list) => list.each().into_iter().map(|entry| entry.get("item").unwrap_or(entry)).collect(),
        None => vec![at.clone()],
    }
}

fn draft<'j>(at: &json::At<'j>) -> Draft<'j> {
    let mut draft = Draft::default();
    let address = || at.get("uri").map(without_query);
    draft.tell(Field::Id, stable_id(at));
    draft.tell(Field::Id, at.get("guid").map(json::At::told));
    draft.tell(Field::Id, address());
    for (field, names) in FIELDS {
        for name in names {
            draft.tell(field, at.get(name).map(json::At::told));
        }
    }
    draft.tell(Field::City, at.follow(&["datelinelocation", "city"]).map(json::At::told));
    let on_the_web = |(value, _): &(Value<'_>, String)| matches!(value, Value::Text(text) if text.starts_with("http"));
    draft.tell(Field::Url, address().filter(on_the_web));
    for language in at.get("language").map(|all| all.each()).unwrap_or_default() {
        draft.tell(Field::Language, Some(language.told()));
    }
    draft.tell(Field::Title, at.get("headline").map(json::At::told));
    draft.tell(Field::Title, best(with_roles(at, "headline", "headlines"), |role, _| usize::from(role != "main")));
    draft.tell(Field::Title, at.get("title").map(json::At::told));
    let known = ["text", "summary", "lead", "main"];
    let mut descriptions = with_roles(at, "description", "descriptions");
    descriptions.retain(|(role, _, _)| role != "creditline");
    draft.tell(Field::Summary, best(descriptions, |role, _| usize::from(!known.contains(&role))));
    body(at, &mut draft);
    skip(at, &mut draft);
    draft
}

/// AP's id that is the same in all revisions, where its `uri` is not.
fn stable_id<'j>(at: &json::At<'j>) -> Option<(Value<'j>, String)> {
    let ids = at.get("altids")?;
    let named = ids.each().into_iter().find(|id| id.get("role").is_some_and(|role| role.text() == Some("itemid")));
    Some(named.map_or_else(|| ids.get("itemid"), |id| id.get("value"))?.told())
}

/// An address without what stands in it for one delivery alone, such as an access token.
fn without_query(at: json::At<'_>) -> (Value<'_>, String) {
    match at.text() {
        Some(text) => (Value::Text(Cow::Borrowed(text.split('?').next().unwrap_or_default())), at.path),
        None => at.told(),
    }
}

/// The values of a field that comes in roles: role, media type and value. `body_text` of 1.x is one, and so is each
/// entry of `bodies`, which 2.x has.
fn with_roles<'j>(at: &json::At<'j>, name: &str, list: &str) -> Vec<(String, String, json::At<'j>)> {
    let word = |at: &json::At<'_>, name: &str| {
        let word = at.get(name);
        word.as_ref().and_then(json::At::text).unwrap_or_default().to_ascii_lowercase()
    };
    let entries = at.get(list).map(|all| all.each()).unwrap_or_default().into_iter();
    let listed =
        entries.filter_map(|entry| Some((word(&entry, "role"), word(&entry, "contenttype"), entry.get("value")?)));
    let own = at.fields().filter_map(|(key, value)| {
        let role = key.strip_prefix(name)?.strip_prefix('_')?;
        Some((role.to_ascii_lowercase(), String::new(), value))
    });
    listed.chain(own).filter(|(_, _, value)| value.text().is_none_or(|text| !text.trim().is_empty())).collect()
}

/// The first of the best.
fn best<'j>(
    all: Vec<(String, String, json::At<'j>)>,
    rank: impl Fn(&str, &str) -> usize,
) -> Option<(Value<'j>, String)> {
    Some(all.into_iter().min_by_key(|(role, kind, _)| rank(role, kind))?.2.told())
}

/// What a body may be, best first: HTML keeps its paragraphs apart.
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

fn body<'j>(at: &json::At<'j>, draft: &mut Draft<'j>) {
    let mut bodies = with_roles(at, "body", "bodies");
    bodies.sort_by_key(|(role, media, _)| Kind::of(role, media));
    for (role, media, value) in bodies {
        match Kind::of(&role, &media) {
            Kind::Nitf => draft.tell(Field::Body, inside_nitf(&value)),
            kind => {
                if kind == Kind::Unknown && draft.first(Field::Body).is_none() {
                    let message = format!("the role of `{}` is `{role}`, which is not known; it was read", value.path);
                    draft.warn("body-role-unknown", message);
                }
                draft.tell(Field::Body, Some(value.told()));
            }
        }
    }
    if draft.first(Field::Body).is_none()
        && let Some(link) = at.follow(&["renditions", "nitf", "href"])
    {
        let message = format!("the body stands behind a link in `{}`, which is not followed; send it along", link.path);
        draft.warn("body-linked", message);
    }
}

/// The body of a NITF document that stands in a text. Some that call themselves so are none.
fn inside_nitf<'j>(at: &json::At<'j>) -> Option<(Value<'j>, String)> {
    let root = xml::parse(at.text()?).ok()?;
    let (body, path) = nitf::body(&xml::At::root(&root, &at.path))?;
    match body {
        Value::Text(text) => Some((Value::Text(Cow::Owned(text.into_owned())), path)),
        Value::Number(_) | Value::Wrong(_) => None,
    }
}

/// An announced event tells its dates in fields; one that tells none has nothing for a timeline.
fn event<'j>(at: &json::At<'j>, draft: &mut Draft<'j>) {
    let dates = at.follow(&["eventdetails", "dates"]);
    let mut told = |field, names: [&str; 2]| {
        for name in names {
            draft.tell(field, dates.as_ref().and_then(|dates| dates.get(name)).map(json::At::told));
        }
        draft.first(field).is_some()
    };
    told(Field::Ends, ["enddate", "expectedenddate"]);
    if !told(Field::Starts, ["startdate", "expectedstartdate"]) {
        draft.skip("event", "it announces an event, and does not tell when that starts");
    }
}

/// Passes over what is no text.
fn skip<'j>(at: &json::At<'j>, draft: &mut Draft<'j>) {
    let kind = at.get("type");
    let kind = kind.as_ref().and_then(json::At::text).unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "picture" | "photo" | "graphic" | "video" | "audio" | "animation" => {
            draft.skip("not-text", format!("it is of the type `{kind}`"));
        }
        "planning" => draft.skip("planning", "it is a plan for coverage"),
        "event" => event(at, draft),
        "composite" | "component" | "package" if draft.first(Field::Body).is_none() => {
            draft.skip("package", format!("it is of the type `{kind}` and has no text of its own"));
        }
        _ => {}
    }
    // AP says so of what its members may publish.
    let signals = at.get("signals").map(|signals| signals.each()).unwrap_or_default();
    if !signals.is_empty() && signals.iter().all(|signal| signal.text() != Some("newscontent")) {
        draft.skip("not-for-publication", "its `signals` lack `newscontent`");
    }
}
