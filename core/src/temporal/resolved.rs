//! What an expression means.

use super::meaning::Expression;
use crate::calendar::{Granularity, Interval, PartialDate};
use crate::text::Span;

/// A TIMEX3 type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimexType {
    /// A day or coarser, or a reference such as "now".
    Date,
    /// A part of a day or finer.
    Time,
    /// A length of time.
    Duration,
    /// A repetition.
    Set,
}

impl TimexType {
    /// As TIMEX3 spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "DATE",
            Self::Time => "TIME",
            Self::Duration => "DURATION",
            Self::Set => "SET",
        }
    }
}

/// A TIMEX3 modifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are TIMEX3's own")]
pub enum Modifier {
    Start,
    Mid,
    End,
    Approx,
    Before,
    After,
    LessThan,
    MoreThan,
    EqualOrLess,
    EqualOrMore,
}

impl Modifier {
    /// The modifier of this name in the data files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::Start,
            Self::Mid,
            Self::End,
            Self::Approx,
            Self::Before,
            Self::After,
            Self::LessThan,
            Self::MoreThan,
            Self::EqualOrLess,
            Self::EqualOrMore,
        ];
        all.into_iter().find(|modifier| modifier.name() == name)
    }

    /// As TIMEX3 spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "START",
            Self::Mid => "MID",
            Self::End => "END",
            Self::Approx => "APPROX",
            Self::Before => "BEFORE",
            Self::After => "AFTER",
            Self::LessThan => "LESS_THAN",
            Self::MoreThan => "MORE_THAN",
            Self::EqualOrLess => "EQUAL_OR_LESS",
            Self::EqualOrMore => "EQUAL_OR_MORE",
        }
    }
}

/// What a value was computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The text tells all of it.
    Absolute,
    /// Counted from publication.
    Relative,
    /// Counted from a date told before.
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

/// Something that was recognised and then dropped or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Where it stands in the readable text.
    pub span: Span,
    /// The rule that recognised it.
    pub rule: &'static str,
    /// The refiner that took it away.
    pub refiner: &'static str,
    /// Why.
    pub reason: &'static str,
}
