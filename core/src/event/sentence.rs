//! A sentence with its verb groups, as all of this layer reads it.

use std::ops::Range;

use chrono::NaiveDate;

use crate::syntax::{ParsedPassage, Verb, VerbForm};

/// A parsed sentence of an article.
pub(super) struct ParsedSentence<'s> {
    pub(super) passage: &'s ParsedPassage<'s>,
    /// The tokens of the sentence.
    pub(super) tokens: &'s Range<usize>,
    /// Its verb groups, in order.
    pub(super) verbs: &'s [Verb],
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
    pub(super) fn new(passage: &'s ParsedPassage<'s>, tokens: &'s Range<usize>, published: NaiveDate) -> Self {
        let verbs = passage.verbs(tokens);
        let mut sentence = Self { passage, tokens, verbs, published, roles: vec![Role::None; tokens.len()] };
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
