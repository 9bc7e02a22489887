//! Whom a pronoun at the head of a summary names, where the article makes that plain.
//!
//! Within the sentence by who is told to say it ("Altex said it will pay"), or by the name that opens the sentence
//! before. In doubt the pronoun is left. This module must not know dates.

use std::ops::Range;

use super::trigger::Seeker;
use crate::syntax::{Document, Verb, is_adverb};
use crate::text::{Shape, Span};

/// The longest name that stands in for a pronoun, in tokens.
const LONGEST: usize = 8;

/// The words that the pronoun at `pronoun` stands for; `frame` is the verb of saying that was left out before it.
pub(super) fn antecedent(seeker: &Seeker<'_>, pronoun: usize, frame: Option<&Verb>) -> Option<Span> {
    let document = seeker.document;
    let kind = Kind::of(document, pronoun)?;
    let named = match frame {
        Some(frame) => group_before(document, seeker.sentence.start, frame.tokens.start)?,
        None if pronoun == seeker.sentence.start => head_of_sentence_before(document, pronoun)?,
        None => return None,
    };
    kind.fits(document, &named).then(|| document.span(named.start, named.end))
}

/// What a pronoun can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// "he", "she".
    Person,
    /// "it".
    Thing,
}

impl Kind {
    fn of(document: &Document<'_>, pronoun: usize) -> Option<Self> {
        let grammar = &document.pack.grammar;
        if document.has(pronoun, grammar.personal) {
            Some(Self::Person)
        } else if document.has(pronoun, grammar.neuter) {
            Some(Self::Thing)
        } else {
            None
        }
    }

    /// A legal form or an article ("the ministry") tells a thing, a title a person; a bare name of two words or
    /// more that carries neither is taken for a person's.
    fn fits(self, document: &Document<'_>, named: &Range<usize>) -> bool {
        let grammar = &document.pack.grammar;
        let any = |class| named.clone().any(|at| document.has(at, class));
        let article = document.has(named.start, grammar.determiner);
        let firm = any(grammar.legal_form);
        let titled = any(grammar.honorific);
        let name = named.clone().all(|at| document.tokens[at].shape == Shape::Capital);
        match self {
            Self::Person => !firm && !article && name && (titled || named.len() >= 2),
            Self::Thing => !titled && (firm || article && !any(grammar.person)),
        }
    }
}

/// The group that ends before a verb, back to a mark or the start: "The company", "Hill and Sons Inc".
fn group_before(document: &Document<'_>, start: usize, verb: usize) -> Option<Range<usize>> {
    let grammar = &document.pack.grammar;
    let divides = |at: &usize| {
        let shape = document.tokens[*at].shape;
        matches!(shape, Shape::Mark(_) | Shape::Break) || document.has(*at, grammar.subordinator)
    };
    let mut verb = verb;
    // "The company also said"
    while verb > start && is_adverb(document, verb - 1) {
        verb -= 1;
    }
    let from = (start..verb).rev().find(divides).map_or(start, |at| at + 1);
    let opened = from == start || document.tokens[from - 1].shape.is_mark('-');
    whole(document, from..verb).filter(|_| opened)
}

/// The name at the start of the sentence before.
fn head_of_sentence_before(document: &Document<'_>, pronoun: usize) -> Option<Range<usize>> {
    let index = document.sentences.partition_point(|sentence| sentence.end <= pronoun);
    let before = document.sentences.get(index.checked_sub(1)?)?;
    let name = before.clone().take_while(|&at| document.tokens[at].shape.is_capital()).count();
    let end = before.start + name;
    let verb_follows = document.tokens.get(end).is_some_and(|token| token.shape == Shape::Lower);
    let titled = document.pack.grammar.legal_form;
    let sure =
        (before.start..end).any(|at| document.has(at, titled) || document.has(at, document.pack.grammar.honorific));
    whole(document, before.start..end).filter(|_| verb_follows && sure)
}

/// A group that can stand for itself: no preposition opens it, nothing in it is a pronoun, and it is short.
fn whole(document: &Document<'_>, group: Range<usize>) -> Option<Range<usize>> {
    let grammar = &document.pack.grammar;
    let unfit = [grammar.preposition, grammar.subject, grammar.time_preposition, grammar.subordinator];
    let fit = !group.is_empty()
        && group.len() <= LONGEST
        && group.clone().all(|at| document.tokens[at].shape.is_word())
        && !unfit.into_iter().any(|class| group.clone().any(|at| document.has(at, class)));
    fit.then_some(group)
}
