//! Splits a long text into passages that are read one after the other, so that only the tokens of one are in memory.
//!
//! A token is larger than the text that it stands for: all tokens of a text of 20 MB would take 100 MB.

use std::ops::Range;

use super::{Abbreviations, Span, Token, Vocabulary, lex, sentences};

/// The length of a passage, in bytes. No news story is as long.
const LENGTH: usize = 1 << 20;

/// A part of a text as tokens and sentences. Spans refer to the whole text, sentences to the passage's tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// Its sentences, as ranges of tokens, in order.
    pub sentences: Vec<Range<usize>>,
}

/// Returns the passages of a text. They end where a sentence ends, unless there is no such place in a whole passage.
pub fn passages<'t>(
    text: &'t str,
    vocabulary: &'t (impl Vocabulary + Abbreviations),
) -> impl Iterator<Item = Passage> + 't {
    passages_of(LENGTH, text, vocabulary)
}

fn passages_of<'t>(
    length: usize,
    text: &'t str,
    vocabulary: &'t (impl Vocabulary + Abbreviations),
) -> impl Iterator<Item = Passage> + 't {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= text.len() {
            return None;
        }
        let mut end = start.saturating_add(length).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let mut tokens = lex(text.get(start..end)?, vocabulary);
        for token in &mut tokens {
            token.span = Span::new(token.span.start as usize + start, token.span.end as usize + start);
        }
        let mut sentences = sentences(text, &tokens, vocabulary);
        start = end;
        // The last sentence may go on beyond the passage: it begins the next one.
        if end < text.len()
            && sentences.len() > 1
            && let Some(last) = sentences.pop()
        {
            start = tokens[last.start].span.start as usize;
            tokens.truncate(last.start);
        }
        Some(Passage { tokens, sentences })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language;

    fn sentence_texts(length: usize, text: &str) -> Vec<&str> {
        let lexicon = &language::pack("en").unwrap().lexicon;
        let passages = passages_of(length, text, lexicon).flat_map(|Passage { tokens, sentences }| {
            let text_of = |words: Range<usize>| tokens[words.start].span.join(tokens[words.end - 1].span).of(text);
            sentences.into_iter().map(text_of).collect::<Vec<_>>()
        });
        passages.collect()
    }

    #[test]
    fn sentences_are_the_same_however_long_a_passage_is() {
        let text =
            "The ferry sank on 3 May. Dr. Oduya came at 5 p.m. and left. \"It was late,\" she said.\n\nNobody died.";
        let whole = sentence_texts(usize::MAX, text);
        assert_eq!(whole.len(), 4);
        for length in [60, 70, 90] {
            assert_eq!(sentence_texts(length, text), whole);
        }
    }

    #[test]
    fn a_text_without_the_end_of_a_sentence_is_cut() {
        assert_eq!(sentence_texts(8, &"ä".repeat(10)).concat(), "ä".repeat(10));
        assert_eq!(sentence_texts(8, &" ".repeat(100)), [""; 0]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_between_passages(text in r"[A-Za-zé0-9 .\n]{0,80}", length in 1usize..90) {
            let letters = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
            prop_assert_eq!(letters(&sentence_texts(length, &text).concat()), letters(&text));
        }
    }
}
