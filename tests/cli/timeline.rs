//! `dateline timeline`: articles or a database in, key days out.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dateline::pipeline::{Settings, process};
use dateline::store::{RecordKind, Store, TopicRecord, Writer};
use serde_json::{Value, json};

/// A flood, reported by several articles, and a cat show.
const ARTICLES: &str = r#"{"id":"a","time":"2031-03-04","source":"Quay","text":"The dam at Oldford broke on 3 March. Pumps were sent for."}
{"id":"b","time":"2031-03-10","source":"Hill","text":"The dam at Oldford broke on 3 March. Pumps from Eastmark arrived on Monday."}
{"id":"c","time":"2031-04-02","source":"Quay","text":"Oldford remembers the dam that broke on 3 March. The mayor of Oldford resigned on Tuesday."}
{"id":"d","time":"2031-04-02","source":"Quay","text":"A cat show was held in Westmark on 20 March."}
"#;

fn timeline(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("flood.jsonl"), ARTICLES).unwrap();
    fs::write(folder.path().join("broken.jsonl"), ARTICLES.replacen("\"time\"", "\"when\"", 1)).unwrap();
    timeline_in(folder.path(), arguments)
}

fn timeline_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.arg("timeline").args(arguments).current_dir(folder).output().unwrap()
}

/// Applies the records of an article to the store, as `dateline serve` does.
fn apply(writer: &mut Writer, article: &str) {
    let Ok(articles) = process(article.as_bytes(), &Settings::default()) else { return };
    for article in articles {
        let events: Vec<_> =
            article.events.iter().map(|event| (&event.id, serde_json::to_vec(event).unwrap())).collect();
        let ids: Vec<_> = events.iter().map(|(id, _)| id).collect();
        let disposition = json!({"id": article.id, "status": article.status, "events": ids}).to_string();
        let events =
            events.iter().map(|(id, event)| TopicRecord { kind: RecordKind::Event, key: id, value: Some(event) });
        let disposition =
            TopicRecord { kind: RecordKind::Article, key: &article.id, value: Some(disposition.as_bytes()) };
        assert_eq!(writer.apply(&events.chain([disposition]).collect::<Vec<_>>(), &[]).unwrap(), 0);
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The JSON lines of the output.
fn lines(arguments: &[&str]) -> Vec<Value> {
    let output = timeline(arguments);
    assert!(output.status.success(), "{}", text(output.stderr));
    text(output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn one_day_per_line_the_most_important_first() {
    let days = lines(&["flood.jsonl", "--format", "jsonl"]);
    let listed: Vec<&str> = days.iter().map(|day| day["day"].as_str().unwrap()).collect();
    assert_eq!(listed.len(), 4, "{listed:?}");
    assert_eq!(listed[0], "2031-03-03");
    assert_eq!((&days[0]["score"], &days[0]["summary"]), (&1.0.into(), &"The dam at Oldford broke".into()));
    let scores: Vec<f64> = days.iter().map(|day| day["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
    assert_eq!(lines(&["flood.jsonl", "--days", "1"]), days[..1]);
}

#[test]
fn a_query_matches_statements_with_all_its_words_the_last_one_as_a_prefix() {
    let days =
        |query| lines(&["flood.jsonl", "--query", query]).iter().map(|day| day["day"].clone()).collect::<Vec<_>>();
    assert_eq!(days("cat westm"), ["2031-03-20"]);
    assert_eq!(days("Quay, mayor"), ["2031-04-01"]);
    assert_eq!(days("west cat"), Vec::<Value>::new());
    assert_eq!(days("!!!"), Vec::<Value>::new(), "no words are in no statement");
    assert_eq!(days(" ").len(), 4, "no query");
}

#[test]
fn what_weighs_less_than_wanted_is_on_no_day() {
    let all = lines(&["flood.jsonl", "--min-weight", "0"]);
    assert_eq!(all, lines(&["flood.jsonl"]));
    assert_eq!(lines(&["flood.jsonl", "--min-weight", "1"]), Vec::<Value>::new());
    assert_eq!(timeline(&["flood.jsonl", "--min-weight", "2"]).status.code(), Some(2));
}

#[test]
fn a_table_is_ordered_by_time() {
    let output = timeline(&["flood.jsonl", "--format", "table"]);
    insta::assert_snapshot!(text(output.stdout), @r"
     Day          Score   What happened                     Mentions
    ─────────────────────────────────────────────────────────────────
     2031-03-03   1.00    The dam at Oldford broke          3
     2031-03-10   0.37    Pumps from Eastmark arrived       1
     2031-03-20   0.30    A cat show was held in Westmark   1
     2031-04-01   0.54    The mayor of Oldford resigned     1
    ");
    let output = timeline(&["flood.jsonl", "--format", "table", "--query", "harbour"]);
    assert_eq!(text(output.stdout), "No key days found in 4 articles.\n");
}

#[test]
fn rejected_articles_are_reported_and_the_others_are_processed() {
    let output = timeline(&["broken.jsonl"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(output.stderr).starts_with("broken.jsonl:1: published-missing: "));
    assert!(text(output.stdout).starts_with("{\"day\":\"2031-03-03\","));
}

#[test]
fn a_database_gives_the_same_key_days_as_its_articles_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (_store, mut writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
    let from_database = |arguments: &[&str]| {
        let output = timeline_in(folder.path(), &[&["--database", "timeline.db"], arguments].concat());
        assert_eq!((output.status.code(), text(output.stderr)), (Some(0), String::new()));
        text(output.stdout)
    };
    assert_eq!(from_database(&["--format", "table"]), "No key days found in 0 articles.\n");
    for article in ARTICLES.lines() {
        apply(&mut writer, article);
    }
    for arguments in [
        &["--format", "table"][..],
        &["--query", "pumps oldf"],
        &["--min-weight", "0.8"],
        &["--days", "2"],
        &["--query", "harbour"],
        &["--query", "!!!"],
    ] {
        let from_articles = timeline(&[&["flood.jsonl"], arguments].concat());
        assert_eq!(from_database(arguments), text(from_articles.stdout), "{arguments:?}");
    }
    // Nothing was written: the server continues as before.
    apply(&mut writer, r#"{"id":"e","time":"2031-04-03","text":"The harbour was shut on 1 April."}"#);
    assert!(from_database(&["--query", "harbour"]).starts_with("{\"day\":\"2031-04-01\","));
}

#[test]
fn a_file_that_is_not_a_timeline_is_named_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.db"), "").unwrap();
    fs::write(folder.path().join("text.db"), ARTICLES.repeat(9)).unwrap();
    for (name, listed) in [
        ("nowhere.db", "unable to open database file"),
        ("empty.db", "empty.db was not made by this version of dateline"),
        ("text.db", "file is not a database"),
    ] {
        let output = timeline_in(folder.path(), &["--database", name]);
        let error = text(output.stderr);
        assert_eq!((output.status.code(), error.contains(listed)), (Some(1), true), "{error}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is made");
    let output = timeline_in(folder.path(), &["--database", "empty.db", "articles.jsonl"]);
    assert_eq!(output.status.code(), Some(2), "one of the two");
}
