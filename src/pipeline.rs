//! The one composer: bytes in, records out. Pure: same bytes and settings, same records.

use crate::article::{self, Article};
use crate::error::Error;
use crate::event::Event;
use crate::record::{self, ArticleStatus, EventRecord, Warning};
use crate::temporal::{Dropped, Resolved};
use crate::text::Text;

/// What a bare "in May" counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Genre {
    /// The publication time.
    #[default]
    News,
    /// The last date told.
    Narrative,
    /// The program decides for each article.
    Auto,
}

/// What extraction can be told from outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What bare dates count from.
    pub genre: Genre,
    /// The language of articles that do not tell theirs (BCP 47).
    pub language: String,
    /// The zone of publication times that do not tell theirs.
    pub timezone: chrono_tz::Tz,
    /// The publication time of input that does not tell its own.
    pub published: Option<article::Published>,
    /// The largest message that is read, in bytes.
    pub max_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            genre: Genre::Auto,
            language: "en".into(),
            timezone: chrono_tz::UTC,
            published: None,
            max_bytes: 32 << 20,
        }
    }
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was an article.
    Article(Box<Processed>),
    /// It was none; the error says why.
    Rejected(Error),
}

/// An article's records.
#[derive(Debug, Clone, PartialEq)]
pub struct Processed {
    /// The article's id.
    pub id: String,
    /// The article's revision.
    pub revision: String,
    /// What became of it.
    pub status: ArticleStatus,
    /// Its events, in the order of the text.
    pub events: Vec<EventRecord>,
    /// What was worth telling.
    pub warnings: Vec<Warning>,
}

/// All that was found in one article, in the order of the text, before it becomes records.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// The text that all spans below point into, with its map to the body as received.
    pub text: Text,
    /// Every expression with what it means.
    pub expressions: Vec<Resolved>,
    /// The dated statements.
    pub events: Vec<Event>,
    /// What was recognised and then dropped, and why.
    pub dropped: Vec<Dropped>,
    /// What was worth telling.
    pub warnings: Vec<Warning>,
}

/// Reads one message and extracts its events.
#[must_use]
pub fn process(bytes: &[u8], settings: &Settings) -> Outcome {
    match article::read(bytes, settings) {
        Ok(article) => Outcome::Article(Box::new(process_article(&article, settings))),
        Err(error) => Outcome::Rejected(error),
    }
}

/// Extracts the events of an article already read, as records. It cannot fail.
#[must_use]
pub fn process_article(article: &Article, settings: &Settings) -> Processed {
    let language = article.language.as_deref().unwrap_or(&settings.language);
    let (status, events, warnings) = match reason_to_skip(article, language) {
        Some(warning) => (ArticleStatus::Skipped, Vec::new(), vec![warning]),
        None => {
            let extraction = extract(article, settings);
            let events = record::event_records(article, language, &extraction, &record::extractor("en", 1));
            (ArticleStatus::Extracted, events, extraction.warnings)
        }
    };
    Processed { id: article.id.clone(), revision: article.revision.clone(), status, events, warnings }
}

fn reason_to_skip(article: &Article, language: &str) -> Option<Warning> {
    if !has_pack(language) {
        let message = format!("there is no language pack for `{language}`; there is one for `en`");
        return Some(Warning { code: "language-unsupported", message });
    }
    if article.body.trim().is_empty() {
        return Some(Warning { code: "empty-text", message: "the article has no text".to_owned() });
    }
    None
}

/// Whether there is a pack for a BCP 47 tag: its first subtag counts (`en-GB`; `en_GB` is common in feeds).
fn has_pack(tag: &str) -> bool {
    tag.split(['-', '_']).next().is_some_and(|primary| primary.eq_ignore_ascii_case("en"))
}

/// Extracts from an article already read. It cannot fail.
#[must_use]
pub fn extract(article: &Article, settings: &Settings) -> Extraction {
    let _ = settings;
    Extraction {
        text: Text::of(&article.body),
        expressions: Vec::new(),
        events: Vec::new(),
        dropped: Vec::new(),
        warnings: Vec::new(),
    }
}
