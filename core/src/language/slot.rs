//! The named parts of a pattern: the closed list of what a rule can pass to code.

use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

use super::nearest::explained;

/// The meaning of a named part of a match; patterns write it in lower case: `month:MONTH`, `lasthalf:"last"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slot {
    /// A month.
    Month,
    /// A year in digits.
    Year,
    /// A day of a month, or a deictic word: "15th", "yesterday".
    Day,
    /// A weekday.
    Weekday,
    /// A unit of time; within a year in words, its last digit.
    Unit,
    /// The unit or name that `which` modifies: "last *year*".
    Named,
    /// A part of a day.
    Part,
    /// The word that makes a year or quarter a fiscal one.
    Fiscal,
    /// A season.
    Season,
    /// "last", "this", "next", "following".
    Which,
    /// The digit of "Q1", "H2".
    Digit,
    /// A unit that refers to the date mentioned before: "the *quarter*".
    Anaphor,
    /// A quarter by its ordinal.
    Quarter,
    /// "AD", "BC".
    Era,
    /// Words of approximation: "about", "more than".
    Approximation,
    /// The word that determines the direction of counting: "before", "past".
    Sign,
    /// A time of four digits: "1645".
    Military,
    /// "a.m.", "p.m.".
    Meridiem,
    /// A half by its ordinal, or half a unit.
    Half,
    /// The first of two.
    From,
    /// The second of two.
    Until,
    /// An hour.
    Hour,
    /// A time in digits: "15:00".
    Clock,
    /// The number of units.
    Amount,
    /// A time zone.
    Zone,
    /// A weekend.
    Weekend,
    /// The century of a year in words: "*nineteen* eighty-four".
    Spoken,
    /// "tonight", "last night".
    Night,
    /// The minutes before or past an hour.
    Minutes,
    /// A decade: "1980s"; within a year in words, its tens.
    Decade,
    /// Two years in one token: "1914-18".
    Years,
    /// A year and a month in digits: "2019-05".
    YearMonth,
    /// A unit within one word: "half-hour".
    Whole,
    /// The words that make a day mean its week: "week of".
    Week,
    /// Within a year in words, eleven to nineteen.
    Teen,
    /// Two years in one token, of a season: "winter of 1941-42".
    Span,
    /// The rest of "two thousand and nineteen".
    Rest,
    /// The quarters of a list.
    Quarters,
    /// A time with a point: "9.30".
    Point,
    /// "half", "quarter" before or past an hour.
    PartOfHour,
    /// "daily", "weekly".
    Often,
    /// "last", where it counts weekdays of a month.
    LastNth,
    /// Which weekday of a month, which part of a period.
    Nth,
    /// "penultimate", "next-to-last".
    BeforeLast,
    /// What ties a part to its period: "of".
    Of,
    /// "noon", "midnight".
    Noon,
    /// The second of two years with an era.
    LastYear,
    /// "last", "latter", before "half".
    LastHalf,
    /// The first of two years with an era.
    FirstYear,
    /// "eighties".
    DecadeWord,
    /// An ISO 8601 date and time.
    DateTime,
    /// A whole date in digits.
    Date,
    /// A century by its ordinal.
    Century,
    /// The centuries of a list.
    Centuries,
    /// "the", before a decade of two digits.
    Article,
    /// The days of a list.
    Days,
    /// The name of a feast.
    Holiday,
}

impl Slot {
    /// Returns the slot with this name in a pattern.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        Self::deserialize(StrDeserializer::<Error>::new(name)).map_err(|error| explained(&error.to_string()))
    }
}
