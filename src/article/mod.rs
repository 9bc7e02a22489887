//! Bytes to [`Article`]: one file an input format; [`Published`] holds publication times.
//!
//! This module must not know what is done with an article: no tokens, no dates in the text, no Kafka.

mod field;
mod json;
mod plain;
mod published;
mod worded;
mod zone;

use chrono::SecondsFormat;
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind};
use crate::pipeline::Settings;

pub use json::read_json;
pub use plain::read_plain;
pub use published::Published;
pub use zone::timezone;

/// One news article, as the pipeline reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Stable over all revisions. The article's own, else its URL, else a digest of its content.
    pub id: String,
    /// As told by the source; `"1"` where none is told.
    pub revision: String,
    /// The headline, or empty.
    pub title: String,
    /// The body as received, after decoding its format. All public offsets count in its code points.
    pub body: String,
    /// Publication time: what "today" means.
    pub published: Published,
    /// A BCP 47 tag, where told.
    pub language: Option<String>,
    /// Who published it, where told.
    pub source: Option<String>,
    /// Where it stands on the web, where told.
    pub url: Option<String>,
}

/// Reads one message: one article in one of the input formats.
///
/// # Errors
///
/// When the message is larger than `settings.max_bytes`, or no article: see [`Error::code`].
pub fn read(bytes: &[u8], settings: &Settings) -> Result<Article, Error> {
    check_size(bytes.len(), settings)?;
    read_json(bytes, settings)
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

/// The bytes as text, without a byte order mark.
fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Error::new(ErrorKind::Encoding, format!("not UTF-8: byte {at} (counted from 0) is wrong; send it as UTF-8"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
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
