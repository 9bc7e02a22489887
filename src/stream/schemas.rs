//! Schemas of a registry, for the messages that are read and the events that are written.
//!
//! A registry that is down holds everything up: whoever needs a schema waits here until the registry answers or a shutdown is
//! requested, and the worker is not ready meanwhile. Nothing is rejected, and nothing is skipped, because of it.
//!
//! Without the feature `schema-registry` there is none, which the configuration says.

use std::sync::Arc;

use rdkafka::Message;
use rdkafka::message::OwnedMessage;

use super::Control;
use super::event_value::EventValues;
use super::process::{self, ProcessError};
use crate::article::WireSchema;
use crate::config::Settings;
use crate::pipeline::{self, Processed};

/// Why there is no schema for a message.
#[derive(Debug)]
#[cfg_attr(not(feature = "schema-registry"), allow(dead_code, reason = "without a registry none is missing"))]
pub enum Unresolved {
    /// A shutdown was requested while the registry did not answer.
    Interrupted,
    /// There is no such schema, or none that can be used.
    Refused(ProcessError),
}

/// The schemas that a worker needs.
pub struct Schemas {
    values: Arc<EventValues>,
    #[cfg(feature = "schema-registry")]
    registry: Option<registered::Registered>,
}

impl Schemas {
    /// Prepares for the registry of the settings, if they have one; it is not asked yet.
    ///
    /// # Errors
    /// If its certificates cannot be read.
    #[cfg(feature = "schema-registry")]
    pub fn new(settings: &Settings, control: &Control) -> Result<Self, super::Error> {
        let registry = settings.schema_registry.as_ref();
        let registry = registry.map(|registry| registered::Registered::new(registry, control)).transpose()?;
        let values = EventValues::new(settings).map_err(|problem| super::Error::schema_registry(&problem))?;
        Ok(Self { values: Arc::new(values), registry })
    }

    /// There is none.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(feature = "schema-registry"))]
    pub fn new(_: &Settings, _: &Control) -> Result<Self, super::Error> {
        Ok(Self { values: Arc::new(EventValues::json()) })
    }

    /// The same, for a loop that waits itself: it is alive while the registry is down.
    #[must_use]
    #[cfg_attr(not(feature = "schema-registry"), expect(unused_mut, reason = "there is nothing to change"))]
    pub fn on_the_loop(mut self) -> Self {
        #[cfg(feature = "schema-registry")]
        if let Some(registry) = &mut self.registry {
            registry.is_on_the_loop = true;
        }
        self
    }

    /// The same, for events that are written as bare records whatever the settings say.
    #[must_use]
    pub fn with_bare_events(self) -> Self {
        Self { values: Arc::new(EventValues::json()), ..self }
    }

    /// Returns how the values of events are written.
    #[must_use]
    pub fn event_values(&self) -> Arc<EventValues> {
        self.values.clone()
    }

    /// Extracts the articles of a message; `None` if a shutdown was requested before that could be done.
    pub fn process(
        &self,
        message: &OwnedMessage,
        settings: &pipeline::Settings,
    ) -> Option<Result<Vec<Processed>, ProcessError>> {
        match self.of(message.payload()) {
            Ok(schema) => Some(process::process(message, schema.as_deref(), settings)),
            Err(Unresolved::Refused(error)) => Some(Err(error)),
            Err(Unresolved::Interrupted) => None,
        }
    }

    /// Returns the schema of a value, if it has one. Where events need a schema, it is registered first.
    #[cfg(feature = "schema-registry")]
    fn of(&self, value: Option<&[u8]>) -> Result<Option<Arc<WireSchema>>, Unresolved> {
        let Some(registry) = &self.registry else { return Ok(None) };
        registry.register(&self.values)?;
        registry.of(value.unwrap_or_default())
    }

    #[cfg(not(feature = "schema-registry"))]
    fn of(&self, _: Option<&[u8]>) -> Result<Option<Arc<WireSchema>>, Unresolved> {
        Ok(None)
    }

    /// Returns the value of an event as JSON, whichever way it was written.
    ///
    /// # Errors
    /// If its schema cannot be had, or it is not as that says.
    #[cfg(feature = "schema-registry")]
    pub fn event_as_json<'v>(&self, value: &'v [u8]) -> Result<std::borrow::Cow<'v, [u8]>, Unresolved> {
        let Some(schema) = self.registry.as_ref().map(|registry| registry.of(value)).transpose()?.flatten() else {
            return Ok(value.into());
        };
        let json = schema.to_json(value).map_err(|error| Unresolved::Refused(ProcessError::Unreadable(error)))?;
        Ok(json.into())
    }

    /// Returns it as it is.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(feature = "schema-registry"))]
    pub fn event_as_json<'v>(&self, value: &'v [u8]) -> Result<std::borrow::Cow<'v, [u8]>, Unresolved> {
        Ok(value.into())
    }
}

#[cfg(feature = "schema-registry")]
mod registered {
    use std::sync::Arc;
    use std::time::Duration;

    use super::Unresolved;
    use crate::article::{WireSchema, schema_id};
    use crate::config::SchemaRegistry;
    use crate::registry::{Found, Outage, Registry};
    use crate::stream::event_value::EventValues;
    use crate::stream::process::ProcessError;
    use crate::stream::{Control, Error};
    use crate::telemetry::Condition;

    /// How long to wait before a registry that does not answer is asked again: at first, and at most.
    const RETRY_PAUSE: Duration = Duration::from_millis(500);
    const MAX_RETRY_PAUSE: Duration = Duration::from_secs(5);

    /// A registry that is asked until it answers.
    pub struct Registered {
        registry: Registry,
        control: Control,
        /// Whether the loop waits whose beat shows that the process is alive.
        pub is_on_the_loop: bool,
    }

    impl Registered {
        pub fn new(settings: &SchemaRegistry, control: &Control) -> Result<Self, Error> {
            let registry = Registry::new(settings).map_err(|problem| Error::schema_registry(&problem))?;
            Ok(Self { registry, control: control.clone(), is_on_the_loop: false })
        }

        /// Returns the schema of a value; `None` if it is not in the wire format.
        pub fn of(&self, value: &[u8]) -> Result<Option<Arc<WireSchema>>, Unresolved> {
            let Some(id) = schema_id(value) else { return Ok(None) };
            let refused = |error| Err(Unresolved::Refused(error));
            match self.until_it_answers(|| self.registry.schema(id))? {
                Found::Schema(schema) => Ok(Some(schema)),
                Found::Unknown(problem) => refused(ProcessError::UnknownSchema(problem)),
                Found::Unusable(problem) => refused(ProcessError::UnusableSchema(problem)),
            }
        }

        /// Registers the schema of events, if they need one that is not registered yet.
        pub fn register(&self, values: &EventValues) -> Result<(), Unresolved> {
            let Some((subject, schema_type, text)) = values.unregistered() else { return Ok(()) };
            let id = self.until_it_answers(|| self.registry.register(subject, schema_type, text))?;
            values.set_registered(id);
            tracing::info!(subject, id, "the schema of events is registered");
            Ok(())
        }

        fn until_it_answers<T>(&self, ask: impl Fn() -> Result<T, Outage>) -> Result<T, Unresolved> {
            let mut pause = RETRY_PAUSE;
            let Control { shutdown, health, .. } = &self.control;
            loop {
                let outage = match ask() {
                    Ok(answer) => {
                        if pause > RETRY_PAUSE {
                            if self.is_on_the_loop {
                                health.beat();
                            }
                            health.report(Condition::SchemaRegistry, None);
                        }
                        return Ok(answer);
                    }
                    Err(outage) => outage,
                };
                if shutdown.is_triggered() {
                    return Err(Unresolved::Interrupted);
                }
                health.report(Condition::SchemaRegistry, Some(format!("{outage}; asking again")));
                shutdown.wait(pause);
                pause = (pause * 2).min(MAX_RETRY_PAUSE);
            }
        }
    }
}

#[cfg(feature = "schema-registry")]
#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;
    use std::time::Duration;

    use rdkafka::Timestamp;

    use super::*;
    use crate::config::Configuration;

    /// Settings with a registry that does not answer.
    fn settings() -> Settings {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let url = format!("http://{address}");
        let flags = [("--test", "schema.registry.url", url.as_str())];
        Configuration::load(None, [], flags).unwrap().settings().unwrap()
    }

    fn message(value: &[u8]) -> OwnedMessage {
        OwnedMessage::new(Some(value.to_vec()), None, "articles".into(), Timestamp::NotAvailable, 0, 0, None)
    }

    #[test]
    fn whoever_needs_a_schema_waits_until_a_shutdown_is_requested_and_the_reason_is_named() {
        let (settings, control) = (settings(), Control::default());
        control.health.ready();
        let schemas = Schemas::new(&settings, &control).unwrap();
        let processed = schemas.process(&message(b"{}"), &settings.extract).unwrap();
        assert_eq!(processed.unwrap_err().code(), "not-an-article", "that needs none");
        assert_eq!(control.health.readiness(), Ok(()));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| schemas.process(&message(b"\0\0\0\0\x07x"), &settings.extract).is_none());
            while control.health.readiness().is_ok() {
                thread::sleep(Duration::from_millis(5));
            }
            let reason = control.health.readiness().unwrap_err();
            assert!(reason.starts_with("the schema registry http://127.0.0.1:"), "{reason}");
            assert!(!waiting.is_finished());
            control.shutdown.trigger();
            assert!(waiting.join().unwrap());
        });
    }
}
