//! Every test of the core that needs more than one of its modules, in one binary: it is linked once.
//!
//! `cargo test -p dateline-core --test core cases` runs the readable cases under `tests/cases` at the top of the tree.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "all of this is test code")]

mod articles;
mod bad_input;
mod broken_feeds;
mod calendar;
mod cases;
#[path = "../../tests/contract/mod.rs"]
mod contract;
mod corpora;
mod deletions;
mod envelopes;
mod format_reference;
mod formats;
mod kills;
mod languages;
mod newsml_1;
#[path = "../../tests/outside/mod.rs"]
mod outside;
mod pages;
mod public_samples;
mod robust;
mod rules;
mod schema;
mod scorer_agreement;
mod seed;
mod shapes;
mod status_agreement;
mod timeml_round_trip;
mod times;
mod wire_format;
