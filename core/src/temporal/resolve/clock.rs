//! Times of day: which day they are of, and what is counted on from them.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Timelike};

use super::context::Context;
use super::{Value, value_of};
use crate::calendar::{Clock, PartialDate, Unit};
use crate::language::CountedFrom;
use crate::temporal::direction::direction;
use crate::temporal::quotation::Quotations;
use crate::temporal::refine::is_reported;
use crate::temporal::{Amount, Basis, Expression, Meaning, ParsedPassage};

/// How far behind an expression the day may stand that its time is of, in expressions.
const BEHIND: usize = 8;
/// How long before its publication a story begins at most, in days.
const WEEK: i64 = 7;
/// Behind how many sentences a day is not the one that the text goes on from any more.
const FAR: usize = 4;
/// Within how many sentences something is counted on from a time.
const NEAR: usize = 2;

/// The days and times that a document has mentioned so far.
#[derive(Debug)]
pub(super) struct Days {
    /// What is quoted, where a quotation may hold "today".
    quotations: Quotations,
    /// The first token of an expression, and its day: in the order of the text.
    found: Vec<(usize, NaiveDate)>,
    /// The day of the story: the earliest of its lead that lies within the week before publication.
    story: Option<NaiveDate>,
    /// The latest of them.
    news: Option<NaiveDate>,
    /// The sentence in which a day is first mentioned: the lead ends with the next.
    lead: Option<usize>,
    /// The latest day that is not after publication.
    latest: Option<NaiveDate>,
    /// The last time, with its sentence.
    time: Option<(usize, NaiveDateTime, Clock)>,
}

impl Days {
    /// Returns those of a document of which nothing is resolved yet.
    pub(super) fn new(passage: &ParsedPassage<'_>, expressions: &[Expression]) -> Self {
        let today = expressions.iter().any(|expression| is_today(&expression.meaning));
        let quotations = if today { Quotations::of(passage) } else { Quotations::default() };
        Self { quotations, found: Vec::new(), story: None, news: None, lead: None, latest: None, time: None }
    }

    /// Takes note of a value.
    pub(super) fn note(
        &mut self,
        passage: &ParsedPassage<'_>,
        context: &Context<'_>,
        expression: &Expression,
        value: &Value,
    ) {
        let day = match value.date {
            Some(PartialDate::Day(day) | PartialDate::PartOfDay(day, _)) => day,
            Some(PartialDate::Time(day, clock)) => {
                let minute = clock.minute.unwrap_or(0);
                let time = day.and_hms_opt(clock.hour.into(), minute.into(), clock.second.unwrap_or(0).into());
                self.time = time.map(|time| (expression.sentence, time, clock));
                day
            }
            _ => return,
        };
        self.found.push((expression.first, day));
        if day > context.published() || is_reported(passage, expression) {
            return;
        }
        self.latest = self.latest.max(Some(day));
        let lead = *self.lead.get_or_insert(expression.sentence);
        if expression.sentence <= lead + 1 && (context.published() - day).num_days() <= WEEK {
            self.story = Some(self.story.map_or(day, |story| story.min(day)));
            self.news = self.news.max(Some(day));
        }
    }

    /// What an expression comes to that only its neighbours give a day or a time; `None` for any other.
    pub(super) fn value(
        &self,
        passage: &ParsedPassage<'_>,
        context: &mut Context<'_>,
        expression: &Expression,
        rest: &[Expression],
    ) -> Option<Value> {
        match &expression.meaning {
            meaning if is_today(meaning) && self.quotations.contains(expression.first) => {
                let day = self.day_of_saying(passage, context, expression, rest)?;
                let date = match meaning {
                    Meaning::PartOfDay { part, .. } => PartialDate::PartOfDay(day, *part),
                    _ => PartialDate::Day(day),
                };
                let steps = vec!["in a quotation, it is the day on which that was said"];
                Some(Value::date(date, Basis::Narrative, Some(PartialDate::Day(day)), steps))
            }
            Meaning::Shift { by, unit: Unit::Day, from: CountedFrom::Narrative } => {
                self.shifted(passage, context, expression, *by)
            }
            Meaning::OfStory => {
                let day = self.story.or(self.latest).unwrap_or(context.published());
                let steps = vec!["the day of the story, as its first sentences have it"];
                Some(Value::date(PartialDate::Day(day), Basis::Narrative, None, steps))
            }
            Meaning::Clock { clock, day } => {
                let lender = match day.as_deref() {
                    Some(Meaning::DayOf { first, by }) => Some((*first, *by)),
                    Some(_) => return None,
                    None => None,
                };
                self.on_day_of(passage, context, expression, *clock, lender, rest)
            }
            Meaning::PartOfDay { part, day } => {
                let Some(Meaning::DayOf { first, by }) = day.as_deref() else { return None };
                let start = Clock { hour: part.hours().0, minute: None, second: None, offset: None };
                let value = self.on_day_of(passage, context, expression, start, Some((*first, *by)), rest)?;
                Some(Value { date: Some(PartialDate::PartOfDay(value.date?.first_day()?, *part)), ..value })
            }
            Meaning::Count {
                amount: Amount::Exact { count, part },
                unit,
                sign,
                from: CountedFrom::Narrative,
                anchor: None,
                ..
            } if unit.is_clock() => self.counted_on(expression, *sign, (*count, *part), *unit),
            _ => None,
        }
    }

    /// "the next day", "earlier in the day", where no day is mentioned near it: counted from the day of the story.
    fn shifted(
        &self,
        passage: &ParsedPassage<'_>,
        context: &Context<'_>,
        expression: &Expression,
        by: i64,
    ) -> Option<Value> {
        let nearest = self.found.last().map(|(first, _)| *first);
        let near = passage
            .sentences
            .get(expression.sentence.saturating_sub(FAR))
            .is_none_or(|far| nearest.is_some_and(|nearest| nearest >= far.start));
        let day = self.story.filter(|_| !near && !context.is_narrative())?;
        let from = (PartialDate::Day(day), Basis::Narrative);
        Some(Value::counted(from, PartialDate::Day(day).step(by)?, vec!["counted from the day of the story"]))
    }

    /// The day before publication on which a quotation was said: one outside of it in the same sentence, else that of the
    /// story.
    fn day_of_saying(
        &self,
        passage: &ParsedPassage<'_>,
        context: &mut Context<'_>,
        expression: &Expression,
        rest: &[Expression],
    ) -> Option<NaiveDate> {
        let sentence = passage.sentences.get(expression.sentence)?;
        let outside = |first: usize| sentence.contains(&first) && !self.quotations.contains(first);
        let before = self.found.iter().rev().take_while(|(first, _)| sentence.contains(first));
        let before = before.filter(|(first, _)| outside(*first)).map(|(_, day)| *day).next();
        let behind = rest.iter().take(BEHIND).find(|other| outside(other.first) && is_reported(passage, other));
        let stated = before.or_else(|| day_behind(passage, context, behind?));
        // Where the text names the day of publication as well, it may have been said on that.
        let story = self.news.filter(|_| self.latest != Some(context.published()));
        stated.or(story).filter(|day| *day < context.published())
    }

    /// A time on the day of another expression, else on the latest day of the story, where it lies in the past.
    fn on_day_of(
        &self,
        passage: &ParsedPassage<'_>,
        context: &mut Context<'_>,
        expression: &Expression,
        clock: Clock,
        lender: Option<(usize, i64)>,
        rest: &[Expression],
    ) -> Option<Value> {
        let (first, by) = lender.unwrap_or((usize::MAX, 0));
        let before = self.found.binary_search_by_key(&first, |&(first, _)| first).ok().map(|at| self.found[at].1);
        let behind = rest.iter().take(BEHIND).find(|other| other.first == first);
        let day = match (before, behind) {
            (Some(day), _) => Some(day),
            (None, Some(other)) => day_behind(passage, context, other),
            (None, None) => None,
        };
        let ahead = context.looks_ahead();
        let in_sentence = passage.sentences.get(expression.sentence).is_some_and(|range| range.contains(&first));
        // The event may lie between a day to come and one that was: the time is of neither then.
        let fits = |day: &NaiveDate| {
            in_sentence
                || context.is_narrative()
                || (*day > context.published()) == ahead
                || *day == context.published()
        };
        let (day, basis, step) = match day.filter(fits) {
            Some(day) if in_sentence => (day, Basis::Narrative, "its day is the one in the same sentence"),
            Some(day) => (day, Basis::Narrative, "its day is that of the last event, in a sentence before"),
            None => match self.story.or(self.latest).filter(|_| !ahead && !context.is_narrative()) {
                Some(day) => (day, Basis::Narrative, "its day is that of the story, as its first sentences have it"),
                None => {
                    let (day, basis) = context.day_told();
                    (day, basis, "no day is given with it: that of publication")
                }
            },
        };
        let reference = PartialDate::Day(day);
        let day = PartialDate::Day(day).step(by)?;
        let time = time_on(context, day.first_day()?, clock)?;
        Some(Value::date(time, basis, Some(reference), vec![step, "the time is given"]))
    }

    /// "a minute later": counted on from the time before.
    fn counted_on(&self, expression: &Expression, sign: i64, (count, part): (u32, u32), unit: Unit) -> Option<Value> {
        let (_, time, clock) = self.time.filter(|(sentence, ..)| sentence + NEAR >= expression.sentence)?;
        let seconds = match unit {
            Unit::Hour => 3600,
            Unit::Minute => 60,
            _ => 1,
        };
        let by = i64::from(count) * seconds + i64::from(part) * seconds / 60;
        let moved = time.checked_add_signed(TimeDelta::try_seconds(sign * by)?)?;
        let second = (unit == Unit::Second || clock.second.is_some()).then_some(moved.second() as u8);
        let to = Clock { hour: moved.hour() as u8, minute: Some(moved.minute() as u8), second, ..clock };
        let from = (PartialDate::Time(time.date(), clock), Basis::Narrative);
        Some(Value::counted(from, PartialDate::Time(moved.date(), to), vec!["counted on from the time before it"]))
    }
}

/// The day of an expression that is not resolved yet.
fn day_behind(passage: &ParsedPassage<'_>, context: &mut Context<'_>, other: &Expression) -> Option<NaiveDate> {
    let reading = context.reading();
    context.turn(direction(passage, other));
    let day = value_of(context, &other.meaning).and_then(|value| value.date?.first_day());
    context.turn(reading);
    day
}

/// Whether it is the day on which somebody speaks, or a part of it.
fn is_today(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Shift { by: 0, unit: Unit::Day, from: CountedFrom::Publication } => true,
        Meaning::PartOfDay { day: Some(day), .. } => is_today(day),
        _ => false,
    }
}

/// A time on a day. Midnight is the end of a day to come, and the start of one that was.
pub(super) fn time_on(context: &Context<'_>, day: NaiveDate, clock: Clock) -> Option<PartialDate> {
    if clock.hour < 24 {
        return Some(PartialDate::Time(day, clock));
    }
    let day = if context.looks_ahead() { day.succ_opt()? } else { day };
    Some(PartialDate::Time(day, Clock { hour: 0, ..clock }))
}
