//! What expressions are counted from: publication, and what was told so far.

use chrono::{Datelike, FixedOffset, NaiveDate};

use super::Value;
use crate::calendar::{PartialDate, Unit};
use crate::language::CountedFrom;
use crate::temporal::{Basis, Direction, Expression, Meaning};

/// What a document gives to count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The local day of publication.
    pub published: NaiveDate,
    /// The offset of its zone.
    pub offset: FixedOffset,
    /// Whether bare dates count from publication (`Some(false)`), from the last date told (`Some(true)`), or as the
    /// document itself shows (`None`).
    pub narrative: Option<bool>,
    /// Whether the document's region writes the third of May as "3/5"; `None` where that is not known.
    pub day_first: Option<bool>,
}

/// An anchor, with what was told so far.
pub(super) struct Context<'a> {
    pub(super) anchor: &'a Anchor,
    narrative: bool,
    direction: (Direction, &'static str),
    /// The last date told, a day or coarser.
    last: Option<PartialDate>,
    /// The last quarter told.
    quarter: Option<PartialDate>,
}

impl<'a> Context<'a> {
    pub(super) fn new(anchor: &'a Anchor, expressions: &[Expression]) -> Self {
        let narrative = anchor.narrative.unwrap_or_else(|| is_history(anchor, expressions));
        Self { anchor, narrative, direction: (Direction::Past, ""), last: None, quarter: None }
    }

    pub(super) fn is_narrative(&self) -> bool {
        self.narrative
    }

    pub(super) fn look(&mut self, direction: (Direction, &'static str)) {
        self.direction = direction;
    }

    pub(super) fn direction(&self) -> Direction {
        self.direction.0
    }

    pub(super) fn direction_reason(&self) -> &'static str {
        self.direction.1
    }

    pub(super) fn direction_is_sure(&self) -> bool {
        !self.direction.1.starts_with("no verb")
    }

    pub(super) fn published(&self) -> NaiveDate {
        self.anchor.published
    }

    pub(super) fn quarter(&self) -> Option<PartialDate> {
        self.quarter
    }

    /// Takes note of a date, for what counts from it later.
    pub(super) fn told(&mut self, meaning: &Meaning, value: &Value) {
        let Some(date) = value.until.or(value.date) else { return };
        if matches!(date, PartialDate::Quarter(..))
            && !matches!(meaning, Meaning::YearEarlier { .. } | Meaning::Count { .. })
        {
            self.quarter = Some(date);
        }
        let date = match date {
            PartialDate::Time(day, _) | PartialDate::PartOfDay(day, _) => PartialDate::Day(day),
            PartialDate::Century(_) | PartialDate::Decade(_) if self.narrative => return,
            date => date,
        };
        self.last = Some(date);
    }

    /// The date to count from, and what it is.
    pub(super) fn from(&self, from: CountedFrom) -> (PartialDate, Basis) {
        let published = (PartialDate::Day(self.published()), Basis::Relative);
        match from {
            CountedFrom::Told | CountedFrom::Following => self.last.map_or(published, |date| (date, Basis::Narrative)),
            CountedFrom::Published => match self.last.filter(|_| self.narrative) {
                Some(date) => (date, Basis::Narrative),
                None => published,
            },
        }
    }

    /// The day for a time of day that has none.
    pub(super) fn day_told(&self) -> (NaiveDate, Basis) {
        match self.last {
            Some(PartialDate::Day(day)) if self.narrative => (day, Basis::Narrative),
            _ => (self.published(), Basis::Relative),
        }
    }

    /// The day that a value of this basis counts from.
    pub(super) fn reference(&self, basis: Basis) -> NaiveDate {
        let last = self.last.filter(|_| basis == Basis::Narrative).and_then(|date| date.first_day());
        last.unwrap_or(self.anchor.published)
    }
}

/// Whether a document is a history: it tells many years, and hardly any of them is near its publication.
fn is_history(anchor: &Anchor, expressions: &[Expression]) -> bool {
    let years = expressions.iter().filter_map(|expression| match &expression.meaning {
        Meaning::Calendar(fields) => fields.year,
        Meaning::Years(from, _) => Some(*from),
        _ => None,
    });
    let published = anchor.published.year();
    let (mut near, mut far) = (0, 0);
    for year in years {
        if (year - published).abs() <= 1 { near += 1 } else { far += 1 }
    }
    let deictic = expressions.iter().filter(|expression| {
        matches!(
            expression.meaning,
            Meaning::Shift {
                unit: Unit::Day | Unit::Week | Unit::Month | Unit::Year,
                from: CountedFrom::Published,
                ..
            }
        )
    });
    far >= 5 && far >= 4 * near && deictic.count() * 3 <= far
}
