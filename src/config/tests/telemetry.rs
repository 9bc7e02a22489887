//! The collector to which spans are sent.

use insta::assert_snapshot;

use super::in_file;
#[cfg(feature = "otlp")]
use super::{NONE, settings};

#[cfg(feature = "otlp")]
#[test]
fn a_collector_has_an_address_in_this_network() {
    let traces = |otlp: &str| {
        let collector = settings(&format!("[telemetry]\notlp = '{otlp}'"), NONE, &[]).log.collector;
        collector.map(|collector| collector.traces)
    };
    assert_eq!(traces(""), None);
    assert_eq!(traces("http://localhost:4318").as_deref(), Some("http://localhost:4318/v1/traces"));
    assert_eq!(traces("http://[::1]:4318/otlp/").as_deref(), Some("http://[::1]:4318/otlp/v1/traces"));
    assert_snapshot!(
        in_file("[telemetry]\notlp = 'localhost:4318'"),
        @r#"telemetry.otlp (file my.toml): "localhost:4318" is not an address such as http://localhost:4318"#
    );
    assert!(in_file("[telemetry]\notlp = 'https://otlp.example'").contains("TLS is not supported"));
}

#[cfg(not(feature = "otlp"))]
#[test]
fn a_program_that_was_built_without_spans_refuses_a_collector() {
    assert_snapshot!(
        in_file("[telemetry]\notlp = 'http://localhost:4318'"),
        @"telemetry.otlp (file my.toml): this program was built without it; build one with `cargo build --release --features otlp`, or leave the key empty"
    );
}
