//! The error of the configuration: which key, where it was set, how to fix it.

use super::layers::Origin;

/// Why the configuration is not valid. The message is for people; it never contains a value of `kafka.client`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    /// Creates an error about the value of a key.
    pub(super) fn value(key: &str, origin: &Origin, problem: impl std::fmt::Display) -> Self {
        Self(format!("{key} ({origin}): {problem}"))
    }

    /// Creates an error about a source of values.
    pub(super) fn origin(origin: &Origin, problem: impl std::fmt::Display) -> Self {
        Self(format!("{origin}: {problem}"))
    }
}
