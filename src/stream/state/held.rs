//! Reads held messages from the input topic again when their embargo is over.
//!
//! Must not know what is done with them.

use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::config::Settings;
use crate::stream::Error;
use crate::stream::consumer::Consumer;

/// How long reading one message may take.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// What this reader needs of librdkafka, whatever the configuration says.
const OVERRIDES: [(&str, &str); 5] = [
    ("auto.offset.reset", "earliest"),
    ("enable.partition.eof", "true"),
    ("fetch.wait.max.ms", "10"),
    ("queued.max.messages.kbytes", "1024"),
    ("statistics.interval.ms", "0"),
];

/// A reader of single messages. It connects when it is first used.
#[derive(Default)]
pub struct HeldReader {
    consumer: Option<Consumer>,
}

impl HeldReader {
    /// Reads the message at an offset; `None` if the topic no longer has it. Blocks for ten seconds at most.
    ///
    /// # Errors
    /// If the brokers do not answer.
    pub fn read(
        &mut self,
        settings: &Settings,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Result<Option<OwnedMessage>, Error> {
        let consumer = match &mut self.consumer {
            Some(consumer) => consumer,
            none => none.insert(Consumer::new(settings, topic, &OVERRIDES)?),
        };
        fetch(consumer, topic, partition, offset).map_err(Error::consumer)
    }
}

fn fetch(consumer: &Consumer, topic: &str, partition: i32, offset: i64) -> KafkaResult<Option<OwnedMessage>> {
    let client = consumer.client();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, Offset::Offset(offset))?;
    client.assign(&list)?;
    let started = Instant::now();
    while started.elapsed() < READ_TIMEOUT {
        match client.poll(READ_TIMEOUT.saturating_sub(started.elapsed())) {
            Some(Ok(message)) => return Ok((message.offset() == offset).then(|| message.detach())),
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(None),
            // librdkafka retries.
            Some(Err(_)) | None => {}
        }
    }
    Err(KafkaError::MessageConsumption(rdkafka::error::RDKafkaErrorCode::OperationTimedOut))
}
