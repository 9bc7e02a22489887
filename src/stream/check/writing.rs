//! Whether a worker may write: transactions, records, offsets. Everything is written in transactions that are aborted.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::{BaseRecord, Producer};
use rdkafka::topic_partition_list::Offset;

use super::reasons::FirstReason;
use super::topics::Topic;
use super::{Check, GROUP_DENIED, Verdict};
use crate::config::Delivery;
use crate::stream::client::client_config;
use crate::stream::error::is_denied;
use crate::stream::producer::{self, DeliveryError, OutputProducer};
use crate::stream::transaction::refusal;

/// The key of the records that are written.
const KEY: &str = "dateline-check";

impl Check<'_> {
    /// Checks whether the output topics can be written. Where there are no transactions, a record would stay.
    pub(super) fn check_writing(&mut self, consumer: &BaseConsumer<FirstReason>, topics: &BTreeMap<String, Topic>) {
        let outputs: Vec<String> = self.topics.outputs().map(str::to_owned).into();
        let outputs: Vec<String> = outputs.into_iter().filter(|topic| topics.contains_key(topic)).collect();
        let producer = match self.settings.stream.delivery {
            Delivery::ExactlyOnce => self.check_transactions(consumer),
            Delivery::AtLeastOnce => None,
        };
        for topic in outputs {
            let what = format!("writing {topic}");
            match producer.as_ref().map(|producer| self.write(producer, &topic)) {
                Some(Ok(())) => self.add(Verdict::Ok, what, "allowed"),
                Some(Err(DeliveryError::Denied(reason))) => {
                    self.add(Verdict::Wrong, what, format!("{reason}; the worker needs the permission to Write it"));
                }
                Some(Err(error)) => {
                    self.add(Verdict::Wrong, what, error.into_error(self.settings).to_string());
                }
                None => self.add(Verdict::Unknown, what, "a record is only tried in a transaction"),
            }
        }
        let input = self.inputs.iter().find(|input| topics.contains_key(*input)).cloned();
        if let (Some(producer), Some(input)) = (producer, input) {
            self.check_offsets(&input, &producer, consumer);
        }
    }

    /// Checks whether a transactional producer can start, and returns it. It has an id of its own, since the worker's id
    /// would fence a running worker; where only that may be used, it is tried if no worker runs.
    fn check_transactions(&mut self, consumer: &BaseConsumer<FirstReason>) -> Option<OutputProducer> {
        let what = "transactions";
        let worker = producer::transactional_id(self.settings);
        let own = format!("{worker}-check");
        let mut started = self.start(&own);
        if started.as_ref().is_err_and(is_denied) {
            if !self.is_group_empty(consumer) {
                let detail = format!(
                    "the transactional id {own} may not be used, and {worker} would stop the worker that runs with it"
                );
                self.add(Verdict::Unknown, what, detail);
                return None;
            }
            started = self.start(&worker);
        }
        match started {
            Ok(producer) => {
                self.add(Verdict::Ok, what, "can be started");
                Some(producer)
            }
            Err(error) => {
                let hint = format!(
                    "{error}; exactly-once needs brokers from 2.5, as many brokers as \
                     transaction.state.log.replication.factor, and the permission to Write the transactional id {worker}; \
                     without them, set stream.delivery to at-least-once"
                );
                self.add(Verdict::Wrong, what, hint);
                None
            }
        }
    }

    fn start(&self, id: &str) -> KafkaResult<OutputProducer> {
        let kafka = &self.settings.kafka;
        let mut config = client_config(kafka);
        let timeout = self.timeout.clamp(Duration::from_secs(1), Duration::from_secs(60)).as_millis().to_string();
        config.set("transactional.id", id).set("message.timeout.ms", &timeout);
        config.set("transaction.timeout.ms", timeout).remove("compression.type");
        let producer: OutputProducer = config.create_with_context(producer::DeliveryReports::new(kafka))?;
        producer.init_transactions(self.timeout)?;
        Ok(producer)
    }

    /// Returns whether no worker of the group runs, as far as this client may know.
    fn is_group_empty(&self, consumer: &BaseConsumer<FirstReason>) -> bool {
        let groups = consumer.fetch_group_list(Some(self.group()), self.timeout);
        groups.is_ok_and(|groups| groups.groups().iter().all(|group| group.members().is_empty()))
    }

    /// Writes a record to a topic in a transaction, and aborts it.
    fn write(&self, producer: &OutputProducer, topic: &str) -> Result<(), DeliveryError> {
        let failed = |error: KafkaError| DeliveryError::classify(error.to_string(), &error);
        producer::take_delivery_error(producer);
        producer.begin_transaction().map_err(failed)?;
        let record = BaseRecord::<str, str>::to(topic).partition(0).key(KEY);
        let sent = producer.send(record).map_err(|(error, _)| failed(error));
        let sent = sent.and_then(|()| producer.flush(self.timeout).map_err(failed));
        let refused = refusal(producer).or_else(|| producer::take_delivery_error(producer));
        let aborted = producer.abort_transaction(self.timeout).map_err(failed);
        producer::take_delivery_error(producer);
        match refused {
            Some(refused) => Err(refused),
            None => sent.and(aborted),
        }
    }

    /// Checks whether offsets can be committed to the group: a client that may only describe it can fetch them.
    fn check_offsets(&mut self, input: &str, producer: &OutputProducer, consumer: &BaseConsumer<FirstReason>) {
        let Some(group) = consumer.group_metadata() else { return };
        let mut offsets = TopicPartitionList::new();
        let added = offsets.add_partition_offset(input, 0, Offset::Offset(0));
        if added.is_err() || producer.begin_transaction().is_err() {
            return;
        }
        let sent = producer.send_offsets_to_transaction(&offsets, &group, self.timeout);
        let _ = producer.abort_transaction(self.timeout);
        let Err(error) = sent else { return };
        if error.rdkafka_error_code() == Some(GROUP_DENIED) {
            let what = format!("group {}", self.group());
            self.findings.retain(|finding| finding.what != what);
            self.add_permission(Verdict::Wrong, what, &error.to_string());
        }
    }
}
