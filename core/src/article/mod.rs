//! Messages to [`Article`]s: one file an input format.
//!
//! ```text
//! Message ──> text ──> tree ──> format ──> Draft ──> Item: an Article, withdrawn, skipped or broken
//!         message    json, xml        ninjs, nitf, …     draft, reference, status
//! ```
//!
//! A format only says which field of the message is what ([`Field`]). What holds for all formats is decided once, when
//! a draft is finished. [`Published`] holds publication times.
//!
//! This module must not know what is done with an article: no tokens, no dates in the text, no Kafka.

mod cloudevents;
mod draft;
mod format;
mod json;
mod json_ld;
mod message;
mod news_please;
mod newsml;
mod ninjs;
mod nitf;
mod plain;
mod published;
mod reading;
mod reference;
mod revision;
mod status;
mod syndication;
mod worded;
mod xml;
mod zone;

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Warning};

pub use draft::Field;
pub use format::Format;
pub use message::Message;
pub use published::Published;
pub use reading::{Place, inspect, read};
pub use reference::Reference;
pub use revision::order;
pub use status::Withdrawal;
pub use zone::timezone;

/// One news article, as the pipeline reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Stable over all revisions. The article's own, else its URL, else a digest of its content.
    pub id: String,
    /// As told by the source, else the time when it was made; `"1"` where neither is told. See [`order`].
    pub revision: String,
    /// The headline, or empty.
    pub title: String,
    /// The body as received, after decoding its format: the value of a JSON field; of an XML element its text, or,
    /// where it has elements within, what stands between its tags as it is written. All public offsets count in its
    /// code points.
    pub body: String,
    /// What "today" means: the time that [`Article::reference`] names.
    pub published: Published,
    /// A BCP 47 tag, where told.
    pub language: Option<String>,
    /// Who published it, where told.
    pub source: Option<String>,
    /// Where it stands on the web, where told.
    pub url: Option<String>,
    /// Which of its times [`Article::published`] is.
    pub reference: Reference,
    /// When this revision was made, where told.
    pub modified: Option<DateTime<Utc>>,
    /// Until when it must not be published, where told.
    pub embargo: Option<Embargo>,
    /// The event that it announces, where it is no text but a calendar entry.
    pub occasion: Option<Occasion>,
    /// What was worth telling about how it came.
    pub warnings: Vec<Warning>,
}

/// When an announced event takes place, as fields of a message tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// The fields as they are told, `/` between them.
    pub text: String,
    /// When it starts.
    pub start: Published,
    /// When it ends, where told; a day is included.
    pub end: Option<Published>,
}

impl Article {
    /// An article without a title, in its first revision, published at a time told from outside.
    #[must_use]
    pub fn new(id: impl Into<String>, body: impl Into<String>, published: Published) -> Self {
        Self {
            id: id.into(),
            revision: "1".to_owned(),
            title: String::new(),
            body: body.into(),
            published,
            language: None,
            source: None,
            url: None,
            reference: Reference::Given,
            modified: None,
            embargo: None,
            occasion: None,
            warnings: Vec::new(),
        }
    }
}

/// How long an article must not be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embargo {
    /// Until then.
    Until(DateTime<Utc>),
    /// Until a later revision says so.
    Open,
}

/// What one item of a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An article.
    Article(Box<Article>),
    /// The feed took it back. It is never read.
    Withdrawn(Withdrawal, Passed),
    /// No article: a picture, a plan, a package.
    Skipped(Passed),
    /// It should be an article, and cannot be read.
    Broken {
        /// As an article's.
        id: String,
        /// As an article's.
        revision: String,
        /// Why.
        error: Error,
    },
}

/// An item that is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// As an article's.
    pub id: String,
    /// As an article's.
    pub revision: String,
    /// When this revision was made, where told.
    pub modified: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Warning,
}

/// How messages are read.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The format of all messages; `None` tells them apart one by one.
    pub format: Option<Format>,
    /// Which of its times is an article's publication.
    pub reference: Reference,
    /// The same for some sources, by their names or hosts in small letters.
    pub references: BTreeMap<String, Reference>,
    /// The zone of publication times that do not tell theirs.
    pub timezone: chrono_tz::Tz,
    /// The zones of some sources, by their names or hosts in small letters.
    pub timezones: BTreeMap<String, chrono_tz::Tz>,
    /// The zones of the cities of datelines, in small letters.
    pub cities: BTreeMap<String, chrono_tz::Tz>,
    /// The publication time of input that does not tell its own.
    pub published: Option<Published>,
    /// The largest message that is read, in bytes.
    pub max_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: None,
            reference: Reference::FirstCreated,
            references: BTreeMap::new(),
            timezone: chrono_tz::UTC,
            timezones: BTreeMap::new(),
            cities: BTreeMap::new(),
            published: None,
            max_bytes: 32 << 20,
        }
    }
}

/// Refuses what is larger than the limit, before anything looks at it.
fn check_size(bytes: usize, settings: &Settings) -> Result<(), Error> {
    if bytes <= settings.max_bytes {
        return Ok(());
    }
    let limit = settings.max_bytes;
    let message = format!("longer than the limit of {limit} bytes; raise the limit if this is one article");
    Err(Error::new(ErrorKind::TooLarge, message))
}

/// Says that a message is none of a format, and why.
fn shape(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Shape, message)
}

fn published_missing() -> Error {
    let message = "no publication time is told, so \"last month\" has no meaning; \
                   give one in `published_at`, or with --published";
    Error::new(ErrorKind::PublishedMissing, message)
}

/// The id of an article that has none: the same for the same content, 32 hex digits.
fn digest(title: &str, body: &str, published: &Published) -> String {
    let published = published.at.to_rfc3339_opts(SecondsFormat::Millis, false);
    let mut hasher = Sha256::new();
    for part in [title, body, &published] {
        // The length keeps "ab" + "c" apart from "a" + "bc".
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
