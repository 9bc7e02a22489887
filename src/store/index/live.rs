//! What the events that are left refer to, and where they are.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::super::bitmap::PART;
use super::{Index, IndexEntry};

/// Which part of the events may have come before the [`Index::horizon`]: one of this many.
const BEFORE_HORIZON: usize = 100;

impl Index {
    fn live(&self) -> impl Iterator<Item = &IndexEntry> {
        self.blocks.iter().flat_map(|block| &block.entries).filter(|entry| !entry.is_deleted())
    }

    /// Returns how many events were removed.
    pub fn removed(&self) -> usize {
        self.removed
    }

    /// Returns the article before which nearly no event that is left came: articles without events that were known before
    /// this one are as old as what has left the timeline. A few events stay for long, those that are ahead of their time for
    /// example. Without any event, 0, or with `all` one that is after all others.
    pub fn horizon(&self, all: bool) -> u32 {
        let none = if all { u32::MAX } else { 0 };
        self.live().nth(self.count / BEFORE_HORIZON).map_or(none, |entry| entry.article)
    }

    /// Takes the terms that events have out of a set, all but articles.
    pub fn take_used(&self, terms: &mut FxHashSet<u32>) {
        for term in self.attributes.iter().flatten() {
            terms.remove(term);
        }
        // From the latest on, since most are used again and again.
        for block in self.blocks.iter().rev() {
            if terms.is_empty() {
                return;
            }
            let mut from = 0;
            for entry in &block.entries {
                let names = block.names.get(from..entry.names_end as usize).unwrap_or_default();
                from = entry.names_end as usize;
                if !entry.is_deleted() {
                    terms.remove(&entry.source);
                    for name in names {
                        terms.remove(name);
                    }
                }
            }
        }
    }

    /// Returns the parts of a [`Bitmap`](super::super::bitmap::Bitmap) with rows of events that are left.
    pub fn live_parts(&self) -> BTreeSet<usize> {
        let mut parts = BTreeSet::new();
        for entry in self.live() {
            parts.insert(entry.row as usize / PART);
        }
        parts
    }
}
