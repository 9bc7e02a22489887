//! The values of events as they are written: bare records in JSON, or behind the id of a registered schema.
//!
//! Must not know who registers a schema.

#[cfg(feature = "schema-registry")]
pub use self::registered::EventValues;

/// How the values of events are written.
#[cfg(not(feature = "schema-registry"))]
#[derive(Debug)]
pub struct EventValues;

#[cfg(not(feature = "schema-registry"))]
impl EventValues {
    /// Bare records.
    pub fn json() -> Self {
        Self
    }

    /// Returns the value of an event.
    ///
    /// # Errors
    /// None in practice: a record can always be written.
    pub fn encode(&self, event: &crate::record::EventRecord) -> Result<Vec<u8>, String> {
        serde_json::to_vec(event).map_err(|error| error.to_string())
    }

    /// Returns the media type of the values.
    pub fn content_type(&self) -> &'static str {
        crate::record::cloudevents::JSON
    }
}

#[cfg(feature = "schema-registry")]
mod registered {
    use std::sync::OnceLock;

    use crate::article::wire_head;
    use crate::config::{EventFormat, Settings, Topics};
    use crate::record::{self, AvroEvents, EventRecord, cloudevents};
    use crate::registry::SchemaType;

    /// How the values of events are written.
    #[derive(Debug)]
    pub struct EventValues(Option<Registered>);

    /// A schema that is registered before the first event is written.
    #[derive(Debug)]
    struct Registered {
        subject: String,
        schema: Schema,
        id: OnceLock<u32>,
    }

    #[derive(Debug)]
    enum Schema {
        Avro(AvroEvents),
        Json(String),
    }

    impl EventValues {
        /// Bare records.
        pub fn json() -> Self {
            Self(None)
        }

        /// As the settings say.
        ///
        /// # Errors
        /// None in practice: events have a schema.
        pub fn new(settings: &Settings) -> Result<Self, String> {
            let schema = match settings.event_format {
                EventFormat::Json => return Ok(Self::json()),
                EventFormat::Avro => Schema::Avro(AvroEvents::new()?),
                EventFormat::JsonSchema => Schema::Json(record::schema().to_value().to_string()),
            };
            // That of the strategy which all clients have by default: the name of the topic.
            let subject = format!("{}-value", Topics::new(&settings.kafka).events);
            Ok(Self(Some(Registered { subject, schema, id: OnceLock::new() })))
        }

        /// Returns the subject, the type and the text of the schema, if it is still to be registered.
        pub fn unregistered(&self) -> Option<(&str, SchemaType, &str)> {
            let Registered { subject, schema, id } = self.0.as_ref()?;
            if id.get().is_some() {
                return None;
            }
            Some(match schema {
                Schema::Avro(events) => (subject, SchemaType::Avro, events.schema()),
                Schema::Json(text) => (subject, SchemaType::Json, text),
            })
        }

        /// Remembers the id that the schema was registered under. It is the same each time.
        pub fn set_registered(&self, id: u32) {
            if let Some(registered) = &self.0 {
                let _ = registered.id.set(id);
            }
        }

        /// Returns the value of an event.
        ///
        /// # Errors
        /// If its schema is not registered yet.
        pub fn encode(&self, event: &EventRecord) -> Result<Vec<u8>, String> {
            let json = || serde_json::to_vec(event).map_err(|error| error.to_string());
            let Some(Registered { schema, id, .. }) = &self.0 else { return json() };
            let mut value = wire_head(*id.get().ok_or("its schema is not registered")?).to_vec();
            match schema {
                Schema::Avro(events) => events.encode(event, &mut value)?,
                Schema::Json(_) => value.extend(json()?),
            }
            Ok(value)
        }

        /// Returns the media type of the values.
        pub fn content_type(&self) -> &'static str {
            match &self.0 {
                Some(Registered { schema: Schema::Avro(_), .. }) => cloudevents::AVRO,
                _ => cloudevents::JSON,
            }
        }
    }
}
