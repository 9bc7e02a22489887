//! The JSON Schema of event records matches the types. Other tests check every record that they see against it: see
//! `contract`.
//!
//! `DATELINE_WRITE_SCHEMA=1 cargo test -p dateline-core --test core schema` regenerates `docs/event.schema.json`.

use std::{env, fs};

use crate::contract;
use dateline_core::pipeline::{self, Settings};
use dateline_core::record::{self, EventRecord};
use serde_json::{Value, json};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/event.schema.json");

#[test]
fn the_documented_schema_matches_the_types() {
    let schema = serde_json::to_string_pretty(&record::schema()).unwrap() + "\n";
    if env::var_os("DATELINE_WRITE_SCHEMA").is_some() {
        fs::write(PATH, &schema).unwrap();
    }
    let written = fs::read_to_string(PATH).unwrap();
    assert!(
        written == schema,
        "docs/event.schema.json is outdated: DATELINE_WRITE_SCHEMA=1 cargo test -p dateline-core --test core schema"
    );
}

#[test]
fn records_with_a_range_a_repeat_and_an_open_end_match_the_schema() {
    let body = "The old mill by the river closed on Monday\n\nThe old mill by the river closed on Monday, its owner said. \
                It ran from 1902 to 2016. It has stood empty since 2017. The law of 1987. The strike begins at 9 am on Friday.";
    let records = records(body);
    assert!(records.len() >= 5, "{} records are too few", records.len());
    assert!(records.iter().any(|record| !record.also_at.is_empty()));
    assert!(records.iter().any(|record| record.date.end.is_none()));
    records.iter().for_each(contract::assert_is_record);
}

#[test]
fn faulty_records_do_not_match_the_schema() {
    let record = serde_json::to_value(&records("Hale Inc closed its Porto mill on 3 May 2016.")[0]).unwrap();
    assert!(contract::faults(&record).is_empty());
    let broken: [fn(&mut Value); 7] = [
        |record| record["offsets"]["date"] = json!([1]),
        |record| record["statement"]["summary"] = Value::Null,
        |record| record["statement"]["colour"] = json!("red"),
        |record| record["date"]["start"] = json!(2016),
        |record| record["date"]["mod"] = json!("STRAT"),
        |record| record["statement"]["status"] = json!("hapened"),
        |record| drop(record.as_object_mut().unwrap().remove("id")),
    ];
    for (at, breaks) in broken.iter().enumerate() {
        let mut record = record.clone();
        breaks(&mut record);
        assert!(!contract::faults(&record).is_empty(), "fault {at} is not detected");
    }
}

fn records(body: &str) -> Vec<EventRecord> {
    let message = json!({"id": "1", "title": "t", "body": body, "published_at": "2019-05-03T18:35:00+01:00"});
    let outcome = pipeline::process(message.to_string().as_bytes(), &Settings::default());
    let Ok(mut processed) = outcome else { panic!("{body}") };
    processed.remove(0).events
}
