//! Dates and sums of money in the wrong place: as subject, as predicate, as the head of what stands before them.

use super::{Clause, Repair};
use crate::syntax::transition::{NONE, Relation};
use crate::syntax::upos::Upos;
use crate::text::Shape;

impl Repair<'_> {
    /// "An older cable, laid in 1976, was switched off": a participle with a date between commas says which.
    pub(super) fn hang_asides(&mut self) {
        let grammar = &self.passage.pack.grammar;
        // "La ley, aprobada en marzo,"
        for at in 1..self.heads.len() {
            let is_apart = self.tags[at] == Upos::Participle && self.has(at - 1, grammar.comma);
            if is_apart && self.relations[at] == Relation::Determiner && self.head(at).is_some_and(|noun| noun < at) {
                self.relations[at] = Relation::AdnominalClause;
            }
        }
        for at in 2..self.heads.len().saturating_sub(3) {
            let between = self.has(at - 1, grammar.comma) && self.has(at + 3, grammar.comma) && self.dates[at + 2];
            let verbal = self.has(at, grammar.irregular_past) && matches!(self.tags[at], Upos::Adjective | Upos::Noun);
            let noun = (0..at - 1).rev().find(|&noun| self.tags[noun].is_noun());
            let Some(noun) = noun.filter(|noun| between && verbal && !self.is_below(*noun, at)) else { continue };
            self.tags[at] = Upos::Participle;
            (self.heads[at], self.relations[at]) = (noun as u16, Relation::AdnominalClause);
            (self.heads[at + 2], self.relations[at + 2]) = (at as u16, Relation::Oblique);
        }
    }

    /// "for £340 million last July", "The mill today cut its rates": a sum or a noun is no part of the date behind it, and what stands
    /// before it is its own.
    pub(super) fn free_from_dates(&mut self) {
        let is_sign = |at: usize| {
            let sign = self.words[at].checked_sub(1).map(|sign| self.passage.tokens[sign].shape);
            matches!(sign, Some(Shape::Mark('$' | '£' | '€' | '¥')))
        };
        let is_own = |at: usize| is_sign(at) || self.tags[at].is_noun() && !self.dates[at];
        let nouns: Vec<usize> = (0..self.heads.len()).filter(|&at| is_own(at)).collect();
        for noun in nouns {
            let within = self.head(noun).filter(|_| self.relations[noun] == Relation::Determiner);
            let Some(date) = within.filter(|&date| date > noun && self.dates[date]) else { continue };
            (self.heads[noun], self.relations[noun]) = (self.heads[date], self.relations[date]);
            let above = if self.heads[date] == NONE { noun as u16 } else { self.heads[date] };
            (self.heads[date], self.relations[date]) = (above, Relation::Oblique);
            for at in 0..noun {
                if self.head(at) == Some(date) {
                    self.heads[at] = noun as u16;
                }
            }
        }
    }

    /// "El lunes murió el actor", "Montag beginnt der Prozess": a bare date beside a verb is when, not who. English has its own way
    /// to see that, since there a date may well do something ("2005 will mark its 30th year").
    pub(super) fn free_bare_dates(&mut self) {
        for date in 0..self.heads.len() {
            if self.dates[date] && matches!(self.relations[date], Relation::Subject | Relation::Object) {
                self.relations[date] = Relation::Oblique;
            }
            self.free_from_date(date);
        }
    }

    /// "divulgou em maio que foi abordada", "anunciaron el lunes la venta": what stands behind a date hangs by what the date hangs by.
    fn free_from_date(&mut self, date: usize) {
        let Some(above) = self.head(date).filter(|&above| self.dates[date] && above < date) else { return };
        for at in date + 1..self.heads.len() {
            let part = match self.relations[at] {
                Relation::AdnominalClause => Relation::Complement,
                // "effectuait, hier, une mission banale"
                Relation::Apposition if self.tags[at].is_noun() => Relation::Object,
                Relation::Object | Relation::Complement | Relation::Conjunct => self.relations[at],
                _ => continue,
            };
            let is_clause = self.tags[above].is_verb() && self.head(at) == Some(date) && !self.dates[at];
            if is_clause {
                (self.heads[at], self.relations[at]) = (above as u16, part);
                self.demote_conjunction(at);
            }
        }
    }

    /// "que a piscina fechará": of two subjects before the verb, the word that may join clauses does.
    fn demote_conjunction(&mut self, clause: usize) {
        let is_subject = |&at: &usize| self.head(at) == Some(clause) && self.relations[at] == Relation::Subject;
        let subjects: Vec<usize> = (0..clause).filter(is_subject).collect();
        if let [first, _, ..] = subjects[..]
            && self.has(first, self.passage.pack.grammar.that)
        {
            self.relations[first] = Relation::Case;
        }
    }

    /// A date behind its preposition is neither a subject ("who had been missing since Tuesday was found") nor what somebody is
    /// ("were without power at noon on Thursday").
    pub(super) fn free_dates(&mut self, clauses: &mut [Clause]) {
        let grammar = &self.passage.pack.grammar;
        for date in 1..self.heads.len() {
            if !self.dates[date] {
                continue;
            }
            let led = self.has(date - 1, grammar.time_preposition) && self.tags[date - 1] != Upos::Conjunction;
            // "was published last week"
            let behind_verb = self.head(date - 1) == Some(date) && self.says_what(date - 1);
            if led && self.relations[date] == Relation::Subject {
                self.free_subject(date, clauses);
            } else if (led || behind_verb) && clauses[date].has_auxiliary {
                self.free_predicate(date, clauses);
            }
        }
    }

    /// "For the union, 2005 will mark its 30th year": a date without a preposition right before a verb without a subject is that.
    pub(super) fn find_dates_that_do(&mut self, clauses: &mut [Clause]) {
        for date in 0..self.heads.len().saturating_sub(1) {
            let opens = date == 0 || self.has(date - 1, self.passage.pack.grammar.comma);
            let next = date + 1;
            let verb = if self.relations[next] == Relation::Auxiliary { self.head(next) } else { Some(next) };
            let lacks = |&verb: &usize| {
                clauses[verb].is_finite
                    && !clauses[verb].has_subject
                    && matches!(self.relations[verb], Relation::Root | Relation::Parataxis)
                    && !self.is_below(verb, date)
            };
            let Some(verb) = verb.filter(|verb| self.dates[date] && opens && lacks(verb)) else { continue };
            (self.heads[date], self.relations[date]) = (verb as u16, Relation::Subject);
            clauses[verb].has_subject = true;
        }
    }

    /// Whether a word may be what somebody is, or what was done: "shut", "published".
    fn says_what(&self, at: usize) -> bool {
        matches!(self.tags[at], Upos::Participle | Upos::Adjective | Upos::Past | Upos::Base)
    }

    fn free_subject(&mut self, date: usize, clauses: &mut [Clause]) {
        let Some(verb) = self.head(date).filter(|&verb| verb > date && clauses[verb].is_finite) else { return };
        let Some(above) = self.head(verb).filter(|&above| above < date) else { return };
        (self.heads[date], self.relations[date]) = (above as u16, Relation::Oblique);
        if self.head(date - 1) == Some(verb) {
            (self.heads[date - 1], self.relations[date - 1]) = (date as u16, Relation::Case);
            clauses[verb].is_joined = false;
        }
        clauses[verb].has_subject = false;
    }

    /// Puts what stands between the copula and the date in the place of the date.
    fn free_predicate(&mut self, date: usize, clauses: &mut [Clause]) {
        let copula = |&at: &usize| self.head(at) == Some(date) && self.relations[at] == Relation::Auxiliary;
        let Some(copula) = (0..date).rev().find(copula) else { return };
        let between = |&at: &usize| {
            let own = self.head(at).is_some_and(|head| head == copula || head == date);
            let verb = self.says_what(at);
            own && (verb
                || matches!(
                    self.relations[at],
                    Relation::Oblique | Relation::NounModifier | Relation::AdverbialModifier
                ))
        };
        let Some(predicate) = (copula + 1..date).find(between) else { return };
        (self.heads[predicate], self.relations[predicate]) = (self.heads[date], self.relations[date]);
        for at in 0..self.heads.len() {
            let led = self.relations[at] == Relation::Case && at > predicate;
            if at != predicate && (self.head(at) == Some(date) && !led || self.head(at) == Some(copula)) {
                self.heads[at] = predicate as u16;
            }
        }
        (self.heads[date], self.relations[date]) = (predicate as u16, Relation::Oblique);
        clauses[predicate] = clauses[date];
        clauses[date] = Clause::default();
    }
}
