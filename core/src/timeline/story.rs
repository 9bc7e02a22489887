//! The days that matter, each with its entries and a summary.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::articles::articles;
use super::similarity::Statements;
use super::{Entry, KeyDay, Mention, entries, key_days};

/// A day of a story.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoryDay {
    /// The day.
    pub day: NaiveDate,
    /// How much it matters: above 0, and 1 for the day that matters most.
    pub score: f64,
    /// What happened, in one line.
    pub summary: String,
    /// What happened, the most central entry first.
    pub entries: Vec<Entry>,
}

/// Returns the days that matter most, best first.
#[must_use]
pub fn story(mentions: &[Mention], days: usize) -> Vec<StoryDay> {
    let entries = entries(mentions);
    let statements = Statements::of(entries.iter().map(|entry| entry.summary.as_str()));
    let weights = weights(mentions, &entries);
    let best = key_days(mentions).into_iter().take(days);
    best.map(|KeyDay { day, score }| {
        let first = entries.partition_point(|entry| entry.day < day);
        let own = (first..).zip(&entries[first..]).take_while(|(_, entry)| entry.day == day);
        let own = own.filter(|(_, entry)| entry.to_the_day).map(|(at, _)| at);
        let centrality = statements.centrality(own.clone().map(|at| (at, weights[at])));
        let mut own: Vec<(f64, &Entry)> = centrality.into_iter().zip(own.map(|at| &entries[at])).collect();
        own.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let entries: Vec<Entry> = own.into_iter().map(|(_, entry)| entry.clone()).collect();
        let summary = entries.first().map(|entry| entry.summary.clone()).unwrap_or_default();
        StoryDay { day, score, summary, entries }
    })
    .collect()
}

/// Returns the total weight of the events of each entry, each by its own and by that of its article.
fn weights(mentions: &[Mention], entries: &[Entry]) -> Vec<f64> {
    let articles = articles(mentions);
    let weight = |mention: &Mention| {
        mention.weight * articles.get(mention.article.as_str()).map_or(0.0, |article| article.weight)
    };
    let by_id: FxHashMap<&str, f64> = mentions.iter().map(|mention| (mention.id.as_str(), weight(mention))).collect();
    entries.iter().map(|entry| entry.events.iter().filter_map(|id| by_id.get(id.as_str())).sum()).collect()
}
