//! `dateline formats --guess`: the configuration that fits a sample.

use std::process::Command;

const SAMPLE: &str = r#"{"status": "ok", "payload": {"stories": [
    {"storyId": "s-1", "texts": {"mainHeadline": "Crane falls onto quay", "bodyHtml": "<p>A crane fell onto the quay on Monday, and nobody was hurt.</p>"},
     "timing": {"publishedOn": "2019-05-28T10:22:51Z", "modifiedOn": "2019-05-28T14:00:00Z"},
     "shareLink": "https://quay.example/crane", "lang": "en"}
]}}"#;

fn formats(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dateline")).arg("formats").args(arguments).output().expect("it runs");
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn it_prints_a_configuration_that_the_program_accepts() {
    let directory = tempfile::tempdir().unwrap();
    let (sample, config) = (directory.path().join("sample.json"), directory.path().join("dateline.toml"));
    std::fs::write(&sample, SAMPLE).unwrap();
    let (code, guess) = formats(&["--guess", sample.to_str().unwrap()]);
    assert_eq!(code, Some(0));
    let shown = guess.replace(&format!("{}/", directory.path().display()), "");
    insta::assert_snapshot!(shown, @r#"
    # sample.json
    [input]
    items = "payload.stories"

    [input.fields]
    id = "storyId"  # s-1
    title = "texts.mainHeadline"  # Crane falls onto quay
    body = "texts.bodyHtml"  # <p>A crane fell onto the quay on Monday, and nobody was hurt…
    published = "timing.publishedOn"  # 2019-05-28T10:22:51Z
    versioncreated = "timing.modifiedOn"  # 2019-05-28T14:00:00Z
    language = "lang"  # en
    url = "shareLink"  # https://quay.example/crane
    "#);
    std::fs::write(&config, guess).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(["config", "--config", config.to_str().unwrap()])
        .output()
        .expect("it runs");
    let effective = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(effective.contains("items = \"payload.stories\""), "{effective}");
    assert!(effective.contains("body = \"texts.bodyHtml\""), "{effective}");
}

#[test]
fn a_sample_without_an_article_exits_with_3() {
    let directory = tempfile::tempdir().unwrap();
    let sample = directory.path().join("sample.json");
    std::fs::write(&sample, r#"{"temperature": 21.5}"#).unwrap();
    let (code, out) = formats(&["--guess", sample.to_str().unwrap()]);
    assert_eq!(code, Some(3));
    assert!(out.contains("nothing in it looks like"), "{out}");
}
