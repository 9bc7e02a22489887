//! What the timeline keeps: events leave when they are too old, or while the file is too large, the oldest first; then goes
//! what nothing refers to any more: articles, what hides behind them, and terms.
//!
//! All of it in small steps, each a transaction, between which batches are applied.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use rustc_hash::FxHashSet;

use super::index::{Facet, Index};
use super::writer::Batch;
use super::{Error, Size, Writer, read, space};
use crate::config::Keep;

/// How many events leave in a step.
pub const STEP: usize = 500;
/// How many terms a step looks at, at least, and for each event that left.
const SWEPT: usize = 1000;
const SWEPT_AN_EVENT: usize = 4;

/// What a step removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many events left the timeline.
    pub events: usize,
    /// How many records of articles, none of whose events was left.
    pub articles: usize,
    /// How many terms.
    pub terms: usize,
    /// Whether another step would find more events.
    pub has_more: bool,
}

/// Where the search for what nothing refers to is.
#[derive(Debug, Clone, Copy)]
pub struct Sweep {
    /// The last term that was looked at.
    after: u32,
    /// Whether this round goes on.
    pub is_due: bool,
    /// Whether events were removed since it began with the first term.
    again: bool,
}

impl Sweep {
    /// Takes note that events were removed, perhaps the last ones of a term.
    pub fn request(&mut self) {
        (self.is_due, self.again) = (true, true);
    }
}

impl Default for Sweep {
    fn default() -> Self {
        // What was left when the process last ended is not known.
        Self { after: 0, is_due: true, again: false }
    }
}

impl Writer {
    /// Sets what is kept, from the next [`prune`](Self::prune) on.
    pub fn keep(&mut self, keep: Keep) {
        self.keep = keep;
    }

    /// Takes a step: removes some of the events that are not to be kept at this time, in seconds since 1970, and some of what
    /// nothing refers to. Nothing of this is a change: followers keep what they have.
    ///
    /// # Errors
    /// If the file cannot be written; then nothing was removed.
    pub fn prune(&mut self, now: i64) -> Result<Pruned, Error> {
        let age = self.keep.age.and_then(|age| i64::try_from(age.as_secs()).ok());
        self.cutoff = age.map(|age| now.saturating_sub(age));
        let size = self.size()?;
        // Pages that are free for a while are a part of the file: see `space`.
        let most = self.keep.bytes.map(|most| most - most / space::FREE_SHARE);
        let too_large = most.map_or(0, |most| size.used.saturating_sub(most));
        let is_too_large = too_large > 0;
        let rows = if is_too_large {
            let share = too_large as f64 / size.used as f64;
            let limit = (share * self.events() as f64).ceil() as usize;
            oldest(&self.connection, i64::MAX, limit.min(STEP))?
        } else {
            self.cutoff.map_or(Ok(Vec::new()), |cutoff| oldest(&self.connection, cutoff, STEP))?
        };
        let mut pruned = Pruned { events: rows.len(), has_more: rows.len() == STEP, ..Pruned::default() };
        let mut sweep = self.sweep;
        if !rows.is_empty() {
            sweep.request();
        }
        if sweep.is_due || is_too_large {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut batch = Batch::new(&transaction, None);
            for row in rows {
                pruned.articles += usize::from(batch.prune(row)?);
            }
            let index = read(&self.store.index);
            let is_limited = self.keep != Keep::default();
            let horizon = if is_limited { index.horizon(is_too_large) } else { 0 };
            let limit = SWEPT + SWEPT_AN_EVENT * pruned.events;
            let swept = batch.sweep(&index, &mut sweep, horizon, limit)?;
            drop(index);
            (pruned.articles, pruned.terms) = (pruned.articles + swept.articles, swept.terms);
            let updates = batch.finish()?;
            transaction.commit()?;
            self.sweep = sweep;
            self.update_index(updates);
        }
        space::release(&self.connection, size)?;
        Ok(pruned)
    }

    /// Returns the size of the file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn size(&self) -> Result<Size, Error> {
        space::size(&self.connection, &self.store.path)
    }
}

/// Returns the rows of so many events that were published first, and before a time.
fn oldest(connection: &Connection, before: i64, limit: usize) -> Result<Vec<u32>, Error> {
    // One of which the publication is not known has no age, but takes room.
    let mut rows = connection.prepare_cached(
        "SELECT row FROM events WHERE published < ?1 OR (published IS NULL AND ?1 = ?2) ORDER BY published LIMIT ?3",
    )?;
    let rows = rows.query_map((before, i64::MAX, limit as i64), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Batch<'_> {
    /// Removes an event from the timeline; returns whether its article leaves with it, since it has no other.
    fn prune(&mut self, row: u32) -> Result<bool, Error> {
        let mut found = self.connection.prepare_cached("SELECT happening, article FROM events WHERE row = ?1")?;
        let found = found.query_row([row], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((happening, article)) = found else { return Ok(false) };
        self.delete(row)?;
        self.end_if_empty(happening)?;
        if self.has_events(article)? {
            return Ok(false);
        }
        self.forget_article(article)
    }

    /// Removes the record of an article, and what hides behind it; returns whether there was a record.
    fn forget_article(&self, article: u32) -> Result<bool, Error> {
        self.execute("DELETE FROM hidden WHERE article = ?1", [article])?;
        Ok(self.connection.prepare_cached("DELETE FROM articles WHERE id = ?1")?.execute([article])? > 0)
    }

    fn has_events(&self, article: u32) -> Result<bool, Error> {
        let mut found = self.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM events WHERE article = ?1)")?;
        Ok(found.query_row([article], |row| row.get(0))?)
    }

    fn is_known(&self, article: u32) -> Result<bool, Error> {
        let mut found = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM articles WHERE id = ?1) OR EXISTS (SELECT 1 FROM hidden WHERE article = ?1)",
        )?;
        Ok(found.query_row([article], |row| row.get(0))?)
    }

    /// Looks at some terms. Removes articles without events that came before the `horizon`, and terms that nothing has.
    fn sweep(&self, index: &Index, sweep: &mut Sweep, horizon: u32, limit: usize) -> Result<Pruned, Error> {
        // The last one stays, so that its number is not given again while a query looks for it.
        let mut terms = self.connection.prepare_cached(
            "SELECT id, kind FROM terms WHERE id > ?1 AND id < (SELECT max(id) FROM terms) ORDER BY id LIMIT ?2",
        )?;
        let terms = terms.query_map((sweep.after, limit as i64), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let terms: Vec<(u32, i64)> = terms.collect::<Result<_, _>>()?;
        let mut removed = Pruned::default();
        let mut unused = FxHashSet::default();
        for &(term, kind) in &terms {
            if kind != Facet::Article as i64 {
                unused.insert(term);
            } else if !self.has_events(term)? {
                if term < horizon {
                    removed.articles += usize::from(self.forget_article(term)?);
                }
                if !self.is_known(term)? {
                    removed.terms += self.remove_term(term)?;
                }
            }
        }
        index.take_used(&mut unused);
        let mut unused: Vec<u32> = unused.into_iter().collect();
        unused.sort_unstable();
        for term in unused {
            removed.terms += self.remove_term(term)?;
        }
        match terms.last() {
            Some((last, _)) if terms.len() == limit => sweep.after = *last,
            _ => *sweep = Sweep { after: 0, is_due: sweep.again, again: false },
        }
        Ok(removed)
    }

    fn remove_term(&self, term: u32) -> Result<usize, Error> {
        Ok(self.connection.prepare_cached("DELETE FROM terms WHERE id = ?1")?.execute([term])?)
    }
}
