//! What the parser sees of a sentence in which dates are known: each date as one word, its own most telling one.
//!
//! "The three months to Dec. 31" has a structure of its own that says nothing of the sentence, and costs the parser its
//! hold on it. Here it is "Dec.", which is parsed as any date is; the other words hang by it.

use std::ops::Range;

use super::LexedPassage;
use super::structure::Structure;
use super::transition::{NONE, Relation};
use super::upos::Upos;
use crate::text::Shape;

/// The words of a sentence that are parsed.
pub(super) struct Outline {
    /// The tokens that are parsed, in order.
    pub(super) words: Vec<usize>,
    /// All tokens.
    tokens: Range<usize>,
    /// The dates, in order, each with its head.
    dates: Vec<(Range<usize>, usize)>,
}

impl Outline {
    /// Returns the outline of some tokens, with the tokens of its dates in order.
    pub(super) fn new(passage: &LexedPassage<'_>, tokens: Range<usize>, dates: &[Range<usize>]) -> Self {
        let within =
            |date: &&Range<usize>| tokens.start <= date.start && date.start < date.end && date.end <= tokens.end;
        let dates: Vec<_> = dates.iter().filter(within).map(|date| (date.clone(), head(passage, date))).collect();
        let mut words = Vec::with_capacity(tokens.len());
        let mut at = tokens.start;
        for (date, head) in &dates {
            if date.start >= at {
                words.extend(at..date.start);
                words.push(*head);
                at = date.end;
            }
        }
        words.extend(at..tokens.end);
        Self { words, tokens, dates }
    }

    /// Whether a date lies among some of the words.
    pub(super) fn has_date(&self, words: &Range<usize>) -> bool {
        self.words
            .get(words.clone())
            .is_some_and(|words| words.iter().any(|word| self.dates.iter().any(|(_, head)| head == word)))
    }

    /// Returns the structure of all tokens.
    pub(super) fn expand(
        &self,
        passage: &LexedPassage<'_>,
        tags: &[Upos],
        heads: &[u16],
        relations: &[Relation],
    ) -> Structure {
        let (start, count) = (self.tokens.start, self.tokens.len());
        let mut structure = Structure {
            start,
            tags: vec![Upos::Other; count],
            heads: vec![NONE; count],
            relations: vec![Relation::Determiner; count],
            subtrees: (0..count as u16).map(|at| at..at + 1).collect(),
        };
        for (date, head) in &self.dates {
            for at in date.clone().filter(|at| at != head) {
                structure.heads[at - start] = (head - start) as u16;
                structure.tags[at - start] = match passage.tokens[at].shape {
                    Shape::Mark(_) => Upos::Punctuation,
                    shape if shape.is_figure() => Upos::Number,
                    _ => Upos::Other,
                };
            }
        }
        for (place, &word) in self.words.iter().enumerate() {
            let head = heads[place];
            structure.tags[word - start] = tags[place];
            structure.relations[word - start] = relations[place];
            structure.heads[word - start] =
                if head == NONE { NONE } else { (self.words[usize::from(head)] - start) as u16 };
        }
        structure
    }
}

/// Returns the token of a date that says most of how it is used: its weekday or month, or else its last word ("two years
/// ago") rather than a figure.
fn head(passage: &LexedPassage<'_>, date: &Range<usize>) -> usize {
    let grammar = &passage.pack.grammar;
    let last = date.end - 1;
    let with = |class| date.clone().rev().find(|&at| passage.has(at, class));
    let is_word = passage.tokens[last].shape.is_word();
    with(grammar.weekday)
        .or_else(|| with(grammar.month))
        .or_else(|| Some(last).filter(|_| is_word))
        .or_else(|| with(grammar.unit))
        .unwrap_or(last)
}
