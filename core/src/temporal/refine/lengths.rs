//! "an hour" + "20 minutes": a length given in two units is one. "the second recall in three years": one within which
//! something is the second is no date.

use crate::calendar::Unit;
use crate::temporal::{Amount, Dropped, Expression, Meaning, ParsedPassage};

/// Joins a length to the smaller one behind it.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let mut joined: Vec<Expression> = Vec::with_capacity(expressions.len());
    for mut expression in expressions {
        if let Meaning::Within { amount, unit } = expression.meaning
            && is_counted_within(passage, &expression)
        {
            expression.meaning = Meaning::Length { amount, unit, window: 0 };
        }
        if let Some(last) = joined.last_mut()
            && let Some(whole) = together(&last.meaning, &expression.meaning)
            && last.sentence == expression.sentence
            && beside(passage, last.end, expression.first)
            && expression.modifier.is_none()
        {
            last.meaning = whole;
            last.end = expression.end;
            last.span = passage.span(last.first, last.end);
            continue;
        }
        joined.push(expression);
    }
    joined
}

/// How far before a length the word is searched that counts what happened in it, in tokens.
const REACH: usize = 5;

/// "its second recall in three years", "the worst defeat in a decade".
fn is_counted_within(passage: &ParsedPassage<'_>, expression: &Expression) -> bool {
    let grammar = &passage.pack.grammar;
    let Some(noun) = expression.first.checked_sub(2) else { return false };
    let counts = |at: usize| passage.has(at, grammar.ordinal) || passage.has(at, grammar.superlative);
    let group = |at: &usize| passage.tokens[*at].shape.is_word() && !passage.has(*at, grammar.determiner);
    passage.has(noun + 1, grammar.time_preposition) && (0..=noun).rev().take(REACH).take_while(group).any(counts)
}

/// "2 hours 30 minutes", "two hours and 30 minutes", "two hours, 30 minutes".
fn beside(passage: &ParsedPassage<'_>, from: usize, to: usize) -> bool {
    let grammar = &passage.pack.grammar;
    from == to || from + 1 == to && (passage.has(from, grammar.and) || passage.has(from, grammar.comma))
}

/// The two lengths as one: parts of a unit are written in its 60ths.
fn together(large: &Meaning, small: &Meaning) -> Option<Meaning> {
    let &Meaning::Length { amount: Amount::Exact { count, part: 0 }, unit, window: 0 } = large else { return None };
    let &Meaning::Length { amount: Amount::Exact { count: more, part: 0 }, unit: smaller, window: 0 } = small else {
        return None;
    };
    let each = match (unit, smaller) {
        (Unit::Hour, Unit::Minute) | (Unit::Minute, Unit::Second) => 1,
        (Unit::Year, Unit::Month) => 5,
        (Unit::Month, Unit::Day) => 2,
        _ => return None,
    };
    let part = more.checked_mul(each).filter(|part| (1..60).contains(part))?;
    Some(Meaning::Length { amount: Amount::Exact { count, part }, unit, window: 0 })
}
