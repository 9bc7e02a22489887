//! The messages that are extracted and committed together: bounded by number, bytes and time, so that neither memory nor
//! delay nor the length of a transaction depends on what comes in.
//!
//! Pure: the time is passed in, and it knows no broker.

use std::time::{Duration, Instant};

use rdkafka::Message;
use rdkafka::message::OwnedMessage;

use super::state::HeldRevision;
use super::topic_partition::TopicPartition;
use crate::config::Stream;

/// How a message came to be read. This decides whether the position in its partition moves behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In the order of its partition.
    Log,
    /// In that order, but the log has begun anew since: its offset is no position any more.
    FormerLog,
    /// Out of order, because the embargo of this revision is over.
    Embargo(HeldRevision),
}

/// A message of a batch.
#[derive(Debug)]
pub struct Incoming {
    /// The message.
    pub message: OwnedMessage,
    /// How it came to be read.
    pub origin: Origin,
}

/// Messages in the order of their arrival, hence in the order of each partition.
#[derive(Debug, Default)]
pub struct Batch {
    messages: Vec<Incoming>,
    bytes: usize,
    first_received: Option<Instant>,
}

impl Batch {
    /// Adds a message. The limit on bytes is checked after a message is added, so a message of any size fits into an
    /// empty batch.
    pub fn push(&mut self, message: OwnedMessage, now: Instant) {
        self.push_from(Origin::Log, message, now);
    }

    /// Adds a message that came to be read in some way.
    pub fn push_from(&mut self, origin: Origin, message: OwnedMessage, now: Instant) {
        self.bytes += message_size(&message);
        self.messages.push(Incoming { message, origin });
        self.first_received.get_or_insert(now);
    }

    /// Returns whether it should take no more messages.
    #[must_use]
    pub fn is_full(&self, limits: &Stream) -> bool {
        self.messages.len() >= limits.batch_messages || self.bytes >= limits.batch_bytes
    }

    /// Returns how long it may still wait for more messages, if it waits for `wait` from its first one on: zero when it is
    /// full, `None` when it is empty.
    #[must_use]
    pub fn time_left(&self, limits: &Stream, wait: Duration, now: Instant) -> Option<Duration> {
        let first_received = self.first_received?;
        if self.is_full(limits) {
            return Some(Duration::ZERO);
        }
        Some(wait.saturating_sub(now.saturating_duration_since(first_received)))
    }

    /// Drops the messages of these partitions.
    pub fn discard(&mut self, partitions: &[TopicPartition]) {
        self.messages.retain(|it| !partitions.contains(&TopicPartition::of(&it.message)));
        self.bytes = self.messages.iter().map(|it| message_size(&it.message)).sum();
        if self.messages.is_empty() {
            self.first_received = None;
        }
    }

    /// Remembers that the log of these partitions has begun anew since their messages were read.
    pub fn leave_log(&mut self, partitions: &[TopicPartition]) {
        for it in &mut self.messages {
            if it.origin == Origin::Log && partitions.contains(&TopicPartition::of(&it.message)) {
                it.origin = Origin::FormerLog;
            }
        }
    }

    /// Returns the size of its messages.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the messages.
    #[must_use]
    pub fn messages(&self) -> &[Incoming] {
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

    const WAIT: Duration = Duration::from_millis(50);

    fn limits() -> Stream {
        Stream { delivery: Delivery::ExactlyOnce, batch_messages: 3, batch_bytes: 100, batch_time: WAIT }
    }

    fn articles(partition: i32) -> TopicPartition {
        TopicPartition::new("articles", partition)
    }

    fn message(partition: i32, bytes: usize) -> OwnedMessage {
        let payload = Some(vec![b'x'; bytes]);
        OwnedMessage::new(payload, None, "articles".into(), Timestamp::NotAvailable, partition, 0, None)
    }

    #[test]
    fn an_empty_batch_has_no_deadline() {
        assert_eq!(Batch::default().time_left(&limits(), WAIT, Instant::now()), None);
    }

    #[test]
    fn a_batch_is_full_by_messages() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(0, 1), now);
        batch.push(message(0, 1), now);
        assert!(!batch.is_full(&limits()));
        batch.push(message(0, 1), now);
        assert!(batch.is_full(&limits()));
        assert_eq!(batch.time_left(&limits(), WAIT, now), Some(Duration::ZERO));
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
        assert_eq!(batch.time_left(&limits(), WAIT, now + Duration::from_millis(45)), Some(Duration::from_millis(5)));
        assert_eq!(batch.time_left(&limits(), WAIT, now + Duration::from_secs(9)), Some(Duration::ZERO));
    }

    #[test]
    fn discarding_a_partition_makes_room_and_keeps_the_order_of_the_others() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(1, 10), now);
        batch.push(message(2, 99), now);
        batch.push(message(1, 20), now);
        batch.discard(&[articles(2)]);
        assert!(!batch.is_full(&limits()));
        let sizes: Vec<usize> = batch.messages().iter().map(|it| message_size(&it.message)).collect();
        assert_eq!(sizes, [10, 20]);
    }

    #[test]
    fn messages_of_a_log_that_has_begun_anew_are_no_position() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(1, 10), now);
        batch.push(message(2, 10), now);
        batch.leave_log(&[articles(1)]);
        batch.push(message(1, 10), now);
        let origins: Vec<_> = batch.messages().iter().map(|it| it.origin.clone()).collect();
        assert_eq!(origins, [Origin::FormerLog, Origin::Log, Origin::Log]);
    }

    #[test]
    fn a_batch_that_lost_all_its_messages_has_no_deadline() {
        let (mut batch, now) = (Batch::default(), Instant::now());
        batch.push(message(1, 10), now);
        batch.discard(&[articles(1)]);
        assert!(batch.messages().is_empty());
        assert_eq!(batch.time_left(&limits(), WAIT, now), None);
    }
}
