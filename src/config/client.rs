//! The settings of librdkafka: which are passed through, which are refused, which are secrets.
//!
//! librdkafka itself validates names and values; no list of them is kept here.

use std::collections::BTreeMap;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;

/// What is shown instead of a secret.
pub(super) const MASK: &str = "***";

/// Settings that are not passed through, with the reason.
pub(super) const REFUSED: [(&str, &str); 14] = [
    ("bootstrap.servers", "set kafka.brokers instead"),
    ("metadata.broker.list", "set kafka.brokers instead"),
    ("group.id", "set kafka.group instead"),
    ("transactional.id", "it is derived from kafka.group and kafka.instance, so that it is stable"),
    ("enable.auto.commit", "offsets are committed with the outputs of their batch; see stream.delivery"),
    ("auto.commit.interval.ms", "offsets are committed with the outputs of their batch; see stream.batch_time_ms"),
    ("enable.auto.offset.store", "offsets are committed with the outputs of their batch; see stream.delivery"),
    ("isolation.level", "uncommitted records must not be read"),
    ("enable.idempotence", "without it records could be duplicated or reordered"),
    ("enable.gapless.guarantee", "without idempotence it has no effect, and with it a batch could be cut short"),
    ("sasl.oauthbearer.method", "the token is read from kafka.token_file; requesting tokens (OIDC) is not supported"),
    ("sasl.oauthbearer.config", "the token is read from kafka.token_file"),
    ("statistics.interval.ms", "lag and readiness are computed from the statistics"),
    ("enable.partition.eof", "a backfill needs it to find the end of partitions"),
];

/// Returns the reason why a setting is refused, if it is.
pub(super) fn refused(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == name).map(|(_, reason)| *reason)
}

/// Returns why librdkafka does not accept a setting: the name is unknown, or the value is not valid. Never contains the
/// value of an unknown setting, which may be a secret under a misspelt name.
pub(super) fn problem_with(name: &str, value: &str) -> Option<String> {
    match ClientConfig::new().set(name, value).create_native_config() {
        Ok(_) => None,
        Err(KafkaError::ClientConfig(_, description, _, _)) => Some(description),
        Err(_) => Some("librdkafka does not accept it".into()),
    }
}

/// Returns why a value would lose messages or make a worker repeat itself, although librdkafka accepts it.
pub(super) fn unsafe_value(name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim().to_lowercase();
    let starts_at_the_beginning = ["earliest", "smallest", "beginning"].contains(&&*value);
    (name == "auto.offset.reset" && !starts_at_the_beginning).then_some(
        "must be earliest: with any other value, what is written before a new group or a new partition is first read would \
         be skipped without a word; to start later, replay what you need with `dateline backfill`",
    )
}

/// Whether a setting's value must never be shown.
pub(super) fn is_secret(name: &str) -> bool {
    ["password", "secret", "key.pem", "jaas", "token"].iter().any(|part| name.contains(part))
}

/// Returns a conflict between the settings, if there is one: the key, and how to fix it.
pub(super) fn conflict(client: &BTreeMap<String, String>, has_token: bool) -> Option<(&'static str, &'static str)> {
    let sasl = client.get("security.protocol").is_some_and(|protocol| protocol.to_lowercase().starts_with("sasl"));
    let mechanism = ["sasl.mechanism", "sasl.mechanisms"].iter().find_map(|name| client.get(*name));
    let by_token = mechanism.is_some_and(|mechanism| mechanism.eq_ignore_ascii_case("OAUTHBEARER"));
    match (sasl, mechanism.is_some(), by_token, has_token) {
        (true, false, ..) => Some((
            "kafka.client.security.protocol",
            "SASL requires sasl.mechanism as well, for example PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (GSSAPI, the default \
             of librdkafka, is not supported)",
        )),
        (_, _, true, false) => {
            Some(("kafka.client.sasl.mechanism", "OAUTHBEARER requires kafka.token_file, the file with the token"))
        }
        (_, _, false, true) => Some(("kafka.token_file", "a token is only used with sasl.mechanism OAUTHBEARER")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_group_may_only_start_at_the_beginning() {
        for value in ["earliest", "Smallest", " beginning"] {
            assert_eq!(unsafe_value("auto.offset.reset", value), None, "{value}");
        }
        for value in ["latest", "largest", "end", "error"] {
            let problem = unsafe_value("auto.offset.reset", value).unwrap();
            assert!(problem.contains("dateline backfill"), "{value}: {problem}");
        }
        assert_eq!(unsafe_value("client.id", "latest"), None);
    }
}
