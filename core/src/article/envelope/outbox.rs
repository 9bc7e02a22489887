//! The outbox pattern: a row of a table of events, whose `payload` is the article.

use super::super::json::Node;
use super::{Content, Data, EnvelopeAbout, Opened};
use crate::error::Error;

/// What people should know of it.
pub(super) const ABOUT: EnvelopeAbout = EnvelopeAbout {
    recognised: "`aggregatetype` and `aggregateid`, also `aggregate_type` and the like",
    article_in: "`payload`, also as text",
    withdraws: "",
};

/// The names of what an event is about: its kind and its id.
const SPELLINGS: [[&str; 2]; 3] =
    [["aggregatetype", "aggregateid"], ["aggregate_type", "aggregate_id"], ["aggregateType", "aggregateId"]];

/// Opens the row of an event.
pub(super) fn open<'j>(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error> {
    if !is_set && !SPELLINGS.iter().any(|names| names.iter().all(|name| node.has(name))) {
        return Ok(None);
    }
    Ok(node.get("payload").map(|payload| vec![Content::of(Data::of(payload))]))
}
