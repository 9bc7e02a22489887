//! How much each day matters to a story, by who tells of it and when.
//!
//! Four things speak for a day, and their product is its rank: how many articles report it as it happens, how many
//! name it later, in how many months it is named, and by how many sources. No weight is fitted to anything. An article
//! reports the day on which it is published and the day before, whether it spells that out or not; it counts as much as
//! it has to do with the others.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use super::Mention;
use super::articles::{Article, articles};

/// A day, and how much it matters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyDay {
    /// The day.
    pub day: NaiveDate,
    /// Above 0; the day that matters most has 1.
    pub score: f64,
}

/// All days that are told of, those that matter most first.
#[must_use]
pub fn key_days(mentions: &[Mention]) -> Vec<KeyDay> {
    let articles = articles(mentions);
    let mut published: BTreeMap<NaiveDate, f64> = BTreeMap::new();
    for article in articles.values() {
        *published.entry(article.published).or_default() += article.weight;
    }
    let fine = mentions.iter().filter(|mention| mention.to_the_day);
    let mut told: Vec<(NaiveDate, &str)> = fine.map(|mention| (mention.days.start, mention.article.as_str())).collect();
    told.sort_unstable();
    told.dedup();
    let mut days: Vec<KeyDay> = Vec::new();
    for telling in told.chunk_by(|(one, _), (next, _)| one == next) {
        let Some(&(day, _)) = telling.first() else { continue };
        let on = |day: Option<NaiveDate>| day.and_then(|day| published.get(&day)).copied().unwrap_or_default();
        let reported = on(Some(day)) + on(day.checked_add_days(Days::new(1)));
        let tellers = telling.iter().filter_map(|(_, article)| articles.get(article).copied()).collect::<Vec<_>>();
        days.push(KeyDay { day, score: ((1.0 + reported) * still_told(day, &tellers)).ln() });
    }
    let most = days.iter().map(|day| day.score).fold(f64::MIN_POSITIVE, f64::max);
    days.iter_mut().for_each(|day| day.score /= most);
    days.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.day.cmp(&other.day)));
    days
}

/// How much, how long and how widely a day is told of. At least 2, since somebody does.
fn still_told(day: NaiveDate, tellers: &[Article<'_>]) -> f64 {
    let later: f64 = tellers.iter().filter(|article| article.published > day).map(|article| article.weight).sum();
    let months = different(tellers.iter().map(|article| (article.published.year(), article.published.month())));
    let sources = different(tellers.iter().map(|article| article.source));
    (1.0 + later) * (1.0 + months) * sources
}

/// How many different ones there are.
fn different<T: Ord>(all: impl Iterator<Item = T>) -> f64 {
    let mut all: Vec<T> = all.collect();
    all.sort_unstable();
    all.dedup();
    // More than 2^52 of anything do not fit into memory.
    all.len() as f64
}
