//! What was found in one article, before it becomes records: the layer between `pipeline`, which fills it, and `record`,
//! which reads it.

use crate::error::Warning;
use crate::event::Event;
use crate::temporal::{Dropped, Resolved};
use crate::text::Text;

/// All that was found in one article, in the order of the text, before it becomes records.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// The text that all spans below point into, with its map to the body as received.
    pub text: Text,
    /// Every expression with what it means.
    pub expressions: Vec<Resolved>,
    /// The dated statements.
    pub events: Vec<Event>,
    /// What was recognised and then dropped, and why.
    pub dropped: Vec<Dropped>,
    /// What was worth telling.
    pub warnings: Vec<Warning>,
}
