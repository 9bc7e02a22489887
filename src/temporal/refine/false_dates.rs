//! Names and numbers that look like dates and are none.

use super::drop_it;
use crate::temporal::{Document, Dropped, Expression, Fields, Meaning};
use crate::text::Shape;

/// Takes out what is no date.
pub(super) fn refine(
    document: &Document<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let mut kept = Vec::with_capacity(expressions.len());
    for expression in expressions {
        match reason(document, &expression) {
            Some(reason) => drop_it(&expression, "false-dates", reason, dropped),
            None => kept.push(expression),
        }
    }
    kept
}

fn reason(document: &Document<'_>, expression: &Expression) -> Option<&'static str> {
    match &expression.meaning {
        Meaning::Nothing => Some("its rule says that it is no date"),
        Meaning::Calendar(fields) if expression.end == expression.first + 1 => bare(document, expression, fields),
        _ => None,
    }
}

/// Reasons against a date of a single word.
fn bare(document: &Document<'_>, expression: &Expression, fields: &Fields) -> Option<&'static str> {
    let at = expression.first;
    let before = at.checked_sub(1).and_then(|before| document.tokens.get(before));
    let next = document.tokens.get(expression.end);
    let preposition = before.is_some() && document.is(at - 1, "TIMEPREP");
    if fields.month.is_some() && !preposition {
        let name_before = before.is_some_and(|word| word.shape == Shape::Capital && word.spaced && word.symbol == 0);
        let name_behind = next.is_some_and(|word| word.shape == Shape::Capital && word.spaced && word.symbol == 0);
        if name_behind && (name_before || is_name_too(document, at)) {
            return Some("it is part of a name");
        }
        if document.word(at) == "May"
            && next.is_some_and(|word| word.shape == Shape::Lower)
            && is_sentence_start(document, expression)
        {
            return Some("it is the verb");
        }
        if name_before && is_name_too(document, at) {
            return Some("it is part of a name");
        }
    }
    let year = fields.year?;
    let hyphen = next.is_some_and(|next| next.shape.is_mark('-') && !next.spaced);
    if hyphen && document.tokens.get(expression.end + 1).is_some_and(|next| matches!(next.shape, Shape::Digits { .. }))
    {
        return Some("it is part of a longer number");
    }
    let like_year = (1900..=2050).contains(&year);
    if !like_year && !preposition && !(1500..1900).contains(&year) {
        return Some("a bare number is taken for a year only behind a preposition, or where it is a likely one");
    }
    if !preposition
        && next.is_some_and(|next| next.shape == Shape::Lower && !next.of(document.text).is_empty())
        && !like_year
    {
        return Some("what follows is counted by it");
    }
    None
}

/// Months that are first names as well.
fn is_name_too(document: &Document<'_>, at: usize) -> bool {
    matches!(document.word(at), "April" | "May" | "June" | "August" | "March")
}

fn is_sentence_start(document: &Document<'_>, expression: &Expression) -> bool {
    document.sentences.get(expression.sentence).is_some_and(|sentence| sentence.start == expression.first)
}
