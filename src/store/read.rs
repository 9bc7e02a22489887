//! The queries.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashMap;

use super::density::{self, Density};
use super::happenings::Item;
use super::index::{ANY_TIME, Facet, Index, Predicate, SortKey};
use super::query::{Filters, Order, Paging, Sort};
use super::{Change, Error, Store, changes, search};

/// How often a page is read again because one of its events was deleted meanwhile.
const ATTEMPTS: usize = 3;

/// How many of its events an entry lists.
const MAX_LISTED: usize = 100;

/// What several events report, or one.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id, which stays while events come and go.
    pub id: String,
    /// How many matching events report it.
    pub count: usize,
    /// How many articles they are of.
    pub articles: usize,
    /// Their sources, in alphabetical order.
    pub sources: Vec<String>,
    /// Its rank: by the weight of all its events, and how many articles and sources report it.
    pub rank: f64,
    /// The ids of the matching events, that of the record first: at most 100.
    pub events: Vec<String>,
    /// The first and the last publication of these articles, in seconds since 1970.
    pub published: Option<[i64; 2]>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The record, as received: of what several events report, that with the greatest weight.
    pub record: String,
    /// What is folded into the row, if that was asked for.
    pub entry: Option<Entry>,
}

/// A page of events.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// The position after which the next page starts, if there is one.
    pub next: Option<SortKey>,
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
            let mut page = Page { rows: Vec::new(), next: None };
            for _ in 0..ATTEMPTS {
                let mut found = sort_keys(&self.index(), &predicate, paging);
                let has_more = found.len() > paging.limit;
                found.truncate(paging.limit);
                page.next = found.last().map(|(key, _)| *key).filter(|_| has_more);
                page.rows = self.rows(connection, &predicate, paging.fold, found.iter().map(|(_, row)| *row))?;
                if page.rows.len() == found.len() {
                    break;
                }
            }
            Ok(page)
        })
    }

    /// Returns the rows of a list, without those whose events were deleted meanwhile.
    pub(super) fn rows(
        &self,
        connection: &Connection,
        predicate: &Predicate,
        fold: bool,
        rows: impl Iterator<Item = u32>,
    ) -> Result<Vec<Row>, Error> {
        let mut result = Vec::new();
        for row in rows {
            let Some(record) = records(connection, std::iter::once(row))?.pop() else { continue };
            let entry = if fold { self.entry(connection, predicate, row)? } else { None };
            if entry.is_some() || !fold {
                result.push(Row { record, entry });
            }
        }
        Ok(result)
    }

    /// Returns what is folded into the row of an event; `None` if the event was deleted.
    pub(super) fn entry(
        &self,
        connection: &Connection,
        predicate: &Predicate,
        row: u32,
    ) -> Result<Option<Entry>, Error> {
        let index = self.index();
        let Some((first, _)) = index.get(row) else { return Ok(None) };
        let (happening, rank) = (first.happening, f64::from(index.rank(first)));
        let mut members = if first.is_shared() { index.matching(predicate, happening) } else { Vec::new() };
        members.retain(|member| member.row != row);
        members.insert(0, first);
        let distinct = |mut terms: Vec<u32>| {
            terms.sort_unstable();
            terms.dedup();
            terms
        };
        let sources = distinct(members.iter().map(|member| member.source).collect());
        let articles = distinct(members.iter().map(|member| member.article).collect()).len();
        let minutes =
            || members.iter().map(|member| i64::from(member.published)).filter(|minute| *minute != i64::from(i32::MIN));
        let published = minutes().min().zip(minutes().max()).map(|(first, last)| [first * 60, last * 60]);
        let (count, listed): (_, Vec<u32>) =
            (members.len(), members.iter().take(MAX_LISTED).map(|member| member.row).collect());
        drop(index);
        let mut id = connection.prepare_cached("SELECT id FROM happenings WHERE happening = ?1")?;
        let Some(id) = id.query_row([happening], |row| row.get(0)).optional()? else { return Ok(None) };
        let mut event = connection.prepare_cached("SELECT id FROM events WHERE row = ?1")?;
        let mut events = Vec::new();
        for row in listed {
            events.extend(event.query_row([row], |row| row.get::<_, String>(0)).optional()?);
        }
        let mut text = connection.prepare_cached("SELECT text FROM terms WHERE id = ?1")?;
        let mut names = Vec::new();
        for source in sources {
            names.extend(text.query_row([source], |row| row.get::<_, String>(0)).optional()?);
        }
        names.retain(|name| !name.is_empty());
        names.sort_unstable();
        Ok(Some(Entry { id, count, articles, sources: names, rank, events, published }))
    }

    /// Returns the record of an event, or of the best event of an entry, and the latest record of its article.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn event(&self, id: &str) -> Result<Option<(String, Option<String>)>, Error> {
        self.read(|connection| {
            let mut found = connection.prepare_cached(
                "SELECT r.record, a.record FROM events e JOIN records r ON r.row = e.row
                 LEFT JOIN articles a ON a.id = e.article
                 WHERE e.id = ?1 OR e.happening = (SELECT happening FROM happenings WHERE id = ?1)
                 ORDER BY e.id = ?1 DESC, e.weight DESC, e.row LIMIT 1",
            )?;
            Ok(found.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })
    }

    /// Counts events over time, in at most `max_buckets` buckets unless centuries need more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn density(&self, filters: &Filters, fold: bool, max_buckets: usize) -> Result<Density, Error> {
        self.read(|connection| {
            let predicate = self.predicate(connection, filters)?;
            Ok(density::density(&self.index(), &predicate, fold, max_buckets))
        })
    }

    /// Returns the `limit` most frequent values of a facet with the number of events that have them, most frequent
    /// first. Filters by the facet itself do not count, so that what was chosen does not hide what else there is to choose.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn facet_counts(&self, filters: &Filters, facet: Facet, limit: usize) -> Result<Vec<(String, u64)>, Error> {
        self.read(|connection| {
            let mut filters = filters.clone();
            filters.terms.retain(|(own, _)| *own != facet);
            let predicate = self.predicate(connection, &filters)?;
            let index = self.index();
            // Not one for each term that there is: most questions touch a few.
            let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
            let mut count = |term: u32| *counts.entry(term).or_default() += 1;
            index.for_each(&predicate, |entry, names| match index.term(entry, facet) {
                Some(term) => count(term),
                None => names.iter().copied().for_each(&mut count),
            });
            drop(index);
            // A bounded heap instead of a sort: most names occur once.
            let mut most_frequent = BinaryHeap::with_capacity(limit + 1);
            #[expect(clippy::iter_over_hash_type, reason = "the heap orders them, whatever order they come in")]
            for (term, count) in counts {
                most_frequent.push((Reverse(count), term));
                if most_frequent.len() > limit {
                    most_frequent.pop();
                }
            }
            let mut text = connection.prepare_cached("SELECT text FROM terms WHERE id = ?1")?;
            let mut labels = Vec::new();
            for (Reverse(count), term) in most_frequent.into_sorted_vec() {
                // It is gone if its last event left the timeline meanwhile.
                let text: Option<String> = text.query_row([term], |row| row.get(0)).optional()?;
                // An article without a source has the empty one.
                labels.extend(text.filter(|text| !text.is_empty()).map(|text| (text, u64::from(count))));
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
            begins: filters.begins,
            published: published(filters),
            open: filters.open,
            weight: filters.weight,
            confidence: filters.confidence,
            stop: self.stop.clone(),
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
        if !filters.search.is_empty() {
            let found = search::matching_rows(&self.inner.search_cache, connection, &filters.search)?;
            (predicate.words, predicate.without) = (found.all, found.none);
        }
        Ok(predicate)
    }
}

/// Returns the minutes of publication that filters allow.
fn published(filters: &Filters) -> [i32; 2] {
    if (filters.published_from, filters.published_to) == (None, None) {
        return ANY_TIME;
    }
    let minutes = |minutes: i64| i32::try_from(minutes).unwrap_or(if minutes < 0 { i32::MIN + 1 } else { i32::MAX });
    [
        // What is not known is within no bounds.
        filters.published_from.map_or(i32::MIN + 1, |from| minutes(from.div_euclid(60))),
        filters.published_to.map_or(i32::MAX, |to| minutes(to.saturating_add(59).div_euclid(60))),
    ]
}

/// Returns the position of an item in an order.
fn sort_key(item: &Item<'_>, sort: Sort) -> SortKey {
    let (place, row) = (item.place, item.row);
    let [major, minor] = match sort {
        Sort::Date => [place.start, place.end],
        Sort::Published => [i64::from(item.published), place.start],
        // A millionth of a rank is nothing.
        Sort::Weight => [(f64::from(item.rank) * 1e6) as i64, place.start],
    };
    SortKey { major, minor, id: place.id, row }
}

/// Returns the sort keys and the rows of the events in a page, and of one event more.
fn sort_keys(index: &Index, predicate: &Predicate, paging: &Paging) -> Vec<(SortKey, u32)> {
    let Paging { sort, order, fold, limit, after } = *paging;
    match order {
        Order::Ascending => {
            let is_after = |key: &SortKey| after.is_none_or(|after| *key > after);
            index.smallest(predicate, fold, limit + 1, |item| Some(sort_key(item, sort)).filter(is_after))
        }
        Order::Descending => {
            let is_before = |key: &Reverse<SortKey>| after.is_none_or(|after| key.0 < after);
            let key = |item: &Item<'_>| Some(Reverse(sort_key(item, sort))).filter(is_before);
            let found = index.smallest(predicate, fold, limit + 1, key);
            found.into_iter().map(|(key, row)| (key.0, row)).collect()
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
