//! `dateline extract` as people and scripts meet it: exit codes, standard error, what is written where.
#![cfg(feature = "service")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// How a run ended.
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn extract(arguments: &[&str], input: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .arg("extract")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A run that refuses its flags reads nothing.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Names a file of a temporary directory without the directory.
fn without(directory: &Path, text: &str) -> String {
    text.replace(&format!("{}/", directory.display()), "")
}

const ARTICLE: &str = r#"{"id": "a", "body": "The harbour closed.", "published_at": "2019-05-03"}"#;

#[test]
fn good_input_ends_with_0_and_nothing_on_standard_error() {
    for input in [ARTICLE.to_owned(), format!("{ARTICLE}\n\n{ARTICLE}\n"), ARTICLE.replace(", ", ",\n")] {
        let run = extract(&[], &input);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{input}");
    }
    let run = extract(&["--published", "3 May 2019 18:35 GMT", "-"], "The harbour closed.");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn rejected_lines_are_told_and_the_others_go_on() {
    let input = format!("{ARTICLE}\n{{\"body\": \"b\"}}\nnonsense\n{ARTICLE}\n");
    let run = extract(&["--format", "table"], &input);
    assert_eq!(run.code, Some(3));
    insta::assert_snapshot!(run.err, @r#"
    stdin:2: published-missing: no publication time is told, so "last month" has no meaning; give one in `published_at`, or with --published
    stdin:3: not-json: not JSON: expected ident at line 1 column 2
    "#);
    assert_eq!(run.out, "No dated statements found in 2 articles.\n");
}

#[test]
fn an_array_is_refused_with_a_hint() {
    let run = extract(&[], &format!("[{ARTICLE}]"));
    assert_eq!(run.code, Some(3));
    insta::assert_snapshot!(run.err, @"stdin:1: not-an-article: a JSON array; write one object a line, as `jq -c '.[]'` does");
}

#[test]
fn plain_text_needs_a_publication_time() {
    let run = extract(&[], "The harbour closed last month.");
    assert_eq!(run.code, Some(3));
    insta::assert_snapshot!(run.err, @r#"stdin:1: published-missing: no publication time is told, so "last month" has no meaning; give one in `published_at`, or with --published"#);
}

#[test]
fn a_file_that_cannot_be_read_is_1_and_the_others_go_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str| directory.path().join(name).display().to_string();
    fs::write(file("good.jsonl"), ARTICLE).expect("written");
    fs::write(file("bad.jsonl"), format!("{ARTICLE}\n{{}}\n")).expect("written");
    let run = extract(&["--format=table", &file("missing.jsonl"), &file("bad.jsonl"), &file("good.jsonl")], "");
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!(without(directory.path(), &run.err), @r#"
    error: cannot read missing.jsonl: No such file or directory (os error 2)
    bad.jsonl:2: not-an-article: the object has neither `body` nor `title`, so it is no article
    "#);
    assert_eq!(run.out, "No dated statements found in 2 articles.\n");
}

#[test]
fn flags_that_mean_nothing_are_2() {
    for flags in [
        ["--format", "pdf"],
        ["--genre", "poetry"],
        ["--timezone", "Mars/Olympus_Mons"],
        ["--published", "last month"],
        ["--colour", "red"],
        ["--explain", "--format=csv"],
    ] {
        let run = extract(&flags, ARTICLE);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{flags:?}");
        assert!(run.err.starts_with("error: "), "{flags:?}: {}", run.err);
    }
    insta::assert_snapshot!(extract(&["--published", "last month"], ARTICLE).err, @"error: --published: `last month` is no publication time that can be read for certain; write it as 2019-05-03T18:35:00+01:00, with a year from 0001 to 9999");
}

#[test]
fn what_was_passed_over_is_told() {
    let run = extract(&["--language", "fy"], ARTICLE);
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""));
    insta::assert_snapshot!(run.err, @"stdin:1: warning: language-unsupported: there is no language pack for `fy`; there is one for `en`");
}

#[test]
fn every_form_is_whole_without_events() {
    insta::assert_snapshot!(extract(&["--format", "timelinejs"], ARTICLE).out, @r#"
    {"events":[
    ]}
    "#);
    insta::assert_snapshot!(extract(&["--format", "vis"], ARTICLE).out, @r#"
    [
    ]
    "#);
    insta::assert_snapshot!(extract(&["--format", "ics"], ARTICLE).out.replace("\r\n", "\n"), @r#"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//dateline//timeline//EN
    END:VCALENDAR
    "#);
    insta::assert_snapshot!(extract(&["--format", "csv"], ARTICLE).out, @"start,end,granularity,date,value,status,summary,sentence,names,confidence,source,title,published_at,url,article,id");
    assert_eq!(extract(&["--format", "jsonl"], ARTICLE).out, "");
    assert_eq!(extract(&["--format", "table"], "").out, "No articles found.\n");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(["extract", "--format", "timeml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("a pipe");
    // It may end before it has read all.
    let _ = stdin.write_all(format!("{ARTICLE}\n").repeat(1000).as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}
