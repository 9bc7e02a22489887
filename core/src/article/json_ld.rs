//! schema.org's `NewsArticle` and its kin in JSON-LD: alone, in a list, in a `@graph`, or in the scripts of a page.

use std::sync::LazyLock;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

use super::draft::Draft;
use super::field::Field;
use super::json;
use super::names::{FieldNames, Names};
use super::reader::MessageReader;
use super::status;
use crate::error::Error;

/// The known properties, best first, before the names that all formats share.
const FIELDS: Names = &[
    (Field::Id, &["identifier", "@id", "url", "mainEntityOfPage"]),
    (Field::Revision, &["version"]),
    // A free text.
    (Field::State, &["creativeWorkStatus"]),
    (Field::Title, &["headline", "name", "alternativeHeadline"]),
    (Field::Body, &["articleBody", "text"]),
    (Field::Summary, &["description", "abstract"]),
    (Field::FirstCreated, &["datePublished"]),
    (Field::ContentCreated, &["dateCreated"]),
    (Field::VersionCreated, &["dateModified"]),
    (Field::City, &["dateline"]),
    (Field::Language, &["inLanguage"]),
    (Field::Source, &["publisher", "sourceOrganization"]),
    (Field::Url, &["url", "mainEntityOfPage"]),
];

static NAMES: LazyLock<FieldNames> = LazyLock::new(|| FieldNames::new(FIELDS, &[]));

/// The properties of an object that stand for its value, best first.
const INSIDE: [&str; 6] = ["@value", "value", "alternateName", "name", "@id", "url"];

/// Whether a list may hold articles.
pub(super) fn is_list(node: &json::Node<'_>) -> bool {
    matches!(node.value, json::Json::List(_))
        && node.each().iter().any(|entry| ["@context", "@graph", "@type"].iter().any(|name| entry.has(name)))
}

/// Reads the articles in a value; if there is none, the value is skipped.
pub(super) fn read(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    if articles(node, reader) == 0 {
        let mut draft = Draft::default();
        let things = things(node);
        let kinds: Vec<&str> = things.iter().flat_map(kinds).collect();
        if let Some(thing) = things.first() {
            draft.add(Field::Id, thing.get("@id").or_else(|| thing.get("url")).map(json::Node::field_value));
        }
        let kinds = if kinds.is_empty() { "things without a type".to_owned() } else { kinds.join(", ") };
        draft.skip("not-text", format!("it has no article, only {kinds}"));
        reader.push(draft);
    }
    Ok(())
}

/// Reads the articles in a value and returns how many there are. A withdrawal need not have a type.
fn articles(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> usize {
    let is_article =
        |kind: &str| kind.ends_with("Article") || matches!(kind, "BlogPosting" | "LiveBlogPosting" | "Report");
    let mut count = 0;
    for thing in things(node) {
        let mut kinds = kinds(&thing).peekable();
        let is_untyped = kinds.peek().is_none() && thing.is_object();
        if is_untyped || kinds.any(is_article) {
            let draft = draft(&thing);
            if !is_untyped || status::is_withdrawn(&draft) {
                reader.push(draft);
                count += 1;
            }
        }
    }
    count
}

/// Returns the things in a value: those of its list, of its graph, and the main entity of a page.
fn things<'j>(node: &json::Node<'j>) -> Vec<json::Node<'j>> {
    let of_graph = |node: json::Node<'j>| node.get("@graph").map_or_else(|| vec![node], |graph| graph.each());
    let with_main = |node: json::Node<'j>| {
        let main = node.get("mainEntity").filter(json::Node::is_object);
        std::iter::once(node).chain(main)
    };
    node.each().into_iter().flat_map(of_graph).flat_map(with_main).collect()
}

/// Returns the types of a thing, without the prefix of the vocabulary.
fn kinds<'j>(node: &json::Node<'j>) -> impl Iterator<Item = &'j str> + use<'j> {
    let kinds = node.get("@type").map(|kinds| kinds.each()).unwrap_or_default();
    kinds.into_iter().filter_map(|kind| Some(kind.text()?.rsplit(['/', ':', '#']).next().unwrap_or_default()))
}

fn draft<'j>(node: &json::Node<'j>) -> Draft<'j> {
    let mut draft = Draft::default();
    for mut found in NAMES.read(node) {
        if found.is_own {
            let Some(value) = value(found.node) else { continue };
            found.node = value;
        }
        // A name within the page means nothing outside of it.
        let is_local = |id: &str| id.starts_with(['#', '_']);
        if found.field != Field::Id || !found.node.text().is_some_and(is_local) {
            draft.add(found.field, Some(found.value()));
        }
    }
    draft
}

/// Returns the value of a property: itself, the first of its list, or what stands for the object.
fn value(node: json::Node<'_>) -> Option<json::Node<'_>> {
    let first = node.each().into_iter().next()?;
    if first.is_object() { INSIDE.iter().find_map(|name| first.get(name)) } else { Some(first) }
}

/// Whether a text is an HTML page: its first tag, after declarations and comments, is `html`.
pub(super) fn is_page(text: &str) -> bool {
    let mut rest = text;
    while let Some(mark) = rest.strip_prefix("<?").or_else(|| rest.strip_prefix("<!")) {
        let end = if mark.starts_with("--") { "-->" } else { ">" };
        match mark.split_once(end) {
            Some((mark, after)) if !mark.contains('[') => rest = after.trim_start(),
            _ => return false,
        }
    }
    let name = rest.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("<html"));
    name && !rest.get(5..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// Reads the articles in the scripts of a page.
pub(super) fn read_page(text: &str, path: &str, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let (mut scripts, mut found, mut failed, mut inside) = (0, 0, None, false);
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
                        found += articles(&json::Node::root(&json, &format!("{path}{slash}script[{scripts}]")), reader);
                    }
                    Err(error) => failed = failed.or(Some(error)),
                }
                scripts += 1;
            }
            Token::EndTag(_) => inside = false,
            _ => {}
        }
    }
    match (found, failed) {
        (0, Some(error)) => Err(error),
        (0, None) => {
            let message = "an HTML page without an article in JSON-LD; send its text in one of the other formats";
            Err(Error::not_an_article(message))
        }
        _ => Ok(()),
    }
}
