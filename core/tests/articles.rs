//! Good input, through the public reader: the fields of an article, and the defaults of those that are missing.

use dateline_core::article::{Article, Format, Item, Message, Settings, read};
use dateline_core::error::Error;

fn read_with(bytes: &[u8], settings: &Settings) -> Result<Article, Error> {
    match read(&Message::bare(bytes), settings)?.remove(0) {
        Item::Article(article) => Ok(*article),
        Item::Broken { error, .. } => Err(error),
        other => panic!("{other:?}"),
    }
}

fn article(json: &str) -> Article {
    read_with(json.as_bytes(), &Settings::default()).expect("an article")
}

#[test]
fn every_field_is_read_and_unknown_ones_are_ignored() {
    let found = article(
        r#"{
            "id": "harbour-1", "revision": 3, "title": "Harbour closed", "body": "It closed on Monday.",
            "published_at": "2019-05-03T18:35:00+01:00", "language": "en-GB", "source": "The Quay",
            "url": "https://quay.example/harbour", "desk": {"name": ["shipping", null]}
        }"#,
    );
    assert_eq!((found.id.as_str(), found.revision.as_str()), ("harbour-1", "3"));
    assert_eq!((found.title.as_str(), found.body.as_str()), ("Harbour closed", "It closed on Monday."));
    assert_eq!(found.published.at.to_rfc3339(), "2019-05-03T18:35:00+01:00");
    assert_eq!(found.language.as_deref(), Some("en-GB"));
    assert_eq!(found.source.as_deref(), Some("The Quay"));
    assert_eq!(found.url.as_deref(), Some("https://quay.example/harbour"));
}

#[test]
fn the_main_name_of_a_field_wins_over_its_aliases() {
    let found = article(r#"{"headline": "a", "text": "b", "date": "2019-05-03"}"#);
    assert_eq!((found.title.as_str(), found.body.as_str()), ("a", "b"));
    let both = r#"{"headline": "a", "title": "A", "text": "b", "body": "B",
                   "date": "2019-05-01", "published": "2019-05-02", "published_at": "2019-05-03"}"#;
    let found = article(both);
    assert_eq!((found.title.as_str(), found.body.as_str()), ("A", "B"));
    assert_eq!(found.published.date().to_string(), "2019-05-03");
}

#[test]
fn the_id_is_its_own_else_the_url_else_a_digest_of_the_content() {
    let id = |fields: &str| article(&format!(r#"{{{fields} "body": "b", "published_at": "2019-05-03"}}"#)).id;
    assert_eq!(id(r#""id": "x", "url": "u","#), "x");
    assert_eq!(id(r#""id": 48157162,"#), "48157162");
    assert_eq!(id(r#""id": "", "url": "u","#), "u");
    let digest = id("");
    assert!(digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
    assert_eq!(digest, id(r#""source": "elsewhere","#), "the same content");
    assert_ne!(digest, id(r#""title": "t","#), "another title");
}

#[test]
fn today_depends_on_the_time_zone_of_the_article() {
    let late = r#"{"body": "b", "published_at": "2019-05-04T02:10:00Z", "timezone": "America/New_York"}"#;
    assert_eq!(article(late).published.at.to_rfc3339(), "2019-05-03T22:10:00-04:00");
    let bare = r#"{"body": "b", "published_at": "2019-05-03 22:10", "timezone": "America/New_York"}"#;
    assert_eq!(article(bare).published.at.to_rfc3339(), "2019-05-03T22:10:00-04:00");
    let settings = Settings::with(|it| it.timezone = chrono_tz::Asia::Tokyo);
    let bare = read_with(br#"{"body": "b", "published_at": "2019-05-03 22:10"}"#, &settings).expect("an article");
    assert_eq!(bare.published.at.to_rfc3339(), "2019-05-03T22:10:00+09:00");
}

#[test]
fn a_publication_time_from_outside_replaces_only_a_missing_one() {
    let outside = article(r#"{"body": "b", "published_at": "2001-01-01"}"#).published;
    let settings = Settings::with(|it| it.published = Some(outside));
    let own = read_with(br#"{"body": "b", "published_at": "2019-05-03"}"#, &settings).expect("an article");
    let missing = read_with(br#"{"body": "b"}"#, &settings).expect("an article");
    assert_eq!(own.published.date().to_string(), "2019-05-03");
    assert_eq!(missing.published, outside);
}

#[test]
fn plain_text_is_all_body() {
    let outside = article(r#"{"body": "b", "published_at": "2001-01-01"}"#).published;
    let text = Settings::with(|it| it.format = Some(Format::Text));
    let settings = Settings::with(|it| (it.format, it.published) = (Some(Format::Text), Some(outside)));
    let found = read_with("It closed.\n".as_bytes(), &settings).expect("an article");
    assert_eq!((found.title.as_str(), found.body.as_str()), ("", "It closed.\n"));
    let error = read_with(b"It closed.", &text).expect_err("no publication time");
    assert!(error.is_published_missing());
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_article() {
    assert_eq!(article("\u{feff}{\"body\": \"b\", \"published_at\": \"2019-05-03\"}").body, "b");
}
