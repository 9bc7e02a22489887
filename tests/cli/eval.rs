//! `dateline eval`: files in, scores out.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const LINES: &str = r#"{"id":"a","dct":"2021-06-01","text":"It rained on Monday.","timexes":[{"start":13,"end":19,"type":"DATE","value":"2021-05-31"}]}
{"id":"b","dct":"2021-06-01T10:00","text":"It will snow.","timexes":[]}
{"id":"c","dct":"2021-06-01","text":"On Friday, Saturday and Sunday.","timexes":[{"start":3,"end":9,"type":"DATE","value":"2021-06-04"},{"start":11,"end":19,"type":"DATE","value":"2021-06-05"}]}
"#;
const TIMEML: &str = r#"<TimeML><DCT><TIMEX3 tid="t0" type="DATE" value="2021-06-01" functionInDocument="CREATION_TIME">x</TIMEX3></DCT>
<TEXT>It hailed on <TIMEX3 tid="t1" type="DATE" value="2021-05-30">Sunday</TIMEX3>.</TEXT></TimeML>"#;

/// A folder with a corpus of three lines, and a subfolder with a corpus of two TimeML files.
fn corpora() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("weather.jsonl"), LINES).unwrap();
    fs::write(folder.path().join("notes.txt"), "no corpus").unwrap();
    fs::create_dir(folder.path().join("hail")).unwrap();
    for name in ["one.tml", "two.tml"] {
        fs::write(folder.path().join("hail").join(name), TIMEML).unwrap();
    }
    folder
}

fn eval(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dateline")).arg("eval").args(args).current_dir(folder).output().unwrap()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_folder_is_read_recursively_and_totalled() {
    let folder = corpora();
    let report = printed(&eval(folder.path(), &[".", "--json", "figures.json"]));
    let headings: Vec<&str> = report.lines().filter(|line| line.contains("documents")).collect();
    let counts = |heading: &str| heading.rsplit_once(',').map(|(counts, _system)| counts.to_owned()).unwrap();
    let headings: Vec<String> = headings.into_iter().map(counts).collect();
    assert_eq!(headings, ["hail: 2 documents, 2 gold", "weather: 3 documents, 3 gold", "total: 5 documents, 5 gold"]);

    let figures: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("figures.json")).unwrap()).unwrap();
    assert_eq!(figures["corpora"][1]["name"], "weather");
    assert_eq!(figures["total"]["gold"], 5);
    assert!(figures["total"]["value"]["f1"].is_number());
    assert!(figures["total"]["attachment"].is_null());
}

#[test]
fn a_half_has_every_second_document_and_says_so() {
    let folder = corpora();
    let half = |half| printed(&eval(folder.path(), &["weather.jsonl", "--half", half]));
    assert!(half("a").starts_with("weather (half a): 2 documents, 3 gold"), "{}", half("a"));
    assert!(half("b").starts_with("weather (half b): 1 documents, 0 gold"), "{}", half("b"));
}

#[test]
fn predictions_are_one_document_per_line_in_the_order_of_the_gold() {
    let folder = corpora();
    printed(&eval(folder.path(), &["weather.jsonl", "--predictions", "said.jsonl"]));
    let predictions = fs::read_to_string(folder.path().join("said.jsonl")).unwrap();
    let predictions: Vec<Value> = predictions.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(predictions.iter().map(|line| &line["id"]).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(predictions.iter().all(|line| line["timexes"].is_array() && line["events"].is_array()));
}

#[test]
fn invalid_gold_is_named_with_its_line_and_has_its_own_exit_code() {
    let folder = corpora();
    fs::write(folder.path().join("broken.jsonl"), "\n{\"id\": \"a\"}\n").unwrap();
    let failure = |path: &str| {
        let output = eval(folder.path(), &[path]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, message) = failure("broken.jsonl");
    assert_eq!(code, Some(1));
    assert!(message.starts_with("dateline: broken.jsonl: line 2: not an annotated document"), "{message}");
    for (path, reason) in [("absent", "No such file"), ("notes.txt", "neither .jsonl nor .tml")] {
        let (code, message) = failure(path);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn timelines_are_scored_with_one_line_per_topic() {
    let folder = corpora();
    let topic = folder.path().join("topics").join("mill");
    fs::create_dir_all(&topic).unwrap();
    let articles = r#"{"id":"a","time":"2031-03-01","text":"The council met today."}
{"id":"b","time":"2031-03-09","text":"The mill burned on 3 March."}
{"id":"c","time":"2031-03-09","text":"The mill had burned on 3 March."}"#;
    fs::write(topic.join("articles.jsonl"), articles).unwrap();
    fs::write(topic.join("timelines.jsonl"), r#"[["2031-03-03", ["The mill burns."]]]"#).unwrap();
    let report = printed(&eval(folder.path(), &["--timelines", "topics", "--json", "figures.json"]));
    assert!(report.lines().any(|line| line.split_whitespace().eq(["mill", "3", "1", "1.000", "0.000"])), "{report}");
    let figures: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("figures.json")).unwrap()).unwrap();
    assert_eq!((&figures["topics"][0]["name"], &figures["f1"]), (&"mill".into(), &1.0.into()));

    let output = eval(folder.path(), &["--timelines", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("no subfolder contains articles.jsonl and timelines.jsonl")
    );
}
