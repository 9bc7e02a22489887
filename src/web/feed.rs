//! The live feed: server-sent events of what happens to the timeline.
//!
//! Each follower reads the log of changes at his own pace, so that a slow one costs no memory; one who was away for
//! longer than the log reaches is told to load again.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;

use super::api::filters;
use super::problem::Problem;
use super::timeline::Timeline;
use crate::store::query::Filters;
use crate::store::{AtRow, Change, Store, What};

/// How long nothing may be said: what stands between would take the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many changes are read at once.
const AT_ONCE: usize = 200;

struct Follower {
    timeline: Timeline,
    filters: Filters,
    changed: watch::Receiver<i64>,
    /// The number of the last change that was looked at.
    seq: i64,
    ready: VecDeque<Event>,
    _place: OwnedSemaphorePermit,
}

/// `GET /api/feed`
pub async fn feed(
    State(timeline): State<Timeline>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let filters = filters(query)?;
    let last = headers.get("last-event-id").map(|id| id.to_str().ok().and_then(|id| id.parse().ok()));
    let seq = match last {
        None => timeline.store.last_change(),
        Some(Some(seq)) => seq,
        Some(None) => {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "Last-Event-ID must be the number of an event of the feed",
            ));
        }
    };
    let place = timeline.followers.clone().try_acquire_owned().map_err(|_| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many follow the feed already; ask for /api/events now and then",
        )
    })?;
    let changed = timeline.store.changed();
    // Without data, so that it is no event: it tells where to go on after a break.
    let ready = VecDeque::from([Event::default().id(seq.to_string())]);
    let follower = Follower { timeline, filters, changed, seq, ready, _place: place };
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    Ok(Sse::new(events).into_response())
}

impl Follower {
    /// What is to be said next; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            self.changed.borrow_and_update();
            let (seq, filters) = (self.seq, self.filters.clone());
            let news = self.timeline.ask(move |store| news(store, &filters, seq)).await.ok()?;
            let is_behind = news.seq != self.seq;
            self.seq = news.seq;
            self.ready.extend(news.events);
            if is_behind {
                continue;
            }
            match timeout(HEARTBEAT, self.changed.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                // With the number, so that one whose filters let little through does not fall out of the log.
                Err(_) => return Some(Event::default().comment("").id(self.seq.to_string())),
            }
        }
    }
}

struct News {
    seq: i64,
    events: Vec<Event>,
}

/// What there is to say after a change.
fn news(store: &Store, filters: &Filters, seq: i64) -> Result<News, crate::store::Error> {
    let Some(changes) = store.changes(seq, AT_ONCE)? else {
        let seq = store.last_change();
        return Ok(News { seq, events: vec![reset(seq)] });
    };
    let mut news = News { seq: changes.last().map_or(seq, |last| last.seq), events: Vec::new() };
    for Change { seq, what, id } in changes {
        let retract = || named("retract", seq).data(serde_json::json!({ "id": id }).to_string());
        let event = match what {
            What::Reset => Some(reset(seq)),
            What::Retract => Some(retract()),
            What::Insert(row) | What::Change(row) => match store.row(row, filters)? {
                // A later change tells what became of it.
                AtRow::Gone => None,
                AtRow::Unwanted if matches!(what, What::Insert(_)) => None,
                AtRow::Unwanted => Some(retract()),
                AtRow::Record(record) => {
                    let name = if matches!(what, What::Insert(_)) { "insert" } else { "change" };
                    Some(named(name, seq).data(record))
                }
            },
        };
        news.events.extend(event);
    }
    Ok(news)
}

fn reset(seq: i64) -> Event {
    named("reset", seq).data("{}")
}

fn named(name: &str, seq: i64) -> Event {
    Event::default().event(name).id(seq.to_string())
}
