//! One statement, one event: what an article states twice, in a headline and its lead or in a quotation and its
//! excerpt, is one event with other places.
//!
//! Two events are the same statement if they have the same date and the words of one occur in the other's sentence in
//! the same order, or the whole sentence of one in the other's: a headline in its lead. This module must not know how dates
//! or summaries were found.

use rustc_hash::FxHashMap;

use super::{Event, Repeat};
use crate::temporal::Resolved;

/// The fewest words by which a repeat is recognised.
const FEWEST_WORDS: usize = 4;

/// How many statements of the same date a statement is compared with, the latest first, so that work stays linear.
const MOST_COMPARED: usize = 16;

/// Moves each event that repeats an earlier one to the other places of that one.
pub(super) fn merge_repeats(events: Vec<Event>, text: &str, dates: &[Resolved]) -> Vec<Event> {
    let mut once: Vec<Event> = Vec::with_capacity(events.len());
    let mut filters: Vec<WordFilters> = Vec::with_capacity(events.len());
    let mut by_date: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for event in events {
        let value = |at: usize| dates.get(at).map_or("", |date| date.value.as_str());
        let same_day = by_date.entry(value(event.expression)).or_default();
        let own =
            WordFilters { statement: word_filter(&event.summary), sentence: word_filter(event.sentence.of(text)) };
        let first = same_day.iter().rev().take(MOST_COMPARED).copied().find(|&before| {
            let until = once[before].until.map(value) == event.until.map(value) && once[before].open == event.open;
            until && filters[before].may_repeat(own) && is_repeated(&once[before], &event, text)
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
                filters.push(own);
            }
        }
    }
    once
}

/// Bloom filters of the words of a statement and of its sentence, which rule out most pairs.
#[derive(Clone, Copy)]
struct WordFilters {
    statement: u64,
    sentence: u64,
}

impl WordFilters {
    /// Whether all words of one statement may occur in the other's sentence.
    fn may_repeat(self, other: Self) -> bool {
        self.sentence == other.sentence
            || self.statement & !other.sentence == 0
            || other.statement & !self.sentence == 0
    }
}

/// Returns a bit for each word of ASCII letters and digits, by its length and its first letter in either case.
/// Characters beyond ASCII divide words here: equal words have equal pieces.
fn word_filter(text: &str) -> u64 {
    let pieces = text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
    pieces.fold(0, |bits, piece| match piece.first() {
        Some(first) => bits | 1 << ((usize::from(first.to_ascii_lowercase()) * 7 + piece.len()) % 64),
        None => bits,
    })
}

/// Whether two events in different sentences are the same statement. With different triggers ("wrote on Friday: …"),
/// more words must agree.
fn is_repeated(before: &Event, event: &Event, text: &str) -> bool {
    let word = |event: &Event| event.trigger.map(|trigger| trigger.of(text));
    let same_trigger = word(before).zip(word(event)).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other));
    let least = if same_trigger { FEWEST_WORDS } else { 2 * FEWEST_WORDS };
    before.sentence != event.sentence
        && (same_trigger && is_repeated_whole(before.sentence.of(text), event.sentence.of(text))
            || occurs_in(&event.summary, before.sentence.of(text), least)
            || occurs_in(&before.summary, event.sentence.of(text), least))
}

/// Whether one sentence holds all words of the other in their order.
fn is_repeated_whole(one: &str, other: &str) -> bool {
    occurs_in(one, other, FEWEST_WORDS) || occurs_in(other, one, FEWEST_WORDS)
}

/// Whether the words of a statement, `least` or more, occur in a sentence in the same order. The sentence may have a
/// few words between them, those that a summary leaves out: the date with its preposition, a bracket.
fn occurs_in(statement: &str, sentence: &str, least: usize) -> bool {
    let count = words(statement).count();
    let mut rest = words(sentence);
    let Some(first) = words(statement).next().filter(|_| count >= least) else { return false };
    while rest.by_ref().any(|word| word.eq_ignore_ascii_case(first)) {
        let (mut following, mut skipped) = (rest.clone(), 0);
        let follows = words(statement).skip(1).all(|word| {
            let before = following.position(|other| other.eq_ignore_ascii_case(word));
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
