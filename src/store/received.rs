//! What the store needs to know of a record. The record itself is kept as it was received, so that fields of later
//! versions go through.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::query::seconds;

/// An event.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// See the schema of records for all of these.
    pub id: String,
    pub article: Article,
    pub date: Date,
    pub statement: Statement,
    pub confidence: f32,
}

/// Of an event's article.
#[derive(Debug, Deserialize)]
pub struct Article {
    pub id: String,
    pub title: String,
    pub source: Option<String>,
    pub language: String,
}

/// Of its date.
#[derive(Debug, Deserialize)]
pub struct Date {
    pub start: Option<String>,
    pub end: Option<String>,
    pub granularity: String,
    pub basis: String,
}

/// Of its statement.
#[derive(Debug, Deserialize)]
pub struct Statement {
    pub summary: String,
    pub sentence: String,
    pub status: String,
    pub names: Vec<String>,
}

impl Event {
    /// When it is, in seconds since 1970. An end that cannot be told counts as open.
    pub fn span(&self) -> [Option<i64>; 2] {
        [&self.date.start, &self.date.end].map(|end| end.as_deref().and_then(seconds))
    }

    /// All that a search looks through.
    pub fn words(&self) -> String {
        let Statement { summary, sentence, names, .. } = &self.statement;
        // Most summaries are a part of their sentence.
        let summary = if sentence.contains(summary.as_str()) { "" } else { summary };
        let source = self.article.source.as_deref().unwrap_or_default();
        [sentence, summary, &names.join("\n"), &self.article.title, source].join("\n")
    }
}

/// What puts ids in order: their first 16 hex digits. Ids of others than this program are put in the order of their
/// digests.
pub fn order(id: &str) -> u64 {
    let digits = id.get(..16).filter(|digits| digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_else(|| {
        let digest = Sha256::digest(id);
        u64::from_be_bytes(std::array::from_fn(|at| digest[at]))
    })
}

/// What became of an article.
#[derive(Debug, Deserialize)]
pub struct Fate {
    pub status: String,
    #[serde(default)]
    pub events: Vec<String>,
}

impl Fate {
    /// Whether the article has these events and no others from now on. An article that was passed over, or whose older
    /// revision came late, stays as it was.
    pub fn decides(&self) -> bool {
        matches!(self.status.as_str(), "extracted" | "withdrawn" | "held")
    }
}
