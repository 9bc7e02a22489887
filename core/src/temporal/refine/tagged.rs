//! "a été inaugurée", "Julio Arce": what the tagger sees as an auxiliary or in a name is no season and no month. (Full verbs are not
//! so sure: "est arrivé hier".)

use super::drop_it;
use crate::syntax::Upos;
use crate::temporal::{Dropped, Expression, ParsedPassage};

/// Drops dates of one word that are an auxiliary, or a month that a name begins with.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    mut expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    expressions.retain(|expression| {
        let reason = Some(expression.first)
            .filter(|first| expression.end == first + 1)
            .and_then(|at| reason_against(passage, at));
        if let Some(reason) = reason {
            drop_it(expression, "tagged", reason, dropped);
        }
        reason.is_none()
    });
    expressions
}

fn reason_against(passage: &ParsedPassage<'_>, at: usize) -> Option<&'static str> {
    let is_name = |at: usize| {
        passage.tag(at) == Upos::ProperNoun && passage.tokens.get(at).is_some_and(|token| token.shape.is_capital())
    };
    if passage.tag(at).is_auxiliary() {
        Some("it is a verb here")
    } else if passage.has(at, passage.pack.grammar.month) && is_name(at) && is_name(at + 1) {
        Some("it is a part of a name")
    } else {
        None
    }
}
