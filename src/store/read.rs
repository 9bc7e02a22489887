//! The queries.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rusqlite::{Connection, OptionalExtension};

use super::density::{self, Density};
use super::index::{Facet, Index, IndexEntry, Predicate, SortKey};
use super::query::{Filters, Order, Paging};
use super::{Change, Error, Store, changes, search};

/// How often a page is read again because one of its events was deleted meanwhile.
const ATTEMPTS: usize = 3;

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The records, as received.
    pub records: Vec<String>,
    /// The position after which the next page starts, if there is one.
    pub next: Option<SortKey>,
}

/// What a row holds for somebody with given filters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowLookup {
    /// Nothing: a later change deleted or replaced the event.
    Deleted,
    /// An event that the filters leave out.
    Filtered,
    /// The record of an event that matches.
    Record(String),
}

/// The size of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The number of events.
    pub events: usize,
    /// The number of articles with a record.
    pub articles: usize,
    /// The earliest and the latest known end, in seconds since 1970.
    pub extent: Option<[i64; 2]>,
}

impl Store {
    /// Returns a page of events.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events(&self, filters: &Filters, paging: &Paging) -> Result<Page, Error> {
        self.read(|connection| {
            let predicate = self.predicate(connection, filters)?;
            let mut page = Page { records: Vec::new(), next: None };
            for _ in 0..ATTEMPTS {
                let mut found = sort_keys(&self.index(), &predicate, paging);
                let has_more = found.len() > paging.limit;
                found.truncate(paging.limit);
                page.next = found.last().copied().filter(|_| has_more);
                page.records = records(connection, found.iter().map(|key| key.row))?;
                if page.records.len() == found.len() {
                    break;
                }
            }
            Ok(page)
        })
    }

    /// Returns the record of an event and the latest record of its article.
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

    /// Returns what a row holds for somebody with these filters.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn look_up(&self, row: u32, filters: &Filters) -> Result<RowLookup, Error> {
        self.read(|connection| {
            let predicate = self.predicate(connection, filters)?;
            let is_match = {
                let index = self.index();
                index.get(row).map(|(entry, names)| index.matches(&predicate, entry, names))
            };
            match is_match {
                None => return Ok(RowLookup::Deleted),
                Some(false) => return Ok(RowLookup::Filtered),
                Some(true) => {}
            }
            let record = records(connection, std::iter::once(row))?.pop();
            Ok(record.map_or(RowLookup::Deleted, RowLookup::Record))
        })
    }

    /// Counts events over time, in at most `max_buckets` buckets unless centuries need more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn density(&self, filters: &Filters, max_buckets: usize) -> Result<Density, Error> {
        self.read(|connection| {
            let predicate = self.predicate(connection, filters)?;
            Ok(density::density(&self.index(), &predicate, max_buckets))
        })
    }

    /// Returns the `limit` most frequent values of a facet with the number of events that have them, most frequent
    /// first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn facet_counts(&self, filters: &Filters, facet: Facet, limit: usize) -> Result<Vec<(String, u64)>, Error> {
        self.read(|connection| {
            let predicate = self.predicate(connection, filters)?;
            let index = self.index();
            let mut counts = vec![0_u32; index.max_term() as usize + 1];
            let mut count = |term: u32| counts[term as usize] += 1;
            index.for_each(&predicate, |entry, names| match index.term(entry, facet) {
                Some(term) => count(term),
                None => names.iter().copied().for_each(&mut count),
            });
            drop(index);
            // A bounded heap instead of a sort: most names occur once.
            let mut most_frequent = BinaryHeap::with_capacity(limit + 1);
            for (term, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                most_frequent.push((Reverse(count), term));
                if most_frequent.len() > limit {
                    most_frequent.pop();
                }
            }
            let mut text = connection.prepare_cached("SELECT text FROM terms WHERE id = ?1")?;
            let mut labels = Vec::new();
            for (Reverse(count), term) in most_frequent.into_sorted_vec() {
                let text: String = text.query_row([term as i64], |row| row.get(0))?;
                // An article without a source has the empty one.
                labels.extend((!text.is_empty()).then_some((text, u64::from(count))));
            }
            Ok(labels)
        })
    }

    /// Returns the size of the timeline.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn totals(&self) -> Result<Totals, Error> {
        let index = self.index();
        let (events, extent) = (index.len(), index.extent());
        drop(index);
        let articles: i64 = self.read(|connection| {
            Ok(connection.prepare_cached("SELECT count(*) FROM articles")?.query_row([], |row| row.get(0))?)
        })?;
        Ok(Totals { events, articles: usize::try_from(articles).unwrap_or(0), extent })
    }

    /// Returns the sequence number of the last change.
    #[must_use]
    pub fn last_change(&self) -> i64 {
        *self.inner.last_change.borrow()
    }

    /// Returns up to `limit` changes after a sequence number, oldest first; `None` if the log no longer reaches back
    /// that far.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn changes(&self, after: i64, limit: usize) -> Result<Option<Vec<Change>>, Error> {
        self.read(|connection| changes::after(connection, after, limit))
    }

    /// Translates filters to the terms of the index.
    pub(super) fn predicate(&self, connection: &Connection, filters: &Filters) -> Result<Predicate, Error> {
        let mut predicate = Predicate {
            from: filters.from.unwrap_or(i64::MIN),
            to: filters.to.unwrap_or(i64::MAX),
            weight: filters.weight,
            confidence: filters.confidence,
            ..Predicate::default()
        };
        for (facet, values) in &filters.terms {
            // A tag such as `en` matches `en-GB` as well.
            let sql = match facet {
                Facet::Language => "SELECT id FROM terms WHERE kind = ?1 AND (text = ?2 OR text LIKE ?2 || '-%')",
                _ => "SELECT id FROM terms WHERE kind = ?1 AND text = ?2",
            };
            let mut ids = connection.prepare_cached(sql)?;
            let mut terms = Vec::new();
            for value in values {
                for id in ids.query_map((*facet as i64, value), |row| row.get(0))? {
                    terms.push(id?);
                }
            }
            predicate.terms.push((*facet, terms));
        }
        if let Some(words) = &filters.words {
            predicate.words = search::matching_rows(&self.inner.search_cache, connection, words)?;
        }
        Ok(predicate)
    }
}

/// Returns the sort keys of the events in a page, and of one event more.
fn sort_keys(index: &Index, predicate: &Predicate, paging: &Paging) -> Vec<SortKey> {
    let Paging { order, limit, after } = *paging;
    match order {
        Order::Ascending => {
            let key = |entry: &IndexEntry| Some(entry.sort_key()).filter(|key| after.is_none_or(|after| *key > after));
            index.smallest(predicate, limit + 1, key).into_iter().map(|(key, _)| key).collect()
        }
        Order::Descending => {
            let is_before = |key: &Reverse<SortKey>| after.is_none_or(|after| key.0 < after);
            let key = |entry: &IndexEntry| Some(Reverse(entry.sort_key())).filter(is_before);
            index.smallest(predicate, limit + 1, key).into_iter().map(|(key, _)| key.0).collect()
        }
    }
}

/// Returns the records in rows, in order, without those that were deleted.
pub(super) fn records(connection: &Connection, rows: impl Iterator<Item = u32>) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT record FROM records WHERE row = ?1")?;
    let mut records = Vec::new();
    for row in rows {
        records.extend(statement.query_row([row], |row| row.get::<_, String>(0)).optional()?);
    }
    Ok(records)
}
