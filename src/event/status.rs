//! Whether a statement is told as done, going on, planned, possible or denied.

use std::ops::Range;

use chrono::NaiveDate;

use super::Status;
use super::trigger::{Seeker, Trigger};
use crate::syntax::{Document, Mood, Verb};
use crate::temporal::Resolved;
use crate::text::Shape;

/// The status of what a trigger tells on a date, seen from the day of publication.
pub(super) fn status(seeker: &Seeker<'_>, trigger: Option<Trigger<'_>>, date: &Resolved) -> Status {
    let when = place(date, seeker.published);
    match trigger {
        None => by_place(when),
        Some(Trigger::Noun(noun)) => of_noun(seeker, noun, date, when),
        Some(Trigger::Verb(verb)) => of_verb(seeker, verb, date, when),
    }
}

/// The date alone: what lies ahead is planned.
fn by_place(when: Place) -> Status {
    match when {
        Place::After => Status::Planned,
        Place::Before | Place::Today | Place::Around => Status::Happened,
    }
}

/// A noun is told as the verb has it that it stands with, as far as its date leaves that open.
fn of_noun(seeker: &Seeker<'_>, noun: usize, date: &Resolved, when: Place) -> Status {
    let (document, grammar) = (seeker.document, &seeker.document.pack.grammar);
    let clause = clause_of(document, seeker.sentence, noun);
    let before = noun.saturating_sub(2).max(seeker.sentence.start)..noun;
    if called_off(seeker, noun) || before.into_iter().any(|at| document.has(at, grammar.negation)) {
        return Status::Denied;
    }
    if matches!(when, Place::Before | Place::Today) {
        return Status::Happened;
    }
    let verb =
        seeker.verbs.iter().filter(|verb| clause.contains(&verb.main)).min_by_key(|verb| verb.main.abs_diff(noun));
    let attribute = noun > date.expression.first;
    match verb.map(|verb| (verb.mood, verb.negated)) {
        // "rebuked a reporter who asked about the 2020 elections": they come, whatever the verb is about.
        _ if attribute => by_place(when),
        Some((Mood::Possible, _)) => Status::Possible,
        Some((Mood::Planned, true)) => Status::Denied,
        Some((Mood::Planned, false)) => Status::Planned,
        Some((Mood::Present, _)) if when == Place::Around => Status::Ongoing,
        _ => by_place(when),
    }
}

fn of_verb(seeker: &Seeker<'_>, verb: &Verb, date: &Resolved, when: Place) -> Status {
    let (document, grammar) = (seeker.document, &seeker.document.pack.grammar);
    let clause = clause_of(document, seeker.sentence, verb.main);
    let led = |class| (clause.start..verb.tokens.start).any(|at| document.has(at, class));
    let perhaps = (clause.start..verb.main).any(|at| document.has(at, grammar.perhaps));
    let since = date.expression.first.checked_sub(1).is_some_and(|before| document.has(before, grammar.since));
    if verb.negated
        || negated_before(seeker, &clause, verb)
        || verb.mood == Mood::Planned && called_off(seeker, verb.main)
    {
        return Status::Denied;
    }
    let conditional = (verb.tokens.start..verb.main).any(|at| document.has(at, grammar.would))
        && seeker.sentence.clone().any(|at| document.has(at, grammar.condition));
    if perhaps || conditional || led(grammar.condition) && when != Place::Before {
        return Status::Possible;
    }
    match verb.mood {
        Mood::Possible => Status::Possible,
        Mood::Planned => Status::Planned,
        Mood::Infinitive if when == Place::Before => Status::Happened,
        Mood::Infinitive => Status::Planned,
        _ if verb.perfect && since => Status::Ongoing,
        _ if when == Place::After => Status::Planned,
        Mood::Present if when == Place::Around || when == Place::Today && verb.progressive => Status::Ongoing,
        _ if verb.progressive && verb.perfect => Status::Ongoing,
        Mood::Past | Mood::Present | Mood::Participle => Status::Happened,
    }
}

/// Where a date lies from publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    /// The day of publication.
    Today,
    Around,
    After,
}

fn place(date: &Resolved, published: NaiveDate) -> Place {
    let Some(interval) = date.interval else { return Place::Around };
    let start = interval.start.map(|start| start.local().date());
    let end = interval.end.map(|end| end.local());
    let day_after = published.succ_opt().unwrap_or(published);
    if start.is_some_and(|start| start > published) {
        Place::After
    } else if start == Some(published) && end.is_some_and(|end| end.date() <= day_after) {
        Place::Today
    } else if end.is_some_and(|end| end <= day_after.and_time(chrono::NaiveTime::MIN)) {
        Place::Before
    } else {
        Place::Around
    }
}

/// The tokens around `at` up to what divides clauses.
fn clause_of(document: &Document<'_>, sentence: &Range<usize>, at: usize) -> Range<usize> {
    let divides =
        |at: &usize| matches!(document.tokens[*at].shape, Shape::Mark(',' | ';' | ':' | '"' | '“' | '”' | '—'));
    let start = (sentence.start..at).rev().find(divides).map_or(sentence.start, |at| at + 1);
    let end = (at..sentence.end).find(divides).unwrap_or(sentence.end);
    start..end
}

/// "not freed", "no train ran", "never spoke": a negation before the verb, in its clause and behind the verb before.
fn negated_before(seeker: &Seeker<'_>, clause: &Range<usize>, verb: &Verb) -> bool {
    let (document, grammar) = (seeker.document, &seeker.document.pack.grammar);
    let before = seeker.verbs.iter().take_while(|other| other.main < verb.main).last();
    let start = before.map_or(clause.start, |before| before.tokens.end.max(clause.start));
    (start..verb.tokens.start).any(|at| {
        let next = at + 1 == verb.tokens.start;
        document.has(at, grammar.negation)
            && !document.has(at + 1, grammar.no_negation)
            && (next || at == clause.start && verb.finite)
    })
}

/// "had been scheduled for Friday but was cancelled": what was planned for the date was called off.
fn called_off(seeker: &Seeker<'_>, planned: usize) -> bool {
    let (document, grammar) = (seeker.document, &seeker.document.pack.grammar);
    seeker.verbs.iter().any(|verb| {
        let off = document.has(verb.main, grammar.called) && document.has(verb.main + 1, grammar.off);
        verb.main > planned
            && verb.finite
            && !verb.negated
            && verb.mood == Mood::Past
            && (off || document.has(verb.main, grammar.cancel))
    })
}
