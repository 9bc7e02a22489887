//! `[[source]]` without Kafka: the settings of a worker are tried on files.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const CONFIG: &str = r#"
    [kafka.client_files]
    "sasl.password" = "/run/secrets/that-are-not-here"

    [input.fields]
    body = "story"

    [[source]]
    source = "Evening Quay"
    day_first = true

    [[source]]
    header = "agency=Kyodo"
    topic = "wires"
    timezone = "Asia/Tokyo"

    [[source]]
    key_prefix = "raw:"
    format = "text"
"#;

const ARTICLE: &str = r#"{"id": "q", "source": "Evening Quay", "published_at": "2019-08-03T20:00:00Z", "story": "The crane fell on 6/7/2019 and was sold today."}"#;

fn run(command: &str, config: &Path, flags: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args([command, "--config", config.to_str().unwrap()])
        .args(flags)
        .env_remove("DATELINE_EXTRACT__TIMEZONE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn with_config(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn values(flags: &[&str], input: &str) -> Vec<String> {
    let config = with_config(CONFIG);
    let (code, out, err) = run("extract", config.path(), flags, input);
    assert_eq!(code, Some(0), "{err}");
    let events = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.map(|event| event["date"]["value"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn extract_reads_articles_as_a_worker_with_this_file_does() {
    assert_eq!(values(&[], ARTICLE), ["2019-07-06", "2019-08-03"]);
    let from_kyodo = ["--topic", "wires", "--header", "Agency=Kyodo"];
    assert_eq!(values(&from_kyodo, ARTICLE), ["2019-07-06", "2019-08-04"], "it is the next day in Tokyo");
    let raw = ["--key", "raw:1", "--published", "2019-08-03"];
    assert_eq!(values(&raw, "{It was sold today.}"), ["2019-08-03"]);
}

#[test]
fn flags_come_before_the_file() {
    let config = with_config("[extract]\ntimezone = 'Asia/Tokyo'");
    let message = r#"{"id": "q", "published_at": "2019-08-03T20:00:00", "body": "It was sold today."}"#;
    for (flags, expected) in [(&[] as &[&str], "+09:00"), (&["--timezone", "Europe/London"], "+01:00")] {
        let (_, out, _) = run("extract", config.path(), flags, message);
        assert!(out.contains(&format!("2019-08-03T20:00:00{expected}")), "{out}");
    }
}

#[test]
fn formats_shows_what_the_file_makes_of_a_message() {
    let config = with_config(CONFIG);
    let flags = ["--topic", "wires", "--header", "agency=Kyodo", "-"];
    let (code, out, _) = run("formats", config.path(), &flags, ARTICLE);
    assert_eq!(code, Some(0));
    assert!(out.contains("published 2019-08-04T05:00:00+09:00"), "{out}");
    assert!(out.contains("story"), "{out}");
}

#[test]
fn a_mistake_in_the_file_is_named() {
    let config = with_config("[[source]]\nsource = 'AFP'\ntimezon = 'Europe/Paris'");
    for command in ["extract", "formats", "timeline"] {
        let flags: &[&str] = if command == "formats" { &["-"] } else { &[] };
        let (code, _, err) = run(command, config.path(), flags, "");
        assert_eq!(code, Some(2), "{command}");
        assert!(err.contains("unknown key source[1].timezon; did you mean timezone?"), "{err}");
    }
}
