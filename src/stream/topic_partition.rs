//! A partition of a topic. There are few topics, so that each name is kept once, and a partition can be copied.
//!
//! Must not know what the topic is for.

use std::fmt;
use std::sync::{PoisonError, RwLock};

use rdkafka::error::KafkaResult;
use rdkafka::{Message, Offset, TopicPartitionList};
use serde::Serialize;

/// The names of the topics that were met, each kept for as long as the process runs.
static NAMES: RwLock<Vec<&'static str>> = RwLock::new(Vec::new());

/// A partition of a topic, in Kafka's notation: `articles-3`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TopicPartition {
    /// The name of the topic.
    pub topic: &'static str,
    /// The number of the partition.
    #[serde(rename = "partition")]
    pub number: i32,
}

impl TopicPartition {
    /// Returns a partition of a topic.
    #[must_use]
    pub fn new(topic: &str, number: i32) -> Self {
        Self { topic: kept(topic), number }
    }

    /// Returns the partition of a message.
    #[must_use]
    pub fn of(message: &impl Message) -> Self {
        Self::new(message.topic(), message.partition())
    }

    /// Returns the partitions of a list.
    #[must_use]
    pub fn all_of(list: &TopicPartitionList) -> Vec<Self> {
        list.elements().iter().map(|element| Self::new(element.topic(), element.partition())).collect()
    }

    /// Returns the number that stands for it within this process.
    #[must_use]
    pub fn code(self) -> i64 {
        let names = NAMES.read().unwrap_or_else(PoisonError::into_inner);
        let topic = names.iter().position(|name| *name == self.topic).and_then(|at| i32::try_from(at).ok());
        i64::from(topic.unwrap_or(i32::MAX)) << 32 | i64::from(self.number)
    }

    /// Returns the partition that a number stands for.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        let names = NAMES.read().unwrap_or_else(PoisonError::into_inner);
        let topic = names.get(usize::try_from(code >> 32).ok()?)?;
        Some(Self { topic, number: i32::try_from(code & 0xffff_ffff).ok()? })
    }

    /// Returns the list of some partitions, as librdkafka takes it.
    #[must_use]
    pub fn list(partitions: &[Self]) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for Self { topic, number } in partitions {
            list.add_partition(topic, *number);
        }
        list
    }

    /// Returns the list of some partitions with an offset each.
    ///
    /// # Errors
    /// If librdkafka does not know such an offset.
    pub fn list_at(offsets: impl IntoIterator<Item = (Self, Offset)>) -> KafkaResult<TopicPartitionList> {
        let mut list = TopicPartitionList::new();
        for (Self { topic, number }, offset) in offsets {
            list.add_partition_offset(topic, number, offset)?;
        }
        Ok(list)
    }
}

/// Returns the kept name of a topic.
fn kept(topic: &str) -> &'static str {
    let find = |names: &[&'static str]| names.iter().copied().find(|name| *name == topic);
    if let Some(name) = find(&NAMES.read().unwrap_or_else(PoisonError::into_inner)) {
        return name;
    }
    let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    // Another thread may have been quicker.
    find(&names).unwrap_or_else(|| {
        let name: &'static str = Box::leak(topic.to_owned().into_boxed_str());
        names.push(name);
        name
    })
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.number)
    }
}

impl fmt::Debug for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_itself_again_by_its_number() {
        let [one, other] = [TopicPartition::new("wires.one", 3), TopicPartition::new("wires.other", 3)];
        assert_ne!(one.code(), other.code());
        assert_eq!([one, other].map(|it| TopicPartition::from_code(it.code())), [Some(one), Some(other)]);
        assert_eq!(TopicPartition::new("wires.one", 3), one);
        assert_eq!(TopicPartition::from_code(i64::MAX), None);
        assert_eq!(one.to_string(), "wires.one-3");
    }
}
