//! Subordinate clauses that hang by the wrong word, or that took what is not theirs.

use super::Repair;
use crate::syntax::transition::{NONE, Relation};
use crate::syntax::upos::Upos;

impl Repair<'_> {
    /// "until spring, in April, before it judged": nothing of a clause stands before the word that opens it.
    pub(super) fn free_before_marks(&mut self) {
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
    pub(super) fn free_relative_root(&mut self, pronoun: usize) {
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

    /// "The deadline, set for Monday, was missed", "He was ill, needing a transplant": what a gerund or a participle alone says behind
    /// a comma is an aside of the clause that is finite. A verb that a comma parts from its subject is a participle as well.
    pub(super) fn free_bare_root(&mut self) {
        let Some(root) = (1..self.heads.len()).find(|&at| self.head(at).is_none()) else { return };
        let clauses = self.clauses();
        let comma = |at: usize| self.has(at, self.passage.pack.grammar.comma);
        if !self.tags[root].is_verb() || clauses[root].has_auxiliary || !comma(root - 1) {
            return;
        }
        let is_clause = |&at: &usize| {
            use Relation::{AdverbialClause, Conjunct, Parataxis};
            let joined = matches!(self.relations[at], AdverbialClause | Conjunct | Parataxis);
            self.head(at) == Some(root) && joined && clauses[at].is_finite && !clauses[at].is_joined
        };
        let Some(clause) = (0..self.heads.len()).find(is_clause) else { return };
        let is_subject = |&at: &usize| self.head(at) == Some(root) && self.relations[at] == Relation::Subject;
        let subject = (0..root).find(is_subject);
        let owns = clauses[clause].has_subject;
        let is_bare = matches!(self.tags[root], Upos::Gerund | Upos::Participle);
        let is_enclosed = (root..clause).any(comma) && !(0..root - 1).any(comma);
        let (above, relation) = match subject {
            Some(subject) if !owns && is_enclosed => (subject, Relation::AdnominalClause),
            None if owns && is_bare => (clause, Relation::AdverbialClause),
            _ => return,
        };
        for at in (0..root).chain(clause..self.heads.len()).filter(|&at| at != clause) {
            if self.head(at) == Some(root) {
                self.heads[at] = clause as u16;
            }
        }
        if !is_bare {
            self.tags[root] = Upos::Participle;
        }
        (self.heads[clause], self.relations[clause]) = (NONE, Relation::Root);
        (self.heads[root], self.relations[root]) = (above as u16, relation);
    }

    /// "During his visit he is to speak.": a phrase with a preposition is no sentence, what was taken for its relative clause is one.
    pub(super) fn free_opening_phrase(&mut self) {
        let Some(noun) = (1..self.heads.len()).find(|&at| self.head(at).is_none()) else { return };
        let is_case = |at: usize| self.head(at) == Some(noun) && self.relations[at] == Relation::Case;
        let is_led = (0..noun).any(|at| is_case(at) && self.tags[at] == Upos::Adposition);
        if !is_led || !self.tags[noun].is_noun() {
            return;
        }
        let clauses = self.clauses();
        let is_clause = |&at: &usize| {
            let own = self.head(at) == Some(noun) && self.relations[at] == Relation::AdnominalClause;
            own && clauses[at].is_finite && clauses[at].has_subject && !clauses[at].is_joined
        };
        let Some(clause) = (noun + 1..self.heads.len()).find(is_clause) else { return };
        let relative = self.passage.pack.grammar.relative;
        if (noun + 1..clause).any(|at| self.has(at, relative)) {
            return;
        }
        for at in clause + 1..self.heads.len() {
            if self.head(at) == Some(noun) {
                self.heads[at] = clause as u16;
            }
        }
        (self.heads[clause], self.relations[clause]) = (NONE, Relation::Root);
        (self.heads[noun], self.relations[noun]) = (clause as u16, Relation::Oblique);
    }

    /// "A third, who fled to Dubai, is being sought": a clause that a relative pronoun opens hangs by the noun before it.
    pub(super) fn hang_relative_clause(&mut self, subject: usize) {
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
        // "The guards, who had been called in March, were called again": the verb has taken the subject of the one above it.
        let above = self.head(verb).filter(|&above| above > verb && self.head(noun) == Some(verb));
        if let Some(above) = above.filter(|_| self.relations[noun] == Relation::Subject && comma(&(subject - 1))) {
            (self.heads[noun], self.relations[noun]) = (above as u16, Relation::Subject);
            (self.heads[verb], self.relations[verb]) = (noun as u16, Relation::AdnominalClause);
            return;
        }
        // "anunciou na quarta-feira que": nothing of that day.
        let is_date = self.passage.pack.reads_forms() && self.dates[noun];
        if noun < subject && role && nominal && !is_date && !self.is_below(noun, verb) {
            (self.heads[verb], self.relations[verb]) = (noun as u16, Relation::AdnominalClause);
        }
    }

    /// "The firm said that profit rose, and raised its forecast": behind a comma a verb without a subject goes on with the clause of
    /// the saying, not with what was said.
    pub(super) fn lift_conjunct(&mut self, conjunct: usize) {
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
        // "He said the price is right but declined to name it"
        let present = complement.is_some_and(|at| self.is_present(at));
        if (present || self.has(joining - 1, grammar.comma)) && self.tags[joining] == Upos::Conjunction {
            self.heads[conjunct] = saying as u16;
        }
    }

    fn is_present(&self, verb: usize) -> bool {
        let auxiliary = |at: &usize| self.head(*at) == Some(verb) && self.relations[*at] == Relation::Auxiliary;
        let finite = (0..self.heads.len()).find(auxiliary).unwrap_or(verb);
        matches!(self.tags[finite], Upos::Present | Upos::AuxPresent)
    }
}
