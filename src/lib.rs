//! `dateline`, the program: news articles in on a Kafka topic, timeline events out.
//!
//! The extraction itself is the crate [`dateline_core`], whose modules are re-exported here; its documentation has an
//! overview of the whole. This crate surrounds it with Kafka, a database, HTTP and a command line.
//!
//! # Modules
//!
//! | module | what it is for |
//! |---|---|
//! | [`config`] | files, environment variables and flags to validated settings |
//! | `registry` | the client of a schema registry, with the feature `schema-registry` |
//! | [`stream`] | Kafka, and the delivery contract |
//! | [`store`] | the queryable timeline: SQLite and an in-memory index |
//! | [`web`] | health, metrics, the API and page of the timeline |
//! | [`telemetry`] | logs, metrics, health: every metric name in one place |
//! | [`cli`] | one file per command |
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub use dateline_core::{
    VERSION, article, article_language, calendar, error, evaluate, event, extraction, language, nearest, pipeline,
    record, syntax, temporal, text, timeline,
};

pub mod cli;
pub mod config;
#[cfg(feature = "schema-registry")]
pub mod registry;
pub mod store;
pub mod stream;
pub mod telemetry;
pub mod web;
