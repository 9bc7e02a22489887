//! "two days after" + "March 5": an amount counts from the date behind it. Where no date stands there, what is left
//! is a length of time, without the word that said which way.

use super::drop_it;
use crate::calendar::Unit;
use crate::language::CountedFrom;
use crate::syntax::is_adverb;
use crate::temporal::meaning::Fields;
use crate::temporal::{Dropped, Expression, Meaning, ParsedPassage};
use crate::text::Shape;

/// How far before an amount the verb may stand that says what came then, in tokens.
const COMES: usize = 3;

/// Joins counts to the date that they count from.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let mut joined: Vec<Expression> = Vec::with_capacity(expressions.len());
    for expression in expressions {
        let count = joined.last_mut().filter(|last| last.end == expression.first);
        if let Some(count) = count.and_then(|count| take_anchor(count, &expression.meaning)) {
            count.end = expression.end;
            count.span = passage.span(count.first, count.end);
            continue;
        }
        joined.push(expression);
    }
    appose(passage, &mut joined);
    date_behind(passage, &mut joined);
    joined.iter_mut().for_each(|expression| bare_weekend(passage, expression));
    for expression in &mut joined {
        if is_compared(passage, expression) {
            drop_it(expression, "following", "it is compared: kept as a length", dropped);
            shorten(passage, expression);
            continue;
        }
        let end = expression.end;
        let comes = comes(passage, expression.first);
        let from = match &mut expression.meaning {
            Meaning::Count { from: from @ CountedFrom::Following, anchor: None, .. } => from,
            // "the day after the blaze": counted from what stands behind, not from the day of publication.
            Meaning::Count { from: from @ CountedFrom::Narrative, anchor: None, tail: 1.., .. } => {
                if !ends_there(passage, end) {
                    *from = CountedFrom::Following;
                }
                continue;
            }
            _ => continue,
        };
        if ends_there(passage, end) {
            *from = CountedFrom::Narrative;
            continue;
        }
        drop_it(expression, "following", "no date to count from stands behind it: kept as a length", dropped);
        shorten(passage, expression);
        if comes {
            expression.meaning = Meaning::OfStory;
        }
    }
    joined
}

/// "The crash came", "The vote comes just", before "two days after": what the story is about came then.
fn comes(passage: &ParsedPassage<'_>, first: usize) -> bool {
    let mut before = (0..first).rev().take(COMES);
    let verb = before.find(|&at| !is_adverb(passage, at));
    verb.is_some_and(|verb| passage.has(verb, passage.pack.grammar.coming))
}

/// "a week later than usual", "two years earlier than planned": how far two times are apart.
fn is_compared(passage: &ParsedPassage<'_>, expression: &Expression) -> bool {
    let counted = matches!(expression.meaning, Meaning::Count { from: CountedFrom::Narrative, anchor: None, .. });
    counted && passage.has(expression.end, passage.pack.grammar.comparing)
}

/// Leaves the length of a count, without the word that says which way.
fn shorten(passage: &ParsedPassage<'_>, expression: &mut Expression) {
    let Meaning::Count { amount, unit, tail, .. } = expression.meaning else { return };
    expression.end -= tail.max(1);
    expression.span = passage.span(expression.first, expression.end);
    expression.meaning = Meaning::Length { amount, unit, window: 0 };
}

/// "He had left two years before." A mark behind the word that says which way: it counts from what was mentioned.
fn ends_there(passage: &ParsedPassage<'_>, end: usize) -> bool {
    passage.tokens.get(end).is_none_or(|next| matches!(next.shape, Shape::Break | Shape::Mark('.' | ',' | ';')))
}

/// "died over the weekend after a long illness": the weekend around publication, and what follows says after what.
fn bare_weekend(passage: &ParsedPassage<'_>, expression: &mut Expression) {
    let Meaning::Count { unit: Unit::Weekend, from: CountedFrom::Narrative, anchor: None, tail: tail @ 1.., .. } =
        expression.meaning
    else {
        return;
    };
    let led = expression.first.checked_sub(1);
    let adverbial = led.is_some_and(|led| passage.has(led, passage.pack.grammar.preposition));
    if adverbial && !ends_there(passage, expression.end) {
        expression.end -= tail;
        expression.span = passage.span(expression.first, expression.end);
        expression.meaning = Meaning::Calendar(Box::new(Fields { weekend: true, ..Fields::default() }));
    }
}

/// "October 12, the day before the plunge": after a comma, the day is that date once more, and what it counts
/// from is an event.
fn appose(passage: &ParsedPassage<'_>, expressions: &mut [Expression]) {
    for at in 1..expressions.len() {
        let (before, rest) = expressions.split_at_mut(at);
        let (Some(date), Some(expression)) = (before.last(), rest.first_mut()) else { continue };
        let Meaning::Count { unit, from: CountedFrom::Narrative, anchor: None, tail: tail @ 1.., .. } =
            expression.meaning
        else {
            continue;
        };
        let comma = date.end + 1 == expression.first && passage.has(date.end, passage.pack.grammar.comma);
        let event = passage.tokens.get(expression.end).is_some_and(|token| token.shape.is_word());
        if comma && event && matches!(date.meaning, Meaning::Calendar(_)) {
            expression.end -= tail;
            expression.span = passage.span(expression.first, expression.end);
            expression.meaning = Meaning::Shift { by: 0, unit, from: CountedFrom::Narrative };
        }
    }
}

/// "A decade later, in 2008": the year behind says what was counted to.
fn date_behind(passage: &ParsedPassage<'_>, expressions: &mut [Expression]) {
    let grammar = &passage.pack.grammar;
    for at in 1..expressions.len() {
        let (before, rest) = expressions.split_at_mut(at);
        let (Some(count), Some(date)) = (before.last_mut(), rest.first()) else { continue };
        let counted =
            matches!(count.meaning, Meaning::Count { from: CountedFrom::Narrative, anchor: None, tail: 0, .. });
        let whole = matches!(&date.meaning, Meaning::Calendar(fields) if fields.year.is_some());
        let led = |at: usize| passage.has(at, grammar.inside) || passage.has(at, grammar.clock_preposition);
        if counted
            && whole
            && date.first == count.end + 2
            && passage.has(count.end, grammar.comma)
            && led(count.end + 1)
        {
            count.meaning = date.meaning.clone();
        }
    }
}

/// The count with its anchor, where it takes one: "the day after" counts from the date mentioned last, unless one stands
/// behind it.
fn take_anchor<'e>(count: &'e mut Expression, meaning: &Meaning) -> Option<&'e mut Expression> {
    let dated = matches!(meaning, Meaning::Calendar(_) | Meaning::Shift { .. });
    let timed = matches!(meaning, Meaning::Clock { .. });
    let Meaning::Count { anchor: anchor @ None, tail: 1.., unit, .. } = &mut count.meaning else { return None };
    if !(dated || timed && unit.is_clock()) {
        return None;
    }
    let mut meaning = meaning.clone();
    if let Meaning::Clock { day: day @ None, .. } = &mut meaning {
        *day = Some(Box::new(Meaning::Shift { by: 0, unit: Unit::Day, from: CountedFrom::Sentence }));
    }
    *anchor = Some(Box::new(meaning));
    Some(count)
}
