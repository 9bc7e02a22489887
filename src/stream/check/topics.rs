//! Whether the topics exist and are set up as they must be.

use std::collections::BTreeMap;

use rdkafka::admin::{AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::MetadataPartition;

use super::{Admin, Check, Verdict};
use crate::stream::producer;

/// A topic as it is in the cluster.
pub struct Topic {
    /// The number of its partitions.
    partitions: usize,
    /// How many brokers hold each of them: the fewest, and the fewest that are in sync.
    replicas: usize,
    in_sync: usize,
    /// The first partition without a leader.
    leaderless: Option<i32>,
}

impl Topic {
    /// Reads the metadata of its partitions.
    pub fn new(partitions: &[MetadataPartition]) -> Self {
        Self {
            partitions: partitions.len(),
            replicas: partitions.iter().map(|it| it.replicas().len()).min().unwrap_or(0),
            in_sync: partitions.iter().map(|it| it.isr().len()).min().unwrap_or(0),
            leaderless: partitions.iter().find(|it| it.leader() < 0).map(MetadataPartition::id),
        }
    }
}

impl Check<'_> {
    /// Checks whether the topics exist; creates missing ones if `create` is true. Returns those that were missing.
    pub(super) async fn check_topics(
        &mut self,
        topics: &BTreeMap<String, Topic>,
        admin: Option<&Admin>,
        create: bool,
    ) -> Vec<String> {
        let required = self.required_topics().into_iter();
        let (existing, missing): (Vec<_>, Vec<_>) = required.partition(|name| topics.contains_key(name));
        for name in &existing {
            let count = topics.get(name).map_or(0, |topic| topic.partitions);
            self.add(Verdict::Ok, format!("topic {name}"), format!("partitions: {count}"));
        }
        for name in &missing {
            let what = format!("topic {name}");
            if !create {
                let hint = "does not exist, or may not be described; create it with `dateline check --create-topics`";
                self.add(Verdict::Wrong, what, hint);
                continue;
            }
            match self.create_topic(name, admin).await {
                Ok(()) => self.add(Verdict::Ok, what, "created"),
                Err(error) => {
                    let hint = format!("cannot be created: {error}; see kafka.partitions and kafka.replication");
                    self.add(Verdict::Wrong, what, hint);
                }
            }
        }
        missing
    }

    async fn create_topic(&self, name: &str, admin: Option<&Admin>) -> Result<(), String> {
        let admin = admin.ok_or("not possible with OAUTHBEARER; create it with `kafka-topics`")?;
        let kafka = &self.settings.kafka;
        let required = self.required_settings(name);
        let topic = NewTopic::new(name, kafka.partitions, TopicReplication::Fixed(kafka.replication));
        let topic = required.iter().fold(topic, |topic, (key, value)| topic.set(key, value));
        // A rejection has the timestamp of its message, so that a replay writes the same; with the default retention the
        // rejection of an old article would be deleted at once. Whoever wants a limit may set one: it is not checked.
        let topic = if name == self.topics.rejected { topic.set("retention.ms", "-1") } else { topic };
        let options = AdminOptions::new().request_timeout(Some(self.timeout)).operation_timeout(Some(self.timeout));
        let results = admin.create_topics([&topic], &options).await.map_err(|e| e.to_string())?;
        match results.into_iter().next() {
            // Another process was quicker.
            None | Some(Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists))) => Ok(()),
            Some(Err((_, code))) => Err(code.to_string()),
        }
    }

    /// Returns the settings that a topic must have, by Kafka's names.
    fn required_settings(&self, topic: &str) -> Vec<(&'static str, String)> {
        let mut required = Vec::new();
        if !self.topics.is_input(topic) {
            // Compacted by key, so that the last record of an event or an article stays. Rejected messages may have no
            // key, which a compacted topic does not accept.
            let policy = if topic == self.topics.rejected { "delete" } else { "compact" };
            required.push(("cleanup.policy", policy.to_owned()));
            // The default of brokers is a little above that of librdkafka; if larger records are sent, it must be raised.
            if let Some(limit) = producer::max_message_bytes(self.settings).ok().filter(|limit| *limit > 1_000_000) {
                required.push(("max.message.bytes", (limit + (1 << 16)).to_string()));
            }
        }
        required
    }

    /// Checks whether the partitions of the topics are available, and those of the outputs on more than one broker.
    pub(super) fn check_replicas(&mut self, topics: &BTreeMap<String, Topic>, brokers: usize) {
        for name in self.required_topics() {
            let Some(topic) = topics.get(&name) else { continue };
            let what = format!("replicas of {name}");
            if let Some(partition) = topic.leaderless {
                self.add(Verdict::Wrong, what, format!("partition {partition} has no leader: its brokers are away"));
            } else if !self.topics.is_input(&name) && topic.replicas == 1 && brokers > 1 {
                let hint = "a partition is on one broker alone, and lost with it; \
                            `kafka-reassign-partitions` gives it more";
                self.add(Verdict::Wrong, what, hint);
            }
        }
    }

    /// Checks whether the topics have the settings that they must have, as those just created do.
    pub(super) async fn check_topic_settings(
        &mut self,
        topics: &BTreeMap<String, Topic>,
        created: &[String],
        admin: Option<&Admin>,
    ) {
        let Some(admin) = admin else {
            return self.add(Verdict::Unknown, "settings of topics", "cannot be checked with OAUTHBEARER");
        };
        let mut described = BTreeMap::new();
        for name in self.required_topics().into_iter().filter(|name| !created.contains(name)) {
            let options = AdminOptions::new().request_timeout(Some(self.timeout));
            let answer = admin.describe_configs([&ResourceSpecifier::Topic(&name)], &options).await;
            let answer = answer.and_then(|all| match all.into_iter().next() {
                Some(resource) => resource.map_err(KafkaError::AdminOp),
                None => Err(KafkaError::NoMessageReceived),
            });
            described.insert(name, answer);
        }
        let inputs = self.inputs.iter().filter_map(|name| described.get(name)?.as_ref().ok());
        let inputs: Vec<&ConfigResource> = inputs.collect();
        let mut findings = Vec::new();
        for name in self.required_topics() {
            let finding = match described.get(&name) {
                Some(Ok(resource)) => {
                    let mut wrong = self.wrong_settings(&name, resource, &inputs);
                    wrong.extend(topics.get(&name).and_then(|topic| too_few_replicas(topic, resource)));
                    if wrong.is_empty() {
                        (Verdict::Ok, "as they must be".to_owned())
                    } else {
                        (Verdict::Wrong, wrong.join("; "))
                    }
                }
                Some(Err(error)) => (Verdict::Unknown, format!("may not be described: {error}")),
                None => continue,
            };
            findings.push((name, finding));
        }
        for (name, (verdict, detail)) in findings {
            self.add(verdict, format!("settings of {name}"), detail);
        }
    }

    /// Returns what is wrong with the settings of a topic, and how to fix it. `inputs` are those of the topics of articles.
    pub(super) fn wrong_settings(
        &self,
        name: &str,
        resource: &ConfigResource,
        inputs: &[&ConfigResource],
    ) -> Vec<String> {
        let command = format!("kafka-configs --alter --entity-type topics --entity-name {name} --add-config");
        let fix = |key: &str, actual: &str, required: &str| {
            format!("{key} is {actual}; correct it with `{command} {key}={required}`")
        };
        let mut wrong = Vec::new();
        for (key, required) in self.required_settings(name) {
            let actual = value(resource, key).unwrap_or_default();
            let fits = match (actual.parse::<u64>(), required.parse::<u64>()) {
                (Ok(size), Ok(least)) => size >= least,
                // Kafka has "compact,delete" as well.
                _ => actual == required || required == "compact" && actual.contains("compact"),
            };
            if !fits {
                wrong.push(fix(key, actual, &required));
            }
        }
        if self.topics.is_input(name) {
            return wrong;
        }
        let is_compacted = name != self.topics.rejected;
        if is_compacted && value(resource, "cleanup.policy").is_some_and(|policy| policy.contains("delete")) {
            let window = i64::try_from(self.settings.revisions.window.as_millis()).unwrap_or(i64::MAX);
            if let Some(retention) = number(resource, "retention.ms").filter(|it| (0..window).contains(it)) {
                let days = self.settings.revisions.window.as_secs() / 86_400;
                let reason = format!("records are deleted before the {days} days of revisions.window are over: ");
                wrong.push(reason + &fix("retention.ms", &retention.to_string(), "-1"));
            }
            if let Some(bytes) = number(resource, "retention.bytes").filter(|it| *it >= 0) {
                let reason = "records are deleted whatever their age: ";
                wrong.push(reason.to_owned() + &fix("retention.bytes", &bytes.to_string(), "-1"));
            }
        }
        // Records have the time of their message: the memory of articles and replays go by it.
        if let Some(kind) = value(resource, "message.timestamp.type").filter(|kind| *kind != "CreateTime") {
            wrong.push(fix("message.timestamp.type", kind, "CreateTime"));
        }
        for key in ["message.timestamp.before.max.ms", "message.timestamp.after.max.ms"] {
            // Where the brokers set the times of an input, none of them is ahead.
            let is_set = |input: &ConfigResource| value(input, "message.timestamp.type") == Some("LogAppendTime");
            let sent = inputs.iter().filter(|input| !(is_set(input) && key.contains("after")));
            let sent = sent.filter_map(|input| number(input, key)).max();
            let (Some(accepted), Some(sent)) = (number(resource, key), sent) else { continue };
            if accepted < sent {
                let reason = format!("the input may have times that the brokers refuse here ({key} there is {sent}): ");
                wrong.push(reason + &fix(key, &accepted.to_string(), &sent.to_string()));
            }
        }
        wrong
    }
}

/// Returns why the brokers refuse what is written with `acks=all`.
fn too_few_replicas(topic: &Topic, resource: &ConfigResource) -> Option<String> {
    let least = usize::try_from(number(resource, "min.insync.replicas")?).ok()?;
    if topic.replicas < least {
        return Some(format!(
            "min.insync.replicas is {least}, but a partition has {} replicas: the brokers refuse every record; give it \
             more, or lower the setting",
            topic.replicas
        ));
    }
    (topic.in_sync < least).then(|| {
        format!(
            "min.insync.replicas is {least}, but only {} replicas of a partition are in sync: the brokers refuse records \
             until the others are back",
            topic.in_sync
        )
    })
}

fn value<'r>(resource: &'r ConfigResource, key: &str) -> Option<&'r str> {
    resource.get(key)?.value.as_deref()
}

fn number(resource: &ConfigResource, key: &str) -> Option<i64> {
    value(resource, key)?.parse().ok()
}
