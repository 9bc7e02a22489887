//! A sentence with its verb groups, as all of this layer reads it.

use std::ops::Range;

use chrono::NaiveDate;

use crate::syntax::{ParsedPassage, Structure, Verb, VerbForm};
use crate::text::{Shape, Span};

/// The longest dateline, in tokens.
const LONGEST_DATELINE: usize = 24;

/// A parsed sentence of an article.
pub(super) struct ParsedSentence<'s> {
    pub(super) passage: &'s ParsedPassage<'s>,
    /// The tokens of the sentence.
    pub(super) tokens: &'s Range<usize>,
    /// Its verb groups, in order.
    pub(super) verbs: &'s [Verb],
    /// Its structure, after the dateline.
    pub(super) structure: Structure,
    /// The day of publication.
    pub(super) published: NaiveDate,
    /// The role of each token, so that verbs are searched once for each sentence and not once for each token.
    roles: Vec<Role>,
}

/// The role of a token in the verb groups of its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The head of a finite verb group that is no bare copula.
    Finite,
    /// Another word of a verb group.
    VerbGroup,
    /// A gerund or participle, which may be a part of a noun group.
    Participle,
    /// No part of a verb group.
    None,
}

impl<'s> ParsedSentence<'s> {
    /// Parses a sentence with the tokens of its dates, in order; the tokens before `opening` are a dateline or a time stamp.
    pub(super) fn new(
        passage: &'s ParsedPassage<'s>,
        tokens: &'s Range<usize>,
        published: NaiveDate,
        opening: usize,
        dates: &[Range<usize>],
    ) -> Self {
        let verbs = passage.verbs(tokens);
        let structure = Structure::parse(passage, body(passage, tokens, opening), dates);
        let roles = vec![Role::None; tokens.len()];
        let mut sentence = Self { passage, tokens, verbs, structure, published, roles };
        for verb in verbs {
            let role = if verb.form == VerbForm::Participle { Role::Participle } else { Role::VerbGroup };
            sentence.roles[verb.tokens.start - tokens.start..verb.tokens.end - tokens.start].fill(role);
            if verb.finite && !sentence.is_copula(verb) {
                sentence.roles[verb.head - tokens.start] = Role::Finite;
            }
        }
        sentence
    }

    /// Returns the role of a token; [`Role::None`] outside of the sentence.
    pub(super) fn role(&self, at: usize) -> Role {
        let index = at.checked_sub(self.tokens.start);
        index.and_then(|index| self.roles.get(index)).copied().unwrap_or(Role::None)
    }

    /// Whether the head of a verb group is a form of "be": it has no other verb.
    pub(super) fn is_copula(&self, verb: &Verb) -> bool {
        let grammar = &self.passage.pack.grammar;
        self.passage.has(verb.head, grammar.be_past) || self.passage.has(verb.head, grammar.be_present)
    }
}

/// Returns the sentence after its dateline ("PARIS, March 3 (Reuters) - ") and the captions that run into it.
fn body(passage: &ParsedPassage<'_>, tokens: &Range<usize>, opening: usize) -> Range<usize> {
    let grammar = &passage.pack.grammar;
    let mut start = tokens.start.max(opening);
    // The rest of a time stamp: "14.07 BST"
    if start > tokens.start && passage.has(start + 1, grammar.zone) && passage.tokens[start].shape.is_figure() {
        start += 2;
    }
    if start > tokens.start && passage.has(start, grammar.page) {
        start += 1;
    }
    let upper = start > tokens.start || passage.tokens.get(start).is_some_and(|token| token.shape == Shape::Upper);
    let dash = |at: &usize| passage.has(*at, grammar.dash) || passage.tokens[*at].shape.is_mark('_');
    let dash = tokens.clone().take(LONGEST_DATELINE).find(|at| dash(at) && passage.tokens[*at].spaced);
    if let Some(dash) = dash.filter(|&dash| upper && !(start..dash).any(|at| passage.tokens[at].shape == Shape::Lower))
    {
        start = dash + 1;
    }
    // "NOTE: the figures are", "Note - the figures are"
    let mark = passage.tokens.get(start + 1).map(|token| token.shape);
    if passage.has(start, grammar.note) && matches!(mark, Some(Shape::Mark(':' | '-' | '–' | '—'))) {
        start += 2;
    }
    let caption = |at: &usize| passage.has(*at, grammar.caption) && passage.has(*at + 1, grammar.comma);
    if let Some(caption) = (start..tokens.end).rev().find(caption) {
        start = caption + 2;
    }
    let end = signature(passage, start..tokens.end).unwrap_or(tokens.end);
    start.min(end)..end
}

/// The longest name and date behind a quotation.
const LONGEST_SIGNATURE: usize = 10;

/// Returns where the signature of a quotation begins: a dash, and behind it nothing but names, figures and marks.
fn signature(passage: &ParsedPassage<'_>, tokens: Range<usize>) -> Option<usize> {
    let signs =
        |shape: Shape| shape.is_capital() || shape.is_figure() || matches!(shape, Shape::Mark(_) | Shape::Break);
    let tail = tokens.clone().rev().take(LONGEST_SIGNATURE).take_while(|&at| signs(passage.tokens[at].shape));
    let dash = tail.filter(|&at| passage.tokens[at].shape.is_mark('—')).last()?;
    let is_named = passage.tokens.get(dash + 1).is_some_and(|token| token.shape.is_capital());
    (dash > tokens.start && is_named).then_some(dash)
}

/// Returns the span of a sentence without the line breaks at its ends.
pub(super) fn span(passage: &ParsedPassage<'_>, sentence: &Range<usize>) -> Span {
    let is_break = |at: usize| passage.tokens[at].shape == Shape::Break;
    let mut end = sentence.end;
    while end > sentence.start && is_break(end - 1) {
        end -= 1;
    }
    let mut start = sentence.start;
    while start < end && is_break(start) {
        start += 1;
    }
    passage.span(start, end)
}
