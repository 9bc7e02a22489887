//! Faulty input from feeds: each case has a code that a script can act on and a message that a person can act on;
//! nothing breaks the program or takes long.

use std::time::{Duration, Instant};

use dateline_core::article::{self, Article, Item, Message, Settings};
use dateline_core::pipeline::{self, Processed};
use dateline_core::record::ArticleStatus;
use proptest::prelude::*;

fn processed(bytes: &[u8]) -> Processed {
    match pipeline::process(bytes, &pipeline::Settings::default()) {
        Ok(mut all) => all.remove(0),
        Err(error) => panic!("{}: {error}", error.code()),
    }
}

fn article(bytes: &[u8]) -> Article {
    match article::read(&Message::bare(bytes), &Settings::default()).as_deref() {
        Ok([Item::Article(article), ..]) => (**article).clone(),
        other => panic!("{other:?}"),
    }
}

/// The warnings of an article, one per line.
fn warnings(bytes: &[u8]) -> String {
    let lines: Vec<_> = processed(bytes).warnings.iter().map(|it| format!("{}: {}", it.code, it.message)).collect();
    lines.join("\n")
}

fn rejection(bytes: &[u8]) -> String {
    match pipeline::process(bytes, &pipeline::Settings::default()) {
        Err(error) => format!("{}: {error}", error.code()),
        Ok(all) => panic!("{all:?}"),
    }
}

/// An item in ninjs with more fields.
fn ninjs(fields: &str) -> Vec<u8> {
    format!(r#"{{"uri": "urn:a:1", "versioncreated": "2019-05-03T18:35:00+01:00", "language": "en", {fields}}}"#)
        .into_bytes()
}

/// An item in ninjs with a publication time.
fn at(time: &str) -> Vec<u8> {
    format!(
        r#"{{"uri": "urn:a:1", "version": "1", "versioncreated": {time}, "language": "en", "body_text": "It opened."}}"#
    )
    .into_bytes()
}

#[test]
fn a_missing_id_is_made_from_the_content() {
    let message = br#"{"headline": "h", "body_text": "It opened.", "versioncreated": "2019-05-03T18:35:00Z"}"#;
    insta::assert_snapshot!(warnings(message), @"id-missing: the article has neither an id nor a URL, so its id is a digest of its content; a correction will count as another article");
    assert_eq!(article(message).id.len(), 32);
}

#[test]
fn a_summary_replaces_a_missing_body() {
    let message = ninjs(r#""headline": "h", "body_text": " ", "description_text": "It opened on Monday.""#);
    insta::assert_snapshot!(warnings(&message), @"summary-used: there is no body; the summary in `description_text` was used instead");
    assert_eq!(processed(&message).events.len(), 1);
}

#[test]
fn without_body_and_summary_there_is_nothing_to_read() {
    let found = processed(&ninjs(r#""headline": "It opened on Monday""#));
    assert_eq!((found.status, found.events.len()), (ArticleStatus::Skipped, 0));
    insta::assert_snapshot!(found.warnings[0].message, @"the article has neither a body nor a summary");
}

#[test]
fn a_body_in_an_unknown_role_is_read_with_a_warning() {
    let message = ninjs(r#""bodies": [{"role": "wibble", "value": "It opened on Monday."}]"#);
    insta::assert_snapshot!(warnings(&message), @"body-role-unknown: `bodies[0].value` has the unknown role `wibble`; it was read as the body");
    assert_eq!(processed(&message).events.len(), 1);
}

#[test]
fn the_word_none_is_not_a_date() {
    for none in [r#""None""#, r#""null""#, r#""NaT""#, "null", r#""""#] {
        assert!(rejection(&at(none)).starts_with("published-missing: "), "{none}");
    }
    let later = r#""firstcreated": "None", "body_text": "It opened.""#;
    assert_eq!(article(&ninjs(later)).reference.name(), "versioncreated");
}

#[test]
fn a_date_that_cannot_be_read_is_replaced_by_another_with_a_warning() {
    insta::assert_snapshot!(warnings(&ninjs(r#""firstcreated": "03/05/2019", "body_text": "It opened.""#)), @"published-invalid: `03/05/2019` cannot be read as a publication time without guessing; write it as 2019-05-03T18:35:00+01:00, with a year from 0001 to 9999; another time was used");
    assert!(rejection(&at(r#""03/05/2019""#)).starts_with("published-invalid: "));
}

#[test]
fn a_date_without_a_time_zone_gives_a_warning() {
    insta::assert_snapshot!(warnings(&at(r#""2019-05-03 18:35:00""#)), @"timezone-assumed: `2019-05-03 18:35:00` has no time zone, so UTC was assumed; set the time zone of its source");
    assert_eq!(warnings(&at(r#""2019-05-03""#)), "", "a day is the same day everywhere");
}

#[test]
fn a_date_with_two_time_zones_is_refused() {
    insta::assert_snapshot!(rejection(&at(r#""2019-05-03T18:35:00+01:00 EST""#)), @"published-invalid: `2019-05-03T18:35:00+01:00 EST` has two time zones; leave one of them out");
}

#[test]
fn dates_come_in_rfc_822_and_in_seconds_and_in_milliseconds() {
    for time in [
        r#""Fri, 03 May 19 18:35:00 +0100""#,
        r#""Fri, 03 May 2019 17:35:00 GMT""#,
        r#""1556904900""#,
        "1556904900",
        "1556904900000",
    ] {
        assert_eq!(article(&at(time)).published.at.to_utc().to_rfc3339(), "2019-05-03T17:35:00+00:00", "{time}");
        assert_eq!(warnings(&at(time)), "", "{time}");
    }
}

#[test]
fn of_two_languages_the_first_is_used() {
    let message = ninjs(r#""body_text": "It opened.""#);
    let message = String::from_utf8(message).unwrap().replace(r#""en""#, r#"["en-GB", "cy"]"#);
    insta::assert_snapshot!(warnings(message.as_bytes()), @"languages-several: the article declares both `en` and `cy` as its language; using `en`");
    assert_eq!(article(message.as_bytes()).language.as_deref(), Some("en-GB"));
}

#[test]
fn html_that_was_escaped_twice_is_read_as_html() {
    let message = ninjs(r#""body_html": "&lt;p&gt;It opened on&amp;nbsp;Monday.&lt;/p&gt;""#);
    insta::assert_snapshot!(warnings(&message), @"html-escaped-twice: the body is HTML that was escaped twice; it was read as HTML");
    let event = &processed(&message).events[0];
    assert_eq!((event.statement.sentence.as_str(), event.offsets.date), ("It opened on\u{a0}Monday.", [31, 37]));
}

#[test]
fn windows_1252_declared_as_utf8_is_refused_by_name() {
    insta::assert_snapshot!(rejection(b"{\"body\": \"He said \x93no\x94\"}"), @"not-utf8: not UTF-8: byte 18 (counted from 0) is invalid; send it as UTF-8; it may be Windows-1252, which a header `content-type` with a `charset` or an XML declaration can say");
    let xml = |encoding: &str| {
        let head = format!("<?xml version='1.0' encoding='{encoding}'?>");
        let body = b"<nitf><body><body.content><p>The caf\xe9 opened on Monday.</p></body.content></body></nitf>";
        [head.as_bytes(), body].concat()
    };
    assert!(rejection(&xml("UTF-8")).starts_with("not-utf8: "));
    let settings = Settings::with(|it| it.published = Some(article(&at("1556904900")).published));
    let declared = xml("windows-1252");
    let items = article::read(&Message::bare(&declared), &settings).unwrap();
    let [Item::Article(article)] = &items[..] else { panic!("{items:?}") };
    assert_eq!(article.body, "<p>The café opened on Monday.</p>");
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_message() {
    let message = String::from_utf8(at("1556904900")).unwrap();
    assert_eq!(article(format!("\u{feff}{message}").as_bytes()).body, "It opened.");
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(message.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(article(&utf16).body, "It opened.");
    let atom = "\u{feff}<entry><id>a</id><updated>2019-05-03T17:35:00Z</updated><content>It opened.</content></entry>";
    assert_eq!(article(atom.as_bytes()).body, "It opened.");
}

#[test]
fn nul_characters_reach_no_record() {
    let message = ninjs(r#""guid": "a\u0000b", "headline": "H\u0000l", "body_text": "It opened\u0000on Monday.""#);
    insta::assert_snapshot!(warnings(&message), @"nul-characters: the body has NUL characters, which were read as spaces");
    let found = processed(&message);
    assert_eq!((found.id.as_str(), found.events.len()), ("ab", 1));
    assert!(!serde_json::to_string(&found.events).unwrap().contains(r"\u0000"));
}

#[test]
fn a_headline_of_a_megabyte_is_cut() {
    let message = ninjs(&format!(r#""headline": "{}", "body_text": "It opened on Monday.""#, "é ".repeat(350_000)));
    insta::assert_snapshot!(warnings(&message), @"title-cut: the title has 1050000 bytes; its first 1000 characters were kept");
    assert_eq!(processed(&message).events[0].article.title.chars().count(), 1000);
    let message = ninjs(&format!(r#""guid": "{}", "body_text": "It opened.""#, "a".repeat(1 << 20)));
    insta::assert_snapshot!(rejection(&message), @"not-an-article: not an article: `guid` holds 1048576 bytes instead of at most 2048");
}

#[test]
fn an_article_with_an_unknown_status_is_skipped() {
    let found = processed(&ninjs(r#""pubstatus": "wibble", "body_text": "It opened on Monday.""#));
    assert_eq!((found.status, found.warnings[0].code), (ArticleStatus::Skipped, "status-unknown"));
}

#[test]
fn an_unknown_format_is_refused_with_a_reason() {
    insta::assert_snapshot!(rejection(b"<opml><body/></opml>"), @"not-an-article: no known format has the root element <opml>; for plain text with tags, set the format `text`");
    insta::assert_snapshot!(rejection(b"<rss><channel><title>t</title></channel></rss>"), @"not-an-article: the rss message has no items");
    insta::assert_snapshot!(rejection(b"<html><body><p>It opened on Monday.</p></body></html>"), @r#"published-missing: no publication time, so "last month" has no meaning: the page has no `datePublished` in JSON-LD or microdata, no `article:published_time` or other `meta` with a date, no `time`, and no whole date beside its heading"#);
    insta::assert_snapshot!(rejection(b"<nitf>\n<body>\n</head></nitf>"), @"not-xml: not XML: line 3: ill-formed document: expected `</body>`, but `</head>` was found");
    insta::assert_snapshot!(rejection(b"<nitf><body>"), @"not-xml: not XML: line 1: the message ends inside <body>; it was cut off");
}

// ---- hostile input ----

#[test]
fn no_entity_is_expanded_or_fetched() {
    let laughs: String = (1..30).map(|n| format!("<!ENTITY l{n} \"&l{};&l{};\">", n - 1, n - 1)).collect();
    let bomb = format!(
        "<!DOCTYPE nitf [<!ENTITY l0 \"ha\">{laughs}<!ENTITY f SYSTEM \"file:///etc/hostname\">]>\
         <nitf><head><docdata><doc-id id-string='a&l29;'/><date.issue norm='20190503'/></docdata></head>\
         <body><body.head><hedline><hl1>&l29; &f; &eacute;</hl1></hedline></body.head><body.content><p>&l29;</p></body.content></body></nitf>"
    );
    let found = article(bomb.as_bytes());
    assert_eq!((found.id.as_str(), found.title.as_str()), ("a&l29;", "&l29; &f; é"));
    assert_eq!(found.body, "<p>&l29;</p>");
}

#[test]
fn depth_and_size_are_bounded() {
    assert!(rejection("<nitf>".repeat(200_000).as_bytes()).starts_with("too-deep: "));
    assert!(rejection(format!("<nitf>{}</nitf>", "<p/>".repeat(1 << 20)).as_bytes()).starts_with("too-large: "));
    let many = format!(r#"{{"body": "a", "x": [{}0]}}"#, "0,".repeat(2 << 20));
    assert!(rejection(many.as_bytes()).starts_with("not-an-article: "));
    let deep = format!(
        r#"{{"body": "It opened.", "date": "2019-05-03", "x": {}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(article(deep.as_bytes()).body, "It opened.", "fields that no format has may be as deep as they like");
}

/// Fragments that may be slow to read when there are many.
const PIECES: [(&str, &str, &str); 9] = [
    (
        "<rss><channel>",
        "<item><guid>a</guid><pubDate>2019-05-03</pubDate><description>b</description></item>",
        "</channel></rss>",
    ),
    ("<feed>", "<entry><id>a</id></entry>", "</feed>"),
    ("<nitf><body>", "<p>a</p>&amp;", "</body></nitf>"),
    ("<newsMessage><itemSet>", "<newsItem guid='a'/>", "</itemSet></newsMessage>"),
    (r#"{"bodies": ["#, r#"{"role": "x", "value": "<nitf/>"},"#, r#"{}]}"#),
    (r#"{"@graph": ["#, r#"{"@type": "NewsArticle", "headline": "h"},"#, r#"{}]}"#),
    ("<html>", r#"<script type="application/ld+json">{"@type": "Article"}</script>"#, "</html>"),
    ("<html><h1>Title</h1>", "<p class=date>On 3 May 2019, they said, it was shut.</p>", "</html>"),
    ("<NewsML>", "<NewsItem><NewsComponent><ContentItem/></NewsComponent></NewsItem>", "</NewsML>"),
];

/// Four times the message may take up to twelve times as long: more than noise adds to linear work, and less than the
/// factor of sixteen of quadratic work. The best of three tries counts.
#[test]
fn time_grows_with_the_message_and_not_with_its_square() {
    for (before, piece, behind) in PIECES {
        let time = |bytes: usize| {
            let message = format!("{before}{}{behind}", piece.repeat(bytes / piece.len()));
            let begun = Instant::now();
            std::hint::black_box(article::read(&Message::bare(message.as_bytes()), &Settings::default()).is_ok());
            begun.elapsed()
        };
        let linear = (0..3).any(|_| time(256 << 10) < (time(64 << 10) * 12).max(Duration::from_millis(20)));
        assert!(linear, "{piece}");
    }
}

fn messages() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/messages");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

proptest! {
    #[test]
    fn no_broken_message_breaks_it(which in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(),
                                   byte in any::<u8>(), moved in any::<prop::sample::Index>()) {
        let all = messages();
        let mut bytes = which.get(&all).clone();
        let (cut, moved) = (cut.index(bytes.len()), moved.index(bytes.len()));
        bytes[cut] = byte;
        let _ = pipeline::process(&bytes, &pipeline::Settings::default());
        bytes.rotate_left(moved);
        let _ = pipeline::process(&bytes, &pipeline::Settings::default());
        bytes.truncate(cut);
        let _ = pipeline::process(&bytes, &pipeline::Settings::default());
    }

    #[test]
    fn no_markup_breaks_it(pieces in prop::collection::vec(prop::sample::select(&[
        "<rss>", "<channel>", "<item>", "</item>", "<nitf>", "<body>", "<body.content>", "</", ">", "<![CDATA[", "]]>", "&", "&lt;",
        "<p a='", "'/>", "<!DOCTYPE x [", "]>", "<?xml", "?>", "<x:", "xmlns:x='", "<entry>", "\0", "é", "<html", "<!--", "-->",
    ][..]), 0..40)) {
        let _ = pipeline::process(("<".to_owned() + &pieces.concat()).as_bytes(), &pipeline::Settings::default());
    }
}
