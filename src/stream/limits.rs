//! The size limit of a record: the smallest of what this client sends and what each output topic accepts.
//!
//! Must not know what is done with a record that is larger.

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, ConfigResource, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaResult, RDKafkaErrorCode};

use super::Error;
use super::client::client_config;
use super::producer;
use crate::config::{Settings, Topics};

/// How long the brokers may take to answer at the start. Short: they are asked again when a record turns out to be too
/// large, and an embedded broker never answers.
pub const STARTUP_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the brokers may take to answer after a record was too large.
pub const RETRY_TIMEOUT: Duration = Duration::from_secs(10);
/// What a broker counts for a record besides what we count.
const BROKER_OVERHEAD: usize = 512;

/// Returns the size limit in bytes. A topic that this client may not describe is taken to have no limit of its own.
pub fn max_record_bytes(settings: &Settings, topics: &Topics, timeout: Duration) -> Result<usize, Error> {
    let client_limit = producer::max_message_bytes(settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| Error::output(&error))?;
    let described = match runtime.block_on(describe(settings, topics, timeout)) {
        Ok(described) => described,
        Err(error) => {
            tracing::info!(%error, "cannot describe the output topics; their max.message.bytes is unknown");
            Vec::new()
        }
    };
    let topic_limits =
        described.iter().flatten().filter_map(|topic| topic.get("max.message.bytes")?.value.as_deref()?.parse().ok());
    let limit = topic_limits.map(|limit: usize| limit.saturating_sub(BROKER_OVERHEAD)).fold(client_limit, usize::min);
    Ok(limit.max(producer::MIN_MESSAGE_BYTES))
}

type Description = Result<ConfigResource, RDKafkaErrorCode>;

async fn describe(settings: &Settings, topics: &Topics, timeout: Duration) -> KafkaResult<Vec<Description>> {
    let admin: AdminClient<DefaultClientContext> = client_config(&settings.kafka).create()?;
    let outputs = topics.outputs().map(ResourceSpecifier::Topic);
    admin.describe_configs(&outputs, &AdminOptions::new().request_timeout(Some(timeout))).await
}
