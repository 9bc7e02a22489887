//! Whether a statement is told as done, going on, planned, possible or denied.

use std::ops::Range;

use chrono::NaiveDate;

use super::Status;
use super::clause::{Mood, Verb};
use super::trigger::Trigger;
use crate::temporal::{Document, Resolved};
use crate::text::Shape;

/// The status of what a trigger tells on a date, seen from the day of publication.
pub(super) fn status(
    document: &Document<'_>,
    sentence: &Range<usize>,
    trigger: Option<Trigger<'_>>,
    date: &Resolved,
    published: NaiveDate,
) -> Status {
    let when = place(date, published);
    let Some(trigger) = trigger else {
        return if when == Place::After { Status::Planned } else { Status::Happened };
    };
    let clause = clause_of(document, sentence, trigger.token());
    let any = |class| clause.clone().any(|at| document.is(at, class));
    if any("CONDITION") && when != Place::Before {
        return Status::Possible;
    }
    let verb = match trigger {
        Trigger::Verb(verb) => verb,
        Trigger::Noun(_) => {
            return match when {
                Place::After => Status::Planned,
                Place::Before | Place::Around => Status::Happened,
            };
        }
    };
    if verb.negated || denied_before(document, &clause, verb) || called_off(document, sentence, verb) {
        return Status::Denied;
    }
    match verb.mood {
        Mood::Possible => Status::Possible,
        Mood::Planned => Status::Planned,
        Mood::Infinitive if when == Place::Before => Status::Happened,
        Mood::Infinitive => Status::Planned,
        _ if when == Place::After => Status::Planned,
        Mood::Present if verb.progressive || when == Place::Around => Status::Ongoing,
        _ if verb.progressive && when == Place::Around => Status::Ongoing,
        _ if any("PERHAPS") && when != Place::Before => Status::Possible,
        Mood::Past | Mood::Present | Mood::Participle => Status::Happened,
    }
}

/// Where a date lies from publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
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

/// "denied that it had met", "refused to meet".
fn denied_before(document: &Document<'_>, clause: &Range<usize>, verb: &Verb) -> bool {
    (clause.start..verb.tokens.start).any(|at| document.is(at, "DENIAL"))
        || document.is(verb.tokens.start.wrapping_sub(1), "NEGATION")
}

/// "had been scheduled for Friday but was cancelled": what was planned for the date was called off.
fn called_off(document: &Document<'_>, sentence: &Range<usize>, verb: &Verb) -> bool {
    verb.mood == Mood::Planned
        && (sentence.clone())
            .any(|at| document.is(at, "CANCEL") && at != verb.main && document.word(at).ends_with("ed"))
}
