//! What the matches of a rule mean, as `rules.toml` writes it: the closed list that code interprets.

use serde::Deserialize;

use crate::calendar::Unit;
use crate::timex::Modifier;

/// The meaning of the matches of a rule, with its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Template {
    /// Parts of a calendar date: `weekday`, `day`, `month`, `year`, `quarter`, …, perhaps with `which`.
    Calendar,
    /// A whole unit, counted from an anchor: "last year", "yesterday".
    Shift {
        /// The unit, if no part is named `unit`.
        unit: Option<Unit>,
        /// The number of units, if no part is named `which`.
        by: Option<i64>,
        /// The anchor, if no part determines it.
        #[serde(default)]
        from: CountedFrom,
    },
    /// An amount of units from an anchor: "two weeks ago".
    Count {
        /// -1 for before, 1 for after.
        sign: i64,
        /// The anchor.
        from: CountedFrom,
    },
    /// The period mentioned before, in another year: that of the part named `year`, else the year before.
    SamePeriod,
    /// An amount of units as a length of time.
    Length {
        /// -1 if the length ends at publication, 1 if it starts there.
        #[serde(default)]
        window: i64,
    },
    /// An amount of units after "in": a length, or in a clause that looks ahead, a date.
    Within,
    /// A repetition, with its TIMEX3 value if the words do not determine it.
    Repeat {
        /// The value.
        value: Option<String>,
    },
    /// A reference without a date.
    Vague {
        /// The value.
        value: Reference,
    },
    /// A time of day.
    Clock,
    /// A part of a day: `part`, perhaps with `weekday`, `which` or `day`.
    PartOfDay {
        /// Days from the anchor, if no part determines them.
        by: Option<i64>,
        /// The anchor, if no part determines it; none for that of a part of the day that is named alone.
        from: Option<CountedFrom>,
    },
    /// A part of the period after `of`: `nth`, `lastnth` or `beforelast`, of a `unit`, `half` or `weekday`.
    PartOfPeriod,
    /// A word that modifies the date after it.
    Modifier {
        /// The TIMEX3 modifier.
        modifier: Modifier,
    },
    /// Two years in one token: `1914-18`.
    Years,
    /// Several dates that share a part: `days` of a `month`, `centuries`, `quarters`; two dates in digits or two hours,
    /// `from` and `until`.
    List,
    /// No date, whatever it looks like.
    #[default]
    Nothing,
}

/// A TIMEX3 value without a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names are TIMEX3's own")]
pub enum Reference {
    PresentRef,
    PastRef,
    FutureRef,
}

impl Reference {
    /// Returns the name in TIMEX3.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PresentRef => "PRESENT_REF",
            Self::PastRef => "PAST_REF",
            Self::FutureRef => "FUTURE_REF",
        }
    }
}

/// The anchor that an amount is counted from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountedFrom {
    /// Publication.
    #[default]
    Publication,
    /// The last date mentioned.
    Narrative,
    /// The last date mentioned in the same sentence, else publication: "the year" in "in June 1944 and by the end of
    /// the year".
    Sentence,
    /// The date or event after it.
    Following,
}
