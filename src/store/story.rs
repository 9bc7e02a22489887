//! The key days among the matching events, and the other mentions of an event. [`timeline`](crate::timeline) decides
//! which days are key days and which statements are the same.

use chrono::NaiveDate;
use rusqlite::OptionalExtension;

use super::index::{Facet, IndexEntry, Predicate};
use super::query::Filters;
use super::read::records;
use super::{Error, Store};
use crate::timeline::{Entry, Mention, entries, story};

/// From how many events a story is made at most. Ids are hashes, so that the events with the lowest ids are a random
/// sample.
const SAMPLE: usize = 600;
/// How many events are compared with one to find its other mentions.
const MAX_CANDIDATES: usize = 300;

/// A key day.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryDay {
    /// The day.
    pub day: NaiveDate,
    /// How much it matters, up to 1.
    pub score: f64,
    /// Its summary.
    pub summary: String,
    /// What happened, each with the record of the most typical event.
    pub entries: Vec<(Entry, String)>,
}

impl Store {
    /// Returns the key days among the matching events, most important first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn story(&self, filters: &Filters, days: usize) -> Result<Vec<StoryDay>, Error> {
        self.read(|connection| {
            let predicate = self.predicate(connection, filters)?;
            let sample = self.index().smallest(&predicate, SAMPLE, |entry| Some(entry.id));
            let records = records(connection, sample.into_iter().map(|(_, row)| row))?;
            let mentions: Vec<_> =
                records.iter().filter_map(|record| Mention::from_json(record).ok().flatten()).collect();
            let mut record = connection
                .prepare_cached("SELECT r.record FROM events e JOIN records r ON r.row = e.row WHERE e.id = ?1")?;
            let mut result = Vec::new();
            for day in story(&mentions, days) {
                let mut entries = Vec::new();
                for entry in day.entries {
                    let best = record.query_row([entry.events.first()], |row| row.get(0)).optional()?;
                    entries.extend(best.map(|best: String| (entry, best)));
                }
                result.push(StoryDay { day: day.day, score: day.score, summary: day.summary, entries });
            }
            Ok(result)
        })
    }

    /// Returns the records of the other events that make the same statement.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn mentions(&self, id: &str) -> Result<Vec<String>, Error> {
        self.read(|connection| {
            let row =
                connection.prepare_cached("SELECT row FROM events WHERE id = ?1")?.query_row([id], |row| row.get(0));
            let Some(row) = row.optional()? else { return Ok(Vec::new()) };
            let index = self.index();
            let Some((own, names)) = index.get(row) else { return Ok(Vec::new()) };
            // Events that make the same statement share a name, if they have any.
            let terms = if names.is_empty() { Vec::new() } else { vec![(Facet::Name, names.to_vec())] };
            let predicate = Predicate { from: own.start, to: own.end, terms, ..Predicate::default() };
            let distance = |entry: &IndexEntry| Some((entry.row != row, entry.start.abs_diff(own.start)));
            let candidates = index.smallest(&predicate, MAX_CANDIDATES, distance);
            drop(index);
            let records = records(connection, candidates.into_iter().map(|(_, row)| row))?;
            let parsed = records.iter().filter_map(|record| Some((Mention::from_json(record).ok().flatten()?, record)));
            let (mentions, records): (Vec<_>, Vec<_>) = parsed.unzip();
            let same = entries(&mentions).into_iter().find(|entry| entry.events.iter().any(|event| event == id));
            let others = same.map(|same| same.events).unwrap_or_default();
            let is_other = |mention: &Mention| mention.id != id && others.contains(&mention.id);
            let found = mentions.iter().zip(records).filter(|(mention, _)| is_other(mention));
            Ok(found.map(|(_, record)| record.clone()).collect())
        })
    }
}
