//! "two years and" + "four months ago", "ten years ago" + "this week": an offset takes in the larger unit before it, and the
//! day, week or month behind it that it is counted from.

use crate::calendar::Unit;
use crate::language::CountedFrom;
use crate::temporal::{Amount, Dropped, Expression, Fields, Meaning, ParsedPassage};

/// Joins offsets to what stands beside them.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let mut joined: Vec<Expression> = Vec::with_capacity(expressions.len());
    for expression in expressions {
        if let Some(last) = joined.last_mut()
            && last.sentence == expression.sentence
            && let Some(meaning) = together(passage, last, &expression)
        {
            last.meaning = meaning;
            last.rule = if matches!(expression.meaning, Meaning::Count { .. }) { expression.rule } else { last.rule };
            last.end = expression.end;
            last.span = passage.span(last.first, last.end);
            continue;
        }
        joined.push(expression);
    }
    joined
}

/// The two as one, where they are.
fn together(passage: &ParsedPassage<'_>, first: &Expression, second: &Expression) -> Option<Meaning> {
    let grammar = &passage.pack.grammar;
    let gap = second.first.checked_sub(first.end)?;
    let tied = gap == 0
        || gap == 1 && (passage.has(first.end, grammar.and) || passage.has(first.end, grammar.comma))
        || gap == 2 && passage.has(first.end, grammar.comma) && passage.has(first.end + 1, grammar.and);
    match (&first.meaning, &second.meaning) {
        // "in one year and two months": months are written in 60ths of a year.
        (
            &Meaning::Within { amount: Amount::Exact { count, part: 0 }, unit: Unit::Year },
            &Meaning::Length {
                amount: Amount::Exact { count: months @ 1..=11, part: 0 },
                unit: Unit::Month,
                window: 0,
            },
        ) if tied => Some(Meaning::Within { amount: Amount::Exact { count, part: months * 5 }, unit: Unit::Year }),
        (
            &Meaning::Length { amount: amount @ Amount::Exact { .. }, unit, window: 0 },
            &Meaning::Count { amount: Amount::Exact { .. }, unit: smaller, sign, from, anchor: None, tail: 0 },
        ) if unit > smaller && sign != 0 => {
            let anchor = Some(Box::new(second.meaning.clone()));
            tied.then_some(Meaning::Count { amount, unit, sign, from, anchor, tail: 0 })
        }
        (
            &Meaning::Count { amount: amount @ Amount::Exact { .. }, unit, sign: -1, from, anchor: None, tail: 0 },
            day,
        ) if gap == 0 && from == CountedFrom::Publication && unit >= Unit::Week && is_anchor(day, unit) => {
            Some(Meaning::Count { amount, unit, sign: -1, from, anchor: Some(Box::new(day.clone())), tail: 0 })
        }
        _ => None,
    }
}

/// "ago today", "ago this week", "ago Friday".
fn is_anchor(meaning: &Meaning, counted: Unit) -> bool {
    match meaning {
        Meaning::Shift { by: -1..=1, unit, from: CountedFrom::Publication } => {
            (Unit::Day..=Unit::Month).contains(unit) && *unit < counted
        }
        Meaning::Calendar(fields) => {
            fields.weekday.is_some() && Fields { weekday: None, ..(**fields).clone() } == Fields::default()
        }
        _ => false,
    }
}
