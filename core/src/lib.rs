//! `dateline-core` reads news articles, finds the temporal expressions in their text, resolves them against the article's
//! own publication time, attaches each to the statement that it dates, and returns the result as timeline events.
//!
//! # The flow of the data
//!
//! ```text
//! bytes ──> Article ──> Text ──> Candidates ──> Expressions ──> Resolved dates ──> Events ──> records
//!         article/     text/    temporal/      temporal/        temporal/         event/    record/
//!                               syntax/ parses the sentences that hold a candidate, for the modules behind it
//! ```
//!
//! One function, [`pipeline::process`], is the only composer. The live worker, the backfill, the command line, the
//! evaluation and the demo all call it. It is pure: same bytes and settings, same records, on any machine on any day.
//!
//! # Modules
//!
//! Each may use those above it, and none below.
//!
//! | module | what it is for |
//! |---|---|
//! | [`error`] | one error for what cannot be read; warnings |
//! | [`nearest`] | the name that a misspelt one was meant to be |
//! | [`calendar`] | time units, partial dates with their granularity, half-open intervals, arithmetic on them |
//! | [`timex`] | the types and modifiers of TIMEX3 |
//! | [`text`] | the clean text with a map back to the body as received; passages, tokens, sentences, spans |
//! | [`language`] | packs of words, rules and weights, one folder a language |
//! | [`article`] | messages to [`article::Article`]s: one file an input format; which time is the publication time |
//! | [`syntax`] | parts of speech and verb groups of the sentences that may hold a date, and their dependency trees |
//! | [`temporal`] | expressions: recognised by rules, refined, resolved to dates |
//! | [`article_language`] | the language that an article is read in: named, found in its text, or assumed |
//! | [`event`] | dates attached to what happened: trigger, status, line, weight, names, repeats, identity |
//! | [`extraction`] | all that was found in one article |
//! | [`record`] | wire types and export formats, apart from the types above |
//! | [`pipeline`] | the one composer |
//! | [`timeline`] | many articles as one story: the days that matter, and what happened on each |
//! | [`evaluate`] | gold against system: align, score, report |
//!
//! The program around it (Kafka, HTTP, configuration, the command line) is the crate `dateline`.
//!
//! # Example
//!
//! ```
//! use dateline_core::prelude::*;
//!
//! let article = br#"{"id": "a1", "published_at": "2019-05-03", "body": "The bridge was shut last month."}"#;
//! let articles = process(article, &Settings::default())?;
//! let event = &articles[0].events[0];
//! assert_eq!(event.date.value, "2019-04");
//! assert_eq!(event.statement.summary, "The bridge was shut");
//! assert_eq!(event.statement.status, dateline_core::event::Status::Happened);
//! # Ok::<(), Error>(())
//! ```
//!
//! `examples/` has one program for each task: text to events, the dates alone with their reasons, any wire format, a
//! story from many articles, exports, evaluation.
//!
//! # Invariants
//!
//! - **The core knows no** Kafka, async, HTTP, clap, file system, environment, clock, machine time zone or
//!   randomness. The crates for these are not among its dependencies.
//! - **Nothing reads the clock.** `clippy.toml` bans the functions that would.
//! - **Extraction cannot fail**: it returns events and warnings. Only reading the bytes can.
//! - **All matching is linear in the text.** No backtracking, no quadratic merge.
//! - **What the text says and what it means are two types**: [`temporal::Expression`] and [`temporal::Resolved`].
//! - **Wire types are apart from domain types**, and versioned.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod article;
pub mod article_language;
pub mod calendar;
pub mod error;
pub mod evaluate;
pub mod event;
pub mod extraction;
pub mod language;
pub mod nearest;
pub mod pipeline;
pub mod prelude;
pub mod record;
pub mod syntax;
pub mod temporal;
pub mod text;
pub mod timeline;
pub mod timex;

/// The date and time types in this crate's signatures are chrono's: taken from here, they are of the same version.
pub use {chrono, chrono_tz};

/// The version of this crate, as it stands in every event record.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
