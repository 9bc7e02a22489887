//! Values of fields that are no plain text: objects that wrap it, lists of paragraphs, and the blocks of content systems.

use std::borrow::Cow;

use super::field::{Field, FieldValue};
use super::json::{Json, Node};
use super::names::is_true;

/// The keys under which objects hold a text, best first.
const TEXT: [&str; 17] = [
    "#text",
    "$t",
    "_text",
    "__text",
    "#cdata-section",
    "__cdata",
    "rendered",
    "processed",
    "value",
    "html",
    "text",
    "content",
    "basic",
    "main",
    "default",
    "name",
    "title",
];

/// Those of objects that stand for somebody or something.
const NAME: [&str; 8] = ["name", "title", "label", "#text", "value", "domain", "uri", "id"];

/// Those of objects that stand for a place on the web.
const ADDRESS: [&str; 6] = ["url", "href", "canonical", "value", "#text", "rendered"];

/// Parts of the type of a block whose text is not of the article.
const FURNITURE: [&str; 20] = [
    "image",
    "picture",
    "photo",
    "video",
    "audio",
    "gallery",
    "slideshow",
    "embed",
    "media",
    "social",
    "related",
    "interstitial",
    "promo",
    "caption",
    "newsletter",
    "divider",
    "iframe",
    "script",
    "oembed",
    "advert",
];

/// The deepest block within blocks.
const DEPTH: usize = 12;

/// Returns a value as that of a field; `None` if the field cannot have it.
pub(super) fn of_field<'j>(node: Node<'j>, field: Field) -> Option<FieldValue<'j>> {
    let node = node.unwrapped();
    match (node.value, field) {
        (Json::Null, _) => None,
        (value, Field::Deleted) => is_true(value).then(|| FieldValue::text("true", node.path)),
        (Json::Text(_) | Json::Number(_), _) => Some(node.field_value()),
        (_, Field::Body) => {
            let text = text_of(&node)?;
            Some(FieldValue::text(text, node.path))
        }
        (Json::List(_), _) => node.each().into_iter().find_map(|first| of_field(first, field)),
        (Json::Object(_), _) => of_field(inside(&node, keys(field))?, field),
        _ => None,
    }
}

fn keys(field: Field) -> &'static [&'static str] {
    match field {
        Field::Source => &NAME,
        Field::Url => &ADDRESS,
        _ => &TEXT,
    }
}

/// Returns the value that an object wraps: under one of the keys, or under its only one, which may be a language.
fn inside<'j>(node: &Node<'j>, keys: &[&str]) -> Option<Node<'j>> {
    let only = || {
        let mut entries = node.fields();
        entries.next().map(|(_, value)| value).filter(|_| entries.next().is_none())
    };
    keys.iter().find_map(|key| node.get(key)).or_else(only)
}

/// Returns all text of a body, its paragraphs separated by blank lines.
pub(super) fn text_of(node: &Node<'_>) -> Option<String> {
    let mut paragraphs = Vec::new();
    gather(node, DEPTH, &mut paragraphs);
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"))
}

fn gather<'j>(node: &Node<'j>, depth: usize, paragraphs: &mut Vec<Cow<'j, str>>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match node.value {
        Json::Text(text) if !text.trim().is_empty() => paragraphs.push(Cow::Borrowed(text.trim())),
        Json::List(_) => match line(node) {
            Some(line) => paragraphs.push(Cow::Owned(line)),
            None => node.each().iter().for_each(|part| gather(part, depth, paragraphs)),
        },
        Json::Object(_) if !is_furniture(node) => {
            let blocks = ["children", "blocks", "items", "content_elements", "paragraphs", "data", "body"];
            let keys: Vec<&str> = keys(Field::Body).iter().chain(&blocks).copied().collect();
            if let Some(inside) = inside(node, &keys) {
                gather(&inside, depth, paragraphs);
            }
        }
        _ => {}
    }
}

/// Whether a block is a picture or the like.
fn is_furniture(node: &Node<'_>) -> bool {
    let kinds = ["type", "_type", "nodeType", "elementType"].iter().filter_map(|name| node.get(name)?.text());
    let mut kinds = kinds.map(str::to_ascii_lowercase);
    kinds.any(|kind| FURNITURE.iter().any(|part| kind.contains(part)))
}

/// Returns the text of a list of runs, which together are one line: a link, a word in bold, what stands between.
fn line(list: &Node<'_>) -> Option<String> {
    let parts = list.each();
    let runs: Option<Vec<&str>> = parts.iter().map(run).collect();
    runs.filter(|runs| !runs.is_empty()).map(|runs| runs.concat())
}

/// Returns the text of a run, which is part of a line.
fn run<'j>(part: &Node<'j>) -> Option<&'j str> {
    let kind = ["type", "_type", "nodeType"].iter().find_map(|name| part.get(name)?.text());
    let is_run = match kind {
        Some(kind) => ["text", "span", "hyperlink", "link"].contains(&kind),
        None => part.has("text"),
    };
    // A block of a content system may be called text as well, and has an id.
    let text = part.get("text").or_else(|| part.get("value").filter(|_| !part.has("id")))?;
    text.text().filter(|_| is_run)
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    fn value(json: &str, field: Field) -> Option<String> {
        let json = json::parse(json).expect("JSON");
        of_field(Node::root(&json, ""), field).map(|found| found.describe().into_owned())
    }

    #[test]
    fn an_object_may_wrap_a_value() {
        for json in [
            r##"{"#text": "Bridge shut"}"##,
            r#"{"rendered": "Bridge shut", "protected": false}"#,
            r#"{"en-GB": "Bridge shut"}"#,
            r#"[{"value": "Bridge shut"}]"#,
            r#"{"basic": "Bridge shut", "mobile": "Shut"}"#,
        ] {
            assert_eq!(value(json, Field::Title).as_deref(), Some("Bridge shut"), "{json}");
        }
        assert_eq!(value(r#"{"id": 7, "name": "The Quay"}"#, Field::Source).as_deref(), Some("The Quay"));
        assert_eq!(value(r#"[{"title": "The Quay"}]"#, Field::Source).as_deref(), Some("The Quay"));
        assert_eq!(
            value(r#"{"$date": {"$numberLong": "1557821700000"}}"#, Field::FirstCreated).as_deref(),
            Some("1557821700000")
        );
        assert_eq!(value("true", Field::Title), None);
        assert_eq!(value(r#"{"de": "zu", "en": "shut"}"#, Field::Title), None, "either could be meant");
    }

    #[test]
    fn the_paragraphs_of_a_body_are_joined_without_its_furniture() {
        for json in [
            r#"["It shut.", "It opened."]"#,
            r#"[{"type": "text", "_id": "1", "content": "It shut."}, {"type": "image", "caption": "It in 1931."}, {"type": "text", "content": "It opened."}]"#,
            r#"{"blocks": [{"type": "paragraph", "data": {"text": "It shut."}}, {"type": "paragraph", "data": {"text": "It opened."}}]}"#,
            r#"[{"_type": "block", "children": [{"_type": "span", "text": "It "}, {"_type": "span", "text": "shut."}]}, {"_type": "block", "children": [{"_type": "span", "text": "It opened."}]}]"#,
            r#"{"nodeType": "document", "content": [{"nodeType": "paragraph", "content": [{"nodeType": "text", "value": "It shut."}]}, {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": "It opened."}]}]}"#,
            r#"[{"type": "paragraph", "value": "It shut.", "id": "a"}, {"type": "paragraph", "value": "It opened.", "id": "b"}]"#,
        ] {
            assert_eq!(value(json, Field::Body).as_deref(), Some("It shut.\n\nIt opened."), "{json}");
        }
    }
}
