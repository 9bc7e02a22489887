//! Transactions of senders that stay open: what comes after their first message cannot be read.
//!
//! Pure: what was seen is passed in, and so is the time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::stream::topic_partition::TopicPartition;

/// For how long a transaction may be open. Longer than librdkafka and Java let one be open by default.
const MAX_OPEN: Duration = Duration::from_secs(60);

/// The partitions that end in an open transaction, each with its last stable offset and since when it is there.
#[derive(Debug, Default)]
pub struct OpenTransactions(BTreeMap<TopicPartition, (i64, Instant)>);

impl OpenTransactions {
    /// Observes the last stable offsets and the high watermarks of all partitions that are read. Returns what is
    /// wrong, if a transaction has been open for too long.
    pub fn observe(
        &mut self,
        stable: &BTreeMap<TopicPartition, i64>,
        high: &BTreeMap<TopicPartition, i64>,
        now: Instant,
    ) -> Option<String> {
        let open = stable.iter().filter(|(partition, stable)| high.get(partition).is_some_and(|high| high > *stable));
        let open = open.map(|(partition, stable)| {
            let known = self.0.get(partition).filter(|(at, _)| at == stable);
            (*partition, known.copied().unwrap_or((*stable, now)))
        });
        self.0 = open.collect();
        let (TopicPartition { topic, number }, (offset, since)) = self.0.iter().min_by_key(|(_, (_, since))| *since)?;
        let time = now.saturating_duration_since(*since);
        (time > MAX_OPEN).then(|| {
            format!(
                "partition {number} of `{topic}` cannot be read from offset {offset} on: a transaction of a sender has been \
                 open there for {} s",
                time.as_secs()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_that_stays_open_is_reported_until_it_ends() {
        let (mut open, begun) = (OpenTransactions::default(), Instant::now());
        let mut observe = |seconds, stable, high| {
            let [first, second] = [0, 1].map(|number| TopicPartition::new("articles", number));
            let stable = BTreeMap::from([(first, 5), (second, stable)]);
            let high = BTreeMap::from([(first, 5), (second, high)]);
            open.observe(&stable, &high, begun + Duration::from_secs(seconds))
        };
        assert_eq!(observe(0, 7, 9), None);
        assert_eq!(observe(60, 7, 12), None);
        let reason = observe(61, 7, 12).unwrap();
        assert!(reason.starts_with("partition 1 of `articles` cannot be read from offset 7 on"), "{reason}");
        assert!(reason.ends_with("for 61 s"), "{reason}");
        // It has ended, and another one has begun.
        assert_eq!(observe(62, 12, 14), None);
        assert_eq!(observe(130, 15, 15), None);
        assert_eq!(observe(140, 15, 16), None);
    }
}
