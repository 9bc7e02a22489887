//! The ring of the live feed: each batch of changes is read from the store once, compared with each set of filters once,
//! and passed on to all followers.
//!
//! The ring is short. A follower that is slower than it reads the change log by itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};
use tokio::task::spawn_blocking;

use crate::store::query::Filters;
use crate::store::{self, ChangeKind, FeedPage, Store, Verdict};

/// How many batches the ring holds.
const CAPACITY: usize = 16;
/// How many changes a batch has at most.
pub const BATCH: usize = 200;

/// The ring, with those who follow it.
#[derive(Debug)]
pub struct Ring {
    sender: broadcast::Sender<Arc<Batch>>,
    members: Mutex<Members>,
}

#[derive(Debug, Default)]
struct Members {
    groups: Vec<Group>,
    next_group: u64,
    /// Whether there is a task that fills the ring.
    is_filled: bool,
}

/// Followers with the same filters.
#[derive(Debug)]
struct Group {
    number: u64,
    filters: Arc<Filters>,
    followers: usize,
}

/// Some changes.
#[derive(Debug)]
pub struct Batch {
    /// The sequence number after which they begin, and that of the last one.
    pub after: i64,
    pub last: i64,
    /// The changes with their sequence numbers, as events of the feed: what is shown to whom it matches, and to whom it does not.
    events: Vec<(i64, [Vec<u8>; 2])>,
    /// What each group sees of each change.
    verdicts: Vec<(u64, Vec<Verdict>)>,
}

impl Batch {
    /// Renders the changes after a sequence number.
    pub fn new(after: i64, page: Option<FeedPage>, last: i64, groups: &[u64]) -> Self {
        let Some(page) = page else {
            // The log no longer reaches back that far.
            let verdicts = groups.iter().map(|group| (*group, vec![Verdict::Shown])).collect();
            return Self { after, last, events: vec![(last, [event("reset", last, "{}"), Vec::new()])], verdicts };
        };
        let last = page.changes.last().map_or(after, |(change, _)| change.seq);
        let render = |(change, record): &(store::Change, Option<String>)| {
            let retract = || event("retract", change.seq, &serde_json::json!({ "id": change.id }).to_string());
            let shown = |name| record.as_ref().map(|record| event(name, change.seq, record)).unwrap_or_default();
            let events = match change.kind {
                ChangeKind::Reset => [event("reset", change.seq, "{}"), Vec::new()],
                ChangeKind::Retract => [retract(), Vec::new()],
                ChangeKind::Insert(_) => [shown("insert"), Vec::new()],
                ChangeKind::Update(_) => [shown("change"), retract()],
            };
            (change.seq, events)
        };
        let events = page.changes.iter().map(render).collect();
        Self { after, last, events, verdicts: groups.iter().copied().zip(page.verdicts).collect() }
    }

    /// Returns what a group is sent of the changes after a sequence number; `None` if it was not there yet.
    pub fn of(&self, group: u64, after: i64) -> Option<Vec<u8>> {
        let (_, verdicts) = self.verdicts.iter().find(|(number, _)| *number == group)?;
        let later = self.events.iter().zip(verdicts).filter(|((seq, _), _)| *seq > after);
        let events = later.filter_map(|((_, [shown, other]), verdict)| match verdict {
            Verdict::Shown => Some(shown),
            Verdict::Filtered => Some(other),
            Verdict::Deleted => None,
        });
        Some(events.flatten().copied().collect())
    }
}

/// An event of the feed, as [the standard](https://html.spec.whatwg.org/multipage/server-sent-events.html) writes it.
fn event(name: &str, seq: i64, data: &str) -> Vec<u8> {
    let mut event = format!("event: {name}\nid: {seq}\n");
    for line in data.split(['\n', '\r']) {
        event += &format!("data: {line}\n");
    }
    event.push('\n');
    event.into_bytes()
}

/// A follower's place at the ring.
#[derive(Debug)]
pub struct Membership {
    ring: Arc<Ring>,
    pub group: u64,
    pub filters: Arc<Filters>,
    pub batches: broadcast::Receiver<Arc<Batch>>,
}

impl Default for Ring {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(CAPACITY), members: Mutex::default() }
    }
}

impl Ring {
    /// Joins the followers with the same filters. The first follower starts the task that fills the ring.
    pub fn join(self: &Arc<Self>, store: &Store, filters: Filters) -> Membership {
        // First: what is sent from now on is received.
        let batches = self.sender.subscribe();
        let mut members = self.lock();
        let (group, filters) = members.join(filters);
        if !std::mem::replace(&mut members.is_filled, true) {
            // Here, so that no change is between what the follower has read by itself and what the ring begins with.
            let mut changes = store.subscribe();
            let seq = *changes.borrow_and_update();
            tokio::spawn(fill(Filling(Some(self.clone())), store.clone(), changes, seq));
        }
        drop(members);
        Membership { ring: self.clone(), group, filters, batches }
    }

    fn lock(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Members {
    fn join(&mut self, filters: Filters) -> (u64, Arc<Filters>) {
        if let Some(group) = self.groups.iter_mut().find(|group| *group.filters == filters) {
            group.followers += 1;
            return (group.number, group.filters.clone());
        }
        self.next_group += 1;
        let (number, filters) = (self.next_group, Arc::new(filters));
        self.groups.push(Group { number, filters: filters.clone(), followers: 1 });
        (number, filters)
    }

    fn leave(&mut self, number: u64) {
        if let Some(at) = self.groups.iter().position(|group| group.number == number) {
            self.groups[at].followers -= 1;
            if self.groups[at].followers == 0 {
                self.groups.swap_remove(at);
            }
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.ring.lock().leave(self.group);
    }
}

/// A ring that a task fills. The next follower starts another one if it ends, even by a panic.
struct Filling(Option<Arc<Ring>>);

impl Drop for Filling {
    fn drop(&mut self) {
        if let Some(ring) = &self.0 {
            ring.lock().is_filled = false;
        }
    }
}

impl Filling {
    /// Returns the groups; `None` if there are none: then somebody else may fill the ring from now on.
    fn groups(&mut self) -> Option<Vec<(u64, Arc<Filters>)>> {
        let mut members = self.0.as_ref()?.lock();
        if !members.groups.is_empty() {
            return Some(members.groups.iter().map(|group| (group.number, group.filters.clone())).collect());
        }
        members.is_filled = false;
        drop(members);
        self.0 = None;
        None
    }

    fn send(&self, batch: Batch) {
        if let Some(ring) = &self.0 {
            // Without a receiver it is nobody's.
            let _ = ring.sender.send(Arc::new(batch));
        }
    }
}

/// Reads batches as changes come, for as long as there are followers.
async fn fill(mut filling: Filling, store: Store, mut changes: watch::Receiver<i64>, mut seq: i64) {
    while changes.changed().await.is_ok() {
        changes.borrow_and_update();
        loop {
            let Some(groups) = filling.groups() else { return };
            let store = store.clone();
            let batch = match spawn_blocking(move || read(&store, seq, &groups)).await {
                Ok(Ok(batch)) if batch.last == seq => break,
                Ok(Ok(batch)) => batch,
                failed => {
                    if let Ok(Err(error)) = failed {
                        tracing::error!(%error, "the change log cannot be read");
                    }
                    // Followers notice the gap with the next batch, and read the log themselves.
                    seq = *changes.borrow();
                    break;
                }
            };
            seq = batch.last;
            filling.send(batch);
        }
    }
}

/// Reads the changes after a sequence number, for groups with these numbers and filters.
pub fn read(store: &Store, after: i64, groups: &[(u64, Arc<Filters>)]) -> Result<Batch, store::Error> {
    let filters: Vec<&Filters> = groups.iter().map(|(_, filters)| &**filters).collect();
    let page = store.feed(after, BATCH, &filters)?;
    let numbers: Vec<u64> = groups.iter().map(|(number, _)| *number).collect();
    Ok(Batch::new(after, page, store.last_change(), &numbers))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::query::Parameters;
    use crate::store::{RecordKind, TopicRecord, Writer};

    fn filters(query: &str) -> Filters {
        Filters::from_parameters(&mut Parameters::parse(query).unwrap()).unwrap()
    }

    fn apply(writer: &mut Writer, id: &str, status: &str) {
        let event = json!({
            "id": id, "article": {"id": "a", "title": "", "source": null, "language": "en"}, "confidence": 0.9,
            "date": {"start": "2019-04-01", "end": null, "granularity": "day", "basis": "relative"},
            "statement": {"summary": "s", "sentence": "s", "status": status, "names": []},
        });
        let event = event.to_string();
        let record = TopicRecord { kind: RecordKind::Event, key: id, value: Some(event.as_bytes()) };
        writer.apply(&[record], &[]).unwrap();
    }

    /// The names of the events that a group is sent, with their sequence numbers.
    fn sent(batch: &Batch, group: u64) -> Vec<String> {
        let text = String::from_utf8(batch.of(group, batch.after).unwrap()).unwrap();
        let events = text.split_terminator("\n\n").map(|event| event.lines().take(2).collect::<Vec<_>>().join(" "));
        events.collect()
    }

    #[tokio::test]
    async fn a_batch_is_the_same_for_all_and_compared_with_the_filters_of_each_group() {
        let folder = tempfile::tempdir().unwrap();
        let (store, mut writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        let ring = Arc::<Ring>::default();
        let [mut all, same] = [(); 2].map(|()| ring.join(&store, Filters::default()));
        let mut planned = ring.join(&store, filters("status=planned"));
        assert!(all.group == same.group && planned.group != same.group);

        apply(&mut writer, "one", "planned");
        let batch = all.batches.recv().await.unwrap();
        assert!(Arc::ptr_eq(&batch, &planned.batches.recv().await.unwrap()));
        for group in [all.group, planned.group] {
            assert_eq!(sent(&batch, group), ["event: insert id: 2"]);
        }
        assert!(batch.of(99, 0).is_none(), "who has come since reads it by itself");
        apply(&mut writer, "one", "denied");
        let batch = all.batches.recv().await.unwrap();
        assert_eq!(sent(&batch, all.group), ["event: change id: 3"]);
        assert_eq!(sent(&batch, planned.group), ["event: retract id: 3"]);
        assert_eq!(batch.of(all.group, 3).unwrap(), b"", "who has read it already");
        apply(&mut writer, "two", "denied");
        let batch = all.batches.recv().await.unwrap();
        assert_eq!((sent(&batch, all.group).len(), sent(&batch, planned.group).len()), (1, 0));
    }

    #[tokio::test]
    async fn nothing_is_read_for_nobody_and_the_next_follower_starts_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let (store, mut writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        let ring = Arc::<Ring>::default();
        drop(ring.join(&store, Filters::default()));
        apply(&mut writer, "one", "planned");
        while ring.lock().is_filled {
            tokio::task::yield_now().await;
        }
        let mut follower = ring.join(&store, Filters::default());
        apply(&mut writer, "two", "planned");
        assert_eq!(sent(&follower.batches.recv().await.unwrap(), follower.group), ["event: insert id: 3"]);
    }
}
