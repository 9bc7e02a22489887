//! Groups tokens into sentences.
//!
//! It works on tokens, so that full stops that belong to a word ("Feb.", "U.S.") are out of the way, and recognises the
//! seams of scraped text, where a sentence starts without a space before it.

use std::ops::Range;

use super::{Shape, Token};

/// What a language knows of the words around the end of a sentence.
pub trait Abbreviations {
    /// Whether a full stop after this word does not end a sentence.
    fn is_abbreviation(&self, token: &Token) -> bool;
    /// Whether two words open boilerplate of the page around a story: `Read more`, `Image source`.
    fn is_boilerplate(&self, first: &Token, second: &Token) -> bool;
    /// Whether the word, with a capital after a word with a full stop of its own, starts a sentence: `The`, `But`.
    fn opens_sentence(&self, token: &Token) -> bool;
}

/// The most tokens in a sentence. Tables and broken texts have no ends of sentences, and every event carries its
/// sentence.
const LONGEST: usize = 250;

/// Marks that end sentences of scripts other than Latin, Greek and Cyrillic, whatever follows.
const FULL_STOPS: [char; 11] = ['。', '！', '？', '．', '｡', '؟', '۔', '।', '॥', '։', '።'];

/// Marks that close a quotation or a bracket, right behind the end of a sentence.
const CLOSING: [char; 12] = ['"', '\'', '”', '’', ')', ']', '»', '›', '」', '』', '）', '】'];

/// White space, in bytes, that separates paragraphs on some wires.
const PARAGRAPH: u32 = 4;

/// Returns the sentences, as ranges of tokens, in order.
#[must_use]
pub fn sentences(text: &str, tokens: &[Token], vocabulary: &impl Abbreviations) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < tokens.len() {
        let end = match tokens[at].shape {
            Shape::Break => Some(at + 1),
            Shape::Mark('.' | '!' | '?' | '…') => closes(text, tokens, at, vocabulary),
            Shape::Mark(mark) if FULL_STOPS.contains(&mark) => Some(end_of_closing(tokens, at)),
            Shape::Mark('|' | '•') => Some(at + 1),
            _ if at - start >= LONGEST => Some(at + 1),
            _ if ends_boilerplate(&tokens[start..], at - start, vocabulary) => Some(at + 1),
            _ if opens_note(&tokens[at..]) || opens_boilerplate(&tokens[at..], vocabulary) => Some(at + 1),
            _ => tokens.get(at + 1).filter(|next| ends_between(text, &tokens[at], next, vocabulary)).map(|_| at + 1),
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

/// Returns the end of the sentence that the mark at `at` closes, if it does: after closing quotes and brackets.
fn closes(text: &str, tokens: &[Token], at: usize, vocabulary: &impl Abbreviations) -> Option<usize> {
    let mark = tokens[at];
    let before = at.checked_sub(1).map(|before| tokens[before]);
    if mark.shape.is_mark('.') && !mark.spaced {
        let initial = before.is_some_and(|word| word.shape == Shape::Capital && word.span.range().len() == 1);
        if initial || before.is_some_and(|word| vocabulary.is_abbreviation(&word)) {
            return None;
        }
    }
    let mut end = at + 1;
    while let Some(next) = tokens.get(end) {
        let closing =
            matches!(next.shape, Shape::Mark(mark) if CLOSING.contains(&mark) || matches!(mark, '.' | '!' | '?'));
        if !(closing || closes_german_quotation(tokens, end))
            || next.spaced && !matches!(next.shape, Shape::Mark('\'' | '”'))
        {
            break;
        }
        end += 1;
    }
    let Some(next) = tokens.get(end) else { return Some(end) };
    // "...not a bad thing....— The author, May 3": a dash right after the end introduces a signature.
    let signature = !next.spaced && matches!(next.shape, Shape::Mark('—' | '–'));
    let starts = !signature && starts_sentence(text, next);
    let adjacent = !next.spaced && end == at + 1;
    // "example.Com" and "3.5" are not seams, "elections.It was" is one: a capital with letters on both sides.
    let seam = adjacent
        && next.shape == Shape::Capital
        && next.span.range().len() > 1
        && before.is_some_and(|word| word.shape == Shape::Lower || word.shape.is_word() && word.span.range().len() > 3);
    (seam || starts && (next.spaced || end > at + 1)).then_some(end)
}

/// “ closes what „ opened: it stands right behind the end of a sentence, and white space behind it.
fn closes_german_quotation(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| matches!(token.shape, Shape::Mark('“' | '‘')) && !token.spaced)
        && tokens.get(at + 1).is_none_or(|next| next.spaced || next.shape == Shape::Break)
}

/// Returns the end of the marks that close a quotation right behind the end of a sentence at `at`.
fn end_of_closing(tokens: &[Token], at: usize) -> usize {
    let closes = |token: &&Token| matches!(token.shape, Shape::Mark(mark) if !token.spaced && CLOSING.contains(&mark));
    at + 1 + tokens.get(at + 1..).unwrap_or_default().iter().take_while(closes).count()
}

fn starts_sentence(text: &str, token: &Token) -> bool {
    match token.shape {
        // Letters of a script without capitals may start one.
        Shape::Lower => token.of(text).chars().next().is_some_and(|first| !first.is_ascii() && !first.is_lowercase()),
        Shape::Mark(mark) => matches!(
            mark,
            '"' | '\''
                | '“'
                | '‘'
                | '('
                | '['
                | '`'
                | '—'
                | '-'
                | '_'
                | '*'
                | '<'
                | '„'
                | '‚'
                | '«'
                | '‹'
                | '»'
                | '¿'
                | '¡'
                | '「'
                | '『'
        ),
        _ => !token.of(text).is_empty(),
    }
}

/// Whether a sentence ends between two tokens without a mark.
fn ends_between(text: &str, token: &Token, next: &Token, vocabulary: &impl Abbreviations) -> bool {
    match next.shape {
        Shape::Capital if next.spaced => stop_of_word_ends(text, token, next, vocabulary),
        Shape::Capital | Shape::Upper if !next.spaced => is_seam(text, token, next),
        _ => false,
    }
}

/// Whether a label at the start of a paragraph follows: a table of figures, then "NOTE: ".
fn opens_note(tokens: &[Token]) -> bool {
    let [token, label, colon, ..] = tokens else { return false };
    let apart = label.span.start.saturating_sub(token.span.end) >= PARAGRAPH;
    apart && label.shape.is_capital() && colon.shape.is_mark(':') && !colon.spaced
}

/// Whether boilerplate of the page follows: "in eastern Ukraine Read more".
fn opens_boilerplate(tokens: &[Token], vocabulary: &impl Abbreviations) -> bool {
    let [token, first, second, ..] = tokens else { return false };
    let runs_on = token.shape.is_word() || matches!(token.shape, Shape::Digits { .. });
    runs_on && first.spaced && first.shape.is_capital() && vocabulary.is_boilerplate(first, second)
}

/// Whether the story starts after boilerplate of the page: "Image source, Getty Images The mill".
fn ends_boilerplate(sentence: &[Token], at: usize, vocabulary: &impl Abbreviations) -> bool {
    let [first, second, ..] = sentence else { return false };
    let next = sentence
        .get(at + 1)
        .filter(|next| at > 1 && next.spaced && next.shape == Shape::Capital && next.span.range().len() > 1);
    next.is_some_and(|next| vocabulary.opens_sentence(next) && vocabulary.is_boilerplate(first, second))
}

/// Whether a word with a full stop of its own ("the U.S.", "at 5 p.m.") ends the sentence: only if a capitalised function
/// word follows, since names follow such words too often.
fn stop_of_word_ends(text: &str, token: &Token, next: &Token, vocabulary: &impl Abbreviations) -> bool {
    token.shape.is_word()
        && token.of(text).ends_with('.')
        && (vocabulary.opens_sentence(next) || next.span.start - token.span.end >= PARAGRAPH)
}

/// Whether two paragraphs meet without even a full stop: "expire in February 2021Mr Trump", "said on FridayThe".
fn is_seam(text: &str, token: &Token, next: &Token) -> bool {
    if next.span.range().len() < 2 {
        return false;
    }
    match token.shape {
        Shape::Digits { count: 4, .. } => next.shape == Shape::Capital,
        Shape::Capital | Shape::Lower => {
            token.span.end == next.span.start && !token.of(text).ends_with(['.', '\'', '’'])
        }
        _ => false,
    }
}
