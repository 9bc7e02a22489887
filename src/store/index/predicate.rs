//! Which events are asked for.

use std::sync::Arc;

use super::super::bitmap::Bitmap;
use super::super::stop::Stop;
use super::{Facet, IndexEntry};

/// Which events match: those that meet all of these conditions.
#[derive(Debug, Clone)]
pub struct Predicate {
    /// The event ends after this.
    pub from: i64,
    /// The event starts before this.
    pub to: i64,
    /// Whether the event starts at `from` or after it.
    pub begins: bool,
    /// The first minute of publication, and the first after the last.
    pub published: [i32; 2],
    /// Whether one end is open.
    pub open: Option<bool>,
    /// The lowest weight.
    pub weight: f32,
    /// The lowest confidence.
    pub confidence: f32,
    /// For each of these facets, the event has one of the terms.
    pub terms: Vec<(Facet, Vec<u32>)>,
    /// The row is in all of these sets.
    pub words: Vec<Arc<Bitmap>>,
    /// The row is in none of these sets.
    pub without: Vec<Arc<Bitmap>>,
    /// Stops a pass midway.
    pub stop: Stop,
}

/// Published at any time, or it is not known when.
pub const ANY_TIME: [i32; 2] = [i32::MIN, i32::MAX];

impl Default for Predicate {
    fn default() -> Self {
        Self {
            from: i64::MIN,
            to: i64::MAX,
            begins: false,
            published: ANY_TIME,
            open: None,
            weight: 0.0,
            confidence: 0.0,
            terms: Vec::new(),
            words: Vec::new(),
            without: Vec::new(),
            stop: Stop::default(),
        }
    }
}

impl Predicate {
    /// Whether every event matches.
    pub(super) fn matches_all(&self) -> bool {
        (self.from, self.to) == (i64::MIN, i64::MAX) && self.is_range()
    }

    /// Whether all events match that overlap the range.
    pub(super) fn is_range(&self) -> bool {
        let Self { from: _, to: _, begins, published, open, weight, confidence, terms, words, without, stop: _ } = self;
        let any_time = !begins && *published == ANY_TIME && open.is_none();
        let any_words = words.is_empty() && without.is_empty();
        any_time && *weight <= 0.0 && *confidence <= 0.0 && terms.is_empty() && any_words
    }

    /// Whether the event overlaps the range.
    pub(super) fn overlaps(&self, entry: &IndexEntry) -> bool {
        entry.start < self.to && entry.end > self.from
    }
}
