//! What expressions are counted from: publication, and what was mentioned so far.

use std::collections::VecDeque;

use chrono::{Datelike, FixedOffset, NaiveDate, NaiveTime};

use super::Value;
use super::story::Story;
use crate::calendar::{PartialDate, Unit};
use crate::language::CountedFrom;
use crate::temporal::confidence::Evidence;
use crate::temporal::direction::{Direction, Reading};
use crate::temporal::meaning::{Part, Piece};
use crate::temporal::{Amount, Basis, Expression, FiscalStart, Genre, Meaning, Region};

/// What a document gives to count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The local day of publication.
    pub published: NaiveDate,
    /// The offset of its zone.
    pub offset: FixedOffset,
    /// What bare dates count from.
    pub genre: Genre,
    /// The local time of publication, where it is known.
    pub time: Option<NaiveTime>,
    /// The country whose customs the document follows, where that is known.
    pub region: Option<Region>,
    /// Whether days are written before months, where that is known; else the region decides.
    pub day_first: Option<bool>,
    /// The month in which fiscal years start, 1 to 12; from February on, a fiscal year is named for the year that it
    /// ends in.
    pub fiscal_start: FiscalStart,
}

/// An anchor, with what was mentioned so far.
pub(super) struct Context<'a> {
    pub(super) anchor: &'a Anchor,
    narrative: bool,
    reading: Reading,
    /// The last date mentioned, a day or coarser.
    last: Option<PartialDate>,
    /// The last days mentioned, the newest last.
    days: VecDeque<PartialDate>,
    /// The sentence of the expression that is resolved, and the last date mentioned in it.
    sentence: usize,
    in_sentence: Option<PartialDate>,
    /// The last date of a past year that gives it, while the text has not come back to the present, and its sentence.
    past: Option<(PartialDate, usize)>,
    /// The last quarter mentioned.
    quarter: Option<PartialDate>,
    /// Whether a longer part of the year was mentioned after it: "the nine months".
    year_to_date: bool,
    /// The dates of the document, and which of them is resolved.
    story: Story,
    at: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(anchor: &'a Anchor, expressions: &[Expression], is_deictic: fn(&Meaning) -> bool) -> Self {
        let narrative = match anchor.genre {
            Genre::News => false,
            Genre::Narrative => true,
            Genre::Auto => is_history(anchor, expressions, is_deictic),
        };
        Self {
            anchor,
            narrative,
            reading: Reading::NO_VERB,
            last: None,
            days: VecDeque::with_capacity(DAYS),
            sentence: 0,
            in_sentence: None,
            past: None,
            quarter: None,
            year_to_date: false,
            story: Story::new(expressions),
            at: 0,
        }
    }

    /// The year that a history has come to, for the bare date that is resolved.
    pub(super) fn year_of_story(&self) -> Option<i32> {
        self.story.year(self.at, self.last)
    }

    /// The date of a past year whose year a bare date of the news goes on with: "refused in May 2019 and dismissed in
    /// August". A month or a day lends its year to the next sentence as well.
    pub(super) fn past_date(&self) -> Option<PartialDate> {
        let (date, sentence) = self.past?;
        let past = self.reading.direction == Direction::Past && self.reading.evidence == Evidence::PastVerb;
        let near = match date {
            _ if sentence == self.sentence => true,
            PartialDate::Year(_) => false,
            // A month of the last years may as well be what the present is compared with.
            PartialDate::Month(year, _) if self.published().year() - year < LONG_PAST => false,
            _ => {
                let old = self.published().year() - date.year_number() >= LONG_PAST;
                sentence + if old { OLD_STORY } else { 1 } >= self.sentence && self.reading.is_firm
            }
        };
        Some(date).filter(|_| near && past && !self.narrative)
    }

    /// The date of a past year in this sentence or the one before, where the clause goes on with it: "By the end of the
    /// month, 850,000 men were ashore."
    fn story_date(&self) -> Option<PartialDate> {
        let (date, sentence) = self.past?;
        let past = self.reading.direction == Direction::Past && self.reading.evidence == Evidence::PastVerb;
        Some(date).filter(|_| past && sentence + 1 >= self.sentence && !self.narrative)
    }

    /// Whether the past date stands in the sentence of the date that is resolved.
    pub(super) fn is_past_in_sentence(&self) -> bool {
        self.past.is_some_and(|(_, sentence)| sentence == self.sentence)
    }

    /// Takes note of a date that gives its year, and of a return to the present.
    fn note_past(&mut self, value: &Value, date: PartialDate) {
        let carries = matches!(date, PartialDate::Year(_) | PartialDate::Month(..) | PartialDate::Day(_));
        let past = date.year_number() < self.published().year();
        self.past = match value.basis {
            Basis::Absolute | Basis::Narrative if carries && past => Some((date, self.sentence)),
            Basis::Absolute | Basis::Narrative if past => self.past,
            _ => None,
        };
    }

    /// The last date mentioned.
    pub(super) fn last(&self) -> Option<PartialDate> {
        self.last
    }

    /// Whether bare dates count from the story. "A memorial will be held on 21 March": where a history looks ahead, it has
    /// come to the present of its publication.
    pub(super) fn is_narrative(&self) -> bool {
        let Reading { direction, evidence, is_firm, .. } = self.reading;
        self.narrative && !(is_firm && direction == Direction::Future && evidence == Evidence::FutureVerb)
    }

    /// The date to count "the next morning" from: the last one mentioned. If that makes it still to come, though its verb
    /// says that it happened, it is the last day mentioned that does not.
    pub(super) fn anchor_that_fits(
        &self,
        last: PartialDate,
        count: impl Fn(PartialDate) -> Option<PartialDate>,
    ) -> PartialDate {
        let happened = self.reading.is_firm && self.reading.direction == Direction::Past;
        let is_over = |date: PartialDate| date.first_day().is_some_and(|day| day <= self.published());
        if !happened || count(last).is_none_or(is_over) {
            return last;
        }
        self.days.iter().rev().copied().find(|&day| count(day).is_some_and(is_over)).unwrap_or(last)
    }

    /// Turns to the next expression: its sentence, and the way that its clause looks.
    pub(super) fn start(&mut self, at: usize, sentence: usize, reading: Reading) {
        if sentence != self.sentence {
            self.sentence = sentence;
            self.in_sentence = None;
        }
        self.at = at;
        self.reading = reading;
    }

    /// Whether a past verb says of a weekend that it is over, though the one of this week is still to come.
    pub(super) fn is_weekend_over(&self) -> bool {
        let past = self.reading.is_firm && self.reading.direction == Direction::Past;
        !self.narrative && past && self.published().weekday().num_days_from_monday() < 4
    }

    /// Turns to the clause of another expression, or back.
    pub(super) fn turn(&mut self, reading: Reading) {
        self.reading = reading;
    }

    /// Which way the clause looks.
    pub(super) fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether a verb shows that the clause looks ahead of publication.
    pub(super) fn looks_ahead(&self) -> bool {
        !self.narrative && self.reading.direction == Direction::Future
    }

    pub(super) fn published(&self) -> NaiveDate {
        self.anchor.published
    }

    /// The quarter that is reported on.
    pub(super) fn quarter(&self) -> Option<PartialDate> {
        self.quarter
    }

    /// What the same time of another year is compared with in a report: its quarter, or behind "the nine months" its
    /// year.
    pub(super) fn compared(&self) -> Option<PartialDate> {
        self.quarter.and_then(
            |quarter| if self.year_to_date { PartialDate::year(quarter.year_number()) } else { Some(quarter) },
        )
    }

    /// Takes note of a date, for what counts from it later.
    pub(super) fn mention(&mut self, meaning: &Meaning, value: &Value) {
        if is_year_to_date(meaning) {
            self.year_to_date = true;
        }
        if matches!(meaning, Meaning::PartOfPeriod { of: None, .. } | Meaning::Ending { .. }) {
            return;
        }
        let Some(date) = value.until.or(value.date) else { return };
        let compared = matches!(meaning, Meaning::SamePeriod { .. } | Meaning::Count { .. });
        if matches!(date, PartialDate::Quarter(..)) && !compared && !self.is_outlook(date) {
            self.quarter = Some(date);
            self.year_to_date = false;
        }
        let date = match date {
            PartialDate::Time(day, _) | PartialDate::PartOfDay(day, _) => PartialDate::Day(day),
            PartialDate::Century(_) | PartialDate::Decade(_) if self.narrative => return,
            date => date,
        };
        self.note_past(value, date);
        self.in_sentence = Some(date);
        if matches!(date, PartialDate::Day(_)) {
            if self.days.len() == DAYS {
                self.days.pop_front();
            }
            self.days.push_back(date);
        }
        // "Today" leads no history away from where it has come to.
        let leads = (value.basis != Basis::Relative || self.last.is_none())
            && !self.story.is_aside(self.at)
            && !looks_back(meaning);
        if !self.narrative || leads {
            self.last = Some(date);
        }
    }

    /// Whether a period is looked forward to, and not yet one that is reported on: it has not ended, and its clause
    /// looks ahead or one that has ended is reported on already.
    fn is_outlook(&self, date: PartialDate) -> bool {
        let after = date.step(1).and_then(|next| next.first_day());
        let open = after.is_none_or(|after| after > self.published());
        open && (self.reading.direction == Direction::Future || self.quarter.is_some_and(|quarter| quarter != date))
    }

    /// The year that the last date of the sentence names, where it is one.
    pub(super) fn year_told(&self) -> Option<i32> {
        match self.in_sentence {
            Some(PartialDate::Year(year)) => Some(year),
            _ => None,
        }
    }

    /// The date to count from, and what it is.
    pub(super) fn from(&self, from: CountedFrom) -> (PartialDate, Basis) {
        let published = (PartialDate::Day(self.published()), Basis::Relative);
        match from {
            CountedFrom::Narrative | CountedFrom::Following => {
                self.in_sentence.or(self.last).map_or(published, |date| (date, Basis::Narrative))
            }
            CountedFrom::Sentence if self.in_sentence.or_else(|| self.story_date()).is_some() => {
                self.in_sentence.or_else(|| self.story_date()).map_or(published, |date| (date, Basis::Narrative))
            }
            CountedFrom::Publication | CountedFrom::Sentence => match self.last.filter(|_| self.is_narrative()) {
                Some(date) => (date, Basis::Narrative),
                None => published,
            },
        }
    }

    /// The date to count units from: days from the last day mentioned, not from a year that was mentioned after it.
    pub(super) fn anchor_for(&self, unit: Unit, from: CountedFrom) -> (PartialDate, Basis) {
        let (date, basis) = self.from(from);
        let coarse = unit <= Unit::Day && basis == Basis::Narrative && date.unit() > Unit::Day;
        let apart = self.in_sentence != Some(date) || date.unit() >= Unit::Year;
        match self.days.back() {
            Some(&day) if coarse && apart => (day, basis),
            _ => (date, basis),
        }
    }

    /// The day for a time of day that has none.
    pub(super) fn day_told(&self) -> (NaiveDate, Basis) {
        match (self.in_sentence, self.last) {
            (Some(PartialDate::Day(day)), _) => (day, Basis::Narrative),
            (_, Some(PartialDate::Day(day))) if self.narrative => (day, Basis::Narrative),
            _ => (self.published(), Basis::Relative),
        }
    }
}

/// How many of the last days mentioned are kept.
const DAYS: usize = 16;
/// From how many years ago on a date is long past.
const LONG_PAST: i32 = 3;
/// Over how many sentences a story of long ago lends its year.
const OLD_STORY: usize = 3;

/// "the nine months": a part of a year that is longer than its quarters.
fn is_year_to_date(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Length { amount: Amount::Exact { count, .. }, unit, .. }
        | Meaning::Ending { amount: Amount::Exact { count, .. }, unit, .. } => *unit == Unit::Month && *count >= 6,
        Meaning::PartOfPeriod { part: Part { piece: Piece::Unit(unit), count, .. }, .. } => {
            *unit == Unit::Month && count.is_some_and(|count| count >= 6)
        }
        _ => false,
    }
}

/// Whether it counts back from what was mentioned: the story goes on from there, not from what lies behind it.
fn looks_back(meaning: &Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Count { sign: ..0, anchor: None, .. } | Meaning::Shift { by: ..0, .. } | Meaning::SamePeriod { .. }
    )
}

/// Whether a document is a history: it mentions many years, most of them far from its publication, and hardly anything
/// that only makes sense on a day of publication.
fn is_history(anchor: &Anchor, expressions: &[Expression], is_deictic: fn(&Meaning) -> bool) -> bool {
    let years = expressions.iter().filter_map(|expression| match &expression.meaning {
        Meaning::Calendar(fields) => fields.year,
        _ => None,
    });
    let published = anchor.published.year();
    let (mut near, mut far) = (0, 0);
    for year in years {
        if (year - published).abs() <= 1 { near += 1 } else { far += 1 }
    }
    let deictic = expressions.iter().filter(|expression| is_deictic(&expression.meaning));
    far >= 5 && far > near && deictic.count() * 10 <= far
}

/// What only makes sense on a day of publication: "yesterday", "last week", a bare weekday.
pub(super) fn is_deictic(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Shift {
            unit: Unit::Day | Unit::Week | Unit::Month | Unit::Year,
            from: CountedFrom::Publication,
            ..
        } => true,
        Meaning::Calendar(fields) => fields.weekday.is_some() && fields.month.is_none() && fields.year.is_none(),
        _ => false,
    }
}

/// The same in languages whose "last year" and "this day" are those of a story as well, and "today" nowadays.
pub(super) fn is_deictic_in_any_language(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Shift { by, unit: Unit::Day | Unit::Week, .. } => *by != 0 && is_deictic(meaning),
        Meaning::Shift { .. } => false,
        meaning => is_deictic(meaning),
    }
}
