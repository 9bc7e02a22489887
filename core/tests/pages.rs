//! HTML pages of many kinds of sites: which day they say they were published, and what of their text is the story's. The
//! pages in `tests/pages` are written for this.

use std::path::Path;

use dateline_core::article::{
    self, Article, Field, Format, Item, Message, Settings, SourceMatch, SourceSettings, Sources,
};
use dateline_core::pipeline;

fn page(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(name)).expect("a page")
}

fn items(bytes: &[u8]) -> Vec<Item> {
    article::read(&Message::bare(bytes), &Settings::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn articles(bytes: &[u8]) -> Vec<Article> {
    let article = |item| match item {
        Item::Article(article) => *article,
        other => panic!("{other:?}"),
    };
    items(bytes).into_iter().map(article).collect()
}

fn only(bytes: &[u8]) -> Article {
    let mut all = articles(bytes);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn rejection(bytes: &[u8]) -> String {
    match items(bytes).as_slice() {
        [Item::Broken { error, .. }] => format!("{}: {error}", error.code()),
        other => panic!("{other:?}"),
    }
}

/// The day of publication, with the time if there is one.
fn day(article: &Article) -> String {
    let at = &article.published;
    if at.has_time { at.at.to_rfc3339() } else { at.date().to_string() }
}

/// What a page says of its article, and words that are, or are not, in its text.
struct Case {
    page: &'static str,
    day: &'static str,
    title: &'static str,
    language: Option<&'static str>,
    wanted: &'static [&'static str],
    unwanted: &'static [&'static str],
}

const CASES: [Case; 11] = [
    Case {
        page: "wordpress.html",
        day: "2019-05-14T08:15:07+01:00",
        title: "Barge strikes harbour bridge",
        language: Some("en-GB"),
        wanted: &["was shut on Monday after a barge", "since it was opened in 1931"],
        unwanted: &["Archive 2017", "Share this", "1962", "Mayor resigned", "2021", "14 May 2019"],
    },
    Case {
        page: "drupal.html",
        day: "2019-05-15T16:40:00+01:00",
        title: "Bridge's pier inspected",
        language: Some("en"),
        wanted: &["found no cracks", "in the first week of June"],
        unwanted: &["Submitted by", "Copyright", "2020", "Skip to"],
    },
    Case {
        page: "tables.html",
        day: "2003-03-12",
        title: "Ferry runs aground",
        language: None,
        wanted: &["ran aground at the mouth of the river", "when the buoy had drifted"],
        unwanted: &["©"],
    },
    Case {
        page: "amp.html",
        day: "2019-05-28T11:22:51-04:00",
        title: "Crane falls onto quay",
        language: Some("en-US"),
        wanted: &["two containers full of onions", "by the end of the year"],
        unwanted: &["Advertisement", "2018", "By Jo Bloggs"],
    },
    Case {
        page: "broadcaster.html",
        day: "2019-05-16T06:02:11+00:00",
        title: "Harbour bridge to stay shut until June",
        language: Some("en-GB"),
        wanted: &["which date from 1978", "We had hoped for Friday"],
        unwanted: &["cookies", "2018", "Sport", "opened in 1931", "16 May 2019"],
    },
    Case {
        page: "microdata-blog.html",
        day: "2019-05-18T21:14:00+01:00",
        title: "On bridges",
        language: None,
        wanted: &["which he gave me in 1989", "Nobody will count them next week."],
        unwanted: &["19 May 2019"],
    },
    Case {
        page: "zeitung.html",
        day: "2019-05-16T08:00:00+02:00",
        title: "Hafenbrücke bleibt gesperrt",
        language: Some("de"),
        wanted: &["bis Anfang Juni gesperrt", "aus dem Jahr 1978"],
        unwanted: &["Fähre", "Aktualisiert"],
    },
    Case {
        page: "journal.html",
        day: "2019-05-16",
        title: "Le pont du port reste fermé",
        language: Some("fr"),
        wanted: &["jusqu’au début de juin", "posés en 1978"],
        unwanted: &["Publié", "Accueil"],
    },
    Case {
        page: "press-release.html",
        day: "2019-05-21",
        title: "Harbour Board awards contract",
        language: None,
        wanted: &["today awarded the contract", "Pound & Sons", "in the first week of June"],
        unwanted: &["IMMEDIATE RELEASE"],
    },
    Case {
        page: "byline.html",
        day: "2019-06-04",
        title: "Harbour bridge opens again",
        language: Some("en"),
        wanted: &["three weeks after a barge had struck it", "went back to its island"],
        unwanted: &["Onions", "Today is", "Updated"],
    },
    Case {
        page: "twice.html",
        day: "2019-05-14T08:15:00+00:00",
        title: "Bridge shut",
        language: Some("en"),
        wanted: &["The bridge was shut on Monday.\nDivers are on their way."],
        unwanted: &["Another story"],
    },
];

#[test]
fn each_kind_of_page_gives_its_day_its_title_and_its_text() {
    for Case { page: name, day: published, title, language, wanted, unwanted } in CASES {
        let article = only(&page(name));
        assert_eq!(
            (day(&article).as_str(), article.title.as_str(), article.language.as_deref()),
            (published, title, language),
            "{name}"
        );
        for words in wanted {
            assert!(article.body.contains(words), "{name}: {words:?} is not in {:?}", article.body);
        }
        for words in unwanted {
            assert!(!article.body.contains(words), "{name}: {words:?} is in {:?}", article.body);
        }
    }
}

#[test]
fn a_page_without_a_day_says_what_was_looked_for() {
    for name in ["forum.html", "copyright-only.html"] {
        let rejection = rejection(&page(name));
        assert!(rejection.starts_with("published-missing: no publication time, so \"last month\" has no meaning: the page has no `datePublished`"), "{rejection}");
    }
    insta::assert_snapshot!(rejection(&page("ambiguous.html")), @r#"published-missing: no publication time, so "last month" has no meaning: the page has no `datePublished` in JSON-LD or microdata, no `article:published_time` or other `meta` with a date, no `time`, and no whole date beside its heading, that can be read without guessing; seen: `04/06/2019` in `meta[pubdate]`"#);
}

#[test]
fn a_page_without_a_day_still_gives_its_text_to_whoever_knows_the_day() {
    let bytes = page("forum.html");
    let published = article::Published::parse("2019-05-20", chrono_tz::UTC).ok();
    let settings = Settings::with(|it| it.published = published);
    let items = article::read(&Message::bare(&bytes), &settings).unwrap();
    let [Item::Article(article)] = &items[..] else { panic!("{items:?}") };
    assert!(article.body.starts_with("I have tried it every way since last year"), "{}", article.body);
}

#[test]
fn an_envelope_says_when_a_part_of_a_page_was_published() {
    let headers: [(&str, &[u8]); 5] = [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"1"),
        ("ce_time", b"2019-05-14T08:15:00Z"),
        ("ce_subject", b"quay-1"),
        ("content-type", b"text/html; charset=utf-8"),
    ];
    let value = b"The bridge was shut on Monday. <p>It is due to reopen in November.</p>";
    let items =
        article::read(&Message { value, headers: &headers, ..Message::default() }, &Settings::default()).unwrap();
    let [Item::Article(article)] = &items[..] else { panic!("{items:?}") };
    assert_eq!((article.id.as_str(), day(article).as_str()), ("quay-1", "2019-05-14T08:15:00+00:00"));
    assert_eq!(article.body, "The bridge was shut on Monday.\n\nIt is due to reopen in November.");
}

// ---- the metadata ----

/// A page with these elements in its head and these in its body.
fn written(head: &str, body: &str) -> Vec<u8> {
    format!("<!DOCTYPE html><html lang=\"en\"><head><title>Bridge shut</title>{head}</head><body>{body}</body></html>")
        .into_bytes()
}

fn day_of(head: &str, body: &str) -> String {
    match items(&written(head, body)).as_slice() {
        [Item::Article(article)] => day(article),
        [Item::Broken { error, .. }] => error.code().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_day_is_in_any_of_the_usual_metadata() {
    for head in [
        r#"<meta property="article:published_time" content="2019-05-14T08:15:00Z">"#,
        r#"<meta name="article:published_time" content="2019-05-14T08:15:00Z">"#,
        r#"<META NAME="DC.date.issued" CONTENT="2019-05-14T08:15:00Z">"#,
        r#"<meta name="dcterms.created" content="2019-05-14T08:15:00Z">"#,
        r#"<meta name="DC:Date" scheme="W3CDTF" content="2019-05-14T08:15:00Z">"#,
        r#"<meta itemprop="datePublished" content="2019-05-14T08:15:00Z">"#,
        r#"<meta name="parsely-pub-date" content="2019-05-14T08:15:00Z">"#,
        r#"<meta name="sailthru.date" content="Tue, 14 May 2019 08:15:00 +0000">"#,
        r#"<meta name="pubdate" content="20190514T081500Z">"#,
        r#"<meta name="publish-date" content="May 14, 2019 8:15 am UTC">"#,
        r#"<meta name="citation_publication_date date" content="2019-05-14T08:15:00Z">"#,
        r#"<script>window.__STATE__ = {"story":{"publishedAt":"2019-05-14T08:15:00Z"}};</script>"#,
        r#"<script type="application/ld+json">{"@type":"WebPage","datePublished":"2019-05-14T08:15:00Z"}</script>"#,
        r#"<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2019-05-14T08:15:00Z"}</script>"#,
    ] {
        assert_eq!(day_of(head, "<p>It was shut.</p>"), "2019-05-14T08:15:00+00:00", "{head}");
    }
}

#[test]
fn the_day_is_in_any_of_the_usual_elements() {
    for body in [
        "<h1>Bridge shut</h1><time pubdate datetime='2019-05-14'>today</time>",
        "<h1>Bridge shut</h1><p><time>14 May 2019</time></p>",
        "<h1>Bridge shut</h1><abbr class='published' title='2019-05-14'>a while ago</abbr>",
        "<h1>Bridge shut</h1><span itemprop='datePublished'>May 14, 2019</span>",
        "<h1>Bridge shut</h1><div class='date'><span>14</span><span>May</span><span>2019</span></div><p>It was shut.</p>",
        "<p class='post-date'>Tuesday, May 14th, 2019</p><h1>Bridge shut</h1>",
        "<h1>Bridge shut</h1><p>By Jo Bloggs<br>14 May 2019</p>",
        "<h1>Bridge shut</h1><div>Posted on 14.05.2019 by Jo</div>",
        "<div class='byline'>By Jo, 2019/05/14 08:15</div><p>It was shut.</p>",
        "<h1>Bridge shut</h1><small>Published: 14 May 2019. Last updated: 3 June 2020.</small>",
    ] {
        assert!(
            ["2019-05-14", "2019-05-14T00:00:00+00:00"].contains(&day_of("", body).as_str()),
            "{body}: {}",
            day_of("", body)
        );
    }
}

#[test]
fn no_day_is_guessed() {
    for body in [
        "<h1>Bridge shut</h1><p>&copy; 14 May 2019 The Quay</p>",
        "<h1>Bridge shut</h1><p class='date'>14 May</p>",
        "<h1>Bridge shut</h1><p class='date'>May 2019</p>",
        "<h1>Bridge shut</h1><p class='date'>05/04/2019</p>",
        "<h1>Bridge shut</h1><p class='updated'>Updated 14 May 2019</p>",
        "<h1>Bridge shut</h1><p>Last modified: 14 May 2019</p>",
        "<h1>Bridge shut</h1><div class='comment'><time datetime='2019-05-14'>14 May 2019</time></div>",
        "<h1>Bridge shut</h1><footer><span class='date'>14 May 2019</span></footer>",
        "<h1>Bridge shut</h1><div class='related'><ul><li>Ferry <span class='date'>14 May 2019</span></li></ul></div>",
        "<h1>Bridge shut</h1><p>The harbour bridge, which carries the trams to the docks and the island, was opened on 3 May 1931 and repaired on 4 June 2014, and was shut for good on 14 May 2019 by the mayor.</p>",
        "<ul><li>Ferry <span class='date'>14 May 2019</span></li><li>Crane <span class='date'>15 May 2019</span></li></ul>",
    ] {
        assert_eq!(day_of("", body), "published-missing", "{body}");
    }
    assert_eq!(
        day_of("<link rel=canonical href='https://quay.example/2019/05/14/bridge'>", ""),
        "published-missing",
        "an address is no date"
    );
    assert_eq!(
        day_of("<meta name=date content='1970-01-01T00:00:00Z'>", ""),
        "published-missing",
        "that stands for nothing"
    );
    assert_eq!(
        day_of("<meta property='article:modified_time' content='2019-05-14T08:15:00Z'>", ""),
        "published-missing"
    );
}

#[test]
fn the_language_of_a_page_says_how_its_readers_write_dates() {
    let day = |language: &str, date: &str| {
        let page = format!("<html lang={language}><title>t</title><h1>Bridge shut</h1><p class=date>{date}</p>");
        match items(page.as_bytes()).as_slice() {
            [Item::Article(article)] => day(article),
            _ => "none".to_owned(),
        }
    };
    assert_eq!(day("de", "03.05.2019"), "2019-05-03");
    assert_eq!(day("en-GB", "03/05/2019"), "2019-05-03");
    assert_eq!(day("en-US", "05/03/2019"), "2019-05-03");
    assert_eq!(day("en", "05/03/2019"), "none");
}

#[test]
fn a_page_names_itself_its_source_and_its_revision() {
    let article = only(&written(
        "<link rel='canonical' href='https://quay.example/1'><meta property='og:site_name' content='The Quay'>\
         <meta property='og:title' content='Mayor&amp;#8217;s &quot;plan&quot;'><meta name=date content='2019-05-14'>\
         <meta property='article:modified_time' content='2019-05-15T08:15:00Z'>",
        "<p>It was shut.</p>",
    ));
    assert_eq!((article.id.as_str(), article.revision.as_str()), ("https://quay.example/1", "2019-05-15T08:15:00Z"));
    assert_eq!((article.source.as_deref(), article.title.as_str()), (Some("The Quay"), "Mayor’s \"plan\""));
}

// ---- JSON-LD in pages ----

#[test]
fn a_live_blog_is_an_article_for_each_of_its_entries() {
    let all = articles(&page("live.html"));
    let found: Vec<_> =
        all.iter().map(|it| (it.id.as_str(), day(it), it.body.as_str(), it.language.as_deref())).collect();
    assert_eq!(
        found,
        [
            ("https://quay.example/live", "2019-05-13T22:00:00+00:00".to_owned(), "", Some("en")),
            (
                "https://quay.example/live#2019-05-14T08:15:00Z",
                "2019-05-14T08:15:00+00:00".to_owned(),
                "The bridge was shut at midnight.\n\nIt will open on Friday.",
                Some("en")
            ),
            (
                "https://quay.example/live#2019-05-13T22:00:00Z",
                "2019-05-13T22:00:00+00:00".to_owned(),
                "A barge struck the bridge today.",
                Some("en")
            ),
        ]
    );
}

#[test]
fn a_front_page_lists_its_articles() {
    let all = articles(&page("front.html"));
    let found: Vec<_> = all.iter().map(|it| (it.id.as_str(), it.title.as_str())).collect();
    assert_eq!(found, [("https://quay.example/1", "Bridge’s pier & bearings"), ("https://quay.example/2", "Crane")]);
}

#[test]
fn a_teaser_in_json_ld_gives_way_to_the_text_of_the_page() {
    let script = r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"Bridge shut","datePublished":"2019-05-14","articleBody":"The bridge was shut …"}</script>"#;
    let article = only(&written(
        script,
        "<h1>Bridge shut</h1><p>The bridge was shut on Monday, and will open on Friday, the mayor said.</p>",
    ));
    assert_eq!(article.body, "The bridge was shut on Monday, and will open on Friday, the mayor said.");
}

#[test]
fn a_time_in_json_ld_that_cannot_be_read_gives_way_to_another() {
    let script = r#"<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"on Tuesday","articleBody":"It was shut."}</script>"#;
    assert_eq!(day_of(&format!("{script}<meta name=date content='2019-05-14'>"), ""), "2019-05-14");
}

// ---- what is HTML ----

#[test]
fn what_begins_like_html_is_never_read_as_xml() {
    let head = "<meta name=date content=2019-05-14>";
    for start in [
        "\u{feff}<!DOCTYPE html><html><head>",
        "<!-- saved -- ><br> --><!doctype html>",
        "<!--[if IE 8]><html class='ie8'><![endif]--><!--[if gt IE 8]><!--><html><!--<![endif]--><head>",
        "<head>",
        "<script async src=a.js></script>",
        "<meta charset=utf-8>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><head>",
        "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head>",
    ] {
        let article = only(format!("{start}{head}</head><body><p>It was shut & closed on Monday.<br>").as_bytes());
        assert_eq!(
            (day(&article).as_str(), article.body.as_str()),
            ("2019-05-14", "It was shut & closed on Monday."),
            "{start}"
        );
    }
}

#[test]
fn the_encoding_is_what_the_page_declares_unless_it_is_utf_8() {
    let body = |head: &str, body: &[u8]| {
        let head = format!("<html><head>{head}<meta name=date content=2019-05-14></head><body><p>");
        only(&[head.as_bytes(), body, b" was shut.</p>"].concat()).body
    };
    assert_eq!(body("<meta charset=iso-8859-1>", b"Caf\xe9"), "Café was shut.");
    assert_eq!(
        body("<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>", b"\xca\xe0\xf4\xe5"),
        "Кафе was shut."
    );
    assert_eq!(body("", b"\x93Caf\xe9\x94"), "“Café” was shut.", "browsers take Windows-1252");
    assert_eq!(body("<meta charset=iso-8859-1>", "Café".as_bytes()), "Café was shut.", "the declaration is wrong");
    assert_eq!(body("<meta charset=utf-8>", b"Caf\xe9"), "Caf\u{fffd} was shut.");
}

#[test]
fn a_set_format_takes_pages_with_or_without_json_ld() {
    let read = |name: &str, format| {
        let settings = Settings::with(|it| it.format = Some(format));
        article::inspect(&Message::bare(&page(name)), &settings)
            .map(|items| items[0].format.name())
            .map_err(|error| error.code())
    };
    assert_eq!(read("twice.html", Format::Html), Ok("html"));
    assert_eq!(read("twice.html", Format::JsonLd), Ok("json-ld"));
    assert_eq!(read("drupal.html", Format::Html), Ok("html"));
    assert_eq!(read("drupal.html", Format::JsonLd), Err("not-an-article"));
}

#[test]
fn people_are_shown_where_on_the_page_each_field_stands() {
    let inspected = article::inspect(&Message::bare(&page("broadcaster.html")), &Settings::default()).unwrap();
    let path = |field| inspected[0].fields.iter().find(|found| found.field == field).map(|found| found.path.as_str());
    assert_eq!(inspected[0].evidence, "it is an HTML page");
    assert_eq!(
        [Field::Url, Field::Title, Field::Source, Field::Language, Field::FirstCreated].map(path),
        [Some("og:url"), Some("og:title"), Some("og:site_name"), Some("html[lang]"), Some("time[datetime]")]
    );
}

// ---- hostile pages ----

#[test]
fn a_page_that_is_nested_too_deep_is_refused() {
    for page in ["<div>".repeat(100_000), format!("<html>{}", "<div>".repeat(1000))] {
        let error = article::read(&Message::bare(page.as_bytes()), &Settings::default()).expect_err("too deep");
        assert_eq!(error.code(), "too-deep");
    }
}

#[test]
fn broken_pages_are_read_as_browsers_read_them() {
    for name in ["wordpress.html", "twice.html", "tables.html", "live.html"] {
        let bytes = page(name);
        for cut in (0..bytes.len()).step_by(97) {
            let _ = pipeline::process(&bytes[..cut], &pipeline::Settings::default());
        }
    }
}

// ---- what stands beside a text in other formats ----

#[test]
fn what_stands_beside_the_text_of_a_feed_gives_no_events() {
    let feed = r#"<rss><channel><language>en</language><item><guid>1</guid><title>Bridge</title><pubDate>Tue, 14 May 2019 08:15:00 GMT</pubDate>
        <content:encoded><![CDATA[<nav><ul><li>Elections in 2016</li></ul></nav><p>The bridge was shut on Monday.</p>
        <aside><p>The mayor resigned in May 2014.</p></aside><div class="sharedaddy"><div>Share it on Friday.</div></div>
        <div id="cookie-note">Our policy was changed in May 2018.</div><p>It will open in November.</p><footer>It was opened in 1931.</footer>
        <p>The post <a href="/">Bridge</a> appeared first on <a href="/">The Quay of 2019</a>.</p>]]></content:encoded></item></channel></rss>"#;
    let processed = pipeline::process(feed.as_bytes(), &pipeline::Settings::default()).unwrap().remove(0);
    let sentences: Vec<_> = processed.events.iter().map(|event| event.statement.sentence.as_str()).collect();
    assert_eq!(sentences, ["The bridge was shut on Monday.", "It will open in November."]);
}

#[test]
fn the_order_of_day_and_month_may_be_set_for_its_source() {
    for (day_first, day) in [(true, "2019-06-04"), (false, "2019-04-06")] {
        let mut quay = SourceMatch::default();
        quay.source("The Quay");
        let set = SourceSettings::with(|it| it.day_first = Some(day_first));
        let settings = Settings::with(|it| it.sources = Sources::new([(quay, set)]));
        let unknown = String::from_utf8(page("ambiguous.html")).unwrap();
        let known = unknown.replace("<title>", "<meta property=\"og:site_name\" content=\"The Quay\"><title>");
        let read = |page: &str| article::read(&Message::bare(page.as_bytes()), &settings).unwrap().remove(0);
        assert!(matches!(read(&unknown), Item::Broken { .. }));
        let Item::Article(article) = read(&known) else { panic!("an article") };
        assert_eq!(article.published.date().to_string(), day);
    }
}
