//! The body made readable, with a map back to the body as received; spans, sentences, tokens.
//!
//! This module must not know dates: it sees letters, digits and marks.

mod clean;
mod span;

pub use clean::Text;
pub use span::Span;
