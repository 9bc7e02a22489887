//! How much each day matters to a story, by who mentions it and when.
//!
//! A day is ranked by the product of four counts: of the articles that report it as it happens, of those that mention it
//! later, of the months in which it is mentioned, and of the sources that do. No factor is fitted to data. An article
//! reports the day of its publication and the day before, whether or not it names them; it counts by its own weight, and
//! where it mentions a day by the greatest weight of its events on that day as well.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use super::Mention;
use super::articles::{Article, articles};

/// A day, and how much it matters.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct KeyDay {
    /// The day.
    pub day: NaiveDate,
    /// From 0 on; the day that matters most has 1.
    pub score: f64,
}

/// Returns all days that are mentioned, those that matter most first.
#[must_use]
pub fn key_days(mentions: &[Mention]) -> Vec<KeyDay> {
    let articles = articles(mentions);
    let mut published: BTreeMap<NaiveDate, f64> = BTreeMap::new();
    for article in articles.values() {
        *published.entry(article.published).or_default() += article.weight;
    }
    let fine = mentions.iter().filter(|mention| mention.to_the_day);
    let mut mentioned: Vec<(NaiveDate, &str, f64)> =
        fine.map(|mention| (mention.days.start, mention.article.as_str(), mention.weight)).collect();
    // The greatest weight first, which is the one that is kept.
    mentioned.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)).then(other.2.total_cmp(&one.2)));
    mentioned.dedup_by_key(|(day, article, _)| (*day, *article));
    let mut days: Vec<KeyDay> = Vec::new();
    for of_day in mentioned.chunk_by(|(one, ..), (next, ..)| one == next) {
        let Some(&(day, ..)) = of_day.first() else { continue };
        let on = |day: Option<NaiveDate>| day.and_then(|day| published.get(&day)).copied().unwrap_or_default();
        let reported = on(Some(day)) + on(day.checked_add_days(Days::new(1)));
        let weighed = |(_, article, weight): &(_, &str, f64)| {
            articles.get(article).map(|own| Article { weight: own.weight * weight, ..*own })
        };
        let articles: Vec<_> = of_day.iter().filter_map(weighed).collect();
        days.push(KeyDay { day, score: ((1.0 + reported) * attention(day, &articles)).ln() });
    }
    let most = days.iter().map(|day| day.score).fold(f64::MIN_POSITIVE, f64::max);
    days.iter_mut().for_each(|day| day.score /= most);
    days.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.day.cmp(&other.day)));
    days
}

/// How much, how long and how widely a day is mentioned. At least 2, since at least one article does.
fn attention(day: NaiveDate, articles: &[Article<'_>]) -> f64 {
    let later: f64 = articles.iter().filter(|article| article.published > day).map(|article| article.weight).sum();
    let months = distinct(articles.iter().map(|article| (article.published.year(), article.published.month())));
    let sources = distinct(articles.iter().map(|article| article.source));
    (1.0 + later) * (1.0 + months) * sources
}

/// What is known of a day by counting alone, where the articles are too many to weigh each by the names that it shares.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DaySums {
    /// How many articles were published on the day or on the next one.
    pub reported: f64,
    /// The weights of what articles published later say of the day, summed.
    pub later: f64,
    /// In how many months it is mentioned.
    pub months: f64,
    /// How many sources mention it.
    pub sources: f64,
}

impl DaySums {
    /// Returns how much the day matters, as [`key_days`] counts it, from 0 on.
    #[must_use]
    pub fn score(&self) -> f64 {
        ((1.0 + self.reported) * (1.0 + self.later) * (1.0 + self.months) * self.sources.max(1.0)).ln()
    }
}

/// Counts the distinct values.
fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> f64 {
    let mut all: Vec<T> = all.collect();
    all.sort_unstable();
    all.dedup();
    // More than 2^52 values do not fit into memory.
    all.len() as f64
}
