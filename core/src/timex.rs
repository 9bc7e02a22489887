//! The vocabulary of TIMEX3 (TimeML 1.2.1): types and modifiers of temporal expressions.
//!
//! Below everything that reads or writes it: packs, `temporal`, records. It must not know how a value is computed.

use serde::{Deserialize, Serialize};

/// A TIMEX3 type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
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
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Date, Self::Time, Self::Duration, Self::Set];

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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
    /// All of them.
    pub const ALL: [Self; 10] = [
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_serde_writes_them() {
        for modifier in Modifier::ALL {
            assert_eq!(serde_json::to_value(modifier).unwrap(), modifier.name());
        }
        for timex in TimexType::ALL {
            assert_eq!(serde_json::to_value(timex).unwrap(), timex.name());
        }
    }
}
