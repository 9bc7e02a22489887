//! The live feed: the changes to the timeline as server-sent events.
//!
//! Each follower reads the change log at its own pace, so that a slow one costs no memory; a follower that was away for
//! longer than the log reaches back gets a `reset`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;

use super::api::filters;
use super::problem::Problem;
use super::timeline::TimelineState;
use crate::store::query::Filters;
use crate::store::{Change, ChangeKind, RowLookup, Store};

/// The longest silence: proxies would take the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many changes are read at a time.
const BATCH: usize = 200;

struct Follower {
    state: TimelineState,
    filters: Filters,
    changes: watch::Receiver<i64>,
    /// The sequence number of the last change that was read.
    seq: i64,
    pending: VecDeque<Event>,
    _permit: OwnedSemaphorePermit,
}

/// `GET /api/feed`
pub async fn feed(
    State(state): State<TimelineState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let filters = filters(query)?;
    let last = headers.get("last-event-id").map(|id| id.to_str().ok().and_then(|id| id.parse().ok()));
    let seq = match last {
        None => state.store.last_change(),
        Some(Some(seq)) => seq,
        Some(None) => {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "Last-Event-ID must be the id of an event of this feed"));
        }
    };
    let permit = state.followers.clone().try_acquire_owned().map_err(|_| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the feed has too many followers; poll /api/events instead")
    })?;
    let changes = state.store.subscribe();
    // Without data, so that clients dispatch no event: it sets the id to resume from after a disconnect.
    let pending = VecDeque::from([Event::default().id(seq.to_string())]);
    let follower = Follower { state, filters, changes, seq, pending, _permit: permit };
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    // Middleware may poll it again after its end.
    Ok(Sse::new(events.fuse()).into_response())
}

impl Follower {
    /// Returns the next event to send; `None` at shutdown.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some(event);
            }
            self.changes.borrow_and_update();
            let (seq, filters) = (self.seq, self.filters.clone());
            let batch = self.state.query(move |store| read_changes(store, &filters, seq)).await.ok()?;
            let is_behind = batch.seq != self.seq;
            self.seq = batch.seq;
            self.pending.extend(batch.events);
            if is_behind {
                continue;
            }
            match timeout(HEARTBEAT, self.changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                // With the id, so that a follower whose filters match little can still resume from the log.
                Err(_) => return Some(Event::default().comment("").id(self.seq.to_string())),
            }
        }
    }
}

struct FeedBatch {
    seq: i64,
    events: Vec<Event>,
}

/// Reads the changes after a sequence number.
fn read_changes(store: &Store, filters: &Filters, seq: i64) -> Result<FeedBatch, crate::store::Error> {
    let Some(changes) = store.changes(seq, BATCH)? else {
        let seq = store.last_change();
        return Ok(FeedBatch { seq, events: vec![reset(seq)] });
    };
    let mut batch = FeedBatch { seq: changes.last().map_or(seq, |last| last.seq), events: Vec::new() };
    for Change { seq, kind, id } in changes {
        let retract = || sse_event("retract", seq).data(serde_json::json!({ "id": id }).to_string());
        let event = match kind {
            ChangeKind::Reset => Some(reset(seq)),
            ChangeKind::Retract => Some(retract()),
            ChangeKind::Insert(row) | ChangeKind::Update(row) => match store.look_up(row, filters)? {
                // A later change in the log deleted or replaced it.
                RowLookup::Deleted => None,
                RowLookup::Filtered if matches!(kind, ChangeKind::Insert(_)) => None,
                RowLookup::Filtered => Some(retract()),
                RowLookup::Record(record) => {
                    let name = if matches!(kind, ChangeKind::Insert(_)) { "insert" } else { "change" };
                    Some(sse_event(name, seq).data(record))
                }
            },
        };
        batch.events.extend(event);
    }
    Ok(batch)
}

fn reset(seq: i64) -> Event {
    sse_event("reset", seq).data("{}")
}

fn sse_event(name: &str, seq: i64) -> Event {
    Event::default().event(name).id(seq.to_string())
}
