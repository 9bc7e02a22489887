//! librdkafka's own settings: which are passed through, which are refused, which are secrets.
//!
//! Which names and values there are is librdkafka's to say: it is asked, and no list is kept here.

use std::collections::BTreeMap;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;

/// What stands in the place of a secret wherever settings are shown.
pub(super) const MASK: &str = "***";

/// Settings that are not passed through, with the reason.
pub(super) const REFUSED: [(&str, &str); 14] = [
    ("bootstrap.servers", "it is our own key kafka.brokers"),
    ("metadata.broker.list", "it is our own key kafka.brokers"),
    ("group.id", "it is our own key kafka.group"),
    ("transactional.id", "it is made of our own keys kafka.group and kafka.instance, so that it is stable"),
    ("enable.auto.commit", "offsets are committed with the outputs of their batch; see stream.delivery"),
    ("auto.commit.interval.ms", "offsets are committed with the outputs of their batch; see stream.batch_time_ms"),
    ("enable.auto.offset.store", "offsets are committed with the outputs of their batch; see stream.delivery"),
    ("isolation.level", "what others have not committed must not be read"),
    ("enable.idempotence", "without it a record could come twice or out of order"),
    ("enable.gapless.guarantee", "without idempotence it means nothing, and with it a batch could be cut short"),
    ("sasl.oauthbearer.method", "the token comes from kafka.token_file; asking for tokens (OIDC) is not built in"),
    ("sasl.oauthbearer.config", "the token comes from our own key kafka.token_file"),
    ("statistics.interval.ms", "the lag and whether the worker is ready are told by the statistics"),
    ("enable.partition.eof", "the program needs it for itself: a backfill ends by it"),
];

/// Why a setting is refused, if it is.
pub(super) fn refused(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == name).map(|(_, reason)| *reason)
}

/// What librdkafka has against a setting: that it does not know it, or that the value cannot be. Never tells the value
/// of an unknown one: it may be a secret under a misspelt name.
pub(super) fn unsound(name: &str, value: &str) -> Option<String> {
    match ClientConfig::new().set(name, value).create_native_config() {
        Ok(_) => None,
        Err(KafkaError::ClientConfig(_, description, _, _)) => Some(description),
        Err(_) => Some("librdkafka does not take it".into()),
    }
}

/// Whether a setting's value must never be shown.
pub(super) fn is_secret(name: &str) -> bool {
    ["password", "secret", "key.pem", "jaas", "token"].iter().any(|part| name.contains(part))
}

/// What is wrong between the settings, if anything: the key, and how to mend it.
pub(super) fn conflict(client: &BTreeMap<String, String>, has_token: bool) -> Option<(&'static str, &'static str)> {
    let sasl = client.get("security.protocol").is_some_and(|protocol| protocol.to_lowercase().starts_with("sasl"));
    let mechanism = ["sasl.mechanism", "sasl.mechanisms"].iter().find_map(|name| client.get(*name));
    let by_token = mechanism.is_some_and(|mechanism| mechanism.eq_ignore_ascii_case("OAUTHBEARER"));
    match (sasl, mechanism.is_some(), by_token, has_token) {
        (true, false, ..) => Some((
            "kafka.client.security.protocol",
            "with SASL, sasl.mechanism is needed as well, for example PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 \
             (librdkafka's own default, GSSAPI, is not built in)",
        )),
        (_, _, true, false) => {
            Some(("kafka.client.sasl.mechanism", "with OAUTHBEARER, kafka.token_file must name where the token stands"))
        }
        (_, _, false, true) => Some(("kafka.token_file", "a token is used with sasl.mechanism OAUTHBEARER alone")),
        _ => None,
    }
}
