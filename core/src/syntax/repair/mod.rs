//! Mends trees that no sentence has: a greedy parser never looks back, and what it took for the end of a clause may turn out
//! to be its subject once the verb comes.
//!
//! Each rule looks for one contradiction (a finite verb without a subject beside a noun without a verb, a relative pronoun
//! outside of a relative clause) and takes it away; a tree without contradictions stays as it is. This module must not
//! know what a date means.

mod clauses;
mod dates;
mod subjects;
mod tags;

use super::LexedPassage;
use super::transition::{NONE, Relation};
use super::upos::Upos;

use self::tags::has_full_stop;
pub(super) use self::tags::mend_tags;

/// A tree while it is mended. Words are named by their place in the sentence.
pub(super) struct Repair<'t> {
    pub(super) passage: &'t LexedPassage<'t>,
    /// The tokens of the words.
    pub(super) words: &'t [usize],
    /// Which of them are dates.
    pub(super) dates: &'t [bool],
    pub(super) tags: &'t mut [Upos],
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

impl Repair<'_> {
    /// Mends the tree.
    pub(super) fn mend(&mut self) {
        self.free_marks();
        self.hang_asides();
        self.demote_second_subjects();
        self.lift_auxiliaries();
        self.free_before_marks();
        self.free_from_dates();
        if self.passage.pack.reads_forms() {
            self.free_bare_dates();
        }
        if self.passage.pack.lexicon.writing().verb_second {
            self.find_objects_that_do();
        }
        let mut clauses = self.clauses();
        self.free_dates(&mut clauses);
        self.find_dates_that_do(&mut clauses);
        for verb in 0..self.heads.len() {
            if clauses[verb].is_finite && !clauses[verb].has_subject && !clauses[verb].is_joined {
                self.reduce_verb_above(verb, &mut clauses);
                self.find_subject(verb, &mut clauses);
            }
        }
        if has_full_stop(self.passage, self.words) {
            self.free_opening_phrase();
            self.find_verb_of_root(&mut clauses);
        }
        self.free_bare_root();
        for at in 0..self.heads.len() {
            self.free_relative_root(at);
            self.hang_relative_clause(at);
            self.lift_conjunct(at);
        }
    }

    fn head(&self, at: usize) -> Option<usize> {
        Some(self.heads[at]).filter(|&head| head != NONE).map(usize::from)
    }

    fn has(&self, at: usize, class: crate::language::Class) -> bool {
        self.passage.has(self.words[at], class)
    }

    /// "The union said sales rose": of two subjects the one behind the verb is none.
    fn demote_second_subjects(&mut self) {
        let mut last: Option<usize> = None;
        for at in 0..self.heads.len() {
            let Some(head) = self.head(at).filter(|_| self.relations[at] == Relation::Subject) else { continue };
            if at < head {
                last = Some(head);
            } else if last == Some(head) {
                self.relations[at] = Relation::Object;
            }
        }
    }

    /// Nothing hangs by a mark.
    fn free_marks(&mut self) {
        for at in 0..self.heads.len() {
            let marked = self.head(at).filter(|&head| self.tags[head] == Upos::Punctuation);
            let Some(above) = marked.and_then(|mark| self.head(mark)).filter(|&above| above != at) else { continue };
            if self.tags[above] != Upos::Punctuation && !self.is_below(above, at) {
                self.heads[at] = above as u16;
                if self.relations[at] == Relation::Subject {
                    self.relations[at] = Relation::Parataxis;
                }
            }
        }
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

    /// Whether a word is below another in the tree.
    fn is_below(&self, at: usize, top: usize) -> bool {
        std::iter::successors(Some(at), |&at| self.head(at)).take(self.heads.len()).any(|up| up == top)
    }
}
