//! Which way a bare name looks: "on Friday" is the one before or the one after, as its clause has it.
//!
//! The reading comes from the tense and the sense of the clause that holds the date, never from a global switch:
//! "was arrested on Friday" looks back, "will meet on Friday" and "agreed to sell in October" look ahead.

use std::ops::Range;

use super::{Document, Expression};
use crate::syntax::is_past_form;
use crate::text::Shape;

/// Which way a bare name looks from its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the last one.
    Past,
    /// To the next one.
    Future,
}

/// What a word says about the time of its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Past,
    Future,
    /// "to" before a verb: ahead, unless the verb before it was one of the past's own ("had to").
    Infinitive,
    /// The clause ends here.
    Boundary,
    None,
}

/// How far a clause is searched for its verb, in tokens.
const REACH: usize = 30;

/// Which way the clause of an expression looks, and why.
pub(super) fn direction(document: &Document<'_>, expression: &Expression) -> (Direction, &'static str) {
    let sentence = document.sentences.get(expression.sentence).cloned().unwrap_or_default();
    let before = expression.first.wrapping_sub(1);
    if before >= sentence.start && before < expression.first {
        if document.has(before, document.pack.grammar.ahead)
            || document.has(before, document.pack.grammar.by) && !past_before(document, sentence.start, before)
        {
            return (Direction::Future, "its preposition looks ahead");
        }
        if document.has(before, document.pack.grammar.since) {
            return (Direction::Past, "its preposition looks back");
        }
    }
    match search(document, (sentence.start..expression.first).rev()) {
        Some(found) => found,
        None => search_ahead(document, expression.end..sentence.end)
            .unwrap_or((Direction::Past, "no verb tells: taken for the last one")),
    }
}

fn past_before(document: &Document<'_>, start: usize, end: usize) -> bool {
    matches!(search(document, (start..end).rev()), Some((Direction::Past, _)))
}

/// As `search`, for a date that stands before its verb: "In April the group agreed to sell" dates the agreement.
fn search_ahead(document: &Document<'_>, tokens: Range<usize>) -> Option<(Direction, &'static str)> {
    let end = tokens.end;
    let verb = tokens.clone().find(|&at| document.has(at, document.pack.grammar.plan));
    let agreed = verb.filter(|&at| {
        is_past_form(document, at) && !document.has(at.wrapping_sub(1), document.pack.grammar.be_present)
    });
    match (agreed, search(document, tokens.start..agreed.unwrap_or(end))) {
        (Some(_), None) => Some((Direction::Past, "its verb is in the past")),
        (_, found) => found,
    }
}

/// Goes through tokens, nearest first, until one tells the time of the clause.
fn search(document: &Document<'_>, tokens: impl Iterator<Item = usize>) -> Option<(Direction, &'static str)> {
    for at in tokens.take(REACH) {
        match sign(document, at) {
            Sign::Past if is_behind_will(document, at) => return Some((Direction::Future, "its verb looks ahead")),
            Sign::Past => return Some((Direction::Past, "its verb is in the past")),
            Sign::Future => return Some((Direction::Future, "its verb looks ahead")),
            Sign::Infinitive => {
                let direction = if is_behind_past(document, at) { Direction::Past } else { Direction::Future };
                return Some((direction, "its verb is an infinitive"));
            }
            Sign::Boundary => return None,
            Sign::None => {}
        }
    }
    None
}

/// "will be closed", "to be held": a past form that belongs to a verb of the future. "may have fled" is none: what may
/// have been lies back.
fn is_behind_will(document: &Document<'_>, at: usize) -> bool {
    let grammar = &document.pack.grammar;
    let mut perfect = false;
    for before in (at.saturating_sub(4)..at).rev() {
        let is = |class| document.has(before, class);
        if is(grammar.will) {
            return true;
        }
        if is(grammar.would) || is(grammar.modal) || is(grammar.to) {
            return !perfect;
        }
        perfect |= is(grammar.have);
        let between = [grammar.be_present, grammar.be_past, grammar.have, grammar.negation];
        if !between.iter().any(|&class| is(class)) && !document.word(before).ends_with("ly") {
            return false;
        }
    }
    false
}

/// "failed to agree", "had to leave", "was able to meet": an infinitive that its past verb carries out. Behind a word of
/// planning, or a noun ("the deal to sell"), it looks ahead.
fn is_behind_past(document: &Document<'_>, to: usize) -> bool {
    let Some(before) = to.checked_sub(1) else { return false };
    let grammar = &document.pack.grammar;
    let is = |class| document.has(before, class);
    let carried_out = is(grammar.implicative) || is(grammar.had) || is(grammar.used) || is(grammar.able);
    carried_out || is_past_form(document, before) && !is(grammar.plan) && !is(grammar.uncertain)
}

fn sign(document: &Document<'_>, at: usize) -> Sign {
    let Some(token) = document.tokens.get(at) else { return Sign::Boundary };
    match token.shape {
        Shape::Mark(';' | ':' | '"' | '“' | '”' | '`') => return Sign::Boundary,
        Shape::Lower | Shape::Capital | Shape::Upper => {}
        _ => return Sign::None,
    }
    let is = |class| document.has(at, class);
    let grammar = &document.pack.grammar;
    let before = at.wrapping_sub(1);
    let modal = is(grammar.modal) && token.shape == Shape::Lower;
    let planning = is(grammar.plan) && !document.has(before, grammar.to);
    // "is arriving on Saturday", "opens on Saturday": where a name of the calendar stands with it, the plan is told.
    let arriving = token.of(document.text).ends_with("ing") && document.has(before, grammar.be_present);
    let opens = is(grammar.verb_third) && token.shape == Shape::Lower && !is(grammar.report);
    if is(grammar.will) || is(grammar.would) || planning || modal || arriving || opens {
        Sign::Future
    } else if is(grammar.be_past) || is(grammar.had) || is(grammar.did) || is(grammar.have) {
        Sign::Past
    } else if is(grammar.to) && at + 1 < document.tokens.len() && is_verb_behind_to(document, at + 1) {
        Sign::Infinitive
    } else if token.shape == Shape::Lower && is_past_form(document, at) {
        Sign::Past
    } else {
        Sign::None
    }
}

fn is_verb_behind_to(document: &Document<'_>, at: usize) -> bool {
    let token = document.tokens[at];
    let word = token.of(document.text);
    token.shape == Shape::Lower
        && !document.has(at, document.pack.grammar.determiner)
        && !document.has(at, document.pack.grammar.cardinal)
        && !["ing", "s", "ed", "ly"].iter().any(|ending| word.ends_with(ending))
}
