//! Mends trees that no sentence has: a greedy parser never looks back, and what it took for the end of a clause may turn out
//! to be its subject once the verb comes.
//!
//! Each rule looks for one contradiction (a finite verb without a subject beside a noun without a verb, a relative pronoun
//! outside of a relative clause) and takes it away; a tree without contradictions stays as it is. This module must not
//! know what a date means.

use super::LexedPassage;
use super::transition::{NONE, Relation};
use super::upos::Upos;
use crate::text::Shape;

/// A tree while it is mended. Words are named by their place in the sentence.
pub(super) struct Repair<'t> {
    pub(super) passage: &'t LexedPassage<'t>,
    /// The tokens of the words.
    pub(super) words: &'t [usize],
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

/// Mends tags that a look at the whole sentence contradicts: a capital within a sentence is no "may", and a sentence has
/// a finite verb if any word may be one.
pub(super) fn mend_tags(passage: &LexedPassage<'_>, words: &[usize], tags: &mut [Upos]) {
    let is_capital = |place: usize| passage.tokens[words[place]].shape == Shape::Capital;
    let lower = words.iter().any(|&at| passage.tokens[at].shape == Shape::Lower);
    // "May Lindqvist": the verb that the tagger saw behind "may" is a name as well.
    let mut named = false;
    for (at, tag) in tags.iter_mut().enumerate().skip(1) {
        named = lower
            && is_capital(at)
            && (*tag == Upos::Modal || named && matches!(tag, Upos::Base | Upos::Present | Upos::Past));
        if named {
            *tag = Upos::ProperNoun;
        }
    }
    // "compared with £198 million" is no clause.
    for at in 1..tags.len() {
        if tags[at] == Upos::Participle
            && passage.has(words[at], passage.pack.grammar.comparing)
            && passage.has(words[at - 1], passage.pack.grammar.comma)
        {
            tags[at] = Upos::Adposition;
        }
    }
    if !tags.iter().any(|tag| tag.is_finite()) {
        make_finite(passage, words, tags);
    }
}

/// Whether a full stop ends a sentence; headlines, which do without a verb, have none.
fn has_full_stop(passage: &LexedPassage<'_>, words: &[usize]) -> bool {
    words.iter().rev().take(2).any(|&at| passage.tokens[at].shape.is_mark('.'))
}

/// Makes the last participle finite: "The mill by the river closed on Monday." In most verbs the two forms are one, and
/// the tagger sees only the words beside it.
fn make_finite(passage: &LexedPassage<'_>, words: &[usize], tags: &mut [Upos]) {
    let has_auxiliary = |at: usize| {
        let before = tags[..at].iter().rev().find(|tag| **tag != Upos::Adverb);
        before.is_some_and(|tag| matches!(tag, Upos::AuxBase | Upos::AuxParticiple | Upos::Particle))
    };
    let behind_noun = |at: usize| tags[..at].iter().any(|tag| tag.is_noun() || *tag == Upos::Pronoun);
    let attributive = |at: usize| tags.get(at + 1).is_some_and(|tag| tag.is_noun());
    // "closed by the council", but not "rose by 3%".
    let word = |at: usize| words.get(at).is_some_and(|&at| passage.tokens[at].shape.is_word());
    let by = |at: usize| words.get(at).is_some_and(|&at| passage.has(at, passage.pack.grammar.by));
    let passive = |at: usize| by(at + 1) && word(at + 2);
    let candidate = |&at: &usize| {
        tags[at] == Upos::Participle && !has_auxiliary(at) && behind_noun(at) && !attributive(at) && !passive(at)
    };
    if let Some(at) = (0..tags.len()).rev().find(candidate) {
        tags[at] = Upos::Past;
    }
}

impl Repair<'_> {
    /// Mends the tree.
    pub(super) fn mend(&mut self) {
        self.free_marks();
        self.demote_second_subjects();
        self.lift_auxiliaries();
        self.free_before_marks();
        self.free_sums();
        let mut clauses = self.clauses();
        self.free_dates(&mut clauses);
        for verb in 0..self.heads.len() {
            if clauses[verb].is_finite && !clauses[verb].has_subject && !clauses[verb].is_joined {
                self.find_subject(verb, &mut clauses);
            }
        }
        if has_full_stop(self.passage, self.words) {
            self.find_verb_of_root(&mut clauses);
        }
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

    /// "for £340 million last July": a sum is no part of the date behind it, and the preposition is its own.
    fn free_sums(&mut self) {
        let is_sign = |at: usize| {
            let sign = self.words[at].checked_sub(1).map(|sign| self.passage.tokens[sign].shape);
            matches!(sign, Some(Shape::Mark('$' | '£' | '€' | '¥')))
        };
        let sums: Vec<usize> = (0..self.heads.len()).filter(|&at| is_sign(at)).collect();
        for sum in sums {
            let within = self.head(sum).filter(|_| self.relations[sum] == Relation::Determiner);
            let Some(date) = within.filter(|&date| date > sum && self.is_named_date(date)) else { continue };
            (self.heads[sum], self.relations[sum]) = (self.heads[date], self.relations[date]);
            let above = if self.heads[date] == NONE { sum as u16 } else { self.heads[date] };
            (self.heads[date], self.relations[date]) = (above, Relation::Oblique);
            for at in 0..sum {
                if self.head(at) == Some(date) {
                    self.heads[at] = sum as u16;
                }
            }
        }
    }

    fn is_named_date(&self, at: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        [grammar.weekday, grammar.month, grammar.unit].into_iter().any(|class| self.has(at, class))
    }

    /// "until spring, in April, before it judged": nothing of a clause stands before the word that opens it.
    fn free_before_marks(&mut self) {
        for mark in 1..self.heads.len() {
            let opens = self.relations[mark] == Relation::Case && self.tags[mark] == Upos::Subordinator;
            let Some(verb) = self.head(mark).filter(|&verb| opens && verb > mark) else { continue };
            let Some(above) = self.head(verb).filter(|&above| above < mark) else { continue };
            for at in above + 1..mark {
                let part = matches!(self.relations[at], Relation::Oblique | Relation::Punctuation);
                if part && self.head(at) == Some(verb) {
                    self.heads[at] = above as u16;
                }
            }
        }
    }

    /// "A third, who fled to Dubai, is being sought": the verb of a relative clause is not that of the sentence if another has no
    /// subject.
    fn free_relative_root(&mut self, pronoun: usize) {
        let is_subject = self.relations[pronoun] == Relation::Subject && self.tags[pronoun] == Upos::Pronoun;
        if !is_subject || !self.has(pronoun, self.passage.pack.grammar.relative) || pronoun < 2 {
            return;
        }
        let root = self.head(pronoun).filter(|&verb| verb > pronoun && self.head(verb).is_none());
        let Some(root) = root.filter(|_| self.has(pronoun - 1, self.passage.pack.grammar.comma)) else { return };
        let clauses = self.clauses();
        let verb = (root + 1..self.heads.len()).find(|&at| {
            let clause = clauses[at];
            self.head(at) == Some(root) && clause.is_finite && !clause.has_subject && !clause.is_joined
        });
        let before = |&at: &usize| {
            let tag = self.tags[at];
            (tag.is_noun() || matches!(tag, Upos::Adjective | Upos::Number)) && self.head(at) == Some(root)
        };
        let (Some(verb), Some(noun)) = (verb, (0..pronoun).rev().find(before)) else { return };
        (self.heads[verb], self.relations[verb]) = (NONE, Relation::Root);
        (self.heads[noun], self.relations[noun]) = (verb as u16, Relation::Subject);
        (self.heads[root], self.relations[root]) = (noun as u16, Relation::AdnominalClause);
        for at in (0..noun).chain(verb + 1..self.heads.len()) {
            if self.head(at) == Some(root) {
                self.heads[at] = verb as u16;
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

    /// A date behind its preposition is neither a subject ("who had been missing since Tuesday was found") nor what somebody is
    /// ("were without power at noon on Thursday").
    fn free_dates(&mut self, clauses: &mut [Clause]) {
        let grammar = &self.passage.pack.grammar;
        for date in 1..self.heads.len() {
            let dated = self.has(date, grammar.weekday) || self.has(date, grammar.month);
            let led = self.has(date - 1, grammar.time_preposition) && self.tags[date - 1] != Upos::Conjunction;
            if !dated || !led {
                continue;
            }
            if self.relations[date] == Relation::Subject {
                self.free_subject(date, clauses);
            } else if clauses[date].has_auxiliary {
                self.free_predicate(date, clauses);
            }
        }
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
            own && matches!(
                self.relations[at],
                Relation::Oblique | Relation::NounModifier | Relation::AdverbialModifier
            )
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

    /// Makes a noun that is no part of any clause the subject of a finite verb that has none, and puts the verb in its place.
    fn find_subject(&mut self, verb: usize, clauses: &mut [Clause]) {
        let Some((noun, relation)) = self.subject_without_verb(verb, clauses) else { return };
        clauses[verb].has_subject = true;
        self.make_subject(noun, verb, relation);
    }

    /// "The company, Crossline, denied that it had broken an agreement.": where a noun has no verb, or only one behind "that", its
    /// first participle is its verb.
    fn find_verb_of_root(&mut self, clauses: &mut [Clause]) {
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
            self.head(at) == Some(above)
                && matches!(self.relations[at], Conjunct | Parataxis)
                && self.is_bare_noun(at, clauses)
        };
        // "prices on the two shores differed"
        let top =
            std::iter::successors(Some(above), |&at| self.head(at).filter(|_| self.relations[at] == NounModifier));
        let top = top.take(self.heads.len()).last().filter(|&top| self.is_bare_noun(top, clauses));
        let noun = if let Some(top) = top { top } else { modified.or_else(|| (above + 1..verb).rev().find(beside))? };
        let relation = match self.relations[noun] {
            // "said sales rose", but not "representing member states, approved".
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

    /// "The firm said that profit rose, and raised its forecast": behind a comma a verb without a subject goes on with the clause of
    /// the saying, not with what was said.
    fn lift_conjunct(&mut self, conjunct: usize) {
        if self.relations[conjunct] != Relation::Conjunct || self.tags[conjunct] != Upos::Past {
            return;
        }
        let child =
            |relation| (0..conjunct).find(|&at| self.head(at) == Some(conjunct) && self.relations[at] == relation);
        let (subject, joining) = (child(Relation::Subject), child(Relation::Case));
        let Some(joining) = joining.filter(|_| subject.is_none()).filter(|&at| at > 0) else { return };
        let complement = self.head(conjunct).filter(|&at| self.relations[at] == Relation::Complement);
        let saying = complement.and_then(|at| self.head(at)).filter(|&verb| verb < joining);
        let grammar = &self.passage.pack.grammar;
        let Some(saying) = saying.filter(|&verb| self.tags[verb] == Upos::Past && self.has(verb, grammar.report))
        else {
            return;
        };
        if self.has(joining - 1, grammar.comma) && self.tags[joining] == Upos::Conjunction {
            self.heads[conjunct] = saying as u16;
        }
    }

    /// Whether a word is below another in the tree.
    fn is_below(&self, at: usize, top: usize) -> bool {
        std::iter::successors(Some(at), |&at| self.head(at)).take(self.heads.len()).any(|up| up == top)
    }
}
