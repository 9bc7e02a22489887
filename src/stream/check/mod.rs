//! Checks what a worker, or a timeline, needs besides a valid configuration: brokers, topics, permissions, transactions.
//!
//! Changes nothing in the cluster, except that it creates missing topics when asked to, and writes a record to each output
//! topic in a transaction that it aborts. Must not know how findings are shown.

mod reasons;
#[cfg(feature = "schema-registry")]
mod schemas;
#[cfg(test)]
mod tests;
mod topics;
mod writing;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::admin::AdminClient;
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use self::reasons::FirstReason;
use self::topics::Topic;
use super::Error;
use super::client::client_config;
use super::error::is_denied;
use super::token::TokenFile;
use crate::config::{Settings, Topics};

const GROUP_DENIED: RDKafkaErrorCode = RDKafkaErrorCode::GroupAuthorizationFailed;

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is as it must be.
    pub verdict: Verdict,
    /// What was checked.
    pub what: String,
    /// What was found, and how to fix it if it is wrong.
    pub detail: String,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it must be.
    Ok,
    /// It would fail, or break a promise.
    Wrong,
    /// The cluster does not say; it may well work.
    Unknown,
}

/// What is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `dateline run`: reads articles and their state, and writes the output topics.
    Worker,
    /// `dateline serve`: reads what workers write.
    Timeline,
}

/// Checks everything in the cluster that a role with these settings needs. Creates missing topics first if `create` is
/// true. Each request to the cluster waits for `timeout` at most.
///
/// Blocks its thread while librdkafka does: for a command, not for a server.
pub async fn check(settings: &Settings, role: Role, create: bool, timeout: Duration) -> Vec<Finding> {
    let mut check = Check::new(settings, role, timeout);
    match check.clients() {
        Ok((consumer, admin)) => check.check_cluster(&consumer, admin.as_ref(), create).await,
        Err(error) => {
            let hint = format!("librdkafka rejects it: {error}; correct kafka.client");
            check.add(Verdict::Wrong, "configuration", hint);
        }
    }
    #[cfg(feature = "schema-registry")]
    check.check_schema_registry();
    check.findings
}

/// Returns the error of a worker whose brokers do not answer, with the reason that a check gives.
pub(super) fn unreachable(settings: &Settings, error: KafkaError) -> Error {
    let role = Role::Worker;
    let timeout = Duration::from_secs(5);
    let check = Check::new(settings, role, timeout);
    let reason = check.clients().ok().and_then(|(consumer, _)| {
        check.topics(&consumer).err()?;
        consumer.context().wait(&consumer)
    });
    Error::unreachable(&settings.kafka.brokers, reason.as_deref(), error)
}

struct Check<'a> {
    settings: &'a Settings,
    role: Role,
    topics: Topics,
    /// The topics of the input: those with a name, and those that a pattern matches.
    inputs: Vec<String>,
    timeout: Duration,
    findings: Vec<Finding>,
}

type Admin = AdminClient<DefaultClientContext>;

impl<'a> Check<'a> {
    fn new(settings: &'a Settings, role: Role, timeout: Duration) -> Self {
        let topics = Topics::new(&settings.kafka);
        let inputs = topics.inputs.names().to_vec();
        Self { settings, role, topics, inputs, timeout, findings: Vec::new() }
    }

    fn add(&mut self, verdict: Verdict, what: impl Into<String>, detail: impl Into<String>) {
        self.findings.push(Finding { verdict, what: what.into(), detail: detail.into() });
    }

    fn group(&self) -> &str {
        match self.role {
            Role::Worker => &self.settings.kafka.group,
            Role::Timeline => &self.settings.serve.group,
        }
    }

    /// Returns the topics that must exist.
    fn required_topics(&self) -> Vec<String> {
        let Topics { events, articles, rejected, .. } = &self.topics;
        match self.role {
            Role::Worker => self.inputs.iter().chain([events, articles, rejected]).cloned().collect(),
            Role::Timeline => vec![events.clone(), articles.clone()],
        }
    }

    /// Returns those of them that are read: a worker restores its state from the topic of articles.
    fn read_topics(&self) -> Vec<String> {
        let Topics { events, articles, .. } = &self.topics;
        match self.role {
            Role::Worker => self.inputs.iter().chain([articles]).cloned().collect(),
            Role::Timeline => vec![events.clone(), articles.clone()],
        }
    }

    fn add_permission(&mut self, verdict: Verdict, what: String, reason: &str) {
        let who = match self.role {
            Role::Worker => "the worker",
            Role::Timeline => "the timeline",
        };
        self.add(verdict, what, format!("{reason}; {who} needs the permission to Read it"));
    }

    /// Creates the clients. With tokens there is no admin client: rdkafka's never asks for a token, and would wait in vain.
    fn clients(&self) -> KafkaResult<(BaseConsumer<FirstReason>, Option<Admin>)> {
        let mut config = client_config(&self.settings.kafka);
        let token = TokenFile::new(&self.settings.kafka);
        let admin = if token.is_used() { None } else { Some(config.create()?) };
        config.set("group.id", self.group());
        config.set("enable.auto.commit", "false").set("enable.partition.eof", "true");
        let consumer: BaseConsumer<FirstReason> = config.create_with_context(FirstReason::new(token))?;
        // librdkafka asks for a token only while it is polled.
        let _ = consumer.poll(Duration::ZERO);
        Ok((consumer, admin))
    }

    async fn check_cluster(&mut self, consumer: &BaseConsumer<FirstReason>, admin: Option<&Admin>, create: bool) {
        self.add(Verdict::Ok, "configuration", "is valid");
        let (brokers, topics) = match self.topics(consumer) {
            Ok((brokers, topics)) => {
                self.add(Verdict::Ok, "brokers", format!("{brokers} at {}", self.settings.kafka.brokers));
                (brokers, topics)
            }
            Err(error) => {
                let reason = consumer.context().wait(consumer).unwrap_or_else(|| error.to_string());
                let hint = format!("{}: {reason}; see kafka.brokers and kafka.client", self.settings.kafka.brokers);
                return self.add(Verdict::Wrong, "brokers", hint);
            }
        };
        if self.role == Role::Worker {
            self.check_pattern(&topics);
        }
        let created = self.check_topics(&topics, admin, create).await;
        self.check_replicas(&topics, brokers);
        self.check_topic_settings(&topics, &created, admin).await;
        for topic in self.read_topics() {
            if topics.contains_key(&topic) {
                self.check_readable(&topic, consumer);
            }
        }
        self.check_group(consumer);
        self.note_takeover();
        if self.role == Role::Worker {
            self.check_writing(consumer, &topics);
        }
    }

    /// Finds the topics that the pattern of the input matches, if it has one.
    fn check_pattern(&mut self, topics: &BTreeMap<String, Topic>) {
        if !self.topics.inputs.has_patterns() {
            return;
        }
        self.inputs = self.topics.resolve_inputs(topics.keys().map(String::as_str));
        let (what, count) = (format!("input {}", self.topics.input), self.inputs.len());
        if count == 0 {
            let hint = "no topic that this client may see matches it; a worker waits for one";
            self.add(Verdict::Wrong, what, hint);
        } else {
            self.add(Verdict::Ok, what, format!("topics: {}", self.inputs.join(", ")));
        }
    }

    /// Notes what decides how long partitions are not read after a worker was killed, where that is not for this side to say.
    fn note_takeover(&mut self) {
        let protocol = self.settings.kafka.client.iter().find(|(name, _)| name == "group.protocol");
        if self.role == Role::Worker && protocol.is_some_and(|(_, it)| it.eq_ignore_ascii_case("consumer")) {
            let detail = "with \"group.protocol\" = \"consumer\" the partitions of a worker that was killed are read again when \
                          the brokers' group.consumer.session.timeout.ms is over, also if it is started again at once";
            self.add(Verdict::Ok, "takeover", detail);
        }
    }

    /// Returns the number of brokers, and each topic that this client may see. Asks for all topics, since asking for one by
    /// name could create it.
    fn topics(&self, consumer: &BaseConsumer<FirstReason>) -> KafkaResult<(usize, BTreeMap<String, Topic>)> {
        let metadata = consumer.fetch_metadata(None, self.timeout)?;
        let topics = metadata.topics().iter().filter(|topic| topic.error().is_none());
        let topics = topics.map(|topic| (topic.name().to_owned(), Topic::new(topic.partitions()))).collect();
        Ok((metadata.brokers().len(), topics))
    }

    /// Checks whether a topic can be read. Reads from its end, so that no message is transferred.
    fn check_readable(&mut self, topic: &str, consumer: &BaseConsumer<FirstReason>) {
        let what = format!("reading {topic}");
        let mut end = TopicPartitionList::new();
        let assigned = end.add_partition_offset(topic, 0, Offset::End).and_then(|()| consumer.assign(&end));
        if let Err(error) = assigned {
            return self.add(Verdict::Wrong, what, error.to_string());
        }
        let deadline = Instant::now() + self.timeout;
        let answer = loop {
            match consumer.poll(deadline.saturating_duration_since(Instant::now())) {
                Some(Ok(_) | Err(KafkaError::PartitionEOF(_))) => break Ok(()),
                // Errors of the group come here as well, and are reported by the check of the group.
                Some(Err(error)) if is_denied(&error) && error.rdkafka_error_code() != Some(GROUP_DENIED) => {
                    break Err((Verdict::Wrong, error.to_string()));
                }
                // A poll may end early without an answer, when librdkafka had another event.
                Some(Err(_)) | None if Instant::now() < deadline => {}
                Some(Err(_)) | None => {
                    break Err((Verdict::Unknown, format!("no answer within {} s", self.timeout.as_secs_f32())));
                }
            }
        };
        match answer {
            Ok(()) => self.add(Verdict::Ok, what, "allowed"),
            Err((verdict, reason)) => self.add_permission(verdict, what, &reason),
        }
    }

    /// Checks whether the consumer group may be used.
    fn check_group(&mut self, consumer: &BaseConsumer<FirstReason>) {
        let what = format!("group {}", self.group());
        let mut partition = TopicPartitionList::new();
        let topics = self.read_topics();
        partition.add_partition(topics.first().map_or("", String::as_str), 0);
        let started = Instant::now();
        let mut answer = consumer.committed_offsets(partition.clone(), self.timeout);
        // Brokers that have just started do not know the coordinator yet.
        while answer.as_ref().is_err_and(is_coordinator_unknown) && started.elapsed() < self.timeout {
            thread::sleep(Duration::from_millis(200));
            answer = consumer.committed_offsets(partition.clone(), self.timeout);
        }
        match answer {
            Ok(_) => self.add(Verdict::Ok, what, "allowed"),
            Err(error) => self.add_permission(Verdict::Wrong, what, &error.to_string()),
        }
    }
}

/// Returns whether the group's coordinator is still being found, so that asking again may help.
fn is_coordinator_unknown(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{CoordinatorLoadInProgress, CoordinatorNotAvailable, NotCoordinator};
    matches!(error.rdkafka_error_code(), Some(CoordinatorLoadInProgress | CoordinatorNotAvailable | NotCoordinator))
}
