//! Reading held messages from the input topic once more, when their embargo is over.
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

/// How long one message may take to come.
const ANSWER: Duration = Duration::from_secs(10);

/// What this reader needs of librdkafka.
const OWN: [(&str, &str); 5] = [
    ("auto.offset.reset", "earliest"),
    ("enable.partition.eof", "true"),
    ("fetch.wait.max.ms", "10"),
    ("queued.max.messages.kbytes", "1024"),
    ("statistics.interval.ms", "0"),
];

/// A reader of single messages, which connects when it is first asked.
#[derive(Default)]
pub struct Releaser {
    consumer: Option<Consumer>,
}

impl Releaser {
    /// The message at an offset; `None` if the topic no longer has it. Blocks for ten seconds at most.
    ///
    /// # Errors
    /// If the brokers do not tell.
    pub fn read(&mut self, settings: &Settings, topic: &str, place: (i32, i64)) -> Result<Option<OwnedMessage>, Error> {
        let consumer = match &mut self.consumer {
            Some(consumer) => consumer,
            none => none.insert(Consumer::new(settings, topic, &OWN)?),
        };
        fetch(consumer, topic, place).map_err(Error::consumer)
    }
}

fn fetch(consumer: &Consumer, topic: &str, (partition, offset): (i32, i64)) -> KafkaResult<Option<OwnedMessage>> {
    let client = consumer.client();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, Offset::Offset(offset))?;
    client.assign(&list)?;
    let begun = Instant::now();
    while begun.elapsed() < ANSWER {
        match client.poll(ANSWER.saturating_sub(begun.elapsed())) {
            Some(Ok(message)) => return Ok((message.offset() == offset).then(|| message.detach())),
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(None),
            // librdkafka goes on trying.
            Some(Err(_)) | None => {}
        }
    }
    Err(KafkaError::MessageConsumption(rdkafka::error::RDKafkaErrorCode::OperationTimedOut))
}
