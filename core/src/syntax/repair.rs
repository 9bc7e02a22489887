//! Mends trees that no sentence has: a greedy parser never looks back, and what it took for the end of a clause may turn out
//! to be its subject once the verb comes.
//!
//! Each rule looks for one contradiction (a finite verb without a subject beside a noun without a verb, a relative pronoun
//! outside of a relative clause) and takes it away; a tree without contradictions stays as it is. This module must not
//! know what a date means.

use std::ops::Range;

use super::LexedPassage;
use super::transition::{NONE, Relation};
use super::upos::Upos;

/// A tree while it is mended. Words are named by their place in the sentence.
pub(super) struct Repair<'t> {
    pub(super) passage: &'t LexedPassage<'t>,
    /// The tokens of the sentence.
    pub(super) tokens: Range<usize>,
    pub(super) tags: &'t [Upos],
    pub(super) heads: &'t mut [u16],
    pub(super) relations: &'t mut [Relation],
}

/// What a word is in its clause, by its dependents.
#[derive(Debug, Clone, Copy, Default)]
struct Clause {
    has_subject: bool,
    /// Whether it has an auxiliary or a copula.
    has_auxiliary: bool,
    /// Whether it is a finite verb, or has a finite auxiliary.
    is_finite: bool,
    /// Whether a word before it joins it to something: "when", "and", "that".
    is_joined: bool,
}

/// Makes the last participle of a sentence finite where it has no finite verb: "The mill by the river closed on Monday." In
/// most verbs the two forms are one, and the tagger sees only the words beside it. Headlines do without a verb, so
/// only a sentence with a full stop is mended.
pub(super) fn mend_tags(passage: &LexedPassage<'_>, tokens: &Range<usize>, tags: &mut [Upos]) {
    let ends =
        tokens.clone().rev().take(2).any(|at| passage.tokens.get(at).is_some_and(|token| token.shape.is_mark('.')));
    if !ends || tags.iter().any(|tag| tag.is_finite()) {
        return;
    }
    let has_auxiliary = |at: usize| {
        let before = tags[..at].iter().rev().find(|tag| **tag != Upos::Adverb);
        before.is_some_and(|tag| matches!(tag, Upos::AuxBase | Upos::AuxParticiple | Upos::Particle))
    };
    let behind_noun = |at: usize| tags[..at].iter().any(|tag| tag.is_noun() || *tag == Upos::Pronoun);
    let attributive = |at: usize| tags.get(at + 1).is_some_and(|tag| tag.is_noun());
    let candidate =
        |&at: &usize| tags[at] == Upos::Participle && !has_auxiliary(at) && behind_noun(at) && !attributive(at);
    if let Some(at) = (0..tags.len()).rev().find(candidate) {
        tags[at] = Upos::Past;
    }
}

impl Repair<'_> {
    /// Mends the tree.
    pub(super) fn mend(&mut self) {
        self.lift_auxiliaries();
        let mut clauses = self.clauses();
        self.free_dates(&mut clauses);
        for verb in 0..self.heads.len() {
            if clauses[verb].is_finite && !clauses[verb].has_subject && !clauses[verb].is_joined {
                self.find_subject(verb, &mut clauses);
            }
        }
        for subject in 0..self.heads.len() {
            self.hang_relative_clause(subject);
        }
    }

    fn head(&self, at: usize) -> Option<usize> {
        Some(self.heads[at]).filter(|&head| head != NONE).map(usize::from)
    }

    fn has(&self, at: usize, class: crate::language::Class) -> bool {
        self.passage.has(self.tokens.start + at, class)
    }

    /// An auxiliary or a subject belongs to a whole group, not to a word within it: "was £61.4 million".
    fn lift_auxiliaries(&mut self) {
        for at in 0..self.heads.len() {
            if !matches!(self.relations[at], Relation::Auxiliary | Relation::Subject) {
                continue;
            }
            let mut steps = 0;
            while let Some(head) =
                self.head(at).filter(|&head| self.relations[head] == Relation::Determiner && steps < 8)
            {
                self.heads[at] = self.heads[head];
                steps += 1;
            }
        }
    }

    fn clauses(&self) -> Vec<Clause> {
        let mut clauses: Vec<Clause> = (0..self.heads.len())
            .map(|at| Clause {
                is_finite: self.tags[at].is_finite() && self.relations[at] != Relation::Auxiliary,
                ..Clause::default()
            })
            .collect();
        for at in 0..self.heads.len() {
            let Some(head) = self.head(at) else { continue };
            let clause = &mut clauses[head];
            match self.relations[at] {
                Relation::Subject => clause.has_subject = true,
                Relation::Auxiliary => {
                    clause.has_auxiliary = true;
                    clause.is_finite |= self.tags[at].is_finite();
                }
                Relation::Case => clause.is_joined |= at < head,
                _ => {}
            }
        }
        clauses
    }

    /// "who had been missing since Tuesday was found": a date behind its preposition is no subject.
    fn free_dates(&mut self, clauses: &mut [Clause]) {
        let grammar = &self.passage.pack.grammar;
        for date in 1..self.heads.len() {
            let dated = self.has(date, grammar.weekday) || self.has(date, grammar.month);
            let led = self.has(date - 1, grammar.time_preposition) && self.tags[date - 1] != Upos::Conjunction;
            let Some(verb) = self.head(date).filter(|&verb| dated && led && verb > date) else { continue };
            let Some(above) = self.head(verb).filter(|&above| above < date) else { continue };
            if self.relations[date] == Relation::Subject && clauses[verb].is_finite {
                (self.heads[date], self.relations[date]) = (above as u16, Relation::Oblique);
                if self.head(date - 1) == Some(verb) {
                    (self.heads[date - 1], self.relations[date - 1]) = (date as u16, Relation::Case);
                    clauses[verb].is_joined = false;
                }
                clauses[verb].has_subject = false;
            }
        }
    }

    /// Makes a noun that is no part of any clause the subject of a finite verb that has none, and puts the verb in its place.
    fn find_subject(&mut self, verb: usize, clauses: &mut [Clause]) {
        let Some((noun, relation)) = self.subject_without_verb(verb, clauses) else { return };
        (self.heads[verb], self.relations[verb]) = (self.heads[noun], relation);
        (self.heads[noun], self.relations[noun]) = (verb as u16, Relation::Subject);
        clauses[verb].has_subject = true;
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
        use Relation::{AdnominalClause, AdverbialClause, Complement, Conjunct, Object, Parataxis, Root};
        let above = self.head(verb).filter(|&above| above < verb)?;
        let clausal =
            matches!(self.relations[verb], Parataxis | Complement | AdverbialClause | Conjunct | AdnominalClause);
        let modified = self.head(above).filter(|&noun| {
            self.relations[above] == AdnominalClause
                && self.relations[verb] != Conjunct
                && self.relations[noun] == Root
                && self.is_bare_noun(noun, clauses)
        });
        let beside = |&at: &usize| {
            self.head(at) == Some(above)
                && matches!(self.relations[at], Conjunct | Parataxis)
                && self.is_bare_noun(at, clauses)
        };
        let noun = if self.is_bare_noun(above, clauses) {
            above
        } else {
            modified.or_else(|| (above + 1..verb).rev().find(beside))?
        };
        let relation = match self.relations[noun] {
            Object => Complement,
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

    /// "A third, who fled to Dubai, is being sought": a clause that a relative pronoun opens hangs by the noun before it.
    fn hang_relative_clause(&mut self, subject: usize) {
        let grammar = &self.passage.pack.grammar;
        if self.relations[subject] != Relation::Subject
            || self.tags[subject] != Upos::Pronoun
            || !self.has(subject, grammar.relative)
        {
            return;
        }
        let Some(verb) = self.head(subject).filter(|&verb| verb > subject) else { return };
        if matches!(self.relations[verb], Relation::AdnominalClause | Relation::Root) {
            return;
        }
        let comma = |&at: &usize| self.has(at, grammar.comma);
        let Some(mut noun) = (0..subject).rev().find(|at| !comma(at)) else { return };
        while let Some(head) = self.head(noun).filter(|_| self.relations[noun] == Relation::Determiner) {
            noun = head;
        }
        let role = matches!(
            self.relations[noun],
            Relation::Subject | Relation::Object | Relation::Oblique | Relation::NounModifier | Relation::Root
        );
        let nominal = self.tags[noun].is_noun() || self.relations[noun] == Relation::Subject;
        if noun < subject && role && nominal && !self.is_below(noun, verb) {
            (self.heads[verb], self.relations[verb]) = (noun as u16, Relation::AdnominalClause);
        }
    }

    /// Whether a word is below another in the tree.
    fn is_below(&self, at: usize, top: usize) -> bool {
        std::iter::successors(Some(at), |&at| self.head(at)).take(self.heads.len()).any(|up| up == top)
    }
}
