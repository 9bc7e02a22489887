//! The verbs of a sentence: where each group stands, which word carries it, and how it places what it tells.
//!
//! By closed lists and word forms alone; it must not know dates.

use std::ops::Range;

use crate::temporal::{Document, is_past_form};
use crate::text::Shape;

/// How a verb group places what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Told as done: "made", "was made", "had made".
    Past,
    /// Told as so: "is", "is making".
    Present,
    /// Told as to come: "will make", "is due to make", "plans to make".
    Planned,
    /// Told as possible: "may make".
    Possible,
    /// "to make", without a word of planning before it.
    Infinitive,
    /// "making", "made" behind its noun.
    Participle,
}

/// A verb group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verb {
    /// All of it, as tokens.
    pub(super) tokens: Range<usize>,
    /// The word that carries it.
    pub(super) main: usize,
    /// How it places what it tells.
    pub(super) mood: Mood,
    /// Whether it is denied.
    pub(super) negated: bool,
    /// Whether it goes on ("is making", "has been making").
    pub(super) progressive: bool,
}

/// How far behind its first auxiliary the main verb is sought.
const GROUP: usize = 6;

/// The verb groups of a sentence, in order.
pub(super) fn verbs(document: &Document<'_>, sentence: &Range<usize>) -> Vec<Verb> {
    let mut verbs = Vec::new();
    let mut at = sentence.start;
    while at < sentence.end {
        match verb_at(document, at, sentence.end) {
            Some(verb) => {
                at = verb.tokens.end.max(at + 1);
                verbs.push(verb);
            }
            None => at += 1,
        }
    }
    verbs
}

fn verb_at(document: &Document<'_>, at: usize, end: usize) -> Option<Verb> {
    let token = document.tokens.get(at)?;
    if !token.shape.is_word() {
        return None;
    }
    let is = |class| document.is(at, class);
    let lower = token.shape == Shape::Lower;
    if is("WILL") || is("WOULD") && lower {
        return Some(group(document, at, end, Mood::Planned));
    }
    if is("MODAL") && lower {
        return Some(group(document, at, end, Mood::Possible));
    }
    if is("BE_PAST") || is("HAD") || is("DID") || is("HAVE") {
        return Some(group(document, at, end, Mood::Past));
    }
    if is("BE_PRESENT") || is("DO") {
        return Some(group(document, at, end, Mood::Present));
    }
    if is("TO") && is_base_form(document, at + 1, end) {
        return Some(simple(at..at + 2, at + 1, Mood::Infinitive));
    }
    if !lower {
        return None;
    }
    if is("PLAN") && document.is(at + 1, "TO") && is_base_form(document, at + 2, end) {
        return Some(simple(at..at + 3, at + 2, Mood::Planned));
    }
    if is_past_form(document, at) {
        let mood = if is_attribute(document, at, end) { return None } else { Mood::Past };
        return Some(simple(at..at + 1, at, mood));
    }
    let word = token.of(document.text);
    (word.len() > 4 && word.ends_with("ing") && !document.is(at.wrapping_sub(1), "DET"))
        .then(|| simple(at..at + 1, at, Mood::Participle))
}

fn simple(tokens: Range<usize>, main: usize, mood: Mood) -> Verb {
    Verb { tokens, main, mood, negated: false, progressive: false }
}

/// An auxiliary and what belongs to it, up to its main verb. Without one, the auxiliary stands for itself.
fn group(document: &Document<'_>, first: usize, end: usize, mood: Mood) -> Verb {
    let mut verb =
        Verb { tokens: first..first + 1, main: first, mood, negated: is_negative(document, first), progressive: false };
    let base_follows =
        matches!(mood, Mood::Planned | Mood::Possible) || document.is(first, "DO") || document.is(first, "DID");
    for at in first + 1..end.min(first + GROUP) {
        let is = |class| document.is(at, class);
        let word = document.word(at);
        if is("NEGATION") {
            verb.negated = true;
        } else if is("BE_PAST") || is("BE_PRESENT") || is("HAVE") {
            verb.main = at;
        } else if is("PLAN") && document.is(at + 1, "TO") && is_base_form(document, at + 2, end) {
            verb.mood = if mood == Mood::Possible { mood } else { Mood::Planned };
            verb.main = at + 2;
            verb.tokens.end = at + 3;
            return verb;
        } else if is("PLAN") && !base_follows && is_participle_of_plan(document, at) {
            verb.mood = Mood::Planned;
            verb.main = at;
            verb.tokens.end = at + 1;
            return verb;
        } else if is_adverb(word) {
        } else {
            let shape = document.tokens.get(at).map(|token| token.shape);
            let fits = shape == Some(Shape::Lower)
                && (base_follows && verb.main == first || is_past_form(document, at) || word.ends_with("ing"))
                && !document.is(at, "DET");
            if fits {
                verb.main = at;
                verb.progressive = word.ends_with("ing");
                verb.tokens.end = at + 1;
            }
            break;
        }
        verb.tokens.end = at + 1;
    }
    verb
}

fn is_participle_of_plan(document: &Document<'_>, at: usize) -> bool {
    matches!(document.word(at), "due" | "set" | "ready" | "bound" | "poised" | "likely")
        || document.word(at).ends_with("ed")
}

fn is_negative(document: &Document<'_>, at: usize) -> bool {
    let word = document.word(at);
    word.ends_with("n't") || word.ends_with("n’t") || word == "cannot"
}

fn is_adverb(word: &str) -> bool {
    word.len() > 3 && word.ends_with("ly")
        || matches!(
            word,
            "also" | "now" | "then" | "still" | "already" | "just" | "ever" | "soon" | "again" | "once" | "yet"
        )
}

fn is_base_form(document: &Document<'_>, at: usize, end: usize) -> bool {
    let Some(token) = document.tokens.get(at).filter(|_| at < end) else { return false };
    let word = token.of(document.text);
    token.shape == Shape::Lower
        && !["DET", "CARDINAL", "MONTH_LOWER", "DEICTIC"].iter().any(|class| document.is(at, class))
        && !["ing", "ed", "ly"].iter().any(|ending| word.ends_with(ending))
        && !(word.ends_with('s') && !word.ends_with("ss"))
}

/// A past form before its noun: "the elected mayor", "a newly built bridge".
fn is_attribute(document: &Document<'_>, at: usize, end: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let behind = document.tokens.get(at + 1).filter(|_| at + 1 < end);
    let noun_behind = behind.is_some_and(|token| token.shape.is_word())
        && !document.is(at + 1, "TIMEPREP")
        && !document.is(at + 1, "DET")
        && !document.is(at + 1, "TO");
    let determined =
        document.is(before, "DET") || document.tokens.get(before).is_some_and(|token| token.shape == Shape::Possessive);
    let adverb = is_adverb(document.word(before)) && before > 0 && document.is(before - 1, "DET");
    noun_behind && (determined || adverb)
}
