//! The syntax of sentences: the tag of each word, and the verb groups.
//!
//! Only sentences that may hold a date are parsed, since most do not. This module must not know what a date means.

mod adjunct;
mod attribution;
pub mod fingerprint;
mod morphology;
mod outline;
mod position;
mod repair;
mod segments;
mod structure;
mod tagged_verbs;
pub mod transition;
pub mod upos;
mod verb_group;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use morphology::{is_adverb, is_past_form};
pub(crate) use position::{called_off, dropped, opens_clause, unkept};
pub use structure::{Structure, Tense};
pub use transition::Relation;
pub use upos::Upos;
use upos::Word;
pub use verb_group::{Verb, VerbForm};

use crate::language::{Class, Pack, SyntaxWeights};
use crate::text::{Span, Token};

/// A passage of a clean text that is lexed: it has tokens, sentences and a language.
#[derive(Debug, Clone, Copy)]
pub struct LexedPassage<'p> {
    /// The clean text, of which the passage may be a part.
    pub text: &'p str,
    /// The tokens of the passage.
    pub tokens: &'p [Token],
    /// The sentences of the passage, as ranges of tokens.
    pub sentences: &'p [Range<usize>],
    /// The language of the passage.
    pub pack: &'p Pack,
}

impl LexedPassage<'_> {
    /// Returns the span from token `first` to before token `end`.
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

    /// Returns the token before which the preposition of a date stands that begins at `first`. Where verbs are read by their forms,
    /// an article may stand between: "hasta el jueves". (In English, "since the" leads no date.)
    #[must_use]
    pub(crate) fn behind_preposition(&self, first: usize) -> usize {
        let is_article = |at: &usize| self.pack.reads_forms() && self.has(*at, self.pack.grammar.determiner);
        first.checked_sub(1).filter(is_article).unwrap_or(first)
    }

    /// Returns the text of a token.
    #[must_use]
    pub fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.of(self.text))
    }
}

/// A lexed passage of which some sentences are parsed: their tokens have tags and their verb groups are known.
#[derive(Debug, Clone)]
pub struct ParsedPassage<'p> {
    lexed: LexedPassage<'p>,
    /// The tag of each token; [`Upos::Other`] in sentences that are not parsed.
    tags: Vec<Upos>,
    /// Verb groups, in order.
    verbs: Vec<Verb>,
}

impl<'p> std::ops::Deref for ParsedPassage<'p> {
    type Target = LexedPassage<'p>;

    fn deref(&self) -> &Self::Target {
        &self.lexed
    }
}

impl<'p> ParsedPassage<'p> {
    /// Parses some sentences of a passage, given by their numbers in order. Where its language is read for its dates alone,
    /// none of them has tags or verbs.
    #[must_use]
    pub fn parse(lexed: LexedPassage<'p>, sentences: impl Iterator<Item = usize>) -> Self {
        let mut parsed = Self { lexed, tags: Vec::new(), verbs: Vec::new() };
        let Some(weights) = lexed.pack.syntax() else { return parsed };
        let sentences: Vec<_> = sentences.filter_map(|sentence| lexed.sentences.get(sentence)).collect();
        if sentences.is_empty() {
            return parsed;
        }
        parsed.tags = vec![Upos::Other; lexed.tokens.len()];
        for &sentence in &sentences {
            tag(&lexed, weights, sentence, parsed.tags.get_mut(sentence.clone()).unwrap_or_default());
        }
        let verbs = if lexed.pack.reads_forms() { tagged_verbs::verbs } else { verb_group::verbs };
        parsed.verbs = sentences.into_iter().flat_map(|sentence| verbs(&parsed, sentence)).collect();
        parsed
    }

    /// Returns the tags of some tokens of a sentence, which is tagged for it where it is not parsed.
    fn tags(&self, weights: &SyntaxWeights, tokens: &Range<usize>) -> Cow<'_, [Upos]> {
        match self.tags.get(tokens.clone()) {
            Some(tags) if tags.iter().any(|&tag| tag != Upos::Other) => Cow::Borrowed(tags),
            _ => {
                let mut tags = vec![Upos::Other; tokens.len()];
                tag(&self.lexed, weights, tokens, &mut tags);
                Cow::Owned(tags)
            }
        }
    }

    /// Returns the tag of a token.
    #[must_use]
    pub fn tag(&self, at: usize) -> Upos {
        self.tags.get(at).copied().unwrap_or_default()
    }

    /// Returns the verb groups of a sentence, in order.
    #[must_use]
    pub fn verbs(&self, sentence: &Range<usize>) -> &[Verb] {
        let start = self.verbs.partition_point(|verb| verb.tokens.start < sentence.start);
        let end = self.verbs.partition_point(|verb| verb.tokens.start < sentence.end);
        self.verbs.get(start..end).unwrap_or_default()
    }
}

/// Writes the tags of some tokens into `tags`, which is as long.
fn tag(lexed: &LexedPassage<'_>, weights: &SyntaxWeights, range: &Range<usize>, tags: &mut [Upos]) {
    let tokens = lexed.tokens.get(range.clone()).unwrap_or_default();
    let words: Vec<Word> = tokens.iter().map(|token| Word::of(token, lexed.text)).collect();
    upos::tag(&weights.tagger, &words, tags);
    if lexed.pack.reads_forms() {
        mend_forms(lexed, range, tags);
    }
}

fn may_be_participle(tag: Upos) -> bool {
    matches!(tag, Upos::Adjective | Upos::Past | Upos::Present)
}

/// Mends the tags of verbs of which the tagger has seen few.
fn mend_forms(lexed: &LexedPassage<'_>, range: &Range<usize>, tags: &mut [Upos]) {
    let writing = lexed.pack.lexicon.writing();
    for (place, at) in range.clone().enumerate() {
        let led = place > 0 && tags.get(place - 1) == Some(&Upos::Adposition);
        let leads = tags.get(place + 1) == Some(&Upos::Adposition);
        let apart = place > 0 && lexed.has(at - 1, lexed.pack.grammar.comma);
        let Some(tag) = tags.get_mut(place) else { return };
        if (tag.is_finite() || *tag == Upos::Adjective) && writing.looks_ahead(lexed.word(at)) {
            *tag = Upos::Modal;
        } else if apart
            && leads
            && may_be_participle(*tag)
            && writing.participle.iter().any(|end| lexed.word(at).ends_with(&**end))
        {
            // "La ley, aprobada en marzo,"
            *tag = Upos::Participle;
        } else if tag.is_verb() && led && leads && lexed.has(at, lexed.pack.grammar.by) {
            // "à partir de 14 h"
            *tag = Upos::Adposition;
        }
    }
}
