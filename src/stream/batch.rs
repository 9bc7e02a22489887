//! The messages that are extracted and committed together: bounded by number, bytes and time, so that neither memory nor
//! delay nor the length of a transaction depends on what comes in.
//!
//! Pure: the time is passed in, and it knows no broker.

use std::time::{Duration, Instant};

use rdkafka::Message;
use rdkafka::message::OwnedMessage;

use crate::config::Stream;

/// Messages in the order of their arrival, hence in the order of each partition.
#[derive(Debug, Default)]
pub struct Batch {
    messages: Vec<OwnedMessage>,
    bytes: usize,
    first_received: Option<Instant>,
}

impl Batch {
    /// Adds a message. The limit on bytes is checked after a message is added, so a message of any size fits into an
    /// empty batch.
    pub fn push(&mut self, message: OwnedMessage, now: Instant) {
        self.bytes += message_size(&message);
        self.messages.push(message);
        self.first_received.get_or_insert(now);
    }

    /// Returns whether it should take no more messages.
    #[must_use]
    pub fn is_full(&self, limits: &Stream) -> bool {
        self.messages.len() >= limits.batch_messages || self.bytes >= limits.batch_bytes
    }

    /// Returns how long it may still wait for more messages: zero when it is full, `None` when it is empty.
    #[must_use]
    pub fn time_left(&self, limits: &Stream, now: Instant) -> Option<Duration> {
        let first_received = self.first_received?;
        if self.is_full(limits) {
            return Some(Duration::ZERO);
        }
        Some(limits.batch_time.saturating_sub(now.saturating_duration_since(first_received)))
    }

    /// Drops the messages of these partitions.
    pub fn discard(&mut self, partitions: &[i32]) {
        self.messages.retain(|message| !partitions.contains(&message.partition()));
        self.bytes = self.messages.iter().map(message_size).sum();
        if self.messages.is_empty() {
            self.first_received = None;
        }
    }

    /// Returns the messages.
    #[must_use]
    pub fn messages(&self) -> &[OwnedMessage] {
        &self.messages
    }

    /// Returns when the first message arrived; `None` if the batch is empty.
    #[must_use]
    pub fn first_received(&self) -> Option<Instant> {
        self.first_received
    }
}

/// Returns the size that a message counts for: its key and its payload.
pub fn message_size(message: &OwnedMessage) -> usize {
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
    fn an_empty_batch_has_no_deadline() {
        assert_eq!(Batch::default().time_left(&limits(), Instant::now()), None);
    }

    #[test]
    fn a_batch_is_full_by_messages() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(0, 1), now);
        batch.push(message(0, 1), now);
        assert!(!batch.is_full(&limits()));
        batch.push(message(0, 1), now);
        assert!(batch.is_full(&limits()));
        assert_eq!(batch.time_left(&limits(), now), Some(Duration::ZERO));
    }

    #[test]
    fn a_batch_is_full_by_bytes_and_one_huge_message_fits() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(0, 5_000), now);
        assert!(batch.is_full(&limits()));
        assert_eq!(batch.messages().len(), 1);
    }

    #[test]
    fn the_time_left_counts_from_the_oldest_message() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(0, 1), now);
        batch.push(message(0, 1), now + Duration::from_millis(40));
        assert_eq!(batch.time_left(&limits(), now + Duration::from_millis(45)), Some(Duration::from_millis(5)));
        assert_eq!(batch.time_left(&limits(), now + Duration::from_secs(9)), Some(Duration::ZERO));
    }

    #[test]
    fn discarding_a_partition_makes_room_and_keeps_the_order_of_the_others() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(1, 10), now);
        batch.push(message(2, 99), now);
        batch.push(message(1, 20), now);
        batch.discard(&[2]);
        assert!(!batch.is_full(&limits()));
        let sizes: Vec<usize> = batch.messages().iter().map(message_size).collect();
        assert_eq!(sizes, [10, 20]);
    }

    #[test]
    fn a_batch_that_lost_all_its_messages_has_no_deadline() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(1, 10), now);
        batch.discard(&[1]);
        assert!(batch.messages().is_empty());
        assert_eq!(batch.time_left(&limits(), now), None);
    }
}
