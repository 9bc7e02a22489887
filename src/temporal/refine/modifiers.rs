//! "the end of" + "last year": a modifier joins the date that stands right behind it, and is nothing alone.

use super::drop_it;
use crate::temporal::{Document, Dropped, Expression, Meaning, Modifier};

/// Joins modifiers to their dates.
pub(super) fn refine(
    document: &Document<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let mut joined: Vec<Expression> = Vec::with_capacity(expressions.len());
    let mut pending: Option<Expression> = None;
    for mut expression in expressions {
        let modifier = pending.take();
        if matches!(expression.meaning, Meaning::Modifier(_)) {
            if let Some(modifier) = modifier {
                drop_it(&modifier, "modifiers", "no date stands behind it", dropped);
            }
            pending = Some(expression);
            continue;
        }
        if let Some(modifier) = modifier {
            if modifier.end == expression.first
                && modifier.sentence == expression.sentence
                && takes(&modifier, &expression)
            {
                join(document, &modifier, &mut expression);
            } else {
                drop_it(&modifier, "modifiers", "no date stands right behind it", dropped);
            }
        }
        if needs_modifier(&expression) {
            drop_it(&expression, "modifiers", "alone it names no date", dropped);
        } else {
            joined.push(expression);
        }
    }
    if let Some(modifier) = pending {
        drop_it(&modifier, "modifiers", "no date stands behind it", dropped);
    }
    joined
}

/// Whether the modifier can change this expression: dates, yes; lengths, repetitions and references, no.
fn takes(modifier: &Expression, expression: &Expression) -> bool {
    let dated = matches!(
        expression.meaning,
        Meaning::Calendar(_)
            | Meaning::Shift { .. }
            | Meaning::PartOfDay { .. }
            | Meaning::Years(..)
            | Meaning::Clock { .. }
    );
    dated && expression.modifier.is_none() && matches!(modifier.meaning, Meaning::Modifier(_))
}

fn join(document: &Document<'_>, modifier: &Expression, expression: &mut Expression) {
    let Meaning::Modifier(kind) = modifier.meaning else { return };
    expression.modifier = Some(kind);
    // "late" and "in the" before a name stay out of the way of its extent only where they are prepositions; the
    // modifier's words belong to the date.
    expression.first = modifier.first;
    expression.span = document.span(expression.first, expression.end);
    if kind == Modifier::Approx && document.is(modifier.first, "=sometime") {
        expression.modifier = None;
    }
}

/// "the year" alone is no date, "the end of the year" is.
fn needs_modifier(expression: &Expression) -> bool {
    expression.rule.ends_with("/the-unit") && expression.modifier.is_none()
}
