//! "March and April 2019", "26 July - 22 August 2019": dates in a list or a range share the year that comes last.

use crate::temporal::{Dropped, Expression, Fields, Meaning, ParsedPassage};

/// Gives a date without a year that of the date it is listed with.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    mut expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    for at in (1..expressions.len()).rev() {
        let (head, tail) = expressions.split_at_mut(at);
        let (Some(first), Some(second)) = (head.last_mut(), tail.first_mut()) else { continue };
        let listed = first.sentence == second.sentence
            && second.first.saturating_sub(first.end) <= 2
            && (first.end..second.first).all(|between| joins(passage, between));
        let grammar = &passage.pack.grammar;
        let ranges = passage.has(second.first.saturating_sub(1), grammar.until)
            || passage.has(second.first.saturating_sub(1), grammar.dash);
        let (Meaning::Calendar(first), Meaning::Calendar(second)) = (&mut first.meaning, &mut second.meaning) else {
            continue;
        };
        if listed && ranges && second.year.is_none() && second.which.is_none() && same_kind(first, second) {
            // "10 December 2018 to 12 January"
            let after = i32::from(second.month < first.month);
            second.year = first.year.map(|year| year + after);
        }
        if listed && first.year.is_none() && first.which.is_none() && same_kind(first, second) {
            // "December 20 - January 5, 2019" begins in 2018.
            let before = i32::from(first.month > second.month && ranges);
            first.year = second.year.map(|year| year - before);
        }
    }
    expressions
}

fn joins(passage: &ParsedPassage<'_>, at: usize) -> bool {
    passage.tokens.get(at).is_some_and(|token| token.shape.is_mark(',') || token.shape.is_mark('/'))
        || passage.has(at, passage.pack.grammar.dash)
        || passage.has(at, passage.pack.grammar.join)
}

fn same_kind(first: &Fields, second: &Fields) -> bool {
    let kind = |fields: &Fields| (fields.month.is_some(), fields.quarter.is_some(), fields.season.is_some());
    kind(first) == kind(second) && kind(first) != (false, false, false)
}
