//! What is on `timeline.rejected`: rejections, and the markers of messages that went through again.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Header, Headers, OwnedHeaders, OwnedMessage};
use rdkafka::{Message, Offset, TopicPartitionList};

use super::Request;
use super::report::Report;
use crate::stream::consumer::Consumer;
use crate::stream::disposition::REJECTION_HEADERS;
use crate::stream::output::OutputRecord;
use crate::stream::{Control, Error};

/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the brokers may take to send more.
const SILENCE: Duration = Duration::from_secs(15);
/// How long a poll waits.
const POLL_TIMEOUT: Duration = Duration::from_millis(100);

/// The header of a marker: what became of the message.
const RETRIED: &str = "dateline-retried";

/// Where a message was read from first: topic, partition, offset.
pub type Source = (String, i32, i64);

/// A rejected message.
pub struct Rejection {
    /// Where it was read from first.
    pub source: Source,
    /// Why it was rejected.
    pub code: String,
    /// The partition of `timeline.rejected` that it is in.
    pub partition: i32,
    /// It, as it was received. Without a value it may be only a pointer to a message that was too large.
    pub message: OwnedMessage,
}

/// What a record on `timeline.rejected` is.
pub enum Record {
    /// A rejected message.
    Rejection(Box<Rejection>),
    /// The marker of a message that went through again.
    Marker(Source),
}

/// Reads a record; `None` if dateline did not write it.
pub fn read(record: &BorrowedMessage<'_>) -> Option<Record> {
    let headers = record.headers()?;
    let last = |name: &str| {
        let found = headers.iter().filter(|header| header.key == name).last()?;
        std::str::from_utf8(found.value?).ok()
    };
    let source = (
        last("dateline-topic")?.to_owned(),
        last("dateline-partition")?.parse().ok()?,
        last("dateline-offset")?.parse().ok()?,
    );
    if headers.iter().next().is_some_and(|first| first.key == RETRIED) {
        return Some(Record::Marker(source));
    }
    let code = last("dateline-error-code")?.to_owned();
    // Those of the rejection come after those of the message.
    let own = headers.count().checked_sub(REJECTION_HEADERS)?;
    let received = headers.iter().take(own).fold(OwnedHeaders::new(), |all, header| all.insert(header));
    let message = OwnedMessage::new(
        record.payload().map(<[u8]>::to_vec),
        record.key().map(<[u8]>::to_vec),
        source.0.clone(),
        record.timestamp(),
        source.1,
        source.2,
        Some(received),
    );
    Some(Record::Rejection(Box::new(Rejection { source, code, partition: record.partition(), message })))
}

/// Returns the marker of a message that went through again.
pub fn marker(topic: &str, rejection: &Rejection, status: &str) -> OutputRecord {
    let (input, partition, offset) = &rejection.source;
    let headers = [
        (RETRIED, status.to_owned()),
        ("dateline-topic", input.clone()),
        ("dateline-partition", partition.to_string()),
        ("dateline-offset", offset.to_string()),
    ];
    let headers =
        headers.iter().fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(value) }));
    OutputRecord {
        topic: topic.to_owned(),
        partition: Some(rejection.partition),
        key: None,
        value: None,
        headers,
        timestamp: rejection.message.timestamp().to_millis(),
        fallback: None,
    }
}

/// Reads all records of a topic that are there now, in the order of each partition.
pub fn read_all(
    consumer: &Consumer,
    topic: &str,
    control: &Control,
    mut take: impl FnMut(&BorrowedMessage<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let client = consumer.client();
    let count = consumer.partition_count(topic, REQUEST_TIMEOUT).map_err(Error::consumer)?;
    let (mut list, mut unfinished) = (TopicPartitionList::new(), BTreeMap::new());
    for partition in (0..).take(count) {
        let (low, high) = client.fetch_watermarks(topic, partition, REQUEST_TIMEOUT).map_err(Error::consumer)?;
        if low < high {
            list.add_partition_offset(topic, partition, Offset::Offset(low)).map_err(Error::consumer)?;
            unfinished.insert(partition, high);
        }
    }
    client.assign(&list).map_err(Error::consumer)?;
    let mut answered = Instant::now();
    while !unfinished.is_empty() && !control.shutdown.is_triggered() {
        control.health.beat();
        match client.poll(POLL_TIMEOUT) {
            Some(Ok(record)) => {
                answered = Instant::now();
                let Some(end) = unfinished.get(&record.partition()).copied() else { continue };
                if record.offset() < end {
                    take(&record)?;
                }
                if record.offset() + 1 >= end {
                    unfinished.remove(&record.partition());
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => drop(unfinished.remove(&partition)),
            Some(Err(_)) | None if answered.elapsed() < SILENCE => {}
            Some(Err(error)) => return Err(Error::consumer(error)),
            None => return Err(Error::interrupted("the brokers do not send what was rejected")),
        }
    }
    client.unassign().map_err(Error::consumer)
}

/// Reads which messages went through again already, and counts what is asked for. Returns the former.
pub fn survey(
    consumer: &Consumer,
    topic: &str,
    request: &Request,
    control: &Control,
    report: &mut Report,
) -> Result<HashSet<Source>, Error> {
    let (mut retried, mut asked) = (HashSet::new(), BTreeSet::new());
    read_all(consumer, topic, control, |record| {
        match read(record) {
            Some(Record::Marker(source)) => drop(retried.insert(source)),
            Some(Record::Rejection(it)) if request.includes(&it.code, record.timestamp().to_millis()) => {
                asked.insert((it.source, it.code));
            }
            Some(Record::Rejection(_)) | None => {}
        }
        Ok(())
    })?;
    for (source, code) in asked {
        if retried.contains(&source) {
            report.retried_before += 1;
        } else {
            *report.asked.entry(code).or_default() += 1;
        }
    }
    Ok(retried)
}

/// Reads a message of the input topic again; `None` if it is no longer there.
pub fn original(consumer: &Consumer, (topic, partition, offset): &Source) -> Result<Option<OwnedMessage>, Error> {
    let client = consumer.client();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, *partition, Offset::Offset(*offset)).map_err(Error::consumer)?;
    client.assign(&list).map_err(Error::consumer)?;
    let started = Instant::now();
    while started.elapsed() < SILENCE {
        match client.poll(POLL_TIMEOUT) {
            Some(Ok(message)) => return Ok((message.offset() == *offset).then(|| message.detach())),
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(None),
            // librdkafka retries.
            Some(Err(_)) | None => {}
        }
    }
    Err(Error::interrupted("the brokers do not send a message of the input"))
}
