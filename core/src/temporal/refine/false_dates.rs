//! Names and numbers that look like dates and are none.

use std::ops::RangeInclusive;

use super::drop_those;
use crate::temporal::{Dropped, Expression, Fields, Meaning, ParsedPassage};
use crate::text::{Shape, Token};

/// Takes out what is no date.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    drop_those(expressions, "false-dates", dropped, |expression| reason(passage, expression))
}

/// Years that are likely ones wherever they stand.
const LIKELY: RangeInclusive<i32> = 1500..=2050;

/// Why another one is none.
const UNLIKELY: &str = "a bare number is taken for a year only behind a preposition, or where it is a likely one";

/// Takes out what is no year, in languages of which no more than the words of dates is known: "scesa da 1190 a 1023".
pub(super) fn refine_years(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let unlikely = |expression: &Expression| match &expression.meaning {
        Meaning::Calendar(fields) => {
            let year = fields.year.filter(|_| expression.end == expression.first + 1);
            year.is_some_and(|year| !LIKELY.contains(&year))
        }
        _ => false,
    };
    let led = |expression: &Expression| {
        let before = expression.first.checked_sub(1);
        before.is_some_and(|before| passage.has(before, passage.pack.grammar.time_preposition))
    };
    drop_those(expressions, "false-dates", dropped, |it| (unlikely(it) && !led(it)).then_some(UNLIKELY))
}

fn reason(passage: &ParsedPassage<'_>, expression: &Expression) -> Option<&'static str> {
    match &expression.meaning {
        Meaning::Nothing => Some("its rule says that it is no date"),
        Meaning::Calendar(_) if is_glued(passage, expression) => Some("it is part of a longer word"),
        Meaning::Calendar(fields) if is_bare(fields) => bare(passage, expression, fields),
        Meaning::PartOfDay { day: Some(_), .. } if is_show(passage, expression) => Some("it is a title"),
        Meaning::Shift { .. } | Meaning::Length { .. } if is_title(passage, expression) => Some("it is a title"),
        _ => None,
    }
}

/// "This Week" in quotes and with a capital, "USA Today", "five SEC officials": what a paper, a programme or an agency
/// is called.
fn is_title(passage: &ParsedPassage<'_>, expression: &Expression) -> bool {
    let shape = |at: usize| passage.tokens.get(at).map(|token| token.shape);
    let is_quote = |at| matches!(shape(at), Some(Shape::Mark('"' | '“' | '”' | '\'' | '‘' | '’' | '`')));
    let (Some(before), last) = (expression.first.checked_sub(1), expression.end - 1) else { return false };
    match (shape(expression.first), shape(last)) {
        (Some(Shape::Lower), Some(Shape::Upper)) => return true,
        (_, Some(Shape::Capital)) => {}
        _ => return false,
    }
    let stop = usize::from(matches!(shape(expression.end), Some(Shape::Mark(',' | '.'))));
    let quoted = is_quote(before) && is_quote(expression.end + stop);
    quoted || last == expression.first && shape(before) == Some(Shape::Upper)
}

/// "Friday Night Lights", "Saturday Night Live": a day and its part, with capitals, before a name.
fn is_show(passage: &ParsedPassage<'_>, expression: &Expression) -> bool {
    let capital = |at: usize| passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Capital && token.spaced);
    expression.end == expression.first + 2 && capital(expression.first + 1) && capital(expression.end)
}

/// Digits of a date that a hyphen ties to a word before it: "report-2017-06-01", "the SX-2000".
fn is_glued(passage: &ParsedPassage<'_>, expression: &Expression) -> bool {
    let Some(before) = expression.first.checked_sub(2) else { return false };
    let [word, hyphen, date] = [before, before + 1, before + 2].map(|at| passage.tokens.get(at));
    let model = word.is_some_and(|word| word.shape == Shape::Upper);
    let digits = |shape| shape == Shape::Date || model && matches!(shape, Shape::Digits { .. });
    date.is_some_and(|date| digits(date.shape) && !date.spaced)
        && hyphen.is_some_and(|hyphen| hyphen.shape.is_mark('-') && !hyphen.spaced)
        && word.is_some_and(|word| word.shape.is_word())
}

/// Whether a single part is given, by a name or a number.
fn is_bare(fields: &Fields) -> bool {
    let parts = [
        fields.year.is_some(),
        fields.month.is_some(),
        fields.day.is_some(),
        fields.weekday.is_some(),
        fields.season.is_some(),
    ];
    parts.iter().filter(|given| **given).count() == 1 && fields.which.is_none()
}

/// Reasons against a date of a single part.
fn bare(passage: &ParsedPassage<'_>, expression: &Expression, fields: &Fields) -> Option<&'static str> {
    let at = expression.first;
    let before = at.checked_sub(1).and_then(|before| passage.tokens.get(before));
    let next = passage.tokens.get(expression.end);
    let preposition = before.is_some()
        && (passage.has(at - 1, passage.pack.grammar.time_preposition)
            || passage.has(at - 1, passage.pack.grammar.about));
    if let Some(reason) = named(passage, expression, fields, preposition) {
        return Some(reason);
    }
    if fields.day.is_some() && is_counting(passage, expression.end) {
        return Some("what follows is counted by it");
    }
    let year = fields.year.filter(|_| expression.end == at + 1)?;
    if let Some(reason) = numbered(passage, at) {
        return Some(reason);
    }
    let determined_at =
        |back: usize| at.checked_sub(back).is_some_and(|before| passage.has(before, passage.pack.grammar.determiner));
    let determined = determined_at(1);
    let about = passage.has(at.wrapping_sub(1), passage.pack.grammar.about) && determined_at(2);
    // "its roughly 2000 Spanish shops"
    if about && next.is_some_and(|next| next.shape.is_word()) {
        return Some("what follows is counted by it");
    }
    let like_year = (1900..=2050).contains(&year);
    let capital_behind = next.is_some_and(|next| next.shape == Shape::Capital && next.spaced && next.symbol == 0);
    if !like_year && capital_behind && !(determined && (1500..1900).contains(&year)) {
        return Some("it is the number of a name");
    }
    if !like_year && !preposition && !(1500..1900).contains(&year) {
        return Some(UNLIKELY);
    }
    if !preposition && next.is_some_and(|next| next.shape == Shape::Lower) && !like_year {
        return Some("what follows is counted by it");
    }
    None
}

/// How far before a sum an "and" stands that joins it to another one, in tokens.
const SUMS: usize = 4;

/// "pay Mr Abel 2000": behind a person's name stands a sum.
fn is_sum(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let name = |at: usize| passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Capital);
    let title =
        |back: usize| at.checked_sub(back).is_some_and(|title| passage.has(title, passage.pack.grammar.honorific));
    // "pay Mr Abel 2000 and his wife 1950"
    let grammar = &passage.pack.grammar;
    let noun = at > 1 && passage.tag(at - 1).is_noun() && !passage.has(at - 1, grammar.month);
    let and = (at.saturating_sub(SUMS)..at).rev().find(|&and| passage.has(and, grammar.and));
    let earlier = and.and_then(|and| and.checked_sub(1)).filter(|&earlier| {
        noun && passage.tokens.get(earlier).is_some_and(|token| matches!(token.shape, Shape::Digits { count: 4, .. }))
    });
    at > 0 && name(at - 1) && (title(2) || at > 1 && name(at - 2) && title(3))
        || earlier.is_some_and(|earlier| is_sum(passage, earlier))
}

/// Reasons against a year by its digits, from what stands around them.
fn numbered(passage: &ParsedPassage<'_>, at: usize) -> Option<&'static str> {
    let grammar = &passage.pack.grammar;
    let shape = |at: usize| passage.tokens.get(at).map(|token| token.shape);
    let tight = |at: usize| passage.tokens.get(at).is_some_and(|token| !token.spaced);
    let digits = |at: usize| matches!(shape(at), Some(Shape::Digits { .. }));
    let hyphen = |at: usize| shape(at).is_some_and(|shape| shape.is_mark('-')) && tight(at);
    if is_sum(passage, at) {
        return Some("it is a sum behind a person's name");
    }
    // "555-1990", "1990-100": but "2018-2019" is one token of two years.
    let tied_before = at > 1 && tight(at) && hyphen(at - 1) && digits(at - 2);
    if tied_before || hyphen(at + 1) && digits(at + 2) {
        return Some("it is part of a longer number");
    }
    if shape(at + 1) == Some(Shape::Lower) && tight(at + 1) {
        return Some("it is part of a longer word");
    }
    let street = (at + 2..at + 5).find(|&at| passage.has(at, grammar.street));
    if street.is_some_and(|street| (at + 1..=street).all(|at| shape(at).is_some_and(Shape::is_capital))) {
        return Some("it is the number of a house");
    }
    let pair =
        passage.has(at + 1, grammar.and) || passage.has(at + 1, grammar.join) || passage.has(at + 1, grammar.dash);
    let number = matches!(shape(at + 2), Some(Shape::Digits { .. } | Shape::Grouped));
    let to_be = passage.has(at + 1, grammar.be_past) || passage.has(at + 1, grammar.have);
    // "61 percent in 2015 and 48 percent in 2019": what the first year says is whole.
    let led = at > 0 && passage.has(at - 1, grammar.inside);
    let counts = pair && number && !led && passage.has(at + 3, grammar.counted)
        || passage.has(at + 1, grammar.relative)
            && !passage.has(at + 1, grammar.that)
            && passage.word(at + 1).starts_with("who")
        || to_be && at > 0 && passage.has(at - 1, grammar.about);
    counts.then_some("what follows is counted by it")
}

/// Whether a word may be what an ordinal before it counts: "the 14th floor", but not "the 14th the", "the 14th was".
fn is_counting(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let closed = [
        grammar.determiner,
        grammar.time_preposition,
        grammar.preposition,
        grammar.subject,
        grammar.joining,
        grammar.be_past,
        grammar.had,
        grammar.will,
    ];
    passage.tokens.get(at).is_some_and(|next| next.shape.is_word())
        && !closed.iter().any(|&class| passage.has(at, class))
}

/// Reasons against a month, weekday or season by its name.
fn named(
    passage: &ParsedPassage<'_>,
    expression: &Expression,
    fields: &Fields,
    preposition: bool,
) -> Option<&'static str> {
    let at = expression.end - 1;
    if fields.year.is_some() || fields.month.is_none() && fields.weekday.is_none() && fields.season.is_none() {
        return None;
    }
    let name = |token: Option<&Token>| {
        token.is_some_and(|token| token.shape == Shape::Capital && token.spaced && token.symbol == 0)
    };
    let next = passage.tokens.get(expression.end);
    if passage.has(expression.end, passage.pack.grammar.title) {
        return Some("it is part of a name");
    }
    let starts = is_sentence_start(passage, expression);
    let determined = passage.has(expression.first, passage.pack.grammar.determiner)
        || !starts && passage.has(expression.first - 1, passage.pack.grammar.determiner);
    // "the June Festival" may be called so, "the September Senate hearing" was in September.
    let may_name = fields.month.is_none() || starts || is_name_too(passage, at);
    if name(next) && may_name && (determined || starts && fields.month.is_some()) {
        return Some("it is part of a name");
    }
    fields.month?;
    // "Jan" and "Dec" are first names; the dot that the months have they never do.
    let word = passage.word(at);
    let short = word.len() <= 4 && !word.ends_with('.') && !matches!(word, "May" | "June" | "July");
    if short && name(next) {
        return Some("it is part of a name");
    }
    // "and" and "or" join names as well as dates.
    let joined = !starts && passage.has(expression.first - 1, passage.pack.grammar.and);
    if preposition && !(joined && is_name_too(passage, at) && name(next)) {
        return None;
    }
    let verb_behind = {
        let grammar = &passage.pack.grammar;
        let verbs = [grammar.will, grammar.modal, grammar.have, grammar.report];
        verbs.iter().any(|&class| passage.has(expression.end, class))
    };
    if is_name_too(passage, at) {
        let name_before = !starts && is_capitalised_name(passage, expression, at - 1);
        if name(next) || name_before || starts && verb_behind {
            return Some("it is part of a name");
        }
    }
    if word == "May" && starts && next.is_some_and(|next| next.shape == Shape::Lower) {
        return Some("it is the verb");
    }
    short.then_some("a short form without its dot, a day or a preposition names no month")
}

/// Months that are first names as well.
fn is_name_too(passage: &ParsedPassage<'_>, at: usize) -> bool {
    matches!(passage.word(at), "April" | "May" | "June" | "August" | "March")
}

/// Whether a word within a sentence has a capital that no weekday gives it: "the Long March".
fn is_capitalised_name(passage: &ParsedPassage<'_>, expression: &Expression, at: usize) -> bool {
    let starts = passage.sentences.get(expression.sentence).is_some_and(|sentence| sentence.start == at);
    let grammar = &passage.pack.grammar;
    let dated =
        [grammar.weekday, grammar.month, grammar.part_word, grammar.about].iter().any(|&class| passage.has(at, class));
    passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Capital && token.spaced)
        && (passage.tokens[at].symbol == 0 || !starts && !dated)
}

fn is_sentence_start(passage: &ParsedPassage<'_>, expression: &Expression) -> bool {
    passage.sentences.get(expression.sentence).is_some_and(|sentence| sentence.start == expression.first)
}
