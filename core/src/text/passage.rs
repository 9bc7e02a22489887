//! A long text in passages, one after the other, so that tokens are held of one alone.
//!
//! A token is larger than what it stands for: of a text of 20 MB all tokens at once would take 100 MB.

use std::ops::Range;

use super::{Abbreviations, Span, Tagger, Token, lex, sentences};

/// How much of a text, in bytes, is one passage. No news story is as long.
const LENGTH: usize = 1 << 20;

/// A stretch of a text in tokens and sentences. Spans count in the whole text, sentences in the passage's tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// The ranges of tokens that make a sentence each, in order.
    pub sentences: Vec<Range<usize>>,
}

/// The passages of a text. They end where a sentence ends; only what has none in all of its length is cut.
pub fn passages<'t>(text: &'t str, words: &'t (impl Tagger + Abbreviations)) -> impl Iterator<Item = Passage> + 't {
    passages_of(LENGTH, text, words)
}

fn passages_of<'t>(
    length: usize,
    text: &'t str,
    words: &'t (impl Tagger + Abbreviations),
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
        let mut tokens = lex(text.get(start..end)?, words);
        for token in &mut tokens {
            token.span = Span::new(token.span.start as usize + start, token.span.end as usize + start);
        }
        let mut sentences = sentences(text, &tokens, words);
        start = end;
        // How the last sentence goes on is not seen here: it begins the next passage.
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

    fn said(length: usize, text: &str) -> Vec<&str> {
        let lexicon = &language::pack("en").unwrap().lexicon;
        let passages = passages_of(length, text, lexicon).flat_map(|Passage { tokens, sentences }| {
            let said = |words: Range<usize>| tokens[words.start].span.join(tokens[words.end - 1].span).of(text);
            sentences.into_iter().map(said).collect::<Vec<_>>()
        });
        passages.collect()
    }

    #[test]
    fn sentences_are_the_same_however_long_a_passage_is() {
        let text =
            "The ferry sank on 3 May. Dr. Oduya came at 5 p.m. and left. \"It was late,\" she said.\n\nNobody died.";
        let whole = said(usize::MAX, text);
        assert_eq!(whole.len(), 4);
        for length in [60, 70, 90] {
            assert_eq!(said(length, text), whole);
        }
    }

    #[test]
    fn a_text_without_an_end_of_a_sentence_is_cut() {
        assert_eq!(said(8, &"ä".repeat(10)).concat(), "ä".repeat(10));
        assert_eq!(said(8, &" ".repeat(100)), [""; 0]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_between_passages(text in r"[A-Za-zé0-9 .\n]{0,80}", length in 1usize..90) {
            let letters = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
            prop_assert_eq!(letters(&said(length, &text).concat()), letters(&text));
        }
    }
}
