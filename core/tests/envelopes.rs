//! Envelopes and encodings around articles, as they are met on Kafka.

use std::io::Write;

use dateline_core::article::{self, Item, Message, Settings, Unwrap};
use dateline_core::pipeline::{self, Processed};
use dateline_core::record::ArticleStatus;

const ROW: &str = r#"{"id": 101, "title": "Crane falls", "body": "The crane fell on Monday.", "published_at": "2019-05-28T10:22:51Z"}"#;

/// Headers of a message.
type Headers<'h> = &'h [(&'h str, &'h [u8])];

fn process(value: &[u8], headers: Headers<'_>) -> Result<Vec<Processed>, dateline_core::error::Error> {
    pipeline::process_message(&Message { value, headers, ..Message::default() }, &pipeline::Settings::default())
}

/// The only article of a message.
fn article(value: &[u8], headers: Headers<'_>) -> Processed {
    match process(value, headers) {
        Ok(articles) if articles.len() == 1 => articles.into_iter().next().expect("one"),
        Ok(articles) => panic!("{} articles", articles.len()),
        Err(error) => panic!("{}: {error}: {}", error.code(), String::from_utf8_lossy(value)),
    }
}

fn rejection(value: &[u8]) -> String {
    let error = process(value, &[]).expect_err("a rejection");
    format!("{}: {error}", error.code())
}

/// JSON in a text of JSON.
fn quoted(json: &str) -> String {
    serde_json::Value::from(json).to_string()
}

#[test]
fn an_article_is_found_in_every_envelope() {
    let text = quoted(ROW);
    for message in [
        format!(r#"{{"schema": {{"type": "struct", "fields": []}}, "payload": {ROW}}}"#),
        format!(r#"{{"schema": {{"type": "string"}}, "payload": {text}}}"#),
        format!(r#"{{"schema": null, "payload": {ROW}}}"#),
        format!(r#"{{"database": "cms", "table": "articles", "type": "insert", "ts": 1559038971, "data": {ROW}}}"#),
        format!(
            r#"{{"database": "cms", "table": "articles", "type": "update", "data": {ROW}, "old": {{"title": "Crane"}}}}"#
        ),
        format!(
            r#"{{"data": [{ROW}], "database": "cms", "table": "articles", "type": "UPDATE", "isDdl": false, "old": null}}"#
        ),
        format!(
            r#"{{"aggregatetype": "article", "aggregateid": "101", "type": "ArticlePublished", "payload": {text}}}"#
        ),
        format!(r#"{{"id": "e", "aggregate_type": "article", "aggregate_id": "101", "payload": {ROW}}}"#),
        format!(
            r#"{{"op": "c", "before": null, "after": {{"aggregatetype": "article", "aggregateid": "1", "payload": {text}}}}}"#
        ),
        format!(
            r#"{{"operationType": "insert", "ns": {{"db": "cms"}}, "documentKey": {{"_id": 101}}, "fullDocument": {ROW}}}"#
        ),
        format!(r#"{{"_index": "news", "_id": "7", "_source": {ROW}}}"#),
        format!(
            r#"{{"took": 3, "hits": {{"total": 1, "hits": [{{"_index": "news", "_id": "7", "_source": {ROW}}}]}}}}"#
        ),
        format!(r#"{{"topic": "articles", "partition": 0, "offset": 4, "key": null, "value": {ROW}, "headers": []}}"#),
        format!(r#"{{"records": [{{"value": {ROW}}}]}}"#),
        format!(r#"{{"records": [{{"key": "a", "value": {{"type": "JSON", "data": {ROW}}}}}]}}"#),
        format!(
            r#"{{"specversion": "1.0", "id": "e", "source": "/cms", "type": "t", "datacontenttype": "application/json", "data": {ROW}}}"#
        ),
        format!(
            r#"{{"specversion": "1.0", "id": "e", "source": "/cms", "type": "t", "data": {{"schema": {{}}, "payload": {ROW}}}}}"#
        ),
        text,
        format!("{ROW}\0"),
    ] {
        let found = article(message.as_bytes(), &[]);
        assert_eq!((&*found.id, found.events.len()), ("101", 1), "{message}");
        assert_eq!(found.events[0].article.published_at, "2019-05-28T10:22:51+00:00");
    }
}

#[test]
fn a_row_that_was_deleted_withdraws_its_article_in_every_envelope() {
    for message in [
        format!(r#"{{"database": "cms", "table": "articles", "type": "delete", "data": {ROW}}}"#),
        format!(r#"{{"data": [{ROW}], "database": "cms", "table": "articles", "type": "DELETE", "isDdl": false}}"#),
        r#"{"operationType": "delete", "ns": {"db": "cms"}, "documentKey": {"_id": 101}}"#.to_owned(),
        r#"{"id": 101, "title": null, "body": null, "__deleted": "true"}"#.to_owned(),
        r#"{"id": 101, "__op": "d"}"#.to_owned(),
    ] {
        let found = article(message.as_bytes(), &[]);
        assert_eq!((&*found.id, found.status, found.is_deletion), ("101", ArticleStatus::Withdrawn, true), "{message}");
    }
}

#[test]
fn what_holds_no_row_is_rejected_with_the_reason() {
    insta::assert_snapshot!(rejection(br#"{"schema": null, "payload": null}"#), @"not-an-article: a message of Kafka Connect whose payload is null, so it holds no article");
    insta::assert_snapshot!(rejection(br#"{"database": "cms", "table": "a", "type": "bootstrap-start", "data": {}}"#), @"not-an-article: a `bootstrap-start` of Maxwell, which holds no row");
    insta::assert_snapshot!(rejection(br#"{"data": null, "database": "cms", "table": "a", "type": "ALTER", "isDdl": true}"#), @"not-an-article: a change of a table's definition by Canal, which holds no row");
    insta::assert_snapshot!(rejection(br#"{"operationType": "update", "ns": {}, "documentKey": {"_id": 1}}"#), @r#"not-an-article: a change of MongoDB without the document; open the change stream with `fullDocument: "updateLookup"`"#);
}

#[test]
fn the_rows_of_a_statement_are_several_articles() {
    let second = ROW.replace("101", "102");
    let message = format!(r#"{{"data": [{ROW}, {second}], "database": "cms", "table": "articles", "type": "INSERT"}}"#);
    let found = process(message.as_bytes(), &[]).expect("articles");
    assert_eq!(found.iter().map(|one| &*one.id).collect::<Vec<_>>(), ["101", "102"]);
}

#[test]
fn the_schema_says_what_a_number_counts() {
    let row = |value: &str| ROW.replace(r#""2019-05-28T10:22:51Z""#, value);
    let message = |name: &str, value: &str| {
        let fields = format!(
            r#"[{{"field": "id", "type": "int64"}}, {{"field": "published_at", "type": "int32", "name": "{name}"}}]"#
        );
        let flat = format!(r#"{{"schema": {{"type": "struct", "fields": {fields}}}, "payload": {}}}"#, row(value));
        let sides =
            format!(r#"{{"type": "struct", "fields": [{{"field": "after", "type": "struct", "fields": {fields}}}]}}"#);
        let change =
            format!(r#"{{"schema": {sides}, "payload": {{"op": "c", "before": null, "after": {}}}}}"#, row(value));
        [flat, change]
    };
    for (name, value, at) in [
        ("io.debezium.time.Date", "18044", "2019-05-28T00:00:00+00:00"),
        ("org.apache.kafka.connect.data.Date", "18044", "2019-05-28T00:00:00+00:00"),
        ("io.debezium.time.Timestamp", "1559038971000", "2019-05-28T10:22:51+00:00"),
        ("io.debezium.time.Timestamp", "99999999", "1970-01-02T03:46:39.999+00:00"),
        ("io.debezium.time.MicroTimestamp", "1559038971000000", "2019-05-28T10:22:51+00:00"),
        ("io.debezium.time.NanoTimestamp", "1559038971000000000", "2019-05-28T10:22:51+00:00"),
    ] {
        for message in message(name, value) {
            let published = article(message.as_bytes(), &[]).published.expect("a time");
            assert_eq!(published.at.to_rfc3339(), at, "{name}");
        }
    }
    // Without it, a small number could be anything.
    insta::assert_snapshot!(rejection(row("18044").as_bytes()), @"published-invalid: `18044` cannot be read as a publication time without guessing; write it as 2019-05-03T18:35:00+01:00, with a year from 0001 to 9999");
}

#[test]
fn only_what_is_set_is_unwrapped() {
    let read = |message: &str, name: &str| {
        let (_, unwrap) = Unwrap::choices().find(|(own, _)| *own == name).expect("an envelope");
        let settings = Settings::with(|it| it.unwrap = unwrap);
        article::read(&Message::bare(message.as_bytes()), &settings).map_err(|error| error.to_string())
    };
    let is_article = |found: Result<Vec<Item>, String>| matches!(found.as_deref(), Ok([Item::Article(_)]));
    let event = format!(r#"{{"id": "e", "payload": {ROW}, "type": "published"}}"#);
    assert!(!is_article(read(&event, "auto")));
    assert!(is_article(read(&event, "outbox")), "less is needed to recognise it");
    assert!(is_article(read(ROW, "debezium")), "a row that is not wrapped");
    let wrapped = format!(r#"{{"specversion": "1.0", "id": "e", "source": "/s", "type": "t", "data": {ROW}}}"#);
    assert!(!is_article(read(&wrapped, "none")));
    insta::assert_snapshot!(read(ROW, "maxwell").expect_err("not wrapped"), @"`input.unwrap` is maxwell, but the message is not in that envelope; `auto` recognises the envelope of each message");
}

#[test]
fn what_only_resembles_an_envelope_is_none() {
    for message in [
        ROW.replace("\"id\"", r#""payload": {"a": 1}, "id""#),
        ROW.replace("\"id\"", r#""database": "cms", "data": {"a": 1}, "id""#),
        ROW.replace("\"id\"", r#""value": {"amount": 3}, "id""#),
        ROW.replace("\"id\"", r#""schema": "v1", "payload": "x", "id""#),
        ROW.replace("\"id\"", r#""operationType": "insert", "id""#),
        ROW.replace("\"id\"", r#""hits": 40, "_source": "web", "id""#),
    ] {
        assert_eq!(article(message.as_bytes(), &[]).events.len(), 1, "{message}");
    }
}

// ---- several articles ----

#[test]
fn lists_and_lines_of_json_are_several_articles() {
    let second = ROW.replace("101", "102");
    for message in [
        format!("[{ROW}, {second}]"),
        format!("{ROW}\n{second}"),
        format!("{ROW}\r\n\r\n{second}\r\n"),
        format!(r#"[{{"op": "c", "after": {ROW}}}, {}]"#, quoted(&second)),
    ] {
        let found = process(message.as_bytes(), &[]).expect("articles");
        assert_eq!(found.iter().map(|one| &*one.id).collect::<Vec<_>>(), ["101", "102"], "{message}");
        assert!(found.iter().all(|one| one.events.len() == 1));
    }
}

#[test]
fn an_item_that_cannot_be_read_does_not_concern_the_others() {
    for message in [
        format!(
            r#"[{ROW}, {{"temperature": 21}}, "text", {{"id": "late", "body": "It fell.", "published_at": "soon"}}]"#
        ),
        format!(
            "{ROW}\n{{\"temperature\": 21}}\n{{\"cut\": }}\n{{\"id\": \"late\", \"body\": \"It fell.\", \"published_at\": \"soon\"}}"
        ),
    ] {
        let found = process(message.as_bytes(), &[]).expect("articles");
        let codes: Vec<_> = found.iter().map(|one| one.warnings.first().map_or("-", |warning| warning.code)).collect();
        assert!(
            codes == ["-", "not-an-article", "not-an-article", "published-invalid"]
                || codes == ["-", "not-an-article", "not-json", "published-invalid"],
            "{codes:?}"
        );
        assert_eq!((&*found[0].id, &*found[3].id), ("101", "late"));
        let reason = &found[1].warnings[0].message;
        assert!(reason.starts_with("item 2: ") || reason.starts_with("line 2: "), "{reason}");
    }
    insta::assert_snapshot!(rejection(b"[]"), @"not-an-article: an empty JSON array");
    insta::assert_snapshot!(rejection(br#"[{"temperature": 21}, 4]"#), @"not-an-article: item 1: the object has neither `body` nor `title`, so it is not an article");
}

#[test]
fn each_event_of_a_batch_has_its_own_envelope() {
    let event = |subject: &str, time: &str, data: &str| {
        format!(
            r#"{{"specversion": "1.0", "id": "e", "source": "/{subject}", "type": "t", "subject": "{subject}", "time": "{time}", {data}}}"#
        )
    };
    let batch = format!(
        "[{}, {}, {}]",
        event("a", "2019-05-28T10:22:51Z", r#""data": {"body": "The crane fell on Monday."}"#),
        event("b", "2019-05-29T10:22:51Z", r#""data": {"id": "own", "body": "The crane rose on Monday."}"#),
        event("c", "2019-05-30T10:22:51Z", r#""dataschema": "none""#),
    );
    let found =
        process(batch.as_bytes(), &[("content-type", b"application/cloudevents-batch+json")]).expect("articles");
    let read: Vec<_> = found
        .iter()
        .map(|one| {
            let at = one.published.map(|published| published.date().to_string());
            format!(
                "{} {} {}",
                one.id.len().min(3),
                at.unwrap_or_default(),
                one.warnings.first().map_or("", |it| it.code)
            )
        })
        .collect();
    assert_eq!((&*found[0].id, &*found[1].id), ("a", "own"));
    assert_eq!(read, ["1 2019-05-28 ", "3 2019-05-29 ", "3  not-an-article"]);
}

#[test]
fn envelopes_within_envelopes_have_an_end() {
    let mut message = ROW.to_owned();
    for _ in 0..5 {
        message = format!(r#"{{"schema": {{}}, "payload": {message}}}"#);
    }
    assert_eq!(article(message.as_bytes(), &[]).id, "101");
    for _ in 0..5 {
        message = format!(r#"{{"schema": {{}}, "payload": {message}}}"#);
    }
    assert_eq!(rejection(message.as_bytes()), "too-deep: more than 8 envelopes within each other");
}

// ---- encodings ----

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn compressed_articles_are_unpacked_with_or_without_a_header() {
    let members = [gzip(&ROW.as_bytes()[..20]), gzip(&ROW.as_bytes()[20..])].concat();
    for bytes in [gzip(ROW.as_bytes()), members, zlib(ROW.as_bytes()), zstd(ROW.as_bytes()), lz4(ROW.as_bytes())] {
        for headers in [&[][..], &[("content-encoding", &b"gzip"[..])]] {
            assert_eq!(article(&bytes, headers).id, "101");
        }
        let half = &bytes[..bytes.len() / 2];
        let cut = process(half, &[]).expect_err("it is cut");
        assert_eq!(cut.code(), "not-utf8", "{cut}");
    }
    assert_eq!(article(ROW.as_bytes(), &[("content-encoding", b"gzip")]).id, "101", "unpacked on the way");
    assert_eq!(rejection(b"x^2 is a square").split(':').next(), Some("not-json"), "it begins like zlib");
}

#[test]
fn what_is_unpacked_obeys_the_limit_of_size() {
    let settings = Settings::with(|it| it.max_bytes = 1 << 20);
    let bomb = vec![b' '; 64 << 20];
    for bytes in [gzip(&bomb), zstd(&bomb), lz4(&bomb)] {
        let error = article::read(&Message::bare(&bytes), &settings).expect_err("a bomb");
        assert_eq!(error.code(), "too-large", "{error}");
    }
    let error = article::read(&Message::bare(&gzip(&bomb)), &settings).expect_err("a bomb");
    insta::assert_snapshot!(error, @"unpacked: longer than the limit of 1048576 bytes; raise the limit if this is one article");
}

#[test]
fn a_header_names_the_charset_and_the_type() {
    let json = r#"{"id": "é", "body": "“Café” was shut on Monday.", "published_at": "2019-05-28"}"#;
    let (cp1252, _, _) = encoding_rs::WINDOWS_1252.encode(json);
    let utf16: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16_be: Vec<u8> = json.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (bytes, headers) in [
        (&*cp1252, ("content-type", &b"application/json; charset=windows-1252"[..])),
        (&*cp1252, ("Content-Type", b"application/json;charset=\"CP1252\"")),
        (&*cp1252, ("contentType", b"application/json; charset=windows-1252")),
        (&*cp1252, ("charset", b"windows-1252")),
        (&*utf16, ("content-type", b"application/json; charset=utf-16le")),
        (&*utf16, ("content-type", b"application/json; charset=UTF-16")),
        (&*utf16_be, ("content-type", b"application/json; charset=UTF-16")),
    ] {
        let found = article(bytes, &[headers]);
        assert_eq!((&*found.id, found.events.len()), ("é", 1), "{headers:?}");
        assert!(found.events[0].statement.sentence.starts_with("“Café”"));
    }
    let latin1 =
        b"<item><guid>caf\xe9</guid><title>caf\xe9</title><pubDate>Tue, 28 May 2019 10:22:51 GMT</pubDate></item>";
    assert_eq!(article(latin1, &[("content-type", b"application/xml; charset=iso-8859-1")]).id, "café");
    let error = process(b"{}", &[("content-type", b"application/json; charset=klingon")]).expect_err("no charset");
    insta::assert_snapshot!(error, @"the message says that its charset is `klingon`, which is not known; send it as UTF-8");
}

#[test]
fn plain_text_and_pieces_of_html_are_articles_where_a_header_says_so() {
    let text = b"The crane fell on Monday.";
    let date = ("date", &b"2019-05-28T10:22:51Z"[..]);
    for headers in [
        &[("content-type", &b"text/plain"[..]), date][..],
        &[("content-type", b"Text/Plain; charset=us-ascii"), date],
        &[("ce_specversion", b"1.0"), ("ce_time", b"2019-05-28T10:22:51Z"), ("content-type", b"text/plain")],
        &[("ce-specversion", b"1.0"), ("ce-time", b"2019-05-28T10:22:51Z"), ("content-type", b"text/plain")],
    ] {
        let found = article(text, headers);
        assert_eq!((found.events.len(), found.events[0].article.published_from.name()), (1, "envelope"), "{headers:?}");
    }
    let html = article(b"<p>The crane fell on Monday.</p>", &[("content-type", b"text/html; charset=utf-8"), date]);
    assert_eq!(html.events[0].statement.sentence, "The crane fell on Monday.");
    let without_time = process(text, &[("content-type", b"text/plain")]).expect_err("no time");
    assert_eq!(without_time.code(), "published-missing");
    assert_eq!(rejection(text).split(':').next(), Some("not-json"));
}

#[test]
fn data_of_a_cloudevent_is_opened_however_it_is_encoded() {
    // Base64 of {"id": "a", "body": "It opened."}
    let data = "eyJpZCI6ICJhIiwgImJvZHkiOiAiSXQgb3BlbmVkLiJ9";
    let event = |rest: &str| {
        format!(
            r#"{{"specversion": "1.0", "id": "d", "source": "/s", "type": "t", "time": "2019-05-28T10:22:51Z", {rest}}}"#
        )
    };
    for message in [
        event(&format!(r#""data_base64": "{data}""#)),
        event(&format!(r#""datacontentencoding": "base64", "data": "{data}""#)).replace("1.0", "0.3"),
        event(r#""datacontenttype": "application/json", "data": "{\"id\": \"a\", \"body\": \"It opened.\"}""#),
    ] {
        assert_eq!(article(message.as_bytes(), &[]).id, "a", "{message}");
    }
    // Base64 of `café` in Latin-1.
    let latin1 = event(r#""datacontenttype": "Text/Plain; charset=iso-8859-1", "data_base64": "Y2Fm6Q==""#);
    let Ok(items) = article::read(&Message::bare(latin1.as_bytes()), &Settings::default()) else {
        panic!("it is read")
    };
    assert!(matches!(&items[..], [Item::Article(article)] if article.body == "café"));
}
