//! Which environment variables are ours, and what becomes of those that are not.

use super::*;

/// What the kubelet injects for a Service with two ports, one of them with a name.
fn injected(service: &str, address: &str) -> Vec<(String, String)> {
    let name = service.to_uppercase().replace('-', "_");
    let host = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
    let mut all = vec![
        (format!("{name}_SERVICE_HOST"), address.to_owned()),
        (format!("{name}_SERVICE_PORT"), "80".to_owned()),
        (format!("{name}_SERVICE_PORT_HTTP_METRICS"), "80".to_owned()),
        (format!("{name}_PORT"), format!("tcp://{host}:80")),
    ];
    for (port, protocol) in [(80, "TCP"), (9092, "UDP"), (9093, "SCTP")] {
        let (each, scheme) = (format!("{name}_PORT_{port}_{protocol}"), protocol.to_lowercase());
        all.push((each.clone(), format!("{scheme}://{host}:{port}")));
        all.push((format!("{each}_PROTO"), scheme));
        all.push((format!("{each}_PORT"), port.to_string()));
        all.push((format!("{each}_ADDR"), address.to_owned()));
    }
    all
}

fn with(variables: Vec<(String, String)>) -> Result<Settings, String> {
    Configuration::load(None, variables, []).and_then(|it| it.settings()).map_err(|error| error.to_string())
}

fn one(name: &str, value: &str) -> Result<Settings, String> {
    with(vec![(name.to_owned(), value.to_owned())])
}

#[test]
fn all_that_kubernetes_injects_for_services_beside_the_pod_is_ignored() {
    // Some are named as sections and keys are.
    let services = [
        "dateline",
        "dateline-timeline",
        "dateline-serve",
        "dateline-worker",
        "dateline-kafka",
        "dateline-kafka--brokers",
        "dateline-http",
        "dateline-log",
        "dateline-stream",
        "dateline-2",
        "dateline-service",
    ];
    let defaults = with(vec![]).unwrap();
    for service in services {
        for address in ["10.96.0.12", "fd00:10:96::c"] {
            let variables = injected(service, address);
            let mut names: Vec<_> = variables.iter().map(|(name, _)| name.clone()).collect();
            names.sort();
            let mut settings = with(variables).unwrap_or_else(|error| panic!("{service}: {error}"));
            assert_eq!(
                std::mem::take(&mut settings.ignored),
                Ignored { injected: names, foreign: vec![] },
                "{service}"
            );
            assert_eq!(format!("{settings:?}"), format!("{defaults:?}"), "{service}");
        }
    }
}

#[test]
fn variables_of_other_things_are_ignored_and_named() {
    let foreign = [
        "DATELINE_BENCH_EVENTS",
        "DATELINE_CASES",
        "DATELINE_IMAGE",
        "DATELINE_NAMESPACE",
        "DATELINE_PORT",
        "DATELINE_RELEASE__NAME",
        "DATELINE_SERVICE_ACCOUNT",
        "DATELINE_SHARED",
        "DATELINE_TEST_KAFKA",
        "DATELINE_TEST_REQUIRE",
        "DATELINE_TIMELINE_URL",
        "DATELINE_VERSION",
        "DATELINE_WRITE_SCHEMA",
    ];
    let variables = foreign.iter().chain(&["OTHER", "DATELINES_KAFKA__BROKERS"]);
    let settings = with(variables.map(|name| ((*name).to_owned(), "8080".to_owned())).collect()).unwrap();
    assert_eq!(settings.ignored, Ignored { injected: vec![], foreign: foreign.map(str::to_owned).to_vec() });
}

#[test]
fn a_near_miss_of_a_section_or_key_is_an_error_that_names_the_nearest() {
    let near = |name| one(name, "x").map(|it| it.ignored).unwrap_err();
    assert_snapshot!(near("DATELINE_KAFKA_BROKRS"), @"variable DATELINE_KAFKA_BROKRS: unknown key kafka_brokrs; did you mean DATELINE_KAFKA__BROKERS?");
    assert_snapshot!(near("DATELINE_KAFAK__BROKERS"), @"variable DATELINE_KAFAK__BROKERS: unknown key kafak.brokers; did you mean DATELINE_KAFKA__BROKERS?");
    assert_snapshot!(near("DATELINE_KAFAK__BOOTSTRAP"), @"variable DATELINE_KAFAK__BOOTSTRAP: unknown key kafak.bootstrap; did you mean DATELINE_KAFKA?");
    assert_snapshot!(near("DATELINE_BROKERS"), @"variable DATELINE_BROKERS: unknown key brokers; did you mean DATELINE_KAFKA__BROKERS?");
    assert_snapshot!(near("DATELINE_HTTP_PORT"), @"variable DATELINE_HTTP_PORT: unknown key http_port");
    assert_snapshot!(near("DATELINE_SERVE__DATABSE"), @"variable DATELINE_SERVE__DATABSE: unknown key serve.databse; did you mean DATELINE_SERVE__DATABASE?");
    assert_snapshot!(near("DATELINE_LOG_DIR"), @"variable DATELINE_LOG_DIR: unknown key log_dir");
    assert_snapshot!(near("DATELINE_KAFKA__CLIENTS__SSL_CA_LOCATION"), @"variable DATELINE_KAFKA__CLIENTS__SSL_CA_LOCATION: unknown key kafka.clients.ssl_ca_location");
}

#[test]
fn what_looks_like_a_port_is_injected_only_with_an_endpoint_as_its_value() {
    for value in ["9464", "0.0.0.0:9464", "http://10.0.0.1:80", "tcp://kafka", ""] {
        assert!(one("DATELINE_SERVE_PORT", value).is_err(), "{value}");
    }
    assert!(one("DATELINE_SERVE_PORT", "tcp://10.0.0.1:80").is_ok());
    assert!(one("DATELINE_KAFKA_PORT_X_TCP", "9092").is_err(), "no number of a port");
}

#[test]
fn a_key_counts_whatever_its_value_looks_like() {
    let error = one("DATELINE_HTTP", "tcp://10.0.0.1:80").map(|it| it.http).unwrap_err();
    assert!(error.starts_with("http (variable DATELINE_HTTP): "), "{error}");
    let name = "DATELINE_KAFKA__CLIENT__SSL_SERVICE_HOST";
    let error = one(name, "kafka").map(|it| it.http).unwrap_err();
    assert!(error.contains("No such configuration property"), "{error}");
}
