//! What the output topics accept of records: how large they may be, which is the smallest of what this client sends and what
//! each topic accepts, and their times.
//!
//! Must not know what is done with a record that is larger.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, ConfigResource, OwnedResourceSpecifier, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::KafkaResult;

use super::Error;
use super::client::client_config;
use super::producer;
use super::times::TimeLimits;
use crate::config::{Settings, Topics};

/// How long the brokers may take to answer at the start. Short: they are asked again when a record turns out to be too
/// large, and an embedded broker never answers.
pub const STARTUP_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the brokers may take to answer after a record was too large.
pub const RETRY_TIMEOUT: Duration = Duration::from_secs(10);
/// What a broker counts for a record besides what we count.
const BROKER_OVERHEAD: usize = 512;

/// What the output topics accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The size of the largest record, in bytes.
    pub record_bytes: usize,
    /// The times of records.
    pub times: TimeLimits,
}

/// Returns what the output topics accept. A topic that this client may not describe is taken to have no size limit of its
/// own, and the default limits of times.
pub fn ask(settings: &Settings, topics: &Topics, timeout: Duration) -> Result<Limits, Error> {
    let client_limit = producer::max_message_bytes(settings)?;
    let described = match Describer::new(settings)?.describe(topics, timeout) {
        Ok(described) => described,
        Err(error) => {
            tracing::info!(%error, "cannot describe the output topics; their limits are unknown");
            BTreeMap::new()
        }
    };
    let sizes = described.values().filter_map(|topic| topic.get("max.message.bytes")?.parse().ok());
    let size = sizes.map(|limit: usize| limit.saturating_sub(BROKER_OVERHEAD)).fold(client_limit, usize::min);
    let times = described.values().map(TimeLimits::of_topic).reduce(TimeLimits::and).unwrap_or_default();
    Ok(Limits { record_bytes: size.max(producer::MIN_MESSAGE_BYTES), times })
}

/// Asks the brokers for the settings of topics.
pub struct Describer {
    admin: AdminClient<DefaultClientContext>,
    runtime: tokio::runtime::Runtime,
}

impl Describer {
    /// Creates a client for it.
    ///
    /// # Errors
    /// If librdkafka rejects the settings.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| Error::output(&error))?;
        Ok(Self { admin: client_config(&settings.kafka).create().map_err(Error::client)?, runtime })
    }

    /// Returns the settings of those output topics that this client may describe.
    ///
    /// # Errors
    /// If the brokers do not answer within `timeout`.
    pub fn describe(
        &self,
        topics: &Topics,
        timeout: Duration,
    ) -> KafkaResult<BTreeMap<String, BTreeMap<String, String>>> {
        let outputs = topics.outputs().map(ResourceSpecifier::Topic);
        let options = AdminOptions::new().request_timeout(Some(timeout));
        let described = self.runtime.block_on(self.admin.describe_configs(&outputs, &options))?;
        Ok(described.into_iter().flatten().filter_map(settings_of).collect())
    }
}

fn settings_of(topic: ConfigResource) -> Option<(String, BTreeMap<String, String>)> {
    let OwnedResourceSpecifier::Topic(name) = topic.specifier else { return None };
    Some((name, topic.entries.into_iter().filter_map(|entry| Some((entry.name, entry.value?))).collect()))
}
