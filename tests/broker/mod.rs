//! A real Kafka, and what tests put on it and read from it. The benchmarks use it as well.
//!
//! Must not know what is tested.
#![allow(dead_code, reason = "the benchmarks use a part of it")]

mod authority;
pub mod cluster;
mod maven;
mod node;
pub mod output;
mod ports;
#[cfg(feature = "schema-registry")]
pub mod registry;
pub mod revisions;
pub mod wire;
