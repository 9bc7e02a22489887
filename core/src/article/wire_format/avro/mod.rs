//! Avro: a schema, and the values that it describes, read into a tree and written from JSON.
//!
//! No library reads them here: the one that there is takes a value that is cut off for null, and follows a schema that holds
//! itself as deep as a message says. What it writes is read in the tests, and the other way round.

mod read;
mod schema;
mod write;

pub(crate) use self::schema::AvroSchema;
