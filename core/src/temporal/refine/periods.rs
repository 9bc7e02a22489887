//! "the first nine months of" + "2018": a part joins the period that it is of. Where none stands behind it, what is left
//! is a length, or nothing.

use super::drop_it;
use crate::calendar::Unit;
use crate::language::{CountedFrom, Reference};
use crate::temporal::meaning::{Part, Piece, Place};
use crate::temporal::{Amount, Dropped, Expression, Fields, Meaning, ParsedPassage};

/// Joins parts to their periods.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    if !expressions.iter().any(|expression| is_open(&expression.meaning)) {
        return expressions;
    }
    let mut joined: Vec<Expression> = Vec::with_capacity(expressions.len());
    // From the end, so that a period is whole before it is divided: "the last day of the second week of May".
    for mut expression in expressions.into_iter().rev() {
        if !is_open(&expression.meaning) {
            joined.push(expression);
            continue;
        }
        let beside = |behind: &Expression| behind.sentence == expression.sentence && behind.first == expression.end;
        let behind = joined.pop_if(|behind| beside(behind) && is_period(&behind.meaning, &expression.meaning));
        match behind {
            Some(period) => {
                if let Meaning::PartOfPeriod { of, .. } = &mut expression.meaning {
                    *of = Some(Box::new(period.meaning));
                }
                expression.end = period.end;
                expression.span = passage.span(expression.first, expression.end);
                joined.push(expression);
            }
            None => joined.extend(alone(passage, expression, dropped)),
        }
    }
    joined.reverse();
    joined
}

/// Whether a period must stand behind it.
fn is_open(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::PartOfPeriod { of: None, tail: 1.., .. })
}

/// Whether a date can be divided, or stand beside a weekday.
fn is_period(meaning: &Meaning, open: &Meaning) -> bool {
    let Meaning::PartOfPeriod { part, .. } = open else { return false };
    let within = part.place == Place::Within;
    match meaning {
        Meaning::Calendar(fields) => {
            let day = fields.day.is_some() || fields.weekday.is_some() || fields.numeric.is_some();
            !within || !day
        }
        Meaning::Shift { unit, .. } => !within || *unit > Unit::Day,
        Meaning::PartOfPeriod { of: Some(_), .. } => true,
        _ => false,
    }
}

/// What a part is without its period: a length, a bare weekday, "last week", or nothing.
fn alone(passage: &ParsedPassage<'_>, mut expression: Expression, dropped: &mut Vec<Dropped>) -> Option<Expression> {
    let grammar = &passage.pack.grammar;
    let Meaning::PartOfPeriod { part, tail, .. } = expression.meaning else { return None };
    let article = passage.has(expression.first, grammar.determiner);
    drop_it(&expression, "periods", "no period stands behind it", dropped);
    expression.end -= tail;
    expression.meaning = match part {
        Part { piece: Piece::Weekday(weekday), .. } => {
            expression.first = expression.end - 1;
            Meaning::Calendar(Box::new(Fields { weekday: Some(weekday), ..Fields::default() }))
        }
        Part { piece: Piece::Unit(unit), count: Some(count), nth, .. } => {
            let window = if nth < 0 { -1 } else { 0 };
            Meaning::Length { amount: Amount::whole(count), unit, window }
        }
        Part { piece: Piece::Unit(Unit::Half), .. } => return None,
        Part { piece: Piece::Unit(Unit::Quarter), nth: nth @ 1..=4, .. } => {
            Meaning::Calendar(Box::new(Fields { quarter: Some(nth as u8), ..Fields::default() }))
        }
        Part { piece: Piece::Unit(unit), nth: -1, .. } if !article => {
            Meaning::Shift { by: -1, unit, from: CountedFrom::Publication }
        }
        Part { piece: Piece::Unit(Unit::Day | Unit::Week | Unit::Month | Unit::Year), .. } => {
            let before = expression.first.checked_sub(1)?;
            expression.history_only = true;
            passage.has(before, grammar.time_preposition).then_some(Meaning::Vague(Reference::PastRef))?
        }
        Part { .. } => return None,
    };
    expression.span = passage.span(expression.first, expression.end);
    Some(expression)
}
