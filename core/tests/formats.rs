//! Messages of each format and dialect: how they are recognised and read. Those in `tests/messages` are written for
//! this.

use std::fmt::Write;
use std::path::Path;

use dateline_core::article::{self, Article, Embargo, Format, Inspected, Item, Message, Notice, Reference, Settings};
use dateline_core::pipeline;
use dateline_core::record::ArticleStatus;

fn message(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages").join(name)).expect("a message")
}

/// The items of a message, a few lines each.
fn items_of(name: &str) -> String {
    items_with(&message(name), &Settings::default())
}

fn items_with(bytes: &[u8], settings: &Settings) -> String {
    let items = match article::inspect(&Message::bare(bytes), settings) {
        Ok(items) => items,
        Err(error) => return format!("{}: {error}", error.code()),
    };
    let mut out = String::new();
    for Inspected { format, item, .. } in items {
        let notice = |Notice { id, revision, modified, reason, .. }: &Notice| {
            let modified = modified.map(|at| format!(" of {at:?}")).unwrap_or_default();
            format!("{id} {revision}{modified}: {}: {}", reason.code, reason.message)
        };
        let item = match &item {
            Item::Article(article) => article_of(article),
            Item::Withdrawn(how, why) => format!("withdrawn ({}): {}", how.name(), notice(why)),
            Item::Skipped(why) => format!("skipped: {}", notice(why)),
            Item::Broken { id, revision, error } => format!("broken: {id} {revision}: {}: {error}", error.code()),
        };
        writeln!(out, "{}: {item}", format.name()).unwrap();
    }
    out
}

fn article_of(article: &Article) -> String {
    let Article { id, revision, title, body, published, language, source, url, reference, .. } = article;
    let or = |field: &Option<String>| field.clone().unwrap_or_else(|| "-".to_owned());
    let at = if published.has_time { published.at.to_rfc3339() } else { published.date().to_string() };
    let mut out = format!("{id} {revision} | {title} | {at} {}", reference.name());
    write!(out, " | {} | {} | {}\n  {body:?}", or(language), or(source), or(url)).unwrap();
    match article.embargo {
        Some(Embargo::Until(until)) => write!(out, "\n  embargo {until:?}").unwrap(),
        Some(Embargo::Open) => out.push_str("\n  embargo"),
        None => {}
    }
    for warning in &article.warnings {
        write!(out, "\n  ! {}: {}", warning.code, warning.message).unwrap();
    }
    out
}

#[test]
fn superdesk() {
    insta::assert_snapshot!(items_of("ninjs-1-superdesk.json"), @r#"
    ninjs: urn:newsml:desk.example:2019-05-28T10:02:11.004512:7c1e 4 | Quay crane falls at Lerwick | 2019-05-28T10:22:51+00:00 firstcreated | en | QPA | -
      "<p>LERWICK (QPA) — A crane fell onto the quay on Monday.</p><p>Nobody was hurt, the harbour master said&nbsp;on Tuesday.</p>"
    "#);
    insta::assert_snapshot!(items_of("ninjs-1-superdesk-kill.json"), @"ninjs: withdrawn (canceled): urn:newsml:desk.example:2019-05-28T10:02:11.004512:7c1e 5 of 2019-05-31T08:00:00Z: canceled: the feed withdrew the article: its status is `canceled`");
}

#[test]
fn tt() {
    insta::assert_snapshot!(items_of("ninjs-1-tt.json"), @"ninjs: withdrawn (replaced): http://tt.example/media/text/190528-kran-5fa2 2 of 2019-05-28T10:40:18Z: replaced: the feed withdrew the article: its status is `replaced`");
}

#[test]
fn ap() {
    insta::assert_snapshot!(items_of("ninjs-1-ap.json"), @r#"
    ninjs: 8f2b91c4d0 3 | Crane falls onto Lerwick quay | 2019-05-28T02:22:51+00:00 firstcreated | en | - | https://api.ap.example/media/v/content/8f2b91c4d0
      "LERWICK, Scotland (AP) — A crane fell onto the quay on Monday."
      ! body-linked: the body is behind a link, `data.item.renditions.nitf.href`, which is not followed; include the text
      ! summary-used: there is no body; the summary in `data.item.description_summary` was used instead
    "#);
}

#[test]
fn pa() {
    insta::assert_snapshot!(items_of("ninjs-1-pa.json"), @r#"
    ninjs: pa:text:7d1a 6 | Crane maker to pay for quay | 2019-05-28T11:00:00+01:00 firstcreated | en-GB | PA | -
      "The maker of the crane will pay for the quay, it will say on Wednesday."
      embargo 2019-05-28T23:01:00Z
    "#);
}

#[test]
fn ninjs_2_and_3() {
    insta::assert_snapshot!(items_of("ninjs-2.json"), @r#"
    ninjs: https://quay.example/items/190528-crane 2 | Crane falls onto quay | 2019-05-28T09:00:00+01:00 contentcreated | en | - | https://quay.example/items/190528-crane
      "<p>A crane fell onto the quay on <b>Monday</b>.</p><p>It stood since 1987.</p>"
    "#);
    insta::assert_snapshot!(items_of("ninjs-3.json"), @r#"
    ninjs: crane-190528 10 | Crane falls onto quay | 2019-05-28T09:00:00+01:00 firstcreated | en | - | -
      "<p>A crane fell onto the quay on Monday.</p>"
      embargo 2019-05-28T17:00:00Z
    "#);
}

#[test]
fn items_that_are_not_text_are_skipped_with_a_reason() {
    insta::assert_snapshot!(items_of("ninjs-1-picture.json"), @"ninjs: skipped: urn:pic:1 1 of 2019-05-28T11:00:00Z: not-text: its type is `picture`");
    insta::assert_snapshot!(items_of("ninjs-3-planning.json"), @"ninjs: skipped: urn:plan:1 1 of 2019-05-28T11:00:00Z: planning: it is a plan for coverage");
}

#[test]
fn newsml_g2() {
    insta::assert_snapshot!(items_of("newsml-nitf.xml"), @r#"
    newsml-g2: urn:newsml:quay.example:20190528:crane 11 | Crane falls onto quay | 2019-05-28T11:22:51+01:00 firstcreated | en-GB | QPA | -
      "\n            <p>A crane fell onto the quay <chron norm=\"20190527\">on Monday</chron>, R&amp;D staff said.</p>\n            <p>It had stood there since 1987.</p>\n          "
    "#);
    insta::assert_snapshot!(items_of("newsml-message.xml"), @r#"
    newsml-g2: tag:wire.example,2019:newsml_L1 2 | First | 2019-05-28T11:00:00+00:00 versioncreated | en | Example Wire | -
      "<x:p>It opened on Friday.</x:p><x:p>It closed on Sunday.</x:p>"
    newsml-g2: withdrawn (canceled): tag:wire.example,2019:newsml_L2 1 of 2019-05-28T11:00:00Z: canceled: the feed withdrew the article: its status is `canceled`
    newsml-g2: skipped: tag:wire.example,2019:newsml_P3 1 of 2019-05-28T11:00:00Z: not-text: its class is `picture`
    newsml-g2: tag:wire.example,2019:newsml_L4 3 | Fourth | 2019-05-28T11:00:00+00:00 versioncreated | en | - | -
      "It opened <late> on Friday."
      ! languages-several: the article declares both `en` and `fr` as its language; using `en`
    newsml-g2: broken: tag:wire.example,2019:newsml_L5 1: published-missing: no publication time, so "last month" has no meaning: there is neither `firstCreated` nor `versionCreated`
    newsml-g2: skipped: tag:wire.example,2019:newsml_K6 1: package: it bundles other items
    "#);
}

#[test]
fn reuters_appends_the_version_to_the_id() {
    let item = r#"<newsItem guid="tag:reuters.com,2019:newsml_KBN1:5"><itemMeta><pubStatus qcode="stat:withdrawn"/></itemMeta></newsItem>"#;
    insta::assert_snapshot!(items_with(item.as_bytes(), &Settings::default()), @"newsml-g2: withdrawn (canceled): tag:reuters.com,2019:newsml_KBN1 5: canceled: the feed withdrew the article: its status is `canceled`");
}

#[test]
fn newsml_1() {
    insta::assert_snapshot!(items_of("newsml-1.xml"), @r#"
    newsml-1: urn:newsml:quay.example:20190528:crane 2 | Crane falls | 2019-05-28T10:22:51+00:00 firstcreated | en-GB | Quay Press | -
      "<p>A crane fell onto the quay on Monday.</p>"
    newsml-1: withdrawn (canceled): urn:newsml:quay.example:20190527:ferry 3 of 2019-05-28T09:00:00Z: canceled: the feed withdrew the article: its status is `canceled`
    "#);
}

#[test]
fn nitf() {
    insta::assert_snapshot!(items_of("nitf.xml"), @r#"
    nitf: QPA-190528-crane 3 | Crane falls onto quay | 2019-05-28T11:22:51+01:00 versioncreated | - | QPA | -
      "<block><p>A crane fell onto the quay on Monday&mdash;or so they say.</p><hl2>Since 1987</hl2><p>It stood since 1987.</p></block>"
    "#);
    insta::assert_snapshot!(items_of("nitf-kill.xml"), @r#"
    nitf: withdrawn (canceled): QPA-190528-crane 2019-05-31T08:00:00Z of 2019-05-31T08:00:00Z: canceled: the feed withdrew the article: its status is `canceled`
    nitf: skipped: QPA-190531-kill 2019-05-31T08:00:00Z of 2019-05-31T08:00:00Z: kill-notice: it announces that another article was withdrawn
    "#);
}

#[test]
fn json_ld() {
    insta::assert_snapshot!(items_of("json-ld.json"), @r#"
    json-ld: https://quay.example/crane?id=7 2019-05-30T07:15:00Z | Crane falls onto quay | 2019-05-28T11:22:51+01:00 firstcreated | en | The Quay | https://quay.example/crane?id=7
      "A crane fell onto the quay on Monday."
    "#);
    insta::assert_snapshot!(items_of("page.html"), @r#"
    json-ld: https://quay.example/crane 1 | Crane falls | 2019-05-28T11:22:51+00:00 firstcreated | en | The Quay | https://quay.example/crane
      "A crane fell onto the quay on Monday."
    "#);
    insta::assert_snapshot!(items_with(br#"{"@context": "https://schema.org", "@type": "ImageObject", "@id": "https://a.example/i"}"#, &Settings::default()), @"json-ld: skipped: https://a.example/i 1: not-text: it has no article, only ImageObject");
}

#[test]
fn news_please() {
    insta::assert_snapshot!(items_of("news-please.json"), @r#"
    news-please: https://quay.example/crane?id=7 1 | Crane falls onto quay | 2019-05-28T11:22:51+00:00 firstcreated | en | quay.example | https://quay.example/crane?id=7
      "A crane fell onto the quay on Monday."
      ! timezone-assumed: `2019-05-28 11:22:51` has no time zone, so UTC was assumed; set the time zone of its source
    "#);
}

#[test]
fn rss_and_atom() {
    insta::assert_snapshot!(items_of("rss.xml"), @r#"
    rss: quay-7 1 | Crane & quay | 2019-05-28T10:22:51+00:00 firstcreated | en-gb | The Quay | https://quay.example/crane
      "<p>A crane fell onto the quay on Monday.</p><p>It stood since 1987.</p>"
    rss: https://quay.example/ferry 1 | Ferry late | 2019-05-27T08:00:00+00:00 firstcreated | en-gb | The Quay | https://quay.example/ferry
      "<p>The ferry was late on Sunday.</p>"
      ! summary-used: there is no body; the summary in `rss/channel/item[1]/description` was used instead
    "#);
    insta::assert_snapshot!(items_of("rdf.xml"), @r#"
    rss: https://quay.example/crane 1 | Crane falls | 2019-05-28T11:22:51+01:00 firstcreated | en | The Quay | https://quay.example/crane
      "A crane fell on Monday."
      ! summary-used: there is no body; the summary in `rdf:RDF/item/description` was used instead
    "#);
    insta::assert_snapshot!(items_of("atom.xml"), @r#"
    atom: tag:quay.example,2019:crane 2019-05-30T08:15:00Z | Crane falls | 2019-05-28T11:22:51+01:00 firstcreated | en | The Quay | https://quay.example/crane
      "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>A crane fell onto the quay on Monday.</p><p>It stood since 1987.</p></div>"
    atom: withdrawn (deleted): tag:quay.example,2019:ferry 2019-05-29T12:00:00Z of 2019-05-29T12:00:00Z: deleted: the feed withdrew the article: its status is `deleted`
    "#);
}

#[test]
fn feeds_have_their_dates_under_many_names() {
    let first =
        |message: &str| items_with(message.as_bytes(), &Settings::default()).split(" | ").nth(2).map(str::to_owned);
    for name in ["pubDate", "dc:date", "dcterms:issued", "dcterms:created", "atom:published"] {
        let item = format!(
            "<item><guid>a</guid><title>t</title><{name}>2019-05-14T08:15:00Z</{name}><description>It opened.</description></item>"
        );
        assert_eq!(first(&item).as_deref(), Some("2019-05-14T08:15:00+00:00 firstcreated"), "{name}");
    }
    for (name, reference) in [
        ("published", "firstcreated"),
        ("issued", "firstcreated"),
        ("created", "contentcreated"),
        ("modified", "versioncreated"),
    ] {
        let entry = format!(
            "<entry><id>a</id><title>t</title><{name}>2019-05-14T08:15:00Z</{name}><content>It opened.</content></entry>"
        );
        assert_eq!(first(&entry), Some(format!("2019-05-14T08:15:00+00:00 {reference}")), "{name}");
    }
}

#[test]
fn items_of_feeds_have_their_own_language_or_that_of_the_feed() {
    let language =
        |message: &str| items_with(message.as_bytes(), &Settings::default()).split(" | ").nth(3).map(str::to_owned);
    let rss = |feed: &str, item: &str| {
        format!(
            "<rss {feed}><channel><item {item}><guid>a</guid><title>t</title><pubDate>2019-05-14</pubDate><description>b</description></item></channel></rss>"
        )
    };
    assert_eq!(language(&rss("xml:lang='fr'", "xml:lang='de'")).as_deref(), Some("de"));
    assert_eq!(language(&rss("xml:lang='fr'", "")).as_deref(), Some("fr"));
    let entry = "<feed xml:lang='fr'><entry><id>a</id><title>t</title><updated>2019-05-14</updated><content xml:lang='de'>b</content></entry></feed>";
    assert_eq!(language(entry).as_deref(), Some("de"));
}

#[test]
fn a_body_in_base64_is_decoded() {
    let body = |message: &str| {
        items_with(message.as_bytes(), &Settings::default()).lines().nth(1).map(str::trim).map(str::to_owned)
    };
    let entry = |attributes: &str| {
        format!(
            "<entry><id>a</id><title>t</title><updated>2019-05-14</updated><content {attributes}>SXQgd2Fz\nIHNodXQu</content></entry>"
        )
    };
    assert_eq!(body(&entry("mode='base64' type='text/plain'")).as_deref(), Some("\"It was shut.\""));
    assert_eq!(body(&entry("type='application/octet-stream'")).as_deref(), Some("\"It was shut.\""));
    assert_eq!(body(&entry("type='text'")).as_deref(), Some("\"SXQgd2Fz\\nIHNodXQu\""));
    let g2 = "<newsItem guid='a'><itemMeta><versionCreated>2019-05-14</versionCreated></itemMeta><contentSet><inlineData encoding='http://cv.iptc.org/newscodes/encoding/base64'>SXQgd2FzIHNodXQu</inlineData></contentSet></newsItem>";
    assert_eq!(body(g2).as_deref(), Some("\"It was shut.\""));
}

#[test]
fn a_cloudevent_is_opened() {
    insta::assert_snapshot!(items_of("cloudevent.json"), @r#"
    nitf: crane 1 |  | 2019-05-28T10:22:51+00:00 envelope | - | /feeds/quay | -
      "<p>A crane fell onto the quay on Monday.</p>"
    "#);
    let wrapped = |data: &str| {
        let envelope =
            r#"{"specversion": "1.0", "id": "d", "source": "/feeds", "type": "t", "time": "2019-05-28T10:22:51Z", "#;
        items_with(format!("{envelope}{data}}}").as_bytes(), &Settings::default())
    };
    insta::assert_snapshot!(wrapped(r#""data": {"id": "a", "body": "It opened."}"#), @r#"
    plain: a 1 |  | 2019-05-28T10:22:51+00:00 envelope | - | /feeds | -
      "It opened."
    "#);
    insta::assert_snapshot!(wrapped(r#""data_base64": "eyJpZCI6ICJhIiwgImJvZHkiOiAiSXQgb3BlbmVkLiJ9""#), @r#"
    plain: a 1 |  | 2019-05-28T10:22:51+00:00 envelope | - | /feeds | -
      "It opened."
    "#);
    insta::assert_snapshot!(wrapped(r#""datacontenttype": "text/plain", "data": "It opened.""#), @r#"
    text: 21a84c1eea6d9ecbf618b28d84d1c276 1 |  | 2019-05-28T10:22:51+00:00 envelope | - | /feeds | -
      "It opened."
    "#);
    insta::assert_snapshot!(wrapped(r#""data": null"#), @"not-an-article: a CloudEvent without `data`");
}

#[test]
fn a_cloudevent_in_binary_mode_has_its_attributes_in_the_headers() {
    let headers: [(&str, &[u8]); 4] = [
        ("ce_specversion", b"1.0"),
        ("ce_time", b"2019-05-28T10:22:51Z"),
        ("ce_source", b"/feeds/quay"),
        ("content-type", b"application/json"),
    ];
    let message = Message { value: br#"{"id": "a", "body": "It opened."}"#, headers: &headers, ..Message::default() };
    let items = article::read(&message, &Settings::default()).unwrap();
    let [Item::Article(article)] = &items[..] else { panic!("{items:?}") };
    assert_eq!((article.reference, article.source.as_deref()), (Reference::Envelope, Some("/feeds/quay")));
    assert_eq!(article.published.at.to_rfc3339(), "2019-05-28T10:22:51+00:00");
}

#[test]
fn a_fixed_format_is_the_only_one() {
    let settings = |format| Settings::with(|it| it.format = Some(format));
    insta::assert_snapshot!(items_with(&message("nitf.xml"), &settings(Format::Ninjs)), @"not-an-article: `input.format` is ninjs, but the message is nitf; `auto` recognises the format of each message");
    insta::assert_snapshot!(items_with(&message("ninjs-2.json"), &settings(Format::Rss)), @"not-an-article: `input.format` is rss, but the message is JSON; `auto` recognises the format of each message");
    let bare = br#"{"uri": "u", "body": "b", "body_text": "It opened.", "versioncreated": "2019-05-28T10:00:00Z"}"#;
    insta::assert_snapshot!(items_with(bare, &settings(Format::Ninjs)), @r#"
    ninjs: u 2019-05-28T10:00:00Z |  | 2019-05-28T10:00:00+00:00 versioncreated | - | - | -
      "It opened."
    "#);
    for format in Format::ALL {
        let name = match format {
            Format::Plain | Format::Html | Format::Text => continue,
            Format::Ninjs => "ninjs-1-pa.json",
            Format::NewsMl => "newsml-message.xml",
            Format::NewsMl1 => "newsml-1.xml",
            Format::Nitf => "nitf.xml",
            Format::JsonLd => "page.html",
            Format::NewsPlease => "news-please.json",
            Format::Rss => "rss.xml",
            Format::Atom => "atom.xml",
            other => panic!("{other:?} has no message"),
        };
        assert_eq!(items_with(&message(name), &settings(format)), items_of(name));
    }
}

// ---- the publication time ----

/// The publication time of the story in NewsML-G2, whose three times are two days apart.
fn published(settings: &Settings) -> (String, &'static str) {
    let items = article::read(&Message::bare(&message("newsml-nitf.xml")), settings).unwrap();
    let Some(Item::Article(article)) = items.first() else { panic!("{items:?}") };
    (article.published.at.to_rfc3339(), article.reference.name())
}

#[test]
fn the_reference_is_the_first_publication_unless_the_source_has_another() {
    let first = ("2019-05-28T11:22:51+01:00".to_owned(), "firstcreated");
    assert_eq!(published(&Settings::default()), first);
    for (reference, at) in [
        (Reference::VersionCreated, "2019-05-30T08:15:00+01:00"),
        (Reference::ContentCreated, "2019-05-28T10:02:11+01:00"),
        (Reference::Dateline, "2019-05-28T00:00:00+00:00"),
    ] {
        let expected = (at.to_owned(), reference.name());
        assert_eq!(published(&Settings::with(|it| it.reference = reference)), expected);
        let references = [("QPA", reference)].into_iter().collect();
        assert_eq!(published(&Settings::with(|it| it.references = references)), expected);
        let references = [("other", reference)].into_iter().collect();
        assert_eq!(published(&Settings::with(|it| it.references = references)), first);
    }
}

#[test]
fn the_zone_is_that_of_the_article_of_its_source_or_of_its_dateline() {
    let zone = |settings: &Settings, zone: &str, place: &str| {
        let json = format!(
            r#"{{"uri": "u", "versioncreated": "2019-05-28T02:00:00{zone}", "source": "QPA", {place} "body_text": "NEW YORK (QPA) - It opened.", "language": "en"}}"#
        );
        let items = article::read(&Message::bare(json.as_bytes()), settings).unwrap();
        let Some(Item::Article(article)) = items.first() else { panic!("{items:?}") };
        article.published.at.to_rfc3339()
    };
    let new_york = chrono_tz::America::New_York;
    let source = Settings::with(|it| it.timezones = [("QPA", chrono_tz::Europe::London)].into_iter().collect());
    let city = Settings::with(|it| it.cities = [("New York", new_york)].into_iter().collect());
    assert_eq!(zone(&source, "", ""), "2019-05-28T02:00:00+01:00");
    assert_eq!(zone(&source, "Z", ""), "2019-05-28T03:00:00+01:00");
    assert_eq!(zone(&source, "-07:00", ""), "2019-05-28T02:00:00-07:00", "an offset is the article's own zone");
    assert_eq!(zone(&city, "Z", ""), "2019-05-27T22:00:00-04:00");
    assert_eq!(zone(&city, "", r#""located": "New York, NY","#), "2019-05-28T02:00:00-04:00");
    assert_eq!(zone(&city, "Z", r#""located": "New Yorkshire","#), "2019-05-27T22:00:00-04:00");
}

// ---- through the pipeline ----

#[test]
fn withdrawn_items_have_no_events_and_the_others_have_theirs() {
    let outcome = pipeline::process(&message("newsml-message.xml"), &pipeline::Settings::default());
    let Ok(all) = outcome else { panic!("{outcome:?}") };
    let found: Vec<_> =
        all.iter().map(|it| (it.status, it.events.len(), it.warnings.first().map(|it| it.code))).collect();
    use ArticleStatus::{Extracted, Skipped, Withdrawn};
    let expected = [
        (Extracted, 2, None),
        (Withdrawn, 0, Some("canceled")),
        (Skipped, 0, Some("not-text")),
        (Extracted, 1, Some("languages-several")),
        (Skipped, 0, Some("published-missing")),
        (Skipped, 0, Some("package")),
    ];
    assert_eq!(found, expected);
}

#[test]
fn offsets_refer_to_the_body_as_written_in_the_message() {
    let bytes = message("newsml-nitf.xml");
    let items = article::read(&Message::bare(&bytes), &Settings::default()).unwrap();
    let Some(Item::Article(article)) = items.first() else { panic!("{items:?}") };
    assert!(String::from_utf8(bytes).unwrap().contains(&article.body), "the body is as written in the message");
    let processed = pipeline::process_article(article, &pipeline::Settings::default());
    let dates: Vec<String> = processed
        .events
        .iter()
        .map(|event| {
            let [start, end] = event.offsets.date;
            assert_eq!(event.article.published_from, Reference::FirstCreated);
            article.body.chars().skip(start).take(end - start).collect()
        })
        .collect();
    assert_eq!(dates, ["Monday", "1987"]);
}

#[test]
fn a_date_that_the_publisher_marked_wins_over_the_words() {
    let value = |mark: &str| {
        let body = format!("<p>A crane fell onto the quay {mark}.</p>");
        let published = article::read(&Message::bare(&message("nitf.xml")), &Settings::default());
        let Ok([Item::Article(published)]) = published.as_deref() else { panic!("{published:?}") };
        let found = pipeline::extract(&Article::new("a", body, published.published), &pipeline::Settings::default());
        found.expressions.iter().map(|found| format!("{} {}", found.value, found.basis.name())).collect::<Vec<_>>()
    };
    assert_eq!(value("on Monday"), ["2019-05-27 relative"]);
    assert_eq!(value(r#"<chron norm="20190520">on Monday</chron>"#), ["2019-05-20 absolute"]);
    assert_eq!(value(r#"<chron norm="20180520T101500+0100">in May</chron>"#), ["2018-05 absolute"]);
    assert_eq!(value(r#"<chron norm="soon">on Monday</chron>"#), ["2019-05-27 relative"]);
}

// ---- announced events ----

/// The events of a message of one item.
fn events_of(bytes: &[u8]) -> Vec<serde_json::Value> {
    let Ok(all) = pipeline::process(bytes, &pipeline::Settings::default()) else { panic!("an article") };
    assert_eq!(all.len(), 1);
    all[0].events.iter().map(|event| serde_json::to_value(event).unwrap()).collect()
}

#[test]
fn an_announced_event_has_the_dates_of_its_fields_and_none_of_its_text() {
    let events = events_of(&message("ninjs-3-event.json"));
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    let date = |name: &str| event["date"][name].as_str().unwrap_or("-").to_owned();
    assert_eq!(date("text"), "2026-03-12T16:00:00+01:00/2026-03-13");
    assert_eq!([date("start"), date("end")], ["2026-03-12T16:00:00+01:00", "2026-03-14"]);
    assert_eq!([date("value"), date("granularity")], ["2026-03-12T16:00/2026-03-13", "minute"]);
    assert_eq!([date("basis"), date("rule")], ["absolute", "ninjs/event"]);
    assert_eq!(event["statement"]["summary"], "Harbour budget hearing");
    assert_eq!(event["statement"]["status"], "planned");
    assert_eq!(event["weight"], 1.0);
}

#[test]
fn an_announced_event_of_several_days_ends_after_the_last() {
    let text = String::from_utf8(message("ninjs-3-event.json")).unwrap();
    let days = text.replace("2026-03-12T16:00:00+01:00", "2026-02-11").replace("2026-03-13", "2026-02-12");
    let event = &events_of(days.as_bytes())[0];
    assert_eq!([&event["date"]["start"], &event["date"]["end"]], ["2026-02-11", "2026-02-13"]);
    assert_eq!([&event["date"]["value"], &event["date"]["edtf"]], ["2026-02-11/2026-02-12", "2026-02-11/2026-02-12"]);
    assert_eq!(event["statement"]["status"], "happened", "it was over when it was published");
}

#[test]
fn an_announced_event_without_a_date_is_skipped() {
    let text = String::from_utf8(message("ninjs-3-event.json")).unwrap();
    let items = items_with(text.replace("startDate", "someDate").as_bytes(), &Settings::default());
    assert!(items.contains("skipped") && items.contains("an event without a start date"), "{items}");
}
