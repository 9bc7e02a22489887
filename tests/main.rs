//! Every test of the program that needs more than one of its modules, in one binary: it is linked once.
//!
//! `cargo test --test program kafka::` runs one part. Parts that need more than a compiler say in one line what they
//! skipped and how to get it; `DATELINE_TEST_REQUIRE=all` (or `kafka`, `browser`, `corpora`) makes a skip a failure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "all of this is test code"
)]

#[cfg(unix)]
mod broker;
mod cli;
mod contract;
mod deploy;
#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod kafka;
mod maven;
mod outside;
mod web;
