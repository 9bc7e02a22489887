//! What stands in an object that is no article of any known shape, so that a rejection says what could be read.

use super::json::{Json, Node};

/// Parts of names that titles and texts have.
const LIKELY: [&str; 12] = [
    "title",
    "headline",
    "body",
    "text",
    "content",
    "html",
    "article",
    "story",
    "paragraph",
    "description",
    "summary",
    "name",
];

/// How many names are shown of each level.
const SHOWN: usize = 3;

/// Says which fields of an object, and of the objects in it, could hold a title or a text; empty if none could.
pub(super) fn describe(node: &Node<'_>) -> String {
    let top = likely(node, "");
    let below: Vec<String> = node.fields().flat_map(|(key, value)| inside(key, &value)).collect();
    let list = |names: Vec<String>| names.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
    match (list(top), list(below)) {
        (top, below) if top.is_empty() && below.is_empty() => String::new(),
        (top, below) if below.is_empty() => format!("; there is {top}: see `dateline formats --guess`"),
        (top, below) if top.is_empty() => {
            format!("; there is, one level down, {below}: see `dateline formats --guess`")
        }
        (top, below) => format!("; there are {top} and, one level down, {below}: see `dateline formats --guess`"),
    }
}

fn inside(key: &str, value: &Node<'_>) -> Vec<String> {
    match value.value {
        Json::Object(_) => likely(value, &format!("{key}.")),
        Json::List(_) => value.each().first().map(|first| likely(first, &format!("{key}[]."))).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Returns the names of texts that could be a title or a text.
fn likely(node: &Node<'_>, prefix: &str) -> Vec<String> {
    let is_likely = |key: &str| {
        let key = key.to_ascii_lowercase();
        LIKELY.iter().any(|part| key.contains(part))
    };
    let texts = node.entries().filter(|(_, value)| matches!(value, Json::Text(text) if !text.trim().is_empty()));
    texts.filter(|(key, _)| is_likely(key)).map(|(key, _)| format!("`{prefix}{key}`")).collect()
}
