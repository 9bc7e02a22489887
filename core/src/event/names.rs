//! The names in a statement: people, organisations, places, by capitals, position and tag.
//!
//! Precision comes before recall: a capital at the start of a sentence, in a headline of capitals or in an adjective
//! ("Russian") makes no name. This module must not know more about dates than where they are.

use std::ops::Range;

use super::identity::normalised;
use crate::syntax::{ParsedPassage, Upos, is_adverb};
use crate::text::{Shape, Span, Token};

/// The most names of a statement; more are a list.
const MOST_NAMES: usize = 16;

/// Returns the names among some tokens of a sentence, in the order of the text, each once; `dates` are tokens of dates.
pub(super) fn names(
    passage: &ParsedPassage<'_>,
    tokens: Range<usize>,
    sentence: &Range<usize>,
    dates: &Range<usize>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    if is_upper_case(passage, sentence) {
        return names;
    }
    let finder = NameFinder { passage, start: sentence.start, dates };
    let mut at = tokens.start;
    while at < tokens.end && names.len() < MOST_NAMES {
        let Some(group) = finder.group(at, tokens.end) else {
            at += 1;
            continue;
        };
        at = group.end.max(at + 1);
        if let Some(name) = finder.name(group) {
            let name = normalised(name.of(passage.text));
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Whether no content word is in lower case, as in a headline: then capitals mark no names.
fn is_upper_case(passage: &ParsedPassage<'_>, tokens: &Range<usize>) -> bool {
    !tokens.clone().any(|at| {
        let tag = passage.tag(at);
        let content = tag.is_verb() || tag.is_noun() || matches!(tag, Upos::Adjective | Upos::Adverb);
        content && passage.tokens[at].shape == Shape::Lower
    })
}

/// Finds names in one sentence.
struct NameFinder<'d> {
    passage: &'d ParsedPassage<'d>,
    /// The first token of the sentence.
    start: usize,
    dates: &'d Range<usize>,
}

impl NameFinder<'_> {
    /// Returns the group of capitalised words that starts at a token, with what joins them: "Bank of England", "Hill
    /// and Sons".
    fn group(&self, first: usize, end: usize) -> Option<Range<usize>> {
        self.is_part(first).then_some(())?;
        let mut last = first;
        while let Some(next) = (last + 1..end).next() {
            let joined = if self.is_part(next) || next < self.passage.tokens.len() && self.is_initial(next) {
                Some(next)
            } else {
                Some(next + 1).filter(|&at| at < end && self.is_part(at) && self.joins(last, next, at))
            };
            match joined {
                Some(at) => last = at,
                None => break,
            }
        }
        Some(first..last + 1)
    }

    /// Whether a token may be a part of a name.
    fn is_part(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let closed = [grammar.weekday, grammar.month, grammar.determiner, grammar.zone, grammar.meridiem];
        let is_noun = passage.pack.lexicon.writing().capital_nouns && passage.tag(at) != Upos::ProperNoun;
        passage.tokens.get(at).is_some_and(|token| token.shape.is_capital())
            && !is_noun
            && !self.dates.contains(&at)
            && !closed.into_iter().any(|class| passage.has(at, class))
            && !matches!(
                passage.tag(at),
                Upos::Adposition
                    | Upos::Subordinator
                    | Upos::Particle
                    | Upos::Determiner
                    | Upos::Possessive
                    | Upos::Pronoun
                    | Upos::Modal
            )
    }

    /// Whether a token is an initial: the "A" of "James A. Hill", which is an article elsewhere.
    fn is_initial(&self, at: usize) -> bool {
        let token = &self.passage.tokens[at];
        token.shape.is_capital() && token.of(self.passage.text).trim_end_matches('.').len() == 1
    }

    /// Whether a token joins two parts of one name: "of" after "University", "and" or "&" before "Sons", a hyphen.
    fn joins(&self, before: usize, between: usize, after: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        match passage.tokens[between].shape {
            Shape::Mark('&') => true,
            // "James A. Hill"
            Shape::Mark('.') => self.is_initial(before),
            Shape::Lower if passage.has(between, grammar.name_particle) => true,
            Shape::Mark('-') => !passage.tokens[between].spaced && !passage.tokens[after].spaced,
            _ if passage.has(between, grammar.of) => {
                passage.has(before, grammar.named_of) || passage.has(before, grammar.legal_form)
            }
            // "Hill and Sons", "Hill Iron and Steel Co", but not "Bank of Porto and Bank of Quay"; "the Roads and
            // Bridges Commission"
            _ => {
                let form = |at| passage.has(at, grammar.legal_form) || passage.has(at, grammar.organisation);
                let trade =
                    passage.has(after, grammar.organisation) && form(after + 1) && !passage.has(after + 2, grammar.of);
                let firm = trade || passage.has(after, grammar.legal_form) && !passage.has(after + 1, grammar.of);
                let determined = before.checked_sub(1).is_some_and(|at| passage.has(at, grammar.determiner));
                let body = determined && passage.has(after + 1, grammar.organisation);
                passage.has(between, grammar.and) && (firm || body)
            }
        }
    }

    /// Returns the name in a group, without titles; `None` where it may be something else.
    fn name(&self, group: Range<usize>) -> Option<Span> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let firm = group.clone().any(|at| passage.has(at, grammar.legal_form));
        // "Treasury Secretary James Hill": the name follows the last title.
        let titled = group.clone().rev().find(|&at| passage.has(at, grammar.honorific)).filter(|_| !firm);
        let name = titled.map_or(group.start, |title| title + 1)..group.end;
        let name = if firm { name } else { self.without_sentence_opener(name) };
        let first = passage.tokens.get(name.start).filter(|_| !name.is_empty())?;
        let named = name.clone().any(|at| passage.tag(at) == Upos::ProperNoun);
        let only_form = name.clone().all(|at| passage.has(at, grammar.legal_form));
        let alone = name.len() == 1 && titled.is_none() && first.shape == Shape::Capital;
        let name_of_place =
            passage.has(name.start, grammar.organisation) || passage.has(name.start, grammar.zone_place);
        let known = first.entry != Token::UNKNOWN && !name_of_place;
        let ambiguous = alone && (known || self.opens(name.start) && !self.is_set_apart(name.end));
        let span = passage.span(name.start, name.end);
        // "Meanwhile,", "Simultaneously,"
        let ambiguous = ambiguous || alone && is_adverb(passage, name.start);
        // "South Korean officials"
        let next = passage.tokens.get(name.end).map(|next| next.shape);
        let ambiguous = ambiguous || passage.has(name.end - 1, grammar.demonym) && next == Some(Shape::Lower);
        // "EH101": a model, of which the letters alone are no name.
        let ambiguous =
            ambiguous || passage.tokens.get(name.end).is_some_and(|next| !next.spaced && next.shape.is_figure());
        (named && !only_form && !ambiguous && span.range().len() > 1).then_some(span)
    }

    /// Drops the first word of a sentence, whose capital means nothing: "Former President".
    fn without_sentence_opener(&self, mut group: Range<usize>) -> Range<usize> {
        let named_of = self.passage.has(group.start + 1, self.passage.pack.grammar.of);
        let tag = self.passage.tag(group.start);
        let body = self.passage.has(group.end - 1, self.passage.pack.grammar.organisation);
        let named = body && tag == Upos::Adjective || tag.is_noun();
        if group.len() > 1 && !named_of && self.opens(group.start) && !named {
            group.start += 1;
        }
        group
    }

    /// Whether a capital at this position is due to the position alone.
    fn opens(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.passage.tokens.get(before));
        at == self.start
            || before.is_some_and(|token| {
                matches!(token.shape, Shape::Break | Shape::Mark('"' | '“' | ':' | '-' | '—' | '.'))
            })
    }

    /// Whether a possessive or a comma marks the first word of a sentence as a name: "Hill's", "Hill, who".
    fn is_set_apart(&self, end: usize) -> bool {
        let shape = self.passage.tokens.get(end).map(|token| token.shape);
        matches!(shape, Some(Shape::Possessive | Shape::Mark(',')))
    }
}
