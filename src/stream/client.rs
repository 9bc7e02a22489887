//! What every Kafka client of the program has in common.
//!
//! Must not know what a client is for: consumers and producers add what they need, last, so that nothing that
//! exactly-once depends on can be overridden.

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use crate::config::Kafka;

/// A client's settings: where the cluster is, who we are, and what the configuration passes through.
#[must_use]
pub fn client_config(kafka: &Kafka) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("client.id", format!("dateline-{}", kafka.instance));
    // Everything goes to `log`, where log.level decides.
    config.set_log_level(RDKafkaLogLevel::Info);
    for (name, value) in &kafka.client {
        config.set(name, value);
    }
    config.set("bootstrap.servers", &kafka.brokers);
    config
}
