//! The worker against a real Apache Kafka.
//!
//! The broker is started once for all tests: see `broker`. `DATELINE_TEST_KAFKA=host:port` takes one that runs already
//! (without the tests of TLS and SASL). Where there is no Java or Maven the tests say so and pass, unless
//! `DATELINE_TEST_REQUIRE` is `all` or contains `kafka`.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "all of this is test code"
)]

mod backfill;
#[path = "../broker/mod.rs"]
mod broker;
mod check;
#[path = "../contract/mod.rs"]
mod contract;
mod delivery;
mod life;
#[path = "../outside/mod.rs"]
mod outside;
mod program;
mod rejection;
mod security;
mod serve;

use broker::{cluster, outcome, wire};
