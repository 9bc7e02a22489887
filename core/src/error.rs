//! The one public error of the core, why bytes are no article, and what is told where work went on.
//!
//! Extraction itself cannot fail, so every variant here is about reading input. The variants are private; what a
//! caller may ask is [`Error::code`] (stable, for machines) and the message (for people: what, where, how to mend).

use std::fmt;

/// Why a message could not be read as an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// The kinds, each with a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The bytes are not UTF-8.
    Encoding,
    /// The text is not JSON.
    Syntax,
    /// The text is not XML.
    Xml,
    /// Elements lie deeper than in any article.
    TooDeep,
    /// It can be read, but is no article of the formats: a field is missing or of another type.
    Shape,
    /// No publication time is told.
    PublishedMissing,
    /// The publication time cannot be read, or is no possible time.
    PublishedInvalid,
    /// The time zone does not exist.
    Timezone,
    /// The message is larger than the limit.
    TooLarge,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A stable code in kebab-case, for headers, metrics and scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::Encoding => "not-utf8",
            ErrorKind::Syntax => "not-json",
            ErrorKind::Xml => "not-xml",
            ErrorKind::TooDeep => "too-deep",
            ErrorKind::Shape => "not-an-article",
            ErrorKind::PublishedMissing => "published-missing",
            ErrorKind::PublishedInvalid => "published-invalid",
            ErrorKind::Timezone => "timezone-unknown",
            ErrorKind::TooLarge => "too-large",
        }
    }

    /// Whether the message has no publication time at all (so that giving one would mend it).
    #[must_use]
    pub fn is_published_missing(&self) -> bool {
        self.kind == ErrorKind::PublishedMissing
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Something worth telling that did not stop the work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// Stable, kebab-case.
    pub code: &'static str,
    /// For people.
    pub message: String,
}
