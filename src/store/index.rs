//! The in-memory index: everything that an event can be filtered by, in 64 bytes. Each query is one pass over it, which
//! takes a few milliseconds for a million events, whatever the filters are.
//!
//! Must not know SQL, text or JSON: terms are ids here, and words are bitmaps.

mod live;
mod predicate;

use std::collections::BinaryHeap;

use rustc_hash::{FxHashMap, FxHashSet};

pub use self::predicate::{ANY_TIME, Predicate};
use super::happenings::{Happenings, Item, Place};

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

/// Known to the day, or to a part of it.
pub const FINE: u8 = 1;
/// One end is open.
pub const OPEN: u8 = 2;
/// Other events report the same, or did: what is known of that is in [`Happenings`].
const SHARED: u8 = 4;

/// An event. A deleted one (a tombstone) starts after all times and ends before them, so that no range overlaps it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndexEntry {
    /// Seconds since 1970; `i64::MIN` for an event without a date, which stands before all others.
    pub start: i64,
    /// Exclusive.
    pub end: i64,
    /// Orders events at the same time: a prefix of the id.
    pub id: u64,
    /// The row in the database.
    pub row: u32,
    /// How much an editor would want it, from 0 to 1.
    pub weight: f32,
    /// From 0 to 1.
    pub confidence: f32,
    /// When its article was published, in minutes since 1970; `i32::MIN` where that is not known.
    pub published: i32,
    /// The row of the event that its happening began with.
    pub happening: u32,
    pub(super) source: u32,
    pub(super) article: u32,
    /// The position in `Index::attributes`.
    attributes: u32,
    /// Where its names end in `Block::names`.
    names_end: u32,
    flags: u8,
}

impl IndexEntry {
    /// Creates an entry that has no terms yet, of which nobody else reports the same.
    pub fn new(row: u32, id: u64, span: [Option<i64>; 2], weight: f32, confidence: f32) -> Self {
        let start = span[0].unwrap_or(i64::MIN);
        // A moment without length could not be overlapped.
        let end = span[1].unwrap_or(i64::MIN).max(start.saturating_add(1));
        Self {
            start,
            end,
            id,
            row,
            weight,
            confidence,
            published: i32::MIN,
            happening: row,
            source: 0,
            article: 0,
            attributes: 0,
            names_end: 0,
            flags: 0,
        }
    }

    /// The same with the publication of its article in seconds since 1970, and [`FINE`] and [`OPEN`].
    pub fn with(self, published: Option<i64>, flags: u8) -> Self {
        let minutes = published.and_then(|seconds| i32::try_from(seconds.div_euclid(60)).ok());
        Self { published: minutes.unwrap_or(i32::MIN), flags, ..self }
    }

    /// Whether it is known to the day, or to a part of it.
    pub fn is_fine(&self) -> bool {
        self.flags & FINE != 0
    }

    /// Whether one end is open.
    pub fn is_open(&self) -> bool {
        self.flags & OPEN != 0
    }

    /// Whether other events report the same, or did.
    pub fn is_shared(&self) -> bool {
        self.flags & SHARED != 0
    }

    /// Returns its ends.
    fn ends(&self) -> impl Iterator<Item = i64> {
        [self.start, self.end].into_iter().filter(|_| self.start != i64::MIN)
    }

    fn is_deleted(&self) -> bool {
        self.start > self.end
    }
}

/// The position of an event in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    /// What is sorted by: in the order of time, the start.
    pub major: i64,
    /// What decides where that is the same: in the order of time, the end.
    pub minor: i64,
    /// The prefix of the id, as in the index.
    pub id: u64,
    /// Tells events apart whose ids have the same prefix.
    pub row: u32,
}

/// All events, ordered by row.
#[derive(Debug, Default)]
pub struct Index {
    blocks: Vec<Block>,
    count: usize,
    /// How many were removed.
    removed: usize,
    /// The distinct combinations of language, status, granularity and basis. There are few of them.
    attributes: Vec<[u32; 4]>,
    attribute_ids: FxHashMap<[u32; 4], u32>,
    /// What several events report.
    happenings: Happenings,
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
        self.removed += 1;
        self.forget(&removed);
        let Some(block) = self.blocks.get_mut(at) else { return };
        // Rows stay in order, so a full block may shrink, but it is never filled again.
        if block.tombstones * 2 > BLOCK {
            block.compact();
            if block.entries.is_empty() && at + 1 < self.blocks.len() {
                self.blocks.remove(at);
            }
        }
    }

    /// Takes a removed event out of its happening.
    fn forget(&mut self, removed: &IndexEntry) {
        if removed.is_shared() {
            self.happenings.remove(removed.happening, removed.row);
            self.weigh(removed.happening);
        }
    }

    /// Adds an event to a happening that began with another one; that other one is marked.
    pub fn add_to(&mut self, place: Place, mut entry: IndexEntry, terms: [u32; 6], names: &[u32]) {
        let began = entry.happening;
        entry.flags |= SHARED;
        let row = entry.row;
        self.add(entry, terms, names);
        let first = self.get_mut(began).filter(|first| first.happening == began);
        let first = first.map(|first| {
            first.flags |= SHARED;
            first.row
        });
        self.happenings.add(began, place, first, row);
        self.weigh(began);
    }

    /// Weighs a happening anew, after its members changed.
    fn weigh(&mut self, happening: u32) {
        let members: Vec<IndexEntry> =
            self.happenings.members(happening).filter_map(|row| self.get(row)).map(|(entry, _)| *entry).collect();
        self.happenings.weigh(happening, &members);
    }

    fn get_mut(&mut self, row: u32) -> Option<&mut IndexEntry> {
        let at = self.block_of(row)?;
        let block = &mut self.blocks[at];
        let at = block.entries.binary_search_by_key(&row, |entry| entry.row).ok()?;
        Some(&mut block.entries[at]).filter(|entry| !entry.is_deleted())
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
        predicate.overlaps(entry)
            && (!predicate.begins || entry.start >= predicate.from)
            && (predicate.published == ANY_TIME
                || (predicate.published[0]..predicate.published[1]).contains(&entry.published))
            && predicate.open.is_none_or(|open| open == entry.is_open())
            && entry.weight >= predicate.weight
            && entry.confidence >= predicate.confidence
            && predicate.terms.iter().all(|(facet, any)| match self.term(entry, *facet) {
                Some(term) => any.contains(&term),
                None => names.iter().any(|name| any.contains(name)),
            })
            && predicate.words.iter().all(|rows| rows.contains(entry.row))
            && !predicate.without.iter().any(|rows| rows.contains(entry.row))
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
        let is_range = predicate.is_range();
        // Events that arrive together are of the same time, mostly.
        for block in self.blocks.iter().filter(|block| block.may_overlap(predicate)) {
            if predicate.stop.is_requested() {
                return;
            }
            let mut from = 0;
            for entry in &block.entries {
                let names = block.names.get(from..entry.names_end as usize).unwrap_or_default();
                from = entry.names_end as usize;
                // Most questions ask for nothing else, and each other condition is checked for every event.
                let matches = predicate.overlaps(entry) && (is_range || self.matches(predicate, entry, names));
                if matches {
                    visit(entry, names);
                }
            }
        }
    }

    /// Calls `visit` for each matching event; with `fold`, once for all that report the same, with the one that weighs most.
    pub fn items(&self, predicate: &Predicate, fold: bool, visit: impl FnMut(&Item<'_>)) {
        self.events_and_items(predicate, fold, |_| {}, visit);
    }

    /// The same, and calls `event` for each event before the item that it is in.
    pub fn events_and_items(
        &self,
        predicate: &Predicate,
        fold: bool,
        mut event: impl FnMut(&IndexEntry),
        mut visit: impl FnMut(&Item<'_>),
    ) {
        let mut seen = FxHashSet::default();
        self.for_each(predicate, |entry, _| {
            event(entry);
            match self.happenings.get(entry) {
                None => visit(&Item::of_event(entry)),
                Some(happening) if !fold => visit(&happening.event(entry)),
                Some(happening) => {
                    if seen.insert(entry.happening)
                        && let Some(best) = self.matching(predicate, entry.happening).into_iter().next()
                    {
                        visit(&happening.item(best));
                    }
                }
            }
        });
    }

    /// Returns the matching events of a happening that is shared, the one that weighs most first.
    pub fn matching(&self, predicate: &Predicate, happening: u32) -> Vec<&IndexEntry> {
        let members = self.happenings.members(happening).filter_map(|row| self.get(row));
        let mut matching: Vec<_> =
            members.filter(|(entry, names)| self.matches(predicate, entry, names)).map(|(entry, _)| entry).collect();
        matching.sort_by(|one, other| other.weight.total_cmp(&one.weight).then(one.row.cmp(&other.row)));
        matching
    }

    /// Returns the rank of the happening that an event reports.
    pub fn rank(&self, entry: &IndexEntry) -> f32 {
        self.happenings.get(entry).map_or(entry.weight, |happening| happening.rank())
    }

    /// Returns the `limit` matching items with the smallest keys, in order, with the rows of their events. Items without a
    /// key are left out.
    pub fn smallest<K: Ord + Copy>(
        &self,
        predicate: &Predicate,
        fold: bool,
        limit: usize,
        key: impl Fn(&Item<'_>) -> Option<K>,
    ) -> Vec<(K, u32)> {
        let mut found = BinaryHeap::with_capacity(limit + 1);
        self.items(predicate, fold, |item| {
            let Some(key) = key(item) else { return };
            if found.len() < limit || found.peek().is_some_and(|last| (key, item.entry.row) < *last) {
                found.push((key, item.entry.row));
                if found.len() > limit {
                    found.pop();
                }
            }
        });
        found.into_sorted_vec()
    }
}

impl Block {
    /// Whether any of its events may overlap the range. One without a date overlaps those that have no beginning.
    fn may_overlap(&self, predicate: &Predicate) -> bool {
        let overlaps = |[first, last]: [i64; 2]| first < predicate.to && last > predicate.from;
        predicate.from == i64::MIN || self.extent.ends().is_some_and(overlaps)
    }

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
