//! Which way a bare name looks: "on Friday" is the one before or the one after, as its clause has it.
//!
//! The reading comes from the tense and the sense of the clause that holds the date, never from a global switch:
//! "was arrested on Friday" looks back, "will meet on Friday" and "agreed to sell in October" look ahead.

mod noun;
mod reading;

use std::ops::Range;

pub use self::reading::Direction;
pub(super) use self::reading::Reading;
use super::Expression;
use crate::language::Depth;
use crate::syntax::{ParsedPassage, Upos, Verb, VerbForm, called_off, is_adverb, is_past_form, opens_clause, unkept};
use crate::text::Shape;

/// How far before a date "as of" stands, in tokens.
const AS_OF: usize = 3;

/// How far a clause is searched for its verb, in tokens.
const REACH: usize = 30;

/// Which way the clause of an expression looks, and why.
pub(super) fn direction(passage: &ParsedPassage<'_>, expression: &Expression) -> Reading {
    let sentence = passage.sentences.get(expression.sentence).cloned().unwrap_or_default();
    let clause = Clause { passage, verbs: passage.verbs(&sentence), sentence };
    let (first, end) = (expression.first, expression.end);
    if passage.pack.depth == Depth::Dates {
        return clause
            .preposition(passage.behind_preposition(first), || None)
            .or_else(|| clause.of_auxiliaries(first, end))
            .unwrap_or(Reading::NO_VERB);
    }
    let nearest_before = || clause.looks_back(first).or_else(|| clause.looks_ahead(end));
    if let Some(reading) = clause.preposition(passage.behind_preposition(first), nearest_before) {
        return reading;
    }
    if clause.is_of_what_happened(end)
        || clause.is_on_what_happened(first) && !nearest_before().is_some_and(|reading| reading.is_firm)
    {
        return Reading::HAPPENED;
    }
    if let Some(reading) = clause.between_subject_and_verb(first, end) {
        return reading;
    }
    let reading = if opens_clause(passage, &clause.sentence, clause.verbs, &(first..end)) {
        clause.looks_ahead(end).or_else(|| clause.looks_back(first))
    } else {
        nearest_before()
    };
    let reading = reading.unwrap_or_else(|| if clause.is_of_now() { Reading::NOW } else { Reading::NO_VERB });
    if !reading.is_firm && clause.is_entry(expression) {
        return Reading::LISTED;
    }
    Reading { is_firm: reading.is_firm && !clause.is_open(first, end), ..reading }
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
        let past = || clause().is_some_and(|reading| reading.direction == Direction::Past);
        // "as soon as Tuesday", "as early as March"
        let soon = has(grammar.as_word) && before > self.sentence.start + 1 && {
            self.passage.has(before - 1, grammar.soon) && self.passage.has(before - 2, grammar.as_word)
        };
        // "the quarter ended January 31"
        let ended = has(grammar.ending) && self.passage.word(before).ends_with("ed");
        // "It was not until Tuesday that", "did not open until Tuesday"
        let not_until = before > self.sentence.start && self.passage.has(before - 1, grammar.negation);
        // "as of Tuesday", "as of reports on Tuesday"
        let as_of = (first.saturating_sub(AS_OF)..first).any(|at| {
            at > self.sentence.start && self.passage.has(at, grammar.of) && self.passage.has(at - 1, grammar.as_word)
        });
        let ahead_of =
            has(grammar.of) && before > self.sentence.start && self.passage.has(before - 1, grammar.ahead_of);
        // "from January until March": the clause that has the first has the last as well.
        let ends_range = before > self.sentence.start
            && [grammar.month, grammar.weekday].into_iter().any(|class| self.passage.has(before - 1, class));
        if self.is_arranged(before, first) {
            Some(Reading::ARRANGED)
        } else if as_of && !clause().is_some_and(|reading| reading.is_firm) {
            Some(Reading::PAST)
        } else if ahead_of {
            Some(Reading::UNTIL)
        } else if ended {
            Some(Reading::HAPPENED)
        } else if has(grammar.since) {
            Some(Reading::SINCE)
        } else if (has(grammar.by) || soon) && !past()
            || has(grammar.ahead)
                && !ends_range
                && !((before == self.sentence.start || not_until || self.is_pluperfect(before)) && past())
        {
            Some(Reading::UNTIL)
        } else {
            None
        }
    }

    /// "They had given him until Thursday": whether the verb before a token looks back from another past.
    fn is_pluperfect(&self, before: usize) -> bool {
        let verb = self.verbs.iter().rev().find(|verb| verb.finite && verb.tokens.end <= before);
        verb.is_some_and(|verb| {
            verb.tokens.len() > 1 && self.passage.has(verb.tokens.start, self.passage.pack.grammar.had)
        })
    }

    /// "booked the hall for Saturday", "slipped to Friday": a day that a verb of the past arranges something for or moves
    /// it to. "was jailed for Saturday's attack" is about what happened.
    fn is_arranged(&self, before: usize, first: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let to = passage.has(before, grammar.to) || passage.has(before, grammar.from);
        let named = passage.has(first, grammar.weekday);
        let verb = self.verbs.iter().rev().find(|verb| verb.tokens.end <= before);
        let done = verb.is_some_and(|verb| {
            let moved = verb.tokens.clone().any(|at| passage.has(at, grammar.moves));
            verb.finite
                && verb.form == VerbForm::Past
                && if to { moved } else { !passage.has(verb.head, grammar.report) }
        });
        let scheduled = || {
            let noun = (first + 1..self.sentence.end).take(4).find(|&at| passage.has(at, grammar.event_noun));
            noun.is_some_and(|noun| passage.has(noun, grammar.scheduled))
        };
        let off = verb.is_some_and(|verb| called_off(passage, self.verbs, verb.head));
        let owned = passage.tokens.get(first + 1).is_some_and(|token| token.shape == Shape::Possessive);
        let aim = passage.has(before, grammar.aim) && named;
        // "Heat alerts have been issued from Saturday to Monday"
        let until = (first..first + 3).any(|at| passage.has(at, grammar.until));
        let warns = verb.is_some_and(|verb| {
            let warned = (self.sentence.start..before).any(|at| passage.has(at, grammar.alert));
            verb.perfect && verb.form == VerbForm::Past && warned && until && passage.has(before, grammar.from)
        });
        warns || done && !off && (aim || to) && (!owned || scheduled())
    }

    /// "In a bid to win time, Smith on Friday named a new board": a date between a subject and its past verb goes with that
    /// verb, whatever stands before the subject.
    fn between_subject_and_verb(&self, first: usize, end: usize) -> Option<Reading> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let verb = self.verbs.iter().find(|verb| verb.tokens.start == end)?;
        let led = first > self.sentence.start && passage.has(first - 1, grammar.time_preposition);
        let subject = (self.sentence.start..first - usize::from(led)).rev();
        let mut words = subject.take_while(|&at| !passage.has(at, grammar.comma) && !self.divides(at)).peekable();
        let after_noun = words.peek().is_none_or(|&at| passage.tag(at).is_noun());
        let has_verb = words.any(|at| self.verbs.iter().any(|verb| verb.tokens.contains(&at)));
        (verb.finite && verb.form == VerbForm::Past && after_noun && !has_verb)
            .then(|| self.sign(verb))
            .flatten()
            .filter(|reading| reading.is_firm)
    }

    /// "There is a meeting on Friday", "a service is Friday".
    fn is_of_now(&self) -> bool {
        let pack = self.passage.pack;
        (!pack.reads_forms() || pack.lexicon.writing().present_ahead)
            && self.verbs.iter().any(|verb| verb.form == VerbForm::Present)
    }

    /// The nearest word before the date that decides. A noun of planning does so only where no past verb stands before
    /// it that the date goes with: "rejected the plan on Monday".
    fn looks_back(&self, first: usize) -> Option<Reading> {
        let mut verbs = self.verbs.iter().rev().skip_while(|verb| verb.tokens.start >= first).peekable();
        let mut at = first;
        let (mut bare, mut noun) = (None, None);
        let mut apart = false;
        while at > self.sentence.start && first - at < REACH {
            at -= 1;
            if let Some(verb) = verbs.next_if(|verb| verb.tokens.end > at) {
                let committed = self.is_commitment(verb, first).then_some(Reading::DONE);
                let followed = self.is_followed(verb, first).then_some(Reading::FOLLOWED);
                match committed.or(followed).or_else(|| self.sign(verb)) {
                    Some(reading) if self.is_bare(verb) && !reading.is_firm => bare = bare.or(Some(reading)),
                    Some(reading) if reading.is_firm => {
                        return Some(Reading { is_firm: !apart && !self.arranges(verb, first), ..reading });
                    }
                    Some(reading) => return Some(noun.unwrap_or(reading)),
                    None => apart = true,
                }
                at = at.min(verb.tokens.start);
            } else if self.divides(at) {
                break;
            } else if self.passage.has(at, self.passage.pack.grammar.comma) {
                apart = true;
            } else if let Some(reading) = self.plans(at) {
                if !self.is_object(at, first) {
                    return Some(reading);
                }
                noun = noun.or(Some(reading));
            }
        }
        noun.or(bare)
    }

    /// What the nearest auxiliary says, where verbs are not known: one of the future ("wird", "sera") or of the past ("wurde",
    /// "était").
    fn of_auxiliaries(&self, first: usize, end: usize) -> Option<Reading> {
        let grammar = &self.passage.pack.grammar;
        let behind = (end..self.sentence.end).take(REACH);
        let before = (self.sentence.start..first).rev().take(REACH);
        let reading = |at: usize| match () {
            () if self.passage.has(at, grammar.will) => Some(Reading::EXPECTED),
            () if self.passage.has(at, grammar.be_past) => Some(Reading::PAST),
            () => None,
        };
        let near = |mut tokens: Box<dyn Iterator<Item = usize>>, from: usize| {
            tokens.find_map(|at| Some((at.abs_diff(from), reading(at)?)))
        };
        let found = [near(Box::new(behind), end), near(Box::new(before), first)];
        found.into_iter().flatten().min_by_key(|(distance, _)| *distance).map(|(_, reading)| reading)
    }

    /// The nearest word behind the date that decides. "In April the group agreed to sell" dates the agreement. What may
    /// be a noun ("wearing face masks") gives way to a past verb of the same clause.
    fn looks_ahead(&self, end: usize) -> Option<Reading> {
        let mut verbs = self.verbs.iter().skip_while(|verb| verb.tokens.start < end).peekable();
        let mut at = end;
        let mut weak = None;
        while at < self.sentence.end && at - end < REACH {
            if let Some(verb) = verbs.next_if(|verb| verb.tokens.start <= at) {
                let done = verb.form == VerbForm::Past && verb.finite;
                match if done { Some(Reading::DONE) } else { self.sign(verb) } {
                    Some(reading) if self.may_be_noun(verb) && !reading.is_firm => weak = weak.or(Some(reading)),
                    Some(reading) => return Some(if reading.is_firm { reading } else { weak.unwrap_or(reading) }),
                    None => {}
                }
                at = at.max(verb.tokens.end);
            } else if self.divides(at) || weak.is_some() && self.opens_another(at) {
                return weak;
            } else if let Some(reading) = self.plans(at) {
                return Some(weak.unwrap_or(reading));
            } else {
                at += 1;
            }
        }
        weak
    }

    /// Whether a date may lie ahead of a past verb: what stands with it is still to come ("effective May 1", "the June
    /// summit", "a ceremony for July 1").
    fn is_open(&self, first: usize, end: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        let before = first.checked_sub(1).filter(|before| self.sentence.contains(before));
        let led = |class| before.is_some_and(|before| self.passage.has(before, class));
        let mut group = (end..self.sentence.end).take(4).take_while(|&at| {
            self.passage.tokens[at].shape == Shape::Possessive
                || self.passage.tag(at).is_noun()
                || self.passage.tag(at) == Upos::Adjective
        });
        let adverbial = led(grammar.time_preposition) && !led(grammar.part_word);
        let coming = |at| self.passage.has(at, grammar.scheduled) || self.passage.has(at, grammar.plan);
        led(grammar.by) || led(grammar.aim) || !adverbial && group.any(coming)
    }

    /// Whether a verb governs what is still to come: "invited them to a ceremony", "was considering".
    fn arranges(&self, verb: &Verb, first: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let to = (verb.tokens.end..first).any(|at| passage.has(at, grammar.to));
        passage.has(verb.head, grammar.uncertain) || to && passage.has(verb.head, grammar.arrange)
    }

    /// A base form without "to": it hangs on the verb before it ("let them go"), or is a noun.
    fn is_bare(&self, verb: &Verb) -> bool {
        verb.tokens.len() == 1 && verb.form == VerbForm::Infinitive
    }

    /// Whether a word that was taken for a verb may be a noun: a form of the present alone, without a pronoun before it.
    fn may_be_noun(&self, verb: &Verb) -> bool {
        let subject =
            verb.head.checked_sub(1).is_some_and(|at| self.passage.has(at, self.passage.pack.grammar.subject));
        verb.tokens.len() == 1 && matches!(verb.form, VerbForm::Infinitive | VerbForm::Present) && !subject
    }

    /// Whether a past form may be a participle behind its noun: one that stands alone beside a verb that is finite.
    fn may_describe(&self, verb: &Verb) -> bool {
        let alone = verb.tokens.len() == 1 && self.passage.tag(verb.head) == Upos::Participle;
        alone && self.verbs.iter().any(|other| other.finite && other != verb)
    }

    /// Whether a clause of its own starts at a token: "that", "because"; not "and".
    fn opens_another(&self, at: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        self.passage.has(at, grammar.subordinator) && !self.passage.has(at, grammar.and)
    }

    /// Whether a noun of planning is what a verb is done to on the date behind it: "unveiled the plan in May", but
    /// "a plan for May", "the deadline is in May".
    fn is_object(&self, noun: usize, first: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        let aim = (noun + 1..first)
            .any(|at| self.passage.has(at, grammar.noun_preposition) || self.passage.has(at, grammar.to));
        !aim && self.passage.tag(noun).is_noun()
    }

    /// "follows an attack in May", "quits after Sunday's blaze": what a verb of the present follows has happened.
    fn is_followed(&self, verb: &Verb, first: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        let behind = verb.tokens.end..first;
        verb.form == VerbForm::Present
            && verb.finite
            && (self.passage.has(verb.head, grammar.follows) && !behind.is_empty()
                || behind.clone().any(|at| self.passage.has(at, grammar.after)))
    }

    /// Which way a verb looks.
    fn sign(&self, verb: &Verb) -> Option<Reading> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let is = |class| passage.has(verb.head, class);
        let within = |class| verb.tokens.clone().any(|at| passage.has(at, class));
        let have = || verb.tokens.clone().skip(1).any(|at| passage.has(at, grammar.have));
        match verb.form {
            // "set a record", "quit": the third person of the present would be another form.
            _ if self.is_past_like_present(verb) => Some(Reading::DONE),
            // "may have fled": what may have been lies back; "has been scheduled" does not.
            VerbForm::Future | VerbForm::Potential if verb.finite && have() => Some(Reading::PAST),
            // "was due to open on Monday but did not"
            VerbForm::Future if self.is_unkept(verb) => Some(Reading::PAST),
            // "could not be reached": what was not possible was not so in the past.
            VerbForm::Potential if within(grammar.could) && self.is_negated(verb) => Some(Reading::PAST),
            VerbForm::Future | VerbForm::Potential => Some(Reading::AHEAD),
            // "the rally planned for Saturday was cancelled"
            VerbForm::Past if is(grammar.plan) && called_off(passage, self.verbs, verb.head) => Some(Reading::PAST),
            // "agreed to a sale in October", "is scheduled for"
            VerbForm::Past if is(grammar.plan) && !verb.negated => Some(Reading::EXPECTED),
            // "ruled out a vote in July"
            VerbForm::Past if is(grammar.ruled) && passage.has(verb.head + 1, grammar.out) => Some(Reading::EXPECTED),
            VerbForm::Past if verb.finite && !self.may_describe(verb) => Some(Reading::DONE),
            VerbForm::Past => Some(Reading::PAST),
            VerbForm::Present | VerbForm::Infinitive
                if passage.pack.reads_forms() && !passage.pack.lexicon.writing().present_ahead =>
            {
                is(grammar.plan).then_some(Reading::EXPECTED)
            }
            // "opens on Saturday", "is arriving on Saturday", "is heard in May": where a name of the calendar stands with
            // it, the plan is meant.
            // "Friday's eruption follows two others"
            VerbForm::Present if is(grammar.follows) => Some(Reading::PAST),
            VerbForm::Present if is(grammar.accusation) => Some(Reading::PAST),
            VerbForm::Present
                if is(grammar.report) || is(grammar.be_present) || is(grammar.does) || is(grammar.have) =>
            {
                None
            }
            // "Image caption Fans wait on Thursday": under a picture the present says what it shows.
            VerbForm::Present if self.sentence.clone().any(|at| passage.has(at, grammar.caption)) => {
                Some(Reading::PAST)
            }
            VerbForm::Present => Some(Reading::EXPECTED),
            VerbForm::Infinitive if within(grammar.have) && is_past_form(passage, verb.head) => Some(Reading::PAST),
            VerbForm::Infinitive if self.is_behind_past(verb.tokens.start) || self.is_carried_out(verb) => {
                Some(Reading::CARRIED_OUT)
            }
            VerbForm::Infinitive => Some(Reading::INFINITIVE),
            VerbForm::Participle if passage.tag(verb.head) == Upos::Gerund => None,
            VerbForm::Participle => Some(Reading::PAST),
        }
    }

    /// "agreed on Thursday to sell", "called the police on Sunday": what is done by saying so was done on the date beside
    /// it, or on the weekday behind its object.
    fn is_commitment(&self, verb: &Verb, first: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let weekday = passage.has(first, grammar.weekday);
        let behind = verb.tokens.end;
        let governs = [grammar.preposition, grammar.time_preposition, grammar.to, grammar.that, grammar.plan];
        let object = behind < first
            && !governs.into_iter().any(|class| passage.has(behind, class))
            && !(behind..first).any(|at| passage.has(at, grammar.to) || passage.has(at, grammar.noun_preposition));
        verb.form == VerbForm::Past
            && passage.has(verb.head, grammar.commitment)
            && (weekday && (!passage.has(first - 1, grammar.time_preposition) || object && verb.tokens.len() == 1)
                || (behind..first).all(|at| passage.has(at, grammar.time_preposition) || is_adverb(passage, at)))
    }

    /// A past form that the present has as well ("set", "hit", "cast"), alone: the present of most subjects would be
    /// another form. Without an object, it may be of the present behind a plural ("shops shut on Monday"), or of a plan
    /// ("a vote set for May").
    fn is_past_like_present(&self, verb: &Verb) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let at = verb.head;
        let next = |class| passage.has(at + 1, class);
        let led = next(grammar.preposition) || next(grammar.time_preposition) || next(grammar.to);
        let plural = at.checked_sub(1).is_some_and(|before| passage.tag(before) == Upos::PluralNoun);
        verb.tokens.len() == 1
            && passage.has(at, grammar.unchanged)
            && !(led && (plural || passage.has(at, grammar.plan)))
    }

    /// "was expected on Friday but came late", "was to start on Monday but was called off": what was planned, and came
    /// otherwise.
    fn is_unkept(&self, verb: &Verb) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let planned = passage.has(verb.tokens.start, grammar.be_past) || passage.has(verb.tokens.start, grammar.had);
        planned && unkept(passage, self.verbs, verb)
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
        let arranges = is(grammar.plan) || is(grammar.uncertain) || is(grammar.arrange);
        carried_out || is_past_form(self.passage, before) && !arranges
    }

    /// "fought back to win", "met to discuss", "was the last to leave": a verb of the past that plans and arranges nothing
    /// carries out what it was done for, unless it is a noun that the infinitive hangs on ("the right to buy").
    fn is_carried_out(&self, infinitive: &Verb) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let to = infinitive.tokens.start;
        let Some(verb) = self.verbs.iter().take_while(|verb| verb.tokens.end <= to).last() else { return false };
        let is = |class| passage.has(verb.head, class);
        let mut between = verb.tokens.end..to;
        let looks_ahead = |at| {
            [grammar.plan, grammar.prospect, grammar.comma, grammar.subordinator]
                .into_iter()
                .any(|class| passage.has(at, class))
                || self.divides(at)
        };
        let arranges = [grammar.plan, grammar.uncertain, grammar.report, grammar.arrange, grammar.have, grammar.had];
        let copula = is(grammar.be_past);
        let only =
            copula && between.clone().any(|at| passage.has(at, grammar.ordinal) || passage.has(at, grammar.last));
        verb.form == VerbForm::Past
            && verb.finite
            && !arranges.into_iter().any(is)
            && (!copula || only)
            && !between.any(looks_ahead)
    }

    /// Nouns and adjectives of planning: "the deadline is", "the upcoming", and what is waited for.
    fn plans(&self, at: usize) -> Option<Reading> {
        let grammar = &self.passage.pack.grammar;
        // "set himself on fire", "set a record": what it is done to stands behind it.
        let object = self.passage.has(at, grammar.unchanged)
            && (self.passage.has(at + 1, grammar.determiner) || self.passage.tag(at + 1) == Upos::Pronoun);
        let planning = self.passage.has(at, grammar.plan) && !object || self.passage.has(at, grammar.awaited);
        planning.then_some(Reading::PLANNED)
    }

    fn divides(&self, at: usize) -> bool {
        self.passage
            .tokens
            .get(at)
            .is_none_or(|token| matches!(token.shape, Shape::Mark(';' | ':' | '"' | '“' | '”' | '`')))
    }
}
