//! Runs the readable cases under `tests/cases/<language>/`. Their format stands in `tests/cases/README.md`.
//!
//! A case is a marked-up body. The marks are taken out, the engine reads the rest, what it found is marked up in the
//! same way, and the two must be equal: so a failure shows both as sentences.

use std::fs;
use std::path::Path;

use crate::contract;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use dateline_core::article::{Article, Published};
use dateline_core::event::{Event, Open, Status};
use dateline_core::extraction::Extraction;
use dateline_core::pipeline::{self, Genre, Settings};
use dateline_core::record;
use dateline_core::temporal::{Basis, Expression, Meaning, Modifier, Resolved, TimexType};
use dateline_core::text::{Span, Text};

/// What the articles of a stretch of cases have in common.
#[derive(Clone)]
struct Given {
    published: Published,
    genre: Genre,
    language: String,
}

/// One marked-up body.
struct Case {
    line: usize,
    given: Given,
    /// The body with all marks, and the arrow if there is one.
    expected: String,
    /// Why it fails today, where that is known.
    fixme: Option<String>,
}

#[test]
fn every_case_is_read_as_marked() {
    let only = std::env::var("DATELINE_CASES").unwrap_or_default();
    let (mut passed, mut total, mut report) = (0, 0, String::new());
    for (file, cases) in all_files() {
        let mut failures = String::new();
        for case in cases.iter().filter(|case| file.contains(&only) || case.expected.contains(&only)) {
            total += 1;
            match failure(case) {
                None => passed += 1,
                Some(told) => failures += &format!("  line {}\n{told}", case.line),
            }
        }
        if !failures.is_empty() {
            report += &format!("\n{file}\n{failures}");
        }
    }
    assert!(total > 0, "no case matches DATELINE_CASES={only}");
    println!("{report}\n{passed}/{total} cases passed");
    assert!(passed == total, "{} of {total} cases failed; they are listed above", total - passed);
}

/// What is wrong with a case, as two sentences; `None` where all is well.
fn failure(case: &Case) -> Option<String> {
    let extraction = pipeline::extract(&article(case), &Settings { genre: case.given.genre, ..Settings::default() });
    let actual = marked_up(&plain(&case.expected), &extraction, case.expected.contains(ARROW));
    let records = record::event_records(&article(case), &case.given.language, extraction, "tests");
    records.iter().for_each(contract::assert_is_record);
    match (&case.fixme, actual == case.expected) {
        (None, true) | (Some(_), false) => None,
        (None, false) => Some(format!("    expected  {}\n    actual    {actual}\n", case.expected)),
        (Some(why), true) => Some(format!("    mended    {actual}\n    Take away its FIXME({why}).\n")),
    }
}

fn article(case: &Case) -> Article {
    Article {
        language: Some(case.given.language.clone()),
        ..Article::new("case", plain(&case.expected), case.given.published)
    }
}

// ---- marking up ----

const ARROW: &str = " → ";
const TYPES: [&str; 4] = ["DATE ", "TIME ", "DURATION ", "SET "];

/// The body without its marks and arrow.
fn plain(expected: &str) -> String {
    let (mut rest, mut plain) = (body_of(expected), String::new());
    while let Some(at) = rest.find(['[', '*']) {
        plain += &rest[..at];
        rest = &rest[at..];
        if let Some((text, after)) = mark(rest) {
            plain += text;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**") {
            rest = after;
        } else {
            plain += &rest[..1];
            rest = &rest[1..];
        }
    }
    plain + rest
}

fn body_of(expected: &str) -> &str {
    expected.rsplit_once(ARROW).map_or(expected, |(body, _)| body)
}

/// The text of a mark at the start of `rest`, and what follows the mark.
fn mark(rest: &str) -> Option<(&str, &str)> {
    let (text, after) = rest.strip_prefix('[')?.split_once("](")?;
    let (meaning, after) = after.split_once(')')?;
    TYPES.iter().any(|name| meaning.starts_with(name)).then_some((text, after))
}

/// What was found in `body`, marked up as a case is.
fn marked_up(body: &str, found: &Extraction, with_statements: bool) -> String {
    let mut marks = Vec::new();
    for date in &found.expressions {
        let [start, end] = found.text.code_points(date.expression.span);
        let modifier = date.modifier.map(|modifier| format!(" {}", modifier.name())).unwrap_or_default();
        marks.push((start, "[".to_owned()));
        marks.push((end, format!("]({} {}{modifier})", date.timex.name(), date.value)));
    }
    if with_statements {
        let mut triggers: Vec<_> = found.events.iter().filter_map(|event| event.trigger).collect();
        triggers.sort();
        triggers.dedup();
        let ends = triggers.into_iter().flat_map(|trigger| found.text.code_points(trigger));
        marks.extend(ends.map(|end| (end, "**".to_owned())));
    }
    // Stable, so that of two marks in one place the one pushed first stays first; ends go before starts.
    marks.sort_by_key(|(at, mark)| (*at, mark == "["));
    let mut marks = marks.into_iter().peekable();
    let mut out = String::new();
    for (at, letter) in body.chars().map(Some).chain([None]).enumerate() {
        while let Some((_, mark)) = marks.next_if(|(place, _)| *place <= at) {
            out += &mark;
        }
        out.extend(letter);
    }
    if with_statements { out + ARROW + &statements(found) } else { out }
}

/// The statuses in the order of the dates, as the arrow tells them.
fn statements(found: &Extraction) -> String {
    let mut events: Vec<_> = found.events.iter().collect();
    events.sort_by_key(|event| event.expression);
    let told = events.into_iter().map(|event| {
        let status = event.status.name();
        match (event.until.and_then(|at| found.expressions.get(at)), event.open) {
            (Some(end), _) => format!("{status} until {}", end.value),
            (None, Some(Open::End)) => format!("{status} from then on"),
            (None, Some(Open::Start)) => format!("{status} up to then"),
            (None, None) => status.to_owned(),
        }
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() { "none".into() } else { told.join(", ") }
}

// ---- reading the files ----

/// Every file with its cases, as `en/quarters.md`, in order of their names.
fn all_files() -> Vec<(String, Vec<Case>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let mut files = Vec::new();
    for folder in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let language = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = format!("{language}/{}", path.file_name().unwrap().to_str().unwrap());
            let cases = read(&fs::read_to_string(&path).unwrap(), &language, &name);
            assert!(!cases.is_empty(), "{name} holds no case: list items start with `- `, in the first column");
            files.push((name, cases));
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

fn read(markdown: &str, language: &str, name: &str) -> Vec<Case> {
    let (mut given, mut cases) = (None, Vec::new());
    let mut lines = markdown.lines().enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        let place = format!("{name}, line {}", at + 1);
        let text = if let Some(settings) = line.strip_prefix("`published: ") {
            given = Some(settings_of(settings, language, &place));
            continue;
        } else if line == "```case" {
            let fenced: Vec<_> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            fenced.join("\n")
        } else if let Some(item) = line.strip_prefix("- ") {
            let mut item = item.to_owned();
            while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with("  ")) {
                item = item + " " + more.trim_start();
            }
            item
        } else {
            continue;
        };
        let given = given.clone().unwrap_or_else(|| panic!("{place}: no `published: …` above this case"));
        cases.push(case(&text, at + 1, given, &place));
    }
    cases
}

fn case(text: &str, line: usize, given: Given, place: &str) -> Case {
    let (fixme, expected) = match text.strip_prefix("FIXME(").and_then(|rest| rest.split_once("): ")) {
        Some((why, expected)) => (Some(why.to_owned()), expected.to_owned()),
        None => (None, text.to_owned()),
    };
    let stray = ["](", ")["].iter().find(|mark| plain(&expected).contains(**mark));
    assert!(stray.is_none(), "{place}: a mark that is none of {TYPES:?}");
    let told = expected.contains(ARROW);
    assert!(told || !expected.contains("**"), "{place}: bold words without an arrow");
    Case { line, given, expected, fixme }
}

/// Reads `2019-05-03, genre: narrative` and what follows the closing backtick.
fn settings_of(text: &str, language: &str, place: &str) -> Given {
    let text = text.split('`').next().unwrap_or_default();
    let mut parts = text.split(", ");
    let published = published(parts.next().unwrap_or_default())
        .unwrap_or_else(|| panic!("{place}: neither `2019-05-03` nor `2019-05-03T18:35:00+01:00`"));
    let mut given = Given { published, genre: Settings::default().genre, language: language.to_owned() };
    for part in parts {
        match part.split_once(": ") {
            Some(("genre", "news")) => given.genre = Genre::News,
            Some(("genre", "narrative")) => given.genre = Genre::Narrative,
            Some(("language", tag)) => given.language = tag.to_owned(),
            _ => panic!("{place}: unknown setting {part:?}; there are `genre: news|narrative` and `language: TAG`"),
        }
    }
    given
}

fn published(text: &str) -> Option<Published> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Published { at, has_time: true });
    }
    let day: NaiveDate = text.parse().ok()?;
    Some(Published { at: Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)).fixed_offset(), has_time: false })
}

// ---- the runner itself ----

/// Were the two ways of marking up not the same, every case would fail; were taking out wrong, none could be trusted.
#[test]
fn marks_can_be_taken_out_and_put_in_again() {
    let expected = "Août: it **ran** from [3](DATE 2019-06-03) to [7 June](DATE 2019-06-07 END)! \
                    → happened until 2019-06-07";
    let body = plain(expected);
    assert_eq!(body, "Août: it ran from 3 to 7 June!");

    let span = |part: &str| body.find(part).map(|at| Span::new(at, at + part.len())).unwrap();
    let date = |part, value: &str, modifier| Resolved {
        expression: Expression {
            span: span(part),
            first: 0,
            end: 0,
            sentence: 0,
            rule: "test",
            history_only: false,
            needs_modifier: false,
            meaning: Meaning::Nothing,
            modifier: None,
        },
        timex: TimexType::Date,
        value: value.into(),
        modifier,
        interval: None,
        granularity: None,
        edtf: None,
        basis: Basis::Absolute,
        reference: None,
        confidence: 1.0,
        steps: Vec::new(),
    };
    let event = Event {
        id: String::new(),
        expression: 0,
        until: Some(1),
        open: None,
        sentence: span(&body),
        trigger: Some(span("ran")),
        summary: String::new(),
        names: Vec::new(),
        also_at: Vec::new(),
        status: Status::Happened,
        confidence: 1.0,
    };
    let found = Extraction {
        text: Text::of(&body),
        expressions: vec![date("3", "2019-06-03", None), date("7 June", "2019-06-07", Some(Modifier::End))],
        events: vec![event],
        dropped: Vec::new(),
        warnings: Vec::new(),
    };
    assert_eq!(marked_up(&body, &found, true), expected);
}
