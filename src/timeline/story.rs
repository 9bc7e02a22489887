//! The days that matter, each with what happened and one line that says it.

use chrono::NaiveDate;

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
    /// What happened, what is told most first.
    pub entries: Vec<Entry>,
}

/// The days that matter most, best first.
#[must_use]
pub fn story(mentions: &[Mention], days: usize) -> Vec<StoryDay> {
    let all = entries(mentions);
    let of_day = |day: NaiveDate| {
        let first = all.partition_point(|entry| entry.day < day);
        all[first..].iter().take_while(move |entry| entry.day == day).filter(|entry| entry.to_the_day)
    };
    let best = key_days(mentions).into_iter().take(days);
    best.map(|KeyDay { day, score }| {
        let entries: Vec<Entry> = of_day(day).cloned().collect();
        let summary = entries.first().map(|entry| entry.summary.clone()).unwrap_or_default();
        StoryDay { day, score, summary, entries }
    })
    .collect()
}
