//! What the text said: expressions, with their meaning as a closed list. Nothing here knows when "today" is.

use chrono::{FixedOffset, Weekday};

use super::holiday::Holiday;
use super::resolved::Modifier;
use crate::calendar::{Clock, PartOfDay, Season, Unit};
use crate::language::{CountedFrom, Reference};
use crate::text::Span;

/// What the text said: where, by which rule, with what meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// Where it stands in the readable text.
    pub span: Span,
    /// The first of its tokens.
    pub first: usize,
    /// The token behind its last.
    pub end: usize,
    /// The sentence that it stands in.
    pub sentence: usize,
    /// The id of the rule that recognised it.
    pub rule: &'static str,
    /// Whether it counts in a history only.
    pub history_only: bool,
    /// Whether it is a date only with a modifier.
    pub needs_modifier: bool,
    /// What it says.
    pub meaning: Meaning,
    /// TIMEX3's modifier, where a word gives it one.
    pub modifier: Option<Modifier>,
}

/// The closed list of what an expression can say.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// Parts of a calendar date.
    Calendar(Box<Fields>),
    /// A whole unit, counted from an anchor.
    Shift {
        /// How many units from the anchor's own.
        by: i64,
        /// The unit.
        unit: Unit,
        /// The anchor.
        from: CountedFrom,
    },
    /// An amount of units before or after an anchor, known at the grain of the unit.
    Count {
        /// How many; `None` where the text leaves the unit's number to the anchor ("the year-ago quarter").
        amount: Amount,
        /// The unit.
        unit: Unit,
        /// -1 for before, 1 for after.
        sign: i64,
        /// The anchor.
        from: CountedFrom,
        /// The date that it counts from, where that stands beside it.
        anchor: Option<Box<Meaning>>,
        /// How many of the last tokens only say which way to count.
        tail: usize,
    },
    /// The same period in another year: "the year-earlier period", "the 1988 quarter".
    SamePeriod {
        /// The year; `None` for the year before.
        year: Option<i32>,
        /// 1 to 4, where the text has it.
        quarter: Option<u8>,
        /// Whether a quarter or a period is named.
        period: bool,
    },
    /// A length of time.
    Length {
        /// How many.
        amount: Amount,
        /// Of what.
        unit: Unit,
        /// -1 where it ends at publication, 1 where it starts there, else 0.
        window: i64,
    },
    /// "in five years": a length of time, or where its clause looks ahead, the time that lies so far ahead.
    Within {
        /// How many.
        amount: Amount,
        /// Of what.
        unit: Unit,
    },
    /// A repetition, by its TIMEX3 value.
    Repeat(String),
    /// A reference for which no date can be named.
    Vague(Reference),
    /// A time of a day.
    Clock {
        /// The time.
        clock: Clock,
        /// The day, where one stands beside it.
        day: Option<Box<Meaning>>,
    },
    /// As the day of a time: the day of another expression.
    DayOf {
        /// The first token of that expression.
        first: usize,
        /// How many days from it.
        by: i64,
    },
    /// A part of a day.
    PartOfDay {
        /// The part.
        part: PartOfDay,
        /// The day; `None` where it stands behind ("the night of 17 March").
        day: Option<Box<Meaning>>,
    },
    /// A part of a period: "the first nine months of 2018".
    PartOfPeriod {
        /// Which part.
        part: Part,
        /// The period, where it stands behind.
        of: Option<Box<Meaning>>,
        /// How many of the last tokens only tie it to its period; none where it needs none.
        tail: usize,
    },
    /// An amount of units that ends with a date: "the three months ended March 31".
    Ending {
        /// How many.
        amount: Amount,
        /// Of what.
        unit: Unit,
        /// The date that it ends with.
        last: Box<Meaning>,
    },
    /// The day of what the story is about: "The crash came two days after the strike began."
    OfStory,
    /// A word that changes the date behind it.
    Modifier(Modifier),
    /// Not a date.
    Nothing,
}

/// The parts of a calendar date that the text gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields {
    /// Last, this, next.
    pub which: Option<Which>,
    /// Astronomical.
    pub year: Option<i32>,
    /// 1 or 2.
    pub half: Option<u8>,
    /// 1 to 4.
    pub quarter: Option<u8>,
    /// The season.
    pub season: Option<Season>,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 31.
    pub day: Option<u8>,
    /// The weekday.
    pub weekday: Option<Weekday>,
    /// Which such weekday of the month; -1 is the last.
    pub nth: Option<i8>,
    /// Whether the week of the day is meant.
    pub week: bool,
    /// Whether a weekend is meant.
    pub weekend: bool,
    /// The decade: 198, or 8 for "the eighties".
    pub decade: Option<i32>,
    /// The century by its TIMEX3 number: 18 for the 19th.
    pub century: Option<i32>,
    /// A feast.
    pub holiday: Option<Holiday>,
    /// Whether the year or quarter is a fiscal one.
    pub fiscal: bool,
    /// Two numbers of which one is the month, first as written, with their year.
    pub numeric: Option<(u8, u8)>,
}

/// Last, this, next, and what the word applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which {
    /// -1, 0, 1.
    pub by: i64,
    /// Publication, or the date mentioned last.
    pub from: CountedFrom,
    /// The unit that it counts; `None` where it is the name itself that is counted ("last March").
    pub unit: Option<Unit>,
}

/// Which part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which one, from 1; below zero from the end.
    pub nth: i64,
    /// How many of them, where the text has a number.
    pub count: Option<u32>,
    /// Of what.
    pub piece: Piece,
    /// Where it lies.
    pub place: Place,
}

/// What a period is divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A unit.
    Unit(Unit),
    /// A day of the week.
    Weekday(Weekday),
}

/// Where a part lies, as seen from its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Within it: "the first Monday of May".
    Within,
    /// Before it: "the Monday before May 25".
    Before,
    /// Behind it: "the Sunday after Easter".
    After,
}

/// How many: a whole number and a part of one, or an amount that the text leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// `count` and `part` 60ths ("two and a half" is 2 and 30), which divides into months, days and minutes alike.
    Exact {
        /// The whole number.
        count: u32,
        /// 60ths of one more.
        part: u32,
    },
    /// "several", "a few".
    Open,
}

impl Amount {
    /// A whole number.
    #[must_use]
    pub fn whole(count: u32) -> Self {
        Self::Exact { count, part: 0 }
    }
}

/// The offset of a zone that the text names, in minutes east.
#[must_use]
pub fn offset_minutes(minutes: i64) -> Option<FixedOffset> {
    FixedOffset::east_opt(i32::try_from(minutes.checked_mul(60)?).ok()?)
}
