//! The public error of the core, for messages that cannot be read, and warnings about those that can.
//!
//! Extraction itself cannot fail, so every error is about reading input. The kinds are private; a caller may ask for
//! [`Error::code`] (stable, for machines) and the message (for people: what, where, what to do).

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
    /// The bytes are not text in UTF-8.
    Encoding,
    /// The text is not JSON.
    Syntax,
    /// The text is not XML.
    Xml,
    /// The bytes are not a value of their schema, in Avro.
    #[cfg(feature = "schema-registry")]
    Avro,
    /// The same in Protobuf.
    #[cfg(feature = "schema-registry")]
    Protobuf,
    /// Elements are nested deeper than in any article.
    TooDeep,
    /// It can be parsed, but is not an article of any format: a field is missing or of the wrong type.
    Shape,
    /// There is no publication time.
    PublishedMissing,
    /// The publication time cannot be read, or is impossible.
    PublishedInvalid,
    /// It withdraws an article and does not say which.
    WithdrawalWithoutId,
    /// The time zone does not exist.
    Timezone,
    /// The message is larger than the limit.
    TooLarge,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The message can be parsed, but not as an article.
    pub(crate) fn not_an_article(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Shape, message)
    }

    /// The same error, of a part of the message.
    pub(crate) fn of_part(self, part: &str) -> Self {
        Self { message: format!("{part}: {}", self.message), ..self }
    }

    /// Returns a stable code in kebab-case, for headers, metrics and scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::Encoding => "not-utf8",
            ErrorKind::Syntax => "not-json",
            ErrorKind::Xml => "not-xml",
            #[cfg(feature = "schema-registry")]
            ErrorKind::Avro => "not-avro",
            #[cfg(feature = "schema-registry")]
            ErrorKind::Protobuf => "not-protobuf",
            ErrorKind::TooDeep => "too-deep",
            ErrorKind::Shape => "not-an-article",
            ErrorKind::PublishedMissing => "published-missing",
            ErrorKind::PublishedInvalid => "published-invalid",
            ErrorKind::WithdrawalWithoutId => "withdrawal-without-id",
            ErrorKind::Timezone => "timezone-unknown",
            ErrorKind::TooLarge => "too-large",
        }
    }

    /// Whether the message has no publication time at all, so that giving one would help.
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

/// Something worth reporting that did not stop the work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// Stable, in kebab-case.
    pub code: &'static str,
    /// For people.
    pub message: String,
}
