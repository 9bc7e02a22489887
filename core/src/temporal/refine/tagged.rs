//! "a été inaugurée", "Julio Arce": what the tagger sees as an auxiliary or in a name is no season and no month. (Full verbs are not
//! so sure: "est arrivé hier".) "Anna Rossi 28 anni": years behind a name are an age.

use super::drop_those;
use crate::calendar::Unit;
use crate::syntax::Upos;
use crate::temporal::{Amount, Dropped, Expression, Meaning, ParsedPassage};
use crate::text::Shape;

/// Drops dates of one word that are an auxiliary, or a month that a name begins with, and ages behind a name.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    drop_those(expressions, "tagged", dropped, |expression| {
        if is_age(passage, expression) {
            return Some("it is the age of the person before it");
        }
        let only = Some(expression.first).filter(|first| expression.end == first + 1);
        only.and_then(|at| reason_against(passage, at))
    })
}

fn is_name(passage: &ParsedPassage<'_>, at: usize) -> bool {
    passage.tag(at) == Upos::ProperNoun && passage.tokens.get(at).is_some_and(|token| token.shape.is_capital())
}

/// "Anna Rossi 28 anni": years in digits right behind a name of two words.
fn is_age(passage: &ParsedPassage<'_>, expression: &Expression) -> bool {
    let years = matches!(
        expression.meaning,
        Meaning::Length { amount: Amount::Exact { part: 0, .. }, unit: Unit::Year, window: 0 }
    );
    let digits = passage.tokens.get(expression.first).is_some_and(|token| matches!(token.shape, Shape::Digits { .. }));
    let behind = |back: usize| expression.first.checked_sub(back).is_some_and(|at| is_name(passage, at));
    years && digits && behind(1) && behind(2)
}

fn reason_against(passage: &ParsedPassage<'_>, at: usize) -> Option<&'static str> {
    let grammar = &passage.pack.grammar;
    // "Im März Graz", but "Julio Arce"
    let led = at > 0 && passage.has(at - 1, grammar.time_preposition);
    if passage.tag(at).is_auxiliary() {
        Some("it is a verb here")
    } else if passage.has(at, grammar.month) && !led && is_name(passage, at) && is_name(passage, at + 1) {
        Some("it is a part of a name")
    } else {
        None
    }
}
