//! Rows of MySQL, as Maxwell writes them: the row in `data`, what was done in `type`.

use super::super::json::Node;
use super::{Content, EnvelopeAbout, Opened, text_of};
use crate::error::Error;

/// What people should know of it.
pub(super) const ABOUT: EnvelopeAbout =
    EnvelopeAbout { recognised: "`database`, `table`, `type`", article_in: "`data`", withdraws: "`type` of `delete`" };

/// Opens a row.
pub(super) fn open<'j>(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error> {
    let Some(row) = node.get("data").filter(Node::is_object) else { return Ok(None) };
    if !is_set && !["database", "table"].iter().all(|name| text_of(node, name).is_some()) {
        return Ok(None);
    }
    Ok(match text_of(node, "type") {
        Some("insert" | "update" | "bootstrap-insert") => Some(vec![Content::row(row, false)]),
        Some("delete") => Some(vec![Content::row(row, true)]),
        Some(other @ ("bootstrap-start" | "bootstrap-complete")) => {
            return Err(Error::not_an_article(format!("a `{other}` of Maxwell, which holds no row")));
        }
        _ => None,
    })
}
