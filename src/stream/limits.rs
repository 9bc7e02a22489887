//! How large a record may be: as large as this client sends and every output topic takes.
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

/// How long the brokers may take to answer at the start. Not long: a record that turns out too large makes us ask again,
/// and an embedded broker never answers.
pub const BRIEFLY: Duration = Duration::from_secs(1);
/// How long they may take when it matters.
pub const PATIENTLY: Duration = Duration::from_secs(10);
/// What a topic counts for a record besides what we count.
const FRAME: usize = 512;

/// The limit in bytes. A topic that may not be described is taken to have none of its own.
pub fn ask(settings: &Settings, topics: &Topics, time: Duration) -> Result<usize, Error> {
    let own = producer::limit(settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| Error::output(&error))?;
    let told = match runtime.block_on(describe(settings, topics, time)) {
        Ok(told) => told,
        Err(error) => {
            tracing::info!(%error, "the output topics may not be described; their max.message.bytes is not known");
            Vec::new()
        }
    };
    let limits =
        told.iter().flatten().filter_map(|topic| topic.get("max.message.bytes")?.value.as_deref()?.parse().ok());
    Ok(limits.map(|limit: usize| limit.saturating_sub(FRAME)).fold(own, usize::min).max(producer::LEAST))
}

type Described = Result<ConfigResource, RDKafkaErrorCode>;

async fn describe(settings: &Settings, topics: &Topics, time: Duration) -> KafkaResult<Vec<Described>> {
    let admin: AdminClient<DefaultClientContext> = client_config(&settings.kafka).create()?;
    let asked = topics.outputs().map(ResourceSpecifier::Topic);
    admin.describe_configs(&asked, &AdminOptions::new().request_timeout(Some(time))).await
}
