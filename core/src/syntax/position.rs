//! The position of words among the clauses of their sentence.
//!
//! This module must not know about dates, only about the tokens that it is asked about.

use std::ops::Range;

use super::{ParsedPassage, Verb, VerbForm};
use crate::text::Shape;

/// Whether the tokens open a clause, at the start of the sentence or after a conjunction, so that the verb that they
/// modify follows. Prepositions and adverbs before them belong to them.
pub(crate) fn opens_clause(
    passage: &ParsedPassage<'_>,
    sentence: &Range<usize>,
    verbs: &[Verb],
    tokens: &Range<usize>,
) -> bool {
    let grammar = &passage.pack.grammar;
    let mut at = tokens.start;
    while at > sentence.start {
        let before = at - 1;
        let preposition = passage.has(before, grammar.time_preposition) && !passage.has(before, grammar.and);
        let skipped = preposition && (at == tokens.start || !passage.has(before, grammar.subordinator))
            || passage.has(before, grammar.adverb)
            || matches!(passage.tokens[before].shape, Shape::Break | Shape::Mark('"' | '“' | '`' | '-' | '—'));
        if !skipped {
            break;
        }
        at = before;
    }
    let next = tokens.end;
    let subject_follows = passage.tokens.get(next).is_some_and(|token| {
        token.shape.is_mark(',')
            || token.shape.is_capital()
            || passage.has(next, grammar.determiner)
            || passage.has(next, grammar.subject)
    });
    // "that on Friday the mill"; but "and" also coordinates dates, and "as soon as Friday" opens no clause.
    let after_conjunction = |at| {
        passage.has(at, grammar.subordinator)
            && !passage.has(at, grammar.as_word)
            && (subject_follows || !passage.has(at, grammar.join))
    };
    at == sentence.start
        || at == sentence.start + 1 && !verbs.iter().any(|verb| verb.tokens.contains(&sentence.start))
        || after_conjunction(at - 1)
        || passage.has(at - 1, grammar.comma) && passage.has(sentence.start, grammar.condition)
}

/// Whether a verb after that token says that the plan is off: "had been scheduled for Friday but was cancelled", "is
/// called off".
pub(crate) fn called_off(passage: &ParsedPassage<'_>, verbs: &[Verb], planned: usize) -> bool {
    let grammar = &passage.pack.grammar;
    verbs.iter().any(|verb| {
        let off = passage.has(verb.head, grammar.called) && passage.has(verb.head + 1, grammar.off);
        // "After the shooting the party cancelled a rally": something else is off.
        let object = verb.tokens.len() == 1
            && !off
            && (passage.has(verb.tokens.end, grammar.determiner) || passage.tag(verb.tokens.end).is_noun());
        verb.head > planned
            && !object
            && verb.finite
            && !verb.negated
            && verb.form == VerbForm::Past
            && (off || passage.has(verb.head, grammar.cancel))
    })
}

/// "was due to open on Monday but did not", "had been expected, but came late": whether a verb of the past behind "but"
/// says that what was planned came otherwise. What is called off may still lie ahead.
pub(crate) fn unkept(passage: &ParsedPassage<'_>, verbs: &[Verb], planned: &Verb) -> bool {
    let grammar = &passage.pack.grammar;
    let next = verbs.iter().find(|verb| verb.tokens.start >= planned.tokens.end && verb.finite);
    next.is_some_and(|verb| {
        let but = (planned.tokens.end..verb.tokens.start).any(|at| passage.has(at, grammar.contrast));
        let off = [grammar.cancel, grammar.called, grammar.moves, grammar.dropping];
        // "Work that was to finish last week goes on."
        let on = passage.has(verb.head + 1, grammar.clock_preposition) && !passage.has(verb.head + 2, grammar.weekday);
        let lasts = passage.has(verb.head, grammar.lasting_on) || passage.has(verb.head, grammar.goes) && on;
        let goes_on = verb.form == VerbForm::Present && lasts;
        goes_on || but && verb.form == VerbForm::Past && !off.into_iter().any(|class| passage.has(verb.head, class))
    })
}

/// How far before a noun or a plan the verb stands that drops it, in tokens.
const DROPPED: usize = 6;

/// "suspended a stoppage", "dropped a plan to sell", "ruled out a vote", and "the concert, planned for Friday, will not
/// take place": whether a verb says that what stands at that token does not come.
pub(crate) fn dropped(passage: &ParsedPassage<'_>, verbs: &[Verb], planned: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let drops = |verb: &Verb| {
        let active = !(verb.tokens.start..verb.head).any(|at| passage.has(at, grammar.be_past));
        let out = passage.has(verb.head, grammar.ruled) && passage.has(verb.head + 1, grammar.out);
        let object = verb.tokens.end..planned;
        let ends = |at: usize| passage.has(at, grammar.comma) || passage.has(at, grammar.subordinator);
        let close = object.len() < DROPPED && !object.clone().any(ends);
        let governed =
            object.into_iter().any(|at| passage.has(at, grammar.event_noun) || passage.has(at, grammar.plan));
        let noun = passage.has(planned, grammar.event_noun) || passage.has(planned, grammar.plan);
        active && (passage.has(verb.head, grammar.dropping) || out) && close && (governed || noun)
    };
    let before = verbs.iter().take_while(|verb| verb.tokens.end <= planned);
    let by_object = before.filter(|verb| verb.finite && verb.form == VerbForm::Past && !verb.negated).any(drops);
    let behind = verbs.iter().filter(|verb| verb.tokens.start > planned);
    let off = behind
        .filter(|verb| verb.form == VerbForm::Future && verb.finite && verb.negated)
        .any(|verb| (verb.head..verb.tokens.end + 1).any(|at| passage.has(at, grammar.happen)));
    by_object || off
}
