//! Rows of MySQL, as Canal writes them: the rows of a statement in `data`, what was done in `type`.

use super::super::json::{Json, Node};
use super::{Content, EnvelopeAbout, Opened, text_of};
use crate::error::Error;

/// What people should know of it.
pub(super) const ABOUT: EnvelopeAbout = EnvelopeAbout {
    recognised: "`database`, `table`, `type`, a list in `data`",
    article_in: "each row of `data`",
    withdraws: "`type` of `DELETE`",
};

/// Opens the rows of a statement.
pub(super) fn open<'j>(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error> {
    if !is_set && !["database", "table"].iter().all(|name| text_of(node, name).is_some()) {
        return Ok(None);
    }
    if let Some(Json::Bool(true)) = node.get("isDdl").map(|ddl| ddl.value) {
        return Err(Error::not_an_article("a change of a table's definition by Canal, which holds no row"));
    }
    let is_deleted = match text_of(node, "type") {
        Some("INSERT" | "UPDATE") => false,
        Some("DELETE") => true,
        _ => return Ok(None),
    };
    let rows = node.get("data").filter(|data| matches!(data.value, Json::List(_)));
    Ok(rows.map(|rows| rows.each().into_iter().map(|row| Content::row(row, is_deleted)).collect()))
}
