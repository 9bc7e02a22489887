//! The in-memory index: everything that an event can be filtered by, in 48 bytes. Each query is one pass over it, which
//! takes a few milliseconds for a million events, whatever the filters are.
//!
//! Must not know SQL, text or JSON: terms are ids here, and words are bitmaps.

use std::collections::BinaryHeap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::bitmap::Bitmap;

/// How many events a block holds.
const BLOCK: usize = 1 << 14;

/// What a term describes. The database stores the discriminants, so the order must not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// The publisher of the article.
    Source,
    /// The id of the article.
    Article,
    /// The language of the article.
    Language,
    /// The status of the statement.
    Status,
    /// The granularity of the date.
    Granularity,
    /// What the date was counted from.
    Basis,
    /// A name in the statement. An event has any number of names, and exactly one value of each facet above.
    Name,
}

impl Facet {
    /// The facets of which each event has exactly one value.
    pub const SINGLE_VALUED: [Self; 6] =
        [Self::Source, Self::Article, Self::Language, Self::Status, Self::Granularity, Self::Basis];
}

/// An event. A deleted one (a tombstone) starts after all times and ends before them, so that no range overlaps it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndexEntry {
    /// Seconds since 1970; `i64::MIN` for an open start.
    pub start: i64,
    /// Exclusive; `i64::MAX` for an open end.
    pub end: i64,
    /// Orders events at the same time: a prefix of the id.
    pub id: u64,
    /// The row in the database.
    pub row: u32,
    /// How much an editor would want it, from 0 to 1.
    pub weight: f32,
    /// From 0 to 1.
    pub confidence: f32,
    source: u32,
    article: u32,
    /// The position in `Index::attributes`.
    attributes: u32,
    /// Where its names end in `Block::names`.
    names_end: u32,
}

impl IndexEntry {
    /// Creates an entry that has no terms yet.
    pub fn new(row: u32, id: u64, span: [Option<i64>; 2], weight: f32, confidence: f32) -> Self {
        let [start, end] = [span[0].unwrap_or(i64::MIN), span[1].unwrap_or(i64::MAX)];
        // A moment without length could not be overlapped.
        let end = end.max(start.saturating_add(1));
        Self { start, end, id, row, weight, confidence, source: 0, article: 0, attributes: 0, names_end: 0 }
    }

    /// Returns the position of the event in the order of time.
    pub fn sort_key(&self) -> SortKey {
        SortKey { start: self.start, end: self.end, id: self.id, row: self.row }
    }

    /// Returns the ends that are not open.
    fn ends(&self) -> impl Iterator<Item = i64> {
        [self.start, self.end].into_iter().filter(|end| *end != i64::MIN && *end != i64::MAX)
    }

    fn is_deleted(&self) -> bool {
        self.start > self.end
    }
}

/// The position of an event in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    /// The start, as in the index.
    pub start: i64,
    /// The end, as in the index.
    pub end: i64,
    /// The prefix of the id, as in the index.
    pub id: u64,
    /// Tells events apart whose ids have the same prefix.
    pub row: u32,
}

/// Which events match: those that meet all of these conditions.
#[derive(Debug, Clone)]
pub struct Predicate {
    /// The event ends after this.
    pub from: i64,
    /// The event starts before this.
    pub to: i64,
    /// The lowest weight.
    pub weight: f32,
    /// The lowest confidence.
    pub confidence: f32,
    /// For each of these facets, the event has one of the terms.
    pub terms: Vec<(Facet, Vec<u32>)>,
    /// The row is in all of these sets.
    pub words: Vec<Arc<Bitmap>>,
}

impl Default for Predicate {
    fn default() -> Self {
        Self { from: i64::MIN, to: i64::MAX, weight: 0.0, confidence: 0.0, terms: Vec::new(), words: Vec::new() }
    }
}

impl Predicate {
    /// Whether every event matches.
    fn matches_all(&self) -> bool {
        let Self { from, to, weight, confidence, terms, words } = self;
        let any_time = (*from, *to) == (i64::MIN, i64::MAX);
        any_time && *weight <= 0.0 && *confidence <= 0.0 && terms.is_empty() && words.is_empty()
    }
}

/// All events, ordered by row.
#[derive(Debug, Default)]
pub struct Index {
    blocks: Vec<Block>,
    count: usize,
    /// The highest term id.
    max_term: u32,
    /// The distinct combinations of language, status, granularity and basis. There are few of them.
    attributes: Vec<[u32; 4]>,
    attribute_ids: FxHashMap<[u32; 4], u32>,
}

#[derive(Debug)]
struct Block {
    entries: Vec<IndexEntry>,
    names: Vec<u32>,
    tombstones: usize,
    extent: Extent,
}

/// The earliest and the latest known end of a set of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent(Option<(i64, i64)>);

impl Extent {
    /// Extends it to an end.
    pub fn include(&mut self, end: i64) {
        self.0 = Some(self.0.map_or((end, end), |(first, last)| (first.min(end), last.max(end))));
    }

    /// Returns the earliest and the latest end, if any is known.
    pub fn ends(self) -> Option<[i64; 2]> {
        self.0.map(|(first, last)| [first, last])
    }
}

impl Index {
    /// Returns the number of events.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Adds an event with its terms for [`Facet::SINGLE_VALUED`] and its names. Its row must be higher than all others.
    pub fn add(&mut self, mut entry: IndexEntry, terms: [u32; 6], names: &[u32]) {
        self.max_term = terms.iter().chain(names).copied().fold(self.max_term, u32::max);
        let [source, article, attributes @ ..] = terms;
        (entry.source, entry.article) = (source, article);
        entry.attributes = *self.attribute_ids.entry(attributes).or_insert_with(|| {
            self.attributes.push(attributes);
            self.attributes.len() as u32 - 1
        });
        if self.blocks.last().is_none_or(|block| block.entries.len() == BLOCK) {
            let entries = Vec::with_capacity(BLOCK);
            self.blocks.push(Block { entries, names: Vec::new(), tombstones: 0, extent: Extent::default() });
        }
        if let Some(block) = self.blocks.last_mut() {
            block.names.extend_from_slice(names);
            entry.names_end = block.names.len() as u32;
            entry.ends().for_each(|end| block.extent.include(end));
            block.entries.push(entry);
            self.count += 1;
        }
    }

    /// Removes an event, if it is there.
    pub fn remove(&mut self, row: u32) {
        let Some(at) = self.block_of(row) else { return };
        let block = &mut self.blocks[at];
        let Ok(position) = block.entries.binary_search_by_key(&row, |entry| entry.row) else { return };
        let entry = &mut block.entries[position];
        if entry.is_deleted() {
            return;
        }
        let removed = *entry;
        (entry.start, entry.end) = (i64::MAX, i64::MIN);
        block.tombstones += 1;
        if block.extent.ends().is_some_and(|ends| removed.ends().any(|end| ends.contains(&end))) {
            block.update_extent();
        }
        self.count -= 1;
        // Rows stay in order, so a full block may shrink, but it is never filled again.
        if block.tombstones * 2 > BLOCK {
            block.compact();
            if block.entries.is_empty() && at + 1 < self.blocks.len() {
                self.blocks.remove(at);
            }
        }
    }

    /// Returns the event in a row, with its names.
    pub fn get(&self, row: u32) -> Option<(&IndexEntry, &[u32])> {
        let block = &self.blocks[self.block_of(row)?];
        let at = block.entries.binary_search_by_key(&row, |entry| entry.row).ok()?;
        Some((&block.entries[at], block.names_of(at))).filter(|(entry, _)| !entry.is_deleted())
    }

    fn block_of(&self, row: u32) -> Option<usize> {
        let after = self.blocks.partition_point(|block| block.entries.first().is_some_and(|first| first.row <= row));
        after.checked_sub(1)
    }

    /// Returns the highest term id.
    pub fn max_term(&self) -> u32 {
        self.max_term
    }

    /// Returns the term of an event for a single-valued facet; `None` for names.
    pub fn term(&self, entry: &IndexEntry, facet: Facet) -> Option<u32> {
        match facet {
            Facet::Source => Some(entry.source),
            Facet::Article => Some(entry.article),
            Facet::Name => None,
            _ => {
                self.attributes.get(entry.attributes as usize)?.get(facet as usize - Facet::Language as usize).copied()
            }
        }
    }

    /// Whether an event with these names matches.
    pub fn matches(&self, predicate: &Predicate, entry: &IndexEntry, names: &[u32]) -> bool {
        entry.start < predicate.to
            && entry.end > predicate.from
            && entry.weight >= predicate.weight
            && entry.confidence >= predicate.confidence
            && predicate.terms.iter().all(|(facet, any)| match self.term(entry, *facet) {
                Some(term) => any.contains(&term),
                None => names.iter().any(|name| any.contains(name)),
            })
            && predicate.words.iter().all(|rows| rows.contains(entry.row))
    }

    /// Returns the earliest and the latest known end of all events.
    pub fn extent(&self) -> Option<[i64; 2]> {
        let mut extent = Extent::default();
        self.blocks.iter().filter_map(|block| block.extent.ends()).flatten().for_each(|end| extent.include(end));
        extent.ends()
    }

    /// Returns the earliest and the latest known end of the matching events.
    pub fn extent_of(&self, predicate: &Predicate) -> Option<[i64; 2]> {
        if predicate.matches_all() {
            return self.extent();
        }
        let mut extent = Extent::default();
        self.for_each(predicate, |entry, _| entry.ends().for_each(|end| extent.include(end)));
        extent.ends()
    }

    /// Calls `visit` for each matching event, ordered by row.
    pub fn for_each(&self, predicate: &Predicate, mut visit: impl FnMut(&IndexEntry, &[u32])) {
        for block in &self.blocks {
            let mut from = 0;
            for entry in &block.entries {
                let names = block.names.get(from..entry.names_end as usize).unwrap_or_default();
                from = entry.names_end as usize;
                if self.matches(predicate, entry, names) {
                    visit(entry, names);
                }
            }
        }
    }

    /// Returns the `limit` matching events with the smallest keys, in order, with their rows. Events without a key are
    /// left out.
    pub fn smallest<K: Ord + Copy>(
        &self,
        predicate: &Predicate,
        limit: usize,
        key: impl Fn(&IndexEntry) -> Option<K>,
    ) -> Vec<(K, u32)> {
        let mut found = BinaryHeap::with_capacity(limit + 1);
        self.for_each(predicate, |entry, _| {
            let Some(key) = key(entry) else { return };
            if found.len() < limit || found.peek().is_some_and(|last| (key, entry.row) < *last) {
                found.push((key, entry.row));
                if found.len() > limit {
                    found.pop();
                }
            }
        });
        found.into_sorted_vec()
    }
}

impl Block {
    fn names_of(&self, at: usize) -> &[u32] {
        let start = at.checked_sub(1).map_or(0, |before| self.entries[before].names_end);
        self.names.get(start as usize..self.entries[at].names_end as usize).unwrap_or_default()
    }

    fn update_extent(&mut self) {
        self.extent = Extent::default();
        for entry in self.entries.iter().filter(|entry| !entry.is_deleted()) {
            entry.ends().for_each(|end| self.extent.include(end));
        }
    }

    fn compact(&mut self) {
        let mut names = Vec::new();
        let mut entries = Vec::with_capacity(self.entries.len() - self.tombstones);
        for at in 0..self.entries.len() {
            if !self.entries[at].is_deleted() {
                names.extend_from_slice(self.names_of(at));
                entries.push(IndexEntry { names_end: names.len() as u32, ..self.entries[at] });
            }
        }
        (self.entries, self.names, self.tombstones) = (entries, names, 0);
    }
}
