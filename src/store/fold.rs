//! Which happening an event belongs to, in the tables. [`timeline`](crate::timeline) decides which statements are the same.

use rusqlite::OptionalExtension;
use rustc_hash::FxHashMap;

use super::Error;
use super::happenings::Place;
use super::record::{Event, id_prefix};
use super::writer::Batch;
use crate::timeline::Account;

/// How many happenings are looked at for each key of an event: the latest ones.
const MAX_KEYED: usize = 200;
/// How many of them an event is compared with.
const MAX_CANDIDATES: usize = 8;

impl Batch<'_> {
    /// Returns the happening that an event joins. One that it belonged to before a correction stays its own if what it says
    /// is still the same, or if it was the only one there: then that is about what the correction says.
    pub(super) fn find_happening(&self, account: &Account, former: Option<u32>) -> Result<Option<u32>, Error> {
        if let Some(former) = former
            && self.is_same(former, account)?
        {
            return Ok(Some(former));
        }
        let found = self.find_same(account, former)?;
        let Some(former) = former else { return Ok(found) };
        if found.is_some() || !self.is_empty(former)? {
            self.end_if_empty(former)?;
            return Ok(found);
        }
        Ok(Some(former))
    }

    /// Returns the happening that reports the same, if there is one: it shares at least two keys, unless there are fewer.
    fn find_same(&self, account: &Account, former: Option<u32>) -> Result<Option<u32>, Error> {
        let mut with_key = self
            .connection
            .prepare_cached("SELECT happening FROM happening_keys WHERE key = ?1 ORDER BY happening DESC LIMIT ?2")?;
        let keys = account.keys();
        let mut shared: FxHashMap<u32, usize> = FxHashMap::default();
        for key in &keys {
            for happening in with_key.query_map((key.cast_signed(), MAX_KEYED as i64), |row| row.get(0))? {
                *shared.entry(happening?).or_default() += 1;
            }
        }
        let needed = keys.len().min(2);
        let mut candidates: Vec<(usize, u32)> = shared
            .into_iter()
            .filter(|(_, count)| *count >= needed)
            .map(|(happening, count)| (count, happening))
            .collect();
        // Those that share most, and the latest of these.
        candidates.sort_unstable_by(|one, other| other.cmp(one));
        let candidates = candidates.into_iter().map(|(_, happening)| happening);
        for happening in candidates.filter(|happening| Some(*happening) != former).take(MAX_CANDIDATES) {
            if self.is_same(happening, account)? {
                return Ok(Some(happening));
            }
        }
        Ok(None)
    }

    fn is_same(&self, happening: u32, account: &Account) -> Result<bool, Error> {
        Ok(self.account(happening)?.is_some_and(|first| first.is_same(account)))
    }

    fn account(&self, happening: u32) -> Result<Option<Account>, Error> {
        let mut account = self.connection.prepare_cached("SELECT account FROM happenings WHERE happening = ?1")?;
        let account: Option<String> = account.query_row([happening], |row| row.get(0)).optional()?;
        Ok(account.as_deref().map(serde_json::from_str).transpose()?)
    }

    fn is_empty(&self, happening: u32) -> Result<bool, Error> {
        let mut members =
            self.connection.prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM events WHERE happening = ?1)")?;
        Ok(members.query_row([happening], |row| row.get(0))?)
    }

    /// Begins a happening with an event, whose id it has.
    pub(super) fn begin_happening(&self, row: u32, event: &Event, account: &Account) -> Result<(), Error> {
        let ([start, end], account_json) = (event.span(), serde_json::to_string(account)?);
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO happenings VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING")?;
        let mut id = event.id.clone();
        for number in 2.. {
            if insert.execute((row, &id, start, end, &account_json))? > 0 {
                break;
            }
            // The happening that began with this event goes on without it.
            id = format!("{}-{number}", event.id);
        }
        self.insert_keys(row, account)
    }

    /// Lets a happening whose only event was corrected be about what the correction says.
    pub(super) fn correct_happening(&self, happening: u32, event: &Event, account: &Account) -> Result<(), Error> {
        let Some(former) = self.account(happening)? else { return Ok(()) };
        if former.is_same(account) {
            return Ok(());
        }
        self.delete_keys(happening, &former)?;
        let [start, end] = event.span();
        self.execute(
            "UPDATE happenings SET start = ?2, end = ?3, account = ?4 WHERE happening = ?1",
            (happening, start, end, serde_json::to_string(account)?),
        )?;
        self.insert_keys(happening, account)
    }

    /// Ends a happening if no event is left of it.
    pub(super) fn end_if_empty(&self, happening: u32) -> Result<(), Error> {
        if self.is_empty(happening)?
            && let Some(account) = self.account(happening)?
        {
            self.delete_keys(happening, &account)?;
            self.execute("DELETE FROM happenings WHERE happening = ?1", [happening])?;
        }
        Ok(())
    }

    /// Returns where a happening stands.
    pub(super) fn place(&self, happening: u32) -> Result<Place, Error> {
        let mut place = self.connection.prepare_cached("SELECT start, end, id FROM happenings WHERE happening = ?1")?;
        Ok(place.query_row([happening], |row| {
            let [start, end] = [row.get(0)?, row.get(1)?];
            Ok(Place::new([start, end], id_prefix(row.get_ref(2)?.as_str()?)))
        })?)
    }

    fn insert_keys(&self, happening: u32, account: &Account) -> Result<(), Error> {
        for key in account.keys() {
            self.execute("INSERT OR IGNORE INTO happening_keys VALUES (?1, ?2)", (key.cast_signed(), happening))?;
        }
        Ok(())
    }

    fn delete_keys(&self, happening: u32, account: &Account) -> Result<(), Error> {
        for key in account.keys() {
            self.execute(
                "DELETE FROM happening_keys WHERE key = ?1 AND happening = ?2",
                (key.cast_signed(), happening),
            )?;
        }
        Ok(())
    }
}
