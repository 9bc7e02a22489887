//! "Avenida 17 de Junio", "rue du 8 Mai", "ul. Polna 6, 22 maja": a date that a street is called for is none, and neither is the
//! number of a house.

use super::drop_those;
use crate::temporal::{Dropped, Expression, Meaning, ParsedPassage};
use crate::text::Shape;

/// Drops names of streets and numbers of houses, in languages that write the word for a street before its name.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    drop_those(expressions, "streets", dropped, |expression| {
        let named = may_name(&expression.meaning) && is_of_street(passage, expression.first);
        named.then_some("it belongs to the name of a street")
    })
}

/// Days, months and feasts; not years, which stand behind words that mean other things as well: "nel corso del 1990".
fn may_name(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Calendar(fields) => fields.month.is_some() || fields.holiday.is_some(),
        _ => false,
    }
}

/// Whether a street is called by what starts at a token, or a number there is of a house.
fn is_of_street(passage: &ParsedPassage<'_>, first: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let street = |back: usize| first.checked_sub(back).is_some_and(|at| passage.has(at, grammar.street_lead));
    let tied = first > 0 && passage.has(first - 1, grammar.of) && street(2);
    let shape = |at: usize| passage.tokens.get(at).map(|token| token.shape);
    let house = first > 0
        && matches!(shape(first), Some(Shape::Digits { .. }))
        && shape(first - 1).is_some_and(Shape::is_capital)
        && (street(2) || street(3));
    street(1) || tied || house
}
