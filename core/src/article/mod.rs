//! Messages to [`Article`]s: one file per input format.
//!
//! ```text
//! Message ──> text ──> tree ──> format ──> Draft ──> Item: an Article, withdrawn, skipped or broken
//!         message    json, xml        ninjs, nitf, …     assemble, with publication and status
//! ```
//!
//! A format only says which field of the message is what ([`Field`]). What holds for all formats is decided once, when
//! a draft is assembled. [`Published`] holds publication times.
//!
//! What the formats share lies below them and knows none of them; `registry` alone lies above them, recognises formats
//! (JSON objects by `recognise`) and unwraps envelopes.
//!
//! This module must not know what is done with an article: no tokens, no dates in the text, no Kafka.

mod about;
mod assemble;
mod binary;
mod compression;
mod cursor;
mod cut;
mod draft;
mod encoded;
mod entities;
mod envelope;
mod epoch;
mod field;
mod field_paths;
mod format;
mod furniture;
mod guess;
mod item;
mod json;
mod json_ld;
mod markup;
mod media_type;
mod message;
mod names;
mod news_please;
mod newsml;
mod newsml_1;
mod ninjs;
mod nitf;
mod page;
mod path;
mod plain;
mod presets;
mod publication;
mod published;
mod reader;
mod recognise;
mod reference;
mod registry;
mod revision;
mod rich_value;
mod seen;
mod settings;
mod since_epoch;
mod sources;
mod status;
mod syndication;
mod wire_format;
mod worded;
mod written;
mod xml;
mod zone;
mod zone_names;

pub use about::About;
pub use envelope::{EnvelopeAbout, EnvelopeName, Unwrap};
pub use field::Field;
pub use field_paths::{FieldPaths, ItemPaths};
pub use format::Format;
pub use guess::{Guess, GuessedField, guess};
pub use item::{Article, Embargo, Item, Notice, ScheduledEvent, id_prefix};
pub use message::Message;
pub use presets::Preset;
pub use published::Published;
pub use reader::{FieldPath, Inspected};
pub use reference::Reference;
pub use registry::{about, inspect, read};
pub use revision::{compare_revisions, newer_revision};
pub use settings::{BySource, CityTimezones, RecordTime, Settings, SourceTimezones};
pub use sources::{SourceMatch, SourceSettings, Sources};
pub use status::Withdrawal;
#[cfg(feature = "schema-registry")]
pub(crate) use wire_format::AvroSchema;
pub use wire_format::{KINDS as SCHEMA_KINDS, ReferencedSchema, WireSchema, head as wire_head, schema_id};
pub use zone::timezone;
