//! A real Kafka, and what tests put on it. Shared by the targets `kafka` and `faults`.
//!
//! Must not know what is tested.
#![allow(dead_code, reason = "each target uses its own part")]

mod authority;
pub mod cluster;
mod maven;
mod node;
pub mod outcome;
pub mod revisions;
pub mod wire;
