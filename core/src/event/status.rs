//! Whether a statement is told as done, going on, planned, possible or denied.

use std::ops::Range;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::Status;
use super::trigger::{Seeker, Trigger};
use crate::language::tagger::Tag;
use crate::syntax::{Mood, ParsedPassage, Verb, called_off, dropped, is_adverb, unkept};
use crate::temporal::Resolved;
use crate::text::Shape;

/// The status of what a trigger tells on a date, or from it until another, seen from the day of publication.
pub(super) fn status(
    seeker: &Seeker<'_>,
    trigger: Option<Trigger<'_>>,
    date: &Resolved,
    until: Option<&Resolved>,
) -> Status {
    let start = date.interval.and_then(|interval| interval.start);
    let end = until.unwrap_or(date).interval.and_then(|interval| interval.end);
    let (start, end) = (start.map(|start| start.local()), end.map(|end| end.local()));
    let when = place(start, end, seeker.published);
    let status = match trigger {
        None => by_place(when),
        Some(Trigger::Noun(noun)) => of_noun(seeker, noun, date, when),
        Some(Trigger::Verb(verb) | Trigger::Predicate(verb, _)) => of_verb(seeker, verb, date, when),
    };
    let is_over = end.is_some_and(|end| end <= seeker.published.and_time(NaiveTime::MIN));
    match status {
        // What is past is no plan any more, and what is to come has not happened.
        Status::Planned if is_over => Status::Happened,
        Status::Happened if when == Place::After => Status::Planned,
        _ => status,
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
    let (passage, grammar) = (seeker.passage, &seeker.passage.pack.grammar);
    let clause = clause_of(passage, seeker.sentence, noun);
    let before = noun.saturating_sub(2).max(seeker.sentence.start)..noun;
    if called_off(passage, seeker.verbs, noun)
        || (when != Place::Before || noun > date.expression.first) && dropped(passage, seeker.verbs, noun)
        || before.into_iter().any(|at| passage.has(at, grammar.negation))
    {
        return Status::Denied;
    }
    let verb =
        seeker.verbs.iter().filter(|verb| clause.contains(&verb.main)).min_by_key(|verb| verb.main.abs_diff(noun));
    if verb.is_some_and(|verb| verb.perfect) && is_since(passage, date) {
        return Status::Ongoing;
    }
    // "a summit planned for today", "a verdict is expected today"
    let due = when == Place::Today
        && verb.is_some_and(|verb| {
            let planned = verb.mood == Mood::Planned && !verb.negated;
            planned && verb.tokens.end <= date.expression.first && !is_past_plan(passage, verb)
        });
    if matches!(when, Place::Before | Place::Today) && !due {
        return Status::Happened;
    }
    let attribute = noun > date.expression.first;
    match verb.map(|verb| (verb.mood, verb.negated)) {
        // "rebuked a reporter who asked about the 2020 elections": they come, whatever the verb is about.
        _ if attribute => by_place(when),
        Some((Mood::Possible, _)) => Status::Possible,
        Some((Mood::Planned, true)) => Status::Denied,
        Some((Mood::Planned, false)) => Status::Planned,
        Some((Mood::Present, _)) if when == Place::Around => Status::Ongoing,
        // "expects to file for a listing this month"
        Some((Mood::Infinitive, false)) => Status::Planned,
        _ => by_place(when),
    }
}

fn of_verb(seeker: &Seeker<'_>, verb: &Verb, date: &Resolved, when: Place) -> Status {
    let (passage, grammar) = (seeker.passage, &seeker.passage.pack.grammar);
    let clause = clause_of(passage, seeker.sentence, verb.main);
    let over = over(seeker, verb);
    let within = |class| verb.tokens.clone().any(|at| passage.has(at, class));
    // "may not be finished": that it will not is as open as that it will.
    // "was not released until 2004": it was, then.
    let negated = verb.negated && (verb.mood != Mood::Possible || within(grammar.can)) && !is_until(passage, date);
    let planned = verb.mood == Mood::Planned;
    let led = (clause.start..verb.tokens.start).any(|at| passage.has(at, grammar.condition));
    let conditional = planned && is_conditional(seeker, verb) || led && when != Place::Before;
    // "if it is not settled by Friday": that it is not is as open as that it is.
    if negated && !(led && when != Place::Before)
        || over == Over::Denial
        || negated_before(seeker, &clause, verb) && !is_until(passage, date)
        || is_moved_from(passage, verb, date)
        || (planned || verb.mood == Mood::Infinitive || is_meant(passage, verb)) && is_off(seeker, verb, when)
        || is_ruled_out(passage, verb, date, when)
    {
        return Status::Denied;
    }
    let perhaps = (clause.start..verb.main).any(|at| passage.has(at, grammar.perhaps));
    if perhaps || conditional || over == Over::Doubt {
        return Status::Possible;
    }
    match verb.mood {
        Mood::Planned if within(grammar.would) => of_would(seeker, verb, when),
        Mood::Planned => Status::Planned,
        Mood::Possible => Status::Possible,
        Mood::Infinitive if when == Place::Before => Status::Happened,
        Mood::Infinitive => Status::Planned,
        _ if verb.perfect && is_since(passage, date) => Status::Ongoing,
        _ if when == Place::After && passage.has(verb.main, grammar.uncertain) => Status::Possible,
        _ if when == Place::After => Status::Planned,
        // "bonds planned for later this year"
        Mood::Past if when != Place::Before && is_meant(passage, verb) => Status::Planned,
        // "expects sales to rise this year": what is planned, though the planning goes on.
        Mood::Present if when != Place::Before && passage.has(verb.main, grammar.plan) => Status::Planned,
        // "appears later this month", "arrives later today"
        Mood::Present if is_later(passage, date, when) => Status::Planned,
        Mood::Present if when == Place::Around => Status::Ongoing,
        Mood::Participle if when != Place::Before => of_participle(seeker, verb),
        Mood::Present if when == Place::Today && (verb.progressive || within(grammar.linking)) => Status::Ongoing,
        _ if verb.progressive && verb.perfect => Status::Ongoing,
        Mood::Past | Mood::Present | Mood::Participle => Status::Happened,
    }
}

/// "there will be no trouble in keeping it": told as the verb has it that it hangs on.
fn of_participle(seeker: &Seeker<'_>, participle: &Verb) -> Status {
    let before = seeker.verbs.iter().take_while(|verb| verb.main < participle.main).filter(|verb| verb.finite).last();
    match before.map(|verb| verb.mood) {
        _ if is_meant(seeker.passage, participle) => Status::Planned,
        Some(Mood::Planned) => Status::Planned,
        Some(Mood::Possible) => Status::Possible,
        _ => Status::Happened,
    }
}

/// Whether what is planned does not come: it is called off or dropped, or it came otherwise by now.
fn is_off(seeker: &Seeker<'_>, verb: &Verb, when: Place) -> bool {
    let (passage, grammar) = (seeker.passage, &seeker.passage.pack.grammar);
    let meant = || verb.finite && verb.tokens.clone().any(|at| passage.has(at, grammar.meant));
    let otherwise = || is_past_plan(passage, verb) && (meant() || unkept(passage, seeker.verbs, verb));
    // "was meant to reach customers": the word of planning and its infinitive are two groups.
    let governing = seeker.verbs.iter().rev().find(|other| other.tokens.end == verb.tokens.start);
    let only_meant =
        governing.is_some_and(|other| passage.has(other.main, grammar.meant) && is_past_plan(passage, other));
    when == Place::Before && only_meant
        || verb.mood == Mood::Planned && called_off(passage, seeker.verbs, verb.main)
        || dropped(passage, seeker.verbs, verb.tokens.start)
        || when == Place::Before && (is_unfulfilled(passage, verb) || otherwise())
}

/// "ruled out a vote in July", "scrapped a tour in June", "was meant to open in 2021": what the verb is done to is dated,
/// and does not come, or did not.
fn is_ruled_out(passage: &ParsedPassage<'_>, verb: &Verb, date: &Resolved, when: Place) -> bool {
    let grammar = &passage.pack.grammar;
    let main = verb.main;
    let out = passage.has(main, grammar.ruled) && passage.has(main + 1, grammar.out);
    let active = verb.mood == Mood::Past && !(verb.tokens.start..main).any(|at| passage.has(at, grammar.be_past));
    let moved = date.expression.first.checked_sub(1).is_some_and(|at| passage.has(at, grammar.until));
    let drops = active && (out || passage.has(main, grammar.dropping)) && main < date.expression.first && !moved;
    let meant = passage.has(main, grammar.meant) && passage.has(main + 1, grammar.to) && is_past_plan(passage, verb);
    when == Place::After && drops || when == Place::Before && meant
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
    let target = to(date.expression.end) || (verb.main..date.expression.first).any(to);
    verb.mood == Mood::Past && passage.has(verb.main, grammar.moves) && from && target
}

/// "not until Friday"
fn is_until(passage: &ParsedPassage<'_>, date: &Resolved) -> bool {
    let before = date.expression.first.checked_sub(1);
    before.is_some_and(|before| passage.has(before, passage.pack.grammar.ahead))
}

/// "later this month", "later today": what is left of the day or the time that is going on.
fn is_later(passage: &ParsedPassage<'_>, date: &Resolved, when: Place) -> bool {
    matches!(when, Place::Today | Place::Around) && passage.has(date.expression.first, passage.pack.grammar.later)
}

/// Whether a participle of planning tells how its noun is meant.
fn is_meant(passage: &ParsedPassage<'_>, verb: &Verb) -> bool {
    let grammar = &passage.pack.grammar;
    let alone = verb.tokens.len() == 1 && passage.tag(verb.main) == Tag::Participle;
    alone && passage.has(verb.main, grammar.plan) && !passage.has(verb.main, grammar.commitment)
}

fn is_since(passage: &ParsedPassage<'_>, date: &Resolved) -> bool {
    let before = date.expression.first.checked_sub(1);
    before.is_some_and(|before| passage.has(before, passage.pack.grammar.since))
}

/// "said it would shut in June" is a plan, "would rule for thirty years" is the past told from before, and "would fail
/// without help" depends on something.
fn of_would(seeker: &Seeker<'_>, verb: &Verb, when: Place) -> Status {
    let (passage, grammar) = (seeker.passage, &seeker.passage.pack.grammar);
    let told = seeker.verbs.iter().any(|other| {
        let tells = passage.has(other.main, grammar.report) || passage.has(other.main, grammar.plan);
        other.main != verb.main && other.finite && tells
    });
    match when {
        _ if told => Status::Planned,
        Place::Before => Status::Happened,
        Place::Today | Place::Around | Place::After => Status::Possible,
    }
}

/// "would have banned", "should have been signed", "were to have met": it did not come to that.
fn is_unfulfilled(passage: &ParsedPassage<'_>, verb: &Verb) -> bool {
    let grammar = &passage.pack.grammar;
    let first = verb.tokens.start;
    let led =
        passage.has(first, grammar.would) || passage.has(first, grammar.inverted) || passage.has(first + 1, grammar.to);
    led && (first + 1..verb.main).any(|at| passage.has(at, grammar.have))
}

/// Whether the sentence makes a verb of the future depend on something: "if elected", "should the talks fail".
fn is_conditional(seeker: &Seeker<'_>, verb: &Verb) -> bool {
    let (passage, grammar) = (seeker.passage, &seeker.passage.pack.grammar);
    let first = seeker.sentence.start;
    let inverted =
        passage.has(first, grammar.inverted) && (first..verb.tokens.start).any(|at| passage.has(at, grammar.comma));
    inverted
        || seeker.sentence.clone().any(|at| {
            let asks = |before: usize| passage.has(before, grammar.no_condition) || passage.has(before, grammar.asking);
            let opens = at == first || !asks(at - 1);
            passage.has(at, grammar.condition) && !passage.has(at, grammar.whether) && opens
        })
}

/// What stands over a clause and takes back that it is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// "denied that he took", "it is not true that".
    Denial,
    /// "it is possible that", "is not known whether".
    Doubt,
    Nothing,
}

/// How far before a verb the word is sought that stands over its clause, in tokens.
const REACH: usize = 12;

/// Goes back from a verb to what its clause is the content of.
fn over(seeker: &Seeker<'_>, verb: &Verb) -> Over {
    let (passage, grammar) = (seeker.passage, &seeker.passage.pack.grammar);
    let has = |at, class| passage.has(at, class);
    let mut that = None;
    for at in (seeker.sentence.start..verb.tokens.start).rev().take(REACH) {
        let opens = has(at + 1, grammar.determiner)
            || has(at + 1, grammar.subject)
            || passage.tokens[at + 1].shape.is_capital();
        // "denied reports that", "denied on Thursday, 2 May, that"; not "feared the plan of the minister that"
        let governs = that
            .map_or(opens && (passage.tag(at).is_verb() || !has(at.saturating_sub(1), grammar.determiner)), |that| {
                that - at <= 3 || !passage.tag(that - 1).is_noun()
            });
        let negated = (seeker.sentence.start..at).rev().take(4).any(|at| has(at, grammar.negation));
        if has(at, grammar.whether) || has(at, grammar.condition) && has(at.saturating_sub(1), grammar.asking) {
            return Over::Doubt;
        } else if governs && (has(at, grammar.denial) || has(at, grammar.truth)) {
            return if has(at, grammar.denial) != negated { Over::Denial } else { Over::Nothing };
        } else if governs && has(at, grammar.doubt) {
            return if negated { Over::Nothing } else { Over::Doubt };
        } else if has(at, grammar.that) {
            that = Some(at);
        } else if has(at, grammar.subordinator)
            || that.is_none() && passage.tokens[at].shape.is_mark(',')
            || that.is_some() && passage.tag(at).is_verb()
        {
            return Over::Nothing;
        }
    }
    Over::Nothing
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

fn place(start: Option<NaiveDateTime>, end: Option<NaiveDateTime>, published: NaiveDate) -> Place {
    let start = start.map(|start| start.date());
    let day_after = published.succ_opt().unwrap_or(published);
    if start.is_some_and(|start| start > published) {
        Place::After
    } else if start == Some(published) && end.is_some_and(|end| end.date() <= day_after) {
        Place::Today
    } else if end.is_some_and(|end| end <= day_after.and_time(NaiveTime::MIN)) {
        Place::Before
    } else {
        Place::Around
    }
}

/// The tokens around `at` up to what divides clauses.
fn clause_of(passage: &ParsedPassage<'_>, sentence: &Range<usize>, at: usize) -> Range<usize> {
    let divides =
        |at: &usize| matches!(passage.tokens[*at].shape, Shape::Mark(',' | ';' | ':' | '"' | '“' | '”' | '—'));
    let start = (sentence.start..at).rev().find(divides).map_or(sentence.start, |at| at + 1);
    let end = (at..sentence.end).find(divides).unwrap_or(sentence.end);
    start..end
}

/// "not freed", "no train ran", "never spoke": a negation before the verb, in its clause and behind the verb before.
fn negated_before(seeker: &Seeker<'_>, clause: &Range<usize>, verb: &Verb) -> bool {
    let (passage, grammar) = (seeker.passage, &seeker.passage.pack.grammar);
    let before = seeker.verbs.iter().take_while(|other| other.main < verb.main).last();
    let start = before.map_or(clause.start, |before| before.tokens.end.max(clause.start));
    (start..verb.tokens.start).any(|at| {
        let next = (at + 1..verb.tokens.start).all(|at| is_adverb(passage, at));
        // "No one doubts that he signed": the negation is about the doubt.
        let content = (at..verb.tokens.start).any(|at| passage.has(at, grammar.that));
        !content
            && passage.has(at, grammar.negation)
            && !passage.has(at + 1, grammar.no_negation)
            && (next || at == clause.start && verb.finite)
    })
}
