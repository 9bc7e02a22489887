//! What is extracted and committed together: bounded by messages, bytes and time, so that neither memory nor delay
//! nor the length of a transaction depends on what comes in.
//!
//! Pure: it is told the time, and knows no broker.

use std::time::{Duration, Instant};

use rdkafka::Message;
use rdkafka::message::OwnedMessage;

use crate::config::Stream;

/// Messages in the order of their arrival, hence in the order of each partition.
#[derive(Debug, Default)]
pub struct Batch {
    messages: Vec<OwnedMessage>,
    bytes: usize,
    opened: Option<Instant>,
}

impl Batch {
    /// Adds a message. The bound on bytes is one to stop at: a message of any size fits an empty batch.
    pub fn push(&mut self, message: OwnedMessage, now: Instant) {
        self.bytes += size(&message);
        self.messages.push(message);
        self.opened.get_or_insert(now);
    }

    /// Whether it should take no more.
    #[must_use]
    pub fn is_full(&self, limits: &Stream) -> bool {
        self.messages.len() >= limits.batch_messages || self.bytes >= limits.batch_bytes
    }

    /// How long it may still wait for more: nothing when it is full, `None` when it is empty.
    #[must_use]
    pub fn patience(&self, limits: &Stream, now: Instant) -> Option<Duration> {
        let opened = self.opened?;
        if self.is_full(limits) {
            return Some(Duration::ZERO);
        }
        Some(limits.batch_time.saturating_sub(now.saturating_duration_since(opened)))
    }

    /// Drops the messages of partitions that are no longer ours to answer for.
    pub fn forget(&mut self, partitions: &[i32]) {
        self.messages.retain(|message| !partitions.contains(&message.partition()));
        self.bytes = self.messages.iter().map(size).sum();
        if self.messages.is_empty() {
            self.opened = None;
        }
    }

    /// The messages.
    #[must_use]
    pub fn messages(&self) -> &[OwnedMessage] {
        &self.messages
    }

    /// When the first message came, if one did.
    #[must_use]
    pub fn opened(&self) -> Option<Instant> {
        self.opened
    }
}

/// What a message counts for: its key and its payload.
pub fn size(message: &OwnedMessage) -> usize {
    message.key().map_or(0, <[u8]>::len) + message.payload().map_or(0, <[u8]>::len)
}

#[cfg(test)]
mod tests {
    use rdkafka::Timestamp;

    use super::*;
    use crate::config::Delivery;

    fn limits() -> Stream {
        Stream {
            delivery: Delivery::ExactlyOnce,
            batch_messages: 3,
            batch_bytes: 100,
            batch_time: Duration::from_millis(50),
        }
    }

    fn message(partition: i32, bytes: usize) -> OwnedMessage {
        let payload = Some(vec![b'x'; bytes]);
        OwnedMessage::new(payload, None, "articles".into(), Timestamp::NotAvailable, partition, 0, None)
    }

    #[test]
    fn an_empty_batch_waits_for_nothing() {
        assert_eq!(Batch::default().patience(&limits(), Instant::now()), None);
    }

    #[test]
    fn a_batch_is_full_by_messages() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(0, 1), now);
        batch.push(message(0, 1), now);
        assert!(!batch.is_full(&limits()));
        batch.push(message(0, 1), now);
        assert!(batch.is_full(&limits()));
        assert_eq!(batch.patience(&limits(), now), Some(Duration::ZERO));
    }

    #[test]
    fn a_batch_is_full_by_bytes_and_one_huge_message_fits() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(0, 5_000), now);
        assert!(batch.is_full(&limits()));
        assert_eq!(batch.messages().len(), 1);
    }

    #[test]
    fn a_batch_waits_as_long_as_its_oldest_message_may() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(0, 1), now);
        batch.push(message(0, 1), now + Duration::from_millis(40));
        assert_eq!(batch.patience(&limits(), now + Duration::from_millis(45)), Some(Duration::from_millis(5)));
        assert_eq!(batch.patience(&limits(), now + Duration::from_secs(9)), Some(Duration::ZERO));
    }

    #[test]
    fn forgetting_a_partition_frees_its_place_and_keeps_the_others_in_order() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(1, 10), now);
        batch.push(message(2, 99), now);
        batch.push(message(1, 20), now);
        batch.forget(&[2]);
        assert!(!batch.is_full(&limits()));
        let sizes: Vec<usize> = batch.messages().iter().map(size).collect();
        assert_eq!(sizes, [10, 20]);
    }

    #[test]
    fn a_batch_that_forgot_all_starts_anew() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(1, 10), now);
        batch.forget(&[1]);
        assert!(batch.messages().is_empty());
        assert_eq!(batch.patience(&limits(), now), None);
    }
}
