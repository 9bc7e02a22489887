//! Years that say which of several things of one name is meant: "the 2012 Summer Olympics", "Euro 2020". They name it,
//! whenever it took place.

use crate::syntax::ParsedPassage;
use crate::temporal::Expression;
use crate::text::Shape;

/// How many words a name may have between its year and what it is: "the 2018 FIFA football World Cup".
const NAME: usize = 6;

/// Whether the date is the year of an edition: behind an article or a name and before a name that ends in what comes
/// again ("Cup", "election"), or behind a name that goes with years ("Euro").
pub(super) fn is_edition(passage: &ParsedPassage<'_>, date: &Expression) -> bool {
    let grammar = &passage.pack.grammar;
    let shape = |at: usize| passage.tokens.get(at).map(|token| token.shape);
    let Some(year) =
        date.end.checked_sub(1).filter(|&year| matches!(shape(year), Some(Shape::Digits { count: 4, .. })))
    else {
        return false;
    };
    if date.end - date.first > 2 {
        return false;
    }
    let before = year.checked_sub(1);
    if before.is_some_and(|before| passage.has(before, grammar.edition_lead)) {
        return true;
    }
    let led = before.is_none_or(|before| {
        passage.has(before, grammar.determiner)
            || shape(before).is_some_and(Shape::is_capital)
            || passage.has(before, grammar.named)
            || matches!(shape(before), Some(Shape::Possessive))
    });
    let mut capital = false;
    for at in year + 1..(year + 1 + NAME).min(passage.tokens.len()) {
        let word = shape(at).filter(|shape| shape.is_word());
        let Some(word) = word.filter(|_| led && !passage.has(at, grammar.determiner)) else { return false };
        capital |= word.is_capital() || word == Shape::Upper;
        if passage.has(at, grammar.edition) {
            return capital;
        }
    }
    false
}
