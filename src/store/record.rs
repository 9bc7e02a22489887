//! What the store reads of a record. The record itself is kept as received, so that fields of later versions pass
//! through.

use serde::Deserialize;
use serde::de::value::{self, StrDeserializer};
use serde::de::{Deserializer, IntoDeserializer};
use sha2::{Digest, Sha256};

use super::query::parse_time;
use super::search::words;
use crate::record::{ArticleStatus, unknown_weight};

/// A record of `timeline.events`; see [`EventRecord`](crate::record::EventRecord) for the fields.
#[derive(Debug, Deserialize)]
pub struct Event {
    pub id: String,
    pub article: Article,
    pub date: Date,
    pub statement: Statement,
    #[serde(default = "unknown_weight")]
    pub weight: f32,
    pub confidence: f32,
}

/// The article part of an event record.
#[derive(Debug, Deserialize)]
pub struct Article {
    pub id: String,
    pub title: String,
    pub source: Option<String>,
    pub language: String,
}

/// The date part of an event record.
#[derive(Debug, Deserialize)]
pub struct Date {
    pub start: Option<String>,
    pub end: Option<String>,
    pub granularity: String,
    pub basis: String,
}

/// The statement part of an event record.
#[derive(Debug, Deserialize)]
pub struct Statement {
    pub summary: String,
    pub sentence: String,
    pub status: String,
    pub names: Vec<String>,
}

impl Event {
    /// Returns the start and end in seconds since 1970. An end that cannot be parsed counts as open.
    pub fn span(&self) -> [Option<i64>; 2] {
        [&self.date.start, &self.date.end].map(|end| end.as_deref().and_then(parse_time))
    }

    /// Returns the words that full-text search covers, separated by spaces.
    pub fn searchable_text(&self) -> String {
        let Statement { summary, sentence, names, .. } = &self.statement;
        // Most summaries are a part of their sentence.
        let summary = if sentence.contains(summary.as_str()) { "" } else { summary };
        let source = self.article.source.as_deref().unwrap_or_default();
        let text = [sentence, summary, &names.join("\n"), &self.article.title, source].join("\n");
        words(&text).collect::<Vec<_>>().join(" ")
    }
}

/// Returns the number by which ids are ordered: their first 16 hex digits. Ids that this program did not make are
/// ordered by their digests.
pub fn id_prefix(id: &str) -> u64 {
    let digits = id.get(..16).filter(|digits| digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_else(|| {
        let digest = Sha256::digest(id);
        u64::from_be_bytes(std::array::from_fn(|at| digest[at]))
    })
}

/// A record of `timeline.articles`: what became of an article.
#[derive(Debug, Deserialize)]
pub struct Disposition {
    /// `None` for a status that only later versions know.
    #[serde(deserialize_with = "known_status")]
    status: Option<ArticleStatus>,
    #[serde(default)]
    pub events: Vec<String>,
}

fn known_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ArticleStatus>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let name: StrDeserializer<'_, value::Error> = name.as_str().into_deserializer();
    Ok(ArticleStatus::deserialize(name).ok())
}

impl Disposition {
    /// Whether the article has exactly these events from now on. An article that was skipped, or whose older revision
    /// arrived late, keeps the events that it has.
    pub fn replaces_events(&self) -> bool {
        match self.status {
            Some(ArticleStatus::Extracted | ArticleStatus::Withdrawn | ArticleStatus::Held) => true,
            Some(ArticleStatus::Skipped | ArticleStatus::Stale) | None => false,
        }
    }
}
