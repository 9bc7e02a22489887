//! The position of words among the clauses of their sentence.
//!
//! This module must not know about dates, only about the tokens that it is asked about.

use std::ops::Range;

use super::{ParsedPassage, Verb, VerbForm};
use crate::text::Shape;

/// Whether the tokens open a clause, at the start of the sentence or after a conjunction, so that the verb that they
/// modify follows. Prepositions and adverbs before them belong to them.
pub(crate) fn opens_clause(
    passage: &ParsedPassage<'_>,
    sentence: &Range<usize>,
    verbs: &[Verb],
    tokens: &Range<usize>,
) -> bool {
    let grammar = &passage.pack.grammar;
    let mut at = tokens.start;
    while at > sentence.start {
        let before = at - 1;
        let preposition = passage.has(before, grammar.time_preposition) && !passage.has(before, grammar.and);
        let skipped = preposition && (at == tokens.start || !passage.has(before, grammar.subordinator))
            || passage.has(before, grammar.adverb)
            || matches!(passage.tokens[before].shape, Shape::Break | Shape::Mark('"' | '“' | '`' | '-' | '—'));
        if !skipped {
            break;
        }
        at = before;
    }
    let next = tokens.end;
    let subject_follows = passage.tokens.get(next).is_some_and(|token| {
        token.shape.is_mark(',')
            || token.shape.is_capital()
            || passage.has(next, grammar.determiner)
            || passage.has(next, grammar.subject)
    });
    // "that on Friday the mill"; but "and" also coordinates dates, and "as soon as Friday" opens no clause.
    let after_conjunction = |at| {
        passage.has(at, grammar.subordinator)
            && !passage.has(at, grammar.as_word)
            && (subject_follows || !passage.has(at, grammar.join))
    };
    at == sentence.start
        || at == sentence.start + 1 && !verbs.iter().any(|verb| verb.tokens.contains(&sentence.start))
        || after_conjunction(at - 1)
        || passage.has(at - 1, grammar.comma) && passage.has(sentence.start, grammar.condition)
}

/// Whether a verb after that token says that the plan is off: "had been scheduled for Friday but was cancelled", "is
/// called off".
pub(crate) fn called_off(passage: &ParsedPassage<'_>, verbs: &[Verb], planned: usize) -> bool {
    let grammar = &passage.pack.grammar;
    verbs.iter().any(|verb| {
        let off = passage.has(verb.head, grammar.called) && passage.has(verb.head + 1, grammar.off);
        verb.head > planned
            && verb.finite
            && !verb.negated
            && verb.form == VerbForm::Past
            && (off || passage.has(verb.head, grammar.cancel))
    })
}
