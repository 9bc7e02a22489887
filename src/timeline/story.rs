//! The days that matter, each with what happened and one line that says it.

use chrono::NaiveDate;

use super::statements::Statements;
use super::{Entry, KeyDay, Mention, entries, key_days};

/// A day of a story.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryDay {
    /// The day.
    pub day: NaiveDate,
    /// How much it matters: above 0, and 1 for the day that matters most.
    pub score: f64,
    /// The line for it.
    pub summary: String,
    /// What happened, first what has most to do with all of it.
    pub entries: Vec<Entry>,
}

/// The days that matter most, best first.
#[must_use]
pub fn story(mentions: &[Mention], days: usize) -> Vec<StoryDay> {
    let entries = entries(mentions);
    let statements = Statements::of(entries.iter().map(|entry| entry.summary.as_str()));
    let best = key_days(mentions).into_iter().take(days);
    best.map(|KeyDay { day, score }| {
        let entries = most_central_first(day, &entries, &statements);
        let summary = entries.first().map(|entry| entry.summary.clone()).unwrap_or_default();
        StoryDay { day, score, summary, entries }
    })
    .collect()
}

/// What happened on a day, of all entries by day.
fn most_central_first(day: NaiveDate, all: &[Entry], statements: &Statements) -> Vec<Entry> {
    let first = all.partition_point(|entry| entry.day < day);
    let own = all[first..].iter().take_while(|entry| entry.day == day);
    let own: Vec<usize> = (first..).zip(own).filter(|(_, entry)| entry.to_the_day).map(|(at, _)| at).collect();
    let centrality = statements.centrality(own.iter().map(|&at| (at, all[at].events.len())));
    let mut own: Vec<(f64, usize)> = centrality.into_iter().zip(own).collect();
    own.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    own.into_iter().map(|(_, at)| all[at].clone()).collect()
}
