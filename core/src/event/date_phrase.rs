//! The part of a sentence that is left out of the line of its date: the date with what leads it and explains it; nothing
//! where the line needs it.
//!
//! This module must not know what else becomes of the line.

use std::ops::Range;

use super::entry::is_entry;
use super::unit::DatedClause;
use crate::syntax::{Relation, Upos};
use crate::text::Shape;

impl DatedClause<'_> {
    /// Returns the tokens of the date that are left out, with the words that lead it; none where the line needs the date.
    pub(super) fn date_phrase(&self) -> Range<usize> {
        let (structure, grammar) = (self.structure, &self.passage.pack.grammar);
        let Range { mut start, mut end } = self.date.clone();
        end += usize::from(self.has(end, grammar.onwards));
        // "at 14:00 local time"
        end += if self.has(end, grammar.local) && self.has(end + 1, grammar.time_word) { 2 } else { 0 };
        // "on Tuesday at the latest"
        end += if self.has(end + 2, grammar.limit) { 3 } else { 0 };
        let tokens = structure.tokens();
        if self.is_clefted(end) {
            return tokens.start..end + 1;
        }
        if end < tokens.end && self.passage.tokens[end].shape == Shape::Possessive {
            return start..start;
        }
        // "between 1 April and the day of payment": only one end of the time is a date.
        let is_bounded = start > tokens.start && self.has(start - 1, grammar.between) && self.has(end, grammar.and);
        let lasts = start > tokens.start && (self.has(start - 1, grammar.ahead) || self.has(start - 1, grammar.since));
        // "lay empty until 1958, when", "unbeaten since October,"
        let is_explained = self.is_mark(end, ',') && end + 1 < tokens.end && self.has(end + 1, grammar.when);
        let described = start > tokens.start + 1 && self.hollow_words(&(start - 1..end)).any(|at| at == start - 2);
        if lasts && (is_explained || described) || is_bounded || self.is_of_what_is_compared() || self.is_new_date() {
            return start..start;
        }
        if self.is_entry() {
            return tokens.start..end + 1;
        }
        let top = self.top();
        match structure.relation(top) {
            Relation::Subject | Relation::Root => return start..start,
            Relation::Object | Relation::Oblique if self.takes_date(top) => return start..start,
            _ => {}
        }
        // "durante los próximos tres años": where prepositions and articles are many, their tags say what leads a date.
        let reads_forms = self.passage.pack.reads_forms();
        let leads_by_form = |tag| reads_forms && matches!(tag, Upos::Adposition | Upos::Determiner);
        while start > tokens.start {
            let before = start - 1;
            if self.has(before, grammar.date_keeper)
                || (self.has(before, grammar.ahead) || self.has(before, grammar.apart)) && self.is_denied(top)
            {
                return self.date.start..self.date.start;
            }
            let preposition = self.has(before, grammar.time_preposition);
            let small = preposition && !self.has(before, grammar.and)
                || self.has(before, grammar.date_lead) && structure.relation(before) != Relation::Subject
                || leads_by_form(structure.tag(before))
                // "so far this year"
                || self.has(start, grammar.far) && structure.tag(before) == Upos::Adverb;
            let is_date = |head: usize| (start..end).contains(&head);
            let attached = match structure.tag(before) {
                Upos::Adposition | Upos::Subordinator | Upos::Adverb | Upos::Participle => true,
                // "l'an prochain", "le 3 mai", "der vergangene Sonntag"
                // "das für Sonntag geplante Rennen": that of a noun behind the date is none of the date.
                Upos::Determiner => {
                    let head = structure.head(before);
                    let is_apart = start < self.date.start && head.is_some_and(|head| head >= end);
                    head.is_some_and(is_date) || reads_forms && !is_apart
                }
                _ => structure.head(before).is_some_and(is_date),
            };
            // "to last until July": the verb is no "last".
            let is_verb = structure.tag(before).is_verb() && structure.tag(before) != Upos::Participle;
            // "brought in last December"
            let counted = !reads_forms && (self.has(start, grammar.last) || self.has(start, grammar.next));
            let particle = (self.has(before, grammar.particle)
                || counted && self.has(before, grammar.place_preposition))
                && before > tokens.start
                && structure.tag(before - 1).is_verb();
            // "sworn in on Monday", "filled in between 1926 and 1931"
            let led = start < self.date.start && self.has(start, grammar.day_preposition);
            let particle = particle || led && self.has(before, grammar.verb_particle);
            if !small || !attached || is_verb || particle {
                break;
            }
            start = before;
        }
        start..self.end_of_explanation(end)
    }

    /// "C'est en 1987 que l'usine a ouvert": all before the clause is about its date.
    fn is_clefted(&self, end: usize) -> bool {
        let (structure, grammar) = (self.structure, &self.passage.pack.grammar);
        let joins = self.has(end, grammar.that) || self.has(end, grammar.clause_lead);
        let is_be = |at: usize| self.has(at, grammar.be_present) || self.has(at, grammar.be_past);
        let opening = structure.tokens().take(2).find(|&at| is_be(at));
        let is_led = opening.and_then(|be| structure.head(be)).is_some_and(|head| self.date.contains(&head));
        self.passage.pack.reads_forms() && joins && is_led
    }

    /// "- 12 March 2017: The bank failed"
    pub(super) fn is_entry(&self) -> bool {
        is_entry(self.passage, &self.structure.tokens(), &self.date)
    }

    /// Returns the end of what explains a date: "on 23 May, the last day of the season,". None is the end of the date itself.
    fn end_of_explanation(&self, end: usize) -> usize {
        let tokens = self.structure.tokens();
        let definite = end + 1 < tokens.end
            && self.is_mark(end, ',')
            && self.structure.tag(end + 1) == Upos::Determiner
            && self.has(end + 1, self.passage.pack.grammar.definite);
        let mark = |at: &usize| matches!(self.passage.tokens[*at].shape, Shape::Mark(_));
        let rest = end + 1..(end + 1..tokens.end).find(mark).unwrap_or(tokens.end);
        let names_time = rest.clone().any(|at| self.has(at, self.passage.pack.grammar.unit));
        let is_clause = rest.clone().any(|at| self.structure.tag(at).is_verb());
        if definite && names_time && !is_clause { rest.end } else { end }
    }

    /// Whether the date is that of a figure which the one of the clause is compared with: "up from £54 million a year earlier".
    fn is_of_what_is_compared(&self) -> bool {
        let grammar = &self.passage.pack.grammar;
        let parts = |&at: &usize| self.is_mark(at, ',') || self.structure.tag(at).is_finite();
        let start =
            (self.structure.tokens().start..self.date.start).rev().find(parts).map_or(self.date.start, |at| at + 1);
        let moved = self.has(start, grammar.particle) && self.has(start + 1, grammar.apart);
        start + 1 < self.date.start && (moved || self.has(start, grammar.comparing))
    }

    /// Whether something is moved to the date: "put off until June" without it is only "put off".
    fn is_new_date(&self) -> bool {
        let grammar = &self.passage.pack.grammar;
        let led = self.date.start.checked_sub(1).is_some_and(|lead| self.has(lead, grammar.until));
        led && self.predicate_above(self.top()).is_some_and(|verb| self.has(verb, grammar.moves))
    }

    /// Whether the verb that a date is the object of is about the date itself: "spent Monday mending", "set June 29".
    fn takes_date(&self, top: usize) -> bool {
        let before = self.date.start.checked_sub(1);
        let verb = self
            .structure
            .head(top)
            .filter(|&verb| self.structure.relation(top) == Relation::Object || before == Some(verb));
        verb.is_some_and(|verb| self.has(verb, self.passage.pack.grammar.date_verb))
    }

    /// Whether the clause of the date is denied: "They will not decide before June" is not "They will not decide".
    fn is_denied(&self, top: usize) -> bool {
        let (structure, negation) = (self.structure, self.passage.pack.grammar.negation);
        let own = |&at: &usize| structure.relation(at) == Relation::Complement;
        let first = self.predicate_above(top);
        let mut clauses = first.into_iter().chain(first.into_iter().flat_map(|at| {
            let above = std::iter::successors(Some(at).filter(own), |&at| structure.head(at).filter(own));
            above.filter_map(|at| structure.head(at))
        }));
        clauses.any(|clause| structure.children(clause).any(|child| self.has(child, negation)))
    }
}
