//! Turns a request into offsets, which are fixed before anything is read.
//!
//! The plan is stored with the committed offsets of the group, as their metadata, so that the same command reads the same
//! range after a stop. Must not know what is done with messages.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};
use serde::Serialize;

use super::partition_name::{PartitionName, resolve};
use super::request::{Edge, Request};
use crate::stream::Error;
use crate::stream::consumer::Hooks;
use crate::stream::topic_partition::TopicPartition;

/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long reading one message for the preview may take.
const PREVIEW_TIMEOUT: Duration = Duration::from_secs(5);

/// The range of one partition that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PartitionRange {
    /// The partition.
    #[serde(flatten)]
    pub partition: TopicPartition,
    /// The first offset, inclusive.
    pub start: i64,
    /// The last offset, exclusive.
    pub end: i64,
    /// Where this run starts: at `start`, or where an earlier run stopped.
    pub next: i64,
}

impl PartitionRange {
    /// Returns the number of offsets that are left to this run. Not each of them needs to have a message.
    #[must_use]
    pub fn left(&self) -> u64 {
        u64::try_from(self.end - self.next).unwrap_or(0)
    }
}

/// What will be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The ranges, by partition.
    pub ranges: Vec<PartitionRange>,
    /// Whether it continues where an earlier run stopped.
    pub resumed: bool,
    /// The length of the file that earlier runs have committed.
    pub written: u64,
    /// What the range was asked for by, with times as points in time; empty if an earlier version made the plan.
    pub edges: String,
    /// Whether an earlier run has done all of it.
    pub done: bool,
}

/// A look at the messages of a plan.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// For each range, the timestamps of its first and last message, in milliseconds since 1970.
    pub times: Vec<[Option<i64>; 2]>,
    /// Some messages from the start of the longest range, to estimate how long the backfill will take.
    pub sample: Vec<OwnedMessage>,
}

impl Plan {
    /// Returns the number of offsets that are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.ranges.iter().map(PartitionRange::left).sum()
    }

    /// Returns the metadata that is committed with an offset of a range.
    pub fn metadata(range: &PartitionRange, written: u64, edges: &str) -> String {
        format!("2 {} {} {written} {edges}", range.start, range.end)
    }

    /// Returns the range, the length of the file, and the edges that the metadata of a committed offset has.
    fn parse_metadata(partition: TopicPartition, next: i64, metadata: &str) -> Option<(PartitionRange, u64, String)> {
        let mut words = metadata.split(' ');
        // The first version had no edges.
        if !matches!(words.next()?, "1" | "2") {
            return None;
        }
        let (start, end) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let written = words.next()?.parse().ok()?;
        Some((PartitionRange { partition, start, end, next }, written, words.next().unwrap_or_default().to_owned()))
    }
}

/// Asks the brokers about some topics.
pub struct Planner<'a> {
    /// A client of the backfill's group.
    pub client: &'a BaseConsumer<Hooks>,
    /// The topics.
    pub topics: &'a [String],
}

impl Planner<'_> {
    /// Returns the plan: that of an earlier run if it did not finish, else a new one. Of a new plan with the same edges as one
    /// that is finished, only what came since then is left.
    pub fn plan(&self, request: &Request, earlier: Option<Plan>) -> Result<Plan, Error> {
        let partitions = requested_partitions(&self.partitions()?, self.topics, request)?;
        if let Some(earlier) = earlier.as_ref().filter(|earlier| earlier.left() > 0) {
            return Ok(earlier.clone());
        }
        let edges = request.edges();
        let mut ranges: Vec<PartitionRange> = Vec::new();
        for partition in partitions {
            ranges.push(self.range(partition, request)?);
        }
        let Some(finished) = earlier.filter(|earlier| earlier.edges == edges && !earlier.ranges.is_empty()) else {
            return Ok(Plan { ranges, edges, ..Plan::default() });
        };
        for range in &mut ranges {
            let before = finished.ranges.iter().find(|it| it.partition == range.partition);
            range.next = before.map_or(range.start, |before| before.end.clamp(range.start, range.end));
        }
        let mut plan = Plan { ranges, edges, written: finished.written, ..Plan::default() };
        plan.done = plan.left() == 0;
        Ok(plan)
    }

    /// Returns the partitions that the topics have now, in order.
    pub fn partitions(&self) -> Result<Vec<TopicPartition>, Error> {
        let mut all = Vec::new();
        for topic in self.topics {
            let metadata = self.client.fetch_metadata(Some(topic), REQUEST_TIMEOUT).map_err(Error::consumer)?;
            let found = metadata.topics().iter().filter(|it| it.name() == topic).flat_map(|it| it.partitions());
            let before = all.len();
            all.extend(found.map(|partition| TopicPartition::new(topic, partition.id())));
            if all.len() == before {
                return Err(Error::topic_missing(topic));
            }
        }
        all.sort_unstable();
        Ok(all)
    }

    /// Assigns these partitions, from these offsets on, and no others.
    pub fn assign(&self, offsets: impl Iterator<Item = (TopicPartition, i64)>) -> KafkaResult<()> {
        let list = TopicPartition::list_at(offsets.map(|(partition, offset)| (partition, Offset::Offset(offset))))?;
        self.client.assign(&list)?;
        // A partition that was finished, and therefore paused, may be read again.
        self.client.resume(&list)
    }

    /// Returns the first offset that the broker still has, and the one after the last message that can be read.
    pub fn watermarks(&self, partition: TopicPartition) -> Result<(i64, i64), Error> {
        self.client.fetch_watermarks(partition.topic, partition.number, REQUEST_TIMEOUT).map_err(Error::consumer)
    }

    /// Stores a plan, before anything of it is done.
    pub fn store(&self, plan: &Plan) -> Result<(), Error> {
        let mut offsets = TopicPartitionList::new();
        for range in &plan.ranges {
            let mut element = offsets.add_partition(range.partition.topic, range.partition.number);
            element.set_offset(Offset::Offset(range.next)).map_err(Error::consumer)?;
            element.set_metadata(Plan::metadata(range, plan.written, &plan.edges));
        }
        self.client.commit(&offsets, CommitMode::Sync).map_err(Error::consumer)
    }

    /// Returns the committed offsets of the group, with their metadata.
    pub fn committed(&self, partitions: &[TopicPartition]) -> KafkaResult<TopicPartitionList> {
        self.client.committed_offsets(TopicPartition::list(partitions), REQUEST_TIMEOUT)
    }

    /// Returns the plan that an earlier run has stored; without ranges if there is none.
    pub fn stored(&self) -> Result<Plan, Error> {
        let committed = self.committed(&self.partitions()?).map_err(Error::consumer)?;
        let mut plan = Plan { resumed: true, ..Plan::default() };
        for element in committed.elements() {
            let Offset::Offset(next) = element.offset() else { continue };
            let partition = TopicPartition::new(element.topic(), element.partition());
            let parsed = Plan::parse_metadata(partition, next, element.metadata());
            if let Some((range, written, edges)) = parsed {
                plan.ranges.push(range);
                plan.written = plan.written.max(written);
                plan.edges = edges;
            }
        }
        Ok(plan)
    }

    fn range(&self, partition: TopicPartition, request: &Request) -> Result<PartitionRange, Error> {
        let (low, high) = self.watermarks(partition)?;
        // The publication time of a message does not depend on its offset, so all messages are read.
        let edge = |edge| if request.by_published { &Edge::All } else { edge };
        let start = match edge(&request.from) {
            Edge::All => low,
            Edge::Time(time) => self.offset_at(partition, *time)?.unwrap_or(high).max(low),
            Edge::Offsets(offsets) => checked_offset(offsets, partition, "--from-offset", low, high)?,
        };
        let end = match edge(&request.to) {
            Edge::All => high,
            Edge::Time(time) => self.offset_at(partition, *time)?.unwrap_or(high).min(high),
            Edge::Offsets(offsets) => checked_offset(offsets, partition, "--to-offset", low, high)?,
        };
        Ok(PartitionRange { partition, start, end: end.max(start), next: start })
    }

    /// Returns the offset of the first message of a partition that is not older than a time, if there is one.
    fn offset_at(&self, partition: TopicPartition, time: i64) -> Result<Option<i64>, Error> {
        let list = TopicPartition::list_at([(partition, Offset::Offset(time))]).map_err(Error::consumer)?;
        let answer = self.client.offsets_for_times(list, REQUEST_TIMEOUT).map_err(Error::consumer)?;
        let found = answer.elements().first().map(|element| element.offset());
        Ok(if let Some(Offset::Offset(offset)) = found { Some(offset) } else { None })
    }

    /// Reads the first and the last message of each range, and `sample_size` messages of the longest.
    pub fn preview(&self, plan: &Plan, sample_size: usize) -> KafkaResult<Preview> {
        let left = |range: &PartitionRange| (range.partition, range.next, range.end);
        let first = self.messages(plan.ranges.iter().map(left), |messages| messages.len() == 1)?;
        let longest = plan.ranges.iter().max_by_key(|range| range.left()).map(left);
        let sample = self.messages(longest.into_iter(), |messages| messages.len() == sample_size)?;
        let last = self.last_messages(plan)?;
        self.client.unassign()?;
        let time = |message: Option<&OwnedMessage>| message?.timestamp().to_millis();
        let times = plan.ranges.iter().map(|range| {
            let first = first.get(&range.partition).and_then(|messages| messages.first());
            [time(first), time(last.get(&range.partition))]
        });
        Ok(Preview { times: times.collect(), sample: sample.into_values().flatten().collect() })
    }

    /// Returns the last message of each range. There may be offsets without a message after it, so it is looked for from
    /// farther and farther before the end.
    fn last_messages(&self, plan: &Plan) -> KafkaResult<BTreeMap<TopicPartition, OwnedMessage>> {
        let mut last = BTreeMap::new();
        let mut unfinished: Vec<&PartitionRange> = plan.ranges.iter().filter(|range| range.left() > 0).collect();
        let mut distance = 1;
        while !unfinished.is_empty() {
            let tails =
                unfinished.iter().map(|range| (range.partition, (range.end - distance).max(range.next), range.end));
            for (partition, mut messages) in self.messages(tails, |_| false)? {
                last.extend(messages.pop().map(|message| (partition, message)));
            }
            unfinished.retain(|range| !last.contains_key(&range.partition) && range.end - distance > range.next);
            distance *= 4;
        }
        Ok(last)
    }

    /// Reads the messages of some ranges (partition, start, end), of each until `is_enough` or its end.
    fn messages(
        &self,
        ranges: impl Iterator<Item = (TopicPartition, i64, i64)>,
        is_enough: impl Fn(&[OwnedMessage]) -> bool,
    ) -> KafkaResult<BTreeMap<TopicPartition, Vec<OwnedMessage>>> {
        let mut by_topic: BTreeMap<&str, Vec<(TopicPartition, i64, i64)>> = BTreeMap::new();
        for range in ranges.filter(|(_, start, end)| start < end) {
            by_topic.entry(range.0.topic).or_default().push(range);
        }
        let mut found = BTreeMap::new();
        // One after the other, since the end of a partition is reported without its topic.
        for ranges in by_topic.values() {
            found.extend(self.messages_of_topic(ranges, &is_enough)?);
        }
        Ok(found)
    }

    fn messages_of_topic(
        &self,
        ranges: &[(TopicPartition, i64, i64)],
        is_enough: impl Fn(&[OwnedMessage]) -> bool,
    ) -> KafkaResult<BTreeMap<TopicPartition, Vec<OwnedMessage>>> {
        let mut found: BTreeMap<TopicPartition, Vec<OwnedMessage>> = BTreeMap::new();
        let mut ends: BTreeMap<TopicPartition, i64> =
            ranges.iter().map(|(partition, _, end)| (*partition, *end)).collect();
        self.assign(ranges.iter().map(|(partition, start, _)| (*partition, *start)))?;
        while !ends.is_empty() {
            match self.client.poll(PREVIEW_TIMEOUT) {
                Some(Ok(message)) => {
                    let partition = TopicPartition::of(&message);
                    let Some(end) = ends.get(&partition).copied() else { continue };
                    let messages = found.entry(partition).or_default();
                    if message.offset() < end {
                        messages.push(message.detach());
                    }
                    if message.offset() + 1 >= end || is_enough(messages) {
                        ends.remove(&partition);
                    }
                }
                Some(Err(KafkaError::PartitionEOF(number))) => ends.retain(|partition, _| partition.number != number),
                // Gives up: the preview is only shown, and the plan does not depend on it.
                Some(Err(_)) | None => break,
            }
        }
        Ok(found)
    }
}

/// Returns the partitions that are asked for, of those that exist in some topics.
fn requested_partitions(
    existing: &[TopicPartition],
    topics: &[String],
    request: &Request,
) -> Result<Vec<TopicPartition>, Error> {
    let mut named = Vec::new();
    if !request.partitions.is_empty() {
        named.push(resolve(&request.partitions, topics, existing)?);
    }
    for edge in [&request.from, &request.to] {
        if let Edge::Offsets(offsets) = edge {
            named.push(resolve(offsets.keys(), topics, existing)?);
        }
    }
    let Some(named) = named.into_iter().reduce(|one, other| &one & &other) else { return Ok(existing.to_vec()) };
    if named.is_empty() {
        return Err(Error::invalid_range(
            "--partitions, --from-offset and --to-offset have no partition in common".to_owned(),
        ));
    }
    Ok(named.into_iter().collect())
}

/// Returns the offset that a flag names for a partition, if the partition has it.
fn checked_offset(
    offsets: &BTreeMap<PartitionName, i64>,
    partition: TopicPartition,
    flag: &str,
    low: i64,
    high: i64,
) -> Result<i64, Error> {
    let Some((name, offset)) = offsets.iter().find(|(name, _)| name.is(partition)) else { return Ok(low) };
    if (low..=high).contains(offset) {
        return Ok(*offset);
    }
    Err(Error::invalid_range(format!("{flag} {name}:{offset}: partition {name} has offsets {low} to {high}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_survives_a_round_trip() {
        let third = TopicPartition::new("articles", 3);
        let range = PartitionRange { partition: third, start: 10, end: 90, next: 40 };
        let edges = || "edges".to_owned();
        assert_eq!(Plan::parse_metadata(third, 40, &Plan::metadata(&range, 77, "edges")), Some((range, 77, edges())));
        assert_eq!(Plan::parse_metadata(third, 40, "1 10 90 77"), Some((range, 77, String::new())));
        for foreign in ["", "3 10 90 77", "1 10", "1 a b c"] {
            assert_eq!(Plan::parse_metadata(third, 40, foreign), None, "{foreign}");
        }
    }

    #[test]
    fn only_partitions_that_every_flag_names_are_read() {
        let name = |number: &i32| number.to_string().parse::<PartitionName>().unwrap();
        let request = |partitions: &[i32], offsets: &[(i32, i64)]| Request {
            from: match offsets {
                [] => Edge::All,
                offsets => Edge::Offsets(offsets.iter().map(|(number, offset)| (name(number), *offset)).collect()),
            },
            to: Edge::All,
            by_published: false,
            partitions: partitions.iter().map(name).collect(),
            destination: super::super::Destination::Nowhere,
            restart: false,
            rate: None,
            compare: false,
            typed: String::new(),
        };
        let requested = |partitions: &[i32], offsets: &[(i32, i64)]| {
            let existing = [0, 1, 2].map(|number| TopicPartition::new("articles", number));
            let topics = ["articles".to_owned()];
            let requested = requested_partitions(&existing, &topics, &request(partitions, offsets))?;
            Ok::<_, Error>(requested.into_iter().map(|it| it.number).collect::<Vec<_>>())
        };
        assert_eq!(requested(&[], &[]).unwrap(), [0, 1, 2]);
        assert_eq!(requested(&[2, 0], &[]).unwrap(), [0, 2]);
        assert_eq!(requested(&[2, 0], &[(2, 5)]).unwrap(), [2]);
        let message = requested(&[7], &[]).unwrap_err().to_string();
        assert!(message.contains("no partition 7") && message.contains("0 to 2"), "{message}");
        assert!(requested(&[1], &[(2, 5)]).is_err());
    }

    #[test]
    fn an_offset_must_exist() {
        let first = TopicPartition::new("articles", 0);
        let offsets = |offset| [("0".parse().unwrap(), offset)].into();
        let checked = |offset| checked_offset(&offsets(offset), first, "--from-offset", 5, 9);
        assert_eq!(checked(5).unwrap(), 5);
        assert_eq!(checked(9).unwrap(), 9);
        let message = checked(10).unwrap_err().to_string();
        assert!(message.contains("--from-offset 0:10") && message.contains("5 to 9"), "{message}");
    }
}
