//! Runs the pipeline on one message, so that a panic in it rejects the message and does not stop the worker.
//!
//! Must not know what becomes of the message.

use std::borrow::Cow;
use std::fmt;
#[cfg(feature = "schema-registry")]
use std::sync::Arc;

use chrono::DateTime;
use rdkafka::Message;
use rdkafka::message::{Headers, OwnedMessage};

use crate::article::{self, Published, RecordTime, WireSchema};
use crate::error;
use crate::pipeline::{self, Processed, Settings};
use crate::telemetry::{Place, catch_panic};

/// Why a message could not be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessError {
    /// No article could be read from it.
    Unreadable(error::Error),
    /// The registry has no schema of its id.
    #[cfg(feature = "schema-registry")]
    UnknownSchema(Arc<str>),
    /// Its schema cannot be used.
    #[cfg(feature = "schema-registry")]
    UnusableSchema(Arc<str>),
    /// The pipeline panicked: where, if that is known.
    Panicked(Option<Place>),
}

impl ProcessError {
    /// Returns the code for headers and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(error) => error.code(),
            #[cfg(feature = "schema-registry")]
            Self::UnknownSchema(_) => "schema-unknown",
            #[cfg(feature = "schema-registry")]
            Self::UnusableSchema(_) => "schema-unusable",
            Self::Panicked(_) => "internal-error",
        }
    }
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            #[cfg(feature = "schema-registry")]
            Self::UnknownSchema(problem) | Self::UnusableSchema(problem) => problem.fmt(f),
            Self::Panicked(place) => {
                let place = place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
                write!(f, "dateline panicked{place} on this article; this is a bug in dateline, please report it")
            }
        }
    }
}

/// Extracts the articles of a message, whose value may have a schema.
///
/// # Errors
/// If no article can be read from it, or the pipeline panics.
pub fn process(
    message: &OwnedMessage,
    schema: Option<&WireSchema>,
    settings: &Settings,
) -> Result<Vec<Processed>, ProcessError> {
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
    let headers: Vec<_> = headers.filter_map(|header| Some((header.key, header.value?))).collect();
    let read = article::Message {
        value: message.payload().unwrap_or_default(),
        headers: &headers,
        topic: Some(message.topic()),
        key: message.key(),
        schema,
    };
    let settings = with_record_time(settings, message);
    rejecting_panics(|| pipeline::process_message(&read, &settings))
}

/// Adds the time of a message to the settings, if they use it.
fn with_record_time<'s>(settings: &'s Settings, message: &OwnedMessage) -> Cow<'s, Settings> {
    if settings.input.record_time == RecordTime::Ignored {
        return Cow::Borrowed(settings);
    }
    let at = message.timestamp().to_millis().and_then(DateTime::from_timestamp_millis);
    let at = at.map(|at| Published { at: at.fixed_offset(), has_time: true });
    let mut settings = settings.clone();
    settings.input.record_time = RecordTime::LastResort(at);
    Cow::Owned(settings)
}

/// A bug in the pipeline must not let one article stop the worker, again after each restart.
fn rejecting_panics(run: impl Fn() -> Result<Vec<Processed>, error::Error>) -> Result<Vec<Processed>, ProcessError> {
    catch_panic(run).map_err(ProcessError::Panicked)?.map_err(ProcessError::Unreadable)
}

#[cfg(test)]
mod tests {
    use rdkafka::Timestamp;

    use super::*;
    use crate::article::Reference;

    #[test]
    fn the_time_of_a_message_is_the_last_resort_if_the_settings_say_so() {
        let message = |value: &str| {
            let value = Some(value.as_bytes().to_vec());
            let at = Timestamp::CreateTime(1_558_636_507_000);
            OwnedMessage::new(value, None, "articles".into(), at, 0, 0, None)
        };
        let without = message(r#"{"id": "a", "body": "The bridge shut on Monday."}"#);
        let with =
            message(r#"{"id": "a", "body": "The bridge shut on Monday.", "published_at": "2019-05-14T08:15:00Z"}"#);
        let code = |message| process(message, None, &Settings::default()).err().map(|error| error.code());
        assert_eq!(code(&without), Some("published-missing"));
        let mut settings = Settings::default();
        settings.input.record_time = RecordTime::LastResort(None);
        let article = |message| process(message, None, &settings).unwrap()[0].events[0].article.clone();
        let found = article(&without);
        assert_eq!(found.published_from, Reference::Record);
        assert_eq!(found.published_at, "2019-05-23T18:35:07+00:00");
        assert_eq!(article(&with).published_from, Reference::FirstCreated);
    }

    #[test]
    fn a_panic_in_the_pipeline_is_an_error_that_names_the_place() {
        crate::telemetry::remember_panics();
        let line = line!() + 1;
        let error = rejecting_panics(|| panic!("a bug in a rule")).unwrap_err();
        let place = format!("{}:{line}", file!());
        assert_eq!(error.code(), "internal-error");
        assert!(error.to_string().starts_with(&format!("dateline panicked at {place} on this article")), "{error}");
    }
}
