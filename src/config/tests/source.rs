//! What `[[source]]` sets, and for which messages and articles.

use super::{NONE, in_file, settings};
use crate::article::{Message, Published};
use crate::config::Configuration;
use crate::pipeline::{self, Processed};

const FILE: &str = r#"
    [[source]]
    source = ["Kyodo", "kyodo.example"]
    timezone = "Asia/Tokyo"

    [[source]]
    header = "agency=PA"
    topic = "^wires\\.uk"
    timezone = "Europe/London"
    day_first = true

    [[source]]
    topic = "desk"
    format = "text"
    language = "sw"

    [[source]]
    key_prefix = ["saga:", "tale:"]
    genre = "narrative"

    [input.timezones]
    Kyodo = "UTC"
    Other = "Europe/Rome"

    [extract]
    genre = "news"
"#;

fn article(source: &str, published: &str, body: &str) -> String {
    serde_json::json!({"id": "a", "source": source, "published_at": published, "body": body}).to_string()
}

fn process(message: &Message<'_>) -> Processed {
    let settings = settings(FILE, NONE, &[]).extract;
    pipeline::process_message(message, &settings).unwrap().remove(0)
}

fn published(processed: &Processed) -> String {
    processed.published.unwrap().at.to_rfc3339()
}

#[test]
fn the_time_zone_of_a_source_is_found_by_its_name_and_comes_before_those_of_the_input() {
    for (source, expected) in [
        ("KYODO", "2019-05-04T03:00:00+09:00"),
        ("Other", "2019-05-03T20:00:00+02:00"),
        ("Somebody", "2019-05-03T18:00:00+00:00"),
    ] {
        let message = article(source, "2019-05-03T18:00:00Z", "It rained on Monday.");
        assert_eq!(published(&process(&Message::bare(message.as_bytes()))), expected, "{source}");
    }
    let own = r#"{"id": "a", "source": "Kyodo", "timezone": "Asia/Seoul", "published_at": "2019-05-03T18:00", "body": "It rained."}"#;
    assert_eq!(published(&process(&Message::bare(own.as_bytes()))), "2019-05-03T18:00:00+09:00", "Seoul's clock");
}

#[test]
fn the_order_of_day_and_month_is_that_of_the_topic_and_header_in_the_text_and_in_times() {
    let message = article("PA", "03/05/2019 18:00", "The quay was built on 6/7/2018.");
    let headers: [(&str, &[u8]); 1] = [("Agency", b"PA")];
    let known = Message { headers: &headers, topic: Some("wires.uk.1"), ..Message::bare(message.as_bytes()) };
    let processed = process(&known);
    assert_eq!(published(&processed), "2019-05-03T18:00:00+01:00");
    assert_eq!(processed.events[0].date.value, "2018-07-06");
    assert!(processed.warnings.is_empty(), "{:?}", processed.warnings);
    // Without the header, nothing tells.
    let settings = settings(FILE, NONE, &[]).extract;
    let error = pipeline::process_message(&Message { headers: &[], ..known }, &settings).unwrap_err();
    assert_eq!(error.code(), "published-invalid");
}

#[test]
fn format_language_and_genre_are_those_of_topic_and_key() {
    let mut settings = settings(FILE, NONE, &[]).extract;
    settings.input.published = Some(Published::parse("2019-05-03", chrono_tz::UTC).unwrap());
    let text = Message { topic: Some("desk"), ..Message::bare(b"{ braces }") };
    let processed = pipeline::process_message(&text, &settings).unwrap();
    assert_eq!(processed[0].warnings[0].code, "language-unsupported", "it was read as a text, in this language");

    let message = article("S", "2019-05-03", "He came in 1990. In May he left.");
    let value = |key: &[u8]| {
        let processed = process(&Message { key: Some(key), ..Message::bare(message.as_bytes()) });
        processed.events.last().unwrap().date.value.clone()
    };
    assert_eq!((value(b"tale:7"), value(b"news:7")), ("1990-05".to_owned(), "2019-05".to_owned()));
}

const SHAPES: &str = r#"
    [[source]]
    topic = "rest"
    items = ["response.results", "stories"]
    fields = { body = "text.rendered, text.plain", published = ["times.online"] }

    [[source]]
    topic = ["rest", "rows"]
    unwrap = "debezium"
    fields.title = "head"
    fields.body = "copy"

    [input]
    unwrap = "none"
    items = "items"
    fields.published = "when"
"#;

/// The id, title and publication of the first article of a message, or why there is none.
fn shaped(topic: &str, message: &str) -> Result<(usize, String), String> {
    let settings = settings(SHAPES, NONE, &[]).extract;
    let message = Message { topic: Some(topic), ..Message::bare(message.as_bytes()) };
    let processed = pipeline::process_message(&message, &settings).map_err(|error| error.to_string())?;
    let last = processed.last().unwrap();
    Ok((processed.len(), format!("{} {}", last.events[0].date.value, last.published.unwrap().at.date_naive())))
}

#[test]
fn topics_have_shapes_of_their_own() {
    let item = |id: &str, fields: &str| format!(r#"{{"id": "{id}", "when": "2019-05-03", {fields}}}"#);
    // The items and fields of a topic, and those of all where it sets none; the first entry that sets a field counts.
    let row =
        item("c", r#""head": "Quay", "copy": "The quay was built in 2018.", "text": {"plain": "It rained in 2017."}"#);
    let rest = item("b", r#""times": {"online": "2019-05-06"}, "text": {"plain": "It rained in 2017."}"#);
    let envelope =
        |value: &str| format!(r#"{{"op": "c", "before": null, "after": {value}, "source": {{}}, "ts_ms": 1}}"#);
    let results = envelope(&format!(r#"{{"response": {{"results": [{row}, {rest}]}}}}"#));
    assert_eq!(shaped("rest", &results).unwrap(), (2, "2017 2019-05-06".to_owned()));
    assert_eq!(
        shaped("rest", &envelope(&format!(r#"{{"stories": [{row}]}}"#))).unwrap(),
        (1, "2017 2019-05-03".to_owned())
    );
    assert_eq!(shaped("rows", &envelope(&row)).unwrap(), (1, "2018 2019-05-03".to_owned()));
    // Any other topic is read as `[input]` says.
    let plain = item("d", r#""body": "It rained in 2016.", "text": {"plain": "It rained in 2017."}"#);
    assert_eq!(shaped("other", &format!(r#"{{"items": [{plain}]}}"#)).unwrap(), (1, "2016 2019-05-03".to_owned()));
    assert!(shaped("other", &results).unwrap_err().contains("so it is not an article"), "no envelope is opened");
}

#[test]
fn errors_name_the_entry_and_the_key() {
    let entry = |text: &str| in_file(&format!("[[source]]\nsource = 'A'\ngenre = 'news'\n[[source]]\n{text}"));
    insta::assert_snapshot!(entry("sorce = 'AFP'\ngenre = 'news'"), @"file my.toml: unknown key source[2].sorce; did you mean source?");
    insta::assert_snapshot!(entry("source = 'AFP'\ntimezone = 'Europe/Pariss'"), @r#"source[2].timezone (file my.toml): unknown value "Europe/Pariss"; did you mean Europe/Paris?"#);
    insta::assert_snapshot!(entry("source = 'AFP'\nday_first = 'yes'"), @"source[2].day_first (file my.toml): expected true or false");
    insta::assert_snapshot!(entry("source = 'AFP'\ngenre = 1"), @"source[2].genre (file my.toml): expected a quoted string");
    insta::assert_snapshot!(entry("source = [1]\ngenre = 'news'"), @"source[2].source (file my.toml): expected a quoted string, or a list of quoted strings");
    insta::assert_snapshot!(entry("source = ''\ngenre = 'news'"), @"source[2].source (file my.toml): must not be empty");
    insta::assert_snapshot!(entry("source = 'AFP'\nlanguage = 'french please'"), @r#"source[2].language (file my.toml): "french please" is not a BCP 47 tag such as en or pt-BR"#);
    insta::assert_snapshot!(entry("header = 'agency'\ngenre = 'news'"), @r#"source[2].header (file my.toml): "agency" is not a header with its value, such as "agency=AFP""#);
    insta::assert_snapshot!(entry("topic = '^a('\ngenre = 'news'"), @r#"source[2].topic (file my.toml): "^a(" is not a regular expression: unclosed group"#);
    insta::assert_snapshot!(entry("genre = 'news'"), @"source[2] (file my.toml): does not say which messages or articles it is for: give it one of source, header, topic, key_prefix; for all there is `[extract]`");
    insta::assert_snapshot!(entry("source = 'AFP'"), @"source[2] (file my.toml): sets nothing: give it one of format, unwrap, items, fields, language, timezone, genre, day_first");
    insta::assert_snapshot!(entry("source = 'AFP'\nformat = 'nitf'"), @"source[2].format (file my.toml): format is needed to read the article, and the article to know its source; choose by header, topic or key_prefix");
    insta::assert_snapshot!(entry("source = 'AFP'\nfields = { body = 'text' }"), @"source[2].fields (file my.toml): fields is needed to read the article, and the article to know its source; choose by header, topic or key_prefix");
    insta::assert_snapshot!(entry("topic = 'cms'\nunwrap = 'debesium'"), @r#"source[2].unwrap (file my.toml): unknown value "debesium"; did you mean debezium?"#);
    insta::assert_snapshot!(entry("topic = 'cms'\nitems = [1]"), @"source[2].items (file my.toml): expected a quoted string, or a list of quoted strings");
    insta::assert_snapshot!(entry("topic = 'cms'\nitems = 'a..b'"), @r#"source[2].items (file my.toml): "a..b" is not a path such as fields.bodyText or hits.hits[]._source"#);
    insta::assert_snapshot!(entry("topic = 'cms'\nfields = 'body'"), @r#"source[2].fields (file my.toml): expected a table of paths, such as { body = "content.rendered" }"#);
    insta::assert_snapshot!(entry("topic = 'cms'\nfields = { body = 1 }"), @"source[2].fields.body (file my.toml): expected a quoted string, or a list of quoted strings");
    insta::assert_snapshot!(entry("topic = 'cms'\nfields = { body = '' }"), @"source[2].fields.body (file my.toml): must not be empty");
    insta::assert_snapshot!(entry("topic = 'cms'\nfields = { text = 'a' }"), @"source[2].fields.text (file my.toml): there is no field text; the fields are id, revision, status, state, deleted, embargo, title, body, summary, published, contentcreated, versioncreated, modified, dateline, envelope, city, timezone, language, source, url, starts");
    insta::assert_snapshot!(in_file("[source]\nsource = 'AFP'"), @"source (file my.toml): expected a list of tables, each `[[source]]`, not a table");
    insta::assert_snapshot!(in_file("source = ['AFP']"), @"source[1] (file my.toml): expected a table: write `[[source]]`, and its keys below");
}

#[test]
fn the_effective_configuration_and_the_reference_can_be_added_to() {
    let mut named = tempfile::NamedTempFile::new().unwrap();
    let effective = |path| Configuration::load(Some(path), [], []).unwrap().effective().unwrap();
    std::io::Write::write_all(&mut named, FILE.as_bytes()).unwrap();
    let printed = effective(named.path());
    assert!(
        printed.contains("[[source]]\nsource = [\"Kyodo\", \"kyodo.example\"]\ntimezone = \"Asia/Tokyo\"\n"),
        "{printed}"
    );
    for text in
        [printed, effective(tempfile::NamedTempFile::new().unwrap().path()), crate::config::reference().unwrap()]
    {
        let more = format!("{text}\n[[source]]\nsource = 'AFP'\ngenre = 'news'\n");
        assert!(!settings(&more, NONE, &[]).extract.input.sources.is_empty());
    }
}
