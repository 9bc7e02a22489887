//! The JSON Schema of event records: in step with the types, and true of every record.
//!
//! `DATELINE_WRITE_SCHEMA=1 cargo test --test schema` writes `docs/event.schema.json` anew.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::{env, fs};

use dateline::pipeline::{self, Outcome, Settings};
use dateline::record;
use serde_json::{Value, json};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/event.schema.json");

#[test]
fn the_schema_in_the_documentation_is_that_of_the_types() {
    let schema = serde_json::to_string_pretty(&record::schema()).unwrap() + "\n";
    if env::var_os("DATELINE_WRITE_SCHEMA").is_some() {
        fs::write(PATH, &schema).unwrap();
    }
    let written = fs::read_to_string(PATH).unwrap();
    assert!(written == schema, "docs/event.schema.json is old: DATELINE_WRITE_SCHEMA=1 cargo test --test schema");
}

#[test]
fn every_record_is_as_the_schema_says() {
    let schema = serde_json::to_value(record::schema()).unwrap();
    let bodies = [
        "Hale Inc closed its Porto mill on 3 May 2016. It ran from 1902 to 2016. The strike begins at 9 am on Monday.",
        "The mill closed on Monday\n\nThe mill closed on Monday, its owner said. It may reopen in 2020. The law of 1987.",
    ];
    let mut count = 0;
    for body in bodies {
        let message = json!({"id": "1", "title": "t", "body": body, "published_at": "2019-05-03T18:35:00+01:00"});
        let outcome = pipeline::process(message.to_string().as_bytes(), &Settings::default());
        let Outcome::Article(processed) = outcome else { panic!("{body}") };
        for event in processed.events {
            count += 1;
            let record = serde_json::to_value(&event).unwrap();
            holds(&record, &schema, &schema).unwrap_or_else(|why| panic!("{why}\n{record:#}"));
        }
    }
    assert!(count >= 6, "{count} records are too few to tell");
}

#[test]
fn what_the_schema_does_not_say_is_no_record() {
    let schema = serde_json::to_value(record::schema()).unwrap();
    assert!(holds(&json!({}), &schema, &schema).is_err());
}

/// Whether a value is as a schema says, by the words of JSON Schema that schemas of records use.
fn holds(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).ok_or_else(|| format!("no {name}"))?;
        return holds(value, target, root);
    }
    if let Some(forms) = schema["anyOf"].as_array() {
        let one = forms.iter().any(|form| holds(value, form, root).is_ok());
        return if one { Ok(()) } else { Err(format!("{value} is none of {forms:?}")) };
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Err(format!("{schema} tells no type")),
    };
    let of_type = |name: &&str| match *name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "null" => value.is_null(),
        _ => false,
    };
    if !types.iter().any(of_type) {
        return Err(format!("{value} is no {types:?}"));
    }
    if let Some(fields) = value.as_object() {
        let missing = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|name| !fields.contains_key(name.as_str().unwrap()));
        if let Some(missing) = missing {
            return Err(format!("{missing} is missing"));
        }
        for (name, field) in fields {
            let property = schema["properties"].get(name).ok_or_else(|| format!("{name} is not in the schema"))?;
            holds(field, property, root).map_err(|why| format!("{name}: {why}"))?;
        }
    }
    if let Some(items) = value.as_array() {
        let count = items.len() as u64;
        if schema["maxItems"].as_u64().is_some_and(|most| count > most)
            || schema["minItems"].as_u64().is_some_and(|least| count < least)
        {
            return Err(format!("{count} items"));
        }
        for item in items {
            holds(item, &schema["items"], root)?;
        }
    }
    Ok(())
}
