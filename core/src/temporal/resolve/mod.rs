//! What was said to what it means: one file a family of meanings.
//!
//! Goes through a document in order, since a history counts from the last date mentioned.

mod calendar;
mod clock;
mod context;
mod counted;
mod evidence;
mod lengths;
mod periods;
mod story;

pub use context::Anchor;

use clock::Days;
use context::Context;

use super::direction::direction;
use super::resolved::{Basis, Modifier, Resolved, TimexType};
use super::{Amount, DropLog, DropStage, Dropped, Expression, Meaning, ParsedPassage};
use crate::calendar::{Interval, PartialDate, Unit};
use crate::language::CountedFrom;

/// What a meaning comes to, before it is spelled.
#[derive(Debug, Clone, PartialEq)]
struct Value {
    timex: TimexType,
    /// Where it is no single partial date.
    spelled: Option<String>,
    date: Option<PartialDate>,
    /// The last date of a range.
    until: Option<PartialDate>,
    /// TIMEX3's modifier, where only a part of the value is meant.
    modifier: Option<Modifier>,
    basis: Basis,
    /// What it was counted from, where it was.
    reference: Option<PartialDate>,
    steps: Vec<&'static str>,
}

impl Value {
    /// A date that was counted from another one.
    fn counted((from, basis): (PartialDate, Basis), date: PartialDate, steps: Vec<&'static str>) -> Self {
        Self::date(date, basis, Some(from), steps)
    }

    fn date(date: PartialDate, basis: Basis, reference: Option<PartialDate>, steps: Vec<&'static str>) -> Self {
        let timex = match date {
            PartialDate::Time(..) | PartialDate::PartOfDay(..) => TimexType::Time,
            _ => TimexType::Date,
        };
        Self { timex, spelled: None, date: Some(date), until: None, modifier: None, basis, reference, steps }
    }

    fn spelled(timex: TimexType, value: String) -> Self {
        let (basis, reference) = (Basis::Absolute, None);
        Self {
            timex,
            spelled: Some(value),
            date: None,
            until: None,
            modifier: None,
            basis,
            reference,
            steps: Vec::new(),
        }
    }
}

/// Resolves the expressions of a document, in order. One that has no possible value is left out and logged.
pub(super) fn resolve(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    anchor: &Anchor,
    log: &mut DropLog,
) -> Vec<Resolved> {
    let deictic = if passage.pack.reads_forms() { context::is_deictic_in_any_language } else { context::is_deictic };
    let mut context = Context::new(anchor, &expressions, deictic);
    let mut resolved = Vec::with_capacity(expressions.len());
    let mut days = Days::new(passage, &expressions);
    let count = expressions.len();
    let mut rest = expressions.into_iter();
    while let Some(expression) = rest.next() {
        let at = count - rest.len() - 1;
        let (span, rule) = (expression.span, expression.rule);
        let mut drop = |reason| log.push(Dropped { span, rule, stage: DropStage::Resolve, reason });
        if expression.history_only && !context.is_narrative() {
            drop("it is a date in histories only");
            continue;
        }
        context.start(at, expression.sentence, direction(passage, &expression));
        let value = days.value(passage, &mut context, &expression, rest.as_slice());
        let Some(value) = value.or_else(|| value_of(&context, &expression.meaning)) else {
            drop("it has no possible value");
            continue;
        };
        let value = in_order(passage, resolved.last(), &expression, value);
        context.mention(&expression.meaning, &value);
        days.note(passage, &context, &expression, &value);
        match finish(&context, expression, value) {
            Some(finished) => resolved.push(finished),
            None => drop("its value is beyond the calendar"),
        }
    }
    resolved
}

/// "June-September": the month that ends a range is the one behind its first.
fn in_order(passage: &ParsedPassage<'_>, before: Option<&Resolved>, expression: &Expression, value: Value) -> Value {
    let end = expression.first.wrapping_sub(1);
    let before = before.filter(|before| before.expression.end == end && passage.has(end, passage.pack.grammar.dash));
    let first = before.and_then(|before| before.interval?.start);
    match (value.date, first) {
        (Some(date @ PartialDate::Month(..)), Some(first))
            if value.basis == Basis::Relative && date.first_day().is_some_and(|day| day < first.local().date()) =>
        {
            Value { date: date.step(12), ..value }
        }
        _ => value,
    }
}

/// What a meaning comes to.
fn value_of(context: &Context<'_>, meaning: &Meaning) -> Option<Value> {
    match meaning {
        Meaning::Calendar(fields) => calendar::value(context, fields),
        Meaning::Shift { by, unit: Unit::Day, from: CountedFrom::Publication } => {
            let published = PartialDate::Day(context.published());
            let steps = vec!["counted from the day of publication, whatever was mentioned before"];
            Some(Value::counted((published, Basis::Relative), published.step(*by)?, steps))
        }
        // "took place this weekend", said on a Wednesday.
        Meaning::Shift { by: 0, unit: Unit::Weekend, from: CountedFrom::Publication } if context.is_weekend_over() => {
            counted::shift(context, -1, Unit::Weekend, CountedFrom::Publication)
        }
        Meaning::Shift { by, unit, from } => counted::shift(context, *by, *unit, *from),
        Meaning::Count { amount, unit, sign, from, anchor, .. } => {
            counted::count(context, *amount, *unit, *sign, *from, anchor.as_deref())
        }
        Meaning::SamePeriod { year, quarter, period } => counted::same_period(context, *year, *quarter, *period),
        Meaning::Length { amount, unit, window } => lengths::value(context, *amount, *unit, *window),
        Meaning::Within { amount: amount @ Amount::Exact { .. }, unit }
            if context.looks_ahead() && (!unit.is_clock() || context.anchor.time.is_some()) =>
        {
            counted::count(context, *amount, *unit, 1, CountedFrom::Publication, None)
        }
        Meaning::Within { amount, unit } => lengths::value(context, *amount, *unit, 0),
        Meaning::Repeat(value) => Some(Value::spelled(TimexType::Set, value.clone())),
        Meaning::Vague(value) => Some(Value::spelled(TimexType::Date, value.name().to_owned())),
        Meaning::Clock { clock, day } => {
            let mut value = value_of(context, day.as_deref()?)?;
            value.steps.push("the time is given");
            let time = clock::time_on(context, value.date?.first_day()?, *clock)?;
            Some(Value::date(time, value.basis, value.reference, value.steps))
        }
        Meaning::PartOfDay { part, day } => {
            let value = value_of(context, day.as_deref()?)?;
            let part = PartialDate::PartOfDay(value.date?.first_day()?, *part);
            Some(Value::date(part, value.basis, value.reference, value.steps))
        }
        Meaning::PartOfPeriod { part, of: Some(of), .. } => periods::value(context, *part, of),
        Meaning::PartOfPeriod { part, of: None, .. } => periods::of_the_year(context, *part),
        Meaning::Ending { amount, unit, last } => periods::ending(context, *amount, *unit, last),
        Meaning::DayOf { .. } | Meaning::OfStory | Meaning::Modifier(_) | Meaning::Nothing => None,
    }
}

/// Spells a value out.
fn finish(context: &Context<'_>, expression: Expression, value: Value) -> Option<Resolved> {
    let offset = context.anchor.offset;
    let interval = match (value.date, value.until) {
        (Some(date), None) => Some(date.interval(offset)?),
        (Some(date), Some(until)) => {
            Some(Interval { start: date.interval(offset)?.start, end: until.interval(offset)?.end })
        }
        (None, _) => None,
    };
    let edtf = match (value.date, value.until) {
        (Some(date), None) => date.edtf(),
        (Some(date), Some(until)) => {
            let ends = written(&expression.meaning, date).edtf().zip(written(&expression.meaning, until).edtf());
            ends.map(|(from, to)| format!("{from}/{to}"))
        }
        (None, _) => None,
    };
    let modifier = value.modifier.or_else(|| modifier(&expression));
    let confidence = evidence::of(context, &expression.meaning, &value).with(modifier);
    Some(Resolved {
        timex: value.timex,
        value: value.spelled.or_else(|| value.date.map(|date| date.value()))?,
        modifier,
        interval,
        granularity: value.date.map(|date| date.granularity()),
        edtf,
        basis: value.basis,
        reference: value.reference,
        confidence,
        steps: value.steps,
        expression,
    })
}

/// An end of a range as it is written: that of "the last five years" is a year, since nobody means a day.
fn written(meaning: &Meaning, end: PartialDate) -> PartialDate {
    let unit = match meaning {
        Meaning::Length { unit, .. } => (*unit).min(Unit::Year),
        _ => return end,
    };
    match end.first_day() {
        Some(day) if matches!(unit, Unit::Month | Unit::Year) => PartialDate::containing(day, unit),
        _ => end,
    }
}

/// The TIMEX3 modifier: as the text has it, but "more than 30 years ago" is before that year, and "nearly 90 years ago" about it.
fn modifier(expression: &Expression) -> Option<Modifier> {
    match (&expression.meaning, expression.modifier) {
        (Meaning::Count { sign: ..0, .. }, Some(Modifier::MoreThan)) => Some(Modifier::Before),
        (Meaning::Count { .. }, Some(Modifier::LessThan)) => Some(Modifier::Approx),
        (_, modifier) => modifier,
    }
}
