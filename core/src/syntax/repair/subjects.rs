//! Finite verbs without a subject beside nouns without a verb.

use super::{Clause, Repair};
use crate::syntax::transition::{NONE, Relation};
use crate::syntax::upos::Upos;

impl Repair<'_> {
    /// "Exams planned for next week have been put off.": of two verbs in a row the first is the participle that says which.
    pub(super) fn reduce_verb_above(&mut self, verb: usize, clauses: &mut [Clause]) {
        use Relation::{Complement, Conjunct, Parataxis};
        let grammar = &self.passage.pack.grammar;
        let hangs = clauses[verb].has_auxiliary && matches!(self.relations[verb], Complement | Conjunct | Parataxis);
        let Some(above) = self.head(verb).filter(|&above| hangs && above < verb) else { return };
        let ambiguous =
            self.tags[above] == Upos::Past && !clauses[above].has_auxiliary && !self.has(above, grammar.report);
        let child = |relation| (0..verb).find(|&at| self.head(at) == Some(above) && self.relations[at] == relation);
        let subject = child(Relation::Subject).filter(|&at| at + 1 == above && self.tags[at].is_noun());
        let (Some(subject), true, None) = (subject, ambiguous, child(Relation::Object)) else { return };
        (self.heads[verb], self.relations[verb]) = (self.heads[above], self.relations[above]);
        (self.heads[subject], clauses[verb].has_subject) = (verb as u16, true);
        (self.heads[above], self.relations[above]) = (subject as u16, Relation::AdnominalClause);
        (self.tags[above], clauses[above]) = (Upos::Participle, Clause::default());
        for at in (0..subject).chain(verb + 1..self.heads.len()) {
            if self.head(at) == Some(above) {
                self.heads[at] = verb as u16;
            }
        }
    }

    /// Makes a noun that is no part of any clause the subject of a finite verb that has none, and puts the verb in its place.
    pub(super) fn find_subject(&mut self, verb: usize, clauses: &mut [Clause]) {
        let Some((noun, relation)) = self.subject_without_verb(verb, clauses) else { return };
        clauses[verb].has_subject = true;
        self.make_subject(noun, verb, relation);
    }

    /// "The company, Crossline, denied that it had broken an agreement.": where a noun has no verb, or only one behind "that", its
    /// first participle is its verb.
    pub(super) fn find_verb_of_root(&mut self, clauses: &mut [Clause]) {
        let Some(root) = (0..self.heads.len()).find(|&at| self.head(at).is_none()) else { return };
        let child = |relation| (0..root).find(|&at| self.head(at) == Some(root) && self.relations[at] == relation);
        let noun = if self.is_bare_noun(root, clauses) {
            root
        } else {
            let joined = child(Relation::Case).filter(|&case| self.tags[case] == Upos::Subordinator);
            match (child(Relation::Subject), joined) {
                (Some(subject), Some(case)) if subject < case => subject,
                _ => return,
            }
        };
        let verb = (noun + 1..self.heads.len()).find(|&at| {
            self.head(at) == Some(noun)
                && self.relations[at] == Relation::AdnominalClause
                && self.tags[at] == Upos::Participle
                && !clauses[at].has_auxiliary
        });
        let Some(verb) = verb.filter(|_| self.tags[noun].is_noun()) else { return };
        self.tags[verb] = Upos::Past;
        (clauses[verb].has_subject, clauses[verb].is_finite) = (true, true);
        self.make_subject(noun, verb, Relation::Root);
        if noun != root {
            self.heads[verb] = NONE;
            (self.heads[root], self.relations[root]) = (verb as u16, Relation::Complement);
        }
    }

    /// "Am Montag findet um 20 Uhr eine Versammlung statt": where the verb comes second every clause has a subject; a word with a
    /// preposition is none, and what seems the only object is it.
    pub(super) fn find_objects_that_do(&mut self) {
        for verb in 0..self.heads.len() {
            let is_main = matches!(self.tags[verb], Upos::Present | Upos::Past);
            let (subjects, objects) =
                (self.parts_behind(verb, Relation::Subject), self.parts_behind(verb, Relation::Object));
            let ([subject], [object]) = (&*subjects, &*objects) else { continue };
            if is_main && self.has_preposition(*subject) && !self.has_preposition(*object) {
                (self.relations[*subject], self.relations[*object]) = (Relation::Oblique, Relation::Subject);
            }
        }
    }

    fn parts_behind(&self, verb: usize, relation: Relation) -> Vec<usize> {
        let is_part = |&at: &usize| self.head(at) == Some(verb) && self.relations[at] == relation;
        (verb + 1..self.heads.len()).filter(is_part).collect()
    }

    fn has_preposition(&self, noun: usize) -> bool {
        let leads = |mark: usize| self.head(mark) == Some(noun) && self.relations[mark] == Relation::Case;
        (0..noun).any(|mark| leads(mark) && self.tags[mark] == Upos::Adposition)
    }

    /// Hangs a verb in the place of a noun, and the noun by it.
    fn make_subject(&mut self, noun: usize, verb: usize, relation: Relation) {
        (self.heads[verb], self.relations[verb]) = (self.heads[noun], relation);
        (self.heads[noun], self.relations[noun]) = (verb as u16, Relation::Subject);
        let joins = |tag| matches!(tag, Upos::Conjunction | Upos::Subordinator);
        for at in 0..self.heads.len() {
            let Some(head) = self.head(at) else { continue };
            let mark = (noun..verb).contains(&at) && self.relations[at] == Relation::Punctuation;
            if at > verb && head < verb && self.is_below(head, noun) || mark && !self.is_below(head, verb) {
                self.heads[at] = verb as u16;
            } else if at < noun && head == noun && joins(self.tags[at]) {
                (self.heads[at], self.relations[at]) = (verb as u16, Relation::Case);
            }
        }
    }

    /// Returns the noun that a verb without a subject belongs to, and what the verb is in its place: the noun by which it
    /// hangs, the one whose relative clause it was taken into, or one that hangs beside it.
    fn subject_without_verb(&self, verb: usize, clauses: &[Clause]) -> Option<(usize, Relation)> {
        use Relation::{
            AdnominalClause, AdverbialClause, Apposition, Complement, Conjunct, NounModifier, Object, Parataxis, Root,
        };
        let grammar = &self.passage.pack.grammar;
        let above = self.head(verb).filter(|&above| above < verb)?;
        let clausal =
            matches!(self.relations[verb], Parataxis | Complement | AdverbialClause | Conjunct | AdnominalClause)
                || clauses[verb].has_auxiliary && matches!(self.relations[verb], Apposition | NounModifier);
        let modified = self.head(above).filter(|&noun| {
            self.relations[above] == AdnominalClause
                && self.relations[verb] != Conjunct
                && self.relations[noun] == Root
                && self.is_bare_noun(noun, clauses)
        });
        let beside = |&at: &usize| {
            // "adding the mill will be sold"
            let object = self.relations[at] == Object && self.relations[verb] == Complement;
            self.head(at) == Some(above)
                && (object || matches!(self.relations[at], Conjunct | Parataxis))
                && self.is_bare_noun(at, clauses)
        };
        // "prices on the two shores differed"
        let top =
            std::iter::successors(Some(above), |&at| self.head(at).filter(|_| self.relations[at] == NounModifier));
        let top = top.take(self.heads.len()).last().filter(|&top| self.is_bare_noun(top, clauses));
        let noun = if let Some(top) = top { top } else { modified.or_else(|| (above + 1..verb).rev().find(beside))? };
        let relation = match self.relations[noun] {
            // "said sales rose", but not "representing member states, approved".
            Object if self.relations[verb] == Complement => Complement,
            Object if self.head(noun).is_some_and(|head| self.has(head, grammar.report)) => Complement,
            kept @ (Root | Parataxis | Conjunct | Complement) => kept,
            _ => return None,
        };
        (clausal && !self.has_verb_between(noun, verb, clauses)).then_some((noun, relation))
    }

    /// Whether a word is a noun, or what stands for one, without a verb of its own and without a preposition.
    fn is_bare_noun(&self, at: usize, clauses: &[Clause]) -> bool {
        let tag = self.tags[at];
        let noun = tag.is_noun() || matches!(tag, Upos::Pronoun | Upos::Number | Upos::Determiner | Upos::Adjective);
        let led = (0..at).any(|before| {
            self.head(before) == Some(at)
                && self.relations[before] == Relation::Case
                && self.tags[before] == Upos::Adposition
        });
        noun && !clauses[at].has_auxiliary && !clauses[at].has_subject && !led
    }

    /// Whether another finite verb that could have the noun as its subject stands between the two.
    fn has_verb_between(&self, noun: usize, verb: usize, clauses: &[Clause]) -> bool {
        (noun + 1..verb).any(|at| {
            let clause = clauses[at];
            clause.is_finite && !clause.has_subject && self.relations[at] != Relation::Auxiliary
        })
    }
}
