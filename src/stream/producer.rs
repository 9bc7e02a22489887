//! The output side: one producer a process, what is sent with it, and what a failure calls for.
//!
//! Must not know batches or the group.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};

use super::client::client_config;
use super::disposition::{Fate, Record};
use super::error::is_denied;
use super::token::TokenFile;
use super::{Control, Error, Shutdown};
use crate::config::{Delivery, Kafka, Settings};

/// How long work may go on after the end was asked for, when the brokers do not answer.
pub const GRACE: Duration = Duration::from_secs(15);

/// How often a wait looks again. Short beside a transaction, which takes about 10 ms.
const LOOK: Duration = Duration::from_micros(500);

/// How long records may be on their way before it is asked whether they can arrive at all.
const LATE: Duration = Duration::from_secs(1);

/// How long a connection may be idle. Short beside a transaction's time-out.
const IDLE: Duration = Duration::from_secs(5);

/// How much may wait to be sent, in bytes: a large article is not held twice.
const QUEUE: usize = 32 << 20;

/// librdkafka's own batch size, in bytes.
const BATCH: usize = 1_000_000;

/// The least that librdkafka takes for its largest record.
pub const LEAST: usize = 1000;

/// Remembers the first record that could not be delivered, by its topic.
pub struct Deliveries {
    failed: Mutex<Option<(String, KafkaError)>>,
    token: TokenFile,
}

impl Deliveries {
    /// Nothing has failed yet.
    pub fn new(kafka: &Kafka) -> Self {
        Self { failed: Mutex::default(), token: TokenFile::new(kafka.token_file.as_deref()) }
    }
}

impl ClientContext for Deliveries {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.token.token()
    }

    /// A broker that is away is met by the calls that need it, and told from there.
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "trouble with the output; librdkafka goes on trying");
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, message)) = result {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.get_or_insert_with(|| (message.topic().to_owned(), error.clone()));
        }
    }
}

/// The producer. Its thread serves delivery reports; calls about transactions block the caller.
pub type Inner = ThreadedProducer<Deliveries>;

/// Why a batch was not delivered.
#[derive(Debug)]
pub enum Failure {
    /// Nothing of it counts; go back to the committed offsets and do it again.
    Rewind(String),
    /// Nothing of it counts; a topic does not take records of this size.
    TooLarge(String),
    /// Nothing of it counts; the brokers do not let this client do what it must.
    Denied(String),
    /// This worker is at its end.
    Fatal(Error),
}

impl Failure {
    /// What an error calls for, as told, that is no end of the producer.
    pub fn of(told: &str, error: &KafkaError) -> Self {
        let told = told.to_owned();
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::MessageSizeTooLarge) => Self::TooLarge(told),
            _ if is_denied(error) => Self::Denied(told),
            _ => Self::Rewind(told),
        }
    }

    /// For those who do not try again.
    pub fn into_error(self, settings: &Settings) -> Error {
        match self {
            Self::Fatal(error) => error,
            Self::Denied(reason) => Error::denied(&reason, settings),
            Self::Rewind(reason) | Self::TooLarge(reason) => Error::unfinished(&reason),
        }
    }
}

/// Makes the producer, for records of so many bytes at most.
pub fn create(settings: &Settings, limit: usize) -> Result<Inner, Error> {
    let mut config = client_config(&settings.kafka);
    config.set("message.max.bytes", limit.to_string());
    // Topics limit what is sent as one.
    if limit < config.get("batch.size").and_then(|size| size.parse().ok()).unwrap_or(BATCH) {
        config.set("batch.size", limit.to_string());
    }
    if config.get("queue.buffering.max.kbytes").is_none() {
        // A record that is larger than the queue would wait for ever.
        config.set("queue.buffering.max.kbytes", (QUEUE.max(2 * limit) / 1024).to_string());
    }
    // librdkafka asks for the coordinator of a group again only when a connection changes: where it remembers a broker that is
    // gone, sending offsets would wait for ever (its issues 5456 and 5511). Closing what is idle is such a change.
    if config.get("connections.max.idle.ms").is_none() {
        config.set("connections.max.idle.ms", IDLE.as_millis().to_string());
    }
    if config.get("compression.type").is_none() && config.get("compression.codec").is_none() {
        config.set("compression.type", "zstd");
    }
    config.set("enable.idempotence", "true");
    if settings.stream.delivery == Delivery::ExactlyOnce {
        config.set("transactional.id", transactional_id(settings));
    }
    config.create_with_context(Deliveries::new(&settings.kafka)).map_err(Error::client)
}

/// Stable over restarts, so that a new process fences the one that it replaces.
pub fn transactional_id(settings: &Settings) -> String {
    format!("{}-{}", settings.kafka.group, settings.kafka.instance)
}

/// The largest record that this client sends, in bytes.
pub fn limit(settings: &Settings) -> Result<usize, Error> {
    let native = client_config(&settings.kafka).create_native_config().map_err(Error::client)?;
    let limit = native.get("message.max.bytes").map_err(Error::client)?;
    Ok(limit.parse().unwrap_or(1_000_000))
}

/// Hands all records over to the producer, in order.
pub fn send_all(producer: &Inner, fates: &[Fate], control: &Control) -> Result<(), Failure> {
    for record in fates.iter().flat_map(Fate::records) {
        match send(producer, record, control) {
            Err(KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge)) => match &record.instead {
                Some(instead) => send(producer, instead, control),
                None => Err(KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge)),
            },
            other => other,
        }
        .map_err(|error| Failure::Rewind(format!("a record for `{}` was not taken: {error}", record.topic)))?;
    }
    Ok(())
}

/// Hands one record over, waiting while the producer's queue is full.
fn send(producer: &Inner, record: &Record, control: &Control) -> Result<(), KafkaError> {
    let mut outgoing = BaseRecord::<[u8], [u8]>::to(&record.topic).headers(OwnedHeaders::clone(&record.headers));
    outgoing.key = record.key.as_deref();
    outgoing.payload = record.value.as_deref();
    outgoing.timestamp = record.timestamp;
    outgoing.partition = record.partition;
    loop {
        match producer.send(outgoing) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) if !overdue(&control.shutdown) => {
                outgoing = back;
                thread::sleep(LOOK);
            }
            Err((error, _)) => return Err(error),
        }
    }
}

/// Waits until nothing is on its way, or the wait is in vain. To be done before a commit, whose own flush polls in steps of
/// 100 ms. How long it can take is bounded by `message.timeout.ms`.
pub fn drain(producer: &Inner, control: &Control, in_vain: impl Fn() -> bool) -> Result<(), Failure> {
    let mut asked = Instant::now();
    while producer.in_flight_count() > 0 {
        if overdue(&control.shutdown) {
            return Err(Failure::Fatal(Error::unfinished("the brokers did not take the last records")));
        }
        if asked.elapsed() > LATE {
            if in_vain() {
                break;
            }
            asked = Instant::now();
        }
        control.health.beat();
        thread::sleep(LOOK);
    }
    Ok(())
}

/// What the first record calls for that failed since this was asked last.
pub fn take_failure(producer: &Inner) -> Option<Failure> {
    let failed = producer.client().context().failed.lock().unwrap_or_else(PoisonError::into_inner).take();
    failed.map(|(topic, error)| Failure::of(&format!("a record for `{topic}` was not delivered: {error}"), &error))
}

/// Whether the end was asked for so long ago that waiting is over.
pub fn overdue(shutdown: &Shutdown) -> bool {
    shutdown.elapsed().is_some_and(|time| time > GRACE)
}
