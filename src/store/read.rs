//! What can be asked.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rusqlite::{Connection, OptionalExtension};

use super::density::{self, Density};
use super::index::{Entry, Index, Kind, Place, Wanted};
use super::query::{Filters, Order, Paging};
use super::{Change, Error, Store, changes, text};

/// How often a page is asked for anew because one of its events went meanwhile.
const TRIES: usize = 3;

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The records, as they were received.
    pub records: Vec<String>,
    /// After which the next page begins, if there is more.
    pub next: Option<Place>,
}

/// What there is of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtRow {
    /// Nothing: a later change took it away, or put another in its place.
    Gone,
    /// An event that is not asked for.
    Unwanted,
    /// The record of an event that is.
    Record(String),
}

/// How much there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Events on the timeline.
    pub events: usize,
    /// Articles of which something is told.
    pub articles: usize,
    /// The first and the last known end, in seconds since 1970.
    pub span: Option<[i64; 2]>,
}

impl Store {
    /// A page of events.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events(&self, filters: &Filters, paging: &Paging) -> Result<Page, Error> {
        self.read(|connection| {
            let wanted = self.wanted(connection, filters)?;
            let mut page = Page { records: Vec::new(), next: None };
            for _ in 0..TRIES {
                let mut found = places(&self.index(), &wanted, paging);
                let more = found.len() > paging.limit;
                found.truncate(paging.limit);
                page.next = found.last().copied().filter(|_| more);
                page.records = records(connection, found.iter().map(|place| place.row))?;
                if page.records.len() == found.len() {
                    break;
                }
            }
            Ok(page)
        })
    }

    /// An event and what became of its article.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn event(&self, id: &str) -> Result<Option<(String, Option<String>)>, Error> {
        self.read(|connection| {
            let mut found = connection.prepare_cached(
                "SELECT r.record, a.record FROM events e JOIN records r ON r.row = e.row
                 LEFT JOIN articles a ON a.id = e.article WHERE e.id = ?1",
            )?;
            Ok(found.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })
    }

    /// What there is of a row for somebody who asks for some events.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn row(&self, row: u32, filters: &Filters) -> Result<AtRow, Error> {
        self.read(|connection| {
            let wanted = self.wanted(connection, filters)?;
            let is_wanted = {
                let index = self.index();
                index.get(row).map(|(entry, names)| index.is_wanted(&wanted, entry, names))
            };
            match is_wanted {
                None => return Ok(AtRow::Gone),
                Some(false) => return Ok(AtRow::Unwanted),
                Some(true) => {}
            }
            let record = records(connection, std::iter::once(row))?.pop();
            Ok(record.map_or(AtRow::Gone, AtRow::Record))
        })
    }

    /// Counts over time, in at most so many buckets where that can be.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn density(&self, filters: &Filters, buckets: usize) -> Result<Density, Error> {
        self.read(|connection| {
            let wanted = self.wanted(connection, filters)?;
            Ok(density::density(&self.index(), &wanted, buckets))
        })
    }

    /// The terms of a kind with how many of the events have them, most first, at most so many.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn counts(&self, filters: &Filters, kind: Kind, limit: usize) -> Result<Vec<(String, u64)>, Error> {
        self.read(|connection| {
            let wanted = self.wanted(connection, filters)?;
            let index = self.index();
            let mut counts = vec![0_u32; index.highest() as usize + 1];
            // No term is higher.
            let mut count = |term: u32| counts[term as usize] += 1;
            index.each(&wanted, |entry, names| match index.term(entry, kind) {
                Some(term) => count(term),
                None => names.iter().copied().for_each(&mut count),
            });
            drop(index);
            // Not all of them at once: most names are told of once.
            let mut most = BinaryHeap::with_capacity(limit + 1);
            for (term, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                most.push((Reverse(count), term));
                if most.len() > limit {
                    most.pop();
                }
            }
            let mut text = connection.prepare_cached("SELECT text FROM terms WHERE id = ?1")?;
            let mut told = Vec::new();
            for (Reverse(count), term) in most.into_sorted_vec() {
                let text: String = text.query_row([term as i64], |row| row.get(0))?;
                // An article that tells no source has the empty one.
                told.extend((!text.is_empty()).then_some((text, u64::from(count))));
            }
            Ok(told)
        })
    }

    /// How much there is.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn totals(&self) -> Result<Totals, Error> {
        let index = self.index();
        let (events, span) = (index.len(), index.span());
        drop(index);
        let articles: i64 = self.read(|connection| {
            Ok(connection.prepare_cached("SELECT count(*) FROM articles")?.query_row([], |row| row.get(0))?)
        })?;
        Ok(Totals { events, articles: usize::try_from(articles).unwrap_or(0), span })
    }

    /// The number of the last change.
    #[must_use]
    pub fn last_change(&self) -> i64 {
        *self.inner.changed.borrow()
    }

    /// The changes after a number, the oldest first, at most so many; `None` if not all of them are known any more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn changes(&self, after: i64, limit: usize) -> Result<Option<Vec<Change>>, Error> {
        self.read(|connection| changes::after(connection, after, limit))
    }

    /// Filters in the numbers of the index.
    pub(super) fn wanted(&self, connection: &Connection, filters: &Filters) -> Result<Wanted, Error> {
        let mut wanted = Wanted {
            from: filters.from.unwrap_or(i64::MIN),
            to: filters.to.unwrap_or(i64::MAX),
            confidence: filters.confidence,
            ..Wanted::default()
        };
        for (kind, texts) in &filters.terms {
            // A tag such as `en` stands for `en-GB` as well.
            let sql = match kind {
                Kind::Language => "SELECT id FROM terms WHERE kind = ?1 AND (text = ?2 OR text LIKE ?2 || '-%')",
                _ => "SELECT id FROM terms WHERE kind = ?1 AND text = ?2",
            };
            let mut ids = connection.prepare_cached(sql)?;
            let mut any = Vec::new();
            for text in texts {
                for id in ids.query_map((*kind as i64, text), |row| row.get(0))? {
                    any.push(id?);
                }
            }
            wanted.terms.push((*kind, any));
        }
        wanted.words = text::rows_with(&self.inner.texts, connection, &filters.words)?;
        Ok(wanted)
    }
}

/// The places of a page, and of one event more.
fn places(index: &Index, wanted: &Wanted, paging: &Paging) -> Vec<Place> {
    let Paging { order, limit, after } = *paging;
    match order {
        Order::Ascending => {
            let key = |entry: &Entry| Some(entry.place()).filter(|place| after.is_none_or(|after| *place > after));
            index.least(wanted, limit + 1, key).into_iter().map(|(place, _)| place).collect()
        }
        Order::Descending => {
            let key =
                |entry: &Entry| Some(Reverse(entry.place())).filter(|place| after.is_none_or(|after| place.0 < after));
            index.least(wanted, limit + 1, key).into_iter().map(|(place, _)| place.0).collect()
        }
    }
}

/// The records of rows, in their order, without those that are gone.
pub(super) fn records(connection: &Connection, rows: impl Iterator<Item = u32>) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT record FROM records WHERE row = ?1")?;
    let mut records = Vec::new();
    for row in rows {
        records.extend(statement.query_row([row], |row| row.get::<_, String>(0)).optional()?);
    }
    Ok(records)
}
