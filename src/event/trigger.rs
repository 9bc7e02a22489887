//! Which word a date dates: the verb of its clause, or the noun of an event that it stands before.

use std::ops::Range;

use super::clause::{Mood, Verb};
use crate::calendar::Granularity;
use crate::temporal::{Document, Resolved};
use crate::text::Shape;

/// The word that is dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger<'v> {
    /// A verb group.
    Verb(&'v Verb),
    /// A noun, by its token.
    Noun(usize),
}

impl Trigger<'_> {
    /// The token of it.
    pub(super) fn token(&self) -> usize {
        match self {
            Self::Verb(verb) => verb.main,
            Self::Noun(at) => *at,
        }
    }
}

/// The word that the expression dates; `None` where the sentence has no event word.
pub(super) fn trigger<'v>(
    document: &Document<'_>,
    sentence: &Range<usize>,
    verbs: &'v [Verb],
    date: &Resolved,
) -> Option<Trigger<'v>> {
    if let Some(noun) = noun_behind(document, sentence, verbs, date) {
        return Some(Trigger::Noun(noun));
    }
    let cost = |verb: &&Verb| cost(document, date, verb);
    verbs.iter().filter(|verb| !overlaps(verb, date)).min_by_key(cost).map(Trigger::Verb)
}

fn overlaps(verb: &Verb, date: &Resolved) -> bool {
    verb.main >= date.expression.first && verb.main < date.expression.end
}

/// The noun of an event that the date stands before: "the 2020 elections", "Friday's call", "the 1987 treaty".
fn noun_behind(document: &Document<'_>, sentence: &Range<usize>, verbs: &[Verb], date: &Resolved) -> Option<usize> {
    let end = date.expression.end;
    let next = document.tokens.get(end).filter(|_| end < sentence.end)?;
    let possessive = next.shape == Shape::Possessive;
    let start = end + usize::from(possessive);
    if !possessive && !(is_attribute(document, sentence, date) && next.shape.is_word()) {
        return None;
    }
    let mut head = None;
    for at in start..sentence.end.min(start + 7) {
        let token = document.tokens[at];
        let is_verb = verbs.iter().any(|verb| verb.tokens.contains(&at) && verb.mood != Mood::Participle);
        let stops = ["TIMEPREP", "SUBORDINATOR", "DET", "TO", "BE_PRESENT", "BE_PAST", "WEEKDAY", "WITH"];
        let small = stops.iter().any(|class| document.is(at, class));
        match token.shape {
            Shape::Mark('-' | '(' | ')' | '/') => continue,
            _ if !token.shape.is_word() || is_verb || small => break,
            _ => head = Some(at),
        }
        // "(INF)" behind its name is no head of its own.
    }
    head.filter(|&head| possessive || document.tokens[head].shape != Shape::Upper)
}

/// Whether the date stands within a noun's group: behind an article, or with an article of its own, and without a
/// preposition of time before it alone.
fn is_attribute(document: &Document<'_>, sentence: &Range<usize>, date: &Resolved) -> bool {
    let coarse = date.granularity.is_some_and(|granularity| granularity <= Granularity::Month);
    let Some(before) = date.expression.first.checked_sub(1).filter(|before| *before >= sentence.start) else {
        return false;
    };
    let determined = document.is(before, "DET")
        || document.tokens[before].shape == Shape::Possessive
        || document.is(date.expression.first, "DET") && date.expression.end - date.expression.first == 2;
    let next_is_noun = document.tokens.get(date.expression.end).is_some_and(|token| token.shape.is_word());
    let adjective = document.tokens.get(before).is_some_and(|token| token.shape == Shape::Lower && token.symbol == 0);
    next_is_noun && (determined || coarse && adjective && !document.is(before, "TIMEPREP"))
}

/// How far a verb is from being what the date dates: words between, and more for what divides clauses.
fn cost(document: &Document<'_>, date: &Resolved, verb: &Verb) -> usize {
    let (from, to, behind) = if verb.tokens.end <= date.expression.first {
        (verb.tokens.end, date.expression.first, false)
    } else {
        (date.expression.end, verb.tokens.start, true)
    };
    let mut cost = 0;
    for at in from..to.max(from) {
        let token = document.tokens[at];
        cost += match token.shape {
            Shape::Mark(',') => 3,
            Shape::Mark(';' | ':' | '"' | '“' | '”' | '—' | '`') => 8,
            Shape::Mark(_) => 1,
            _ if document.is(at, "SUBORDINATOR") => 5,
            _ => 1,
        };
    }
    let opens_sentence = behind && date.expression.first <= 2 + document.sentences[date.expression.sentence].start;
    let side = if behind && !opens_sentence { 5 } else { 0 };
    let kind = match verb.mood {
        Mood::Participle => 5,
        Mood::Infinitive => 2,
        _ => 0,
    };
    cost + side + kind
}
