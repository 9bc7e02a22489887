//! The statement in the article's own words, without the date, the reporting frame and what stands around it.

use std::ops::Range;

use super::trigger::Trigger;
use crate::temporal::{Document, Expression};
use crate::text::{Shape, Span};

/// The longest summary, in characters; cut at a word, and marked.
const LONGEST: usize = 280;

/// The summary of the statement that the trigger tells.
pub(super) fn summary(
    document: &Document<'_>,
    sentence: &Range<usize>,
    trigger: Option<Trigger<'_>>,
    dates: &[&Expression],
) -> String {
    let clause = clause(document, sentence, trigger.map(|trigger| trigger.token()), dates);
    let short = words(document, &clause, dates);
    let text = if short.split(' ').count() >= 3 { short } else { words(document, sentence, dates) };
    cut(&capitalised(&text))
}

/// The clause around the trigger. Commas divide only where they part the trigger from what is no part of its own
/// clause: quotes, semicolons, dashes, and a frame of saying before it.
fn clause(
    document: &Document<'_>,
    sentence: &Range<usize>,
    trigger: Option<usize>,
    dates: &[&Expression],
) -> Range<usize> {
    let Some(trigger) = trigger else { return sentence.clone() };
    let in_date = |at: usize| dates.iter().any(|date| (date.first..date.end).contains(&at));
    let hard = |at: &usize| {
        !in_date(*at) && matches!(document.tokens[*at].shape, Shape::Mark(';' | ':' | '"' | '“' | '”' | '—' | '`'))
    };
    let mut start = (sentence.start..trigger).rev().find(hard).map_or(sentence.start, |at| at + 1);
    let end = (trigger..sentence.end).find(hard).unwrap_or(sentence.end);
    // "The ministry said that the bridge was shut": what was said, without who said it.
    if let Some(that) = (start..trigger).rev().find(|&at| {
        document.has(at, document.pack.grammar.that) && at > start && document.has(at - 1, document.pack.grammar.report)
    }) {
        start = that + 1;
    }
    start..end
}

/// The words of a range, without the dates and the small words that only led to them.
fn words(document: &Document<'_>, range: &Range<usize>, dates: &[&Expression]) -> String {
    let mut kept = String::new();
    let mut at = range.start;
    let mut last_end = None;
    while at < range.end {
        if let Some(date) = dates.iter().find(|date| date.first == at && is_adverbial(document, date)) {
            at = date.end;
            if kept.is_empty() {
                while at < range.end && document.tokens[at].shape.is_mark(',') {
                    at += 1;
                }
            }
            last_end = None;
            continue;
        }
        let leads = dates.iter().any(|date| date.first == at + 1 && is_adverbial(document, date));
        let token = document.tokens[at];
        if leads && document.has(at, document.pack.grammar.time_preposition)
            || matches!(token.shape, Shape::Break | Shape::Mark('(' | ')' | '[' | ']' | '*' | '_' | '`'))
        {
            at += 1;
            last_end = None;
            continue;
        }
        let glued = last_end == Some(token.span.start) && !token.spaced;
        let mark = matches!(token.shape, Shape::Mark(',' | '.' | '!' | '?' | ';' | ':' | '%'))
            || token.shape == Shape::Possessive;
        if !kept.is_empty() && !glued && !mark {
            kept.push(' ');
        }
        kept.push_str(token.span.of(document.text));
        last_end = Some(token.span.end);
        at += 1;
    }
    tidy(&kept)
}

/// Whether the sentence stays whole without the date: not "the 1987 treaty", not "Friday's call".
fn is_adverbial(document: &Document<'_>, date: &Expression) -> bool {
    let possessive = document.tokens.get(date.end).is_some_and(|token| token.shape == Shape::Possessive);
    let before = date.first.checked_sub(1);
    let determined = before.is_some_and(|before| {
        document.has(before, document.pack.grammar.determiner) || document.tokens[before].shape == Shape::Possessive
    });
    let led = before.is_some_and(|before| document.has(before, document.pack.grammar.time_preposition));
    let article = document.has(date.first, document.pack.grammar.determiner);
    let noun_behind = document.tokens.get(date.end).is_some_and(|token| token.shape.is_word() && token.symbol == 0);
    !possessive
        && !determined
        && (!(article && noun_behind) || led)
        && !(noun_behind
            && !led
            && before.is_some_and(|before| {
                document.tokens[before].shape.is_word()
                    && document.tokens[before].symbol == 0
                    && document.tokens[before].shape == Shape::Lower
                    && document.tokens[date.end].shape == Shape::Lower
            }))
}

fn tidy(text: &str) -> String {
    let trim =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '"' | '\'' | '“' | '”' | '…');
    let text = text.trim_matches(trim).replace(" ,", ",").replace(",,", ",");
    let text = text
        .strip_prefix("and ")
        .or_else(|| text.strip_prefix("but "))
        .or_else(|| text.strip_prefix("that "))
        .unwrap_or(&text);
    text.trim_end_matches('.').trim_end_matches(trim).to_owned()
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let end = text.char_indices().nth(LONGEST - 2).map_or(text.len(), |(at, _)| at);
    let head = text.get(..end).unwrap_or(text);
    let at = head.rfind(' ').unwrap_or(head.len());
    format!("{} …", head[..at].trim_end_matches(|c: char| c.is_whitespace() || c == ','))
}

/// The stretch of a sentence without the white space of its breaks.
pub(super) fn sentence_span(document: &Document<'_>, sentence: &Range<usize>) -> Span {
    let mut end = sentence.end;
    while end > sentence.start && document.tokens[end - 1].shape == Shape::Break {
        end -= 1;
    }
    let mut start = sentence.start;
    while start < end && document.tokens[start].shape == Shape::Break {
        start += 1;
    }
    document.span(start, end)
}
