//! What a drawing needs, at once: for each granularity how many events begin when, and which of them weigh most; and how
//! many there are of each granularity.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use rusqlite::Connection;
use rustc_hash::FxHashMap;

use super::density::{self, Buckets};
use super::index::{Facet, Index};
use super::query::Filters;
use super::{Bucket, Error, Row, Store};
use crate::calendar::Granularity;
use crate::record::of_word;

/// The name of the lane of events with an open end.
const OPEN: &str = "open";

/// The lanes of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Lanes {
    /// The range; `None` where there are no events and no range was requested.
    pub range: Option<[i64; 2]>,
    /// Those that are not empty, from the coarsest granularity to the finest; that of open ends is the last.
    pub lanes: Vec<Lane>,
}

/// The events of one granularity, or those with an open end.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// The granularity, or `open`.
    pub name: &'static str,
    /// How many events it has.
    pub total: u64,
    /// How many of them begin when.
    pub buckets: Vec<Bucket>,
    /// Those that weigh most: first the best of each bucket, then the second best.
    pub rows: Vec<Row>,
}

/// How many events there are of a granularity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrainCount {
    /// The granularity.
    pub granularity: &'static str,
    /// Whether these have an open end.
    pub open: bool,
    /// How many there are.
    pub count: u64,
}

/// What begins in one bucket of one lane: how many, and the best of them, the least of these first.
#[derive(Default)]
struct Heap {
    count: u64,
    best: BinaryHeap<Reverse<(u32, Reverse<u32>)>>,
}

impl Store {
    /// Returns the lanes of the matching events that begin in the range, each with at most `limit` rows.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn lanes(&self, filters: &Filters, fold: bool, max_buckets: usize, limit: usize) -> Result<Lanes, Error> {
        self.read(|connection| {
            let mut predicate = self.predicate(connection, filters)?;
            predicate.begins = predicate.from != i64::MIN;
            let known = granularities(connection)?;
            let index = self.index();
            let [from, to] = density::range(&index, &predicate);
            let (Some(from), Some(to)) = (from, to) else { return Ok(Lanes { range: None, lanes: Vec::new() }) };
            let buckets = Buckets::new(from, to, max_buckets);
            let mut heaps: BTreeMap<(usize, usize), Heap> = BTreeMap::new();
            index.items(&predicate, fold, |item| {
                let lane =
                    if item.entry.is_open() { Granularity::ALL.len() } else { granularity(&index, &known, item.entry) };
                let Some(bucket) = buckets.start(item.place).filter(|_| item.place.start != i64::MIN) else { return };
                let heap = heaps.entry((lane, bucket)).or_default();
                heap.count += 1;
                // Ranks are positive, so their bits are ordered as they are.
                heap.best.push(Reverse((item.rank.to_bits(), Reverse(item.entry.row))));
                if heap.best.len() > limit {
                    heap.best.pop();
                }
            });
            drop(index);
            let mut lanes = Vec::new();
            for at in 0..=Granularity::ALL.len() {
                let rest = heaps.split_off(&(at + 1, 0));
                let own = std::mem::replace(&mut heaps, rest).into_iter();
                let own: Vec<(usize, Heap)> = own.map(|((_, bucket), heap)| (bucket, heap)).collect();
                if own.is_empty() {
                    continue;
                }
                let mut counts = vec![0; buckets.len()];
                own.iter().for_each(|(bucket, heap)| counts[*bucket] = heap.count);
                let name = Granularity::ALL.get(at).map_or(OPEN, |granularity| granularity.name());
                let best = best(own, limit);
                let rows = self.rows(connection, &predicate, fold, best.into_iter())?;
                lanes.push(Lane { name, total: counts.iter().sum(), buckets: buckets.counted(&counts), rows });
            }
            Ok(Lanes { range: Some([from, to]), lanes })
        })
    }

    /// Counts the matching events by granularity, the finest first, and those with an open end apart.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn grains(&self, filters: &Filters, fold: bool) -> Result<Vec<GrainCount>, Error> {
        self.read(|connection| {
            let predicate = self.predicate(connection, filters)?;
            let known = granularities(connection)?;
            let index = self.index();
            let mut counts = vec![[0_u64; 2]; Granularity::ALL.len()];
            index.items(&predicate, fold, |item| {
                counts[granularity(&index, &known, item.entry)][usize::from(item.entry.is_open())] += 1;
            });
            let counted = |(at, counts): (usize, &[u64; 2])| {
                let granularity = Granularity::ALL[at].name();
                [false, true].map(|open| GrainCount { granularity, open, count: counts[usize::from(open)] })
            };
            let all = counts.iter().enumerate().rev().flat_map(counted);
            Ok(all.filter(|grain| grain.count > 0).collect())
        })
    }
}

/// Returns the rows that weigh most: first the best of each bucket, then the second best.
fn best(heaps: Vec<(usize, Heap)>, limit: usize) -> Vec<u32> {
    let mut all: Vec<(usize, Reverse<u32>, usize, u32)> = Vec::new();
    for (bucket, heap) in heaps {
        let sorted = heap.best.into_sorted_vec().into_iter().enumerate();
        all.extend(sorted.map(|(round, Reverse((rank, Reverse(row))))| (round, Reverse(rank), bucket, row)));
    }
    all.sort_unstable();
    all.into_iter().take(limit).map(|(_, _, _, row)| row).collect()
}

/// Returns which granularity a term stands for, by its position in [`Granularity::ALL`].
fn granularities(connection: &Connection) -> Result<FxHashMap<u32, usize>, Error> {
    let mut terms = connection.prepare_cached("SELECT id, text FROM terms WHERE kind = ?1")?;
    let terms = terms.query_map([Facet::Granularity as i64], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let mut known = FxHashMap::default();
    for term in terms {
        let (id, name) = term?;
        let at = of_word(&name).and_then(|granularity| Granularity::ALL.iter().position(|one| *one == granularity));
        known.extend(at.map(|at| (id, at)));
    }
    Ok(known)
}

/// Returns the granularity of an event by its position; a day for one that only later versions know.
fn granularity(index: &Index, known: &FxHashMap<u32, usize>, entry: &super::IndexEntry) -> usize {
    let day = || Granularity::ALL.iter().position(|one| *one == Granularity::Day).unwrap_or_default();
    index.term(entry, Facet::Granularity).and_then(|term| known.get(&term)).copied().unwrap_or_else(day)
}
