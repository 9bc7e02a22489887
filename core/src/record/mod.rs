//! Records, as they go over the wire and into files. They are versioned and separate from the domain types, so that
//! neither binds the other: a field here changes only with the version of the record.
//!
//! Must not know how records travel (Kafka, files) or how values were found.

#[cfg(feature = "schema-registry")]
mod avro;
pub mod cloudevents;
mod convert;
pub mod export;
mod scheduled;
mod words;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::article::Reference;
use crate::article_language::LanguageFrom;
use crate::calendar::Granularity;
pub use crate::error::Warning;
use crate::event::Status;
use crate::temporal::{Basis, Modifier, TimexType};
#[cfg(feature = "schema-registry")]
pub use avro::AvroEvents;
pub use convert::{event_records, extractor};
pub use scheduled::scheduled_event_record;
pub use words::{Listed, Word, of_word};

/// Returns the JSON Schema of [`EventRecord`], generated from the type: the content of `docs/event.schema.json`.
#[cfg(feature = "schema")]
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::SchemaGenerator::new(schemars::generate::SchemaSettings::draft2020_12().for_serialize())
        .into_root_schema_for::<EventRecord>()
}

/// One timeline event, version 1: the value on the topic `timeline.events`.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventRecord {
    /// A pure function of article id, normalised sentence, expression and occurrence numbers. 32 hex digits.
    pub id: String,
    /// The article that reports it; all events of an article share it.
    pub article: Arc<ArticleFields>,
    /// The date.
    pub date: DateFields,
    /// The statement that it dates.
    pub statement: StatementFields,
    /// Positions in the body as received: Unicode code points, end exclusive.
    pub offsets: OffsetFields,
    /// Other places where the article makes the same statement, each as `offsets`.
    pub also_at: Vec<OffsetFields>,
    /// How much an editor would want it on a timeline of its story, from 0 to 1; 0.5 where that is not known.
    #[serde(default = "unknown_weight")]
    pub weight: f32,
    /// How sure the value is, from 0 to 1.
    pub confidence: f32,
    /// The program and language pack that extracted it.
    pub extractor: Arc<str>,
}

/// Returns the weight of an event whose record has none: that of an earlier version.
#[must_use]
pub fn unknown_weight() -> f32 {
    0.5
}

/// The article part of an event record.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArticleFields {
    /// Stable over revisions.
    pub id: String,
    /// The revision that was extracted.
    pub revision: String,
    /// The address on the web.
    pub url: Option<String>,
    /// The headline.
    pub title: String,
    /// The publisher.
    pub source: Option<String>,
    /// A BCP 47 tag.
    pub language: String,
    /// Whether the article names its language, it was found in the text, or assumed.
    #[serde(default = "assumed")]
    pub language_from: Word<LanguageFrom>,
    /// RFC 3339 with the local offset.
    pub published_at: String,
    /// Which of the article's times that is; `envelope` is when the envelope around it was created, `record` when the
    /// record that holds it was written to Kafka, `given` a time from outside.
    pub published_from: Word<Reference>,
}

/// What records of versions that did not say so are taken for.
fn assumed() -> Word<LanguageFrom> {
    LanguageFrom::Assumed.into()
}

/// The date part of an event record.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DateFields {
    /// The expression as it stands in the text.
    pub text: String,
    /// Inclusive start, ISO 8601 at the granularity of the expression; `null` if open.
    pub start: Option<String>,
    /// Exclusive end; `null` if open.
    pub end: Option<String>,
    /// The unit to which the date is known.
    pub granularity: Word<Granularity>,
    /// TIMEX3 type.
    pub r#type: Word<TimexType>,
    /// TIMEX3 value.
    pub value: String,
    /// TIMEX3 modifier.
    pub r#mod: Option<Word<Modifier>>,
    /// ISO 8601-2 (EDTF).
    pub edtf: Option<String>,
    /// What the value was computed from: the text alone, the publication time, or a date mentioned before;
    /// `publication` is the publication date itself.
    pub basis: Word<Basis>,
    /// The date that it was counted from, if any, at its own granularity (ISO 8601-2).
    pub reference: Option<String>,
    /// The rule that recognised it.
    pub rule: Cow<'static, str>,
}

/// The statement part of an event record.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementFields {
    /// The clause of the event, without the date.
    pub summary: String,
    /// The whole sentence.
    pub sentence: String,
    /// The word that stands for the event; `null` if none was found.
    pub trigger: Option<String>,
    /// What the article says about the reality of the statement.
    pub status: Word<Status>,
    /// The people, organisations and places in the statement, in the order of the text.
    pub names: Vec<String>,
}

/// The offsets part of an event record: `[start, end)` in code points of the body as received.
#[non_exhaustive]
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
    /// It was skipped; the warnings have the reason.
    Skipped,
    /// Its feed withdrew it.
    Withdrawn,
    /// It is under embargo: nothing of it is published before the embargo ends.
    Held,
    /// A newer revision had come before it.
    Stale,
}

impl ArticleStatus {
    /// Returns the name in records.
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

/// What became of an article: the value on the topic `timeline.articles`.
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
    /// Warnings about the article.
    pub warnings: Vec<Warning>,
    /// Where it was read from.
    pub source: SourceFields,
    /// The standing revision, whose events these are: this one, or another if this one changed nothing; `null` if there
    /// is none.
    pub standing: Option<StandingFields>,
    /// The revision that is held until its embargo ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<HeldFields>,
    /// How many partitions the topic of events had when the article was first read: each of its events is in the partition
    /// that its id has among so many. Records of version 0.1 do not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_partitions: Option<i32>,
}

/// The standing revision of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingFields {
    /// Its name.
    pub revision: String,
    /// When it was made, if known.
    pub modified: Option<DateTime<Utc>>,
    /// What became of it.
    pub status: ArticleStatus,
    /// The topic that it was read from, if that is another than the one of `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The partition of the input topic that it was read from, where that is known: the partition of `source`, unless this
    /// is another revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<i32>,
    /// Its offset there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
}

/// A revision of an article under embargo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldFields {
    /// Its name.
    pub revision: String,
    /// When it was made, if known.
    pub modified: Option<DateTime<Utc>>,
    /// When the embargo ends; `null` if only a later revision can lift it.
    pub until: Option<DateTime<Utc>>,
    /// The topic that it was read from, if that is another than the one of `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The partition of the input topic that it was read from; records of version 0.1 have it in `source` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<i32>,
    /// Its offset there.
    pub offset: i64,
}
