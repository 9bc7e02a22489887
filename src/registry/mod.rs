//! A client of a schema registry, with the interface of Confluent's: schemas by their ids, and the ids of schemas.
//!
//! An id means the same schema for ever, so that each is asked for once. What cannot be answered now is an [`Outage`]; that
//! there is no such schema, or that it cannot be used, is an answer.
//!
//! Must not know Kafka, nor what is done with a message.

mod client;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use self::client::{Answer, Client, Reference};
use crate::article::{ReferencedSchema, WireSchema};
use crate::config::SchemaRegistry;

/// How long it is believed that there is no schema of an id: somebody may register one, and a topic may be full of messages
/// that are no article and begin with a zero byte.
const REFUSED_FOR: Duration = Duration::from_secs(30);
/// How many such ids are remembered.
const REFUSED: usize = 1000;
/// How many schemas one may refer to, and those in turn.
const REFERENCES: usize = 100;

/// The registry cannot be asked now: in words for people, with its address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Outage(String);

/// What an id stands for.
#[derive(Debug, Clone)]
pub enum Found {
    /// A schema.
    Schema(Arc<WireSchema>),
    /// Nothing: the registry has no such schema. In words for people.
    Unknown(Arc<str>),
    /// A schema that cannot be used, with the reason, in words for people.
    Unusable(Arc<str>),
}

/// How schemas are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaType {
    /// Avro.
    Avro,
    /// JSON Schema.
    Json,
}

impl SchemaType {
    fn name(self) -> &'static str {
        match self {
            Self::Avro => "AVRO",
            Self::Json => "JSON",
        }
    }
}

/// A registry, and what it has answered so far.
#[derive(Debug)]
pub struct Registry {
    client: Client,
    found: RwLock<HashMap<u32, (Found, Instant)>>,
    /// Held while it is asked, so that threads that need the same schema ask once; and when it last did not answer, which
    /// is an answer to all who waited for it.
    asking: Mutex<Option<(Instant, Outage)>>,
}

impl Registry {
    /// Creates the client; it does not connect yet.
    ///
    /// # Errors
    /// If a file of its certificates cannot be read.
    pub fn new(settings: &SchemaRegistry) -> Result<Self, String> {
        Ok(Self { client: Client::new(settings)?, found: RwLock::default(), asking: Mutex::default() })
    }

    /// Returns what an id stands for.
    ///
    /// # Errors
    /// If the registry cannot be asked now.
    pub fn schema(&self, id: u32) -> Result<Found, Outage> {
        if let Some(found) = self.known(id) {
            return Ok(found);
        }
        let since = Instant::now();
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = self.known(id) {
            return Ok(found);
        }
        if let Some((at, outage)) = &*asking
            && *at >= since
        {
            return Err(outage.clone());
        }
        let found = self.ask(id).inspect_err(|outage| *asking = Some((Instant::now(), outage.clone())))?;
        let mut all = self.found.write().unwrap_or_else(PoisonError::into_inner);
        if !matches!(found, Found::Schema(_)) && all.len() >= REFUSED {
            all.retain(|_, (found, _)| matches!(found, Found::Schema(_)));
        }
        all.insert(id, (found.clone(), Instant::now()));
        Ok(found)
    }

    fn known(&self, id: u32) -> Option<Found> {
        let all = self.found.read().unwrap_or_else(PoisonError::into_inner);
        let (found, since) = all.get(&id)?;
        let stands = matches!(found, Found::Schema(_)) || since.elapsed() < REFUSED_FOR;
        stands.then(|| found.clone())
    }

    fn ask(&self, id: u32) -> Result<Found, Outage> {
        let Some(answer) = self.client.get(&format!("schemas/ids/{id}"))? else {
            let problem = format!("the schema registry {} has no schema {id}", self.client.address());
            return Ok(Found::Unknown(problem.into()));
        };
        Ok(match self.parse(&answer)? {
            Ok(schema) => Found::Schema(Arc::new(schema)),
            Err(problem) => {
                Found::Unusable(format!("the schema {id} of the registry cannot be used: {problem}").into())
            }
        })
    }

    fn parse(&self, answer: &Answer) -> Result<Result<WireSchema, String>, Outage> {
        let mut referenced = Vec::new();
        if let Err(problem) = self.collect(&answer.references, &mut referenced)? {
            return Ok(Err(problem));
        }
        Ok(match answer.schema_type.as_str() {
            "AVRO" => WireSchema::avro(&answer.schema, &referenced),
            "JSON" => Ok(WireSchema::json()),
            "PROTOBUF" => WireSchema::protobuf(&answer.schema, &referenced),
            other => Err(format!("it is of the type {other}; known are AVRO, JSON and PROTOBUF")),
        })
    }

    /// Fetches the schemas of references, each behind those that it refers to itself.
    fn collect(
        &self,
        references: &[Reference],
        into: &mut Vec<ReferencedSchema>,
    ) -> Result<Result<(), String>, Outage> {
        // Those to fetch, and those that wait for their own references.
        let mut stack: Vec<(Reference, Option<String>)> =
            references.iter().rev().cloned().map(|it| (it, None)).collect();
        let mut seen = Vec::new();
        while let Some((reference, fetched)) = stack.pop() {
            if let Some(text) = fetched {
                into.push(ReferencedSchema { name: reference.name, text });
                continue;
            }
            if seen.contains(&reference.name) {
                continue;
            }
            seen.push(reference.name.clone());
            if seen.len() > REFERENCES {
                return Ok(Err(format!("it refers to more than {REFERENCES} others")));
            }
            let Reference { name, subject, version } = &reference;
            let Some(answer) = self.client.get_version(subject, *version)? else {
                return Ok(Err(format!(
                    "it refers to {name}, and there is no version {version} of the subject {subject}"
                )));
            };
            stack.push((reference, Some(answer.schema)));
            stack.extend(answer.references.into_iter().rev().map(|it| (it, None)));
        }
        Ok(Ok(()))
    }

    /// Returns the id of a schema of a subject, which is registered if it is new.
    ///
    /// # Errors
    /// If the registry cannot be asked now, or does not accept it.
    pub fn register(&self, subject: &str, schema_type: SchemaType, schema: &str) -> Result<u32, Outage> {
        self.client.register(subject, schema_type.name(), schema)
    }

    /// Returns the address, and the types of schemas that the registry knows, to see whether it answers.
    ///
    /// # Errors
    /// If it does not.
    pub fn types(&self) -> Result<Vec<String>, Outage> {
        self.client.types()
    }
}
