//! Events of MongoDB's change streams: the document in `fullDocument`, its key in `documentKey`.

use super::super::json::Node;
use super::{Content, EnvelopeAbout, Opened, text_of};
use crate::error::Error;

/// What people should know of it.
pub(super) const ABOUT: EnvelopeAbout = EnvelopeAbout {
    recognised: "`operationType`, `ns`, `documentKey` of change streams",
    article_in: "`fullDocument`",
    withdraws: "`delete`, by `documentKey`",
};

/// Opens an event.
pub(super) fn open<'j>(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error> {
    if !is_set && !["ns", "documentKey"].iter().all(|name| node.has(name)) {
        return Ok(None);
    }
    match (text_of(node, "operationType"), node.get("fullDocument"), node.get("documentKey")) {
        (Some("delete"), _, Some(key)) => Ok(Some(vec![Content::row(key, true)])),
        (Some("insert" | "replace" | "update"), Some(document), _) => Ok(Some(vec![Content::row(document, false)])),
        (Some("update"), None, _) => {
            let message = "a change of MongoDB without the document; open the change stream with \
                           `fullDocument: \"updateLookup\"`";
            Err(Error::not_an_article(message))
        }
        _ => Ok(None),
    }
}
