//! What the parser sees of a sentence in which dates are known: each date as one word, its own most telling one, and each sum of
//! money as its figure.
//!
//! "The three months to Dec. 31" and "£61.4 million" have structures of their own that say nothing of the sentence, and cost
//! the parser its hold on it. Here they are "Dec." and "61.4", which are parsed as any date or number is; the other words
//! hang by these.

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
    /// The dates and sums of money, in order.
    groups: Vec<Group>,
}

/// Tokens that are one word to the parser.
struct Group {
    tokens: Range<usize>,
    /// The token that stands for all.
    head: usize,
    is_date: bool,
}

impl Outline {
    /// Returns the outline of some tokens, with the tokens of its dates in order.
    pub(super) fn new(passage: &LexedPassage<'_>, tokens: Range<usize>, dates: &[Range<usize>]) -> Self {
        let within =
            |date: &&Range<usize>| tokens.start <= date.start && date.start < date.end && date.end <= tokens.end;
        let dates = dates.iter().filter(within);
        let dates = dates.map(|date| Group { tokens: date.clone(), head: head(passage, date), is_date: true });
        let sums = tokens.clone().filter_map(|at| sum_of_money(passage, at, tokens.end));
        let mut groups: Vec<Group> = dates.chain(sums).collect();
        groups.sort_by_key(|group| group.tokens.start);
        let mut words = Vec::with_capacity(tokens.len());
        let mut at = tokens.start;
        groups.retain(|group| {
            let is_apart = group.tokens.start >= at;
            if is_apart {
                words.extend(at..group.tokens.start);
                words.push(group.head);
                at = group.tokens.end;
            }
            is_apart
        });
        words.extend(at..tokens.end);
        Self { words, tokens, groups }
    }

    /// Whether a date lies among some of the words.
    pub(super) fn has_date(&self, words: &Range<usize>) -> bool {
        let is_date = |word: &usize| self.groups.iter().any(|group| group.is_date && group.head == *word);
        self.words.get(words.clone()).is_some_and(|words| words.iter().any(is_date))
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
        for Group { tokens, head, .. } in &self.groups {
            for at in tokens.clone().filter(|at| at != head) {
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

/// Returns the sum of money that begins with a sign: "£61.4 million".
fn sum_of_money(passage: &LexedPassage<'_>, sign: usize, end: usize) -> Option<Group> {
    if !matches!(passage.tokens[sign].shape, Shape::Mark('$' | '£' | '€' | '¥')) {
        return None;
    }
    let figure = Some(sign + 1).filter(|&at| at < end && passage.tokens[at].shape.is_figure())?;
    let scale = passage.pack.grammar.magnitude;
    let end = (figure + 1..end).find(|&at| !passage.has(at, scale)).unwrap_or(end);
    Some(Group { tokens: sign..end, head: figure, is_date: false })
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
