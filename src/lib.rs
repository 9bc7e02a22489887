//! `dateline`, the program: news articles in on a Kafka topic, timeline events out.
//!
//! What finds dates and ties them to what happened then is the crate [`dateline_core`], whose modules stand here under
//! their own names; its front page has the picture of the whole. This crate is what surrounds it.
//!
//! # Modules
//!
//! | module | what it is for |
//! |---|---|
//! | [`config`] | files, variables and flags to validated settings |
//! | [`stream`] | Kafka, and the delivery contract |
//! | [`store`] | the timeline that can be queried: SQLite |
//! | [`web`] | health, metrics, the timeline's API and page |
//! | [`telemetry`] | logs, metrics, health: every metric name in one place |
//! | [`cli`] | one file a command |
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub use dateline_core::{
    VERSION, article, calendar, error, evaluate, event, extraction, language, pipeline, record, syntax, temporal, text,
    timeline,
};

pub mod cli;
pub mod config;
pub mod store;
pub mod stream;
pub mod telemetry;
pub mod web;
