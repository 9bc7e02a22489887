//! Dates that date no statement: in rows of figures, in labels, in the names of contracts.
//!
//! This module must not know what a date means, only where it stands.

use std::ops::Range;

use super::edition::is_edition;
use crate::syntax::ParsedPassage;
use crate::temporal::Expression;
use crate::text::Shape;

/// The fewest tokens of a row of figures.
const ROW: usize = 8;

/// The fewest words that tell something on a date without a verb or an event.
const LABEL: usize = 3;

/// How far behind the verb of a price its figure stands, in tokens.
const PRICE: usize = 5;

/// Where a date stands.
pub(super) struct Place<'d> {
    pub(super) passage: &'d ParsedPassage<'d>,
    pub(super) sentence: &'d Range<usize>,
    pub(super) date: &'d Expression,
}

impl Place<'_> {
    /// Whether something is told on the date. `at` is its word, or the date itself where it has none.
    pub(super) fn tells(&self, at: usize, has_word: bool) -> bool {
        !self.is_row(at, has_word)
            && (has_word || !self.is_label())
            && !self.is_contract()
            && !self.is_title()
            && !is_edition(self.passage, self.date)
    }

    /// Whether the part of the sentence around a token, between colons, is a row of figures: every fifth word a number,
    /// and nothing that is told or two columns set side by side ("14 cts vs 20 cts", "six cts vs four").
    fn is_row(&self, at: usize, told: bool) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let colon = |at: &usize| passage.tokens[*at].shape.is_mark(':');
        let start = (self.sentence.start..at).rev().find(colon).map_or(self.sentence.start, |colon| colon + 1);
        let end = (at..self.sentence.end).find(colon).unwrap_or(self.sentence.end);
        let versus = (start..end).any(|at| passage.has(at, grammar.versus));
        let cardinal = |at| versus && passage.has(at, grammar.cardinal);
        let figure = |at: &usize| passage.tokens[*at].shape.is_figure() || cardinal(*at);
        let figures = (start..end).filter(figure).count();
        let verbs = passage.verbs(self.sentence).iter().filter(|verb| (start..end).contains(&verb.main)).count();
        let columns = versus || figures * 3 >= end - start;
        let told = if told { verbs * 4 <= figures && columns } else { verbs == 0 };
        end - start > ROW && figures * 5 >= end - start && told
    }

    /// Whether a sentence has hardly a word beside its date: "Period ended June 30".
    fn is_label(&self) -> bool {
        let date = self.date.first..self.date.end;
        let apart = self.sentence.clone().filter(|at| !date.contains(at));
        apart.filter(|&at| self.passage.tokens[at].shape.is_word()).count() < LABEL
    }

    /// "the Trade Act of 1934": the year tells which act it is. That of "the Crash of 1929" tells when it happened.
    fn is_title(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let Some(name) = self.date.first.checked_sub(2).filter(|name| self.sentence.contains(name)) else {
            return false;
        };
        let named = |at: usize| passage.tokens[at].shape == Shape::Capital;
        let year = matches!(passage.tokens[self.date.first].shape, Shape::Digits { count: 4, .. });
        let whole = self.date.end == self.date.first + 1;
        let titled = named(name) && name > self.sentence.start && named(name - 1);
        let apart = passage.has(name, grammar.event_noun) || passage.has(name, grammar.month);
        whole && year && passage.has(name + 1, grammar.of) && titled && !apart
    }

    /// "May delivery", "the July contract", "July was up 2.6 cents": the month is what is traded.
    fn is_contract(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let (first, end) = (self.date.first, self.date.end);
        if end != first + 1 || !passage.has(first, grammar.month) {
            return false;
        }
        let listed = |at: usize| {
            passage.has(at, grammar.month) || passage.has(at, grammar.and) || passage.tokens[at].shape.is_mark('/')
        };
        let behind = (end..self.sentence.end).find(|&at| !listed(at)).unwrap_or(end);
        let before = (self.sentence.start..first).rev().find(|&at| !listed(at));
        let led = before.is_some_and(|before| {
            passage.has(before, grammar.time_preposition) || passage.has(before, grammar.preposition)
        });
        let verb = passage.verbs(self.sentence).iter().find(|verb| verb.finite && verb.tokens.start == behind);
        let priced = verb.is_some_and(|verb| {
            let price = verb.tokens.end..self.sentence.end.min(verb.tokens.end + PRICE);
            !led && price.into_iter().any(|at| passage.tokens[at].shape.is_figure())
        });
        priced || passage.has(behind, grammar.contract)
    }
}
