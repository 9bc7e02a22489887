//! Values in the wire format of a schema registry. Those in Avro are written by the library of the Avro project.

use apache_avro::types::Value as Avro;
use apache_avro::writer::datum::GenericDatumWriter;
use dateline_core::article::{
    self, Article, Item, ItemPaths, Message, ReferencedSchema, Settings, WireSchema, schema_id, wire_head,
};
use dateline_core::pipeline;
use dateline_core::record::AvroEvents;
use serde_json::{Value, json};

use crate::contract;

const BODY: &str = "The ferry sank off the cape on Monday.";

fn read(schema: &WireSchema, value: &[u8], settings: &Settings) -> Result<Vec<Item>, String> {
    let bytes = [&wire_head(7)[..], value].concat();
    assert_eq!(schema_id(&bytes), Some(7));
    let message = Message { value: &bytes, schema: Some(schema), ..Message::default() };
    article::read(&message, settings).map_err(|error| format!("{}: {error}", error.code()))
}

fn only_article(items: Result<Vec<Item>, String>) -> Article {
    match items.unwrap().remove(0) {
        Item::Article(article) => *article,
        other => panic!("{other:?}"),
    }
}

/// The only article of a value.
fn article_of(schema: &WireSchema, value: &[u8]) -> Article {
    only_article(read(schema, value, &Settings::default()))
}

fn rejection(schema: &WireSchema, value: &[u8]) -> String {
    read(schema, value, &Settings::default()).expect_err("a rejection")
}

fn avro(schema: &Value) -> WireSchema {
    WireSchema::avro(&schema.to_string(), &[]).unwrap()
}

/// A value that the library writes.
fn written(schema: &Value, value: Avro) -> Vec<u8> {
    let schema = apache_avro::Schema::parse(schema).unwrap();
    GenericDatumWriter::builder(&schema).build().unwrap().write_value_to_vec(value).unwrap()
}

fn text(text: &str) -> Avro {
    Avro::String(text.to_owned())
}

fn some(value: Avro) -> Avro {
    Avro::Union(1, Box::new(value))
}

fn fields<const N: usize>(fields: [(&str, Avro); N]) -> Avro {
    Avro::Record(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn optional(kind: &Value) -> Value {
    json!(["null", kind])
}

#[test]
fn an_article_in_avro_is_read_by_its_schema() {
    let schema = json!({"type": "record", "name": "Article", "namespace": "quay.wire", "fields": [
        {"name": "id", "type": "long"},
        {"name": "title", "type": optional(&json!("string"))},
        {"name": "body", "type": "string"},
        {"name": "language", "type": {"type": "enum", "name": "Language", "symbols": ["de", "en"]}},
        {"name": "url", "type": optional(&json!("string"))},
        {"name": "published_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "tags", "type": {"type": "array", "items": {"type": "map", "values": "double"}}},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}},
        {"name": "digest", "type": {"type": "fixed", "name": "Digest", "size": 2}},
        {"name": "is_free", "type": "boolean"},
        {"name": "share", "type": "float"},
    ]});
    let tags = Avro::Array(vec![Avro::Map([("sea".to_owned(), Avro::Double(0.5))].into_iter().collect())]);
    let value = fields([
        ("id", Avro::Long(-7)),
        ("title", some(text("Ferry sinks"))),
        ("body", text(BODY)),
        ("language", Avro::Enum(1, "en".to_owned())),
        ("url", Avro::Union(0, Box::new(Avro::Null))),
        ("published_at", Avro::TimestampMillis(1_559_038_971_000)),
        ("tags", tags),
        ("price", Avro::Decimal(vec![0xff, 0x85].into())),
        ("digest", Avro::Fixed(2, vec![0xff, 0])),
        ("is_free", Avro::Boolean(true)),
        ("share", Avro::Float(0.81)),
    ]);
    let bytes = written(&schema, value);
    let article = article_of(&avro(&schema), &bytes);
    assert_eq!((article.id.as_str(), article.title.as_str(), article.body.as_str()), ("-7", "Ferry sinks", BODY));
    assert_eq!(article.published.at.to_rfc3339(), "2019-05-28T10:22:51+00:00");
    let whole = avro(&schema).to_json(&[&wire_head(1)[..], &bytes].concat()).unwrap();
    insta::assert_snapshot!(String::from_utf8(whole).unwrap(), @r#"{"id":-7,"title":"Ferry sinks","body":"The ferry sank off the cape on Monday.","language":"en","url":null,"published_at":"2019-05-28T10:22:51Z","tags":[{"sea":0.5}],"price":"-1.23","digest":null,"is_free":true,"share":0.81}"#);
}

#[test]
fn avro_that_is_cut_off_or_goes_on_is_rejected() {
    let schema = json!({"type": "record", "name": "a", "fields": [
        {"name": "id", "type": "string"}, {"name": "url", "type": optional(&json!("string"))}, {"name": "body", "type": "string"},
    ]});
    let value = fields([("id", text("a")), ("url", Avro::Union(0, Box::new(Avro::Null))), ("body", text(BODY))]);
    let bytes = written(&schema, value);
    let schema = avro(&schema);
    for end in 0..bytes.len() {
        let error = rejection(&schema, &bytes[..end]);
        assert!(error.starts_with("not-avro: not Avro as its schema says: "), "{end}: {error}");
    }
    let error = rejection(&schema, &[&bytes[..], b"x"].concat());
    insta::assert_snapshot!(error, @"not-avro: not Avro as its schema says: 1 bytes are left behind the value, so it has another schema");
}

#[test]
fn avro_that_unfolds_without_end_is_rejected() {
    let deep = json!({"type": "record", "name": "node", "fields": [{"name": "next", "type": ["null", "node"]}]});
    let error = rejection(&avro(&deep), &vec![2; 1_000_000]);
    assert!(error.starts_with("too-deep: "), "{error}");
    let nulls = json!({"type": "array", "items": "null"});
    // A block of 2^34 items that take no bytes.
    let error = rejection(&avro(&nulls), &[0x80, 0x80, 0x80, 0x80, 0x80, 1, 0]);
    assert!(error.starts_with("not-an-article: "), "{error}");
    let error = rejection(&avro(&json!("long")), &[0xff; 20]);
    assert!(error.starts_with("not-avro: "), "{error}");
    let error = rejection(&avro(&json!({"type": "map", "values": "int"})), &[1, 1, 1, 1]);
    assert!(error.starts_with("not-avro: "), "{error}");
}

#[test]
fn a_schema_may_refer_to_others_by_their_names() {
    let place =
        r#"{"type": "record", "name": "Text", "namespace": "quay", "fields": [{"name": "value", "type": "string"}]}"#;
    let referenced = [ReferencedSchema { name: "quay.Text".to_owned(), text: place.to_owned() }];
    let schema = r#"{"type": "record", "name": "A", "namespace": "quay", "fields": [
        {"name": "id", "type": "string"}, {"name": "published_at", "type": "string"},
        {"name": "title", "type": "Text"}, {"name": "body", "type": ["null", "quay.Text"]}]}"#;
    let of = WireSchema::avro(schema, &referenced).unwrap();
    let mut bytes = b"\x02a\x142019-05-28\x06Fog\x02".to_vec();
    bytes.push(2 * BODY.len() as u8);
    bytes.extend(BODY.bytes());
    let mut settings = Settings::default();
    settings.fields.insert("title", ["title.value"]).unwrap();
    settings.fields.insert("body", ["body.value"]).unwrap();
    let article = only_article(read(&of, &bytes, &settings));
    assert_eq!((article.title.as_str(), article.body.as_str()), ("Fog", BODY));
    let error = WireSchema::avro(schema, &[]).unwrap_err();
    insta::assert_snapshot!(error, @"quay.A.title: there is no type Text");
}

#[test]
fn schemas_that_are_none_are_refused() {
    for schema in [
        "",
        "{",
        "[",
        "7",
        r#""colour""#,
        r#"{"type": "record", "name": "a"}"#,
        r#"{"type": "enum", "name": "a"}"#,
        r#"{"type": "fixed", "name": "a", "size": -1}"#,
        r#"{"type": "array"}"#,
        r#"{"name": "a"}"#,
        r#"[{"type": "fixed", "name": "a", "size": 1}, {"type": "fixed", "name": "a", "size": 1}]"#,
    ] {
        assert!(WireSchema::avro(schema, &[]).is_err(), "{schema}");
    }
    for schema in ["message", "syntax = \"proto3\"; message A { B b = 1; }", "syntax = \"proto3\"; import \"b.proto\";"]
    {
        assert!(WireSchema::protobuf(schema, &[]).is_err(), "{schema}");
    }
}

#[test]
fn rows_of_connect_in_avro_are_unwrapped_and_their_times_read() {
    let row = json!({"type": "record", "name": "Value", "namespace": "cms.articles", "fields": [
        {"name": "id", "type": "int"}, {"name": "title", "type": "string"}, {"name": "body", "type": "string"},
        {"name": "published_at", "type": {"type": "long", "connect.version": 1, "connect.name": "io.debezium.time.MicroTimestamp"}},
    ]});
    let schema = json!({"type": "record", "name": "Envelope", "namespace": "cms.articles", "fields": [
        {"name": "before", "type": ["null", row], "default": null}, {"name": "after", "type": ["null", "Value"], "default": null},
        {"name": "op", "type": "string"}, {"name": "ts_ms", "type": ["null", "long"], "default": null},
    ]});
    let row = |text: &str| {
        fields([
            ("id", Avro::Int(3)),
            ("title", self::text("Fog")),
            ("body", self::text(text)),
            ("published_at", Avro::Long(1_559_038_971_000_000)),
        ])
    };
    let null = || Avro::Union(0, Box::new(Avro::Null));
    let change =
        |before, after, op| fields([("before", before), ("after", after), ("op", text(op)), ("ts_ms", null())]);
    let of = avro(&schema);
    let article = article_of(&of, &written(&schema, change(null(), some(row(BODY)), "c")));
    assert_eq!((article.id.as_str(), article.published.at.to_rfc3339().as_str()), ("3", "2019-05-28T10:22:51+00:00"));
    let deleted = read(&of, &written(&schema, change(some(row(BODY)), null(), "d")), &Settings::default()).unwrap();
    assert!(matches!(&deleted[..], [Item::Withdrawn(..)]), "{deleted:?}");
}

/// A field of Protobuf that has a length.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = value.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    [&bytes, value].concat()
}

const PROTO: &str = r#"
    syntax = "proto3";
    package quay;
    import "google/protobuf/timestamp.proto";
    import "google/protobuf/wrappers.proto";
    import "google/protobuf/struct.proto";
    import "common/text.proto";
    message Ping { string host = 1; }
    message Feed {
        message Article {
            string id = 1;
            google.protobuf.StringValue title = 2;
            common.Text body = 3;
            google.protobuf.Timestamp published_at = 4;
            Kind kind = 5;
            map<string, double> scores = 6;
            repeated string tags = 7;
            google.protobuf.Struct more = 8;
            string source = 9;
        }
        message Page { repeated Article articles = 1; }
    }
    enum Kind { UNKNOWN = 0; NEWS = 1; }
"#;

fn proto() -> WireSchema {
    let text = r#"syntax = "proto3"; package common; message Text { string value = 1; }"#;
    WireSchema::protobuf(PROTO, &[ReferencedSchema { name: "common/text.proto".into(), text: text.into() }]).unwrap()
}

/// An article of `PROTO`.
fn article_in_protobuf() -> Vec<u8> {
    [
        field(1, b"a7"),
        field(2, &field(1, b"Ferry sinks")),
        field(3, &field(1, BODY.as_bytes())),
        // Seconds since 1970.
        field(4, b"\x08\xfb\x97\xb4\xe7\x05"),
        b"\x28\x01".to_vec(),
        field(6, &[&field(1, b"sea")[..], b"\x11\0\0\0\0\0\0\xe0\x3f"].concat()),
        field(7, b"ferry"),
        field(8, &field(1, &[field(1, b"desk"), field(2, &field(3, b"night"))].concat())),
        // A field that the schema does not have.
        field(15, b"new"),
    ]
    .concat()
}

#[test]
fn an_article_in_protobuf_is_read_by_the_indexes_of_its_message() {
    let mut settings = Settings::default();
    settings.fields.insert("body", ["body.value"]).unwrap();
    // Two indexes: the second message, and the first within it.
    let value = [b"\x04\x02\x00", &article_in_protobuf()[..]].concat();
    let article = only_article(read(&proto(), &value, &settings));
    assert_eq!((article.id.as_str(), article.title.as_str(), article.body.as_str()), ("a7", "Ferry sinks", BODY));
    assert_eq!(article.published.at.to_rfc3339(), "2019-05-28T10:22:51+00:00");
    let whole = proto().to_json(&[&wire_head(1)[..], &value].concat()).unwrap();
    insta::assert_snapshot!(String::from_utf8(whole).unwrap(), @r#"{"id":"a7","title":"Ferry sinks","body":{"value":"The ferry sank off the cape on Monday."},"published_at":"2019-05-28T10:22:51Z","kind":"NEWS","scores":{"sea":0.5},"tags":["ferry"],"more":{"desk":"night"}}"#);

    settings.items = ItemPaths::new(["articles"]).unwrap();
    let page = [b"\x04\x02\x02", &field(1, &article_in_protobuf())[..]].concat();
    assert_eq!(only_article(read(&proto(), &page, &settings)).id, "a7");
}

#[test]
fn the_first_message_of_a_file_is_written_as_no_index() {
    let schema = r#"syntax = "proto2"; message A { required string id = 1; optional string body = 2; optional int64 published_at = 3; }"#;
    let of = WireSchema::protobuf(schema, &[]).unwrap();
    let message = [field(1, b"a"), field(2, BODY.as_bytes()), b"\x18\xfb\x97\xb4\xe7\x05".to_vec()].concat();
    for indexes in [&b"\x00"[..], b"\x02\x00"] {
        let article = article_of(&of, &[indexes, &message].concat());
        assert_eq!(article.published.at.to_rfc3339(), "2019-05-28T10:22:51+00:00");
    }
}

#[test]
fn protobuf_that_is_broken_is_rejected() {
    let value = article_in_protobuf();
    let rejected = |bytes: &[u8]| rejection(&proto(), bytes);
    insta::assert_snapshot!(rejected(b""), @"not-protobuf: not Protobuf as its schema says: its indexes are cut off");
    insta::assert_snapshot!(rejected(b"\x06"), @"not-protobuf: not Protobuf as its schema says: its indexes are cut off");
    insta::assert_snapshot!(rejected(b"\x02\x08"), @"not-protobuf: not Protobuf as its schema says: its schema has no message of its indexes");
    insta::assert_snapshot!(rejected(b"\x01"), @"not-protobuf: not Protobuf as its schema says: one of its indexes is negative");
    insta::assert_snapshot!(rejected(b"\xff\xff\xff\xff\xff"), @"not-protobuf: not Protobuf as its schema says: one of its indexes has no end");
    for end in 1..value.len() {
        let cut = [b"\x04\x02\x00", &value[..end]].concat();
        // Between two fields it may end, and is another message.
        if let Err(error) = read(&proto(), &cut, &Settings::default()) {
            let code = error.split(':').next().unwrap();
            assert!(["not-protobuf", "not-an-article", "published-missing"].contains(&code), "{end}: {error}");
        }
    }
    let recursive = r#"syntax = "proto3"; message A { A a = 1; }"#;
    let deep = (0..10_000).fold(Vec::new(), |inner, _| field(1, &inner));
    let error = rejection(&WireSchema::protobuf(recursive, &[]).unwrap(), &[b"\x00", &deep[..]].concat());
    assert!(error.starts_with("not-protobuf: "), "{error}");
}

#[test]
fn json_of_a_registry_is_what_stands_behind_the_id() {
    let row = format!(r#"{{"id": "a", "published_at": "2019-05-28", "body": "{BODY}"}}"#);
    assert_eq!(article_of(&WireSchema::json(), row.as_bytes()).body, BODY);
    assert!(rejection(&WireSchema::json(), b"{").starts_with("not-json: "));
}

#[test]
fn event_records_in_avro_are_those_in_json() {
    let events = AvroEvents::new().unwrap();
    let library = apache_avro::Schema::parse_str(events.schema()).unwrap();
    let own = WireSchema::avro(events.schema(), &[]).unwrap();
    let body = "The old mill by the river closed on Monday\n\nThe old mill by the river closed on Monday, its owner said. \
                It ran from 1902 to 2016. It has stood empty since 2017. The strike begins at 9 am on Friday.";
    let message =
        json!({"id": "1", "title": "t", "body": body, "published_at": "2019-05-03T18:35:00+01:00"}).to_string();
    let articles = pipeline::process(message.as_bytes(), &pipeline::Settings::default()).unwrap();
    assert!(articles[0].events.len() > 3);
    for event in &articles[0].events {
        let mut bytes = wire_head(3).to_vec();
        events.encode(event, &mut bytes).unwrap();
        assert_eq!(String::from_utf8(own.to_json(&bytes).unwrap()).unwrap(), serde_json::to_string(event).unwrap());
        let reader = apache_avro::reader::datum::GenericDatumReader::builder(&library).build().unwrap();
        let mut rest = &bytes[5..];
        let read = reader.read_value(&mut rest).unwrap();
        assert!(rest.is_empty());
        let Avro::Record(read) = read else { panic!("a record") };
        assert_eq!(read[0], ("id".to_owned(), text(&event.id)));
        contract::assert_is_record(event);
    }
}

#[test]
fn the_documented_avro_schema_matches_the_types() {
    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/event.avsc");
    let schema = AvroEvents::new().unwrap().schema().to_owned() + "\n";
    if std::env::var_os("DATELINE_WRITE_SCHEMA").is_some() {
        std::fs::write(PATH, &schema).unwrap();
    }
    let written = std::fs::read_to_string(PATH).unwrap_or_default();
    let fix = "DATELINE_WRITE_SCHEMA=1 cargo test -p dateline-core --test core schema";
    assert!(written == schema, "docs/event.avsc is outdated: {fix}");
}
