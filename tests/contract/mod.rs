//! The published contract, `docs/event.schema.json`, to which every record of the tests conforms.

#![allow(dead_code, reason = "each target uses its own part")]

use std::sync::LazyLock;

use serde::Serialize;
use serde_json::Value;

/// Checks a record against the schema.
#[expect(clippy::panic, clippy::unwrap_used, reason = "a test fails")]
pub fn assert_is_record(record: &impl Serialize) {
    let record = serde_json::to_value(record).unwrap();
    if let Some(fault) = faults(&record).first() {
        panic!("not as docs/event.schema.json says: {fault}\n{record:#}");
    }
}

/// What is wrong with a record, and where.
#[expect(clippy::unwrap_used, reason = "a test fails")]
pub fn faults(record: &Value) -> Vec<String> {
    static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let mut schema: Value = serde_json::from_str(include_str!("../../docs/event.schema.json")).unwrap();
        close(&mut schema);
        jsonschema::validator_for(&schema).unwrap()
    });
    SCHEMA.iter_errors(record).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

/// Forbids fields that the schema does not name. Readers have to expect new ones; the program must name its own.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.contains_key("properties") {
                fields.insert("additionalProperties".into(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
