//! Bad input, through the pipeline: every message is read or rejected, none breaks the program, and the reason can be
//! acted on.

use dateline_core::pipeline::{Processed, Settings, process};
use dateline_core::record::ArticleStatus;
use proptest::prelude::*;

/// The code and the message of a rejection.
fn rejection(bytes: &[u8]) -> (&'static str, String) {
    match process(bytes, &Settings::default()) {
        Err(error) => (error.code(), error.to_string()),
        Ok(articles) => panic!("read as article {}", articles[0].id),
    }
}

fn article(bytes: &[u8]) -> Processed {
    match process(bytes, &Settings::default()) {
        Ok(mut articles) => articles.remove(0),
        Err(error) => panic!("{}: {error}", error.code()),
    }
}

/// An article with the given publication time, a JSON value.
fn published(value: &str) -> String {
    format!(r#"{{"id": "harbour-1", "body": "The harbour closed on Monday.", "published_at": {value}}}"#)
}

#[test]
fn not_utf8_names_the_byte() {
    let (code, message) = rejection(b"{\"body\": \"caf\xe9\"}");
    assert_eq!(code, "not-utf8");
    insta::assert_snapshot!(message, @"not UTF-8: byte 13 (counted from 0) is invalid; send it as UTF-8; it may be Windows-1252, which a header `content-type` with a `charset` or an XML declaration can say");
}

#[test]
fn not_json_names_the_line() {
    let (code, message) = rejection(b"{\"id\": \"harbour-1\",\n \"body\" \"The harbour closed.\"}");
    assert_eq!(code, "not-json");
    insta::assert_snapshot!(message, @"not JSON: expected `:` at line 2 column 9");
    for bytes in ["", "   ", "The harbour closed on Monday.", "{", "{} {}", "{\"body\": \"a\nb\"}", "\u{feff}"] {
        assert_eq!(rejection(bytes.as_bytes()).0, "not-json", "{bytes}");
    }
}

#[test]
fn json_of_another_shape_names_the_field() {
    let (code, message) = rejection(br#"{"title": ["Harbour"], "body": "", "published_at": "2019-05-03"}"#);
    assert_eq!(code, "not-an-article");
    insta::assert_snapshot!(message, @"not an article: `title` holds a list instead of text");
    for bytes in [
        "42",
        "null",
        "\"The harbour closed on Monday.\"",
        "[]",
        r#"["harbour-1", "1", "Harbour"]"#,
        r#"[[{"body": "The harbour closed.", "published_at": "2019-05-03"}]]"#,
        r#"{"id": "a", "status": "published"}"#,
        "{}",
        r#"{"temperature": 21.5, "published_at": "2019-05-03"}"#,
        r#"{"id": {"value": 1}, "body": "a", "published_at": "2019-05-03"}"#,
        r#"{"id": 123456789012345678901234567890, "body": "a", "published_at": "2019-05-03"}"#,
        r#"{"body": "a", "published_at": ["2019-05-03"]}"#,
        r#"{"body": "a", "body": "b", "published_at": "2019-05-03"}"#,
    ] {
        assert_eq!(rejection(bytes.as_bytes()).0, "not-an-article", "{bytes}");
    }
}

#[test]
fn deep_nesting_breaks_nothing() {
    let deep = 200_000;
    assert_eq!(rejection("[".repeat(deep).as_bytes()).0, "not-json");
    assert_eq!(rejection(r#"{"body":"#.repeat(deep).as_bytes()).0, "not-json");
    let nested = format!("{}{}", "[".repeat(deep), "]".repeat(deep));
    assert_eq!(rejection(nested.as_bytes()).0, "not-an-article");
    let body = format!(r#"{{"body": {nested}, "published_at": "2019-05-03"}}"#);
    assert_eq!(rejection(body.as_bytes()).0, "not-an-article");
}

#[test]
fn a_message_of_50_megabytes_is_refused_unread() {
    // If it were read, it would be "not-utf8".
    let (code, message) = rejection(&vec![0xff; 50 << 20]);
    assert_eq!(code, "too-large");
    insta::assert_snapshot!(message, @"longer than the limit of 33554432 bytes; raise the limit if this is one article");
}

#[test]
fn empty_text_is_an_article_without_events() {
    for body in ["", "  \\n\\t "] {
        let found = article(format!(r#"{{"id": "a", "body": "{body}", "published_at": "2019-05-03"}}"#).as_bytes());
        assert_eq!((found.status, found.warnings[0].code), (ArticleStatus::Skipped, "empty-text"));
    }
    let found = article(br#"{"id": "a", "title": "Harbour closed", "body": null, "published_at": "2019-05-03"}"#);
    assert_eq!((found.id.as_str(), found.warnings[0].code), ("a", "empty-text"));
}

#[test]
fn a_language_without_a_pack_is_skipped() {
    let found = article(br#"{"body": "Il port ei serraus.", "language": "rm-CH", "published_at": "2019-05-03"}"#);
    assert_eq!(found.status, ArticleStatus::Skipped);
    insta::assert_snapshot!(found.warnings[0].message, @"there is no language pack for `rm-CH`; `dateline config --languages` lists the 39 that there are");
    for other in ["fry", "Frisian", "cy_GB.UTF-8", "tlh", "Dothraki"] {
        let json = format!(r#"{{"body": "It closed.", "language": "{other}", "published_at": "2019-05-03"}}"#);
        assert_eq!(article(json.as_bytes()).warnings[0].code, "language-unsupported", "{other}");
    }
}

#[test]
fn english_by_any_name_and_no_language_at_all_are_extracted() {
    for tag in [
        r#""en""#,
        r#""EN""#,
        r#""en-GB""#,
        r#""en_US""#,
        r#""en-Latn-US""#,
        r#""eng""#,
        r#""English""#,
        r#""en_GB.UTF-8""#,
        r#""en,fr""#,
        r#"["en", "eng"]"#,
        r#""und""#,
        r#""null""#,
        r#""None""#,
        r#""zxx""#,
        r#""mul""#,
        r#""""#,
        "null",
        "[]",
        "{}",
        "0",
    ] {
        for json in [
            format!(r#"{{"id": "a", "body": "It closed.", "language": {tag}, "published_at": "2019-05-03"}}"#),
            format!(r#"{{"uri": "a", "body_text": "It closed.", "language": {tag}, "versioncreated": "2019-05-03"}}"#),
            format!(
                r#"{{"@type": "Article", "@id": "a", "text": "It closed.", "inLanguage": {tag}, "date": "2019-05-03"}}"#
            ),
            format!(r#"{{"url": "a", "maintext": "It closed.", "language": {tag}, "date_publish": "2019-05-03"}}"#),
        ] {
            let found = article(json.as_bytes());
            assert_eq!((found.status, found.warnings.len()), (ArticleStatus::Extracted, 0), "{json}");
        }
    }
}

#[test]
fn what_is_told_of_a_missing_time_fits_the_format() {
    let without_time = |message: &str| {
        let (code, message) = rejection(message.as_bytes());
        assert_eq!(code, "published-missing");
        message.rsplit_once(": ").map(|(_, lacks)| lacks.to_owned()).unwrap_or_default()
    };
    for (message, lacks) in [
        (r#"{"uri": "a", "body_text": "It closed."}"#, "there is neither `firstcreated` nor `versioncreated`"),
        (r#"{"@type": "Article", "text": "It closed."}"#, "there is no `datePublished`"),
        (r#"{"maintext": "It closed."}"#, "there is no `date_publish`"),
        ("<item><title>It closed.</title></item>", "there is neither `pubDate` nor `dc:date`"),
        ("<entry><title>It closed.</title></entry>", "there is neither `published` nor `updated`"),
        ("<nitf><body>It closed.</body></nitf>", "there is neither `date.issue` nor `pubdata/@date.publication`"),
    ] {
        assert_eq!(without_time(message), lacks, "{message}");
    }
}

#[test]
fn bytes_that_are_no_text_are_named() {
    for (bytes, name) in [
        (&b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV"[..], "those of gzip"),
        (b"\x78\x9c\xabV\xcaL", "those of zlib"),
        (b"\x78\xda\xabV\xcaL", "those of zlib"),
        (b"\x28\xb5\x2f\xfd\x04\x58", "those of Zstandard"),
        (b"Obj\x01\x04\x14avro.codec", "those of an Avro container file"),
        (b"\xc3\x0112345678\x0aharbour", "those of Avro's single-object encoding"),
        (b"\0\0\0\0\x07\x0aharbour closed", "the schema id 7, before"),
        (b"\0\0\x01\x86\xa1\x0aharbour closed", "the schema id 100001,"),
        (b"\0\0\0\x27\x10\0harbour closed", "the schema id 10000,"),
        (b"\xac\xed\0\x05t\0\x10{\"id\"", "those of Java serialisation"),
        (b"\x82\xa2id\xa1a\xa4body\xa1b", "those of MessagePack"),
        (b"\xde\0\x10\xa2id\xa1a", "those of MessagePack"),
        (b"{\0\"\0i\0d\0\"\0", "those of UTF-16 without a byte order mark"),
        (b"\0{\0\"\0i\0d\0\"", "those of UTF-16 without a byte order mark"),
        (b"\0<\0?\0x\0m\0l", "those of UTF-16 without a byte order mark"),
        (b"\x80\x04\x95\x1b\0\0\0\0", "those of a Python pickle"),
    ] {
        let (code, message) = rejection(bytes);
        assert!(code == "not-utf8" && message.contains(name), "{bytes:?}: {code}: {message}");
        assert!(!message.contains("Windows-1252"), "{message}");
    }
    let (_, message) = rejection(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV");
    insta::assert_snapshot!(message, @"not text: the first bytes, `1f 8b 08 00 00`, are those of gzip, which cannot be unpacked (incomplete deflate stream); send the text itself, as UTF-8");
    let (_, message) = rejection(b"\x0a\x02p1\x12\x14 caf\xe9");
    assert!(!message.contains("Windows-1252"), "text has no control characters: {message}");
}

#[test]
fn a_missing_publication_date_says_how_to_give_one() {
    let (code, message) = rejection(br#"{"id": "harbour-1", "body": "The harbour closed on Monday."}"#);
    assert_eq!(code, "published-missing");
    insta::assert_snapshot!(message, @r#"no publication time, so "last month" has no meaning: there is no `published_at`"#);
    assert_eq!(rejection(published("null").as_bytes()).0, "published-missing");
    assert_eq!(rejection(published("\" \"").as_bytes()).0, "published-missing");
}

#[test]
fn an_impossible_publication_date_is_refused() {
    for value in [
        r#""2019-02-30""#,
        r#""2019-02-30T10:00:00Z""#,
        r#""30 February 2019""#,
        r#""2019-13-01T10:00:00Z""#,
        r#""2019-05-03T10:00:00+99:00""#,
        r#""0000-05-03T10:00:00Z""#,
        r#""10000-01-01T00:00:00Z""#,
        r#""yesterday""#,
        "2019",
        "-9223372036854775808",
        "1e300",
    ] {
        assert_eq!(rejection(published(value).as_bytes()).0, "published-invalid", "{value}");
    }
}

#[test]
fn the_ends_of_time_are_read_in_every_zone() {
    for value in ["0001-01-02", "0001-01-02T12:00:00", "0001-01-02T12:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31"] {
        for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"] {
            let json = format!(r#"{{"body": "It closed.", "published_at": "{value}", "timezone": "{zone}"}}"#);
            assert_eq!(article(json.as_bytes()).status, ArticleStatus::Extracted, "{value} {zone}");
        }
    }
}

#[test]
fn a_time_zone_that_does_not_exist_is_refused() {
    let json = br#"{"body": "It closed.", "published_at": "2019-05-03T10:00:00Z", "timezone": "Mars/Olympus_Mons"}"#;
    let (code, message) = rejection(json);
    assert_eq!(code, "timezone-unknown");
    insta::assert_snapshot!(message, @"there is no time zone `Mars/Olympus_Mons`; use an IANA name such as Europe/London");
}

#[test]
fn a_body_of_html_is_an_article() {
    let found = article(br#"{"body": "<p>The <b>harbour</b> closed on Monday.</p>", "published_at": "2019-05-03"}"#);
    assert_eq!(found.status, ArticleStatus::Extracted);
}

#[test]
fn unpaired_surrogates_are_not_json() {
    for body in [r"\ud800", r"\udc00 x", r"\ud800\u0041"] {
        let json = format!(r#"{{"body": "{body}", "published_at": "2019-05-03"}}"#);
        assert_eq!(rejection(json.as_bytes()).0, "not-json", "{body}");
    }
    let (_, message) = rejection(br#"{"body": "\ud800"}"#);
    insta::assert_snapshot!(message, @"not JSON: unexpected end of hex escape at line 1 column 17 (a \\u escape is cut off, or is half of a surrogate pair)");
}

proptest! {
    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = process(&bytes, &Settings::default());
    }

    #[test]
    fn no_value_of_a_field_breaks_it(value in "[\\PC\\\\\"{}\\[\\]]{0,40}", field in "(id|body|published_at|timezone|language|url)") {
        let json = format!(r#"{{"{field}": {value}, "title": "t", "published_at": "2019-05-03"}}"#);
        let _ = process(json.as_bytes(), &Settings::default());
        let json = format!(r#"{{"{field}": "{value}", "title": "t", "date": "2019-05-03"}}"#);
        let _ = process(json.as_bytes(), &Settings::default());
    }
}
