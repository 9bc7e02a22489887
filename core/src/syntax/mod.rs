//! The grammar of sentences: what each word is, and which verbs there are.
//!
//! Asked for only where a sentence may hold a date, since most do not. This module must not know what a date means.

mod clause;
mod form;
mod place;

use std::ops::Range;

pub use clause::{Mood, Verb};
pub(crate) use form::{is_adverb, is_past_form, is_plain_adverb};
pub(crate) use place::{called_off, opens_clause};

use crate::language::speech::{Part, Word};
use crate::language::{Class, Pack};
use crate::text::{Span, Token};

/// A readable text with its tokens and sentences, and the language that they are read in.
#[derive(Debug, Clone, Copy)]
pub struct Document<'d> {
    /// The readable text.
    pub text: &'d str,
    /// Its tokens.
    pub tokens: &'d [Token],
    /// Its sentences, as ranges of tokens.
    pub sentences: &'d [Range<usize>],
    /// Its language.
    pub pack: &'d Pack,
    /// The syntax of those sentences that it was asked for.
    pub syntax: &'d Syntax,
}

impl Document<'_> {
    /// The stretch of text from token `first` to before token `end`.
    #[must_use]
    pub fn span(&self, first: usize, end: usize) -> Span {
        match (self.tokens.get(first), end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if first.span.start <= last.span.end => first.span.join(last.span),
            _ => Span::new(0, 0),
        }
    }

    /// Whether the token has the class.
    #[must_use]
    pub fn has(&self, at: usize, class: Class) -> bool {
        self.tokens.get(at).is_some_and(|token| self.pack.lexicon.has(token, class))
    }

    /// What the token is within its sentence.
    #[must_use]
    pub fn part(&self, at: usize) -> Part {
        self.syntax.parts.get(at).copied().unwrap_or_default()
    }

    /// The verb groups of a sentence, in order.
    #[must_use]
    pub fn verbs(&self, sentence: &Range<usize>) -> &[Verb] {
        let verbs = &self.syntax.verbs;
        let start = verbs.partition_point(|verb| verb.tokens.start < sentence.start);
        let end = verbs.partition_point(|verb| verb.tokens.start < sentence.end);
        verbs.get(start..end).unwrap_or_default()
    }

    /// The text of a token.
    #[must_use]
    pub fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.of(self.text))
    }
}

/// The syntax of some sentences of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syntax {
    /// What each token is; [`Part::Other`] in the sentences that were not asked for.
    parts: Vec<Part>,
    /// Verb groups, in order.
    verbs: Vec<Verb>,
}

impl Syntax {
    /// Of no sentence.
    pub const NONE: Self = Self { parts: Vec::new(), verbs: Vec::new() };

    /// Of some sentences of a document, by their numbers in order.
    #[must_use]
    pub fn of(document: &Document<'_>, sentences: impl Iterator<Item = usize>) -> Self {
        let sentences: Vec<_> = sentences.filter_map(|sentence| document.sentences.get(sentence)).collect();
        if sentences.is_empty() {
            return Self::NONE;
        }
        let mut syntax = Self { parts: vec![Part::Other; document.tokens.len()], verbs: Vec::new() };
        let mut words = Vec::new();
        for &sentence in &sentences {
            let tokens = document.tokens.get(sentence.clone()).unwrap_or_default();
            words.clear();
            words.extend(tokens.iter().map(|token| Word::of(token, document.text, document.pack)));
            document.pack.speech.tag(&words, syntax.parts.get_mut(sentence.clone()).unwrap_or_default());
        }
        let document = Document { syntax: &syntax, ..*document };
        let verbs = sentences.into_iter().flat_map(|sentence| clause::verbs(&document, sentence)).collect();
        Self { verbs, ..syntax }
    }
}
