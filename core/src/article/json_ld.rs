//! schema.org's `NewsArticle` and its kin in JSON-LD: alone, in a list, in a `@graph`, in the scripts of a page.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

use super::draft::{Draft, Field};
use super::reading::Reading;
use super::{Error, json, shape};

/// The properties that are known, best first.
const FIELDS: [(Field, &[&str]); 11] = [
    (Field::Id, &["identifier", "@id", "url", "mainEntityOfPage"]),
    (Field::Revision, &["version"]),
    (Field::Title, &["headline", "name", "alternativeHeadline"]),
    (Field::Body, &["articleBody", "text"]),
    (Field::Summary, &["description", "abstract"]),
    (Field::FirstCreated, &["datePublished"]),
    (Field::ContentCreated, &["dateCreated"]),
    (Field::VersionCreated, &["dateModified"]),
    (Field::City, &["dateline"]),
    (Field::Source, &["publisher", "sourceOrganization"]),
    (Field::Url, &["url", "mainEntityOfPage"]),
];

/// Where an object may stand in for its value, best first.
const INSIDE: [&str; 6] = ["@value", "value", "alternateName", "name", "@id", "url"];

/// What `creativeWorkStatus`, a free text, says of articles that were taken back.
const WITHDRAWN: [&str; 5] = ["withdrawn", "retracted", "canceled", "cancelled", "deleted"];

/// Whether a list may hold articles.
pub(super) fn is_list(at: &json::At<'_>) -> bool {
    matches!(at.value, json::Json::List(_))
        && at.each().iter().any(|at| ["@context", "@graph", "@type"].iter().any(|name| at.has(name)))
}

/// Reads the articles in a value; where it has none it is something else, and skipped.
pub(super) fn read(at: &json::At<'_>, reading: &mut Reading<'_>) -> Result<(), Error> {
    if articles(at, reading) == 0 {
        let mut draft = Draft::default();
        let things = things(at);
        let kinds: Vec<&str> = things.iter().flat_map(kinds).collect();
        if let Some(thing) = things.first() {
            draft.tell(Field::Id, thing.get("@id").or_else(|| thing.get("url")).map(json::At::told));
        }
        let kinds = if kinds.is_empty() { "of no type".to_owned() } else { kinds.join(", ") };
        draft.skip("not-text", format!("there is no article in it, but what is {kinds}"));
        reading.take(draft);
    }
    Ok(())
}

/// Reads the articles in a value; tells how many.
fn articles(at: &json::At<'_>, reading: &mut Reading<'_>) -> usize {
    let is_article = |at: &json::At<'_>| {
        kinds(at).any(|kind| kind.ends_with("Article") || matches!(kind, "BlogPosting" | "LiveBlogPosting" | "Report"))
    };
    let found: Vec<_> = things(at).into_iter().filter(is_article).collect();
    for article in &found {
        reading.take(draft(article));
    }
    found.len()
}

/// The things of a value: those of its list, of its graph, and what a page is about.
fn things<'j>(at: &json::At<'j>) -> Vec<json::At<'j>> {
    let of_graph = |at: json::At<'j>| at.get("@graph").map_or_else(|| vec![at], |graph| graph.each());
    let with_main = |at: json::At<'j>| {
        let main = at.get("mainEntity").filter(json::At::is_object);
        std::iter::once(at).chain(main)
    };
    at.each().into_iter().flat_map(of_graph).flat_map(with_main).collect()
}

/// The types of a thing, without the vocabulary's name.
fn kinds<'j>(at: &json::At<'j>) -> impl Iterator<Item = &'j str> + use<'j> {
    let kinds = at.get("@type").map(|kinds| kinds.each()).unwrap_or_default();
    kinds.into_iter().filter_map(|kind| Some(kind.text()?.rsplit(['/', ':', '#']).next().unwrap_or_default()))
}

fn draft<'j>(at: &json::At<'j>) -> Draft<'j> {
    let mut draft = Draft::default();
    for (field, names) in FIELDS {
        for told in names.iter().filter_map(|name| value(at.get(name)?)) {
            // A name within the page is none beyond it.
            if field != Field::Id || told.text().is_none_or(|id| !id.starts_with(['#', '_'])) {
                draft.tell(field, Some(told.told()));
            }
        }
    }
    for language in at.get("inLanguage").map(|all| all.each()).unwrap_or_default() {
        draft.tell(Field::Language, value(language).map(json::At::told));
    }
    let status = at.get("creativeWorkStatus").and_then(value).filter(|status| {
        status.text().is_some_and(|text| WITHDRAWN.iter().any(|known| text.trim().eq_ignore_ascii_case(known)))
    });
    draft.tell(Field::Status, status.map(json::At::told));
    draft
}

/// The value of a property: itself, the first of its list, or what stands for the object.
fn value(at: json::At<'_>) -> Option<json::At<'_>> {
    let first = at.each().into_iter().next()?;
    if first.is_object() { INSIDE.iter().find_map(|name| first.get(name)) } else { Some(first) }
}

/// Whether a text is a page: the first of its tags that is neither declaration nor comment is `html`.
pub(super) fn is_page(text: &str) -> bool {
    let mut rest = text;
    while let Some(mark) = rest.strip_prefix("<?").or_else(|| rest.strip_prefix("<!")) {
        let end = if mark.starts_with("--") { "-->" } else { ">" };
        match mark.split_once(end) {
            Some((mark, behind)) if !mark.contains('[') => rest = behind.trim_start(),
            _ => return false,
        }
    }
    let name = rest.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("<html"));
    name && !rest.get(5..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// Reads the articles in the scripts of a page.
pub(super) fn page(text: &str, path: &str, reading: &mut Reading<'_>) -> Result<(), Error> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let (mut count, mut found, mut failed, mut inside) = (0, 0, None, false);
    let slash = if path.is_empty() { "" } else { "/" };
    for token in Tokenizer::new_with_emitter(text, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let kind = tag.attributes.get(&b"type"[..]).map(|kind| kind.to_ascii_lowercase());
                inside = **tag.name == *b"script" && kind.is_some_and(|kind| kind.starts_with(b"application/ld+json"));
            }
            Token::String(script) if inside => {
                let script = String::from_utf8_lossy(&script);
                match json::parse(&script) {
                    Ok(json) => {
                        found += articles(&json::At::root(&json, &format!("{path}{slash}script[{count}]")), reading);
                    }
                    Err(error) => failed = failed.or(Some(error)),
                }
                count += 1;
            }
            Token::EndTag(_) => inside = false,
            _ => {}
        }
    }
    match (found, failed) {
        (0, Some(error)) => Err(error),
        (0, None) => Err(shape("a page without an article in JSON-LD; send its text in one of the other formats")),
        _ => Ok(()),
    }
}
