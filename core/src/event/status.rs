//! The status of a statement: happened, ongoing, planned, possible or denied.
//!
//! Decided by the form of the verb group, what governs its clause, and where the date lies from publication.

use std::ops::Range;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::Status;
use super::sentence::ParsedSentence;
use super::trigger::Trigger;
use crate::calendar::Granularity;
use crate::language::Class;
use crate::syntax::{ParsedPassage, Upos, Verb, VerbForm, called_off, dropped, is_adverb, unkept};
use crate::temporal::{Resolved, TimexType};
use crate::text::Shape;

/// A status that agrees with its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreed {
    pub status: Status,
    /// Whether the tense of the verb contradicts the date, so that one of the two is misread: "met on 3 May 2031".
    pub conflict: bool,
}

/// Returns the status of a trigger on a date, or on a period from it to the end of `last`, seen from the day of
/// publication.
pub(super) fn status(
    sentence: &ParsedSentence<'_>,
    trigger: Option<Trigger<'_>>,
    date: &Resolved,
    last: &Resolved,
) -> Agreed {
    let start = date.interval.and_then(|interval| interval.start);
    let end = last.interval.and_then(|interval| interval.end);
    let (start, end) = (start.map(|start| start.local()), end.map(|end| end.local()));
    let when = timing(start, end, sentence.published);
    let status = match trigger {
        None => by_timing(when),
        Some(Trigger::Noun(noun)) => of_noun(sentence, noun, date, when),
        Some(Trigger::Verb(verb) | Trigger::Predicate(verb, _)) => of_verb(sentence, verb, date, when),
    };
    let is_over = end.is_some_and(|end| end <= sentence.published.and_time(NaiveTime::MIN));
    // "will rise to 40 from 35 in 2016": what is compared with is over, whatever the verb says.
    let compared = matches!(trigger, Some(Trigger::Verb(verb)) if is_former_figure(sentence, verb, date));
    let status = if compared { by_timing(when) } else { status };
    let conflict = !compared && trigger.is_some_and(|trigger| contradicts(sentence, trigger, date, when));
    let status = match status {
        // What is past is no plan any more, and what is to come has not happened.
        Status::Planned if is_over => Status::Happened,
        Status::Happened if when == Timing::After => Status::Planned,
        _ => status,
    };
    Agreed { status, conflict }
}

/// Whether the tense of a verb and its date exclude each other: "met on 3 May 2031", "will meet on 3 May 2001".
///
/// Only where the verb has the date to itself: a past verb may well have an object that is still to come ("moved the vote
/// to 3 May", "named a coach for 2031", "said that"), and a plan may be over by now ("said in 2001 that he will go by 2005").
fn contradicts(sentence: &ParsedSentence<'_>, trigger: Trigger<'_>, date: &Resolved, when: Timing) -> bool {
    let Trigger::Verb(verb) = trigger else { return false };
    let (passage, grammar) = (sentence.passage, &sentence.passage.pack.grammar);
    let (start, end) = (date.expression.first, date.expression.end);
    let has_any = |at, classes: &[Class]| classes.iter().any(|&class| passage.has(at, class));
    let object_ahead = has_any(verb.head, &[grammar.plan, grammar.moves, grammar.report, grammar.saying]);
    let leads = [grammar.ahead, grammar.to, grammar.until, grammar.aim, grammar.of];
    let aims = start > sentence.tokens.start && has_any(start - 1, &leads);
    let attributive = end < sentence.tokens.end && passage.tag(end).is_noun();
    let mut between = if start > verb.head { verb.head + 1..start } else { end..verb.tokens.start };
    let apart = sentence.verbs.iter().any(|other| between.contains(&other.head))
        || between.any(|at| matches!(passage.tokens[at].shape, Shape::Mark(_)));
    // "a service provided by two agencies from May": the participle is its noun's.
    let participle = verb.tokens.len() == 1
        && passage.tag(verb.head) == Upos::Participle
        && sentence.verbs.iter().any(|other| other.finite && other.head != verb.head);
    if !verb.finite || participle || aims || attributive || apart || object_ahead {
        return false;
    }
    match when {
        Timing::After => verb.form == VerbForm::Past && !verb.perfect,
        Timing::Before => {
            let would = verb.tokens.clone().any(|at| passage.has(at, grammar.would));
            let alone = sentence.verbs.iter().filter(|verb| verb.finite).count() == 1;
            verb.form == VerbForm::Future && !verb.negated && !would && alone
        }
        Timing::Today | Timing::Around => false,
    }
}

/// Whether a date is that of the figure that a figure of the future is compared with: "is to rise to 40 from 35 in 2016".
fn is_former_figure(sentence: &ParsedSentence<'_>, verb: &Verb, date: &Resolved) -> bool {
    let (passage, grammar) = (sentence.passage, &sentence.passage.pack.grammar);
    let ahead = matches!(verb.form, VerbForm::Future | VerbForm::Potential | VerbForm::Infinitive);
    if !ahead || verb.tokens.end >= date.expression.first {
        return false;
    }
    let mut behind = verb.tokens.end..date.expression.first;
    let from = behind.rfind(|&at| passage.has(at, grammar.from) || passage.has(at, grammar.comparing));
    let start = from.unwrap_or(date.expression.first);
    from.is_some() && (start..date.expression.first).any(|at| passage.tokens[at].shape.is_figure())
}

/// Returns the status by the date alone: what lies ahead is planned.
fn by_timing(when: Timing) -> Status {
    match when {
        Timing::After => Status::Planned,
        Timing::Before | Timing::Today | Timing::Around => Status::Happened,
    }
}

/// Returns the status of an event noun: that of the verb beside it, as far as the date leaves it open.
fn of_noun(sentence: &ParsedSentence<'_>, noun: usize, date: &Resolved, when: Timing) -> Status {
    let (passage, grammar) = (sentence.passage, &sentence.passage.pack.grammar);
    let clause = clause_of(passage, sentence.tokens, noun);
    let before = noun.saturating_sub(2).max(sentence.tokens.start)..noun;
    if called_off(passage, sentence.verbs, noun)
        || (when != Timing::Before || noun > date.expression.first) && dropped(passage, sentence.verbs, noun)
        || before.into_iter().any(|at| {
            // "a no-deal exit" denies no exit.
            let tied = passage.tokens.get(at + 1).is_some_and(|next| next.shape.is_mark('-') && !next.spaced);
            passage.has(at, grammar.negation) && !tied
        })
    {
        return Status::Denied;
    }
    let verb =
        sentence.verbs.iter().filter(|verb| clause.contains(&verb.head)).min_by_key(|verb| verb.head.abs_diff(noun));
    // "protests since June", in a sentence about the present
    let lasts = |verb: &&Verb| verb.perfect || verb.form == VerbForm::Present && noun + 2 == date.expression.first;
    if verb.filter(lasts).is_some() && is_since(passage, date) {
        return Status::Ongoing;
    }
    // "a summit planned for today", "a verdict is expected today"
    let due = when == Timing::Today
        && verb.is_some_and(|verb| {
            let planned = verb.form == VerbForm::Future && !verb.negated;
            planned && verb.tokens.end <= date.expression.first && !is_past_plan(passage, verb)
        });
    if matches!(when, Timing::Before | Timing::Today) && !due {
        return Status::Happened;
    }
    let modifier = noun > date.expression.first;
    match verb.map(|verb| (verb.form, verb.negated)) {
        // "will miss Saturday's match", said on that Saturday.
        _ if modifier && due => Status::Planned,
        // "rebuked a reporter who asked about the 2020 elections": the verb says nothing about the elections.
        _ if modifier => by_timing(when),
        // "was wanted for an attempted murder earlier this week"
        Some((VerbForm::Future, false))
            if when == Timing::Around && verb.is_some_and(|verb| is_past_plan(passage, verb)) =>
        {
            by_timing(when)
        }
        Some((VerbForm::Potential, _)) => Status::Possible,
        Some((VerbForm::Future, true)) => Status::Denied,
        Some((VerbForm::Future, false)) => Status::Planned,
        // "follows the shooting this week"
        Some((VerbForm::Present, _)) if when == Timing::Around && passage.has(noun, grammar.unplanned) => {
            by_timing(when)
        }
        Some((VerbForm::Present, _)) if when == Timing::Around => Status::Ongoing,
        // "expects to file for a listing this month"
        Some((VerbForm::Infinitive, false)) => Status::Planned,
        _ => by_timing(when),
    }
}

fn of_verb(sentence: &ParsedSentence<'_>, verb: &Verb, date: &Resolved, when: Timing) -> Status {
    let (passage, grammar) = (sentence.passage, &sentence.passage.pack.grammar);
    let clause = clause_of(passage, sentence.tokens, verb.head);
    let governor = governor(sentence, verb);
    let within = |class| verb.tokens.clone().any(|at| passage.has(at, class));
    // "may not be finished": that it will not is as open as that it will.
    // "was not released until 2004": it was, then.
    let negated = verb.negated && (verb.form != VerbForm::Potential || within(grammar.can)) && !is_until(passage, date);
    let planned = verb.form == VerbForm::Future;
    let led = (clause.start..verb.tokens.start).any(|at| is_condition(passage, at));
    let conditional = planned && is_conditional(sentence, verb) || led && when != Timing::Before;
    // "if it is not settled by Friday": that it is not is as open as that it is.
    if negated && !(led && when != Timing::Before)
        || governor == Governor::Denial
        || negated_before(sentence, &clause, verb) && !is_until(passage, date)
        || is_moved_from(passage, verb, date)
        || (planned || verb.form == VerbForm::Infinitive || is_planned_modifier(passage, verb))
            && is_off(sentence, verb, when)
        || is_ruled_out(passage, verb, date, when)
    {
        return Status::Denied;
    }
    let perhaps = (clause.start..verb.head).any(|at| passage.has(at, grammar.hedge));
    if perhaps || conditional || governor == Governor::Doubt {
        return Status::Possible;
    }
    match verb.form {
        VerbForm::Future if within(grammar.would) => of_would(sentence, verb, when),
        VerbForm::Future => Status::Planned,
        VerbForm::Potential => Status::Possible,
        VerbForm::Infinitive if when == Timing::Before => Status::Happened,
        VerbForm::Infinitive => Status::Planned,
        _ if verb.perfect && is_since(passage, date) => Status::Ongoing,
        // "está cerrado desde el martes": other languages than English say in the present what goes on.
        VerbForm::Present if passage.pack.reads_forms() && is_since(passage, date) => Status::Ongoing,
        _ if when == Timing::After && passage.has(verb.head, grammar.uncertain) => Status::Possible,
        _ if when == Timing::After => Status::Planned,
        // "bonds planned for later this year"
        VerbForm::Past if when != Timing::Before && is_planned_modifier(passage, verb) => Status::Planned,
        // "expects sales to rise this year": what is planned, though the planning goes on.
        VerbForm::Present if when != Timing::Before && passage.has(verb.head, grammar.plan) => Status::Planned,
        // "appears later this month", "arrives later today"
        VerbForm::Present if is_later(passage, date, when) => Status::Planned,
        VerbForm::Present if when == Timing::Around => Status::Ongoing,
        // "travels to Rome this evening", "ends at 18:00": what is a part of the day is still to come.
        VerbForm::Present
            if when == Timing::Today
                && !verb.perfect
                && !within(grammar.linking)
                && !within(grammar.be_present)
                && !within(grammar.does)
                && !passage.has(verb.head, grammar.report)
                && date.granularity.is_some_and(|granularity| granularity > Granularity::Day)
                && date.timex == TimexType::Time =>
        {
            Status::Planned
        }
        VerbForm::Participle if when != Timing::Before => of_participle(sentence, verb),
        VerbForm::Present if when == Timing::Today && (verb.progressive || within(grammar.linking)) => Status::Ongoing,
        _ if verb.progressive && verb.perfect => Status::Ongoing,
        VerbForm::Past | VerbForm::Present | VerbForm::Participle => Status::Happened,
    }
}

/// Returns the status of a participle, that of the finite verb before it: "there will be no trouble in keeping it".
fn of_participle(sentence: &ParsedSentence<'_>, participle: &Verb) -> Status {
    let before = sentence.verbs.iter().take_while(|verb| verb.head < participle.head).filter(|verb| verb.finite).last();
    match before.map(|verb| verb.form) {
        _ if is_planned_modifier(sentence.passage, participle) => Status::Planned,
        Some(VerbForm::Future) => Status::Planned,
        Some(VerbForm::Potential) => Status::Possible,
        _ => Status::Happened,
    }
}

/// Whether what is planned does not come: it is called off or dropped, or it came otherwise by now.
fn is_off(sentence: &ParsedSentence<'_>, verb: &Verb, when: Timing) -> bool {
    let (passage, grammar) = (sentence.passage, &sentence.passage.pack.grammar);
    let meant = || verb.finite && verb.tokens.clone().any(|at| passage.has(at, grammar.meant));
    let otherwise = || is_past_plan(passage, verb) && (meant() || unkept(passage, sentence.verbs, verb));
    // "was meant to reach customers": the word of planning and its infinitive are two groups.
    let governing = sentence.verbs.iter().rev().find(|other| other.tokens.end == verb.tokens.start);
    let only_meant =
        governing.is_some_and(|other| passage.has(other.head, grammar.meant) && is_past_plan(passage, other));
    // "was originally scheduled to dock on Wednesday"
    let original = verb.form == VerbForm::Future && verb.tokens.clone().any(|at| passage.has(at, grammar.originally));
    original
        || when == Timing::Before && only_meant
        || verb.form == VerbForm::Future && called_off(passage, sentence.verbs, verb.head)
        || dropped(passage, sentence.verbs, verb.tokens.start)
        || when == Timing::Before && (is_unfulfilled(passage, verb) || otherwise())
}

/// "ruled out a vote in July", "scrapped a tour in June", "was meant to open in 2021": what the verb is done to is dated,
/// and does not come, or did not.
fn is_ruled_out(passage: &ParsedPassage<'_>, verb: &Verb, date: &Resolved, when: Timing) -> bool {
    let grammar = &passage.pack.grammar;
    let head = verb.head;
    let out = passage.has(head, grammar.ruled) && passage.has(head + 1, grammar.out);
    let active = verb.form == VerbForm::Past && !(verb.tokens.start..head).any(|at| passage.has(at, grammar.be_past));
    let moved = date.expression.first.checked_sub(1).is_some_and(|at| passage.has(at, grammar.until));
    let drops = active && (out || passage.has(head, grammar.dropping)) && head < date.expression.first && !moved;
    let meant = passage.has(head, grammar.meant) && passage.has(head + 1, grammar.to) && is_past_plan(passage, verb);
    when == Timing::After && drops || when == Timing::Before && meant
}

/// "was due to", "had been expected": planned in the past.
fn is_past_plan(passage: &ParsedPassage<'_>, verb: &Verb) -> bool {
    let grammar = &passage.pack.grammar;
    passage.has(verb.tokens.start, grammar.be_past) || passage.has(verb.tokens.start, grammar.had)
}

/// "moved from Saturday to Sunday", "moved to 3 June from 27 May": the date that it was moved from.
fn is_moved_from(passage: &ParsedPassage<'_>, verb: &Verb, date: &Resolved) -> bool {
    let grammar = &passage.pack.grammar;
    let before = date.expression.first.checked_sub(1);
    let to = |at| passage.has(at, grammar.to) || passage.has(at, grammar.until);
    let from = before.is_some_and(|before| passage.has(before, grammar.from));
    let target = to(date.expression.end) || (verb.head..date.expression.first).any(to);
    verb.form == VerbForm::Past && passage.has(verb.head, grammar.moves) && from && target
}

/// "not until Friday"
fn is_until(passage: &ParsedPassage<'_>, date: &Resolved) -> bool {
    let before = date.expression.first.checked_sub(1);
    before.is_some_and(|before| passage.has(before, passage.pack.grammar.ahead))
}

/// "later this month", "later today": what is left of the day or the time that is going on.
fn is_later(passage: &ParsedPassage<'_>, date: &Resolved, when: Timing) -> bool {
    matches!(when, Timing::Today | Timing::Around) && passage.has(date.expression.first, passage.pack.grammar.later)
}

/// Whether a participle of planning says how its noun is meant.
fn is_planned_modifier(passage: &ParsedPassage<'_>, verb: &Verb) -> bool {
    let grammar = &passage.pack.grammar;
    let alone = verb.tokens.len() == 1 && passage.tag(verb.head) == Upos::Participle;
    alone && passage.has(verb.head, grammar.plan) && !passage.has(verb.head, grammar.commitment)
}

fn is_since(passage: &ParsedPassage<'_>, date: &Resolved) -> bool {
    let before = passage.behind_preposition(date.expression.first).checked_sub(1);
    before.is_some_and(|before| passage.has(before, passage.pack.grammar.since))
}

/// Returns the status of "would": "said it would shut in June" is a plan, "would rule for thirty years" happened (the
/// future in the past), and "would fail without help" is conditional.
fn of_would(sentence: &ParsedSentence<'_>, verb: &Verb, when: Timing) -> Status {
    let (passage, grammar) = (sentence.passage, &sentence.passage.pack.grammar);
    let reported = sentence.verbs.iter().any(|other| {
        let reports = passage.has(other.head, grammar.report) || passage.has(other.head, grammar.plan);
        other.head != verb.head && other.finite && reports
    });
    match when {
        _ if reported => Status::Planned,
        Timing::Before => Status::Happened,
        Timing::Today | Timing::Around | Timing::After => Status::Possible,
    }
}

/// Whether a plan was not carried out: "would have banned", "should have been signed", "were to have met".
fn is_unfulfilled(passage: &ParsedPassage<'_>, verb: &Verb) -> bool {
    let grammar = &passage.pack.grammar;
    let first = verb.tokens.start;
    let counterfactual = passage.has(first, grammar.would)
        || passage.has(first, grammar.inverted_condition)
        || passage.has(first + 1, grammar.to);
    counterfactual && (first + 1..verb.head).any(|at| passage.has(at, grammar.have))
}

/// Whether a word opens a condition; a pronoun of the same form does not ("para se reunir").
fn is_condition(passage: &ParsedPassage<'_>, at: usize) -> bool {
    passage.has(at, passage.pack.grammar.condition) && passage.tag(at) != Upos::Pronoun
}

/// Whether the sentence holds a condition for a verb of the future: "if elected", "should the talks fail".
fn is_conditional(sentence: &ParsedSentence<'_>, verb: &Verb) -> bool {
    let (passage, grammar) = (sentence.passage, &sentence.passage.pack.grammar);
    let first = sentence.tokens.start;
    let inverted = passage.has(first, grammar.inverted_condition)
        && (first..verb.tokens.start).any(|at| passage.has(at, grammar.comma));
    inverted
        || sentence.tokens.clone().any(|at| {
            let asks = |before: usize| passage.has(before, grammar.no_condition) || passage.has(before, grammar.asking);
            let opens = at == first || !asks(at - 1);
            is_condition(passage, at) && !passage.has(at, grammar.whether) && opens
        })
}

/// What the governor of a clause says about its truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Governor {
    /// "denied that he took", "it is not true that".
    Denial,
    /// "it is possible that", "is not known whether".
    Doubt,
    /// Nothing, or there is none.
    Neutral,
}

/// How far before a verb the governor of its clause is searched, in tokens.
const REACH: usize = 12;

/// Returns what the governor of a verb's clause says about it.
fn governor(sentence: &ParsedSentence<'_>, verb: &Verb) -> Governor {
    let (passage, grammar) = (sentence.passage, &sentence.passage.pack.grammar);
    // "rejected a petition presented in May": only its noun is rejected.
    let alone = verb.tokens.len() == 1 && passage.tag(verb.head) == Upos::Participle;
    let noun = verb.head.checked_sub(1).is_some_and(|before| passage.tag(before).is_noun());
    if alone && noun && sentence.verbs.iter().any(|other| other.finite && other.head < verb.head) {
        return Governor::Neutral;
    }
    let has = |at, class| passage.has(at, class);
    let mut that = None;
    for at in (sentence.tokens.start..verb.tokens.start).rev().take(REACH) {
        let opens = has(at + 1, grammar.determiner)
            || has(at + 1, grammar.subject)
            || passage.tokens[at + 1].shape.is_capital();
        // "denied reports that", "denied on Thursday, 2 May, that"; not "feared the plan of the minister that"
        let governs = that
            .map_or(opens && (passage.tag(at).is_verb() || !has(at.saturating_sub(1), grammar.determiner)), |that| {
                that - at <= 3 || !passage.tag(that - 1).is_noun()
            });
        let negated = (sentence.tokens.start..at).rev().take(4).any(|at| has(at, grammar.negation));
        if has(at, grammar.whether) || has(at, grammar.condition) && has(at.saturating_sub(1), grammar.asking) {
            return Governor::Doubt;
        } else if governs && (has(at, grammar.denial) || has(at, grammar.truth)) {
            return if has(at, grammar.denial) != negated { Governor::Denial } else { Governor::Neutral };
        } else if governs && has(at, grammar.doubt) {
            return if negated { Governor::Neutral } else { Governor::Doubt };
        } else if has(at, grammar.that) {
            that = Some(at);
        } else if has(at, grammar.subordinator)
            || that.is_none() && passage.tokens[at].shape.is_mark(',')
            || that.is_some() && passage.tag(at).is_verb()
        {
            return Governor::Neutral;
        }
    }
    Governor::Neutral
}

/// Where a date lies relative to the day of publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Timing {
    Before,
    /// The day of publication.
    Today,
    /// It holds the day of publication and more, or has no known bounds.
    Around,
    After,
}

fn timing(start: Option<NaiveDateTime>, end: Option<NaiveDateTime>, published: NaiveDate) -> Timing {
    let start = start.map(|start| start.date());
    let day_after = published.succ_opt().unwrap_or(published);
    if start.is_some_and(|start| start > published) {
        Timing::After
    } else if start == Some(published) && end.is_some_and(|end| end.date() <= day_after) {
        Timing::Today
    } else if end.is_some_and(|end| end <= day_after.and_time(NaiveTime::MIN)) {
        Timing::Before
    } else {
        Timing::Around
    }
}

/// Returns the tokens around `at` up to the nearest punctuation that divides clauses.
fn clause_of(passage: &ParsedPassage<'_>, sentence: &Range<usize>, at: usize) -> Range<usize> {
    let divides =
        |at: &usize| matches!(passage.tokens[*at].shape, Shape::Mark(',' | ';' | ':' | '"' | '“' | '”' | '—'));
    let start = (sentence.start..at).rev().find(divides).map_or(sentence.start, |at| at + 1);
    let end = (at..sentence.end).find(divides).unwrap_or(sentence.end);
    start..end
}

/// Whether a negation stands before the verb, in its clause and after the previous verb: "not freed", "no train ran",
/// "never spoke".
fn negated_before(sentence: &ParsedSentence<'_>, clause: &Range<usize>, verb: &Verb) -> bool {
    let (passage, grammar) = (sentence.passage, &sentence.passage.pack.grammar);
    let before = sentence.verbs.iter().take_while(|other| other.head < verb.head).last();
    let start = before.map_or(clause.start, |before| before.tokens.end.max(clause.start));
    (start..verb.tokens.start).any(|at| {
        let next = (at + 1..verb.tokens.start).all(|at| is_adverb(passage, at));
        // "No one doubts that he signed": the doubt is negated, not the signing.
        let content = (at..verb.tokens.start).any(|at| passage.has(at, grammar.that));
        let denies = passage.has(at, grammar.negation) || passage.has(at, grammar.without) && !verb.finite;
        !content && denies && !passage.has(at + 1, grammar.no_negation) && (next || at == clause.start && verb.finite)
    })
}
