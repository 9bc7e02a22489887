//! The changes as followers see them: with the records, compared with the filters of each.

use super::changes;
use super::index::Predicate;
use super::query::Filters;
use super::read::records;
use super::{Change, ChangeKind, Error, Store};

/// What somebody with given filters sees of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The event, or that there is one no longer.
    Shown,
    /// Nothing of an event that the filters leave out.
    Filtered,
    /// Nothing: a later change deleted or replaced the event.
    Deleted,
}

/// Some changes.
#[derive(Debug)]
pub struct FeedPage {
    /// The changes, oldest first, with the record of an event that is shown to anybody.
    pub changes: Vec<(Change, Option<String>)>,
    /// For each of the filters, what is seen of each change.
    pub verdicts: Vec<Vec<Verdict>>,
}

impl Store {
    /// Returns up to `limit` changes after a sequence number, compared with each of the filters; `None` if the log no longer
    /// reaches back that far.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn feed(&self, after: i64, limit: usize, filters: &[&Filters]) -> Result<Option<FeedPage>, Error> {
        // What is committed after this may not be in the index yet.
        let last = self.last_change();
        self.read(|connection| {
            let Some(mut changes) = changes::after(connection, after, limit)? else { return Ok(None) };
            changes.retain(|change| change.seq <= last);
            let predicates = filters.iter().map(|filters| self.predicate(connection, filters));
            let predicates: Vec<Predicate> = predicates.collect::<Result<_, _>>()?;
            let index = self.index();
            let verdict = |predicate: &Predicate, change: &Change| match change.kind {
                ChangeKind::Reset | ChangeKind::Retract => Verdict::Shown,
                ChangeKind::Insert(row) | ChangeKind::Update(row) => match index.get(row) {
                    None => Verdict::Deleted,
                    Some((entry, names)) if index.matches(predicate, entry, names) => Verdict::Shown,
                    Some(_) => Verdict::Filtered,
                },
            };
            let of_all = |predicate| changes.iter().map(|change| verdict(predicate, change)).collect();
            let verdicts: Vec<Vec<Verdict>> = predicates.iter().map(of_all).collect();
            drop(index);
            let mut page = FeedPage { changes: Vec::new(), verdicts };
            for (at, change) in changes.into_iter().enumerate() {
                let is_shown = page.verdicts.iter().any(|of| of[at] == Verdict::Shown);
                let record = match change.kind {
                    ChangeKind::Insert(row) | ChangeKind::Update(row) if is_shown => {
                        records(connection, std::iter::once(row))?.pop()
                    }
                    _ => None,
                };
                page.changes.push((change, record));
            }
            Ok(Some(page))
        })
    }
}
