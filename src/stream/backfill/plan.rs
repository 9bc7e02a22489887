//! From what was asked for to offsets, fixed before anything is read.
//!
//! The plan is kept with the committed offsets of the group, as their metadata, so that the same command after a stop
//! reads the same stretch. Must not know what is done with messages.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};
use serde::Serialize;

use super::request::{Edge, Request};
use crate::stream::Error;
use crate::stream::consumer::Hooks;

/// How long a question to the brokers may take.
const ANSWER: Duration = Duration::from_secs(30);
/// How long a look at a single message may take.
const LOOK: Duration = Duration::from_secs(5);

/// The stretch of one partition: offsets from `start` to `end`, `end` excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Which partition.
    pub partition: i32,
    /// Where the stretch begins.
    pub start: i64,
    /// Where it ends, excluded.
    pub end: i64,
    /// Where this run begins: `start`, or where an earlier run stopped.
    pub next: i64,
}

impl Part {
    /// How many offsets this run has to go through. Not each of them needs to have a message.
    #[must_use]
    pub fn left(&self) -> u64 {
        u64::try_from(self.end - self.next).unwrap_or(0)
    }
}

/// What will be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The partitions, by number.
    pub parts: Vec<Part>,
    /// Whether it goes on where an earlier run stopped.
    pub resumed: bool,
    /// The length of the file that an earlier run had written when it stopped.
    pub written: u64,
}

/// The first and last message of a plan, as far as there are any.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// For each part, the times of its first and last message, in milliseconds since 1970.
    pub times: Vec<[Option<i64>; 2]>,
    /// Some messages from the start of the longest part, to tell by how long the whole will take.
    pub sample: Vec<OwnedMessage>,
}

impl Plan {
    /// How many offsets are left to go through.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.parts.iter().map(Part::left).sum()
    }

    /// What is kept with the offsets of a part.
    pub fn metadata(part: &Part, written: u64) -> String {
        format!("1 {} {} {written}", part.start, part.end)
    }

    /// The part and the length of the file that a committed offset tells of.
    fn of_metadata(partition: i32, next: i64, metadata: &str) -> Option<(Part, u64)> {
        let mut words = metadata.strip_prefix("1 ")?.split(' ');
        let (start, end) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some((Part { partition, start, end, next }, words.next()?.parse().ok()?))
    }
}

/// Asks the brokers of one topic.
pub struct Planner<'a> {
    /// A client of the backfill's group.
    pub client: &'a BaseConsumer<Hooks>,
    /// The topic.
    pub topic: &'a str,
}

impl Planner<'_> {
    /// The plan: that of an earlier run if it did not come to its end, else a new one.
    pub fn plan(&self, request: &Request, earlier: Option<Plan>) -> Result<Plan, Error> {
        let wanted = wanted(&self.partitions()?, request)?;
        if let Some(earlier) = earlier.filter(|earlier| earlier.left() > 0) {
            return Ok(earlier);
        }
        let parts = wanted.into_iter().map(|partition| self.part(partition, request));
        Ok(Plan { parts: parts.collect::<Result<_, _>>()?, resumed: false, written: 0 })
    }

    /// The partitions that the topic has now.
    pub fn partitions(&self) -> Result<Vec<i32>, Error> {
        let metadata = self.client.fetch_metadata(Some(self.topic), ANSWER).map_err(Error::consumer)?;
        let topic = metadata.topics().iter().find(|topic| topic.name() == self.topic);
        let mut partitions: Vec<i32> =
            topic.into_iter().flat_map(|topic| topic.partitions()).map(|partition| partition.id()).collect();
        partitions.sort_unstable();
        if partitions.is_empty() { Err(Error::topic_missing(self.topic)) } else { Ok(partitions) }
    }

    /// Reads partitions from these offsets on, and no others.
    pub fn assign(&self, parts: impl Iterator<Item = (i32, i64)>) -> KafkaResult<()> {
        let mut list = TopicPartitionList::new();
        for (partition, offset) in parts {
            list.add_partition_offset(self.topic, partition, Offset::Offset(offset))?;
        }
        self.client.assign(&list)?;
        // What was over may be read again.
        self.client.resume(&list)
    }

    /// The first offset that the broker still has, and the one after the last that can be read.
    pub fn watermarks(&self, partition: i32) -> Result<(i64, i64), Error> {
        self.client.fetch_watermarks(self.topic, partition, ANSWER).map_err(Error::consumer)
    }

    /// Keeps a plan, before anything of it is done.
    pub fn keep(&self, plan: &Plan) -> Result<(), Error> {
        let mut offsets = TopicPartitionList::new();
        for part in &plan.parts {
            let mut element = offsets.add_partition(self.topic, part.partition);
            element.set_offset(Offset::Offset(part.next)).map_err(Error::consumer)?;
            element.set_metadata(Plan::metadata(part, plan.written));
        }
        self.client.commit(&offsets, CommitMode::Sync).map_err(Error::consumer)
    }

    /// What the group has committed, with what is kept beside it.
    pub fn committed(&self, partitions: &[i32]) -> KafkaResult<TopicPartitionList> {
        let mut asked = TopicPartitionList::new();
        for partition in partitions {
            asked.add_partition(self.topic, *partition);
        }
        self.client.committed_offsets(asked, ANSWER)
    }

    /// What an earlier run kept, if one did.
    pub fn earlier(&self) -> Result<Plan, Error> {
        let partitions = self.partitions()?;
        self.kept(&partitions).map_err(Error::consumer)
    }

    fn kept(&self, partitions: &[i32]) -> KafkaResult<Plan> {
        let committed = self.committed(partitions)?;
        let mut plan = Plan { resumed: true, ..Plan::default() };
        for element in committed.elements() {
            let Offset::Offset(next) = element.offset() else { continue };
            if let Some((part, written)) = Plan::of_metadata(element.partition(), next, element.metadata()) {
                plan.parts.push(part);
                plan.written = plan.written.max(written);
            }
        }
        Ok(plan)
    }

    fn part(&self, partition: i32, request: &Request) -> Result<Part, Error> {
        let (low, high) = self.watermarks(partition)?;
        // Times of publication say nothing of where a message stands, so that all are read.
        let edge = |edge| if request.by_published { &Edge::All } else { edge };
        let start = match edge(&request.from) {
            Edge::All => low,
            Edge::Time(time) => self.offset_at(partition, *time)?.unwrap_or(high).max(low),
            Edge::Offsets(offsets) => within(offsets, partition, "--from-offset", low, high)?,
        };
        let end = match edge(&request.to) {
            Edge::All => high,
            Edge::Time(time) => self.offset_at(partition, *time)?.unwrap_or(high).min(high),
            Edge::Offsets(offsets) => within(offsets, partition, "--to-offset", low, high)?,
        };
        Ok(Part { partition, start, end: end.max(start), next: start })
    }

    /// The first offset of a partition whose record is not older than a time, if there is one.
    fn offset_at(&self, partition: i32, time: i64) -> Result<Option<i64>, Error> {
        let mut asked = TopicPartitionList::new();
        asked.add_partition_offset(self.topic, partition, Offset::Offset(time)).map_err(Error::consumer)?;
        let answer = self.client.offsets_for_times(asked, ANSWER).map_err(Error::consumer)?;
        let found = answer.elements().first().map(|element| element.offset());
        Ok(if let Some(Offset::Offset(offset)) = found { Some(offset) } else { None })
    }

    /// Looks at the edges of a plan, and at so many messages of its longest part.
    pub fn preview(&self, plan: &Plan, sample: usize) -> KafkaResult<Preview> {
        let whole = |part: &Part| (part.partition, part.next, part.end);
        let firsts = self.messages(plan.parts.iter().map(whole), |of| of.len() == 1)?;
        let longest = plan.parts.iter().max_by_key(|part| part.left()).map(whole);
        let sample = self.messages(longest.into_iter(), |of| of.len() == sample)?.into_values().flatten().collect();
        let lasts = self.lasts(plan)?;
        self.client.unassign()?;
        let time = |message: Option<&OwnedMessage>| message?.timestamp().to_millis();
        let times = plan.parts.iter().map(|part| {
            let first = firsts.get(&part.partition).and_then(|messages| messages.first());
            [time(first), time(lasts.get(&part.partition))]
        });
        Ok(Preview { times: times.collect(), sample })
    }

    /// The last message of each part: behind it may stand offsets without one, so that it is looked for from farther
    /// and farther before the end.
    fn lasts(&self, plan: &Plan) -> KafkaResult<BTreeMap<i32, OwnedMessage>> {
        let mut lasts = BTreeMap::new();
        let mut open: Vec<&Part> = plan.parts.iter().filter(|part| part.left() > 0).collect();
        let mut back = 1;
        while !open.is_empty() {
            let tails = open.iter().map(|part| (part.partition, (part.end - back).max(part.next), part.end));
            for (partition, mut messages) in self.messages(tails, |_| false)? {
                lasts.extend(messages.pop().map(|last| (partition, last)));
            }
            open.retain(|part| !lasts.contains_key(&part.partition) && part.end - back > part.next);
            back *= 4;
        }
        Ok(lasts)
    }

    /// The messages of some stretches (partition, start, end), of each until there are `enough` or no more.
    fn messages(
        &self,
        stretches: impl Iterator<Item = (i32, i64, i64)>,
        enough: impl Fn(&[OwnedMessage]) -> bool,
    ) -> KafkaResult<BTreeMap<i32, Vec<OwnedMessage>>> {
        let mut found: BTreeMap<i32, Vec<OwnedMessage>> = BTreeMap::new();
        let mut ends = BTreeMap::new();
        let mut starts = Vec::new();
        for (partition, start, end) in stretches.filter(|(_, start, end)| start < end) {
            starts.push((partition, start));
            ends.insert(partition, end);
        }
        self.assign(starts.into_iter())?;
        while !ends.is_empty() {
            match self.client.poll(LOOK) {
                Some(Ok(message)) => {
                    let partition = message.partition();
                    let Some(end) = ends.get(&partition).copied() else { continue };
                    let of = found.entry(partition).or_default();
                    if message.offset() < end {
                        of.push(message.detach());
                    }
                    if message.offset() + 1 >= end || enough(of) {
                        ends.remove(&partition);
                    }
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => drop(ends.remove(&partition)),
                // Nothing that tells more: the edges are there to be shown, and the plan holds without them.
                Some(Err(_)) | None => break,
            }
        }
        Ok(found)
    }
}

/// The partitions that are asked for, if all are there.
fn wanted(there: &[i32], request: &Request) -> Result<Vec<i32>, Error> {
    let offsets = [&request.from, &request.to].into_iter().filter_map(|edge| match edge {
        Edge::Offsets(offsets) => Some(offsets.keys().copied().collect::<BTreeSet<_>>()),
        _ => None,
    });
    let named = std::iter::once(request.partitions.clone()).filter(|named| !named.is_empty()).chain(offsets);
    let Some(named) = named.reduce(|one, other| &one & &other) else { return Ok(there.to_vec()) };
    if let Some(missing) = named.iter().find(|partition| !there.contains(partition)) {
        let last = there.last().copied().unwrap_or(0);
        return Err(Error::stretch(format!("there is no partition {missing}; the topic has those from 0 to {last}")));
    }
    if named.is_empty() {
        return Err(Error::stretch(
            "no partition is named by all of --partitions, --from-offset and --to-offset".to_owned(),
        ));
    }
    Ok(named.into_iter().collect())
}

fn within(offsets: &BTreeMap<i32, i64>, partition: i32, flag: &str, low: i64, high: i64) -> Result<i64, Error> {
    let offset = offsets.get(&partition).copied().unwrap_or(low);
    if (low..=high).contains(&offset) {
        return Ok(offset);
    }
    Err(Error::stretch(format!("{flag} {partition}:{offset}: partition {partition} holds offsets {low} to {high}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let part = Part { partition: 3, start: 10, end: 90, next: 40 };
        assert_eq!(Plan::of_metadata(3, 40, &Plan::metadata(&part, 77)), Some((part, 77)));
        for foreign in ["", "2 10 90 77", "1 10", "1 a b c"] {
            assert_eq!(Plan::of_metadata(3, 40, foreign), None, "{foreign}");
        }
    }

    #[test]
    fn partitions_are_those_that_every_flag_names() {
        let request = |partitions: &[i32], offsets: &[(i32, i64)]| Request {
            from: if offsets.is_empty() { Edge::All } else { Edge::Offsets(offsets.iter().copied().collect()) },
            to: Edge::All,
            by_published: false,
            partitions: partitions.iter().copied().collect(),
            destination: super::super::Destination::Nowhere,
            restart: false,
            rate: None,
            compare: false,
            typed: String::new(),
        };
        let wanted = |partitions: &[i32], offsets: &[(i32, i64)]| wanted(&[0, 1, 2], &request(partitions, offsets));
        assert_eq!(wanted(&[], &[]).unwrap(), [0, 1, 2]);
        assert_eq!(wanted(&[2, 0], &[]).unwrap(), [0, 2]);
        assert_eq!(wanted(&[2, 0], &[(2, 5)]).unwrap(), [2]);
        let told = wanted(&[7], &[]).unwrap_err().to_string();
        assert!(told.contains("no partition 7") && told.contains("0 to 2"), "{told}");
        assert!(wanted(&[1], &[(2, 5)]).is_err());
    }

    #[test]
    fn an_offset_must_be_there() {
        let at = |offset| within(&[(0, offset)].into(), 0, "--from-offset", 5, 9);
        assert_eq!(at(5).unwrap(), 5);
        assert_eq!(at(9).unwrap(), 9);
        let told = at(10).unwrap_err().to_string();
        assert!(told.contains("--from-offset 0:10") && told.contains("5 to 9"), "{told}");
    }
}
