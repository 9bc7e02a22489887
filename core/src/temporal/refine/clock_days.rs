//! "Arrested Monday night. He was booked at 11:40 p.m.": a time without a day is of a day that is mentioned near it.
//!
//! First of one in its own sentence, before it or in the words behind it; else of the last one within two sentences
//! before. Where there is none, resolution takes the latest day of the story.

use super::clocks::{day_after, is_day};
use crate::calendar::Clock;
use crate::language::{CountedFrom, Register};
use crate::temporal::confidence::Evidence;
use crate::temporal::direction::direction;
use crate::temporal::register::register;
use crate::temporal::{Dropped, Expression, Meaning, ParsedPassage};
use crate::text::Shape;

/// How many sentences back a day is looked for.
const BACK: usize = 2;
/// How many tokens before a day "according to …" may stand.
const SOURCE: usize = 6;

/// Gives times without a day the place of the day that they are of.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    mut expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let behind = behind(passage, &expressions);
    // A message is about the day that it is written on.
    let back = if expressions.iter().any(|expression| open(&expression.meaning).is_some())
        && register(passage) == Register::Message
    {
        0
    } else {
        BACK
    };
    // The last day that events are dated by: its sentence and its first token.
    let mut before: Option<(usize, usize)> = None;
    for (at, &behind) in behind.iter().enumerate() {
        let (head, tail) = expressions.split_at_mut(at);
        let Some((expression, tail)) = tail.split_first_mut() else { break };
        if let Some(clock) = open(&expression.meaning) {
            let near =
                before.filter(|&(sentence, _)| sentence == expression.sentence).map(|(_, first)| first).or(behind);
            let last = before.filter(|&(sentence, _)| sentence + back >= expression.sentence).map(|(_, first)| first);
            let other = match (head.last(), tail.first_mut()) {
                (Some(from), _) if is_range(passage, from, expression) => {
                    end_midnight(expression);
                    Some((from.first, i64::from(is_later(from, clock) || clock.hour == 24)))
                }
                (_, Some(until)) if is_range(passage, expression, until) => {
                    if has_day(&until.meaning) {
                        end_midnight(until);
                        Some((until.first, -i64::from(!is_later(until, clock))))
                    } else if near.is_none() && direction(passage, expression).evidence == Evidence::PresentVerb {
                        expression.meaning = daily(clock);
                        until.meaning = open(&until.meaning).map_or(Meaning::Nothing, daily);
                        continue;
                    } else {
                        None
                    }
                }
                _ => None,
            };
            let clock = open(&expression.meaning).unwrap_or(clock);
            if let Some((first, by)) = other.or(near.or(last).map(|first| (first, 0))) {
                expression.meaning = Meaning::Clock { clock, day: Some(Box::new(Meaning::DayOf { first, by })) };
            }
        } else if let Meaning::PartOfDay { day: Some(day), .. } = &mut expression.meaning
            && is_open_day(day)
            && let Some((_, first)) = before.filter(|&(sentence, _)| sentence + back >= expression.sentence)
        {
            **day = Meaning::DayOf { first, by: 0 };
        }
        if has_day(&expression.meaning) && !is_reported(passage, expression) {
            before = Some((expression.sentence, expression.first));
        }
    }
    expressions
}

/// For each expression, the first day behind it that no other clause parts from it.
fn behind(passage: &ParsedPassage<'_>, expressions: &[Expression]) -> Vec<Option<usize>> {
    let grammar = &passage.pack.grammar;
    let parting = [grammar.comma, grammar.joining, grammar.relative, grammar.subordinator];
    let mut found = vec![None; expressions.len()];
    for at in (1..expressions.len()).rev() {
        let [first, second] = &expressions[at - 1..=at] else { continue };
        let mut between = first.end..second.first;
        let parted = between.any(|at| parting.iter().any(|&class| passage.has(at, class)));
        if first.sentence == second.sentence && !parted {
            found[at - 1] = if has_day(&second.meaning) { Some(second.first) } else { found[at] };
        }
    }
    found
}

/// The time, where its day is open.
fn open(meaning: &Meaning) -> Option<Clock> {
    match meaning {
        Meaning::Clock { clock, day: None } => Some(*clock),
        _ => None,
    }
}

/// Whether the meaning is a day, or lies within one.
fn has_day(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Clock { day, .. } | Meaning::PartOfDay { day, .. } => {
            day.as_ref().is_some_and(|day| !is_open_day(day))
        }
        _ => is_day(meaning),
    }
}

/// "in the morning": its day is the one that is mentioned, like that of a time.
fn is_open_day(day: &Meaning) -> bool {
    matches!(day, Meaning::Shift { by: 0, from: CountedFrom::Sentence, .. })
}

/// "3 a.m. until 11 a.m.", "between 8 p.m. and 6 a.m.": two times, one range.
fn is_range(passage: &ParsedPassage<'_>, from: &Expression, until: &Expression) -> bool {
    let grammar = &passage.pack.grammar;
    let is_clock = |expression: &Expression| matches!(expression.meaning, Meaning::Clock { .. });
    let between = from.first > 0 && passage.has(from.first - 1, grammar.between);
    is_clock(from)
        && is_clock(until)
        && until.first == from.end + 1
        && (passage.has(from.end, grammar.until)
            || passage.has(from.end, grammar.dash)
            || between && passage.has(from.end, grammar.and))
}

/// Whether the time of the expression is as late in the day as the other one, or later.
fn is_later(expression: &Expression, other: Clock) -> bool {
    let minutes = |clock: Clock| u32::from(clock.hour) * 60 + u32::from(clock.minute.unwrap_or(0));
    matches!(expression.meaning, Meaning::Clock { clock, .. } if minutes(clock) >= minutes(other))
}

/// "from 8 p.m. to midnight on Monday": where a range ends, midnight is the start of the day behind.
fn end_midnight(until: &mut Expression) {
    if let Meaning::Clock { clock, day } = &mut until.meaning
        && clock.hour == 24
    {
        clock.hour = 0;
        *day = day.take().map(day_after);
    }
}

/// A time of every day.
fn daily(clock: Clock) -> Meaning {
    Meaning::Repeat(format!("XXXX-XX-XXT{:02}:{:02}", clock.hour % 24, clock.minute.unwrap_or(0)))
}

/// "police said on Monday", "yesterday said", "according to police on Thursday", "as of Friday": the day of a report, not of what is
/// reported.
pub(in crate::temporal) fn is_reported(passage: &ParsedPassage<'_>, expression: &Expression) -> bool {
    let grammar = &passage.pack.grammar;
    let Some(mut at) = expression.first.checked_sub(1) else { return false };
    if passage.has(at, grammar.of) && at > 0 && passage.has(at - 1, grammar.as_word) {
        return true;
    }
    // "the States" is no verb.
    let reports = |at: usize| {
        passage.has(at, grammar.report) && passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower)
    };
    if reports(expression.end) {
        return true;
    }
    if passage.has(at, grammar.time_preposition) && at > 0 {
        at -= 1;
    }
    let source = (at.saturating_sub(SOURCE)..=at).rev().take_while(|&at| !passage.has(at, grammar.comma));
    reports(at) || source.into_iter().any(|at| passage.has(at, grammar.according))
}

#[cfg(test)]
mod tests {
    use crate::temporal::tests::{passage, values};

    /// The values of a text, as published on Friday, 3 May 2019.
    fn read(text: &str) -> Vec<String> {
        passage(text, |passage| values(passage, None).0)
    }

    #[test]
    fn a_time_is_of_the_day_that_is_mentioned_wherever_that_stands() {
        let days = [("Monday", "29"), ("Tuesday", "30")];
        for (name, day) in days {
            for hour in 1..=11 {
                let time = format!("2019-04-{day}T{:02}:00", hour + 12);
                let beside = read(&format!("The shop was robbed at {hour} p.m. on {name}."));
                let apart = read(&format!("The shop was robbed at {hour} p.m. in the old town on {name}."));
                let before = read(&format!("On {name} it rained, and the shop was robbed at {hour} p.m."));
                let sentence = read(&format!("It rained on {name}. The shop was robbed at {hour} p.m."));
                let far = read(&format!("It rained on {name}. He ran. She hid. It fell. He was shot at {hour} p.m."));
                assert_eq!(beside, [time.as_str()], "{name} {hour}");
                for found in [apart, before, sentence, far] {
                    assert!(found.contains(&time), "{name} {hour}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn a_range_may_end_on_the_next_day() {
        assert_eq!(
            read("The road was shut from 9 p.m. on Tuesday to 4 a.m."),
            ["2019-04-30T21:00", "2019-05-01T04:00"]
        );
        assert_eq!(
            read("The road was shut from 9 p.m. to midnight on Monday."),
            ["2019-04-29T21:00", "2019-04-30T00:00"]
        );
        assert_eq!(
            read("The road was shut from 9 p.m. to 4 a.m. on Wednesday."),
            ["2019-04-30T21:00", "2019-05-01T04:00"]
        );
    }

    #[test]
    fn hours_that_recur_have_no_day() {
        assert_eq!(read("Diversions are in place between 8pm and 6am."), ["XXXX-XX-XXT20:00", "XXXX-XX-XXT06:00"]);
        assert_eq!(read("The road was shut between 8pm and 6am."), ["2019-05-03T20:00", "2019-05-04T06:00"]);
    }
}
