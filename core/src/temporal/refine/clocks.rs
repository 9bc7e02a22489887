//! "3 p.m." + "Friday": a time of day takes its day from the date beside it.

use crate::temporal::{Dropped, Expression, Meaning, ParsedPassage};
use crate::text::Shape;

/// How many tokens may stand between a time and a date that it belongs to without being one expression with it.
const NEAR: usize = 3;

/// Joins times of day to dates that stand right beside them; gives the others the date that is near.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let mut joined: Vec<Expression> = Vec::with_capacity(expressions.len());
    for mut expression in expressions {
        if let Some(last) = joined.last_mut().filter(|last| last.sentence == expression.sentence) {
            let gap = expression.first.saturating_sub(last.end);
            let joined = gap == 0 || gap == 1 && joins(passage, last.end);
            if joined && join(passage, last, &expression) {
                continue;
            }
            if gap <= NEAR && near(passage, last.end, expression.first) {
                lend_day(last, &mut expression);
            }
        }
        joined.push(expression);
    }
    joined
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
        (Meaning::Clock { clock, day: None }, Meaning::PartOfDay { day: Some(day), .. })
        | (Meaning::PartOfDay { day: Some(day), .. }, Meaning::Clock { clock, day: None }) => {
            Meaning::Clock { clock: *clock, day: Some(day.clone()) }
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

/// Only small words stand between: "Friday at 3 p.m.", "3 p.m. on Friday".
fn near(passage: &ParsedPassage<'_>, from: usize, to: usize) -> bool {
    (from..to).all(|at| {
        passage.tokens.get(at).is_some_and(|token| token.shape.is_mark(','))
            || passage.has(at, passage.pack.grammar.time_preposition)
            || passage
                .tokens
                .get(at)
                .is_some_and(|token| token.shape == Shape::Lower && passage.has(at, passage.pack.grammar.determiner))
    })
}

/// Two expressions, one day: the time takes it from the date.
fn lend_day(first: &mut Expression, second: &mut Expression) {
    let day_of = |meaning: &Meaning| is_day(meaning).then(|| Box::new(meaning.clone()));
    if let Meaning::Clock { day: day @ None, .. } = &mut second.meaning {
        *day = match &first.meaning {
            Meaning::Clock { day, .. } => day.clone(),
            Meaning::PartOfDay { day, .. } => day.clone(),
            meaning => day_of(meaning),
        };
    } else if let Meaning::Clock { day: day @ None, .. } = &mut first.meaning {
        *day = match &second.meaning {
            Meaning::PartOfDay { day, .. } => day.clone(),
            meaning => day_of(meaning),
        };
    }
}

/// Whether the meaning is a day, as far as can be told before it is resolved.
fn is_day(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Calendar(fields) => {
            fields.day.is_some() || fields.weekday.is_some() || fields.holiday.is_some() || fields.numeric.is_some()
        }
        Meaning::Shift { unit, .. } => *unit == crate::calendar::Unit::Day,
        _ => false,
    }
}
