//! Resolved dates to events: clause, trigger, status, summary, identity.
//!
//! This module must not know how dates were recognised, nor how records look.

use crate::text::Span;

/// A dated statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// A pure function of article id, normalised sentence, expression and occurrence numbers.
    pub id: String,
    /// Which of the extraction's expressions dates it.
    pub expression: usize,
    /// Where a range ends: the expression that tells its end.
    pub until: Option<usize>,
    /// The sentence.
    pub sentence: Span,
    /// The word of the event, where one was found.
    pub trigger: Option<Span>,
    /// The clause of the event, without the date.
    pub summary: String,
    /// Whether it is told as done, planned, possible.
    pub status: Status,
    /// From 0 to 1.
    pub confidence: f32,
}

/// How a statement is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// As done.
    Happened,
    /// As going on at publication.
    Ongoing,
    /// As planned or due.
    Planned,
    /// As possible.
    Possible,
    /// As not so.
    Denied,
}

impl Status {
    /// As records spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Happened => "happened",
            Self::Ongoing => "ongoing",
            Self::Planned => "planned",
            Self::Possible => "possible",
            Self::Denied => "denied",
        }
    }
}
