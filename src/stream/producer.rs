//! The output side: one producer a process, what is sent with it, and which errors it reports.
//!
//! Must not know batches or the consumer group.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};

use super::client::client_config;
use super::disposition::Disposition;
use super::error::is_denied;
use super::output::OutputRecord;
use super::token::TokenFile;
use super::{Control, Error, Shutdown};
use crate::config::{Delivery, Kafka, Settings, Topics};

/// How long work may go on after a shutdown was requested, if the brokers do not answer.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(15);

/// How often a full queue is checked for room. Short beside a transaction, which takes about 10 ms.
const WAIT_INTERVAL: Duration = Duration::from_micros(500);

/// How long a wait for delivery reports may take before the health of the worker is reported again.
const BEAT_INTERVAL: Duration = Duration::from_millis(100);

/// How long records may be in flight before it is checked whether they can be delivered at all.
const STUCK_AFTER: Duration = Duration::from_secs(1);

/// How long a connection may be idle. Short beside the time-out of a transaction.
const IDLE_CONNECTION: Duration = Duration::from_secs(5);

/// The size of the producer's queue, in bytes: bounded, so that a large article is not in memory twice.
const QUEUE_BYTES: usize = 32 << 20;

/// librdkafka's default for `batch.size`, in bytes.
const DEFAULT_BATCH_BYTES: usize = 1_000_000;

/// librdkafka's default for `message.max.bytes`.
const DEFAULT_MESSAGE_BYTES: usize = 1_000_000;

/// librdkafka's default for `transaction.timeout.ms`.
const DEFAULT_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(60);

/// The least that librdkafka accepts as `message.max.bytes`.
pub const MIN_MESSAGE_BYTES: usize = 1000;

/// Where the records of the changelog were delivered to: for each of its partitions the offsets.
pub type Delivered = BTreeMap<i32, Vec<Range<i64>>>;

/// Keeps the first record that could not be delivered: its topic and the error. Keeps where those of the changelog were
/// delivered to.
pub struct DeliveryReports {
    first_failure: Mutex<Option<(String, KafkaError)>>,
    /// The number of records without a delivery report, and a signal for when it reaches zero.
    in_flight: (Mutex<usize>, Condvar),
    changelog: String,
    delivered: Mutex<Delivered>,
    token: TokenFile,
}

impl DeliveryReports {
    /// Starts without a failure.
    pub fn new(kafka: &Kafka) -> Self {
        let (changelog, token) = (Topics::new(kafka).articles, TokenFile::new(kafka));
        let (first_failure, in_flight, delivered) = Default::default();
        Self { first_failure, in_flight, changelog, delivered, token }
    }

    fn in_flight(&self) -> MutexGuard<'_, usize> {
        self.in_flight.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a record as no longer in flight.
    fn complete(&self) {
        let mut count = self.in_flight();
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.in_flight.1.notify_all();
        }
    }

    /// Waits until no record is in flight, for `timeout` at most. Returns whether none is.
    fn wait_for_all(&self, timeout: Duration) -> bool {
        let waited = self.in_flight.1.wait_timeout_while(self.in_flight(), timeout, |count| *count > 0);
        *waited.unwrap_or_else(PoisonError::into_inner).0 == 0
    }
}

impl ClientContext for DeliveryReports {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.token.token()
    }

    /// Only logged: a broker that is unavailable fails the calls that need it, which report it.
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "error of the producer; librdkafka retries");
    }
}

impl ProducerContext for DeliveryReports {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        match result {
            Err((error, message)) => {
                let mut failure = self.first_failure.lock().unwrap_or_else(PoisonError::into_inner);
                failure.get_or_insert_with(|| (message.topic().to_owned(), error.clone()));
            }
            Ok(message) if message.topic() == self.changelog => {
                let mut delivered = self.delivered.lock().unwrap_or_else(PoisonError::into_inner);
                let (ranges, offset) = (delivered.entry(message.partition()).or_default(), message.offset());
                match ranges.last_mut() {
                    Some(last) if last.end == offset => last.end += 1,
                    _ => ranges.push(offset..offset + 1),
                }
            }
            Ok(_) => {}
        }
        self.complete();
    }
}

/// The producer. Its own thread serves delivery reports; calls about transactions block the caller.
pub type OutputProducer = ThreadedProducer<DeliveryReports>;

/// Why a batch was not delivered. Nothing of it is committed.
#[derive(Debug)]
pub enum DeliveryError {
    /// The batch can be done again, from the committed offsets.
    Rewind(String),
    /// A topic does not accept records of this size.
    RecordTooLarge(String),
    /// Another writer has written about an article of the batch meanwhile: it is to be settled again.
    Conflict(String),
    /// A topic does not accept the time of a record.
    TimeRefused(String),
    /// The brokers do not allow this client to do what it must.
    Denied(String),
    /// The brokers have fenced the producer, whose transaction has been open for so long.
    Fenced(KafkaError, Duration),
    /// This process cannot continue.
    Fatal(Error),
}

impl DeliveryError {
    /// Classifies an error that did not make the producer unusable.
    pub fn classify(message: String, error: &KafkaError) -> Self {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::MessageSizeTooLarge) => Self::RecordTooLarge(message),
            Some(RDKafkaErrorCode::InvalidTimestamp) => Self::TimeRefused(message),
            _ if is_denied(error) => Self::Denied(message),
            _ => Self::Rewind(message),
        }
    }

    /// Converts it into the error that the process ends with, for callers that do not try again.
    pub fn into_error(self, settings: &Settings) -> Error {
        match self {
            Self::Fatal(error) => error,
            Self::Fenced(error, open) => Error::fenced(error, open, settings),
            Self::Denied(reason) => Error::denied(&reason, settings),
            Self::Rewind(reason)
            | Self::RecordTooLarge(reason)
            | Self::Conflict(reason)
            | Self::TimeRefused(reason) => Error::interrupted(&reason),
        }
    }
}

/// Creates the producer, for records of at most `max_record_bytes`.
pub fn create(settings: &Settings, max_record_bytes: usize) -> Result<OutputProducer, Error> {
    let mut config = client_config(&settings.kafka);
    config.set("message.max.bytes", max_record_bytes.to_string());
    // The limit of a topic applies to a whole batch of records.
    let batch_bytes = config.get("batch.size").and_then(|size| size.parse().ok()).unwrap_or(DEFAULT_BATCH_BYTES);
    if max_record_bytes < batch_bytes {
        config.set("batch.size", max_record_bytes.to_string());
    }
    if config.get("queue.buffering.max.kbytes").is_none() {
        // A record larger than the queue would wait for ever.
        config.set("queue.buffering.max.kbytes", (QUEUE_BYTES.max(2 * max_record_bytes) / 1024).to_string());
    }
    // librdkafka looks up a group's coordinator again only when a connection changes: if it remembers a broker that is
    // gone, sending offsets would wait for ever (its issues 5456 and 5511). Closing idle connections is such a change.
    if config.get("connections.max.idle.ms").is_none() {
        config.set("connections.max.idle.ms", IDLE_CONNECTION.as_millis().to_string());
    }
    if config.get("compression.type").is_none() && config.get("compression.codec").is_none() {
        config.set("compression.type", "zstd");
    }
    // As Java's: what is not sent to a partition by its number is where other clients look for it.
    if config.get("partitioner").is_none() {
        config.set("partitioner", "murmur2_random");
    }
    config.set("enable.idempotence", "true");
    if settings.stream.delivery == Delivery::ExactlyOnce {
        config.set("transactional.id", transactional_id(settings));
    }
    config.create_with_context(DeliveryReports::new(&settings.kafka)).map_err(Error::client)
}

/// Returns the transactional id. It is the same after a restart, so that a new process fences the one that it replaces.
pub fn transactional_id(settings: &Settings) -> String {
    let (group, instance) = (&settings.kafka.group, &settings.kafka.instance);
    // Version 0.1 had no such end. A worker that replaces one of that version, or is replaced by one, fences it.
    if settings.kafka.is_upgrade_from_0_1 {
        return format!("{group}-{instance}");
    }
    // Where the instance has a hyphen as well, another group could end with a part of it.
    let hyphens = instance.matches('-').count();
    let end = if hyphens > 0 || instance.contains('~') { format!("~{hyphens}") } else { String::new() };
    format!("{group}-{instance}{end}")
}

/// Returns how long the brokers let a transaction be open before they abort it.
pub fn transaction_timeout(settings: &Settings) -> Duration {
    let given = settings.kafka.client.iter().find(|(name, _)| name == "transaction.timeout.ms");
    given.and_then(|(_, value)| value.parse().ok()).map_or(DEFAULT_TRANSACTION_TIMEOUT, Duration::from_millis)
}

/// Returns the size of the largest record that this client is configured to send, in bytes.
pub fn max_message_bytes(settings: &Settings) -> Result<usize, Error> {
    let config = client_config(&settings.kafka).create_native_config().map_err(Error::client)?;
    let limit = config.get("message.max.bytes").map_err(Error::client)?;
    Ok(limit.parse().unwrap_or(DEFAULT_MESSAGE_BYTES))
}

/// Queues the records of all dispositions, in order. Takes their headers, which nobody reads afterwards.
pub fn send_all(
    producer: &OutputProducer,
    dispositions: &mut [Disposition],
    control: &Control,
) -> Result<(), DeliveryError> {
    for record in dispositions.iter_mut().flat_map(Disposition::records_mut) {
        match send(producer, record, control) {
            Err(KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge)) => match &mut record.fallback {
                Some(fallback) => send(producer, fallback, control),
                None => Err(KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge)),
            },
            other => other,
        }
        .map_err(|error| DeliveryError::Rewind(format!("cannot send a record to `{}`: {error}", record.topic)))?;
    }
    Ok(())
}

/// Queues one record, waiting while the queue is full.
fn send(producer: &OutputProducer, record: &mut OutputRecord, control: &Control) -> Result<(), KafkaError> {
    let headers = std::mem::replace(&mut record.headers, OwnedHeaders::new_with_capacity(0));
    let mut outgoing = BaseRecord::<[u8], [u8]>::to(&record.topic).headers(headers);
    outgoing.key = record.key.as_deref();
    outgoing.payload = record.value.as_deref();
    outgoing.timestamp = record.timestamp;
    outgoing.partition = record.partition;
    let reports = producer.client().context();
    // Before it is sent, since its report may come at once.
    *reports.in_flight() += 1;
    loop {
        match producer.send(outgoing) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), unsent))
                if !is_overdue(&control.shutdown) =>
            {
                outgoing = unsent;
                thread::sleep(WAIT_INTERVAL);
            }
            Err((error, _)) => {
                reports.complete();
                return Err(error);
            }
        }
    }
}

/// Waits until no record is in flight, or `is_hopeless` says that they cannot be delivered. To be called before a commit,
/// whose own flush polls in steps of 100 ms. `message.timeout.ms` bounds how long it can take.
pub fn flush(
    producer: &OutputProducer,
    control: &Control,
    is_hopeless: impl Fn() -> bool,
) -> Result<(), DeliveryError> {
    let mut checked = Instant::now();
    while !producer.client().context().wait_for_all(BEAT_INTERVAL) {
        if is_overdue(&control.shutdown) {
            return Err(DeliveryError::Fatal(Error::interrupted("the brokers did not take the last records")));
        }
        if checked.elapsed() > STUCK_AFTER {
            if is_hopeless() {
                break;
            }
            checked = Instant::now();
        }
        control.health.beat();
    }
    Ok(())
}

/// Takes where the records of the changelog were delivered to since the last call.
pub fn take_delivered(producer: &OutputProducer) -> Delivered {
    let reports = producer.client().context();
    std::mem::take(&mut *reports.delivered.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Takes the error of the first record that was not delivered since the last call.
pub fn take_delivery_error(producer: &OutputProducer) -> Option<DeliveryError> {
    let reports = producer.client().context();
    let (topic, error) = reports.first_failure.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    Some(DeliveryError::classify(format!("a record for `{topic}` was not delivered: {error}"), &error))
}

/// Returns whether the time is over that work may take after a shutdown was requested.
pub fn is_overdue(shutdown: &Shutdown) -> bool {
    shutdown.elapsed().is_some_and(|time| time > SHUTDOWN_GRACE)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::Configuration;

    #[test]
    fn no_two_workers_have_the_same_transactional_id() {
        let names = ["a", "a-b", "b", "b-c", "c", "c~1", "a-b-c", "0", "dateline-0", "a-", "-a", "~0"];
        let mut settings = Configuration::load(None, [], []).unwrap().settings().unwrap();
        let mut ids = BTreeMap::new();
        for (group, instance) in names.iter().flat_map(|group| names.map(|instance| (*group, instance))) {
            (settings.kafka.group, settings.kafka.instance) = (group.to_owned(), instance.to_owned());
            if let Some(other) = ids.insert(transactional_id(&settings), (group, instance)) {
                panic!("{group}, {instance} and {other:?}");
            }
        }
        (settings.kafka.group, settings.kafka.instance) = ("dateline".to_owned(), "0".to_owned());
        assert_eq!(transactional_id(&settings), "dateline-0");
    }
}
