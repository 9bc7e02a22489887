//! One statement, one event: what an article tells twice, in a headline and its lead or in a quotation and its cut-off
//! copy, is told once, with the other places.
//!
//! The same statement is on the same date, and the words of one stand in the other's sentence in the same order. This
//! module must not know how dates or summaries were found.

use rustc_hash::FxHashMap;

use super::{Event, Repeat};
use crate::temporal::Resolved;

/// The fewest words that make a statement known again.
const FEWEST: usize = 4;

/// How many statements of one date a statement is held against, the last first, so that work stays linear.
const MOST: usize = 16;

/// The events without those that tell again what one before them tells.
pub(super) fn told_once(events: Vec<Event>, text: &str, dates: &[Resolved]) -> Vec<Event> {
    let mut once: Vec<Event> = Vec::with_capacity(events.len());
    let mut prints: Vec<Prints> = Vec::with_capacity(events.len());
    let mut by_date: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for event in events {
        let value = |at: usize| dates.get(at).map_or("", |date| date.value.as_str());
        let same_day = by_date.entry(value(event.expression)).or_default();
        let own = Prints { statement: print(&event.summary), sentence: print(event.sentence.of(text)) };
        let first = same_day.iter().rev().take(MOST).copied().find(|&before| {
            let until = once[before].until.map(value) == event.until.map(value) && once[before].open == event.open;
            until && prints[before].may_repeat(own) && is_repeated(&once[before], &event, text)
        });
        match first {
            Some(first) => once[first].also_at.push(Repeat {
                sentence: event.sentence,
                expression: event.expression,
                until: event.until,
                trigger: event.trigger,
            }),
            None => {
                same_day.push(once.len());
                once.push(event);
                prints.push(own);
            }
        }
    }
    once
}

/// Which words a statement and its sentence have, roughly: most pairs are told apart by these alone.
#[derive(Clone, Copy)]
struct Prints {
    statement: u64,
    sentence: u64,
}

impl Prints {
    /// Whether the words of one statement may all stand in the other's sentence.
    fn may_repeat(self, other: Self) -> bool {
        self.statement & !other.sentence == 0 || other.statement & !self.sentence == 0
    }
}

/// A bit for each word of ASCII letters and digits, by its length and its first letter in either case. What lies beyond
/// ASCII divides words here: equal words leave equal pieces.
fn print(text: &str) -> u64 {
    let pieces = text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
    pieces.fold(0, |bits, piece| match piece.first() {
        Some(first) => bits | 1 << ((usize::from(first.to_ascii_lowercase()) * 7 + piece.len()) % 64),
        None => bits,
    })
}

/// Whether two events in different sentences tell the same. Where other words carry them ("wrote on Friday: …"), it
/// takes more of the same words.
fn is_repeated(before: &Event, event: &Event, text: &str) -> bool {
    let word = |event: &Event| event.trigger.map(|trigger| trigger.of(text));
    let alike = word(before).zip(word(event)).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other));
    let least = if alike { FEWEST } else { 2 * FEWEST };
    before.sentence != event.sentence
        && (stands_in(&event.summary, before.sentence.of(text), least)
            || stands_in(&before.summary, event.sentence.of(text), least))
}

/// Whether the words of a statement, `least` or more, stand in a sentence, one behind the other. Where the sentence has
/// words between, they are those that a summary leaves out: the date with its preposition, a bracket.
fn stands_in(statement: &str, sentence: &str, least: usize) -> bool {
    let count = words(statement).count();
    let mut rest = words(sentence);
    let Some(first) = words(statement).next().filter(|_| count >= least) else { return false };
    while rest.by_ref().any(|word| word.eq_ignore_ascii_case(first)) {
        let (mut behind, mut skipped) = (rest.clone(), 0);
        let follows = words(statement).skip(1).all(|word| {
            let before = behind.position(|other| other.eq_ignore_ascii_case(word));
            skipped += before.unwrap_or_default();
            before.is_some() && skipped * 2 <= count
        });
        if follows {
            return true;
        }
    }
    false
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
