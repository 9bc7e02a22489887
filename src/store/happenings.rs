//! What several events report as one, in memory: which events, where it stands, and how much it counts.
//!
//! A happening has the number of the row that it began with, and keeps it, with its place, while events come and go. Most
//! happenings have one event, of which nothing is kept here.

use rustc_hash::FxHashMap;

use super::index::IndexEntry;
use crate::timeline::rank;

/// Where a happening stands: where the event that it began with stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// As [`IndexEntry::start`].
    pub start: i64,
    /// As [`IndexEntry::end`].
    pub end: i64,
    /// The prefix of its id.
    pub id: u64,
}

impl Place {
    /// Makes a place of a span, as [`IndexEntry::new`] does.
    pub fn new(span: [Option<i64>; 2], id: u64) -> Self {
        let IndexEntry { start, end, id, .. } = IndexEntry::new(0, id, span, 0.0, 0.0);
        Self { start, end, id }
    }
}

/// A happening with several events, or with another one than it began with.
#[derive(Debug)]
pub struct Happening {
    place: Place,
    /// The rows of its events.
    members: Vec<u32>,
    /// The first publication.
    published: i32,
    /// The greatest weight of its events.
    weight: f32,
    /// How many times the weight its rank is.
    factor: f32,
}

/// All of them, by the row that they began with.
#[derive(Debug, Default)]
pub struct Happenings(FxHashMap<u32, Happening>);

/// A row of a list: an event, or a happening with the event that weighs most.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The event.
    pub entry: &'a IndexEntry,
    /// Where it stands.
    pub place: Place,
    /// The publication of the event, or the first one.
    pub published: i32,
    /// How much it counts.
    pub rank: f32,
    /// Tells items apart whose ids have the same prefix.
    pub row: u32,
}

impl<'a> Item<'a> {
    /// An event that nobody else reports.
    pub fn of_event(entry: &'a IndexEntry) -> Self {
        let IndexEntry { start, end, id, row, weight, published, .. } = *entry;
        Self { entry, place: Place { start, end, id }, published, rank: weight, row }
    }
}

impl Happening {
    /// One of its events, as a row of its own.
    pub fn event<'a>(&self, entry: &'a IndexEntry) -> Item<'a> {
        Item { rank: entry.weight * self.factor, ..Item::of_event(entry) }
    }

    /// All of it as one row, with this event.
    pub fn item<'a>(&self, entry: &'a IndexEntry) -> Item<'a> {
        Item { entry, place: self.place, published: self.published, rank: self.rank(), row: entry.happening }
    }

    /// Returns its rank.
    pub fn rank(&self) -> f32 {
        self.weight * self.factor
    }
}

impl Happenings {
    /// Returns what is known of the happening of an event, if other events report it.
    pub fn get(&self, entry: &IndexEntry) -> Option<&Happening> {
        if entry.is_shared() { self.0.get(&entry.happening) } else { None }
    }

    /// Returns the rows of the events of a happening.
    pub fn members(&self, happening: u32) -> impl Iterator<Item = u32> {
        self.0.get(&happening).into_iter().flat_map(|happening| happening.members.iter().copied())
    }

    /// Adds an event to a happening. `first` is the row that the happening began with, if it is still there.
    pub fn add(&mut self, happening: u32, place: Place, first: Option<u32>, row: u32) {
        let known = self.0.entry(happening).or_insert_with(|| {
            let members = first.into_iter().collect();
            Happening { place, members, published: i32::MIN, weight: 0.0, factor: 1.0 }
        });
        known.place = place;
        known.members.push(row);
    }

    /// Takes an event out of a happening; the happening ends with its last one.
    pub fn remove(&mut self, happening: u32, row: u32) {
        let Some(known) = self.0.get_mut(&happening) else { return };
        known.members.retain(|member| *member != row);
        if known.members.is_empty() {
            self.0.remove(&happening);
        }
    }

    /// Weighs a happening by its events.
    pub fn weigh(&mut self, happening: u32, members: &[IndexEntry]) {
        let Some(known) = self.0.get_mut(&happening) else { return };
        let distinct = |of: fn(&IndexEntry) -> u32| {
            let mut all: Vec<u32> = members.iter().map(of).collect();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        known.published = members.iter().map(|member| member.published).min().unwrap_or(i32::MIN);
        known.weight = members.iter().map(|member| member.weight).fold(0.0, f32::max);
        known.factor = rank(1.0, distinct(|member| member.article), distinct(|member| member.source)) as f32;
    }
}
