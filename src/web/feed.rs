//! The live feed: the changes to the timeline as server-sent events.
//!
//! A follower gets its events from the ring, which all share. It reads the change log by itself where that has gone on without
//! it: when it resumes, or was too slow. A follower that was away for longer than the log reaches back gets a `reset`.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use super::api::filters;
use super::problem::Problem;
use super::ring::{self, Batch, Membership};
use super::timeline::TimelineState;

/// The longest silence: proxies would take the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

struct Follower {
    state: TimelineState,
    membership: Membership,
    /// The sequence number of the last change that was sent, or would have been if it matched.
    seq: i64,
    /// Whether the log has changes that the ring will not bring.
    is_behind: bool,
    /// What is sent before anything else.
    opening: Option<Bytes>,
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
    let membership = state.ring.join(&state.store, filters);
    state.metrics.timeline.follower_came();
    // Without data, so that clients dispatch no event: it sets the id to resume from after a disconnect.
    let opening = Some(format!("id: {seq}\n\n").into());
    let follower = Follower { state, membership, seq, is_behind: true, opening, _permit: permit };
    let events = stream::unfold(follower, |mut follower| async move {
        let events = follower.next().await?;
        Some((Ok::<_, Infallible>(events), follower))
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    // Middleware may poll it again after its end.
    Ok((headers, Body::from_stream(events.fuse())).into_response())
}

impl Follower {
    /// Returns the next events to send; `None` at shutdown.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(opening) = self.opening.take() {
            return Some(opening);
        }
        loop {
            let events = if self.is_behind {
                self.read_log().await?
            } else {
                match timeout(HEARTBEAT, self.membership.batches.recv()).await {
                    Ok(Ok(batch)) => self.take(&batch),
                    Ok(Err(RecvError::Lagged(_))) => {
                        self.state.metrics.timeline.follower_fell_behind();
                        self.is_behind = true;
                        continue;
                    }
                    Ok(Err(RecvError::Closed)) => return None,
                    // With the id, so that a follower whose filters match little can still resume from the log.
                    Err(_) => {
                        self.is_behind = self.seq < self.state.store.last_change();
                        format!(":\nid: {}\n\n", self.seq).into()
                    }
                }
            };
            if !events.is_empty() {
                return Some(events.into());
            }
        }
    }

    /// Takes the events out of a batch.
    fn take(&mut self, batch: &Batch) -> Vec<u8> {
        if batch.last <= self.seq {
            return Vec::new();
        }
        let own = Some(()).filter(|()| batch.after <= self.seq);
        let Some(events) = own.and_then(|()| batch.of(self.membership.group, self.seq)) else {
            self.is_behind = true;
            return Vec::new();
        };
        self.seq = batch.last;
        events
    }

    /// Reads the next events from the change log; `None` if that is not possible.
    async fn read_log(&mut self) -> Option<Vec<u8>> {
        let (seq, group) = (self.seq, (self.membership.group, self.membership.filters.clone()));
        let number = group.0;
        let batch = self.state.catch_up(move |store| ring::read(store, seq, &[group])).await.ok()?;
        self.is_behind = batch.last != seq;
        self.seq = batch.last;
        Some(batch.of(number, i64::MIN).unwrap_or_default())
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.state.metrics.timeline.follower_left();
    }
}
