//! Values in the wire format of a schema registry: a zero byte, the id of a schema, and the value as that schema says.
//!
//! Whoever has the message finds the schema of its id; here it is only used. What is read is a tree as that of JSON, within
//! the same bounds, so that envelopes, presets and `[input.fields]` are the same for all.
//!
//! Must not know registries.

#[cfg(feature = "schema-registry")]
mod avro;
#[cfg(feature = "schema-registry")]
mod budget;
#[cfg(feature = "schema-registry")]
mod protobuf;

#[cfg(feature = "schema-registry")]
pub(crate) use self::avro::AvroSchema;
#[cfg(feature = "schema-registry")]
use self::protobuf::ProtobufSchema;
use super::json::Json;
use crate::error::Error;

/// What people should know of the kinds of schemas, in Markdown: their names in registries, and how values become fields.
pub const KINDS: [(&str, &str); 3] = [
    (
        "`AVRO`",
        "a record is an object, a map too; of a union there is the value. Days and timestamps (`date`, `timestamp-millis`, …, and \
         those of Kafka Connect and Debezium, by `connect.name`) are read as such, decimals as text; bytes are text if \
         they are UTF-8",
    ),
    ("`JSON`", "the JSON behind the id. It is not held against its schema"),
    (
        "`PROTOBUF`",
        "a message is an object, its fields have the names of the `.proto` file, those that are not set are not there. \
         `google.protobuf.Timestamp` is a time, enums are their names, wrappers and `Struct` what is in them",
    ),
];

/// What stands before each value: the zero byte and the id of its schema.
const HEAD: usize = 5;

/// A schema of messages, as a registry has it.
#[derive(Debug)]
pub struct WireSchema(Kind);

#[derive(Debug)]
enum Kind {
    Json,
    #[cfg(feature = "schema-registry")]
    Avro(AvroSchema),
    #[cfg(feature = "schema-registry")]
    Protobuf(ProtobufSchema),
}

/// A schema that others refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferencedSchema {
    /// The name by which they do: that of an `import` in Protobuf.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a value holds.
pub(super) enum Decoded<'b> {
    /// A tree of named values.
    #[cfg_attr(not(feature = "schema-registry"), allow(dead_code, reason = "JSON needs no schema to be read"))]
    Tree(Json<'b>),
    /// Bytes as those of any message.
    Bytes(&'b [u8]),
}

impl WireSchema {
    /// Returns a schema of JSON, whatever it says: JSON is read without it.
    #[must_use]
    pub fn json() -> Self {
        Self(Kind::Json)
    }

    /// Parses a schema in Avro. Those that it refers to come before those that refer to them.
    ///
    /// # Errors
    /// If it is no schema; in words for people.
    #[cfg(feature = "schema-registry")]
    pub fn avro(text: &str, referenced: &[ReferencedSchema]) -> Result<Self, String> {
        AvroSchema::parse(text, referenced).map(|schema| Self(Kind::Avro(schema)))
    }

    /// Parses a `.proto` file. Those that it imports come before those that import them; those of `google/protobuf` are
    /// known.
    ///
    /// # Errors
    /// If it is no schema; in words for people.
    #[cfg(feature = "schema-registry")]
    pub fn protobuf(text: &str, referenced: &[ReferencedSchema]) -> Result<Self, String> {
        ProtobufSchema::parse(text, referenced).map(|schema| Self(Kind::Protobuf(schema)))
    }

    /// Returns the value of a message as JSON.
    ///
    /// # Errors
    /// If it is not as its schema says.
    pub fn to_json(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        match self.decode(message)? {
            Decoded::Bytes(bytes) => Ok(bytes.to_vec()),
            Decoded::Tree(tree) => serde_json::to_vec(&tree).map_err(|error| Error::not_an_article(error.to_string())),
        }
    }

    /// Reads the value of a message.
    pub(super) fn decode<'b>(&self, message: &'b [u8]) -> Result<Decoded<'b>, Error> {
        let value = message.get(HEAD..).unwrap_or_default();
        match &self.0 {
            Kind::Json => Ok(Decoded::Bytes(value)),
            #[cfg(feature = "schema-registry")]
            Kind::Avro(schema) => schema.decode(value).map(Decoded::Tree),
            #[cfg(feature = "schema-registry")]
            Kind::Protobuf(schema) => schema.decode(value).map(Decoded::Tree),
        }
    }
}

/// Returns the id of the schema of a message; `None` if it is not in the wire format of a registry.
#[must_use]
pub fn schema_id(message: &[u8]) -> Option<u32> {
    match message {
        &[0, a, b, c, d, ..] => Some(u32::from_be_bytes([a, b, c, d])),
        _ => None,
    }
}

/// Returns what stands before a value of the schema with an id.
#[must_use]
pub fn head(schema_id: u32) -> [u8; HEAD] {
    let [a, b, c, d] = schema_id.to_be_bytes();
    [0, a, b, c, d]
}
