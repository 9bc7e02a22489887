//! `dateline-core` reads news articles, finds the dates told in the text, resolves them against the article's own
//! publication time, ties each to the statement that it dates, and tells the result as timeline events.
//!
//! # The way of the data
//!
//! ```text
//! bytes ──> Article ──> Text ──> Candidates ──> Expressions ──> Resolved dates ──> Events ──> records
//!         article/     text/    temporal/      temporal/        temporal/         event/    record/
//!                               syntax/ reads the sentences that hold a candidate, for the rooms behind it
//! ```
//!
//! One function, [`pipeline::process`], is the only composer. The live worker, the backfill, the command line, the evaluation
//! and the demo all call it. It is pure: same bytes and settings, same records, on any machine on any day.
//!
//! # Modules
//!
//! | module | what it is for |
//! |---|---|
//! | [`calendar`] | units, dates known to a grain, half-open intervals, arithmetic on them |
//! | [`article`] | messages to [`article::Article`]s: one file an input format; which time is "now" |
//! | [`text`] | the body made readable, with a map back to the body as received; passages, tokens, sentences, spans |
//! | [`language`] | packs of words, rules and weights, one folder a language |
//! | [`syntax`] | parts of speech and verbs of the sentences that may hold a date |
//! | [`temporal`] | expressions: recognised by rules, refined, resolved to dates |
//! | [`event`] | dates tied to what happened then: trigger, status, summary, names, repeats, identity |
//! | [`record`] | what goes over the wire and into files, apart from the types above |
//! | [`pipeline`] | the one composer |
//! | [`timeline`] | what many articles tell, as one story: the days that matter, and what happened on each |
//! | [`evaluate`] | gold against system: align, score, report |
//!
//! # Example
//!
//! ```
//! use dateline_core::pipeline::{Settings, process};
//!
//! let article = br#"{"id": "a1", "published_at": "2019-05-03", "body": "The bridge was shut last month."}"#;
//! let processed = process(article, &Settings::default())?;
//! let event = &processed[0].events[0];
//! assert_eq!(event.date.value, "2019-04");
//! assert_eq!(event.statement.summary, "The bridge was shut");
//! assert_eq!(event.statement.status, "happened");
//! # Ok::<(), dateline_core::error::Error>(())
//! ```
//!
//! # Invariants
//!
//! - **The core knows no** Kafka, async, HTTP, clap, file system, environment, clock, machine time zone or
//!   randomness. They are no dependencies of this crate.
//! - **Nothing in the core reads the clock.** `clippy.toml` bans the functions that would.
//! - **Extraction cannot fail**: it returns events and warnings. Only reading the bytes can.
//! - **All matching is linear in the text.** No backtracking, no quadratic merge.
//! - **What the text said and what it means are two types**: [`temporal::Expression`] and [`temporal::Resolved`].
//! - **Wire types are apart from domain types**, and versioned.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod article;
pub mod calendar;
pub mod error;
pub mod evaluate;
pub mod event;
pub mod extraction;
pub mod language;
pub mod pipeline;
pub mod record;
pub mod syntax;
pub mod temporal;
pub mod text;
pub mod timeline;
pub mod timex;

/// The version of this crate, as it stands in every event record.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
