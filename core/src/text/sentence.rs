//! Tokens to sentences.
//!
//! Works on tokens, so that dots which belong to a word ("Feb.", "U.S.") are out of the way, and sees the seams of
//! scraped text, where a sentence starts without a space before it.

use std::ops::Range;

use super::{Shape, Token};

/// What a language knows of the words around a dot.
pub trait Abbreviations {
    /// Whether a dot behind this word is not the end of a sentence.
    fn is_abbreviation(&self, token: &Token) -> bool;
    /// Whether two words open what belongs to the page around a story: `Read more`, `Image source`.
    fn is_furniture(&self, first: &Token, second: &Token) -> bool;
    /// Whether the word, with a capital behind a word that carries its own dot, starts a sentence: `The`, `But`.
    fn opens_sentence(&self, token: &Token) -> bool;
}

/// The most tokens in a sentence. Tables and broken texts have no sentence ends, and every event carries its sentence.
const LONGEST: usize = 250;

/// White space, in bytes, that parts paragraphs on some wires.
const PARAGRAPH: u32 = 4;

/// The ranges of tokens that make a sentence each, in order.
#[must_use]
pub fn sentences(text: &str, tokens: &[Token], words: &impl Abbreviations) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < tokens.len() {
        let end = match tokens[at].shape {
            Shape::Break => Some(at + 1),
            Shape::Mark('.' | '!' | '?' | '…') => closes(text, tokens, at, words),
            Shape::Mark('|' | '•') => Some(at + 1),
            _ if at - start >= LONGEST => Some(at + 1),
            _ if ends_furniture(&tokens[start..], at - start, words) => Some(at + 1),
            _ if opens_note(&tokens[at..]) || opens_furniture(&tokens[at..], words) => Some(at + 1),
            _ => tokens.get(at + 1).filter(|next| parts(text, &tokens[at], next, words)).map(|_| at + 1),
        };
        match end {
            Some(end) => {
                if tokens[start..end].iter().any(|token| token.shape != Shape::Break) {
                    sentences.push(start..end);
                }
                start = end;
                at = end;
            }
            None => at += 1,
        }
    }
    if start < tokens.len() {
        sentences.push(start..tokens.len());
    }
    sentences
}

/// Where the sentence ends that the mark at `at` closes, if it does: behind closing quotes and brackets.
fn closes(text: &str, tokens: &[Token], at: usize, words: &impl Abbreviations) -> Option<usize> {
    let mark = tokens[at];
    let before = at.checked_sub(1).map(|before| tokens[before]);
    if mark.shape.is_mark('.') && !mark.spaced {
        let initial = before.is_some_and(|word| word.shape == Shape::Capital && word.span.range().len() == 1);
        if initial || before.is_some_and(|word| words.is_abbreviation(&word)) {
            return None;
        }
    }
    let mut end = at + 1;
    while let Some(next) = tokens.get(end) {
        let closing = matches!(next.shape, Shape::Mark('.' | '!' | '?' | '"' | '\'' | '”' | '’' | ')' | ']'));
        if !closing || next.spaced && !matches!(next.shape, Shape::Mark('\'' | '”')) {
            break;
        }
        end += 1;
    }
    let Some(next) = tokens.get(end) else { return Some(end) };
    // "...not a bad thing....— The author, May 3": a dash that is glued to the end signs what it follows.
    let signature = !next.spaced && matches!(next.shape, Shape::Mark('—' | '–'));
    let starts = !signature && starts_sentence(text, next);
    let glued = !next.spaced && end == at + 1;
    // "example.Com" and "3.5" are no seams, "elections.It was" is one: a capital with letters on both sides.
    let seam = glued
        && next.shape == Shape::Capital
        && next.span.range().len() > 1
        && before.is_some_and(|word| word.shape == Shape::Lower || word.shape.is_word() && word.span.range().len() > 3);
    (seam || starts && (next.spaced || end > at + 1)).then_some(end)
}

fn starts_sentence(text: &str, token: &Token) -> bool {
    match token.shape {
        Shape::Lower => false,
        Shape::Mark(mark) => matches!(mark, '"' | '\'' | '“' | '‘' | '(' | '[' | '`' | '—' | '-' | '_' | '*' | '<'),
        _ => !token.of(text).is_empty(),
    }
}

/// Whether a sentence ends between two tokens without a mark of its own.
fn parts(text: &str, token: &Token, next: &Token, words: &impl Abbreviations) -> bool {
    match next.shape {
        Shape::Capital if next.spaced => dot_of_word_ends(text, token, next, words),
        Shape::Capital | Shape::Upper if !next.spaced => is_seam(text, token, next),
        _ => false,
    }
}

/// Whether a label that stands at the start of a paragraph follows: a table of figures, then "NOTE: ".
fn opens_note(tokens: &[Token]) -> bool {
    let [token, label, colon, ..] = tokens else { return false };
    let apart = label.span.start.saturating_sub(token.span.end) >= PARAGRAPH;
    apart && label.shape.is_capital() && colon.shape.is_mark(':') && !colon.spaced
}

/// Whether what follows belongs to the page and not to the story: "in eastern Ukraine Read more".
fn opens_furniture(tokens: &[Token], words: &impl Abbreviations) -> bool {
    let [token, first, second, ..] = tokens else { return false };
    let runs_on = token.shape.is_word() || matches!(token.shape, Shape::Digits { .. });
    runs_on && first.spaced && first.shape.is_capital() && words.is_furniture(first, second)
}

/// Whether the story starts behind words of the page: "Image source, Getty Images The mill".
fn ends_furniture(sentence: &[Token], at: usize, words: &impl Abbreviations) -> bool {
    let [first, second, ..] = sentence else { return false };
    let next = sentence
        .get(at + 1)
        .filter(|next| at > 1 && next.spaced && next.shape == Shape::Capital && next.span.range().len() > 1);
    next.is_some_and(|next| words.opens_sentence(next) && words.is_furniture(first, second))
}

/// A word that carries its own dot ("the U.S.", "at 5 p.m.") ends the sentence where a capitalised function word
/// follows; names follow such dots too often to say more.
fn dot_of_word_ends(text: &str, token: &Token, next: &Token, words: &impl Abbreviations) -> bool {
    token.shape.is_word()
        && token.of(text).ends_with('.')
        && (words.opens_sentence(next) || next.span.start - token.span.end >= PARAGRAPH)
}

/// Two paragraphs without even a dot between them: "expire in February 2021Mr Trump", "said on FridayThe".
fn is_seam(text: &str, token: &Token, next: &Token) -> bool {
    if next.span.range().len() < 2 {
        return false;
    }
    match token.shape {
        Shape::Digits { count: 4, .. } => next.shape == Shape::Capital,
        Shape::Capital | Shape::Lower => token.span.end == next.span.start && !token.of(text).ends_with('.'),
        _ => false,
    }
}
