//! What goes over the wire and into files. Versioned, and apart from the domain types, so that neither binds the
//! other: a field here changes only with the version of the record.
//!
//! Must not know how records travel (Kafka, files) or how values were found.

pub mod cloudevents;
mod convert;
pub mod export;
mod occasion;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use crate::error::Warning;
pub use convert::{event_records, extractor};
pub use occasion::occasion_record;

/// A word of a fixed list. Made without copying it, and read back as a word of its own.
pub type Word = Cow<'static, str>;

/// The JSON Schema of [`EventRecord`], made from the type: what `docs/event.schema.json` holds.
#[cfg(feature = "schema")]
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::SchemaGenerator::new(schemars::generate::SchemaSettings::draft2020_12().for_serialize())
        .into_root_schema_for::<EventRecord>()
}

/// One timeline event, version 1: the value on the topic `timeline.events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventRecord {
    /// A pure function of article id, normalised sentence, expression and occurrence numbers. 32 hex digits.
    pub id: String,
    /// The article that tells it; all events of an article share it.
    pub article: Arc<ArticleFields>,
    /// When.
    pub date: DateFields,
    /// What.
    pub statement: StatementFields,
    /// Where in the body as received: Unicode code points, end exclusive.
    pub offsets: OffsetFields,
    /// Where else the article makes the same statement, each as `offsets`.
    pub also_at: Vec<OffsetFields>,
    /// From 0 to 1.
    pub confidence: f32,
    /// Which program and pack said so.
    pub extractor: Arc<str>,
}

/// The article part of an event record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArticleFields {
    /// Stable over revisions.
    pub id: String,
    /// The revision that was extracted.
    pub revision: String,
    /// Where it stands on the web.
    pub url: Option<String>,
    /// The headline.
    pub title: String,
    /// Who published it.
    pub source: Option<String>,
    /// BCP 47.
    pub language: String,
    /// RFC 3339 with the local offset.
    pub published_at: String,
    /// Which of the article's times that is: `firstcreated`, `contentcreated`, `versioncreated`, `dateline`,
    /// `envelope` (when the envelope around it was made), or `given` (from outside).
    pub published_from: Word,
}

/// The date part of an event record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DateFields {
    /// The expression as the text has it.
    pub text: String,
    /// Inclusive start, ISO 8601 at the grain of the expression; `null` where open.
    pub start: Option<String>,
    /// Exclusive end; `null` where open.
    pub end: Option<String>,
    /// century, decade, year, half, quarter, season, month, week, weekend, day, part-of-day, hour, minute, second.
    pub granularity: Word,
    /// TIMEX3 type: DATE, TIME, DURATION or SET.
    pub r#type: Word,
    /// TIMEX3 value.
    pub value: String,
    /// TIMEX3 modifier.
    pub r#mod: Option<Word>,
    /// ISO 8601-2 (EDTF).
    pub edtf: Option<String>,
    /// absolute, relative, narrative or publication.
    pub basis: Word,
    /// The date that it was counted from, at its own grain (ISO 8601-2), where it was.
    pub reference: Option<String>,
    /// The rule that recognised it.
    pub rule: Word,
}

/// The statement part of an event record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementFields {
    /// The clause of the event, without the date.
    pub summary: String,
    /// The whole sentence.
    pub sentence: String,
    /// The word of the event that is dated; `null` where none was found.
    pub trigger: Option<String>,
    /// happened, ongoing, planned, possible or denied.
    pub status: Word,
    /// The people, organisations and places in the statement, in the order of the text.
    pub names: Vec<String>,
}

/// The offsets part of an event record: `[start, end)` in code points of the body as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OffsetFields {
    /// Of the sentence.
    pub sentence: [usize; 2],
    /// Of the expression.
    pub date: [usize; 2],
    /// Of the trigger.
    pub trigger: Option<[usize; 2]>,
}

/// What became of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArticleStatus {
    /// Its events were published.
    Extracted,
    /// It was passed over, with the reason among the warnings.
    Skipped,
    /// Its feed took it back.
    Withdrawn,
    /// It is under embargo: nothing of it is published before.
    Held,
    /// A newer revision was there before it.
    Stale,
}

impl ArticleStatus {
    /// How records spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Extracted => "extracted",
            Self::Skipped => "skipped",
            Self::Withdrawn => "withdrawn",
            Self::Held => "held",
            Self::Stale => "stale",
        }
    }
}

/// Where an article was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceFields {
    /// Kafka topic.
    pub topic: String,
    /// Kafka partition.
    pub partition: i32,
    /// Kafka offset.
    pub offset: i64,
}

/// The fate of an article: the value on the topic `timeline.articles`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArticleRecord {
    /// Stable over revisions.
    pub id: String,
    /// The revision that was read.
    pub revision: String,
    /// What became of it.
    pub status: ArticleStatus,
    /// The ids of the article's events that are on the timeline from now on, in the order of the text.
    pub events: Vec<String>,
    /// What was worth telling.
    pub warnings: Vec<Warning>,
    /// Where it was read from.
    pub source: SourceFields,
    /// The revision that stands from now on, whose events these are: this one, or another where this one changed nothing;
    /// `null` where none does.
    pub standing: Option<StandingFields>,
    /// The revision that waits for the end of its embargo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<HeldFields>,
}

/// The revision of an article that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingFields {
    /// What it is called.
    pub revision: String,
    /// When it was made, where told.
    pub modified: Option<DateTime<Utc>>,
    /// What became of it.
    pub status: ArticleStatus,
}

/// A revision of an article under embargo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldFields {
    /// What it is called.
    pub revision: String,
    /// When it was made, where told.
    pub modified: Option<DateTime<Utc>>,
    /// When the embargo ends; `null` where only a later revision can tell.
    pub until: Option<DateTime<Utc>>,
    /// Where it stands in its partition of the input.
    pub offset: i64,
}
