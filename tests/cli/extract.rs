//! `dateline extract`: exit codes, standard error, and what is written where.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The result of a run.
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
    // With invalid flags nothing is read.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Removes the temporary directory from paths.
fn without(directory: &Path, text: &str) -> String {
    text.replace(&format!("{}/", directory.display()), "")
}

const ARTICLE: &str = r#"{"id": "a", "body": "The harbour closed.", "published_at": "2019-05-03"}"#;

#[test]
fn valid_input_exits_with_0_and_prints_nothing_to_standard_error() {
    for input in [ARTICLE.to_owned(), format!("{ARTICLE}\n\n{ARTICLE}\n"), ARTICLE.replace(", ", ",\n")] {
        let run = extract(&[], &input);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{input}");
    }
    let run = extract(&["--published", "3 May 2019 18:35 GMT", "-"], "The harbour closed.");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn rejected_lines_are_reported_and_the_others_are_processed() {
    let input = format!("{ARTICLE}\n{{\"body\": \"b\"}}\nnonsense\n{ARTICLE}\n");
    let run = extract(&["--format", "table"], &input);
    assert_eq!(run.code, Some(3));
    insta::assert_snapshot!(run.err, @r#"
    stdin:2: published-missing: no publication time, so "last month" has no meaning: there is no `published_at`; give one with --published
    stdin:3: not-json: not JSON: expected ident at line 1 column 2
    "#);
    assert_eq!(run.out, "No dated statements found in 2 articles.\n");
}

#[test]
fn a_reference_has_the_granularity_of_the_date_that_was_mentioned() {
    let counted_from = |text: &str| -> Vec<String> {
        let run = extract(&["--published", "2019-05-03", "--genre", "narrative", "--format", "jsonl"], text);
        let records = run.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a record"));
        records.map(|record| format!("{} from {}", record["date"]["value"], record["date"]["reference"])).collect()
    };
    assert_eq!(
        counted_from("In 1940 the mine was sold. Five years later, it was shut."),
        ["\"1940\" from null", "\"1945\" from \"1940\""]
    );
    assert_eq!(
        counted_from("The fleet sailed on 3 May 1812. Two days later, it was lost. In June the king died."),
        ["\"1812-05-03\" from null", "\"1812-05-05\" from \"1812-05-03\"", "\"1812-06\" from \"1812-05-05\""]
    );
    assert_eq!(counted_from("The mine was shut last month."), ["\"2019-04\" from \"2019-05-03\""]);
}

#[test]
fn an_array_is_several_articles_of_which_a_broken_one_is_reported() {
    let run = extract(&["--format", "table"], &format!("[{ARTICLE}, {ARTICLE}]"));
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert_eq!(run.out, "No dated statements found in 2 articles.\n");
    let run = extract(&[], &format!("[{ARTICLE}, {{\"temperature\": 21}}]"));
    assert_eq!(run.code, Some(3));
    insta::assert_snapshot!(run.err, @"stdin:1: not-an-article: item 2: the object has neither `body` nor `title`, so it is not an article");
}

#[test]
fn markup_is_one_message_with_several_items() {
    let atom = "<feed>\n<entry><id>a</id><updated>2019-05-03T10:00:00Z</updated><content>It opened on Monday.</content></entry>\n\
                <deleted-entry ref='b' when='2019-05-03T10:00:00Z'/>\n\
                <entry><id>c</id><content>It closed on Friday.</content></entry>\n</feed>\n";
    let run = extract(&["--format", "csv"], atom);
    assert_eq!((run.code, run.out.lines().count()), (Some(3), 2));
    insta::assert_snapshot!(run.err, @r#"
    stdin:1: withdrawn: deleted: b: the feed withdrew the article: its status is `deleted`
    stdin:1: published-missing: no publication time, so "last month" has no meaning: there is neither `published` nor `updated`; give one with --published
    "#);
    let run = extract(&["--input-format", "rss"], atom);
    insta::assert_snapshot!(run.err, @"stdin:1: not-an-article: `input.format` is rss, but the message is atom; `auto` recognises the format of each message");
    let run = extract(&["--input-format", "text", "--published", "2019-05-03"], "{It opened on Monday.}");
    assert_eq!((run.code, run.err.as_str(), run.out.lines().count()), (Some(0), "", 1));
}

#[test]
fn plain_text_needs_a_publication_time() {
    let run = extract(&[], "The harbour closed last month.");
    assert_eq!(run.code, Some(3));
    insta::assert_snapshot!(run.err, @r#"stdin:1: published-missing: no publication time, so "last month" has no meaning: plain text has none of its own; give one with --published"#);
}

#[test]
fn an_unreadable_file_exits_with_1_and_the_others_are_processed() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str| directory.path().join(name).display().to_string();
    fs::write(file("good.jsonl"), ARTICLE).expect("written");
    fs::write(file("bad.jsonl"), format!("{ARTICLE}\n{{}}\n")).expect("written");
    let run = extract(&["--format=table", &file("missing.jsonl"), &file("bad.jsonl"), &file("good.jsonl")], "");
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!(without(directory.path(), &run.err), @r#"
    error: cannot read missing.jsonl: No such file or directory (os error 2)
    bad.jsonl:2: not-an-article: the object has neither `body` nor `title`, so it is not an article
    "#);
    assert_eq!(run.out, "No dated statements found in 2 articles.\n");
}

#[test]
fn invalid_flags_exit_with_2() {
    for flags in [
        ["--format", "pdf"],
        ["--genre", "poetry"],
        ["--timezone", "Mars/Olympus_Mons"],
        ["--published", "last month"],
        ["--colour", "red"],
        ["--explain", "--format=csv"],
        ["--explain", "--min-weight=0.5"],
    ] {
        let run = extract(&flags, ARTICLE);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{flags:?}");
        assert!(run.err.starts_with("error: "), "{flags:?}: {}", run.err);
    }
    insta::assert_snapshot!(extract(&["--published", "last month"], ARTICLE).err, @"error: --published: `last month` cannot be read as a publication time without guessing; write it as 2019-05-03T18:35:00+01:00, with a year from 0001 to 9999");
}

#[test]
fn skipped_articles_are_reported() {
    let run = extract(&["--language", "fy"], ARTICLE);
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""));
    insta::assert_snapshot!(run.err, @"stdin:1: warning: language-unsupported: there is no language pack for `fy`; `dateline config --languages` lists the 39 that there are");
}

#[test]
fn an_article_without_an_id_is_reported() {
    let run = extract(&[], r#"{"title": "Harbour", "body": "The harbour closed.", "published_at": "2019-05-03"}"#);
    assert_eq!(run.code, Some(0));
    insta::assert_snapshot!(run.err, @"stdin:1: warning: id-missing: the article has neither an id nor a URL, so its id is a digest of its content; a correction will count as another article");
}

#[test]
fn a_withdrawal_is_reported_and_one_that_names_no_article_is_rejected() {
    let run = extract(&[], "{\"id\": \"a\", \"status\": \"Killed\"}\n{\"title\": \"Kill\", \"deleted\": true}\n");
    assert_eq!((run.code, run.out.as_str()), (Some(3), ""));
    insta::assert_snapshot!(run.err, @r"
    stdin:1: withdrawn: canceled: a: the feed withdrew the article: its status is `canceled`
    stdin:2: withdrawal-without-id: it withdraws an article and does not say which: it has neither an id nor a URL; send the id that the article had
    ");
}

#[test]
fn every_format_is_well_formed_without_events() {
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
    insta::assert_snapshot!(extract(&["--format", "csv"], ARTICLE).out, @"start,end,granularity,date,value,status,summary,sentence,names,weight,confidence,source,title,published_at,url,article,id");
    assert_eq!(extract(&["--format", "jsonl"], ARTICLE).out, "");
    assert_eq!(extract(&["--format", "table"], "").out, "No articles found.\n");
}

#[test]
fn events_of_a_lower_weight_than_wanted_are_left_out() {
    let body =
        "A ferry sank off Oldford on Monday, killing 12 people. \"Today is a moment of sorrow,\" the mayor said.";
    let article = serde_json::json!({"id": "a", "body": body, "published_at": "2031-03-05"}).to_string();
    for format in ["jsonl", "csv", "table", "vis", "timelinejs", "ics"] {
        let events = |weight| {
            let run = extract(&["--format", format, "--min-weight", weight], &article);
            assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{format}");
            ["12 people", "moment of sorrow"].map(|words| run.out.contains(words))
        };
        assert_eq!((events("0"), events("0.7")), ([true, true], [true, false]), "{format}");
    }
    let explained = extract(&["--explain"], &article).out;
    assert_eq!(explained.matches("\n  weight      0.").count(), 2, "{explained}");
}

#[test]
fn a_weight_is_a_number_from_0_to_1() {
    for weight in ["1.5", "-0.1", "NaN", "much"] {
        let run = extract(&[&format!("--min-weight={weight}")], ARTICLE);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{weight}");
        assert!(run.err.contains("a weight is a number from 0 to 1"), "{}", run.err);
    }
    assert_eq!(extract(&["--min-weight", "1"], ARTICLE).code, Some(0));
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(["extract", "--format", "timeml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("a pipe");
    // It may exit before it has read everything.
    let _ = stdin.write_all(format!("{ARTICLE}\n").repeat(1000).as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn formats_shows_the_format_and_where_each_field_was_found() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/core/tests/messages");
    let formats = |file: &str| {
        let file = format!("{path}/{file}");
        let output = Command::new(env!("CARGO_BIN_EXE_dateline")).args(["formats", &file]).output().expect("it runs");
        let out = String::from_utf8(output.stdout).expect("UTF-8").replace(&format!("{path}/"), "");
        (output.status.code(), out)
    };
    let (code, out) = formats("ninjs-3.json");
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(out, @r#"
    ninjs-3.json:1: ninjs: an article, revision 10, published 2019-05-28T09:00:00+01:00 (firstcreated)
    = format          ninjs: it has `uri`, `standard`, `pubStatus`, `firstCreated`, `versionCreated`, `headlines`, `altIds`, `bodies`
    = id              crane-190528, from `altIds[0].value`
    = revisions       replaces the earlier ones, in the order of `version`, then of `versionCreated`
    = text            44 characters, from `bodies[0].value/nitf/body/body.content`
    = language        en, supported
      id              altIds[0].value                         crane-190528
      body            bodies[0].value/nitf/body/body.content  <p>A crane fell onto the quay on Monday.</p>
    - id              uri                                     urn:newsml:quay.example:20190528:crane
      revision        version                                 10
      status          pubStatus                               usable
      embargo         embargoedUntil                          2019-05-28T18:00:00+01:00
      firstcreated    firstCreated                            2019-05-28T09:00:00+01:00
      versioncreated  versionCreated                          2019-05-28T12:00:00+01:00
      language        language                                en
      title           headlines[0].value                      Crane falls onto quay
    "#);
    let (code, out) = formats("atom.xml");
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(out, @r#"
    atom.xml:1: atom: an article, revision 2019-05-30T08:15:00Z, published 2019-05-28T11:22:51+01:00 (firstcreated)
    = format          atom: its root element is <feed>
    = id              tag:quay.example,2019:crane, from `feed/entry/id`
    = revisions       replaces the earlier ones, in the order of `feed/entry/updated`
    = text            119 characters, from `feed/entry/content`
    = language        en, supported
      id              feed/entry/id             tag:quay.example,2019:crane
      url             feed/entry/link[1]/@href  https://quay.example/crane
      title           feed/entry/title          Crane falls
      body            feed/entry/content        <div xmlns="http://www.w3.org/1999/xhtml"><p>A crane fell onto the quay …
      firstcreated    feed/entry/published      2019-05-28T11:22:51+01:00
      versioncreated  feed/entry/updated        2019-05-30T08:15:00Z
      language        feed/@xml:lang            en
      source          feed/title                The Quay

    atom.xml:1: atom: withdrawn: deleted: the feed withdrew the article: its status is `deleted`
    = format          atom: its root element is <feed>
    = id              tag:quay.example,2019:ferry, from `feed/at:deleted-entry/@ref`
    = revisions       withdraws the earlier ones, in the order of `feed/at:deleted-entry/@when`
    = text            none
    = language        en, which is assumed since none is declared, supported
      id              feed/at:deleted-entry/@ref   tag:quay.example,2019:ferry
      versioncreated  feed/at:deleted-entry/@when  2019-05-29T12:00:00Z
      status          feed/at:deleted-entry        deleted
    "#);
    assert_eq!(formats("missing.xml").0, Some(1));
}

#[test]
fn formats_says_what_a_message_does_to_earlier_revisions_and_exits_with_3_if_it_would_be_rejected() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.jsonl");
    let formats = |lines: &str| {
        fs::write(&path, lines).expect("written");
        let output = Command::new(env!("CARGO_BIN_EXE_dateline")).arg("formats").arg(&path).output().expect("it runs");
        let out = String::from_utf8(output.stdout).expect("UTF-8");
        let answers = out.lines().filter(|line| !line.starts_with([' ', '-', '!']));
        (output.status.code(), without(directory.path(), &answers.collect::<Vec<_>>().join("\n")))
    };
    let (code, out) = formats(
        "{\"_id\": 7, \"updated_at\": \"2019-05-04\", \"text\": \"Ni.\", \"language\": \"Swahili\", \"date\": \"2019-05-03\"}\n\
         {\"title\": \"t\", \"language\": \"und\", \"published_at\": \"2019-05-03\"}\n\
         {\"uri\": \"urn:a\", \"pubstatus\": \"canceled\"}\n",
    );
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(out, @r"
    a.jsonl:1: plain: an article, revision 2019-05-04T00:00:00Z, published 2019-05-03 (firstcreated)
    = format        plain: it has `_id`, `text` and the marks of no other format
    = id            7, from `_id`
    = revisions     replaces the earlier ones, in the order of `updated_at`
    = text          3 characters, from `text`
    = language      sw, not supported

    a.jsonl:2: plain: an article, revision 1, published 2019-05-03 (firstcreated)
    = format        plain: it has `title`, `published_at` and the marks of no other format
    = id            eca7f80b861e690b822c956b2f0c529c, a digest of the content: no later message can correct or withdraw it
    = revisions     replaces the earlier ones, in the order in which they come
    = text          none: it is skipped as `empty-text`
    = language      en, which is assumed since none is declared, supported

    a.jsonl:3: ninjs: withdrawn: canceled: the feed withdrew the article: its status is `canceled`
    = format     ninjs: it has `uri`, `pubstatus`
    = id         urn:a, from `uri`
    = revisions  withdraws the article, whichever revision stands
    = text       none
    = language   en, which is assumed since none is declared, supported
    ");
    let (code, out) = formats("{\"deleted\": true}\n{\"title\": \"t\"}\n");
    assert_eq!(code, Some(3));
    insta::assert_snapshot!(out, @r#"
    a.jsonl:1: plain: rejected: withdrawal-without-id: it withdraws an article and does not say which: it has neither an id nor a URL; send the id that the article had
    = format     plain: it has the marks of no other format
    = id         none
    = revisions  changes no earlier one
    = text       none
    = language   en, which is assumed since none is declared, supported

    a.jsonl:2: plain: rejected: published-missing: no publication time, so "last month" has no meaning: there is no `published_at`; give one with --published
    = format     plain: it has `title` and the marks of no other format
    = id         none
    = revisions  changes no earlier one
    = text       none
    = language   en, which is assumed since none is declared, supported
    "#);
}
