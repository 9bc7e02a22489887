//! Which way a bare name looks: "on Friday" is the one before or the one after, as its clause has it.
//!
//! The reading comes from the tense and the sense of the clause that holds the date, never from a global switch:
//! "was arrested on Friday" looks back, "will meet on Friday" and "agreed to sell in October" look ahead.

use std::ops::Range;

use super::Expression;
use super::confidence::Evidence;
use crate::language::tagger::Tag;
use crate::syntax::{Mood, ParsedPassage, Verb, called_off, is_adverb, is_past_form, opens_clause};
use crate::text::Shape;

/// Which way a bare name looks from its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the last one.
    Past,
    /// To the next one.
    Future,
}

/// Which way a clause looks, and what told it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// The way.
    pub(super) direction: Direction,
    /// What told it.
    pub(super) reason: &'static str,
    /// The kind of evidence that this is.
    pub(super) evidence: Evidence,
}

impl Reading {
    const SINCE: Self = Self::past("its preposition looks back", Evidence::BackwardPreposition);
    const UNTIL: Self = Self::future("its preposition looks ahead", Evidence::ForwardPreposition);
    const HAPPENED: Self = Self::past("it is the day of what happened", Evidence::EventNoun);
    const PAST: Self = Self::past("its verb is in the past", Evidence::PastVerb);
    const AHEAD: Self = Self::future("its verb looks ahead", Evidence::FutureVerb);
    const INFINITIVE: Self = Self::future("its verb is an infinitive", Evidence::Infinitive);
    const CARRIED_OUT: Self = Self::past("its verb is an infinitive that the past carried out", Evidence::Infinitive);
    const PLANNED: Self = Self::future("a word of planning stands beside it", Evidence::PlanningWord);
    const NOW: Self = Self::future("its verb is in the present", Evidence::PresentVerb);
    pub(super) const NO_VERB: Self = Self::past("no verb gives a direction: taken for the last one", Evidence::NoVerb);

    const fn past(reason: &'static str, evidence: Evidence) -> Self {
        Self { direction: Direction::Past, reason, evidence }
    }

    const fn future(reason: &'static str, evidence: Evidence) -> Self {
        Self { direction: Direction::Future, reason, evidence }
    }
}

/// How far a clause is searched for its verb, in tokens.
const REACH: usize = 30;

/// Which way the clause of an expression looks, and why.
pub(super) fn direction(passage: &ParsedPassage<'_>, expression: &Expression) -> Reading {
    let sentence = passage.sentences.get(expression.sentence).cloned().unwrap_or_default();
    let clause = Clause { passage, verbs: passage.verbs(&sentence), sentence };
    let (first, end) = (expression.first, expression.end);
    let nearest_before = || clause.looks_back(first).or_else(|| clause.looks_ahead(end));
    if let Some(told) = clause.preposition(first, nearest_before) {
        return told;
    }
    if clause.is_of_what_happened(end) {
        return Reading::HAPPENED;
    }
    let told = if opens_clause(passage, &clause.sentence, clause.verbs, &(first..end)) {
        clause.looks_ahead(end).or_else(|| clause.looks_back(first))
    } else {
        nearest_before()
    };
    told.unwrap_or_else(|| if clause.is_of_now() { Reading::NOW } else { Reading::NO_VERB })
}

/// The sentence of a date, with its verbs.
struct Clause<'c> {
    passage: &'c ParsedPassage<'c>,
    sentence: Range<usize>,
    verbs: &'c [Verb],
}

impl Clause<'_> {
    /// What the word before the date says of it.
    fn preposition(&self, first: usize, clause: impl Fn() -> Option<Reading>) -> Option<Reading> {
        let grammar = &self.passage.pack.grammar;
        let before = first.checked_sub(1).filter(|before| self.sentence.contains(before))?;
        let has = |class| self.passage.has(before, class);
        let past = || clause().is_some_and(|told| told.direction == Direction::Past);
        // "as soon as Tuesday", "as early as March"
        let soon = has(grammar.as_word) && before > self.sentence.start + 1 && {
            self.passage.has(before - 1, grammar.soon) && self.passage.has(before - 2, grammar.as_word)
        };
        // "the quarter ended January 31"
        let ended = has(grammar.ending) && self.passage.word(before).ends_with("ed");
        // "It was not until Tuesday that", "did not open until Tuesday"
        let not_until = before > self.sentence.start && self.passage.has(before - 1, grammar.negation);
        let ahead_of =
            has(grammar.of) && before > self.sentence.start && self.passage.has(before - 1, grammar.ahead_of);
        if ahead_of {
            Some(Reading::UNTIL)
        } else if ended {
            Some(Reading::HAPPENED)
        } else if has(grammar.since) {
            Some(Reading::SINCE)
        } else if (has(grammar.by) || soon) && !past()
            || has(grammar.ahead) && !((before == self.sentence.start || not_until) && past())
        {
            Some(Reading::UNTIL)
        } else {
            None
        }
    }

    /// "Friday's attack", "Wednesday's ruling", "the March 3 attack": whatever the clause says, the noun tells of what is
    /// known.
    fn is_of_what_happened(&self, end: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        let possessive = self.passage.tokens.get(end).is_some_and(|token| token.shape == Shape::Possessive);
        if self.passage.has(end, grammar.outcome) {
            return true;
        }
        let mut group = (end + 1..self.sentence.end).take(4).take_while(|&at| {
            self.passage.tag(at).is_noun()
                || matches!(self.passage.tag(at), Tag::Adjective | Tag::ProperNoun | Tag::Participle | Tag::Gerund)
        });
        possessive && group.any(|at| self.passage.has(at, grammar.outcome))
    }

    /// "There is a meeting on Friday", "a service is Friday".
    fn is_of_now(&self) -> bool {
        self.verbs.iter().any(|verb| verb.mood == Mood::Present)
    }

    /// The nearest word before the date that tells.
    fn looks_back(&self, first: usize) -> Option<Reading> {
        let mut verbs = self.verbs.iter().rev().skip_while(|verb| verb.tokens.start >= first).peekable();
        let mut at = first;
        while at > self.sentence.start && first - at < REACH {
            at -= 1;
            if let Some(verb) = verbs.next_if(|verb| verb.tokens.end > at) {
                let committed = self.is_commitment(verb, first).then_some(Reading::PAST);
                if let Some(told) = committed.or_else(|| self.sign(verb)) {
                    return Some(told);
                }
                at = at.min(verb.tokens.start);
            } else if self.divides(at) {
                return None;
            } else if let Some(told) = self.plans(at) {
                return Some(told);
            }
        }
        None
    }

    /// The nearest word behind the date that tells. "In April the group agreed to sell" dates the agreement.
    fn looks_ahead(&self, end: usize) -> Option<Reading> {
        let mut verbs = self.verbs.iter().skip_while(|verb| verb.tokens.start < end).peekable();
        let mut at = end;
        while at < self.sentence.end && at - end < REACH {
            if let Some(verb) = verbs.next_if(|verb| verb.tokens.start <= at) {
                let done = verb.mood == Mood::Past && verb.finite;
                if let Some(told) = if done { Some(Reading::PAST) } else { self.sign(verb) } {
                    return Some(told);
                }
                at = at.max(verb.tokens.end);
            } else if self.divides(at) {
                return None;
            } else if let Some(told) = self.plans(at) {
                return Some(told);
            } else {
                at += 1;
            }
        }
        None
    }

    /// Which way a verb looks.
    fn sign(&self, verb: &Verb) -> Option<Reading> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let is = |class| passage.has(verb.main, class);
        let within = |class| verb.tokens.clone().any(|at| passage.has(at, class));
        match verb.mood {
            // "may have fled": what may have been lies back.
            Mood::Planned | Mood::Possible if verb.finite && within(grammar.have) => Some(Reading::PAST),
            // "could not be reached": what was not possible was not so in the past.
            Mood::Possible if within(grammar.could) && self.is_negated(verb) => Some(Reading::PAST),
            Mood::Planned | Mood::Possible => Some(Reading::AHEAD),
            // "the rally planned for Saturday was cancelled"
            Mood::Past if is(grammar.plan) && called_off(passage, self.verbs, verb.main) => Some(Reading::PAST),
            // "agreed to a sale in October", "is scheduled for"
            Mood::Past if is(grammar.plan) && !verb.negated => Some(Reading::AHEAD),
            Mood::Past => Some(Reading::PAST),
            // "opens on Saturday", "is arriving on Saturday", "is heard in May": where a name of the calendar stands with
            // it, the plan is told.
            Mood::Present if is(grammar.accusation) => Some(Reading::PAST),
            Mood::Present if is(grammar.report) || is(grammar.be_present) || is(grammar.does) || is(grammar.have) => {
                None
            }
            // "Image caption Fans wait on Thursday": under a picture the present tells what it shows.
            Mood::Present if self.sentence.clone().any(|at| passage.has(at, grammar.caption)) => Some(Reading::PAST),
            Mood::Present => Some(Reading::AHEAD),
            Mood::Infinitive if within(grammar.have) && is_past_form(passage, verb.main) => Some(Reading::PAST),
            Mood::Infinitive if self.is_behind_past(verb.tokens.start) => Some(Reading::CARRIED_OUT),
            Mood::Infinitive => Some(Reading::INFINITIVE),
            Mood::Participle if passage.tag(verb.main) == Tag::Gerund => None,
            Mood::Participle => Some(Reading::PAST),
        }
    }

    /// "agreed on Thursday to sell": what is done by saying so was done on the date beside it.
    fn is_commitment(&self, verb: &Verb, first: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        verb.mood == Mood::Past
            && passage.has(verb.main, grammar.commitment)
            && (passage.has(first, grammar.weekday) && !passage.has(first - 1, grammar.time_preposition)
                || (verb.tokens.end..first)
                    .all(|at| passage.has(at, grammar.time_preposition) || is_adverb(passage, at)))
    }

    fn is_negated(&self, verb: &Verb) -> bool {
        let before = (self.sentence.start..verb.tokens.start).rev().take(REACH / 2);
        verb.negated || before.into_iter().any(|at| self.passage.has(at, self.passage.pack.grammar.negation))
    }

    /// "failed to agree", "had to leave", "was able to meet": an infinitive that its past verb carries out. Behind a word
    /// of planning, or a noun ("the deal to sell"), it looks ahead.
    fn is_behind_past(&self, to: usize) -> bool {
        let Some(before) = to.checked_sub(1) else { return false };
        let grammar = &self.passage.pack.grammar;
        let is = |class| self.passage.has(before, class);
        let carried_out = is(grammar.implicative) || is(grammar.had) || is(grammar.used) || is(grammar.able);
        carried_out || is_past_form(self.passage, before) && !is(grammar.plan) && !is(grammar.uncertain)
    }

    /// Nouns and adjectives of planning: "the deadline is", "the upcoming".
    fn plans(&self, at: usize) -> Option<Reading> {
        let planning = self.passage.has(at, self.passage.pack.grammar.plan);
        planning.then_some(Reading::PLANNED)
    }

    fn divides(&self, at: usize) -> bool {
        self.passage
            .tokens
            .get(at)
            .is_none_or(|token| matches!(token.shape, Shape::Mark(';' | ':' | '"' | '“' | '”' | '`')))
    }
}
