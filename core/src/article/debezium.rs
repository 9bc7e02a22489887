//! Rows of a database, as Debezium writes them: in an envelope with the row before and after a change, or unwrapped, with
//! the field `__deleted`.
//!
//! A row is an article of any JSON format, or the text of one. One that was deleted withdraws its article, whatever else the row holds.

use super::json;
use super::names::is_true;

/// A row, and whether it was deleted.
pub(super) struct Change<'j> {
    pub row: json::Node<'j>,
    pub is_deleted: bool,
}

/// Returns the row in a change event, which Kafka Connect may have wrapped with its schema; `None` for anything else.
pub(super) fn open<'j>(node: &json::Node<'j>) -> Option<Change<'j>> {
    change(node).or_else(|| change(&node.get("payload")?))
}

fn change<'j>(node: &json::Node<'j>) -> Option<Change<'j>> {
    if let Some(deleted) = node.get("__deleted") {
        return Some(Change { row: node.clone(), is_deleted: is_true(deleted.value) });
    }
    let json::Json::Object(fields) = node.value else { return None };
    // One of them is null.
    let has_sides = fields.iter().any(|(name, _)| matches!(&**name, "before" | "after"));
    match node.get("op")?.text()? {
        "c" | "u" | "r" => Some(Change { row: node.get("after")?, is_deleted: false }),
        // Without the row, which the database may not give, it is a deletion that names no article.
        "d" if has_sides => Some(Change { row: node.get("before").unwrap_or_else(|| node.clone()), is_deleted: true }),
        _ => None,
    }
}
