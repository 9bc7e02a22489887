//! Documents of Elasticsearch and OpenSearch: a hit, or the hits in the response to a search. A hit's `_id` stands in for
//! an id that the document lacks.

use super::super::field::Field;
use super::super::json::{Json, Node};
use super::{Content, EnvelopeAbout, Opened};
use crate::error::Error;

/// What people should know of it.
pub(super) const ABOUT: EnvelopeAbout = EnvelopeAbout {
    recognised: "`_index`, `_id`, `_source`; `hits.hits`",
    article_in: "`_source`, whose id may be `_id`",
    withdraws: "",
};

/// Opens a hit or a response.
pub(super) fn open<'j>(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error> {
    if let Some(hits) = node.follow(&["hits", "hits"]).filter(|hits| matches!(hits.value, Json::List(_))) {
        return Ok(hits.each().iter().map(|hit| document(hit, true)).collect());
    }
    Ok(document(node, is_set).map(|document| vec![document]))
}

fn document<'j>(hit: &Node<'j>, is_set: bool) -> Option<Content<'j>> {
    let source = hit.get("_source").filter(Node::is_object)?;
    let id = hit.get("_id");
    if !is_set && (id.is_none() || !hit.has("_index")) {
        return None;
    }
    let known = id.map(|id| (Field::Id, id.field_value().into_owned())).into_iter().collect();
    Some(Content { known, ..Content::row(source, false) })
}
