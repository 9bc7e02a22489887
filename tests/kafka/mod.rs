//! The worker against a real Apache Kafka.
//!
//! The broker is started once for all tests: see `broker`. `DATELINE_TEST_KAFKA=host:port` takes one that runs already
//! (without the tests of TLS and SASL). Where there is no Java or Maven the tests say so and pass, unless
//! `DATELINE_TEST_REQUIRE` is `all` or contains `kafka`.

mod backfill;
mod check;
mod delivery;
mod life;
mod program;
mod rejection;
mod security;
mod serve;
