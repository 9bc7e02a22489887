//! Where a word stands among the clauses of its sentence.
//!
//! It must not know dates, only the tokens that are asked about.

use std::ops::Range;

use super::{Document, Mood, Verb};
use crate::text::Shape;

/// Whether the tokens open a clause, at the start of the sentence or behind "and", "but": what they go with follows.
/// The prepositions and adverbs before them belong to them.
pub(crate) fn opens_clause(
    document: &Document<'_>,
    sentence: &Range<usize>,
    verbs: &[Verb],
    tokens: &Range<usize>,
) -> bool {
    let grammar = &document.pack.grammar;
    let mut at = tokens.start;
    while at > sentence.start {
        let before = at - 1;
        let preposition = document.has(before, grammar.time_preposition) && !document.has(before, grammar.and);
        let skipped = preposition && (at == tokens.start || !document.has(before, grammar.subordinator))
            || document.has(before, grammar.adverb)
            || matches!(document.tokens[before].shape, Shape::Break | Shape::Mark('"' | '“' | '`' | '-' | '—'));
        if !skipped {
            break;
        }
        at = before;
    }
    let behind = tokens.end;
    let subject_behind = document.tokens.get(behind).is_some_and(|next| {
        next.shape.is_mark(',')
            || next.shape.is_capital()
            || document.has(behind, grammar.determiner)
            || document.has(behind, grammar.subject)
    });
    // "that on Friday the mill"; "and" joins dates as well, and "as soon as Friday" opens nothing.
    let joined = |at| {
        document.has(at, grammar.subordinator)
            && !document.has(at, grammar.as_word)
            && (subject_behind || !document.has(at, grammar.join))
    };
    at == sentence.start
        || at == sentence.start + 1 && !verbs.iter().any(|verb| verb.tokens.contains(&sentence.start))
        || joined(at - 1)
        || document.has(at - 1, grammar.comma) && document.has(sentence.start, grammar.condition)
}

/// "had been scheduled for Friday but was cancelled", "is called off": whether a verb behind that token says that what
/// was planned is off.
pub(crate) fn called_off(document: &Document<'_>, verbs: &[Verb], planned: usize) -> bool {
    let grammar = &document.pack.grammar;
    verbs.iter().any(|verb| {
        let off = document.has(verb.main, grammar.called) && document.has(verb.main + 1, grammar.off);
        verb.main > planned
            && verb.finite
            && !verb.negated
            && verb.mood == Mood::Past
            && (off || document.has(verb.main, grammar.cancel))
    })
}
