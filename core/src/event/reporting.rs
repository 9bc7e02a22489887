//! Reporting clauses around a statement, and brackets in it, that a summary does without.
//!
//! They are left out only where a whole sentence remains. This module must not know about dates.

use std::ops::Range;

use super::summary::{LONGEST_PARENTHESIS, Statement};
use crate::language::tagger::Tag;
use crate::syntax::{Verb, is_adverb};
use crate::text::Shape;

impl Statement<'_> {
    /// Returns where the reported clause starts, and the verb of its reporting clause: "The ministry said that the
    /// bridge was shut". Where the reported part is no sentence, `start` stays.
    pub(super) fn after_reporting_clause(&self, start: usize, trigger: usize) -> (usize, Option<&Verb>) {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let reporting = self.sentence.verbs.iter().filter(|verb| {
            let reports = verb.finite && passage.has(verb.head, grammar.report) || self.is_adding(verb.head);
            reports && verb.head >= start && verb.tokens.end <= trigger
        });
        for verb in reporting {
            let next = self.start_of_content(verb);
            let saying = passage.has(verb.head, grammar.saying) || self.is_adding(verb.head);
            let mut finite = self.sentence.verbs.iter().filter(|verb| verb.finite && verb.head > next).peekable();
            let limit = finite.peek().map_or(trigger, |verb| verb.head).min(trigger);
            let clause = (verb.tokens.end..limit.min(verb.tokens.end + LONGEST_PARENTHESIS))
                .find(|&at| passage.has(at, grammar.that));
            // "said the shares that may be bought": this "that" belongs to the noun.
            let of_noun = saying && passage.has(verb.tokens.end, grammar.determiner);
            // "announced the sale when a letter was signed": the object is a noun, no clause.
            let own = finite.peek().is_some_and(|verb| saying || self.is_one_clause(next..verb.head));
            let clausal = own && (saying && !self.is_verb(trigger) || finite.any(|verb| verb.head <= trigger));
            match clause.filter(|_| !of_noun) {
                Some(that) => return (that + 1, Some(verb)),
                None if clausal && self.opens_clause(next, verb, saying) => return (next, Some(verb)),
                None => {}
            }
        }
        (start, None)
    }

    /// Returns where the reported clause may start: after the reporting verb, its adverbials and its addressee.
    fn start_of_content(&self, reporting: &Verb) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let mut next = reporting.tokens.end;
        while self.is_time_adverbial(next) {
            next += 1;
        }
        let preposition = passage.has(next, grammar.preposition) || passage.has(next, grammar.clock_preposition);
        let first = match passage.has(reporting.head, grammar.addressed) {
            true => next,
            false if preposition && !passage.has(next, grammar.subordinator) => next + 1,
            false => return next,
        };
        // "told Reuters the bank", "said in a statement it", "said on Friday the mill", "told a conference Altex"
        let first = first + usize::from(passage.has(first, grammar.determiner));
        let opens = |at: usize| {
            let name = at > first
                && passage.tokens.get(at).is_some_and(|token| token.shape.is_capital())
                && passage.tokens[at - 1].shape == Shape::Lower;
            name || passage.has(at, grammar.determiner) || passage.has(at, grammar.subject)
        };
        let group = (first..self.sentence.tokens.end.min(first + LONGEST_PARENTHESIS)).take_while(|&at| {
            let shape = passage.tokens[at].shape;
            (shape.is_word() || shape.is_figure()) && !opens(at) && !self.is_verb(at)
        });
        let end = first + group.count();
        let opens = opens(end);
        let governed = end > first && passage.has(end - 1, grammar.preposition);
        if end > first && opens && !governed && !passage.has(end, grammar.relative) { end } else { next }
    }

    /// Whether a token belongs to the date of the saying: "said today", "said two days ago", "said late last week".
    fn is_time_adverbial(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let own = |at| [grammar.deictic, grammar.weekday, grammar.unit].into_iter().any(|class| passage.has(at, class));
        let modifiers = [grammar.last, grammar.this, grammar.cardinal, grammar.part_word];
        let modifier = |at: usize| modifiers.into_iter().any(|class| passage.has(at, class));
        let part = at > 0 && own(at - 1) && (is_adverb(passage, at) || passage.has(at, grammar.part_of_day));
        own(at) || part || modifier(at) && (own(at + 1) || modifier(at + 1) && own(at + 2))
    }

    /// Whether a reported clause can start there: with a subject, or with an adverbial clause.
    fn opens_clause(&self, at: usize, reporting: &Verb, saying: bool) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let closed = [grammar.preposition, grammar.time_preposition, grammar.to, grammar.subordinator];
        let word = passage.tokens.get(at).is_some_and(|token| token.shape.is_word());
        let adverbial = passage.has(at, grammar.subordinator)
            && !passage.has(at, grammar.relative)
            && !passage.has(at, grammar.joining)
            && !passage.has(at, grammar.time_preposition)
            && !passage.has(at, grammar.condition);
        // "the men who it said were shot"
        if self.is_verb(at) {
            return false;
        }
        // "told the paper that", "told Reuters"
        let addressee = passage.has(reporting.head, grammar.addressed) && at == reporting.tokens.end;
        let figure = saying && passage.tokens.get(at).is_some_and(|token| token.shape.is_figure());
        figure
            || passage.has(at, grammar.subject)
            || !addressee && passage.has(at, grammar.determiner)
            || !addressee && word && passage.tokens[at].shape.is_capital()
            || saying && word && (adverbial || !closed.into_iter().any(|class| passage.has(at, class)))
    }

    /// Whether no other clause starts within the tokens.
    fn is_one_clause(&self, mut tokens: Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        !tokens.any(|at| passage.has(at, grammar.subordinator) && !passage.has(at, grammar.join))
    }

    /// Whether a token is a part of a verb group.
    fn is_verb(&self, at: usize) -> bool {
        self.sentence.verbs.iter().any(|verb| verb.tokens.contains(&at))
    }

    /// Whether a token continues a reporting clause: ", adding that".
    fn is_adding(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        passage.has(at, grammar.adding) && at > 0 && passage.has(at - 1, grammar.comma)
    }

    /// Leaves out brackets, and reporting clauses between commas or at the end: ", the office said,".
    pub(super) fn leave_out_parentheses(&self, range: &Range<usize>, kept: &mut [bool]) {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let (mut from, mut bracket): (Option<usize>, Option<usize>) = (None, None);
        for at in range.start..=range.end {
            let mark = match passage.tokens.get(at).filter(|_| at < range.end).map(|token| token.shape) {
                Some(Shape::Mark(mark)) => Some(mark),
                None => None,
                Some(_) => continue,
            };
            if let Some(open) = bracket.filter(|_| matches!(mark, Some(')' | '>'))) {
                if self.is_optional_bracket(open, at, range) && self.is_parenthesis(open, at) {
                    kept[open - range.start..=at - range.start].fill(false);
                }
                bracket = None;
                continue;
            }
            let closes = from.is_some_and(|from| match mark {
                Some(',' | '.') | None => self.is_reporting_clause(from + 1..at),
                _ => false,
            });
            if let Some(from) = from.filter(|from| closes && self.is_parenthesis(*from, at)) {
                // "The firm, he said, was sold": no comma remains between subject and verb.
                let verb = self.sentence.verbs.iter().any(|verb| verb.finite && verb.tokens.start == at + 1);
                let keeps_comma = passage.has(at, grammar.comma) && at < range.end && !verb;
                let end = if keeps_comma || at == range.end { at } else { at + 1 };
                kept[from - range.start..end - range.start].fill(false);
            }
            match mark {
                Some('(' | '<') => bracket = Some(at),
                Some(',') => from = Some(at),
                _ if closes => from = None,
                _ => {}
            }
        }
        self.leave_out_final_reporting_clause(range, kept);
    }

    /// Whether the tokens between two marks are few and do not hold the trigger.
    fn is_parenthesis(&self, from: usize, to: usize) -> bool {
        to - from <= LONGEST_PARENTHESIS && self.trigger.is_none_or(|trigger| trigger < from || trigger > to)
    }

    /// Whether the sentence is complete without a bracket, such as a ticker symbol ("<HIL.N>") or an abbreviation. Not
    /// that of "the merger of <Hill and Sons>", where only the marks go.
    fn is_optional_bracket(&self, open: usize, close: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let symbol = (open + 2..close).all(|at| !passage.tokens[at].spaced);
        let named = passage.tokens[open].shape.is_mark('<') && !symbol;
        let before = open.checked_sub(1).filter(|before| *before >= range.start);
        let needed = before.is_some_and(|before| {
            passage.has(before, grammar.preposition)
                || passage.has(before, grammar.and)
                || passage.has(before, grammar.determiner)
        });
        !named && !needed
    }

    /// Leaves out a reporting clause at the end: ", said sole manager Hill, Read and Co", ", he said in Porto", ",
    /// adding that it rained".
    fn leave_out_final_reporting_clause(&self, range: &Range<usize>, kept: &mut [bool]) {
        let Some(needed) = self.trigger.map(|trigger| trigger.max(self.date.start)) else { return };
        let mark = |at: &usize| matches!(self.passage.tokens[*at].shape, Shape::Mark(',' | '"' | '”'));
        let clause = (needed + 1..range.end).filter(mark).find(|&at| self.is_reporting_to_end(at, range.end));
        // "In the note issued today, the group said": no statement precedes the clause.
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let adverbial = passage.has(range.start, grammar.preposition);
        let preceded = |clause: &usize| !adverbial || (range.start..*clause).any(|at| passage.has(at, grammar.comma));
        if let Some(clause) = clause.filter(preceded) {
            let quoted = usize::from(self.passage.tokens[clause].shape != Shape::Mark(','));
            kept[clause + quoted - range.start..].fill(false);
        }
    }

    /// Whether everything after a mark is a reporting clause.
    fn is_reporting_to_end(&self, mark: usize, end: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        if self.is_adding(mark + 1) {
            return true;
        }
        let opens = passage.has(mark + 1, grammar.subordinator) || passage.has(mark + 1, grammar.relative);
        let verb = self.sentence.verbs.iter().find(|verb| verb.head > mark && verb.finite).filter(|_| !opens);
        let Some(verb) = verb.filter(|verb| verb.tokens.start <= mark + LONGEST_PARENTHESIS && verb.tokens.end <= end)
        else {
            return false;
        };
        let inverted = verb.tokens.start == mark + 1;
        let said = passage.has(verb.head, grammar.report) && !(inverted && passage.tag(verb.head) == Tag::Participle);
        // ", the Board for Roads, Bridges and Ports said"
        let named = passage.has(mark + 1, grammar.determiner);
        let listed = |at: usize| named && passage.tokens.get(at + 1).is_some_and(|next| next.shape.is_capital());
        let one = (mark + 1..verb.tokens.start).all(|at| !passage.tokens[at].shape.is_mark(',') || listed(at));
        let mut next = verb.tokens.end;
        while next < end && is_adverb(passage, next) {
            next += 1;
        }
        let governs = next < end
            && passage.tokens[next].shape.is_word()
            && !passage.has(next, grammar.preposition)
            && !passage.has(next, grammar.time_preposition)
            && !passage.has(next, grammar.joining);
        let more = next < end && passage.has(next, grammar.comma);
        // ", said Rosa Ito has resigned": the subject of the reporting verb is before it, and a reported clause
        // follows.
        let following = || self.sentence.verbs.iter().find(|verb| verb.finite && verb.tokens.start >= next);
        let reports =
            inverted && following().is_some_and(|verb| verb.head < end && self.is_one_clause(next..verb.head));
        said && one && !reports && (inverted || !governs && !passage.has(next, grammar.that) && !more)
    }

    /// Whether a range is a reporting clause and nothing else: "police said", "according to the office".
    fn is_reporting_clause(&self, range: Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let says = |verb: &Verb| passage.has(verb.head, grammar.report);
        let mut verbs = self.sentence.verbs.iter().filter(|verb| range.contains(&verb.head)).peekable();
        let opens = passage.has(range.start, grammar.subordinator) || passage.has(range.start, grammar.relative);
        let said = verbs.peek().is_some() && verbs.all(says);
        said && !opens || passage.has(range.start, grammar.according)
    }
}
