//! The index in memory: of every event what can be asked for, in 48 bytes. Every question is one pass over it, which
//! takes some milliseconds for a million events, whatever is asked.
//!
//! Must not know SQL, texts or JSON: terms are numbers here, and words are bits.

use std::collections::BinaryHeap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::bits::Bits;

/// How many events a block holds.
const BLOCK: usize = 1 << 14;

/// What a term is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Who published it.
    Source,
    /// The article's id.
    Article,
    /// Of the article.
    Language,
    /// happened, planned, ...
    Status,
    /// day, year, ...
    Granularity,
    /// absolute, relative, ...
    Basis,
    /// A name in the statement. An event has any number of them, and one of each kind above.
    Name,
}

impl Kind {
    /// The kinds of which an event has one.
    pub const SINGLE: [Self; 6] =
        [Self::Source, Self::Article, Self::Language, Self::Status, Self::Granularity, Self::Basis];
}

/// An event. One that is gone starts after all times and ends before them, so that nothing overlaps it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Seconds since 1970; the least number where it is open.
    pub start: i64,
    /// Excluded; the greatest number where it is open.
    pub end: i64,
    /// What puts events of the same time in order: the start of the id.
    pub id: u64,
    /// Its row in the database.
    pub row: u32,
    /// From 0 to 1.
    pub confidence: f32,
    source: u32,
    article: u32,
    /// Which of the index's traits it has.
    traits: u32,
    /// Where its names end in those of its block.
    names_end: u32,
}

impl Entry {
    /// An event without terms yet.
    pub fn new(row: u32, id: u64, span: [Option<i64>; 2], confidence: f32) -> Self {
        let [start, end] = [span[0].unwrap_or(i64::MIN), span[1].unwrap_or(i64::MAX)];
        // A moment without length could not be overlapped.
        let end = end.max(start.saturating_add(1));
        Self { start, end, id, row, confidence, source: 0, article: 0, traits: 0, names_end: 0 }
    }

    /// The place of the event in time.
    pub fn place(&self) -> Place {
        Place { start: self.start, end: self.end, id: self.id, row: self.row }
    }

    /// Its ends, as far as they are known.
    fn ends(&self) -> impl Iterator<Item = i64> {
        [self.start, self.end].into_iter().filter(|end| *end != i64::MIN && *end != i64::MAX)
    }

    fn is_gone(&self) -> bool {
        self.start > self.end
    }
}

/// Where an event stands in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// As the `start` of an entry of the index.
    pub start: i64,
    /// As the `end` of an entry of the index.
    pub end: i64,
    /// As the `id` of an entry of the index.
    pub id: u64,
    /// Parts events whose ids start alike.
    pub row: u32,
}

/// Which events are asked for. An event must hold to all of it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// It ends after this.
    pub from: i64,
    /// It starts before this.
    pub to: i64,
    /// It is at least as sure.
    pub confidence: f32,
    /// It has one of these terms, of each kind.
    pub terms: Vec<(Kind, Vec<u32>)>,
    /// Its row is in all of these.
    pub words: Vec<Arc<Bits>>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { from: i64::MIN, to: i64::MAX, confidence: 0.0, terms: Vec::new(), words: Vec::new() }
    }
}

impl Wanted {
    /// Whether every event is.
    fn is_all(&self) -> bool {
        let Self { from, to, confidence, terms, words } = self;
        (*from, *to) == (i64::MIN, i64::MAX) && *confidence <= 0.0 && terms.is_empty() && words.is_empty()
    }
}

/// All events, in the order of their rows.
#[derive(Debug, Default)]
pub struct Index {
    blocks: Vec<Block>,
    count: usize,
    /// The highest term.
    highest: u32,
    /// Language, status, granularity and basis: there are few of each, and few of them together.
    traits: Vec<[u32; 4]>,
    numbers: FxHashMap<[u32; 4], u32>,
}

#[derive(Debug)]
struct Block {
    entries: Vec<Entry>,
    names: Vec<u32>,
    gone: usize,
    span: Span,
}

/// The first and the last known end of some events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span(Option<(i64, i64)>);

impl Span {
    /// Takes in an end.
    pub fn take(&mut self, end: i64) {
        self.0 = Some(self.0.map_or((end, end), |(first, last)| (first.min(end), last.max(end))));
    }

    /// The first and the last, if any is known.
    pub fn ends(self) -> Option<[i64; 2]> {
        self.0.map(|(first, last)| [first, last])
    }
}

impl Index {
    /// How many events there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Adds an event, whose row must be higher than all before it, with a term of each kind of [`Kind::SINGLE`] and its
    /// names.
    pub fn add(&mut self, mut entry: Entry, terms: [u32; 6], names: &[u32]) {
        self.highest = terms.iter().chain(names).copied().fold(self.highest, u32::max);
        let [source, article, traits @ ..] = terms;
        (entry.source, entry.article) = (source, article);
        entry.traits = *self.numbers.entry(traits).or_insert_with(|| {
            self.traits.push(traits);
            self.traits.len() as u32 - 1
        });
        if self.blocks.last().is_none_or(|block| block.entries.len() == BLOCK) {
            let entries = Vec::with_capacity(BLOCK);
            self.blocks.push(Block { entries, names: Vec::new(), gone: 0, span: Span::default() });
        }
        if let Some(block) = self.blocks.last_mut() {
            block.names.extend_from_slice(names);
            entry.names_end = block.names.len() as u32;
            entry.ends().for_each(|end| block.span.take(end));
            block.entries.push(entry);
            self.count += 1;
        }
    }

    /// Takes an event away, if it is there.
    pub fn remove(&mut self, row: u32) {
        let Some(at) = self.block_of(row) else { return };
        let block = &mut self.blocks[at];
        let Ok(place) = block.entries.binary_search_by_key(&row, |entry| entry.row) else { return };
        let entry = &mut block.entries[place];
        if entry.is_gone() {
            return;
        }
        let was = *entry;
        (entry.start, entry.end) = (i64::MAX, i64::MIN);
        block.gone += 1;
        if block.span.ends().is_some_and(|ends| was.ends().any(|end| ends.contains(&end))) {
            block.measure();
        }
        self.count -= 1;
        // Rows stay in order, so a full block may shrink; it is never filled again.
        if block.gone * 2 > BLOCK {
            block.compact();
            if block.entries.is_empty() && at + 1 < self.blocks.len() {
                self.blocks.remove(at);
            }
        }
    }

    /// The event of a row, with its names.
    pub fn get(&self, row: u32) -> Option<(&Entry, &[u32])> {
        let block = &self.blocks[self.block_of(row)?];
        let at = block.entries.binary_search_by_key(&row, |entry| entry.row).ok()?;
        Some((&block.entries[at], block.names_of(at))).filter(|(entry, _)| !entry.is_gone())
    }

    fn block_of(&self, row: u32) -> Option<usize> {
        let after = self.blocks.partition_point(|block| block.entries.first().is_some_and(|first| first.row <= row));
        after.checked_sub(1)
    }

    /// The highest term of all.
    pub fn highest(&self) -> u32 {
        self.highest
    }

    /// The term of an event, of a kind of which it has one.
    pub fn term(&self, entry: &Entry, kind: Kind) -> Option<u32> {
        match kind {
            Kind::Source => Some(entry.source),
            Kind::Article => Some(entry.article),
            Kind::Name => None,
            _ => self.traits.get(entry.traits as usize)?.get(kind as usize - Kind::Language as usize).copied(),
        }
    }

    /// Whether an event with these names is wanted.
    pub fn is_wanted(&self, wanted: &Wanted, entry: &Entry, names: &[u32]) -> bool {
        entry.start < wanted.to
            && entry.end > wanted.from
            && entry.confidence >= wanted.confidence
            && wanted.terms.iter().all(|(kind, any)| match self.term(entry, *kind) {
                Some(term) => any.contains(&term),
                None => names.iter().any(|name| any.contains(name)),
            })
            && wanted.words.iter().all(|words| words.has(entry.row))
    }

    /// The first and the last known end of all events.
    pub fn span(&self) -> Option<[i64; 2]> {
        let mut span = Span::default();
        self.blocks.iter().filter_map(|block| block.span.ends()).flatten().for_each(|end| span.take(end));
        span.ends()
    }

    /// The first and the last known end of the wanted events.
    pub fn span_of(&self, wanted: &Wanted) -> Option<[i64; 2]> {
        if wanted.is_all() {
            return self.span();
        }
        let mut span = Span::default();
        self.each(wanted, |entry, _| entry.ends().for_each(|end| span.take(end)));
        span.ends()
    }

    /// Shows all events that are wanted, in no order of time.
    pub fn each(&self, wanted: &Wanted, mut see: impl FnMut(&Entry, &[u32])) {
        for block in &self.blocks {
            let mut from = 0;
            for entry in &block.entries {
                let names = block.names.get(from..entry.names_end as usize).unwrap_or_default();
                from = entry.names_end as usize;
                if self.is_wanted(wanted, entry, names) {
                    see(entry, names);
                }
            }
        }
    }

    /// Those of the wanted events that are first by a key, at most so many, with their rows. Events without a key are
    /// left out.
    pub fn least<K: Ord + Copy>(
        &self,
        wanted: &Wanted,
        limit: usize,
        key: impl Fn(&Entry) -> Option<K>,
    ) -> Vec<(K, u32)> {
        let mut found = BinaryHeap::with_capacity(limit + 1);
        self.each(wanted, |entry, _| {
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

    fn measure(&mut self) {
        self.span = Span::default();
        for entry in self.entries.iter().filter(|entry| !entry.is_gone()) {
            entry.ends().for_each(|end| self.span.take(end));
        }
    }

    fn compact(&mut self) {
        let mut names = Vec::new();
        let mut entries = Vec::with_capacity(self.entries.len() - self.gone);
        for at in 0..self.entries.len() {
            if !self.entries[at].is_gone() {
                names.extend_from_slice(self.names_of(at));
                entries.push(Entry { names_end: names.len() as u32, ..self.entries[at] });
            }
        }
        (self.entries, self.names, self.gone) = (entries, names, 0);
    }
}
