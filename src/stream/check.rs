//! What stands between the configuration and a worker, or a timeline, that works: brokers, topics, permissions,
//! transactions.
//!
//! Changes nothing in the cluster but, when asked to, makes the topics that are missing. Must not know how findings
//! are shown.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::{ClientContext, DefaultClientContext, OAuthToken};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::Producer;
use rdkafka::{Offset, TopicPartitionList};

use super::client::client_config;
use super::error::is_denied;
use super::producer;
use super::token::TokenFile;
use crate::config::{Delivery, Settings, Topics};

const GROUP_DENIED: RDKafkaErrorCode = RDKafkaErrorCode::GroupAuthorizationFailed;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it stands.
    pub verdict: Verdict,
    /// What was looked at.
    pub what: String,
    /// What was seen, and what to do where it is wrong.
    pub detail: String,
}

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it must.
    Ok,
    /// It would fail, or not keep what it promises.
    Wrong,
    /// The cluster does not tell us; it may well work.
    Unknown,
}

/// What is to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `dateline run`: reads articles and what became of them, and writes.
    Worker,
    /// `dateline serve`: reads what workers write.
    Timeline,
}

/// Looks at everything in the cluster that a role with these settings needs. Makes missing topics first if `create`.
/// Each question to the cluster waits for `timeout` at most.
///
/// Blocks its thread while librdkafka does: for a command, not for a server.
pub async fn check(settings: &Settings, role: Role, create: bool, timeout: Duration) -> Vec<Finding> {
    let mut check = Check { settings, role, topics: Topics::new(&settings.kafka), timeout, findings: Vec::new() };
    match check.clients() {
        Ok((consumer, admin)) => check.cluster(&consumer, admin.as_ref(), create).await,
        Err(error) => {
            let hint = format!("librdkafka refuses it: {error}; mend kafka.client");
            check.add(Verdict::Wrong, "configuration", hint);
        }
    }
    check.findings
}

struct Check<'a> {
    settings: &'a Settings,
    role: Role,
    topics: Topics,
    timeout: Duration,
    findings: Vec<Finding>,
}

type Admin = AdminClient<DefaultClientContext>;

impl Check<'_> {
    fn add(&mut self, verdict: Verdict, what: impl Into<String>, detail: impl Into<String>) {
        self.findings.push(Finding { verdict, what: what.into(), detail: detail.into() });
    }

    fn group(&self) -> &str {
        match self.role {
            Role::Worker => &self.settings.kafka.group,
            Role::Timeline => &self.settings.serve.group,
        }
    }

    /// The topics that must be there.
    fn needed(&self) -> Vec<String> {
        let Topics { input, events, articles, rejected } = &self.topics;
        match self.role {
            Role::Worker => vec![input.clone(), events.clone(), articles.clone(), rejected.clone()],
            Role::Timeline => vec![events.clone(), articles.clone()],
        }
    }

    /// Those of them that are read: a worker goes by what it has said of articles before.
    fn read(&self) -> [&String; 2] {
        let Topics { input, events, articles, .. } = &self.topics;
        match self.role {
            Role::Worker => [input, articles],
            Role::Timeline => [events, articles],
        }
    }

    fn add_right(&mut self, verdict: Verdict, what: String, why: &str) {
        let who = match self.role {
            Role::Worker => "the worker",
            Role::Timeline => "the timeline",
        };
        self.add(verdict, what, format!("{why}; {who} needs the right to Read it"));
    }

    /// No admin client where tokens are used: the one of rdkafka never asks for them, and would wait in vain.
    fn clients(&self) -> KafkaResult<(BaseConsumer<Reasons>, Option<Admin>)> {
        let mut config = client_config(&self.settings.kafka);
        let token = TokenFile::new(self.settings.kafka.token_file.as_deref());
        let admin = if token.is_used() { None } else { Some(config.create()?) };
        config.set("group.id", self.group());
        config.set("enable.auto.commit", "false").set("enable.partition.eof", "true");
        let consumer: BaseConsumer<Reasons> = config.create_with_context(Reasons { first: Mutex::default(), token })?;
        // librdkafka asks for a token only while it is polled.
        let _ = consumer.poll(Duration::ZERO);
        Ok((consumer, admin))
    }

    async fn cluster(&mut self, consumer: &BaseConsumer<Reasons>, admin: Option<&Admin>, create: bool) {
        self.add(Verdict::Ok, "configuration", "can be read");
        let partitions = match self.partitions(consumer) {
            Ok((brokers, partitions)) => {
                self.add(Verdict::Ok, "brokers", format!("{brokers} at {}", self.settings.kafka.brokers));
                partitions
            }
            Err(error) => {
                let why = consumer.context().reason(consumer).unwrap_or_else(|| error.to_string());
                let hint = format!("{}: {why}; see kafka.brokers and kafka.client", self.settings.kafka.brokers);
                return self.add(Verdict::Wrong, "brokers", hint);
            }
        };
        let missing = self.topics(&partitions, admin, create).await;
        self.policies(&missing, admin).await;
        for topic in self.read().map(Clone::clone) {
            if partitions.contains_key(&topic) {
                self.readable(&topic, consumer);
            }
        }
        self.usable(consumer);
        if self.role == Role::Worker && self.settings.stream.delivery == Delivery::ExactlyOnce {
            self.transactions();
        }
    }

    /// How many brokers there are, and each topic that we may see with its number of partitions. All topics are asked
    /// for, since asking for one by name could make it.
    fn partitions(&self, consumer: &BaseConsumer<Reasons>) -> KafkaResult<(usize, BTreeMap<String, usize>)> {
        let metadata = consumer.fetch_metadata(None, self.timeout)?;
        let topics = metadata.topics().iter().filter(|topic| topic.error().is_none());
        let partitions = topics.map(|topic| (topic.name().to_owned(), topic.partitions().len())).collect();
        Ok((metadata.brokers().len(), partitions))
    }

    /// Whether the topics are there; makes those that are not, if it may. Returns those that were not there.
    async fn topics(&mut self, seen: &BTreeMap<String, usize>, admin: Option<&Admin>, create: bool) -> Vec<String> {
        let (there, missing): (Vec<_>, Vec<_>) = self.needed().into_iter().partition(|name| seen.contains_key(name));
        for name in &there {
            let count = seen.get(name).copied().unwrap_or_default();
            self.add(Verdict::Ok, format!("topic {name}"), format!("partitions: {count}"));
        }
        for name in &missing {
            let what = format!("topic {name}");
            if !create {
                let hint = "is not there, or may not be described; make it with `dateline check --create-topics`";
                self.add(Verdict::Wrong, what, hint);
                continue;
            }
            match self.create(name, admin).await {
                Ok(()) => self.add(Verdict::Ok, what, "made"),
                Err(error) => {
                    self.add(
                        Verdict::Wrong,
                        what,
                        format!("cannot be made: {error}; see kafka.partitions, kafka.replication"),
                    );
                }
            }
        }
        missing
    }

    async fn create(&self, name: &str, admin: Option<&Admin>) -> Result<(), String> {
        let admin = admin.ok_or("with OAUTHBEARER topics cannot be made from here; make it with `kafka-topics`")?;
        let kafka = &self.settings.kafka;
        let wanted = self.wanted(name);
        let topic = NewTopic::new(name, kafka.partitions, TopicReplication::Fixed(kafka.replication));
        let topic = wanted.iter().fold(topic, |topic, (key, value)| topic.set(key, value));
        // A rejection carries the time of its message, so that a replay writes the same; with the usual retention the
        // rejection of an old article would be gone at once. Whoever wants a limit may set one: it is not checked.
        let topic = if name == self.topics.rejected { topic.set("retention.ms", "-1") } else { topic };
        let options = AdminOptions::new().request_timeout(Some(self.timeout)).operation_timeout(Some(self.timeout));
        let results = admin.create_topics([&topic], &options).await.map_err(|e| e.to_string())?;
        match results.into_iter().next() {
            // Someone else was quicker.
            None | Some(Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists))) => Ok(()),
            Some(Err((_, code))) => Err(code.to_string()),
        }
    }

    /// How a topic must be set up, as Kafka's own settings of topics.
    fn wanted(&self, topic: &str) -> Vec<(&'static str, String)> {
        let mut wanted = Vec::new();
        if topic != self.topics.input {
            // By key, so that the last record about an event or an article stays. Rejected messages may have no key,
            // which a compacted topic does not take.
            let policy = if topic == self.topics.rejected { "delete" } else { "compact" };
            wanted.push(("cleanup.policy", policy.to_owned()));
            // Brokers take a little more than librdkafka's default; where more is sent, more must be taken.
            if let Some(limit) = producer::limit(self.settings).ok().filter(|limit| *limit > 1_000_000) {
                wanted.push(("max.message.bytes", (limit + (1 << 16)).to_string()));
            }
        }
        wanted
    }

    /// Whether the output topics are set up as they must be; those just made are.
    async fn policies(&mut self, missing: &[String], admin: Option<&Admin>) {
        let Some(admin) = admin else {
            return self.add(Verdict::Unknown, "settings of topics", "with OAUTHBEARER they cannot be asked from here");
        };
        let outputs = self.needed().into_iter().filter(|name| *name != self.topics.input);
        for name in &outputs.filter(|name| !missing.contains(name)).collect::<Vec<_>>() {
            let options = AdminOptions::new().request_timeout(Some(self.timeout));
            let described = admin.describe_configs([&ResourceSpecifier::Topic(name)], &options).await;
            let described = described.and_then(|all| match all.into_iter().next() {
                Some(resource) => resource.map_err(KafkaError::AdminOp),
                None => Err(KafkaError::NoMessageReceived),
            });
            let what = format!("settings of {name}");
            match described.map(|resource| self.wrong_policy(name, &resource)) {
                Ok(None) => self.add(Verdict::Ok, what, "as they must be"),
                Ok(Some(hint)) => self.add(Verdict::Wrong, what, hint),
                Err(error) => self.add(Verdict::Unknown, what, format!("may not be described: {error}")),
            }
        }
    }

    fn wrong_policy(&self, name: &str, resource: &ConfigResource) -> Option<String> {
        self.wanted(name).into_iter().find_map(|(key, wanted)| {
            let is = resource.get(key).and_then(|entry| entry.value.as_deref()).unwrap_or_default();
            let fits = match (is.parse::<u64>(), wanted.parse::<u64>()) {
                (Ok(size), Ok(least)) => size >= least,
                // Kafka has "compact,delete" as well.
                _ => is == wanted || wanted == "compact" && is.contains("compact"),
            };
            let command = format!("kafka-configs --alter --entity-type topics --entity-name {name} --add-config");
            (!fits).then(|| format!("{key} is {is}; mend it with `{command} {key}={wanted}`"))
        })
    }

    /// Whether a topic can be read: its end, so that nothing is read in fact.
    fn readable(&mut self, topic: &str, consumer: &BaseConsumer<Reasons>) {
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
                // What is wrong with the group comes here as well, and is told of the group.
                Some(Err(error)) if is_denied(&error) && error.rdkafka_error_code() != Some(GROUP_DENIED) => {
                    break Err((Verdict::Wrong, error.to_string()));
                }
                // An empty answer may come early, when librdkafka had something else to tell.
                Some(Err(_)) | None if Instant::now() < deadline => {}
                Some(Err(_)) | None => {
                    break Err((Verdict::Unknown, format!("no answer within {} s", self.timeout.as_secs_f32())));
                }
            }
        };
        match answer {
            Ok(()) => self.add(Verdict::Ok, what, "allowed"),
            Err((verdict, why)) => self.add_right(verdict, what, &why),
        }
    }

    /// Whether the consumer group may be used.
    fn usable(&mut self, consumer: &BaseConsumer<Reasons>) {
        let what = format!("group {}", self.group());
        let mut place = TopicPartitionList::new();
        place.add_partition(self.read()[0], 0);
        let begun = Instant::now();
        let mut answer = consumer.committed_offsets(place.clone(), self.timeout);
        // Brokers that have just started do not know yet who coordinates.
        while answer.as_ref().is_err_and(is_passing) && begun.elapsed() < self.timeout {
            thread::sleep(Duration::from_millis(200));
            answer = consumer.committed_offsets(place.clone(), self.timeout);
        }
        match answer {
            Ok(_) => self.add(Verdict::Ok, what, "allowed"),
            Err(error) => self.add_right(Verdict::Wrong, what, &error.to_string()),
        }
    }

    /// Whether a transactional producer can start. Not under the worker's own id, which would stop a running worker.
    fn transactions(&mut self) {
        let kafka = &self.settings.kafka;
        let id = format!("{}-check", producer::transactional_id(self.settings));
        let mut config = client_config(kafka);
        config.set("transactional.id", &id);
        let started = config.create_with_context::<_, producer::Inner>(producer::Deliveries::new(kafka));
        let started = started.and_then(|producer| producer.init_transactions(self.timeout));
        match started {
            Ok(()) => self.add(Verdict::Ok, "transactions", "can be started"),
            Err(error) => {
                let hint = format!(
                    "{error}; exactly-once needs brokers from 2.5, as many brokers as \
                     transaction.state.log.replication.factor, and the right to Write the transactional id {id}; \
                     without them, set stream.delivery to at-least-once"
                );
                self.add(Verdict::Wrong, "transactions", hint);
            }
        }
    }
}

/// Whether asking again may help: the group's coordinator is being found.
fn is_passing(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{CoordinatorLoadInProgress, CoordinatorNotAvailable, NotCoordinator};
    matches!(error.rdkafka_error_code(), Some(CoordinatorLoadInProgress | CoordinatorNotAvailable | NotCoordinator))
}

/// Keeps the first reason that librdkafka gives for what fails: its errors alone say no more than "transport failure".
struct Reasons {
    first: Mutex<Option<String>>,
    token: TokenFile,
}

impl Reasons {
    /// Has librdkafka tell what it has gathered, and returns the first reason.
    fn reason(&self, consumer: &BaseConsumer<Self>) -> Option<String> {
        let deadline = Instant::now() + Duration::from_millis(500);
        while self.first().is_none() && Instant::now() < deadline {
            let _ = consumer.poll(Duration::from_millis(10));
        }
        self.first().clone()
    }

    fn first(&self) -> MutexGuard<'_, Option<String>> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Reasons {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.token.token()
    }

    fn error(&self, _: KafkaError, reason: &str) {
        self.first().get_or_insert_with(|| reason.to_owned());
    }
}

impl ConsumerContext for Reasons {}

#[cfg(test)]
mod tests {
    use rdkafka::admin::{ConfigEntry, ConfigSource, OwnedResourceSpecifier};
    use rdkafka::mocking::MockCluster;

    use super::*;
    use crate::config::Configuration;

    const TIMEOUT: Duration = Duration::from_secs(10);

    fn settings(brokers: &str, client: &[(&str, &str)]) -> Settings {
        let variable = |(name, value): &(&str, &str)| (format!("DATELINE_KAFKA__CLIENT__{name}"), (*value).to_owned());
        let variables: Vec<_> = client.iter().map(variable).collect();
        Configuration::load(None, variables, [("--brokers", "kafka.brokers", brokers)]).unwrap().settings().unwrap()
    }

    /// The findings of a check, one a line. The mock cluster knows neither making nor describing topics.
    async fn findings(settings: &Settings, role: Role, timeout: Duration) -> String {
        let line = |f: &Finding| format!("{:?} {}: {}\n", f.verdict, f.what, f.detail);
        let lines: String = check(settings, role, false, timeout).await.iter().map(line).collect();
        lines.replace(&settings.kafka.brokers, "BROKERS")
    }

    #[tokio::test]
    async fn brokers_that_do_not_answer_end_it_with_the_reason() {
        // A port that was free a moment ago, and that nobody listens on.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let told =
            findings(&settings(&format!("127.0.0.1:{port}"), &[]), Role::Worker, Duration::from_millis(500)).await;
        let (first, second) = told.split_once('\n').unwrap();
        assert_eq!(first, "Ok configuration: can be read");
        assert!(second.starts_with("Wrong brokers: "), "{told}");
        assert!(second.contains("Connection refused"), "{told}");
        assert_eq!(told.lines().count(), 2, "{told}");
    }

    #[tokio::test]
    async fn settings_that_librdkafka_refuses_are_named() {
        let told = findings(
            &settings("127.0.0.1:9", &[("SSL_CA_LOCATION", "nowhere/ca.pem"), ("SECURITY_PROTOCOL", "ssl")]),
            Role::Worker,
            TIMEOUT,
        )
        .await;
        assert!(told.starts_with("Wrong configuration: librdkafka refuses it: "), "{told}");
        assert!(told.contains("ssl.ca.location"), "{told}");
    }

    #[tokio::test]
    async fn topics_that_are_not_there_are_wrong() {
        let cluster = MockCluster::new(1).unwrap();
        cluster.create_topic("articles", 3, 1).unwrap();
        let told = findings(&settings(&cluster.bootstrap_servers(), &[]), Role::Worker, TIMEOUT).await;
        insta::assert_snapshot!(told, @r##"
        Ok configuration: can be read
        Ok brokers: 1 at BROKERS
        Ok topic articles: partitions: 3
        Wrong topic timeline.events: is not there, or may not be described; make it with `dateline check --create-topics`
        Wrong topic timeline.articles: is not there, or may not be described; make it with `dateline check --create-topics`
        Wrong topic timeline.rejected: is not there, or may not be described; make it with `dateline check --create-topics`
        Ok reading articles: allowed
        Ok group dateline: allowed
        Ok transactions: can be started
        "##);
    }

    #[tokio::test]
    async fn a_timeline_reads_what_workers_write_and_nothing_else() {
        let cluster = MockCluster::new(1).unwrap();
        for topic in ["timeline.events", "timeline.articles"] {
            cluster.create_topic(topic, 3, 1).unwrap();
        }
        let told = findings(&settings(&cluster.bootstrap_servers(), &[]), Role::Timeline, TIMEOUT).await;
        // The mock cluster does not describe its topics.
        let told: Vec<_> = told.lines().filter(|line| !line.starts_with("Unknown settings of")).collect();
        insta::assert_snapshot!(told.join("\n"), @r##"
        Ok configuration: can be read
        Ok brokers: 1 at BROKERS
        Ok topic timeline.events: partitions: 3
        Ok topic timeline.articles: partitions: 3
        Ok reading timeline.events: allowed
        Ok reading timeline.articles: allowed
        Ok group dateline-serve: allowed
        "##);
    }

    #[tokio::test]
    async fn brokers_without_transactions_are_no_matter_for_at_least_once() {
        let cluster = MockCluster::new(1).unwrap();
        let mut settings = settings(&cluster.bootstrap_servers(), &[]);
        assert!(findings(&settings, Role::Worker, TIMEOUT).await.contains("transactions"));
        settings.stream.delivery = Delivery::AtLeastOnce;
        assert!(!findings(&settings, Role::Worker, TIMEOUT).await.contains("transactions"));
    }

    /// What is said of a topic with these settings of its own.
    fn wrong(topic: &str, client: &[(&str, &str)], own: &[(&str, &str)]) -> Option<String> {
        let settings = settings("127.0.0.1:9", client);
        let topics = Topics::new(&settings.kafka);
        let check = Check { settings: &settings, role: Role::Worker, topics, timeout: TIMEOUT, findings: Vec::new() };
        let entry = |(name, value): &(&str, &str)| ConfigEntry {
            name: (*name).to_owned(),
            value: Some((*value).to_owned()),
            source: ConfigSource::DynamicTopic,
            is_read_only: false,
            is_default: false,
            is_sensitive: false,
        };
        let specifier = OwnedResourceSpecifier::Topic(topic.to_owned());
        check.wrong_policy(topic, &ConfigResource { specifier, entries: own.iter().map(entry).collect() })
    }

    #[test]
    fn events_and_articles_must_be_compacted_and_rejections_not() {
        let (compact, delete) = (("cleanup.policy", "compact"), ("cleanup.policy", "delete"));
        assert_eq!(wrong("timeline.events", &[], &[compact]), None);
        assert_eq!(wrong("timeline.articles", &[], &[("cleanup.policy", "compact,delete")]), None);
        assert_eq!(wrong("timeline.rejected", &[], &[delete]), None);
        assert!(wrong("timeline.rejected", &[], &[compact]).is_some());
        insta::assert_snapshot!(wrong("timeline.events", &[], &[delete]).unwrap(), @"cleanup.policy is delete; mend it with `kafka-configs --alter --entity-type topics --entity-name timeline.events --add-config cleanup.policy=compact`");
    }

    #[test]
    fn topics_must_take_the_largest_record_that_is_sent() {
        let sent = [("MESSAGE_MAX_BYTES", "5000000")];
        let own = |size| [("cleanup.policy", "compact"), ("max.message.bytes", size)];
        assert_eq!(wrong("timeline.events", &[], &own("1048588")), None);
        assert_eq!(wrong("timeline.events", &sent, &own("6000000")), None);
        insta::assert_snapshot!(wrong("timeline.events", &sent, &own("1048588")).unwrap(), @"max.message.bytes is 1048588; mend it with `kafka-configs --alter --entity-type topics --entity-name timeline.events --add-config max.message.bytes=5065536`");
    }
}
