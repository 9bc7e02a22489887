//! A schema registry beside Kafka: messages are read by its schemas, events written with one, and while it is down nothing
//! is lost.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use dateline::article::{WireSchema, wire_head};
use dateline::config::{Configuration, EventFormat};
use rdkafka::Message;
use serde_json::json;

use super::program::dateline;
use super::readiness::await_readiness;
use super::serve::{database, serve_with};
use crate::broker::cluster::shared;
use crate::broker::output::header;
use crate::broker::registry::Registry;
use crate::broker::wire::{Outgoing, PATIENCE, Wire, article};

const BODY: &str = "The ferry sank off the cape on Monday.";

/// One registry for all tests, one after the other: one of them freezes it.
fn registry() -> Option<MutexGuard<'static, Registry>> {
    static SHARED: OnceLock<Option<Mutex<Registry>>> = OnceLock::new();
    let registry = SHARED.get_or_init(|| Registry::start().map(Mutex::new)).as_ref()?;
    Some(registry.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A wire whose workers know a registry.
fn wire_with(cluster: &crate::broker::cluster::Cluster, registry: &Registry) -> Wire {
    let mut wire = Wire::new(cluster);
    let flags = [("--test", "schema.registry.url", registry.url.as_str())];
    wire.settings.schema_registry = Configuration::load(None, [], flags).unwrap().settings().unwrap().schema_registry;
    wire
}

/// A message of a partition.
fn message(partition: i32, schema: u32, value: &[u8]) -> Outgoing {
    let value = Some([&wire_head(schema)[..], value].concat());
    Outgoing { partition, key: None, value, headers: None }
}

/// A text with its length before it, as Avro writes a short one, and Protobuf with the number of the field.
fn avro_text(text: &str) -> Vec<u8> {
    [&[2 * u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

fn protobuf_text(field: u8, text: &[u8]) -> Vec<u8> {
    [&[field << 3 | 2, u8::try_from(text.len()).unwrap()], text].concat()
}

/// Registers the schema of an article in Avro, with one that it refers to.
fn register_avro(registry: &Registry, subject: &str) -> u32 {
    let text =
        json!({"type": "record", "name": "Text", "namespace": "quay", "fields": [{"name": "plain", "type": "string"}]});
    let part = format!("{subject}-text");
    registry.register(&part, "AVRO", &text.to_string(), json!([]));
    let schema = json!({"type": "record", "name": "Article", "namespace": "quay", "fields": [
        {"name": "id", "type": "string"},
        {"name": "published_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "title", "type": ["null", "string"]},
        {"name": "body", "type": "Text"},
    ]});
    let references = json!([{"name": "quay.Text", "subject": part, "version": 1}]);
    registry.register(&format!("{subject}-value"), "AVRO", &schema.to_string(), references)
}

fn in_avro(id: &str) -> Vec<u8> {
    // A day in May 2019, in milliseconds.
    let published = [0xf0, 0xb1, 0xb6, 0xdf, 0xdf, 0x5a];
    [&avro_text(id)[..], &published, b"\x02", &avro_text("Ferry sinks"), &avro_text(BODY)].concat()
}

#[test]
fn messages_in_avro_json_schema_and_protobuf_are_read_by_their_schemas() {
    let (Some(cluster), Some(registry)) = (shared(), registry()) else { return };
    let mut wire = wire_with(cluster, &registry);
    wire.settings.extract.input.fields.insert("body", ["body.plain", "body"]).unwrap();
    let avro = register_avro(&registry, &wire.topics.input);
    let subject = |name: &str| format!("{}-{name}", wire.topics.input);
    let schema = json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}).to_string();
    let json = registry.register(&subject("json"), "JSON", &schema, json!([]));
    let common = r#"syntax = "proto3"; package quay.common; message Text { string plain = 1; }"#;
    registry.register(&subject("common"), "PROTOBUF", common, json!([]));
    let proto = r#"syntax = "proto3"; package quay.wire; import "common.proto";
        message Ping { string host = 1; }
        message Article { string id = 1; string published_at = 2; quay.common.Text body = 3; }"#;
    let references = json!([{"name": "common.proto", "subject": subject("common"), "version": 1}]);
    let proto = registry.register(&subject("proto"), "PROTOBUF", proto, references);
    let body = protobuf_text(1, BODY.as_bytes());
    let in_protobuf =
        [&b"\x02\x02"[..], &protobuf_text(1, b"p"), &protobuf_text(2, b"2019-05-28"), &protobuf_text(3, &body)]
            .concat();
    let in_json = json!({"id": "j", "published_at": "2019-05-28", "body": BODY}).to_string();
    let bare = article(0).value.unwrap();

    wire.send([
        Outgoing { partition: 0, key: None, value: Some(bare), headers: None },
        message(0, avro, &in_avro("a")),
        message(0, json, in_json.as_bytes()),
        message(0, proto, &in_protobuf),
        message(0, 2_000_000, b"{}"),
        message(0, avro, &in_avro("a")[..9]),
        message(0, avro, &in_avro("b")),
    ]);
    wire.run_until(7);

    let output = wire.output("read_committed");
    let articles: Vec<_> = output.articles.values().map(String::as_str).collect();
    assert_eq!(articles, ["wire-0", "a", "j", "p", "b"], "{output:?}");
    let rejected: Vec<_> = output.rejected.iter().map(|((_, offset), code)| (*offset, code.as_str())).collect();
    assert_eq!(rejected, [(4, "schema-unknown"), (5, "not-avro")]);
    let events =
        |id: &str| output.events.iter().filter(|(_, event)| event.contains(&format!("\"id\":\"{id}\""))).count();
    assert_eq!(["a", "j", "p", "b"].map(events), [1; 4], "{output:?}");
    let rejections = wire.read(&wire.topics.rejected, "read_committed");
    // They may stand in different partitions, which are read in any order.
    let reasons: Vec<_> = rejections.iter().map(|rejection| header(rejection, "dateline-error").unwrap()).collect();
    let unknown = format!("the schema registry {} has no schema 2000000", registry.url);
    assert!(reasons.contains(&unknown), "{reasons:?}");
}

#[test]
fn a_registry_that_is_down_holds_the_partition() {
    let (Some(cluster), Some(registry)) = (shared(), registry()) else { return };
    let mut wire = wire_with(cluster, &registry);
    wire.settings.extract.input.fields.insert("body", ["body.plain", "body"]).unwrap();
    let avro = register_avro(&registry, &wire.topics.input);
    wire.send((0..3).map(article).chain([message(0, avro, &in_avro("a")), message(0, avro, b"broken")]));
    registry.freeze();
    let worker = wire.worker("0");

    let reason = await_readiness(&worker, Some("the schema registry"), PATIENCE);

    assert!(reason.contains(&registry.url) && reason.contains("does not answer"), "{reason}");
    assert_eq!(worker.control.health.liveness(), Ok(()));
    let asked = Instant::now();
    worker.end().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(20), "it ends without the registry");
    assert_eq!(wire.committed(), [0; 3], "nothing is passed over");

    let worker = wire.worker("0");
    await_readiness(&worker, Some("the schema registry"), PATIENCE);
    registry.thaw();
    wire.await_dispositions(5);
    await_readiness(&worker, None, PATIENCE);
    worker.end().unwrap();
    let output = wire.output("read_uncommitted");
    assert_eq!(output.articles.len(), 4, "{output:?}");
    assert_eq!(output.rejected.values().collect::<Vec<_>>(), ["not-avro"]);
}

#[test]
fn events_are_written_in_avro_or_with_a_json_schema_and_served() {
    let (Some(cluster), Some(registry)) = (shared(), registry()) else { return };
    let (mut wire, folder) = (wire_with(cluster, &registry), tempfile::tempdir().unwrap());
    let mut sent = 0;
    for format in [EventFormat::Json, EventFormat::Avro, EventFormat::JsonSchema] {
        wire.settings.event_format = format;
        // On a topic of its own, since Avro and JSON Schema are not compatible.
        if format == EventFormat::JsonSchema {
            let subject = format!("{}-value", wire.topics.events);
            let registered = registry.latest(&subject);
            assert!(registered.contains("dateline.timeline"), "{registered}");
            assert_avro(&wire, &registered);
            wire = wire_with(cluster, &registry);
            wire.settings.event_format = format;
            sent = 0;
        }
        wire.send((sent..sent + 6).map(article));
        sent += 6;
        wire.run_until(sent);
    }
    let values = wire.read(&wire.topics.events, "read_committed");
    for value in &values {
        assert_eq!(value.payload().unwrap()[0], 0);
        serde_json::from_slice::<serde_json::Value>(&value.payload().unwrap()[5..]).unwrap();
        assert_eq!(header(value, "content-type").unwrap(), "application/json");
    }

    // One that was written in Avro behind it, as after a change of the configuration on another topic.
    let variables = [("DATELINE_SCHEMA__REGISTRY__URL", registry.url.as_str())];
    let served = serve_with(&wire, &database(&folder), &[], &variables);
    served.await_events(wire.expected().events.len());
    served.await_ready();
    assert_eq!(served.events(), wire.expected().events);
    served.end();
}

/// Checks the events of a wire of which the first were written bare and the others in Avro.
fn assert_avro(wire: &Wire, schema: &str) {
    let schema = WireSchema::avro(schema, &[]).unwrap();
    let values = wire.read(&wire.topics.events, "read_committed");
    let (avro, bare): (Vec<_>, Vec<_>) = values.iter().partition(|it| it.payload().unwrap()[0] == 0);
    assert!(!avro.is_empty() && !bare.is_empty());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let key = |it: &rdkafka::message::OwnedMessage| text(it.key().unwrap().to_vec());
    let mut events: Vec<_> = bare.iter().map(|it| (key(it), text(it.payload().unwrap().to_vec()))).collect();
    events.extend(avro.iter().map(|it| (key(it), text(schema.to_json(it.payload().unwrap()).unwrap()))));
    events.sort();
    assert_eq!(events, wire.expected().events);
    assert!(avro.iter().all(|it| header(it, "content-type").as_deref() == Some("application/avro")));

    let folder = tempfile::tempdir().unwrap();
    let url = wire_registry(wire);
    let variables = [("DATELINE_SCHEMA__REGISTRY__URL", url.as_str())];
    let served = serve_with(wire, &database(&folder), &[], &variables);
    served.await_events(events.len());
    assert_eq!(served.events(), events);
    served.end();
    let run = |command: &str, flags: &[&str]| {
        let output = dateline(wire, command, flags).envs(variables).output().unwrap();
        text(output.stdout) + &text(output.stderr)
    };
    let checked = run("check", &[]);
    assert!(checked.contains(&format!("ok       schema registry {url}: answers, and knows ")), "{checked}");
    let compared = run("backfill", &["--earliest", "--compare", "--yes"]);
    let unchanged = compared.lines().find_map(|line| line.trim().strip_prefix("Events unchanged"));
    assert_eq!(unchanged.map(str::trim), Some(events.len().to_string().as_str()), "{compared}");
}

fn wire_registry(wire: &Wire) -> String {
    wire.settings.schema_registry.as_ref().unwrap().urls[0].clone()
}
