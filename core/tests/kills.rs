//! A kill never misses: in every format, by every name and in every spelling that feeds use, it withdraws the article
//! that it names; and one that names none is rejected.

use dateline_core::article::{self, Article, Format, Inspected, Item, Message, Notice, Settings};
use dateline_core::pipeline;

fn inspect(json: &str, format: Option<Format>) -> Vec<Inspected> {
    let settings = Settings::with(|it| it.format = format);
    match article::inspect(&Message::bare(json.as_bytes()), &settings) {
        Ok(items) => items,
        Err(error) => panic!("{json}: {}: {error}", error.code()),
    }
}

fn item(message: &str, format: Option<Format>) -> Item {
    inspect(message, format).remove(0).item
}

fn read(message: &str) -> Article {
    match item(message, None) {
        Item::Article(article) => *article,
        other => panic!("{message}: {other:?}"),
    }
}

/// The id of a withdrawn article.
fn withdrawn(message: &str, format: Option<Format>) -> String {
    match item(message, format) {
        Item::Withdrawn(_, Notice { id, .. }) => id,
        other => panic!("{message}: {other:?}"),
    }
}

/// Every status that withdraws an article, in docs/formats.md.
const WORDS: [&str; 29] = [
    "canceled",
    "cancelled",
    "cancel",
    "withdrawn",
    "withdraw",
    "killed",
    "kill",
    "spiked",
    "spike",
    "recalled",
    "recall",
    "retracted",
    "retract",
    "revoked",
    "revoke",
    "taken down",
    "takedown",
    "withheld",
    "withhold",
    "unpublished",
    "unpublish",
    "replaced",
    "replace",
    "deleted",
    "delete",
    "removed",
    "remove",
    "trashed",
    "trash",
];

/// The formats of JSON, and automatic recognition.
const JSON: [Option<Format>; 5] =
    [None, Some(Format::Plain), Some(Format::Ninjs), Some(Format::JsonLd), Some(Format::NewsPlease)];

#[test]
fn every_status_and_spelling_withdraws_in_every_json_format() {
    for word in WORDS {
        let capital = word[..1].to_uppercase() + &word[1..];
        for spelled in [word.to_owned(), word.to_uppercase(), capital, format!(" stat:{word} ")] {
            for name in ["pubstatus", "pubStatus", "status", "state", "Status"] {
                for format in JSON {
                    let kill = format!(r#"{{"id": "k1", "revision": "2", "{name}": "{spelled}"}}"#);
                    assert_eq!(withdrawn(&kill, format), "k1", "{kill} {format:?}");
                    let with_text =
                        format!(r#"{{"id": "k1", "revision": "2", "title": "H", "body": "", "{name}": "{spelled}"}}"#);
                    assert_eq!(withdrawn(&with_text, format), "k1", "{with_text} {format:?}");
                }
            }
        }
    }
}

#[test]
fn a_flag_withdraws_in_every_json_format() {
    for name in ["deleted", "is_deleted", "isDeleted", "DELETED"] {
        for value in ["true", "1", r#""true""#, r#""True""#, r#""1""#, r#""yes""#] {
            for format in JSON {
                assert_eq!(withdrawn(&format!(r#"{{"id": 7, "{name}": {value}}}"#), format), "7", "{name} {value}");
            }
        }
        for value in ["false", "0", "null", r#""false""#, r#""""#, r#""0""#, "[]"] {
            let json = format!(r#"{{"id": "a", "body": "b", "published_at": "2019-05-03", "{name}": {value}}}"#);
            assert_eq!(read(&json).id, "a", "{json}");
        }
    }
}

#[test]
fn a_status_of_another_kind_changes_nothing() {
    for name in ["status", "state"] {
        for value in [
            r#""published""#,
            r#""publish""#,
            r#""draft""#,
            r#""final""#,
            r#""CA""#,
            r#""DE""#,
            r#""New York""#,
            "1",
            "true",
            r#"{"name": "killed"}"#,
            r#"[{"value": true}]"#,
            "[]",
            "null",
        ] {
            let json = format!(r#"{{"id": "a", "body": "b", "published_at": "2019-05-03", "{name}": {value}}}"#);
            assert_eq!(read(&json).id, "a", "{json}");
        }
    }
    let embargoed = r#"{"id": "a", "body": "b", "published_at": "2019-05-03", "status": "embargoed"}"#;
    assert!(read(embargoed).embargo.is_some(), "what is under embargo is held, whatever the field is called");
}

#[test]
fn what_withdraws_wins_over_what_does_not() {
    for json in [
        r#"{"id": "a", "pubstatus": "usable", "status": "killed"}"#,
        r#"{"id": "a", "status": "published", "deleted": true, "title": "t", "body": "b", "published_at": "2019-05-03"}"#,
        r#"{"id": "a", "status": ["published", "retracted"]}"#,
        r#"{"id": "a", "pubstatus": "wibble", "state": "spiked"}"#,
    ] {
        assert_eq!(withdrawn(json, None), "a", "{json}");
    }
}

#[test]
fn an_article_and_its_kill_have_the_same_id_by_every_name_of_an_id() {
    let texts = [
        r#""title": "t", "body": "b", "published_at": "2019-05-03""#,
        r#""headline": "t", "text": "b", "date": "2019-05-03", "revision": "1""#,
        r#""title": "t", "body_html": "<p>b</p>", "published_at": "2019-05-03", "body_length": 8"#,
        r#""type": "text", "versioncreated": "2019-05-03T10:00:00Z", "headline": "t", "body_text": "b""#,
        r#""@type": "NewsArticle", "headline": "t", "articleBody": "b", "datePublished": "2019-05-03""#,
        r#""title": "t", "maintext": "b", "date_publish": "2019-05-03 10:00:00""#,
    ];
    for (id, name) in [
        (r#""id": "x1""#, "x1"),
        (r#""id": 48157162"#, "48157162"),
        (r#""_id": "x2""#, "x2"),
        (r#""_id": {"$oid": "5cda7c3b0000000000000000"}"#, "5cda7c3b0000000000000000"),
        (r#""guid": "urn:x:3""#, "urn:x:3"),
        (r#""uri": "urn:x:4""#, "urn:x:4"),
        (r#""url": "https://quay.example/5""#, "https://quay.example/5"),
        (r#""id": "x6", "uri": "https://quay.example/6", "url": "https://quay.example/6?a=b""#, ""),
    ] {
        for text in texts {
            let article = read(&format!("{{{id}, {text}}}"));
            assert!(name.is_empty() || article.id == name, "{id}, {text}: {}", article.id);
            for status in [r#""pubstatus": "canceled""#, r#""status": "Withdrawn""#, r#""is_deleted": true"#] {
                let whole = format!("{{{id}, {text}, {status}}}");
                assert_eq!(withdrawn(&whole, None), article.id, "{whole}");
                if !name.is_empty() {
                    assert_eq!(withdrawn(&format!("{{{id}, {status}}}"), None), name, "{id} {status}");
                }
            }
        }
    }
}

#[test]
fn a_kill_needs_only_an_id_in_every_format() {
    for (kill, id) in [
        (r#"{"id": "s13", "revision": "9", "status": "canceled", "body": ""}"#, "s13"),
        (r#"{"uri": "urn:a:1", "pubstatus": "canceled"}"#, "urn:a:1"),
        (r#"{"data": {"item": {"altids": {"itemid": "8f2b"}, "pubstatus": "canceled"}}}"#, "8f2b"),
        (r#"{"@type": "NewsArticle", "@id": "urn:b", "creativeWorkStatus": "Retracted"}"#, "urn:b"),
        (r#"{"@context": "https://schema.org", "@id": "urn:c", "status": "deleted"}"#, "urn:c"),
        (r#"{"url": "https://quay.example/d", "maintext": "None", "status": "deleted"}"#, "https://quay.example/d"),
        (r#"<newsItem guid="urn:e"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta></newsItem>"#, "urn:e"),
        (r#"<nitf><head><docdata management-status="canceled"><doc-id id-string="f"/></docdata></head></nitf>"#, "f"),
        (r#"<nitf><head><docdata management-doc-idref="g" management-idref-status="withheld"/></head></nitf>"#, "g"),
        (r#"<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="urn:h"/>"#, "urn:h"),
        (
            r#"{"specversion": "1.0", "id": "d", "source": "/f", "type": "t", "subject": "i", "data": {"status": "killed"}}"#,
            "i",
        ),
    ] {
        assert_eq!(withdrawn(kill, None), id, "{kill}");
    }
}

#[test]
fn a_kill_is_one_although_its_content_was_emptied() {
    for rest in [r#""type": "composite""#, r#""type": "event""#, r#""type": "text", "signals": ["internal"]"#] {
        let kill = format!(r#"{{"uri": "urn:a", "version": "2", "pubstatus": "canceled", {rest}}}"#);
        assert_eq!(withdrawn(&kill, None), "urn:a", "{kill}");
    }
    let picture = r#"{"uri": "urn:a", "type": "picture", "pubstatus": "canceled"}"#;
    assert!(matches!(item(picture, None), Item::Skipped(_)), "a picture was never on the timeline");
}

#[test]
fn a_kill_has_all_ids_by_which_its_article_may_be_known() {
    for (kill, id, others) in [
        (r#"{"id": "a", "uri": "urn:b", "status": "killed"}"#, "a", &["urn:b"][..]),
        (r#"{"id": "a", "uri": "urn:b", "pubstatus": "canceled", "body_text": "Kill."}"#, "a", &["urn:b"]),
        (
            r#"{"id": "a", "uri": "urn:b", "versioncreated": "2019-05-03T10:00:00Z", "pubstatus": "canceled"}"#,
            "urn:b",
            &["a"],
        ),
        (
            r#"{"uri": "https://quay.example/b?key=1", "status": "killed"}"#,
            "https://quay.example/b",
            &["https://quay.example/b?key=1"],
        ),
        (
            r#"{"_id": 7, "guid": "g", "url": "https://quay.example/b", "deleted": true}"#,
            "7",
            &["g", "https://quay.example/b"],
        ),
        (r#"{"id": "a", "url": "a", "uri": ["b"], "status": "killed"}"#, "a", &[]),
    ] {
        let Item::Withdrawn(_, notice) = item(kill, None) else { panic!("{kill}") };
        assert_eq!(
            (&*notice.id, &notice.other_ids[..]),
            (id, &others.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()[..]),
            "{kill}"
        );
    }
}

#[test]
fn a_kill_that_names_no_revision_withdraws_whichever_stands() {
    for (rest, is_deletion) in [
        ("", true),
        (r#", "published_at": "2019-05-03", "title": "Kill""#, true),
        (r#", "revision": {}"#, true),
        (r#", "revision": "1""#, false),
        (r#", "version": 4"#, false),
        (r#", "updated_at": "2019-05-03T10:00:00Z""#, false),
    ] {
        let kill = format!(r#"{{"id": "a", "status": "killed"{rest}}}"#);
        let processed = pipeline::process(kill.as_bytes(), &pipeline::Settings::default()).expect("a kill");
        assert_eq!(processed[0].is_deletion, is_deletion, "{kill}");
    }
}

#[test]
fn a_publishing_status_that_is_no_word_is_not_published() {
    for status in [r#"{"code": "canceled"}"#, "3", "true", "[[]]"] {
        let json =
            format!(r#"{{"uri": "u", "versioncreated": "2019-05-03", "body_text": "b", "pubstatus": {status}}}"#);
        let Item::Skipped(notice) = item(&json, None) else { panic!("{json}") };
        assert_eq!(notice.reason.code, "status-unknown", "{json}");
    }
}

#[test]
fn a_withdrawal_that_names_no_article_is_rejected() {
    for kill in [
        r#"{"status": "killed"}"#,
        r#"{"title": "Kill", "body": "Kill this.", "deleted": true, "published_at": "2019-05-03"}"#,
        r#"{"id": " ", "url": null, "pubstatus": "canceled"}"#,
        r#"{"headline": "Kill", "versioncreated": "2019-05-03T10:00:00Z", "pubstatus": "canceled"}"#,
        r##"{"@type": "NewsArticle", "@id": "#article", "creativeWorkStatus": "withdrawn"}"##,
        r#"{"maintext": "Kill this.", "url": "None", "status": "deleted"}"#,
        r#"<newsItem version="2"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta></newsItem>"#,
        r#"<nitf><head><docdata management-status="canceled"><doc-id regsrc="X"/></docdata></head></nitf>"#,
        r#"<nitf><head><docdata management-idref-status="canceled"><doc-id id-string="n"/></docdata></head></nitf>"#,
        r#"<deleted-entry when="2019-05-03T10:00:00Z"/>"#,
    ] {
        let [Inspected { item: Item::Broken { error, .. }, .. }] = &inspect(kill, None)[..] else { panic!("{kill}") };
        assert_eq!(error.code(), "withdrawal-without-id", "{kill}");
        let processed = pipeline::process(kill.as_bytes(), &pipeline::Settings::default());
        assert_eq!(processed.expect_err("a rejection").code(), "withdrawal-without-id", "{kill}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"it withdraws an article and does not say which: it has neither an id nor a URL; send the id that the article had");
        }
    }
}

#[test]
fn a_format_is_recognised_by_what_only_it_has() {
    for (json, format) in [
        (r#"{"id": "a", "pubstatus": "usable", "body": "b", "title": "t", "published_at": "2019-05-03"}"#, "plain"),
        (r#"{"id": "a", "title": "t", "body_html": "<p>b</p>", "published_at": "2019-05-03"}"#, "plain"),
        (r#"{"title": "t", "body": "b", "body_length": 1, "published_at": "2019-05-03"}"#, "plain"),
        (r#"{"uri": "u", "title": "t", "text": "b", "published_at": "2019-05-03"}"#, "plain"),
        (r#"{"id": "a", "body": "b", "date": "2019-05-03", "versioncreated": "2019-05-04T10:00:00Z"}"#, "plain"),
        (r#"{"uri": "u", "pubstatus": "usable", "body": "b", "firstcreated": "2019-05-03T10:00:00Z"}"#, "plain"),
        (r#"{"id": "a", "text": "b", "contentCreated": "2019-05-03T10:00:00Z"}"#, "plain"),
        (r#"{"id": "a", "body": "b", "date": "2019-05-03", "data": {"uri": "x"}}"#, "plain"),
        (r#"{"id": "a", "headline": "h", "date": "2019-05-03", "data": {"colour": "red"}}"#, "plain"),
        (r#"{"id": "n", "headline": "h", "body_text": "b", "versioncreated": "2019-05-03T10:00:00Z"}"#, "ninjs"),
        (r#"{"uri": "u", "body": "c", "body_text": "b", "firstcreated": "2019-05-03T10:00:00Z"}"#, "ninjs"),
        (r#"{"uri": "u", "headline": "h", "published": null, "contentCreated": "2019-05-03T10:00:00Z"}"#, "ninjs"),
        (r#"{"uri": "u", "bodies": [{"role": "text", "value": "b"}], "published_at": "2019-05-03"}"#, "ninjs"),
        (r#"{"data": {"items": [{"item": {"uri": "u", "versioncreated": "2019-05-03"}}]}}"#, "ninjs"),
        (r#"{"@type": "Article", "@id": "urn:a", "body": "b", "date": "2019-05-03"}"#, "json-ld"),
        (r#"{"id": "a", "maintext": "b", "date": "2019-05-03"}"#, "news-please"),
    ] {
        let found = inspect(json, None).remove(0);
        assert_eq!(found.format.name(), format, "{json}");
        assert!(matches!(found.item, Item::Article(_)), "{json}: {:?}", found.item);
    }
}

#[test]
fn the_same_names_mean_the_same_in_every_json_format() {
    for (json, format) in [
        (r#""headline": "t", "text": "b""#, Format::Plain),
        (r#""altids": {}, "headline": "t", "text": "b""#, Format::Ninjs),
        (r#""@type": "Article", "title": "t", "body": "b""#, Format::JsonLd),
        (r#""date_download": "2020-01-01", "title": "t", "body": "b""#, Format::NewsPlease),
    ] {
        for published in ["published_at", "published", "date"] {
            let json =
                format!(r#"{{{json}, "_id": "x", "revision": 3, "{published}": "2019-05-03", "language": "de"}}"#);
            let found = inspect(&json, None).remove(0);
            assert_eq!(found.format, format, "{json}");
            let Item::Article(article) = found.item else { panic!("{json}: {:?}", found.item) };
            let Article { id, revision, title, body, published, language, .. } = *article;
            let words = [id, revision, title, body, published.date().to_string(), language.unwrap_or_default()];
            assert_eq!(words, ["x", "3", "t", "b", "2019-05-03", "de"], "{json}");
        }
    }
}

#[test]
fn revisions_are_ordered_by_any_usual_name() {
    let of = |name: &str, value: &str| {
        read(&format!(r#"{{"id": "a", "body": "b", "published_at": "2019-05-03", "{name}": {value}}}"#))
    };
    assert_eq!(of("version", "7").revision, "7");
    for name in [
        "versioncreated",
        "updated_at",
        "updatedAt",
        "updated",
        "modified_at",
        "modified",
        "last_modified",
        "lastModified",
        "dateModified",
        "date_modified",
    ] {
        let (older, newer) = (of(name, r#""2019-05-04T10:00:00Z""#), of(name, "1557036000"));
        let key = |article: &Article| (article.revision.clone(), article.modified);
        let ((a, at), (b, later)) = (key(&older), key(&newer));
        assert!(article::compare_revisions((&a, at), (&b, later)).is_lt(), "{name}: {a} {b}");
        assert_eq!(older.published.date().to_string(), "2019-05-03", "{name}");
        let unread = format!(r#"{{"id": "a", "body": "b", "issued": "2019-05-03", "{name}": "2021-05-03"}}"#);
        let is_dated = matches!(item(&unread, None), Item::Article(_));
        assert_eq!(is_dated, name == "versioncreated", "when something was changed says not when it was published");
    }
}

#[test]
fn an_article_without_an_id_says_so_in_every_format_that_can_hold_one() {
    for message in [
        r#"{"title": "t", "body": "b", "published_at": "2019-05-03"}"#,
        r#"{"id": "\u0000", "title": "t", "body": "b", "published_at": "2019-05-03"}"#,
        r#"{"headline": "h", "body_text": "b", "versioncreated": "2019-05-03T10:00:00Z"}"#,
        r##"{"@type": "Article", "@id": "#a", "articleBody": "b", "datePublished": "2019-05-03"}"##,
        r#"{"maintext": "b", "date_publish": "2019-05-03"}"#,
        r#"<rss><channel><item><title>t</title><description>d</description><pubDate>Fri, 03 May 2019 10:00:00 GMT</pubDate></item></channel></rss>"#,
    ] {
        let article = read(message);
        assert!(article.warnings.iter().any(|warning| warning.code == "id-missing"), "{message}");
        assert_eq!(article.id.len(), 32, "{message}");
    }
}
