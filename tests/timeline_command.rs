//! `dateline timeline` as its users meet it: articles in, the days that matter out.
#![cfg(feature = "service")]
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

/// A flood, told by several articles, and a cat show.
const ARTICLES: &str = r#"{"id":"a","time":"2031-03-04","source":"Quay","text":"The dam at Oldford broke on 3 March. Pumps were sent for."}
{"id":"b","time":"2031-03-10","source":"Hill","text":"The dam at Oldford broke on 3 March. Pumps from Eastmark arrived on Monday."}
{"id":"c","time":"2031-04-02","source":"Quay","text":"Oldford remembers the dam that broke on 3 March. The mayor of Oldford resigned on Tuesday."}
{"id":"d","time":"2031-04-02","source":"Quay","text":"A cat show was held in Westmark on 20 March."}
"#;

fn timeline(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("flood.jsonl"), ARTICLES).unwrap();
    fs::write(folder.path().join("broken.jsonl"), ARTICLES.replacen("\"time\"", "\"when\"", 1)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.arg("timeline").args(arguments).current_dir(folder.path()).output().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The lines of JSON that are printed.
fn lines(arguments: &[&str]) -> Vec<Value> {
    let output = timeline(arguments);
    assert!(output.status.success(), "{}", text(output.stderr));
    text(output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_day_a_line_the_one_that_matters_most_first() {
    let days = lines(&["flood.jsonl", "--format", "jsonl"]);
    let told: Vec<&str> = days.iter().map(|day| day["day"].as_str().unwrap()).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!(told[0], "2031-03-03");
    assert_eq!((&days[0]["score"], &days[0]["summary"]), (&1.0.into(), &"The dam at Oldford broke".into()));
    let scores: Vec<f64> = days.iter().map(|day| day["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
    assert_eq!(lines(&["flood.jsonl", "--days", "1"]), days[..1]);
}

#[test]
fn a_query_leaves_what_has_all_its_words_the_last_one_as_a_start() {
    let days =
        |query| lines(&["flood.jsonl", "--query", query]).iter().map(|day| day["day"].clone()).collect::<Vec<_>>();
    assert_eq!(days("cat westm"), ["2031-03-20"]);
    assert_eq!(days("Quay, mayor"), ["2031-04-01"]);
    assert_eq!(days("west cat"), Vec::<Value>::new());
}

#[test]
fn a_table_is_in_the_order_of_time() {
    let output = timeline(&["flood.jsonl", "--format", "table"]);
    insta::assert_snapshot!(text(output.stdout), @r"
     Day          Score   What happened                     Told
    ─────────────────────────────────────────────────────────────
     2031-03-03   1.00    The dam at Oldford broke          2 ×
     2031-03-10   0.36    Pumps from Eastmark arrived       1 ×
     2031-03-20   0.30    A cat show was held in Westmark   1 ×
     2031-04-01   0.54    The mayor of Oldford resigned     1 ×
    ");
    let output = timeline(&["flood.jsonl", "--format", "table", "--query", "harbour"]);
    assert_eq!(text(output.stdout), "No day is told of in 4 articles.\n");
}

#[test]
fn what_is_rejected_is_told_and_the_others_go_on() {
    let output = timeline(&["broken.jsonl"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(output.stderr).starts_with("broken.jsonl:1: published-missing: "));
    assert!(text(output.stdout).starts_with("{\"day\":\"2031-03-03\","));
}
