//! The independent clauses of a sentence that a semicolon or a colon parts. Each is parsed alone: no word of one hangs by a word of
//! another, and a shorter sentence is parsed better.

use std::ops::Range;

use super::LexedPassage;
use super::upos::Upos;
use crate::text::Shape;

/// Returns the words of each clause, with the mark behind it. A sentence that quotes or lists something is one clause.
pub(super) fn clauses(passage: &LexedPassage<'_>, words: &[usize], tags: &[Upos]) -> Vec<Range<usize>> {
    let shape = |place: usize| passage.tokens[words[place]].shape;
    let quotes = |place: usize| matches!(shape(place), Shape::Mark('"' | '“' | '”' | '('));
    let whole = 0..words.len();
    if whole.clone().any(quotes) {
        return vec![whole];
    }
    let is_finite = |clause: &Range<usize>| tags[clause.clone()].iter().any(|tag| tag.is_finite());
    let mut clauses: Vec<Range<usize>> = Vec::with_capacity(1);
    let mut start = 0;
    for place in whole.clone() {
        // "He said: we go on."
        let reports = || place > 0 && passage.has(words[place - 1], passage.pack.grammar.report);
        let parts = match shape(place) {
            Shape::Mark(';') => true,
            Shape::Mark(':') => !reports(),
            _ => false,
        };
        if parts {
            clauses.push(start..place + 1);
            start = place + 1;
        }
    }
    clauses.push(start..words.len());
    if clauses.iter().all(is_finite) { clauses } else { vec![whole] }
}
