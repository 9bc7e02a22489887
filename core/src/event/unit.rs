//! From a trigger to the units that its line may be made of: a clause or a phrase. Which of their parts are kept is in `parts`.
//!
//! The rules here only propose; `rank` chooses among what they propose. They ask the structure of the sentence, and classes
//! of words where a relation alone does not say enough.

use std::ops::Range;

use super::antecedent::Discourse;
use crate::language::Class;
use crate::syntax::{ParsedPassage, Relation, Structure, Tense, Upos};

/// A date in the structure of its sentence.
pub(super) struct DatedClause<'s> {
    pub(super) passage: &'s ParsedPassage<'s>,
    pub(super) structure: &'s Structure,
    pub(super) discourse: &'s Discourse<'s>,
    /// The tokens of the date, all of a range.
    pub(super) date: Range<usize>,
    /// The tokens of the other dates of the sentence.
    pub(super) others: &'s [Range<usize>],
    /// The trigger of the date, where it has one.
    pub(super) trigger: Option<usize>,
}

/// What a line says of a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    /// The head of the clause or the phrase.
    pub(super) head: usize,
    /// Whether it is a noun phrase.
    pub(super) is_phrase: bool,
    /// How it was found.
    pub(super) variant: Variant,
}

impl Unit {
    /// Returns a whole sentence, by its root.
    pub(super) fn sentence(root: usize) -> Self {
        Self { head: root, is_phrase: false, variant: Variant::Sentence }
    }
}

/// How a unit was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    /// The one that the rules prefer.
    Preferred,
    /// The trigger's own clause or phrase.
    Own,
    /// The clause above.
    Above,
    /// The noun that a clause hangs by.
    Antecedent,
    /// The sentence.
    Sentence,
}

impl DatedClause<'_> {
    pub(super) fn has(&self, at: usize, class: Class) -> bool {
        self.passage.has(at, class)
    }

    pub(super) fn is_mark(&self, at: usize, mark: char) -> bool {
        self.passage.tokens.get(at).is_some_and(|token| token.shape.is_mark(mark))
    }

    /// Whether a token or what hangs by it is another date.
    pub(super) fn holds_other(&self, at: usize) -> bool {
        let subtree = self.structure.subtree(at);
        self.others.iter().any(|other| other.start < subtree.end && subtree.start < other.end)
    }

    /// Returns the word of the date by which the others hang.
    pub(super) fn top(&self) -> usize {
        let outside = |&at: &usize| self.structure.head(at).is_none_or(|head| !self.date.contains(&head));
        self.date.clone().find(outside).unwrap_or(self.date.start)
    }

    pub(super) fn is_event_noun(&self, at: usize) -> bool {
        let structure = self.structure;
        structure.tag(at).is_noun() && self.has(at, self.passage.pack.grammar.event_noun)
            || structure.tag(at) == Upos::Gerund && structure.relation(at) != Relation::Determiner
    }

    pub(super) fn reports(&self, at: usize) -> bool {
        self.has(at, self.passage.pack.grammar.report)
    }

    /// Whether a verb only says who said it; "denied" says that it is not so.
    fn is_frame(&self, at: usize) -> bool {
        self.reports(at) && !self.has(at, self.passage.pack.grammar.denial)
    }

    pub(super) fn is_within(&self, at: usize, top: usize) -> bool {
        self.structure.subtree(top).contains(&at)
    }

    /// Returns the predicate above a token.
    pub(super) fn predicate_above(&self, at: usize) -> Option<usize> {
        self.structure.ancestors(at).find(|&up| self.structure.is_predicate(up))
    }

    /// Returns the words that a line may be built around: the trigger, and the first two events on the way up from the date.
    pub(super) fn pivots(&self) -> Vec<usize> {
        let structure = self.structure;
        let preposition = self.passage.pack.grammar.verb_preposition;
        let candidate = |&at: &usize| {
            let event = structure.is_predicate(at) || self.is_event_noun(at);
            event && !self.date.contains(&at) && !self.has(at, preposition)
        };
        let mut climb = structure.ancestors(self.top()).filter(candidate);
        // Who said it is part of the line where the date is that of the saying.
        let (first, second) = (climb.next(), climb.next().filter(|&at| !self.is_frame(at)));
        let proposed = self.trigger.filter(|at| structure.tokens().contains(at));
        let mut pivots = Vec::with_capacity(4);
        for pivot in [self.reporting_before().or_else(|| self.agreed(first)), proposed, first, second] {
            pivots.extend(pivot.filter(|pivot| !pivots.contains(pivot)));
        }
        pivots
    }

    /// "said Monday that": a past verb of reporting right before the date.
    fn reporting_before(&self) -> Option<usize> {
        let before = self.date.start.checked_sub(1)?;
        (self.reports(before) && self.structure.tag(before) == Upos::Past).then_some(before)
    }

    /// What the way up from the date and the trigger come to together.
    fn agreed(&self, climb: Option<usize>) -> Option<usize> {
        let (Some(climb), Some(proposed)) = (climb, self.trigger) else { return climb.or(self.trigger) };
        let tag = self.structure.tag(proposed);
        let predicative = (tag.is_noun() || tag == Upos::Adjective) && self.structure.is_predicate(proposed);
        let event = tag.is_verb() || self.is_event_noun(proposed) || predicative;
        let own = self.is_event_noun(climb) && self.is_within(self.top(), climb);
        Some(if !event || own || self.structure.tag(climb).is_verb() { climb } else { proposed })
    }

    /// Returns the candidates for the unit of a trigger, each once.
    pub(super) fn units(&self, trigger: usize) -> Vec<Unit> {
        let (head, is_phrase) = self.preferred_unit(trigger);
        let head = if is_phrase { head } else { self.asserted(head) };
        let mut units = vec![Unit { head, is_phrase, variant: Variant::Preferred }];
        let mut add = |head, is_phrase, variant| {
            let head = if is_phrase { head } else { self.asserted(head) };
            // Who said it is part of the line where the saying is what is dated.
            if !is_phrase && head != trigger && self.is_frame(head) {
                return;
            }
            if !units.iter().any(|unit| unit.head == head && unit.is_phrase == is_phrase) {
                units.push(Unit { head, is_phrase, variant });
            }
        };
        if self.structure.is_predicate(trigger) {
            add(trigger, false, Variant::Own);
            self.predicate_above(head).into_iter().for_each(|above| add(above, false, Variant::Above));
            self.restricted(trigger).into_iter().for_each(|noun| add(noun, true, Variant::Antecedent));
        } else {
            let noun = self.noun(trigger);
            add(noun, true, Variant::Own);
            if let Some(above) = self.predicate_above(noun) {
                add(above, false, Variant::Above);
                add(self.clause(above), false, Variant::Above);
            }
        }
        units
    }

    /// Returns the noun that a clause belongs to so closely that both are one phrase: "problems for which he had surgery". Behind
    /// a comma, and of a participle, the clause stands alone.
    fn restricted(&self, clause: usize) -> Option<usize> {
        let structure = self.structure;
        let noun = structure.head(clause).filter(|_| structure.relation(clause) == Relation::AdnominalClause)?;
        let start = structure.subtree(clause).start;
        let comma = self.is_mark(start, ',') || start > 0 && self.is_mark(start - 1, ',');
        let reduced = structure.tag(clause) == Upos::Participle && !structure.is_finite(clause);
        (!comma && !reduced).then_some(noun)
    }

    /// Whether the pivot stands in the unit as an aside, which is a statement of its own: "The company, which went
    /// bankrupt", "the wall, built by monks, was".
    pub(super) fn is_aside(&self, unit: Unit, pivot: usize) -> bool {
        let up = std::iter::once(pivot).chain(self.structure.ancestors(pivot)).take_while(|&up| up != unit.head);
        up.filter(|&up| self.structure.relation(up) == Relation::AdnominalClause)
            .any(|up| self.restricted(up).is_none())
    }

    /// Returns the clause, or the one above it where it cannot stand alone: a condition or a question says of itself that
    /// it is so ("if talks fail"), what is denied is not so, a comparison is a measure ("better than we feared"), and an
    /// infinitive is no statement ("to return on Friday").
    fn asserted(&self, clause: usize) -> usize {
        let mut asserted = clause;
        while self.is_condition(asserted)
            || self.is_led_by(asserted, self.passage.pack.grammar.comparing)
            || self.is_bare_infinitive(asserted)
            || self.is_what_is_denied(asserted)
        {
            let Some(above) = self.predicate_above(asserted) else { break };
            asserted = above;
        }
        asserted
    }

    pub(super) fn is_condition(&self, clause: usize) -> bool {
        self.is_led_by(clause, self.passage.pack.grammar.condition)
    }

    /// Whether a word of a class leads a clause.
    fn is_led_by(&self, clause: usize, class: Class) -> bool {
        let structure = self.structure;
        structure.children(clause).any(|at| structure.relation(at) == Relation::Case && self.has(at, class))
    }

    /// Returns the words that say nothing without the date that goes: the participle that it hangs by ("a poll published on
    /// Monday"), and one that stands alone with it between commas ("the wall, built in the 1930s,").
    pub(super) fn hollow_words(&self, cut: &Range<usize>) -> impl Iterator<Item = usize> + use<> {
        let structure = self.structure;
        let is_rest = |at: usize, part: usize| part == at || cut.contains(&part) || self.is_mark(part, ',');
        // "the summit which begins tomorrow"
        let relative = |part: usize| self.has(part, self.passage.pack.grammar.relative);
        let is_reduced = |&at: &usize| {
            let tag = structure.tag(at);
            let is_verb = match structure.relation(at) {
                Relation::AdnominalClause => matches!(tag, Upos::Participle | Upos::Gerund) || tag.is_finite(),
                // "a rise in activity, beginning in May"
                Relation::AdverbialClause => tag == Upos::Gerund,
                _ => false,
            };
            is_verb && structure.subtree(at).all(|part| is_rest(at, part) || relative(part))
        };
        let ends_sentence = ['.', ';'].iter().any(|&mark| self.is_mark(cut.end, mark));
        let is_alone = |&at: &usize| {
            let (tag, is_word) = (structure.tag(at), self.passage.tokens[at].shape.is_word());
            // "cut its rate, effective tomorrow.", but "in Rome, Italy on Monday."
            let ends = ends_sentence && matches!(tag, Upos::Adjective | Upos::Gerund | Upos::Participle);
            let between = at > 0 && self.is_mark(at - 1, ',') && (self.is_mark(cut.end, ',') || ends);
            between && is_word && !tag.is_finite() && tag != Upos::Adverb
        };
        let is_cut = !cut.is_empty();
        let reduced =
            structure.head(self.top()).filter(|_| is_cut && cut.contains(&self.date.start)).filter(is_reduced);
        let alone = cut.start.checked_sub(1).filter(|_| is_cut).filter(is_alone);
        reduced.into_iter().chain(alone)
    }

    /// "He denied that he had known": without its verb it says the contrary.
    fn is_what_is_denied(&self, clause: usize) -> bool {
        let denies = |head| self.has(head, self.passage.pack.grammar.denial);
        self.structure.relation(clause) == Relation::Complement && self.structure.head(clause).is_some_and(denies)
    }

    fn is_bare_infinitive(&self, clause: usize) -> bool {
        let structure = self.structure;
        let led = structure.children(clause).any(|at| at < clause && structure.tag(at) == Upos::Particle);
        led && structure.subject(clause).is_none() && !structure.is_finite(clause)
    }

    /// Returns the noun of the group that a noun is in.
    fn noun(&self, at: usize) -> usize {
        let mut up = std::iter::once(at).chain(self.structure.ancestors(at));
        up.find(|&at| self.structure.relation(at) != Relation::Determiner).unwrap_or(at)
    }

    fn preferred_unit(&self, trigger: usize) -> (usize, bool) {
        if self.structure.is_predicate(trigger) {
            return (self.clause(trigger), false);
        }
        let noun = self.noun(trigger);
        match self.predicate_above(noun) {
            None => (noun, true),
            Some(above) if !self.stands_as_phrase(noun, above) => (above, false),
            // A phrase of two or three words that names nobody says too little.
            Some(above) if self.is_meagre(noun) && !self.is_dated_beside(above, noun) => (above, false),
            Some(_) => (noun, true),
        }
    }

    /// Returns the head of the clause that a predicate is stated in: the predicate above it, where it has no subject of its
    /// own and is done in the same breath ("is expected to open", "rose and fell").
    fn clause(&self, predicate: usize) -> usize {
        let structure = self.structure;
        let mut clause = predicate;
        while structure.subject(clause).is_none() {
            let Some(head) = structure.head(clause) else { break };
            let above = match structure.relation(clause) {
                Relation::Complement if structure.is_predicate(head) => {
                    Some(head).filter(|_| !structure.is_finite(clause) || !self.reports(head))
                }
                Relation::AdverbialClause if structure.tag(clause) == Upos::Base => {
                    Some(head).filter(|&head| structure.is_predicate(head))
                }
                Relation::AdnominalClause if structure.tag(clause) == Upos::Base => self.predicate_above(clause),
                Relation::Subject | Relation::Object | Relation::Oblique if !structure.is_finite(clause) => {
                    self.predicate_above(clause)
                }
                _ => None,
            };
            match above {
                Some(above) => clause = above,
                None => break,
            }
        }
        while structure.relation(clause) == Relation::Conjunct && structure.subject(clause).is_none() {
            let Some(head) = structure.head(clause).filter(|&head| structure.is_predicate(head)) else { break };
            let tense = structure.tense(clause);
            if self.is_dated_beside(head, clause) || tense != Tense::None && tense != structure.tense(head) {
                break;
            }
            clause = head;
        }
        clause
    }

    /// Whether a noun is stated as a phrase, without the clause that it stands in.
    fn stands_as_phrase(&self, noun: usize, above: usize) -> bool {
        let (structure, grammar) = (self.structure, &self.passage.pack.grammar);
        let top = self.top();
        let led =
            |class| structure.children(noun).any(|at| structure.relation(at) == Relation::Case && self.has(at, class));
        let attributive = top < noun
            && structure.head(top).is_some_and(|head| self.is_within(head, noun))
            && matches!(structure.relation(top), Relation::Determiner | Relation::NounModifier);
        let clausal = |at: usize| {
            use Relation::{AdnominalClause, AdverbialClause, Complement};
            matches!(structure.relation(at), AdnominalClause | AdverbialClause | Complement)
        };
        self.is_dated_beside(above, noun)
            || led(grammar.since)
            || led(grammar.ahead)
            || led(grammar.comparing)
            || structure.relation(noun) == Relation::Object && attributive && !self.has(above, grammar.light_verb)
            || structure.ancestors(noun).take_while(|&up| up != above).any(clausal)
            || structure.relation(noun) == Relation::NounModifier
                && structure
                    .child(noun, Relation::Case)
                    .is_some_and(|at| !self.has(at, grammar.attributive_preposition))
    }

    fn is_meagre(&self, noun: usize) -> bool {
        let structure = self.structure;
        let word = |&at: &usize| {
            self.passage.tokens[at].shape.is_word()
                && structure.relation(at) != Relation::Case
                && !self.date.contains(&at)
        };
        let words: Vec<usize> = structure.subtree(noun).filter(word).collect();
        words.len() <= 3 && !words.iter().any(|&at| structure.tag(at) == Upos::ProperNoun)
    }

    /// Whether another date dates a clause itself, outside of its part `except` and of its subordinate clauses.
    fn is_dated_beside(&self, clause: usize, except: usize) -> bool {
        use Relation::{AdnominalClause, AdverbialClause, Complement, Conjunct, Parataxis};
        let structure = self.structure;
        structure.children(clause).any(|child| {
            let subordinate = matches!(
                structure.relation(child),
                AdverbialClause | Conjunct | AdnominalClause | Complement | Parataxis
            );
            !subordinate && !self.is_within(except, child) && self.holds_other(child)
        })
    }
}
