//! What `[kafka.client]` passes through reaches every client of the worker.

use crate::cluster::{PASSWORD, Secure, USER, shared, skipped};
use crate::wire::{Wire, article};

/// Runs a worker whose clients have these settings; the test itself uses the open listener.
fn works_with(brokers: impl Fn(&Secure) -> &str, client: impl Fn(&Secure) -> Vec<(&'static str, String)>) {
    let Some(cluster) = shared() else { return };
    let Some(secure) = &cluster.secure else { return skipped("TLS and SASL are tried on a cluster of our own") };
    let wire = Wire::new(cluster);
    wire.send((0..5).map(article));
    let mut guarded = Wire { settings: wire.settings.clone(), topics: wire.topics.clone() };
    guarded.settings.kafka.brokers = brokers(secure).to_owned();
    guarded.settings.kafka.client = client(secure).into_iter().map(|(name, value)| (name.into(), value)).collect();

    let worker = guarded.worker("0");
    wire.await_fates(5);

    assert_eq!(worker.end().unwrap().articles, 5);
    assert_eq!(wire.found("read_committed"), wire.expected());
}

#[test]
fn a_worker_speaks_tls() {
    works_with(
        |secure| &secure.tls,
        |secure| {
            let certificate = secure.certificate.to_str().unwrap().to_owned();
            vec![("security.protocol", "SSL".into()), ("ssl.ca.location", certificate)]
        },
    );
}

#[test]
fn a_worker_speaks_scram() {
    works_with(
        |secure| &secure.scram,
        |_| {
            vec![
                ("security.protocol", "SASL_PLAINTEXT".into()),
                ("sasl.mechanism", "SCRAM-SHA-256".into()),
                ("sasl.username", USER.into()),
                ("sasl.password", PASSWORD.into()),
            ]
        },
    );
}
