//! Dates that belong to no statement: in rows of figures, in labels, in the names of contracts and laws.
//!
//! This module must not know what a date means, only where it is.

use std::ops::Range;

use super::edition::is_edition;
use super::entry::is_entry;
use crate::syntax::ParsedPassage;
use crate::temporal::{Expression, Meaning};
use crate::text::Shape;

/// The fewest tokens of a row of figures.
const SHORTEST_ROW: usize = 8;

/// The fewest words beside the date of a statement without a trigger.
const FEWEST_WORDS: usize = 3;

/// How far after the verb a price is searched, in tokens.
const PRICE_REACH: usize = 5;

/// How far before "since" the word stands that makes a comparison of it, in tokens.
const COMPARED: usize = 12;

/// A date in its sentence.
pub(super) struct DatePosition<'d> {
    pub(super) passage: &'d ParsedPassage<'d>,
    pub(super) sentence: &'d Range<usize>,
    pub(super) date: &'d Expression,
}

impl DatePosition<'_> {
    /// Returns why no statement can be on the date, if so. `at` is its trigger, or the date itself where it has none.
    pub(super) fn undatable(&self, at: usize, has_trigger: bool) -> Option<&'static str> {
        if self.is_row(at, has_trigger) {
            Some("it is in a row of figures")
        } else if !has_trigger && self.is_label() {
            Some("its sentence is a label")
        } else if self.is_contract() {
            Some("it names a contract that is traded")
        } else if self.is_title() {
            Some("it is a part of the title of a law or treaty")
        } else if self.is_figurative() {
            Some("it is a figure of speech")
        } else if self.is_compared() {
            Some("something is compared with it")
        } else if is_edition(self.passage, self.date) {
            Some("it is the year of an edition, such as of the Games, not of what is reported")
        } else {
            None
        }
    }

    /// Whether the part of the sentence around a token, between colons, is a row of figures: at least every fifth word
    /// is a number, and there is no statement, or there are two columns side by side ("14 cts vs 20 cts", "six cts vs
    /// four").
    fn is_row(&self, at: usize, has_trigger: bool) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let colon = |at: &usize| passage.tokens[*at].shape.is_mark(':');
        let start = (self.sentence.start..at).rev().find(colon).map_or(self.sentence.start, |colon| colon + 1);
        let end = (at..self.sentence.end).find(colon).unwrap_or(self.sentence.end);
        let versus = (start..end).any(|at| passage.has(at, grammar.versus));
        let cardinal = |at| versus && passage.has(at, grammar.cardinal);
        let figure = |at: &usize| (passage.tokens[*at].shape.is_figure() || cardinal(*at)) && !self.is_led_year(*at);
        let figures = (start..end).filter(figure).count();
        let verbs = passage.verbs(self.sentence).iter().filter(|verb| (start..end).contains(&verb.head)).count();
        let columns = versus || figures * 3 >= end - start;
        let tabular = if has_trigger { verbs * 4 <= figures && columns } else { verbs == 0 };
        end - start > SHORTEST_ROW && figures * 5 >= end - start && tabular
    }

    /// "in 2015": a year with its preposition is no figure of a row.
    fn is_led_year(&self, at: usize) -> bool {
        let year = matches!(self.passage.tokens[at].shape, Shape::Digits { count: 4, value: 1500..=2100 });
        year && at > self.sentence.start && self.passage.has(at - 1, self.passage.pack.grammar.inside)
    }

    /// "stuck in the 19th century", "belongs in the 1950s": nothing is said of that time.
    fn is_figurative(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let old = matches!(&self.date.meaning, Meaning::Calendar(fields) if fields.century.is_some() || fields.decade.is_some());
        let led = self.date.first.checked_sub(2).filter(|lead| self.sentence.contains(lead));
        old && led
            .is_some_and(|lead| passage.has(lead, grammar.figurative) && passage.has(lead + 1, grammar.preposition))
    }

    /// Whether the sentence has hardly a word beside the date: "Period ended June 30".
    fn is_label(&self) -> bool {
        let date = self.date.first..self.date.end;
        // "- 16 October: verdict"
        let fewest = if is_entry(self.passage, self.sentence, &date) { 1 } else { FEWEST_WORDS };
        let others = self.sentence.clone().filter(|at| !date.contains(at));
        others.filter(|&at| self.passage.tokens[at].shape.is_word()).count() < fewest
    }

    /// Whether a year is a part of a title: "the Trade Act of 1934". That of "the Crash of 1929" is the date of an
    /// event.
    fn is_title(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let Some(name) = self.date.first.checked_sub(2).filter(|name| self.sentence.contains(name)) else {
            return false;
        };
        let named = |at: usize| passage.tokens[at].shape == Shape::Capital;
        let year = matches!(passage.tokens[self.date.first].shape, Shape::Digits { count: 4, .. });
        let whole = self.date.end == self.date.first + 1;
        let titled = named(name) && name > self.sentence.start && named(name - 1);
        let event = passage.has(name, grammar.event_noun) || passage.has(name, grammar.month);
        whole && year && passage.has(name + 1, grammar.of) && titled && !event
    }

    /// "the wettest October since 1903", "less than in 2016", "25% higher than last year": the date is only compared with.
    /// What has a figure or a verb of its own beside the date is reported all the same ("compared with 13 mln in 2016").
    pub(super) fn is_compared(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let before = |at: usize| at.checked_sub(1).filter(|before| self.sentence.contains(before));
        let Some(last) = before(self.date.first) else { return false };
        let verbs = passage.verbs(self.sentence);
        if passage.has(last, grammar.since) {
            let verb = verbs.iter().rev().find(|verb| verb.tokens.end <= last);
            let start = verb.map_or(self.sentence.start, |verb| verb.tokens.end).max(last.saturating_sub(COMPARED));
            // "has kept its best players since 2019": the verb says since when.
            let lasts = verb.is_some_and(|verb| verb.perfect && !passage.has(verb.head, grammar.be_past));
            return !lasts
                && (start..last).any(|at| passage.has(at, grammar.superlative))
                && !(start..last).any(|at| passage.has(at, grammar.comma));
        }
        if passage.tokens.get(self.date.end).is_some_and(|next| next.shape == Shape::Possessive) {
            return false;
        }
        let leads = |at: usize| {
            [grammar.time_preposition, grammar.preposition, grammar.determiner, grammar.that, grammar.anaphoric]
                .into_iter()
                .any(|class| passage.has(at, class))
        };
        let mut at = last;
        while leads(at) && !passage.has(at, grammar.comparing) {
            let Some(next) = before(at) else { return false };
            at = next;
        }
        // "has gained more than in"
        passage.has(at, grammar.comparing) && !passage.has(at, grammar.preposition)
    }

    /// Whether a month names what is traded: "May delivery", "the July contract", "July was up 2.6 cents".
    fn is_contract(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let (first, end) = (self.date.first, self.date.end);
        if end != first + 1 || !passage.has(first, grammar.month) {
            return false;
        }
        let listed = |at: usize| {
            passage.has(at, grammar.month) || passage.has(at, grammar.and) || passage.tokens[at].shape.is_mark('/')
        };
        let next = (end..self.sentence.end).find(|&at| !listed(at)).unwrap_or(end);
        let before = (self.sentence.start..first).rev().find(|&at| !listed(at));
        let governed = before.is_some_and(|before| {
            passage.has(before, grammar.time_preposition) || passage.has(before, grammar.preposition)
        });
        let verb = passage.verbs(self.sentence).iter().find(|verb| verb.finite && verb.tokens.start == next);
        let priced = verb.is_some_and(|verb| {
            let price = verb.tokens.end..self.sentence.end.min(verb.tokens.end + PRICE_REACH);
            !governed && price.into_iter().any(|at| passage.tokens[at].shape.is_figure())
        });
        priced || passage.has(next, grammar.contract)
    }
}
