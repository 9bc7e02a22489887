//! Arbitrary input: no panics, correct offsets, deterministic results, and linear time.

use std::time::{Duration, Instant};

use crate::contract;
use chrono::{DateTime, FixedOffset};
use dateline_core::article::{Article, Published};
use dateline_core::extraction::Extraction;
use dateline_core::pipeline::{self, Processed, Settings};
use dateline_core::text::Span;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use unicode_normalization::UnicodeNormalization;

fn article(body: &str, published: &str) -> Article {
    let at: DateTime<FixedOffset> = published.parse().unwrap();
    Article { language: Some("en".into()), ..Article::new("robust", body, Published { at, has_time: true }) }
}

fn extract(body: &str) -> Extraction {
    pipeline::extract(&article(body, "2019-05-03T18:35:00+01:00"), &Settings::default())
}

/// A JSON article.
fn message(body: &str) -> Vec<u8> {
    let published = "2019-05-03T18:35:00+01:00";
    let message = serde_json::json!({
        "id": "robust", "title": "Title", "body": body, "language": "en", "published_at": published,
    });
    message.to_string().into_bytes()
}

/// The records of a body sent as a JSON article.
fn process(body: &str) -> Processed {
    match pipeline::process(&message(body), &Settings::default()) {
        Ok(mut processed) => processed.remove(0),
        Err(error) => panic!("a whole article was rejected: {error}"),
    }
}

// ---- texts ----

/// Words that rules look for, and characters that break careless code.
const PIECES: &[&str] = &[
    "Monday",
    "friday",
    "last",
    "next",
    "this",
    "the",
    "of",
    "in",
    "on",
    "from",
    "to",
    "until",
    "between",
    "and",
    "January",
    "May",
    "may",
    "march",
    "Sept.",
    "12",
    "3rd",
    "31",
    "2019",
    "1987",
    "'90s",
    "1990s",
    "99999999999999",
    "0",
    "-",
    "–",
    "/",
    ":",
    ".",
    ",",
    "a.m.",
    "p.m.",
    "GMT",
    "15:00",
    "25:61",
    "2019-02-31",
    "12/31/2018",
    "week",
    "weeks",
    "century",
    "quarter",
    "Q3",
    "fiscal",
    "first",
    "second",
    "twenty",
    "hundred",
    "million",
    "billion",
    "years ago",
    "later",
    "earlier",
    "every",
    "day",
    "night",
    "morning",
    "summer",
    "Christmas",
    "BC",
    "end",
    "early",
    "mid-",
    "said",
    "will",
    "not",
    "arrested",
    "because",
    "which",
    "\"",
    "“",
    "”",
    "(",
    ")",
    "[",
    "'",
    "’",
    "?",
    "!",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "\u{a0}",
    "\u{2028}",
    "\0",
    "\u{feff}",
    "\u{200b}",
    "\u{ad}",
    "e\u{301}",
    "ẞ",
    "İ",
    "日本",
    "١٩٨٧",
    "१९८७",
    "１９８７",
    "שנת",
    "في",
    "🗓️",
    "👩‍👩‍👧",
    "\u{202e}",
    "\u{10ffff}",
    "é",
    "St.",
    "U.S.",
    "http://x.org/2019/05/03",
    "@a",
    "#1999",
];

/// Fragments that make a body look like HTML, so that its offsets differ from those of its clean text.
const MARKUP: &[&str] = &["<", ">", "<p>", "</p>", "<b>", "&", "&amp;", "&nbsp;", "&#8211;", "<!--", "-->", "<script>"];

fn pieces(of: Vec<&'static str>) -> impl Strategy<Value = String> {
    let separator = select(&["", " ", " ", " "]);
    prop::collection::vec((select(of), separator), 0..60)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, separator)| format!("{piece}{separator}")).collect())
}

fn plain_text() -> impl Strategy<Value = String> {
    pieces(PIECES.to_vec())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![".*", "\\PC*", plain_text(), pieces([PIECES, MARKUP].concat())]
}

/// The letters and digits of a text: cleaning may change spaces, marks and invisible characters, and writes
/// the digits of all scripts as plain ones, and a letter with its accents as one.
fn letters(text: &str) -> String {
    let plain = |letter: char| {
        let digit =
            |zero: &char| u32::from(letter).checked_sub(u32::from(*zero)).and_then(|digit| char::from_digit(digit, 10));
        "０٠۰०০੦૦୦௦౦೦൦๐".chars().find_map(|zero| digit(&zero)).unwrap_or(letter)
    };
    text.nfc().filter(|letter| letter.is_alphanumeric()).map(plain).collect()
}

fn slice(body: &str, [start, end]: [usize; 2]) -> String {
    body.chars().skip(start).take(end - start).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_span_lies_in_the_text_and_in_the_body(body in any_text()) {
        let found = extract(&body);
        let length = body.chars().count();
        let events = found.events.iter();
        let spans: Vec<Span> = (found.expressions.iter().map(|date| date.expression.span))
            .chain(found.dropped.iter().map(|dropped| dropped.span))
            .chain(events.flat_map(|event| [Some(event.sentence), event.trigger].into_iter().flatten()))
            .collect();
        for span in spans {
            prop_assert!(found.text.as_str().get(span.range()).is_some(), "{span:?} splits a letter or leaves the text");
            let [start, end] = found.text.code_points(span);
            prop_assert!(start <= end && end <= length, "{start}..{end} of {length}");
        }
    }

    #[test]
    fn expressions_stand_in_order_and_apart(body in any_text()) {
        let found = extract(&body);
        for pair in found.expressions.windows(2) {
            prop_assert!(pair[0].expression.span.end <= pair[1].expression.span.start, "{pair:?}");
        }
        for event in &found.events {
            let date = found.expressions.get(event.expression).unwrap();
            prop_assert!(event.sentence.contains(date.expression.span));
            prop_assert!(event.until.is_none_or(|until| until < found.expressions.len()));
        }
    }

    #[test]
    fn records_point_at_what_they_quote(body in plain_text()) {
        for event in process(&body).events {
            contract::assert_is_record(&event);
            prop_assert_eq!(letters(&slice(&body, event.offsets.date)), letters(&event.date.text));
            prop_assert_eq!(letters(&slice(&body, event.offsets.sentence)), letters(&event.statement.sentence));
            if let Some(trigger) = event.offsets.trigger {
                prop_assert_eq!(letters(&slice(&body, trigger)), letters(&event.statement.trigger.unwrap()));
            }
        }
    }

    #[test]
    fn the_same_text_gives_the_same_result(body in any_text()) {
        prop_assert_eq!(extract(&body), extract(&body));
        prop_assert_eq!(process(&body), process(&body));
    }

    #[test]
    fn ids_are_unique_in_an_article(body in plain_text()) {
        let mut ids: Vec<_> = process(&body).events.into_iter().map(|event| event.id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), count);
    }

    #[test]
    fn any_publication_time_will_do(body in plain_text(), year in 1i32..=9999, month in 1u32..=12, hour in -12i32..=14) {
        let published = format!("{year:04}-{month:02}-28T23:59:59{}{:02}:00", if hour < 0 { '-' } else { '+' }, hour.abs());
        let _ = pipeline::extract(&article(&body, &published), &Settings::default());
    }

    #[test]
    fn any_bytes_are_read_or_rejected(bytes in any::<Vec<u8>>()) {
        let _ = pipeline::process(&bytes, &Settings::default());
    }

    #[test]
    fn a_broken_article_is_read_or_rejected(body in any_text(), cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let message = serde_json::json!({"id": 7, "body": body, "published_at": "2019-05-03"}).to_string();
        let mut bytes = message.into_bytes();
        let at = cut.index(bytes.len());
        bytes[at] = byte;
        let _ = pipeline::process(&bytes, &Settings::default());
        bytes.truncate(at);
        let _ = pipeline::process(&bytes, &Settings::default());
    }
}

// ---- time ----

/// Texts that have made other date finders slow or crash.
const PATHOLOGICAL: &[(&str, &str)] = &[
    ("next", "next "),
    ("of", "of "),
    ("digits", "1234567890"),
    ("letters", "a"),
    ("brackets", "("),
    ("tags", "<"),
    ("entities", "&"),
    ("blocks", "<p>"),
    ("open tags", "<p>&amp;<p "),
    ("comments", "<p><!-- "),
    ("dates in tags", "<p>He left on <b>3&nbsp;May</b> 2019.</p>"),
    ("quotes", "\" “ "),
    ("dashes", "1-1-1-1-"),
    ("slashes", "1/1/"),
    ("colons", "1:1:"),
    ("dots", "U.S. "),
    ("weekdays", "Monday "),
    ("days", "January 1 "),
    ("numbers", "twenty one hundred "),
    ("chains", "the end of the week of the first day of "),
    ("spaces", " \n"),
    ("one sentence", "and on Monday, 3 May 2019, he said that in June they may go, "),
    ("many sentences", "He left on 3 May 2019. A year earlier he came. "),
    ("marks", "e\u{301}\u{301}"),
];

/// The size that is compared with its multiple: a debug build is about twenty times slower.
const SMALL: usize = if cfg!(debug_assertions) { 128 << 10 } else { 1 << 20 };
const TIMES: usize = 4;

/// Four times the text may take up to twelve times as long: far more than noise adds to linear work, and less than the
/// factor of sixteen of quadratic work. The best of three tries counts.
#[test]
fn time_grows_with_the_text_and_not_with_its_square() {
    for (name, piece) in PATHOLOGICAL {
        let tries = (0..3).map(|_| (time(piece, SMALL), time(piece, SMALL * TIMES)));
        let mut measured = Vec::new();
        let linear = tries.into_iter().any(|(small, large)| {
            measured.push((small, large));
            // Below a few milliseconds, noise dominates.
            large < (small * 12).max(Duration::from_millis(20))
        });
        assert!(linear, "{name}: {SMALL} bytes, and {TIMES} times as many, took {measured:?}");
    }
}

fn time(piece: &str, bytes: usize) -> Duration {
    let message = message(&piece.repeat(bytes / piece.len()));
    let begun = Instant::now();
    let _ = std::hint::black_box(pipeline::process(&message, &Settings::default()));
    begun.elapsed()
}

#[test]
fn a_text_of_many_passages_is_read_as_one() {
    let filler = "The talks lasted three hours and were held every Monday. ".repeat(25_000);
    let statement = |day: u32| format!("The ferry to Rona sank on {day} May 2019 with {day} sheep on board. ");
    let body = format!("{}{filler}{}{filler}{}{}", statement(3), statement(4), statement(5), statement(3));
    let processed = process(&body);
    let events = &processed.events;
    let values: Vec<_> = events.iter().map(|event| event.date.value.as_str()).collect();
    assert_eq!(values, ["2019-05-03", "2019-05-04", "2019-05-05"]);
    for (event, day) in events.iter().zip([3, 4, 5]) {
        let [from, to] = event.offsets.sentence;
        assert_eq!(body[from..to], *statement(day).trim_end());
        assert_eq!(event.statement.summary, format!("The ferry to Rona sank with {day} sheep on board"));
    }
    // The statement that is repeated three megabytes later.
    let [again] = &events[0].also_at[..] else { panic!("{:?}", events[0].also_at) };
    assert_eq!(again.sentence[1], body.trim_end().len());
}
