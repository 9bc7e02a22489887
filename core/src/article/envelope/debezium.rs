//! Rows of a database, as Debezium writes them: in an envelope with the row before and after a change, or unwrapped, with
//! the fields `__deleted` and `__op`.
//!
//! A row is an article of any JSON format, or the text of one (MongoDB's). One that was deleted withdraws its article,
//! whatever else the row holds.

use super::super::json::{Json, Node};
use super::super::names::is_true;
use super::{Content, Data, EnvelopeAbout, Opened, text_of};
use crate::error::Error;

/// What people should know of it.
pub(super) const ABOUT: EnvelopeAbout = EnvelopeAbout {
    recognised: "`op` with `before` and `after`; `__deleted` or `__op` in a row",
    article_in: "`after`; the row, of MongoDB as text",
    withdraws: "`op` or `__op` of `d`; `__deleted`",
};

/// Opens a change event.
pub(super) fn open<'j>(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error> {
    let deleted = node.get("__deleted").map(|deleted| is_true(deleted.value));
    let op = text_of(node, "__op").filter(|op| ["c", "u", "r", "d"].contains(op));
    if deleted.is_some() || op.is_some() {
        let is_deleted = deleted.unwrap_or_default() || op == Some("d");
        return Ok(Some(vec![itself(node, is_deleted)]));
    }
    let Json::Object(fields) = node.value else { return Ok(None) };
    // One of them is null.
    let has_sides = fields.iter().any(|(name, _)| matches!(&**name, "before" | "after"));
    let contents = match text_of(node, "op") {
        Some("c" | "u" | "r") => node.get("after").map(|row| Content::row(row, false)),
        // Without the row, which the database may not give, it is a deletion that names no article.
        Some("d") if has_sides => {
            Some(node.get("before").map_or_else(|| itself(node, true), |row| Content::row(row, true)))
        }
        // An unwrapped row, without a mark of what was done.
        _ if is_set => Some(itself(node, false)),
        _ => None,
    };
    Ok(contents.map(|content| vec![content]))
}

/// A row that is not wrapped.
fn itself<'j>(row: &Node<'j>, is_deleted: bool) -> Content<'j> {
    Content { is_deleted, ..Content::of(Data::Itself(row.clone())) }
}
