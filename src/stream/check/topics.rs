//! Whether the topics exist and are set up as they must be.

use std::collections::BTreeMap;

use rdkafka::admin::{AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::{Admin, Check, Verdict};
use crate::stream::producer;

impl Check<'_> {
    /// Checks whether the topics exist; creates missing ones if `create` is true. Returns those that were missing.
    pub(super) async fn check_topics(
        &mut self,
        partitions: &BTreeMap<String, usize>,
        admin: Option<&Admin>,
        create: bool,
    ) -> Vec<String> {
        let required = self.required_topics().into_iter();
        let (existing, missing): (Vec<_>, Vec<_>) = required.partition(|name| partitions.contains_key(name));
        for name in &existing {
            let count = partitions.get(name).copied().unwrap_or_default();
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
        if topic != self.topics.input {
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

    /// Checks whether the output topics have the settings that they must have, as those just created do.
    pub(super) async fn check_topic_settings(&mut self, created: &[String], admin: Option<&Admin>) {
        let Some(admin) = admin else {
            return self.add(Verdict::Unknown, "settings of topics", "cannot be checked with OAUTHBEARER");
        };
        let outputs = self.required_topics().into_iter().filter(|name| *name != self.topics.input);
        for name in &outputs.filter(|name| !created.contains(name)).collect::<Vec<_>>() {
            let options = AdminOptions::new().request_timeout(Some(self.timeout));
            let described = admin.describe_configs([&ResourceSpecifier::Topic(name)], &options).await;
            let described = described.and_then(|all| match all.into_iter().next() {
                Some(resource) => resource.map_err(KafkaError::AdminOp),
                None => Err(KafkaError::NoMessageReceived),
            });
            let what = format!("settings of {name}");
            match described.map(|resource| self.wrong_setting(name, &resource)) {
                Ok(None) => self.add(Verdict::Ok, what, "as they must be"),
                Ok(Some(hint)) => self.add(Verdict::Wrong, what, hint),
                Err(error) => self.add(Verdict::Unknown, what, format!("may not be described: {error}")),
            }
        }
    }

    /// Returns what is wrong with the settings of a topic, and how to fix it.
    pub(super) fn wrong_setting(&self, name: &str, resource: &ConfigResource) -> Option<String> {
        self.required_settings(name).into_iter().find_map(|(key, required)| {
            let actual = resource.get(key).and_then(|entry| entry.value.as_deref()).unwrap_or_default();
            let fits = match (actual.parse::<u64>(), required.parse::<u64>()) {
                (Ok(size), Ok(least)) => size >= least,
                // Kafka has "compact,delete" as well.
                _ => actual == required || required == "compact" && actual.contains("compact"),
            };
            let command = format!("kafka-configs --alter --entity-type topics --entity-name {name} --add-config");
            (!fits).then(|| format!("{key} is {actual}; correct it with `{command} {key}={required}`"))
        })
    }
}
