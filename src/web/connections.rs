//! The places of a server's connections: how many there may be, and which one is closed for a new one.
//!
//! A connection is *busy* from the end of a request's headers to the end of the response, and *waiting* otherwise. When all
//! places are taken, the one that has been waiting longest is closed: a flood of connections that never send a request
//! closes its own, while a client that sends one at once is served. Busy ones are not closed, so some places are kept
//! from them, for the health routes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::telemetry::Metrics;

/// How many places only requests for health may make busy.
pub const RESERVE: usize = 8;

/// All connections of a server.
#[derive(Debug)]
pub struct Connections {
    /// How many there may be.
    limit: usize,
    free: Arc<Semaphore>,
    state: Mutex<Queue>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct Queue {
    /// The number of the next turn.
    next: u64,
    /// Those without a request, by the turn at which they began to wait, with what closes them.
    waiting: BTreeMap<u64, Arc<Notify>>,
    /// How many have a request.
    busy: usize,
}

impl Queue {
    fn wait(&mut self, closing: &Arc<Notify>) -> u64 {
        self.next += 1;
        self.waiting.insert(self.next, closing.clone());
        self.next
    }
}

impl Connections {
    /// Creates the places.
    pub fn new(limit: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        let free = Arc::new(Semaphore::new(limit));
        Arc::new(Self { limit, free, state: Mutex::default(), metrics })
    }

    /// Returns a place for a new connection, if need be that of the connection that has been waiting longest; `None` if
    /// all are busy.
    pub async fn admit(self: &Arc<Self>) -> Option<Arc<Admission>> {
        let permit = match self.free.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) if self.close_longest_waiting() => self.free.clone().acquire_owned().await.ok()?,
            Err(_) => {
                self.metrics.http.connection_dropped();
                return None;
            }
        };
        self.metrics.http.connection_opened();
        let closing = Arc::<Notify>::default();
        let turn = self.lock().wait(&closing);
        Some(Arc::new(Admission { all: self.clone(), closing, turn: Mutex::new(turn), _permit: permit }))
    }

    /// Closes the connection that has been waiting longest for a request; false if none is waiting.
    pub fn close_longest_waiting(&self) -> bool {
        let Some((_, closing)) = self.lock().waiting.pop_first() else { return false };
        self.metrics.http.connection_dropped();
        closing.notify_one();
        true
    }

    /// The queue is consistent at any time, so a poisoned lock can be used.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a connection; free again when it is dropped.
#[derive(Debug)]
pub struct Admission {
    all: Arc<Connections>,
    closing: Arc<Notify>,
    turn: Mutex<u64>,
    _permit: OwnedSemaphorePermit,
}

impl Admission {
    /// Waits until the connection is to be closed in favour of a new one.
    pub async fn closed(&self) {
        self.closing.notified().await;
    }

    /// Marks the connection as busy; `None` if too many are. For a request for health none are too many.
    pub fn begin(self: &Arc<Self>, is_health: bool) -> Option<Request> {
        let mut queue = self.all.lock();
        if !is_health && queue.busy + RESERVE >= self.all.limit {
            return None;
        }
        queue.busy += 1;
        queue.waiting.remove(&self.turn());
        self.all.metrics.http.request_began();
        Some(Request(self.clone()))
    }

    fn turn(&self) -> MutexGuard<'_, u64> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let turn = *self.turn();
        self.all.lock().waiting.remove(&turn);
        self.all.metrics.http.connection_closed();
    }
}

/// A request whose response is not complete. The connection waits for the next one when it is dropped.
#[derive(Debug)]
pub struct Request(Arc<Admission>);

impl Drop for Request {
    fn drop(&mut self) {
        let Self(place) = self;
        let mut queue = place.all.lock();
        queue.busy -= 1;
        *place.turn() = queue.wait(&place.closing);
        place.all.metrics.http.request_ended();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    async fn admit(connections: &Arc<Connections>) -> Arc<Admission> {
        connections.admit().now_or_never().flatten().expect("there is a place")
    }

    #[tokio::test]
    async fn the_connection_that_has_waited_longest_makes_room() {
        let connections = Connections::new(RESERVE + 2, Arc::default());
        let mut places = Vec::new();
        for _ in 0..RESERVE + 2 {
            places.push(admit(&connections).await);
        }
        let busy = places[0].begin(false).unwrap();
        // The second one has a response, so that the third one has waited longest.
        drop(places[1].begin(false).unwrap());
        let admitted = tokio::spawn({
            let connections = connections.clone();
            async move { connections.admit().await }
        });
        places[2].closed().await;
        for other in [0, 1, 3] {
            assert!(places[other].closed().now_or_never().is_none(), "{other}");
        }
        drop(places.remove(2));
        assert!(admitted.await.unwrap().is_some());
        drop(busy);
    }

    #[tokio::test]
    async fn a_reserve_is_left_for_health() {
        let connections = Connections::new(RESERVE + 2, Arc::default());
        let mut places = Vec::new();
        for _ in 0..RESERVE + 2 {
            places.push(admit(&connections).await);
        }
        let mut busy: Vec<_> = places[..2].iter().map(|place| place.begin(false).unwrap()).collect();
        assert!(places[2].begin(false).is_none());
        busy.extend(places[2..].iter().map(|place| place.begin(true).unwrap()));
        assert!(connections.admit().await.is_none(), "all are busy");
        busy.clear();
        assert!(places[2].begin(false).is_some());
    }
}
