//! "the end of" + "last year": a modifier joins the date that stands right behind it, and is nothing alone.

use super::drop_it;
use crate::language::CountedFrom;
use crate::temporal::{Dropped, Expression, Meaning, Modifier, ParsedPassage};
use crate::text::Shape;

/// Joins modifiers to their dates.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let mut joined: Vec<Expression> = Vec::with_capacity(expressions.len());
    let mut pending: Option<Expression> = None;
    for mut expression in expressions {
        let modifier = pending.take();
        if is_open(&expression.meaning) {
            if let Some(modifier) = modifier {
                drop_it(&modifier, "modifiers", "no date stands behind it", dropped);
            }
            pending = Some(expression);
            continue;
        }
        if let Some(modifier) = modifier {
            if modifier.end == expression.first {
                end_with_unit(passage, &modifier, &mut expression);
            }
            if modifier.end == expression.first
                && modifier.sentence == expression.sentence
                && takes(passage, &modifier, &expression)
            {
                join(passage, &modifier, &mut expression);
            } else {
                drop_it(&modifier, "modifiers", "no date stands right behind it", dropped);
            }
        }
        if expression.needs_modifier && expression.modifier.is_none() {
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

/// "by the end of the year after losing a contract": what the modifier is of is the year, and a clause of its own follows.
fn end_with_unit(passage: &ParsedPassage<'_>, modifier: &Expression, expression: &mut Expression) {
    let Meaning::Count { unit, from: CountedFrom::Narrative, anchor: None, tail: tail @ 1.., .. } = expression.meaning
    else {
        return;
    };
    let clause = passage.tokens.get(expression.end).is_some_and(|next| next.shape.is_word());
    if clause && matches!(modifier.meaning, Meaning::Modifier(_)) {
        expression.end -= tail;
        expression.span = passage.span(expression.first, expression.end);
        expression.meaning = Meaning::Shift { by: 0, unit, from: CountedFrom::Sentence };
    }
}

/// Whether it is nothing without the date behind it.
fn is_open(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Modifier(_) | Meaning::PartOfDay { day: None, .. })
}

/// Whether the modifier can change this expression: dates, yes; lengths, repetitions and references, no.
fn takes(passage: &ParsedPassage<'_>, modifier: &Expression, expression: &Expression) -> bool {
    let dated = matches!(
        expression.meaning,
        Meaning::Calendar(_) | Meaning::Shift { .. } | Meaning::PartOfDay { .. } | Meaning::Clock { .. }
    );
    match modifier.meaning {
        Meaning::Modifier(Modifier::Approx) if is_topic(passage, expression) => false,
        Meaning::Modifier(_) => dated && expression.modifier.is_none(),
        _ => matches!(expression.meaning, Meaning::Calendar(_) | Meaning::Shift { .. }),
    }
}

/// "They talked about Friday", "a way around Wednesday's ruling": nobody means about so much of a weekday, nor of what has
/// something of its own.
fn is_topic(passage: &ParsedPassage<'_>, expression: &Expression) -> bool {
    let weekday = match &expression.meaning {
        Meaning::Calendar(fields) => fields.weekday.is_some() && fields.month.is_none(),
        _ => false,
    };
    weekday || passage.tokens.get(expression.end).is_some_and(|next| next.shape == Shape::Possessive)
}

fn join(passage: &ParsedPassage<'_>, modifier: &Expression, expression: &mut Expression) {
    match modifier.meaning {
        Meaning::Modifier(Modifier::Approx) if passage.has(modifier.first, passage.pack.grammar.sometime) => {}
        Meaning::Modifier(kind) => expression.modifier = Some(kind),
        Meaning::PartOfDay { part, .. } => {
            let day = std::mem::replace(&mut expression.meaning, Meaning::Nothing);
            expression.meaning = Meaning::PartOfDay { part, day: Some(Box::new(day)) };
            expression.rule = modifier.rule;
        }
        _ => return,
    }
    expression.first = modifier.first;
    expression.span = passage.span(expression.first, expression.end);
}
