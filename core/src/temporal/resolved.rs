//! What an expression means.

use super::meaning::Expression;
use crate::calendar::{Granularity, Interval, PartialDate};
pub use crate::timex::{Modifier, TimexType};

/// What a value was computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The text gives all of it.
    Absolute,
    /// Counted from publication.
    Relative,
    /// Counted from a date mentioned before.
    Narrative,
    /// It is the publication date itself (a dateline).
    Publication,
}

impl Basis {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Absolute, Self::Relative, Self::Narrative, Self::Publication];

    /// As records spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Absolute => "absolute",
            Self::Relative => "relative",
            Self::Narrative => "narrative",
            Self::Publication => "publication",
        }
    }
}

/// An expression with what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// What the text said.
    pub expression: Expression,
    /// TIMEX3 type.
    pub timex: TimexType,
    /// TIMEX3 value.
    pub value: String,
    /// TIMEX3 modifier.
    pub modifier: Option<Modifier>,
    /// The dates that it covers; `None` for lengths, repetitions and vague words.
    pub interval: Option<Interval>,
    /// How precisely; `None` as for `interval`.
    pub granularity: Option<Granularity>,
    /// ISO 8601-2; `None` as for `interval`.
    pub edtf: Option<String>,
    /// What it was computed from.
    pub basis: Basis,
    /// The date that it was counted from, where it was.
    pub reference: Option<PartialDate>,
    /// From 0 to 1.
    pub confidence: f32,
    /// How the value came about, in words, step by step.
    pub steps: Vec<&'static str>,
}
