//! "Heute ist die Stadt größer als damals": "today" is the time of writing, not a day, where its verb says what something is
//! or has, and in a long article that names no other day also beside other verbs of the present. A report of the day names
//! days, or tells what happened on it.

use crate::calendar::Unit;
use crate::language::{CountedFrom, Depth, Reference};
use crate::syntax::{Verb, VerbForm};
use crate::temporal::{Dropped, Expression, Meaning, ParsedPassage};

/// The number of sentences from which an article that names no day is not a report of the day.
const ESSAY: usize = 20;

/// Lets "today" mean the present where no day is meant.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    mut expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    if passage.pack.depth == Depth::Dates {
        return expressions;
    }
    let is_essay = passage.sentences.len() >= ESSAY && !expressions.iter().any(|it| names_day(&it.meaning));
    let may_be = |it: &&mut Expression| is_today(&it.meaning) && passage.has(it.first, passage.pack.grammar.nowadays);
    for expression in expressions.iter_mut().filter(may_be) {
        let verb = verb_beside(passage, expression);
        if verb.is_some_and(|verb| is_state(passage, verb) || is_essay && is_present(passage, verb)) {
            expression.meaning = Meaning::Vague(Reference::PresentRef);
        }
    }
    expressions
}

fn is_today(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Shift { by: 0, unit: Unit::Day, from: CountedFrom::Publication })
}

/// Whether it is a day that lies near publication, or a time of one.
fn names_day(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Calendar(fields) => {
            fields.weekday.is_some() || fields.weekend || fields.year.is_none() && fields.day.is_some()
        }
        Meaning::Shift { unit: Unit::Day | Unit::Weekend, .. } => !is_today(meaning),
        Meaning::Clock { day, .. } | Meaning::PartOfDay { day, .. } => day.is_some(),
        Meaning::DayOf { .. } => true,
        _ => false,
    }
}

/// The finite verb nearest to a date that is an adverb; `None` behind a preposition: "the meeting of today", "planned for today"
/// mean the day.
fn verb_beside<'p>(passage: &'p ParsedPassage<'_>, date: &Expression) -> Option<&'p Verb> {
    let grammar = &passage.pack.grammar;
    let led = [grammar.preposition, grammar.time_preposition, grammar.of, grammar.by, grammar.since, grammar.until];
    if date.first.checked_sub(1).is_some_and(|before| led.into_iter().any(|class| passage.has(before, class))) {
        return None;
    }
    let sentence = passage.sentences.get(date.sentence).cloned().unwrap_or_default();
    let distance = |verb: &Verb| match verb.tokens.end <= date.first {
        true => date.first - verb.tokens.end,
        false => verb.tokens.start.abs_diff(date.end),
    };
    passage.verbs(&sentence).iter().filter(|verb| verb.finite).min_by_key(|verb| distance(verb))
}

fn is_present(passage: &ParsedPassage<'_>, verb: &Verb) -> bool {
    verb.form == VerbForm::Present && !passage.has(verb.head, passage.pack.grammar.report)
}

/// "is", "has": what something is or has is so on other days as well.
fn is_state(passage: &ParsedPassage<'_>, verb: &Verb) -> bool {
    let grammar = &passage.pack.grammar;
    let is = |class| passage.has(verb.head, class);
    verb.tokens.len() == 1 && is_present(passage, verb) && (is(grammar.be_present) || is(grammar.have))
}
