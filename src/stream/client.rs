//! The settings that every Kafka client of the program shares.
//!
//! Must not know what a client is for: consumers and producers add their own settings last, so that nothing that
//! exactly-once depends on can be overridden.

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use crate::config::Kafka;

/// Returns the settings of a client: the brokers, the client's id, and what the configuration passes through.
#[must_use]
pub fn client_config(kafka: &Kafka) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("client.id", format!("dateline-{}", kafka.instance));
    // Everything goes to the log, where log.level decides.
    config.set_log_level(RDKafkaLogLevel::Info);
    // librdkafka's default is ten seconds: for that long a broker that is back would go unnoticed.
    config.set("reconnect.backoff.max.ms", "1000");
    for (name, value) in &kafka.client {
        config.set(name, value);
    }
    if !kafka.client.iter().any(|(name, _)| name.starts_with("ssl.ca.")) {
        // A bundled OpenSSL looks for the certificate authorities where no system keeps them.
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
    fn settings_passed_through_override_our_defaults() {
        assert_eq!(client_config(&kafka("LINGER_MS", "7")).get("client.id"), Some("dateline-0"));
        let config = client_config(&kafka("CLIENT_ID", "mine"));
        assert_eq!(config.get("client.id"), Some("mine"));
        assert_eq!(config.get("bootstrap.servers"), Some("localhost:9092"));
    }

    #[test]
    fn certificate_authorities_are_those_of_the_system_unless_others_are_given() {
        assert_eq!(client_config(&kafka("LINGER_MS", "7")).get("ssl.ca.location"), Some("probe"));
        assert_eq!(client_config(&kafka("SSL_CA_LOCATION", "/ca")).get("ssl.ca.location"), Some("/ca"));
        assert_eq!(client_config(&kafka("SSL_CA_PEM", "-----BEGIN")).get("ssl.ca.location"), None);
    }
}
