//! Where a word stands among the clauses of its sentence.
//!
//! It must not know dates, only the tokens that are asked about.

use std::ops::Range;

use super::{Mood, ParsedPassage, Verb};
use crate::text::Shape;

/// Whether the tokens open a clause, at the start of the sentence or behind "and", "but": what they go with follows.
/// The prepositions and adverbs before them belong to them.
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
    let behind = tokens.end;
    let subject_behind = passage.tokens.get(behind).is_some_and(|next| {
        next.shape.is_mark(',')
            || next.shape.is_capital()
            || passage.has(behind, grammar.determiner)
            || passage.has(behind, grammar.subject)
    });
    // "that on Friday the mill"; "and" joins dates as well, and "as soon as Friday" opens nothing.
    let joined = |at| {
        passage.has(at, grammar.subordinator)
            && !passage.has(at, grammar.as_word)
            && (subject_behind || !passage.has(at, grammar.join))
    };
    at == sentence.start
        || at == sentence.start + 1 && !verbs.iter().any(|verb| verb.tokens.contains(&sentence.start))
        || joined(at - 1)
        || passage.has(at - 1, grammar.comma) && passage.has(sentence.start, grammar.condition)
}

/// "had been scheduled for Friday but was cancelled", "is called off": whether a verb behind that token says that what
/// was planned is off.
pub(crate) fn called_off(passage: &ParsedPassage<'_>, verbs: &[Verb], planned: usize) -> bool {
    let grammar = &passage.pack.grammar;
    verbs.iter().any(|verb| {
        let off = passage.has(verb.main, grammar.called) && passage.has(verb.main + 1, grammar.off);
        verb.main > planned
            && verb.finite
            && !verb.negated
            && verb.mood == Mood::Past
            && (off || passage.has(verb.main, grammar.cancel))
    })
}
