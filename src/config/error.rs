//! The one error of the configuration: which key, where it was set, how to mend it.

use super::layers::Origin;

/// Why the configuration cannot be used. The message is for people; it never holds a value of `kafka.client`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    /// About a key's value.
    pub(super) fn value(key: &str, origin: &Origin, problem: impl std::fmt::Display) -> Self {
        Self(format!("{key} ({origin}): {problem}"))
    }

    /// About a place that values come from.
    pub(super) fn origin(origin: &Origin, problem: impl std::fmt::Display) -> Self {
        Self(format!("{origin}: {problem}"))
    }
}
