//! "3 p.m." + "Friday": a time of day and the day beside it are one expression, and so are "7 a.m." and "(0500 GMT)".

use chrono::FixedOffset;

use crate::calendar::{Clock, PartOfDay, Unit};
use crate::language::CountedFrom;
use crate::temporal::{Amount, Dropped, Expression, Meaning, ParsedPassage};

/// Joins times of day to dates that stand right beside them, and a time to the same one in another zone.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let mut joined: Vec<Expression> = Vec::with_capacity(expressions.len());
    for expression in expressions {
        if let Some(last) = joined.last_mut().filter(|last| last.sentence == expression.sentence) {
            let end = last.end + local_time(passage, last.end);
            let gap = expression.first.saturating_sub(end);
            if gap == 1 && join_zones(passage, last, end, &expression) {
                continue;
            }
            let beside = gap == 0 || gap == 1 && joins(passage, end);
            if beside && join(passage, last, &expression) {
                continue;
            }
        }
        joined.push(expression);
    }
    joined
}

/// "7 a.m. (0500 GMT)": the first is the time; its offset is the difference to the second, where only that one names its
/// zone.
fn join_zones(passage: &ParsedPassage<'_>, first: &mut Expression, end: usize, second: &Expression) -> bool {
    let mark = |at: usize, mark| passage.tokens.get(at).is_some_and(|token| token.shape.is_mark(mark));
    let (Meaning::Clock { clock, .. }, Meaning::Clock { clock: other, day: None }) =
        (&mut first.meaning, &second.meaning)
    else {
        return false;
    };
    let zoned = clock.offset.is_some() || other.offset.is_some();
    if !(zoned && mark(end, '(') && mark(second.end, ')')) {
        return false;
    }
    if clock.offset.is_none() {
        clock.offset = other.offset.and_then(|offset| offset_from(*clock, *other, offset));
    }
    first.end = second.end + 1;
    first.span = passage.span(first.first, first.end);
    true
}

/// How many tokens "local time" takes, which belongs to a time and says nothing.
fn local_time(passage: &ParsedPassage<'_>, at: usize) -> usize {
    let grammar = &passage.pack.grammar;
    if passage.has(at, grammar.local) && passage.has(at + 1, grammar.time_word) { 2 } else { 0 }
}

/// The offset of a clock, from the same moment on a clock of another offset; `None` where no zone has it.
fn offset_from(clock: Clock, other: Clock, offset: FixedOffset) -> Option<FixedOffset> {
    const DAY: i32 = 24 * 60;
    let minutes = |clock: Clock| i32::from(clock.hour) * 60 + i32::from(clock.minute.unwrap_or(0));
    let east = (minutes(clock) - minutes(other) + offset.local_minus_utc() / 60).rem_euclid(DAY);
    let east = if east > 14 * 60 { east - DAY } else { east };
    (east % 15 == 0 && east >= -12 * 60).then(|| FixedOffset::east_opt(east * 60)).flatten()
}

/// Joins the second to the first where one is a time without a day and the other a day.
fn join(passage: &ParsedPassage<'_>, first: &mut Expression, second: &Expression) -> bool {
    let meaning = match (&first.meaning, &second.meaning) {
        (Meaning::Clock { clock, day: None }, day) if is_day(day) => {
            Meaning::Clock { clock: *clock, day: Some(Box::new(day.clone())) }
        }
        (day, Meaning::Clock { clock, day: None }) if is_day(day) => {
            Meaning::Clock { clock: *clock, day: Some(Box::new(day.clone())) }
        }
        (Meaning::Clock { clock, day: None }, Meaning::PartOfDay { part, day: Some(day) })
        | (Meaning::PartOfDay { part, day: Some(day) }, Meaning::Clock { clock, day: None }) => {
            in_part(*clock, *part, day.clone())
        }
        _ => return false,
    };
    first.meaning = meaning;
    first.end = second.end;
    first.span = passage.span(first.first, first.end);
    true
}

/// What may stand within one expression: "3 p.m., Friday", "3 p.m. on Friday", "Friday at 3 p.m."
fn joins(passage: &ParsedPassage<'_>, at: usize) -> bool {
    passage.tokens.get(at).is_some_and(|token| token.shape.is_mark(','))
        || passage.has(at, passage.pack.grammar.clock_preposition)
}

/// A time in a part of a day, which says what half of the day its hour is of: "this afternoon at 3:20". The hours behind
/// midnight are of the next day: "Friday night at 2 a.m."
fn in_part(clock: Clock, part: PartOfDay, day: Box<Meaning>) -> Meaning {
    let hour = match (part, clock.hour) {
        (PartOfDay::Morning, 12) => 0,
        (PartOfDay::Afternoon, hour @ 1..=6)
        | (PartOfDay::Evening, hour @ 4..=11)
        | (PartOfDay::Night, hour @ 6..=11) => hour + 12,
        (PartOfDay::Night, 12) => 24,
        (_, hour) => hour,
    };
    let next = matches!(part, PartOfDay::Night | PartOfDay::Evening) && (hour < 6 || hour == 24);
    let hour = if hour == 24 { 0 } else { hour };
    Meaning::Clock { clock: Clock { hour, ..clock }, day: Some(if next { day_after(day) } else { day }) }
}

/// The day after a day.
pub(super) fn day_after(day: Box<Meaning>) -> Box<Meaning> {
    let (amount, unit, from) = (Amount::whole(1), Unit::Day, CountedFrom::Following);
    Box::new(Meaning::Count { amount, unit, sign: 1, from, anchor: Some(day), tail: 0 })
}

/// Whether the meaning is a day, as far as is known before it is resolved.
pub(super) fn is_day(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Calendar(fields) => {
            fields.day.is_some() || fields.weekday.is_some() || fields.holiday.is_some() || fields.numeric.is_some()
        }
        Meaning::Shift { unit, .. } => *unit == Unit::Day,
        _ => false,
    }
}
