//! The worker against a real Apache Kafka.
//!
//! One broker is started for all tests: see `broker`. `DATELINE_TEST_KAFKA=host:port` names one that runs already (without
//! the tests of TLS and SASL). Where there is no Java or Maven the tests say so and pass, unless `DATELINE_TEST_REQUIRE`
//! is `all` or contains `kafka`.

mod backfill;
mod check;
mod deletions;
mod delivery;
mod former;
mod inputs;
mod knowledge;
mod offsets;
mod passing;
mod program;
mod readiness;
mod rejection;
mod repeated;
mod retry;
mod revisions;
#[cfg(feature = "schema-registry")]
mod schemas;
mod security;
mod serve;
#[cfg(feature = "otlp")]
mod spans;
mod times;
mod upgrade;
