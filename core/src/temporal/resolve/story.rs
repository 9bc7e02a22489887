//! The years of a history's bare months and days: the ones that make its story run straight.
//!
//! "In March … in October … by mid-June 1944": nobody knows the year of the first two without the date behind them.
//! So the years of a run of bare dates are chosen together, between the date mentioned last and the next one that gives its
//! year, such that the story leaps least, and least of all back. Nothing here knows publication.

use chrono::Datelike;

use super::calendar::in_year;
use crate::calendar::{PartialDate, Unit};
use crate::temporal::{Expression, Fields, Meaning};

/// What it costs to turn back, beside the months gone back, where each month of going on or back costs 1.
const TURN: i32 = 4;
/// What it costs to leave a year that was given without a month: it holds until another one is.
const LEAVE: i32 = 12;
/// The most that it costs to come to a date that gives its year: it may lie anywhere.
const ANYWHERE: i32 = 12;
/// How many bare dates are looked at together.
const RUN: usize = 24;
/// How many months a date lies off the story at least, to be an aside.
const FAR: i32 = 18;
/// Within how many dates the story comes back from an aside.
const RETURN: usize = 4;

/// Months, counted from the year 0: the first and the last.
type Months = (i32, i32);

/// What an expression is to the story.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// A date that gives its year.
    Stated(Months),
    /// A date that leaves its year open.
    Bare(Box<Fields>),
    /// It counts years from what was mentioned before: nothing behind it is known yet.
    Leap,
    /// It leads away from the story, which comes back behind it.
    Aside,
    /// It stays where the story is.
    Still,
}

/// The dates of a document in their order.
pub(super) struct Story {
    steps: Vec<Step>,
}

impl Story {
    pub(super) fn new(expressions: &[Expression]) -> Self {
        let mut steps: Vec<Step> = expressions.iter().map(|expression| step(&expression.meaning)).collect();
        mark_asides(&mut steps);
        Self { steps }
    }

    /// Whether the date leads away from the story, which comes back behind it.
    pub(super) fn is_aside(&self, at: usize) -> bool {
        self.steps.get(at).is_some_and(|step| *step == Step::Aside)
    }

    /// The year of the bare date `at`, mentioned after `last`.
    pub(super) fn year(&self, at: usize, last: Option<PartialDate>) -> Option<i32> {
        let start = last.and_then(months);
        let (run, end) = self.run(at);
        let mut years: Vec<i32> = [start, end].into_iter().flatten().flat_map(around).collect();
        years.sort_unstable();
        years.dedup();
        // From the end of the run back: each date it may come to, with what the rest of the story costs from there.
        let mut ahead: Vec<(Months, i32)> = Vec::new();
        let rest = |from: Months, ahead: &[(Months, i32)]| {
            let nearest = ahead.iter().map(|&(to, rest)| leap(from, to) + rest).min();
            nearest.or_else(|| Some(leap(from, end?).min(ANYWHERE))).unwrap_or(0)
        };
        for fields in run.iter().skip(1).rev() {
            ahead = candidates(fields, &years).map(|(_, date)| (date, rest(date, &ahead))).collect();
        }
        let cost = |date| start.map_or(0, |start| leap(start, date)) + rest(date, &ahead);
        candidates(run.first()?, &years).min_by_key(|&(_, date)| cost(date)).map(|(year, _)| year)
    }

    /// The bare dates from `at` on, and the date that gives its year after them.
    fn run(&self, at: usize) -> (Vec<&Fields>, Option<Months>) {
        let mut run: Vec<&Fields> = Vec::new();
        for step in self.steps.get(at..).unwrap_or_default() {
            match step {
                Step::Bare(fields) if run.len() < RUN => run.push(fields),
                Step::Stated(date) => return (run, Some(*date)),
                Step::Still | Step::Aside => {}
                Step::Bare(_) | Step::Leap => break,
            }
        }
        (run, None)
    }
}

/// Marks the dates that lie far off the one mentioned before, where one of the next few is near that again.
fn mark_asides(steps: &mut [Step]) {
    let date = |(at, step): (usize, &Step)| match step {
        Step::Stated(date) => Some((at, *date)),
        _ => None,
    };
    let dated: Vec<(usize, Months)> = steps.iter().enumerate().filter_map(date).collect();
    let mut story: Option<Months> = None;
    for (nth, &(at, date)) in dated.iter().enumerate() {
        let comes_back = |story: Months| {
            let away = apart(story, date);
            let mut next = dated.iter().skip(nth + 1).take(RETURN).map(|&(_, next)| next);
            away >= FAR && next.any(|next| apart(story, next) * 2 < away && apart(date, next) >= FAR)
        };
        if story.is_some_and(comes_back) {
            steps[at] = Step::Aside;
        } else {
            story = Some(date);
        }
    }
}

fn around((first, last): Months) -> impl Iterator<Item = i32> {
    first.div_euclid(12) - 1..=last.div_euclid(12) + 1
}

fn candidates<'a>(fields: &'a Fields, years: &'a [i32]) -> impl Iterator<Item = (i32, Months)> + 'a {
    years.iter().filter_map(move |&year| Some((year, months(in_year(fields, year)?)?)))
}

/// How many months are between two dates.
fn apart(one: Months, other: Months) -> i32 {
    (other.0 - one.1).max(one.0 - other.1).max(0)
}

/// What it costs to go from one date to another.
fn leap(from: Months, to: Months) -> i32 {
    let back = if to.1 < from.0 { TURN } else { 0 };
    match apart(from, to) {
        months @ 1.. if from.1 - from.0 >= 11 => months + back + LEAVE,
        months => months + back,
    }
}

fn step(meaning: &Meaning) -> Step {
    match meaning {
        Meaning::Calendar(fields) => match fields.year {
            Some(year) => in_year(fields, year).and_then(months).map_or(Step::Still, Step::Stated),
            None if is_bare(fields) => Step::Bare(fields.clone()),
            None => Step::Still,
        },
        Meaning::Clock { day: Some(day), .. } | Meaning::PartOfDay { day: Some(day), .. } => step(day),
        Meaning::Count { unit, sign: 1.., .. } if *unit >= Unit::Month => Step::Leap,
        Meaning::Shift { unit, by: 1.., .. } if *unit >= Unit::Month => Step::Leap,
        _ => Step::Still,
    }
}

/// Whether the fields name a date that comes once a year.
pub(super) fn is_bare(fields: &Fields) -> bool {
    let named = [fields.month.is_some(), fields.season.is_some(), fields.holiday.is_some(), fields.quarter.is_some()];
    named.contains(&true) && fields.year.is_none() && fields.which.is_none()
}

fn months(date: PartialDate) -> Option<Months> {
    let day = date.first_day()?;
    let first = day.year() * 12 + day.month0() as i32;
    let length = match date.unit() {
        Unit::Year => 12,
        Unit::Half => 6,
        Unit::Quarter => 3,
        Unit::Decade => 120,
        Unit::Century => 1200,
        _ => 1,
    };
    Some((first, first + length - 1))
}
