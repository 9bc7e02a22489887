//! Event records in Avro: their schema, which follows from their JSON Schema, and their values.

use serde_json::{Map, Value, json};

use super::{EventRecord, schema};
use crate::article::AvroSchema;

/// The name of an event record, and that of the types within it.
const NAMESPACE: &str = "dateline.timeline";

/// Writes event records in Avro.
#[derive(Debug)]
pub struct AvroEvents {
    schema: AvroSchema,
    text: String,
}

impl AvroEvents {
    /// Makes the schema: that of `docs/event.avsc`.
    ///
    /// # Errors
    /// None in practice: the types of records have one.
    pub fn new() -> Result<Self, String> {
        let text = serde_json::to_string_pretty(&avro_schema()).map_err(|error| error.to_string())?;
        let schema = AvroSchema::parse(&text, &[])?;
        Ok(Self { schema, text })
    }

    /// Returns the text of the schema.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.text
    }

    /// Writes a record behind what `out` has.
    ///
    /// # Errors
    /// None in practice: a record is as its schema says.
    pub fn encode(&self, record: &EventRecord, out: &mut Vec<u8>) -> Result<(), String> {
        let value = serde_json::to_value(record).map_err(|error| error.to_string())?;
        self.schema.encode(&value, out)
    }
}

fn avro_schema() -> Value {
    let schema = schema().to_value();
    let mut made = Vec::new();
    record("Event", &schema, schema.get("$defs").unwrap_or(&Value::Null), &mut made)
}

/// Returns a record, or its name where it was made before.
fn record(name: &str, schema: &Value, definitions: &Value, made: &mut Vec<String>) -> Value {
    if made.iter().any(|other| other == name) {
        return json!(format!("{NAMESPACE}.{name}"));
    }
    made.push(name.to_owned());
    let field = |name: &Value| {
        let name = name.as_str()?;
        let own = schema.get("properties")?.get(name)?;
        let mut field = Map::new();
        field.insert("name".to_owned(), json!(name));
        field.extend(documented(own));
        let of = of(own, definitions, made)?;
        // What a reader takes for a field that an older record lacks.
        let default = if of.is_array() { Some(&Value::Null) } else { own.get("default") };
        field.extend(default.map(|default| ("default".to_owned(), default.clone())));
        field.insert("type".to_owned(), of);
        Some(Value::Object(field))
    };
    // In the order of the type; the properties themselves are sorted.
    let fields = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let fields: Vec<Value> = fields.filter_map(field).collect();
    let mut record = Map::new();
    record.insert("type".to_owned(), json!("record"));
    record.insert("name".to_owned(), json!(name));
    record.insert("namespace".to_owned(), json!(NAMESPACE));
    record.extend(documented(schema));
    record.insert("fields".to_owned(), Value::Array(fields));
    Value::Object(record)
}

fn documented(schema: &Value) -> Option<(String, Value)> {
    let text = schema.get("description")?.as_str()?;
    Some(("doc".to_owned(), json!(text.replace('\n', " "))))
}

/// Returns the type of a value. The words of lists are text, since later versions may add some.
fn of(schema: &Value, definitions: &Value, made: &mut Vec<String>) -> Option<Value> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next()?;
        return Some(record(name.trim_end_matches("Fields"), definitions.get(name)?, definitions, made));
    }
    let (kind, is_optional) = match schema.get("type")? {
        Value::Array(kinds) => (kinds.iter().find(|kind| *kind != "null")?.as_str()?, true),
        kind => (kind.as_str()?, false),
    };
    let of = match kind {
        "string" => json!("string"),
        "number" => json!("float"),
        "integer" => json!("long"),
        "array" => json!({"type": "array", "items": of(schema.get("items")?, definitions, made)?}),
        _ => return None,
    };
    Some(if is_optional { json!(["null", of]) } else { of })
}
