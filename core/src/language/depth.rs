//! How much of a text a language pack reads.

/// How much of a text a language pack reads. Each depth has what those before it have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Dates: an event's line is its sentence, and its status its place in time.
    Dates,
    /// Clauses: verb forms give bare names their direction and events their status; the line is still the sentence.
    Clauses,
    /// Statements: verb forms give bare names their direction, and an event's line is what happened, in one clause.
    Statements,
}

impl Depth {
    /// Returns the name that records use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dates => "dates",
            Self::Clauses => "clauses",
            Self::Statements => "statements",
        }
    }
}
