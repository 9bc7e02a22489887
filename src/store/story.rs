//! The days that matter among the events that are asked for, and where else an event is told. What makes a day matter and
//! two statements one is decided in [`timeline`](crate::timeline).

use chrono::NaiveDate;
use rusqlite::OptionalExtension;

use super::index::{Kind, Wanted};
use super::query::Filters;
use super::read::records;
use super::{Error, Store};
use crate::timeline::{Entry, Mention, entries, story};

/// From how many events a story is made at most. Ids are as good as drawn by lot, so that those with the lowest stand for
/// all of them.
const LOT: usize = 600;
/// How many events are held against one to find where else it is told.
const NEAR: usize = 300;

/// A day that matters.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryDay {
    /// The day.
    pub day: NaiveDate,
    /// How much it matters, up to 1.
    pub score: f64,
    /// A line for it.
    pub summary: String,
    /// What happened, each with the record of the event that says it best.
    pub entries: Vec<(Entry, String)>,
}

impl Store {
    /// The days that matter most among some events, best first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn story(&self, filters: &Filters, days: usize) -> Result<Vec<StoryDay>, Error> {
        self.read(|connection| {
            let wanted = self.wanted(connection, filters)?;
            let lot = self.index().least(&wanted, LOT, |entry| Some(entry.id));
            let records = records(connection, lot.into_iter().map(|(_, row)| row))?;
            let mentions: Vec<_> =
                records.iter().filter_map(|record| Mention::from_json(record).ok().flatten()).collect();
            let mut record = connection
                .prepare_cached("SELECT r.record FROM events e JOIN records r ON r.row = e.row WHERE e.id = ?1")?;
            let mut told = Vec::new();
            for day in story(&mentions, days) {
                let mut entries = Vec::new();
                for entry in day.entries {
                    let best = record.query_row([entry.events.first()], |row| row.get(0)).optional()?;
                    entries.extend(best.map(|best: String| (entry, best)));
                }
                told.push(StoryDay { day: day.day, score: day.score, summary: day.summary, entries });
            }
            Ok(told)
        })
    }

    /// The records of the events that tell the same as one.
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
            // What tells the same shares a name, where there are any.
            let terms = if names.is_empty() { Vec::new() } else { vec![(Kind::Name, names.to_vec())] };
            let wanted = Wanted { from: own.start, to: own.end, terms, ..Wanted::default() };
            let near = index.least(&wanted, NEAR, |entry| Some((entry.row != row, entry.start.abs_diff(own.start))));
            drop(index);
            let records = records(connection, near.into_iter().map(|(_, row)| row))?;
            let known = records.iter().filter_map(|record| Some((Mention::from_json(record).ok().flatten()?, record)));
            let (mentions, records): (Vec<_>, Vec<_>) = known.unzip();
            let same = entries(&mentions).into_iter().find(|entry| entry.events.iter().any(|event| event == id));
            let others = same.map(|same| same.events).unwrap_or_default();
            let is_other = |mention: &Mention| mention.id != id && others.contains(&mention.id);
            let told = mentions.iter().zip(records).filter(|(mention, _)| is_other(mention));
            Ok(told.map(|(_, record)| record.clone()).collect())
        })
    }
}
