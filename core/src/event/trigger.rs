//! The trigger of a date: the verb of its clause, or the noun of an event.
//!
//! Every verb and event noun of the sentence is a candidate with a cost; the cheapest is attached to the date.

use std::ops::Range;

use super::sentence::{ParsedSentence, Role};
use crate::calendar::Granularity;
use crate::syntax::{Upos, Verb, VerbForm, is_adverb, opens_clause};
use crate::temporal::Resolved;
use crate::text::Shape;

/// The word that stands for what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger<'v> {
    /// A verb group.
    Verb(&'v Verb),
    /// The predicate of a copula, with its token: "is a tragedy", "were up".
    Predicate(&'v Verb, usize),
    /// A noun, by its token.
    Noun(usize),
}

impl Trigger<'_> {
    /// Returns the token of the trigger.
    pub(super) fn token(&self) -> usize {
        match self {
            Self::Verb(verb) => verb.head,
            Self::Predicate(_, at) | Self::Noun(at) => *at,
        }
    }
}

/// Costs of what separates a candidate from its date, in words. Tuned on annotated news; their order of size matters
/// more than their values.
mod distance {
    pub(super) const COMMA: usize = 7;
    pub(super) const SUBORDINATOR: usize = 8;
    /// Quotation marks, colons, dashes: another clause.
    pub(super) const CLAUSE: usize = 8;
    /// Semicolons: what could be another sentence.
    pub(super) const INDEPENDENT_CLAUSE: usize = 20;
    /// The candidate follows the date, though the date does not open the clause.
    pub(super) const AFTER_DATE: usize = 7;
    /// ", police said.": who reports it, not what happened.
    pub(super) const REPORTING_CLAUSE: usize = 12;
    pub(super) const PARTICIPLE: usize = 4;
    /// "which recently opened": right after a date without a preposition.
    pub(super) const RIGHT_AFTER: usize = 1;
    pub(super) const INFINITIVE: usize = 1;
    /// "invited them to rejoin two weeks ago": an intention is not what happened on a date in the past.
    pub(super) const PAST_INTENTION: usize = 4;
    /// "voted to support the treaty on Friday": the vote was on Friday.
    pub(super) const GOVERNED_INFINITIVE: usize = 8;
    /// "is" and "was" alone mean less than the words beside them.
    pub(super) const COPULA: usize = 7;
    /// "the concert planned for May": the participle only modifies its noun.
    pub(super) const PLANNED_NOUN: usize = 9;
    /// A noun without a preposition between it and its date: "a meeting Friday".
    pub(super) const BARE_NOUN: usize = 4;
    /// A noun with one: "the meeting in May". Its verb is as good a trigger: "held a meeting in May".
    pub(super) const NOUN: usize = 3;
    /// "the ministry's apology": a noun with a subject of its own is like a verb.
    pub(super) const VERBAL_NOUN: usize = 3;
    /// The candidate is before the date, though the date opens a clause of its own.
    pub(super) const PRECEDING_CLAUSE: usize = 6;
    /// Where somebody came from: "came back from a visit on Monday".
    pub(super) const SOURCE: usize = 4;
    /// A noun that a preposition governs: "killed in a bombing in 1995", "scheduled for completion by May".
    pub(super) const PREPOSITIONAL_NOUN: usize = 1;
    /// Another finite verb is between them.
    pub(super) const VERB_BETWEEN: usize = 3;
}

/// The longest noun group that is read, in tokens.
const LONGEST_GROUP: usize = 9;

impl<'s> ParsedSentence<'s> {
    /// Returns the trigger of a date; `None` where the sentence has neither a verb nor an event noun.
    pub(super) fn trigger(&self, date: &Resolved) -> Option<Trigger<'s>> {
        if let Some(trigger) = self.modified(date).or_else(|| self.cleft(date)) {
            return Some(trigger);
        }
        let tokens = date.expression.first..date.expression.end;
        let opens = opens_clause(self.passage, self.tokens, self.verbs, &tokens);
        let verbs = self.verbs.iter().filter(|verb| !contains(date, verb.head));
        let verbs = verbs.map(|verb| (self.verb_cost(date, verb, opens), Trigger::Verb(verb)));
        let nouns = self.tokens.clone().filter(|&at| self.is_event_noun(at) && !contains(date, at));
        let nouns = nouns.filter_map(|at| Some((self.noun_cost(date, at, opens)?, Trigger::Noun(at))));
        let planned = self.planned_adjective(date).map(|at| (0, Trigger::Noun(at)));
        let nearest = verbs.chain(nouns).chain(planned).min_by_key(|(cost, _)| *cost).map(|(_, trigger)| trigger)?;
        Some(match nearest {
            Trigger::Verb(verb) => self.verb_or_predicate(date, verb),
            _ => nearest,
        })
    }

    /// Returns the predicate of a copula that has one, else the verb itself.
    fn verb_or_predicate(&self, date: &Resolved, verb: &'s Verb) -> Trigger<'s> {
        let predicate = if self.is_copula(verb) { self.predicate(date, verb) } else { None };
        predicate.unwrap_or(Trigger::Verb(verb))
    }

    /// Returns the head of a copula's predicate.
    fn predicate(&self, date: &Resolved, verb: &'s Verb) -> Option<Trigger<'s>> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let mut head = None;
        for at in verb.head + 1..self.tokens.end {
            let tag = passage.tag(at);
            let skipped = contains(date, at) || is_adverb(passage, at) || passage.has(at, grammar.determiner);
            if passage.has(at, grammar.particle) && head.is_none() {
                return Some(Trigger::Predicate(verb, at));
            } else if matches!(self.role(at), Role::None | Role::Participle)
                && (tag.is_noun() || tag == Upos::Adjective)
                && !contains(date, at)
            {
                head = Some(at);
            } else if head.is_some() || !skipped {
                break;
            }
        }
        head.map(|head| Trigger::Predicate(verb, head))
    }

    /// Returns the adjective of planning right before its date: "notes due in 2007". Not that of "the strike due on
    /// Friday", which only modifies the noun of an event.
    fn planned_adjective(&self, date: &Resolved) -> Option<usize> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let mut words = (self.tokens.start..date.expression.first).rev();
        let before = words.find(|&at| !passage.has(at, grammar.time_preposition))?;
        let adjective = passage.has(before, grammar.plan) && passage.tag(before) == Upos::Adjective;
        let of_event = before > self.tokens.start && self.is_event_noun(before - 1);
        (adjective && !of_event && self.role(before) == Role::None).then_some(before)
    }

    /// Returns the trigger where the date modifies a noun: the noun itself, if it is that of an event ("the 2020
    /// elections", "Friday's call", "the 1987 treaty"), else the verb whose subject it is ("third-quarter profit
    /// jumped").
    fn modified(&self, date: &Resolved) -> Option<Trigger<'s>> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let end = date.expression.end;
        let following = passage.tokens.get(end).filter(|_| end < self.tokens.end)?;
        let possessive = following.shape == Shape::Possessive;
        if !possessive && !(self.is_modifier(date) && (following.shape.is_word() || following.shape.is_mark('('))) {
            return None;
        }
        let (head, next) = self.noun_group(end + usize::from(possessive));
        // A year can date any noun; a day or a quarter only the nouns of events.
        let of_year = !possessive && date.granularity.is_some_and(|granularity| granularity <= Granularity::Year);
        let any = of_year && self.is_determined(date) || self.is_vague_adjective(date);
        let head = head?;
        if self.is_event_noun(head) || any && !passage.has(head, grammar.unit) {
            return Some(Trigger::Noun(head));
        }
        let verb = self.verbs.iter().find(|verb| verb.tokens.start == next && verb.finite)?;
        Some(self.verb_or_predicate(date, verb))
    }

    /// Returns the verb after "that" in a cleft: "It was on Friday that the mill closed", "Fue el lunes cuando cerró".
    fn cleft(&self, date: &Resolved) -> Option<Trigger<'s>> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let that = date.expression.end;
        let be = self.verbs.iter().rev().find(|verb| verb.tokens.end <= date.expression.first)?;
        let it = be.tokens.start.checked_sub(1).is_some_and(|at| passage.has(at, grammar.neuter));
        let opens = passage.pack.reads_forms() && be.tokens.start <= self.tokens.start + 1;
        let joins = passage.has(that, grammar.that) || opens && passage.has(that, grammar.clause_lead);
        if !joins || !(it || opens) || !self.is_copula(be) {
            return None;
        }
        self.verbs
            .iter()
            .find(|verb| verb.tokens.start > that && verb.finite)
            .map(|verb| self.verb_or_predicate(date, verb))
    }

    /// Returns the head of the noun group that starts at a token, and the first token after the group.
    fn noun_group(&self, start: usize) -> (Option<usize>, usize) {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let stops = [
            grammar.time_preposition,
            grammar.preposition,
            grammar.subordinator,
            grammar.determiner,
            grammar.subject,
            grammar.to,
            grammar.weekday,
        ];
        let (mut head, mut bracket) = (None, false);
        let mut at = start;
        while at < self.tokens.end.min(start + LONGEST_GROUP) {
            let shape = passage.tokens[at].shape;
            match shape {
                Shape::Mark('(') => bracket = true,
                Shape::Mark(')') => bracket = false,
                Shape::Mark('-' | '/') | Shape::Possessive => {}
                Shape::Sum | Shape::Digits { .. } => {}
                _ if !shape.is_word()
                    || matches!(self.role(at), Role::Finite | Role::VerbGroup)
                    || is_adverb(passage, at)
                    || stops.into_iter().any(|class| passage.has(at, class)) =>
                {
                    break;
                }
                // An abbreviation in brackets is not the head: "Forces (INF) treaty".
                _ if !bracket => head = Some(at),
                _ => {}
            }
            at += 1;
        }
        (head, at)
    }

    /// Whether the date modifies a noun: after a determiner, or before a noun and without a preposition of time.
    fn is_modifier(&self, date: &Resolved) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let end = date.expression.end;
        let coarse = date.granularity.is_some_and(|granularity| granularity <= Granularity::Month);
        let event = self.is_event_noun(end) || self.is_event_noun(end + 1);
        let before = self.before(date);
        let adverbial = before.is_some_and(|before| passage.has(before, grammar.time_preposition));
        let adjective = before.map(|before| passage.tokens[before]);
        let adjective = adjective.is_some_and(|before| before.shape == Shape::Lower && before.symbol == 0);
        self.is_vague_adjective(date)
            || self.is_determined(date)
            || coarse && (event || !adverbial && (adjective || passage.tag(end).is_noun()))
    }

    /// Whether the date has a determiner or a possessive before it or in it: "the 1987 law", "the January law".
    fn is_determined(&self, date: &Resolved) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let first = date.expression.first;
        self.before(date).is_some_and(|before| {
            passage.has(before, grammar.determiner) || passage.tokens[before].shape == Shape::Possessive
        }) || passage.has(first, grammar.determiner)
    }

    /// Returns the token before the date, in its sentence.
    fn before(&self, date: &Resolved) -> Option<usize> {
        date.expression.first.checked_sub(1).filter(|before| self.tokens.contains(before))
    }

    /// Whether the date is "recent", "current", "future": they date any noun that they modify.
    fn is_vague_adjective(&self, date: &Resolved) -> bool {
        date.interval.is_none() && self.passage.tag(date.expression.end - 1) == Upos::Adjective
    }

    /// Whether the token is the noun of an event, the head of its group and not a part of a verb group.
    fn is_event_noun(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        at < self.tokens.end
            && passage.has(at, grammar.event_noun)
            && self.role(at) == Role::None
            && !passage.has(at, grammar.figure)
            && !self.is_compound_modifier(at)
            && !self.is_complement(at)
            && !passage.tokens.get(at + 1).is_some_and(|next| next.shape.is_mark('-') && !next.spaced)
    }

    /// Whether the noun modifies the noun after it: "election results", "an appeals court", "Battle Creek".
    fn is_compound_modifier(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let next = at + 1;
        if next >= self.tokens.end || self.role(next) != Role::None {
            return false;
        }
        let noun = passage.tag(next).is_noun() && passage.tokens[next].shape == Shape::Lower;
        let no_heads = [grammar.plan, grammar.unit, grammar.deictic, grammar.last, grammar.next, grammar.anaphoric];
        let named = passage.tokens[at].shape.is_capital()
            && passage.tokens[next].shape.is_capital()
            && !passage.has(next, grammar.weekday)
            && !passage.has(next, grammar.month);
        passage.has(next, grammar.event_noun)
            || noun && !no_heads.into_iter().any(|class| passage.has(next, class))
            || named && self.verbs.iter().any(|verb| verb.finite)
    }

    /// Whether the noun is the complement of another event noun, the head: "the deadline for bids", "a wave of
    /// attacks".
    fn is_complement(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        at >= self.tokens.start + 2
            && passage.has(at - 1, grammar.noun_preposition)
            && passage.has(at - 2, grammar.event_noun)
    }

    /// Returns the cost of a verb as the trigger.
    fn verb_cost(&self, date: &Resolved, verb: &Verb, opens: bool) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let after = verb.tokens.start >= date.expression.end;
        let kind = match verb.form {
            // "denied leaving": the date is that of the gerund.
            _ if verb.negated && !verb.finite => 0,
            VerbForm::Future if !verb.finite && passage.has(verb.head, grammar.plan) => distance::PLANNED_NOUN,
            // "an initiative led by Japan": a past form without an auxiliary, tagged as a participle.
            _ if verb.tokens.len() == 1 && passage.tag(verb.head) == Upos::Participle => distance::PARTICIPLE,
            VerbForm::Participle => distance::PARTICIPLE,
            VerbForm::Infinitive => distance::INFINITIVE,
            _ if self.is_copula(verb) => distance::COPULA,
            _ => 0,
        };
        let intended = !verb.finite
            && !verb.negated
            && matches!(verb.form, VerbForm::Future | VerbForm::Potential | VerbForm::Infinitive);
        let intention = if intended && self.is_past(date) { distance::PAST_INTENTION } else { 0 };
        let governed = intended && !after && self.is_governor_dated(verb, date);
        let intention = if governed { distance::GOVERNED_INFINITIVE } else { intention };
        let reporting = after
            && passage.has(verb.head, grammar.report)
            && (date.expression.end..verb.tokens.start).any(|at| passage.tokens[at].shape.is_mark(','));
        // "said sales in March rose": the date is in the subject of the reported clause.
        let saying = passage.has(verb.head, grammar.saying);
        // "said its debt was nine mln a year ago": the reported clause has a verb of its own.
        let content = verb.tokens.end..date.expression.first;
        let content = self.verbs.iter().any(|verb| verb.finite && content.contains(&verb.tokens.start));
        let reported = saying && !after && (content || self.finite_after(date).is_some());
        // "For the full year, he said, sales will rise": the saying is not dated by a time that is not over.
        let open = date.granularity.is_some_and(|granularity| granularity <= Granularity::Quarter);
        let gap = date.expression.end..verb.tokens.start;
        let other = self.verbs.iter().any(|other| other.finite && gap.contains(&other.head));
        let of_content = saying && after && (open && !self.is_past(date) || other);
        let reporting = if reporting && !opens || reported || of_content { distance::REPORTING_CLAUSE } else { 0 };
        let right_after = !opens && self.finite_after(date) == Some(verb) && !self.has_preposition(date);
        if right_after {
            return distance::RIGHT_AFTER + kind;
        }
        let non_finite = if opens && after && !verb.finite { distance::AFTER_DATE } else { 0 };
        self.gap_cost(date, &verb.tokens, opens) + kind + intention + reporting + non_finite
    }

    /// Whether a conjunction joins words and opens no clause: "in Leeds and Porto on Friday", "as early as Friday".
    fn joins_words(&self, at: usize, date: &Resolved) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let verb = (at..date.expression.first).any(|at| self.role(at) != Role::None);
        passage.has(at, grammar.join) && !verb && !passage.has(date.expression.end, grammar.subject)
            || passage.has(at, grammar.as_word) && passage.has(at + 1, grammar.soon)
    }

    /// Returns the finite verb right after the date.
    fn finite_after(&self, date: &Resolved) -> Option<&Verb> {
        let end = date.expression.end;
        let next = self.verbs.get(self.verbs.partition_point(|verb| verb.tokens.start < end))?;
        let adjacent = (end..next.tokens.start).all(|at| is_adverb(self.passage, at));
        (next.finite && adjacent).then_some(next)
    }

    /// Whether the date is over by the day of publication.
    fn is_past(&self, date: &Resolved) -> bool {
        let end = date.interval.and_then(|interval| interval.end);
        end.is_some_and(|end| end.local().date() <= self.published)
    }

    /// Whether the date is that of the verb which governs an infinitive: "voted to support", "moved to block", on a
    /// date up to publication. After a verb of planning ("plans to open", "agreed to pay") it is that of the
    /// infinitive.
    fn is_governor_dated(&self, infinitive: &Verb, date: &Resolved) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let start = date.interval.and_then(|interval| interval.start);
        let by_now = start.is_some_and(|start| start.local().date() <= self.published);
        by_now
            && self.verbs.iter().any(|verb| {
                let governs = verb.tokens.end == infinitive.tokens.start && verb.finite && verb.form == VerbForm::Past;
                governs && !passage.has(verb.head, grammar.plan) && !passage.has(verb.head, grammar.uncertain)
            })
    }

    /// Returns the cost of an event noun as the trigger; `None` where it follows the date.
    fn noun_cost(&self, date: &Resolved, at: usize, opens: bool) -> Option<usize> {
        let grammar = &self.passage.pack.grammar;
        let before = date.expression.first.checked_sub(1)?;
        let is_be = self.passage.has(before, grammar.be_present) || self.passage.has(before, grammar.be_past);
        // "The deadline is July 31": the date is the predicate.
        let kind = if is_be || self.passage.has(before, grammar.noun_preposition) {
            0
        } else if !self.passage.has(before, grammar.time_preposition) {
            distance::BARE_NOUN
        } else {
            match self.governing_preposition(at) {
                Some(preposition) if self.passage.has(preposition, grammar.from) => distance::SOURCE,
                Some(preposition) if !self.passage.has(preposition, grammar.of) => distance::PREPOSITIONAL_NOUN,
                _ => distance::NOUN,
            }
        };
        let verbal = at > self.tokens.start && self.passage.tokens[at - 1].shape == Shape::Possessive;
        let kind = if verbal { kind.saturating_sub(distance::VERBAL_NOUN) } else { kind };
        (at < date.expression.first).then(|| self.gap_cost(date, &(at..at + 1), opens) + kind)
    }

    /// Whether the date has a preposition.
    fn has_preposition(&self, date: &Resolved) -> bool {
        let grammar = &self.passage.pack.grammar;
        self.before(date).is_some_and(|before| {
            self.passage.has(before, grammar.time_preposition) || self.passage.has(before, grammar.preposition)
        })
    }

    /// Returns the preposition that governs a noun: "on the announcement".
    fn governing_preposition(&self, at: usize) -> Option<usize> {
        let passage = self.passage;
        let mut group = (self.tokens.start..at).rev();
        let first = group.find(|&at| {
            let tag = passage.tag(at);
            !(tag.is_noun() || matches!(tag, Upos::Adjective | Upos::Number | Upos::Determiner | Upos::Possessive))
        });
        first.filter(|&first| passage.has(first, passage.pack.grammar.preposition))
    }

    /// Returns the cost of the tokens between a date and a candidate.
    fn gap_cost(&self, date: &Resolved, word: &Range<usize>, opens: bool) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let after = word.start >= date.expression.end;
        let gap = if after { date.expression.end..word.start } else { word.end..date.expression.first };
        let near = opens && after;
        let mut cost = match (after, opens) {
            (true, false) => distance::AFTER_DATE,
            (false, true) => distance::PRECEDING_CLAUSE,
            _ => 0,
        };
        // "In May the firm, which makes bolts, opened": a relative clause between commas costs nothing.
        let mut parenthesis = None;
        for at in gap {
            let comma = passage.tokens[at].shape.is_mark(',');
            let opens_clause = passage.has(at, grammar.subordinator) && !passage.has(at, grammar.joining);
            if near && (passage.has(at, grammar.relative) || opens_clause) {
                parenthesis = Some(cost);
            } else if let Some(before) = parenthesis.filter(|_| comma) {
                (cost, parenthesis) = (before, None);
            }
            cost += match passage.tokens[at].shape {
                Shape::Mark(',') if near => 1,
                Shape::Mark(',') => distance::COMMA,
                Shape::Mark(';') => distance::INDEPENDENT_CLAUSE,
                Shape::Mark(':' | '"' | '“' | '”' | '—' | '`') => distance::CLAUSE,
                _ if passage.has(at, grammar.subordinator)
                    && at + 1 != date.expression.first
                    && (after || !self.joins_words(at, date)) =>
                {
                    distance::SUBORDINATOR
                }
                _ if near => 0,
                _ => 1,
            };
            if self.role(at) == Role::Finite {
                cost += distance::VERB_BETWEEN;
            }
        }
        cost
    }
}

/// Whether a token is a part of the date.
fn contains(date: &Resolved, at: usize) -> bool {
    (date.expression.first..date.expression.end).contains(&at)
}
