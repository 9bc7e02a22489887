//! The key days among the matching events, and the other mentions of an event. [`timeline`](crate::timeline) decides how
//! much a day matters, and which statements report the same.
//!
//! Days are ranked over everything that matches, from sums kept by day; only what happened on the best of them is read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chrono::{DateTime, NaiveDate};
use rusqlite::OptionalExtension;
use serde::Deserialize;

use super::days::Days;
use super::index::{Index, Predicate};
use super::query::{DAY, Filters};
use super::read::records;
use super::{Error, Row, Store};
use crate::timeline::{DaySums, Mention, has_subject};

/// How many entries a key day has at most.
const MAX_ENTRIES: usize = 20;
/// How many minutes a month has, roughly: to count the months in which a day is mentioned.
const MONTH: i64 = 60 * 24 * 30;

/// A key day.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryDay {
    /// The day.
    pub day: NaiveDate,
    /// How much it matters, up to 1.
    pub score: f64,
    /// Its summary.
    pub summary: String,
    /// What happened, what counts most first; what says who or what it is about before what does not.
    pub rows: Vec<Row>,
}

/// What is known of a day so far. Sets of months and sources are kept as 64 bits each, by their remainders.
#[derive(Clone, Copy, Default)]
struct Sums {
    later: f64,
    months: u64,
    sources: u64,
    article: u32,
}

/// A record, as far as it shows what it is about.
#[derive(Deserialize)]
struct About {
    statement: Statement,
}

#[derive(Deserialize)]
struct Statement {
    summary: String,
    trigger: Option<String>,
    names: Vec<String>,
}

impl Store {
    /// Returns the key days among the matching events, most important first. Each lies within the requested range.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn story(&self, filters: &Filters, days: usize) -> Result<Vec<StoryDay>, Error> {
        self.read(|connection| {
            let mut predicate = self.predicate(connection, filters)?;
            predicate.begins = predicate.from != i64::MIN;
            predicate.open = predicate.open.or(Some(false));
            let index = self.index();
            let scored = key_days(&index, &predicate, days);
            let best = best_of_days(&index, &predicate, &scored);
            drop(index);
            let most = scored.first().map_or(f64::MIN_POSITIVE, |(_, score)| score.max(f64::MIN_POSITIVE));
            let mut story = Vec::new();
            for ((day, score), rows) in scored.into_iter().zip(best) {
                let Some(date) = DateTime::from_timestamp(day * DAY, 0) else { continue };
                let rows = self.rows(connection, &predicate, true, rows.into_iter())?;
                let mut rows: Vec<(Option<Statement>, Row)> =
                    rows.into_iter().map(|row| (statement(&row.record), row)).collect();
                let is_about = |statement: &Option<Statement>| {
                    statement.as_ref().is_some_and(|own| has_subject(&own.summary, own.trigger.as_deref(), &own.names))
                };
                rows.sort_by_key(|(statement, _)| !is_about(statement));
                let summary = rows.first().and_then(|(statement, _)| statement.as_ref()).map(|own| own.summary.clone());
                story.push(StoryDay {
                    day: date.date_naive(),
                    score: score / most,
                    summary: summary.unwrap_or_default(),
                    rows: rows.into_iter().map(|(_, row)| row).collect(),
                });
            }
            Ok(story)
        })
    }

    /// Returns all matching events that have a date, as mentions.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn matching_mentions(&self, filters: &Filters) -> Result<Vec<Mention>, Error> {
        self.read(|connection| {
            let predicate = self.predicate(connection, filters)?;
            let mut rows = Vec::new();
            self.index().for_each(&predicate, |entry, _| rows.push(entry.row));
            let mut mentions = Vec::new();
            for row in rows {
                let records = records(connection, std::iter::once(row))?;
                mentions.extend(records.iter().filter_map(|record| Mention::from_json(record).ok().flatten()));
            }
            Ok(mentions)
        })
    }

    /// Returns the records of the other events that report the same as an event, or as what an entry shows.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn mentions(&self, id: &str) -> Result<Vec<String>, Error> {
        self.read(|connection| {
            // The id of an entry stands for the event that its row shows.
            let mut row = connection.prepare_cached(
                "SELECT row FROM events WHERE id = ?1 OR happening = (SELECT happening FROM happenings WHERE id = ?1)
                 ORDER BY id = ?1 DESC, weight DESC, row LIMIT 1",
            )?;
            let row = row.query_row([id], |row| row.get(0));
            let Some(row) = row.optional()? else { return Ok(Vec::new()) };
            let others: Vec<u32> = {
                let index = self.index();
                let Some((own, _)) = index.get(row) else { return Ok(Vec::new()) };
                let all =
                    if own.is_shared() { index.matching(&Predicate::default(), own.happening) } else { Vec::new() };
                all.into_iter().map(|other| other.row).filter(|other| *other != row).collect()
            };
            records(connection, others.into_iter())
        })
    }
}

fn statement(record: &str) -> Option<Statement> {
    serde_json::from_str::<About>(record).ok().map(|record| record.statement)
}

fn day(seconds: i64) -> i64 {
    seconds.div_euclid(DAY)
}

/// Returns the days that matter most, with their scores.
fn key_days(index: &Index, predicate: &Predicate, count: usize) -> Vec<(i64, f64)> {
    let (mut days, mut published) = (Days::<Sums>::default(), Days::<u32>::default());
    let mut last_article = u32::MAX;
    index.for_each(predicate, |entry, _| {
        let minutes = i64::from(entry.published);
        // The events of an article follow each other, nearly always.
        if entry.article != last_article {
            last_article = entry.article;
            if entry.published != i32::MIN {
                *published.get_mut(day(minutes * 60)) += 1;
            }
        }
        if !entry.is_fine() {
            return;
        }
        let own = day(entry.start);
        let sums = days.get_mut(own);
        if minutes * 60 >= (own + 1) * DAY && sums.article != entry.article {
            sums.later += f64::from(entry.weight);
        }
        sums.article = entry.article;
        sums.months |= 1 << minutes.div_euclid(MONTH).rem_euclid(64);
        sums.sources |= 1 << (entry.source % 64);
    });
    let mut best = BinaryHeap::with_capacity(count + 1);
    // Each event of a day sets a bit.
    for (day, sums) in days.iter().filter(|(_, sums)| sums.sources != 0) {
        let on = |day: i64| published.get(day).copied().map_or(0.0, f64::from);
        let (months, sources) = (f64::from(sums.months.count_ones()), f64::from(sums.sources.count_ones()));
        let score = DaySums { reported: on(day) + on(day + 1), later: sums.later, months, sources }.score();
        // Scores are positive, so their bits are ordered as they are.
        best.push(Reverse((score.to_bits(), Reverse(day))));
        if best.len() > count {
            best.pop();
        }
    }
    best.into_sorted_vec().into_iter().map(|Reverse((score, Reverse(day)))| (day, f64::from_bits(score))).collect()
}

/// The ranks and rows of what counts most, the least of these first.
type Best = BinaryHeap<Reverse<(u32, Reverse<u32>)>>;

/// Returns the rows of what counts most on each of these days, in order.
fn best_of_days(index: &Index, predicate: &Predicate, days: &[(i64, f64)]) -> Vec<Vec<u32>> {
    let mut best: Vec<Best> = days.iter().map(|_| BinaryHeap::new()).collect();
    let mut positions = Days::<Option<usize>>::default();
    days.iter().enumerate().for_each(|(position, (day, _))| *positions.get_mut(*day) = Some(position));
    let (first, last) =
        days.iter().fold((i64::MAX, i64::MIN), |(first, last), (day, _)| (first.min(*day), last.max(*day)));
    let range = Predicate {
        from: predicate.from.max(first.saturating_mul(DAY)),
        to: predicate.to.min((last.saturating_add(1)).saturating_mul(DAY)),
        ..predicate.clone()
    };
    index.items(&range, true, |item| {
        if item.entry.is_fine()
            && let Some(position) = positions.get(day(item.entry.start)).copied().flatten()
            && let Some(heap) = best.get_mut(position)
        {
            heap.push(Reverse((item.rank.to_bits(), Reverse(item.entry.row))));
            if heap.len() > MAX_ENTRIES {
                heap.pop();
            }
        }
    });
    let rows = |heap: Best| heap.into_sorted_vec().into_iter().map(|Reverse((_, Reverse(row)))| row).collect();
    best.into_iter().map(rows).collect()
}
