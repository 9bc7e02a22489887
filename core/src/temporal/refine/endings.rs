//! "the three months" + "ended" + "March 31": a length that ends with the date behind it covers the days up to there. The
//! date stays an expression of its own.

use crate::calendar::Unit;
use crate::temporal::{Amount, Dropped, Expression, Meaning, ParsedPassage};

/// Gives lengths the date that they end with.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    mut expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    for at in 1..expressions.len() {
        let (before, rest) = expressions.split_at_mut(at);
        let (Some(length), Some(date)) = (before.last_mut(), rest.first()) else { continue };
        let (amount, unit) = match length.meaning {
            Meaning::Length { amount: amount @ Amount::Exact { part: 0, .. }, unit, window: 0 } => (amount, unit),
            Meaning::Shift { by: 0, unit: Unit::Quarter, .. } => (Amount::whole(1), Unit::Quarter),
            _ => continue,
        };
        let dated = matches!(&date.meaning, Meaning::Calendar(fields) if fields.month.is_some());
        if dated && unit >= Unit::Week && ends_with(passage, length.end, date.first) {
            length.meaning = Meaning::Ending { amount, unit, last: Box::new(date.meaning.clone()) };
        }
    }
    expressions
}

/// "ended", "ending on", "to" between a length and a date.
fn ends_with(passage: &ParsedPassage<'_>, from: usize, to: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let ended = passage.has(from, grammar.ended);
    match to.saturating_sub(from) {
        1 => ended || passage.has(from, grammar.to),
        2 => ended && passage.has(from + 1, grammar.clock_preposition),
        _ => false,
    }
}
