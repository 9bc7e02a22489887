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
    // Ten seconds by librdkafka's own default: that long a broker that came back would not be noticed.
    config.set("reconnect.backoff.max.ms", "1000");
    for (name, value) in &kafka.client {
        config.set(name, value);
    }
    if !kafka.client.iter().any(|(name, _)| name.starts_with("ssl.ca.")) {
        // An OpenSSL of our own looks for the authorities where no system keeps them.
        config.set("ssl.ca.location", "probe");
    }
    config.set("bootstrap.servers", &kafka.brokers);
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Configuration;

    fn kafka(name: &str, value: &str) -> Kafka {
        let variable = (format!("DATELINE_KAFKA__CLIENT__{name}"), value.to_owned());
        Configuration::load(None, [variable], []).unwrap().settings().unwrap().kafka
    }

    #[test]
    fn what_is_passed_through_goes_before_our_defaults() {
        assert_eq!(client_config(&kafka("LINGER_MS", "7")).get("client.id"), Some("dateline-0"));
        let config = client_config(&kafka("CLIENT_ID", "mine"));
        assert_eq!(config.get("client.id"), Some("mine"));
        assert_eq!(config.get("bootstrap.servers"), Some("localhost:9092"));
    }

    #[test]
    fn authorities_are_looked_for_where_systems_keep_them_unless_others_are_given() {
        assert_eq!(client_config(&kafka("LINGER_MS", "7")).get("ssl.ca.location"), Some("probe"));
        assert_eq!(client_config(&kafka("SSL_CA_LOCATION", "/ca")).get("ssl.ca.location"), Some("/ca"));
        assert_eq!(client_config(&kafka("SSL_CA_PEM", "-----BEGIN")).get("ssl.ca.location"), None);
    }
}
