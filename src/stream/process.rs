//! Runs the pipeline on one message, so that a panic in it rejects the message and does not stop the worker.
//!
//! Must not know what becomes of the message.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rdkafka::Message;
use rdkafka::message::{Headers, OwnedMessage};

use crate::article;
use crate::error;
use crate::pipeline::{self, Processed, Settings};

/// Why a message could not be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessError {
    /// No article could be read from it.
    Unreadable(error::Error),
    /// The pipeline panicked.
    Panicked,
}

impl ProcessError {
    /// Returns the code for headers and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(error) => error.code(),
            Self::Panicked => "internal-error",
        }
    }
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Panicked => {
                f.write_str("dateline panicked on this article; this is a bug in dateline, please report it")
            }
        }
    }
}

/// Extracts the articles of a message.
///
/// # Errors
/// If no article can be read from it, or the pipeline panics.
pub fn process(message: &OwnedMessage, settings: &Settings) -> Result<Vec<Processed>, ProcessError> {
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
    let headers: Vec<_> = headers.filter_map(|header| Some((header.key, header.value?))).collect();
    let read = article::Message { value: message.payload().unwrap_or_default(), headers: &headers };
    catch_panic(|| pipeline::process_message(&read, settings))
}

/// A bug in the pipeline must not let one article stop the worker, again after each restart.
fn catch_panic(run: impl Fn() -> Result<Vec<Processed>, error::Error>) -> Result<Vec<Processed>, ProcessError> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(ProcessError::Unreadable),
        Err(_) => Err(ProcessError::Panicked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_the_pipeline_is_an_error() {
        assert_eq!(catch_panic(|| panic!("a bug in a rule")), Err(ProcessError::Panicked));
    }
}
