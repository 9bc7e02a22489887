//! JSON of any shape: presets of known services, configured paths, and what is said of what cannot be read.

use std::path::Path;

use dateline_core::article::{self, FieldPaths, Format, Inspected, Item, ItemPaths, Message, Preset, Settings};
use dateline_core::pipeline;

fn preset(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/presets").join(name).with_extension("json");
    std::fs::read(path).expect("every preset has a message")
}

fn inspect(message: &[u8], settings: &Settings) -> Vec<Inspected> {
    article::inspect(&Message::bare(message), settings).unwrap_or_else(|error| panic!("{error}"))
}

fn article(message: &str, settings: &Settings) -> article::Article {
    match inspect(message.as_bytes(), settings).remove(0).item {
        Item::Article(article) => *article,
        other => panic!("{other:?}"),
    }
}

/// What `[input]` says.
fn settings(items: &str, fields: &[(&str, &[&str])]) -> Settings {
    let mut paths = FieldPaths::default();
    for (name, of_field) in fields {
        paths.insert(name, of_field.iter().copied()).expect("paths");
    }
    let items = ItemPaths::new(Some(items).filter(|items| !items.is_empty())).expect("a path");
    Settings::with(|it| {
        it.items = items;
        it.fields = paths;
    })
}

/// The code and the message of a rejection.
fn rejection(message: &str) -> String {
    let rejected = pipeline::process(message.as_bytes(), &pipeline::Settings::default()).expect_err("a rejection");
    format!("{}: {rejected}", rejected.code())
}

#[test]
fn every_preset_is_recognised_and_read() {
    let mut read = String::new();
    for preset_ in Preset::all() {
        let message = preset(preset_.name());
        let found = inspect(&message, &Settings::default());
        let [Inspected { format, item, .. }] = found.as_slice() else { panic!("{}: {found:?}", preset_.name()) };
        let Item::Article(article) = item else { panic!("{}: {item:?}", preset_.name()) };
        let expected = match preset_.name() {
            "ninjs-list" => Format::Ninjs,
            "plain-list" => Format::Plain,
            _ => Format::Preset(preset_),
        };
        assert_eq!(*format, expected);
        assert_eq!(article.title, "Crane falls onto quay", "{}", preset_.name());
        assert_eq!(article.published.date().to_string(), "2019-05-28", "{}", preset_.name());
        let is_titles_only = ["gdelt", "sitemap"].contains(&preset_.name());
        let events = pipeline::process(&message, &pipeline::Settings::default()).expect("an article").remove(0).events;
        assert_eq!(events.len(), if is_titles_only { 0 } else { 2 }, "{}: {}", preset_.name(), article.body);
        let source = article.source.as_deref().unwrap_or("-");
        let language = article.language.as_deref().unwrap_or("-");
        let at = article.published.at.format("%H:%M:%S%z");
        read += &format!(
            "{}: {} {} {at} {} {language} {source}{}\n",
            preset_.name(),
            article.id,
            article.revision,
            article.reference.name(),
            article.warnings.iter().map(|warning| format!(" {}", warning.code)).collect::<String>()
        );
    }
    insta::assert_snapshot!(read, @r"
    afp: http://d.wire.example/1 1 10:22:51+0000 firstcreated en The Quay
    arc-ans: QW7CRANE 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated en The Quay
    aylien: 4821 1 10:22:51+0000 firstcreated en The Quay
    bing-news: https://quay.example/2019/05/crane 1 10:22:51+0000 firstcreated - The Quay summary-used
    contentful: 4xCrane 2 10:22:51+0000 firstcreated en -
    diffbot: article|3|1 1 10:22:51+0000 firstcreated en The Quay
    dow-jones: QUAY000020190528ef5s 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated en The Quay
    dpa: urn:newsml:wire.example:20090101:190528-99 2 10:22:51+0000 firstcreated en -
    drupal-json-api: 9c2b 2019-05-28T14:00:00Z 10:22:51+0000 contentcreated en -
    drupal-rest: 9c2b 2019-05-28T14:00:00Z 10:22:51+0000 contentcreated en -
    event-registry: 7421 1 10:22:51+0000 firstcreated en The Quay
    feedly: fe/1 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated en The Quay
    gdelt: https://quay.example/2019/05/crane 1 10:22:51+0000 envelope en quay.example
    ghost: 5ced 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated - -
    guardian: quay/2019/may/28/crane 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated en The Quay
    json-feed: crane-1 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated en The Quay
    logstash: https://quay.example/2019/05/crane 1 10:22:51+0000 envelope - -
    media-cloud: 88 1 10:22:51+0000 firstcreated en The Quay timezone-assumed
    new-york-times: nyt://article/7 1 10:22:51+0000 firstcreated - The Quay
    new-york-times-sections: nyt://article/7 2019-05-28T14:00:00Z 06:22:51-0400 firstcreated - The Quay summary-used
    newscatcher: nc7 1 10:22:51+0000 firstcreated en quay.example
    newsdata: nd7 1 10:22:51+0000 firstcreated en quay summary-used
    ninjs-list: urn:quay:crane 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated en -
    prismic: p7 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated en-gb -
    reuters-connect: L2Q 3 10:22:51+0000 firstcreated en -
    sanity: s7 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated - -
    sitemap: https://quay.example/2019/05/crane 1 10:22:51+0000 firstcreated en The Quay
    strapi: 7 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated en -
    trafilatura: https://quay.example/2019/05/crane 1 00:00:00+0000 firstcreated en The Quay
    wagtail: 7 1 10:22:51+0000 firstcreated en -
    webz: w7 1 13:22:51+0300 firstcreated en quay.example
    wordpress: 47 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated - -
    zyte: https://quay.example/2019/05/crane 2019-05-28T14:00:00Z 10:22:51+0000 firstcreated en -
    newsapi: https://quay.example/2019/05/crane 1 10:22:51+0000 firstcreated - The Quay body-cut
    plain-list: https://quay.example/2019/05/crane 1 10:22:51+0000 firstcreated en The Quay summary-used
    ");
}

#[test]
fn a_preset_can_be_set_by_name() {
    let set = |name: &str| Format::choices().find(|format| format.name() == name).expect("a format");
    let wordpress = Settings::with(|it| it.format = Some(set("wordpress")));
    let found =
        article(r#"{"id": 4, "title": {"rendered": "Crane falls"}, "date_gmt": "2019-05-28T10:22:51"}"#, &wordpress);
    assert_eq!(
        (&*found.title, found.published.at.to_rfc3339()),
        ("Crane falls", "2019-05-28T10:22:51+00:00".to_owned())
    );
}

#[test]
fn the_escapes_of_a_content_system_in_a_title_are_decoded() {
    let message = r#"{"id": 4, "title": {"rendered": "Mayor&#8217;s crane &amp; quay"}, "content": {"rendered": "<p>It fell.</p>"}, "date": "2019-05-28T10:22:51"}"#;
    assert_eq!(article(message, &Settings::default()).title, "Mayor’s crane & quay");
}

#[test]
fn a_content_system_withdraws_in_its_own_words() {
    for message in [
        r#"{"sys": {"id": "x", "type": "DeletedEntry", "deletedAt": "2019-05-29T10:00:00Z"}}"#,
        r#"{"an": "x", "action": "del", "publication_datetime": 1559038971000}"#,
        r#"{"id": "x", "title": {"rendered": "t"}, "content": {"rendered": "b"}, "status": "trash", "date": "2019-05-28"}"#,
    ] {
        let found = inspect(message.as_bytes(), &Settings::default()).remove(0).item;
        assert!(matches!(&found, Item::Withdrawn(_, notice) if notice.id == "x"), "{message}: {found:?}");
    }
}

#[test]
fn names_with_one_meaning_are_read_without_a_preset() {
    for message in [
        r#"{"id": 1, "title": "t", "content": "It fell on Monday.", "publishedAt": "2019-05-28T10:22:51Z"}"#,
        r#"{"id": 1, "headline": "t", "bodyText": "It fell on Monday.", "pubDate": "2019-05-28T10:22:51Z"}"#,
        r#"{"id": 1, "title": "t", "content_html": "It fell on Monday.", "publication_date": "2019-05-28T10:22:51Z"}"#,
        r#"{"id": 1, "title": "t", "description": "It fell on Monday.", "publish_date": "2019-05-28T10:22:51Z"}"#,
        r#"{"id": 1, "title": "t", "full_text": "It fell on Monday.", "created_at": "2019-05-28T10:22:51Z"}"#,
        // Unions of Avro, and values of DynamoDB.
        r#"{"id": {"int": 1}, "body": {"string": "It fell on Monday."}, "published_at": {"long": 1559038971000}}"#,
        r#"{"id": {"N": "1"}, "body": {"S": "It fell on Monday."}, "published_at": {"S": "2019-05-28T10:22:51Z"}}"#,
        r#"{"uuid": 1, "title": "t", "text": "It fell on Monday.", "date_published": "2019-05-28T10:22:51Z", "source": {"id": 4, "name": "The Quay"}}"#,
    ] {
        let found = article(message, &Settings::default());
        assert_eq!((&*found.id, &*found.body), ("1", "It fell on Monday."), "{message}");
        assert_eq!(found.published.at.to_rfc3339(), "2019-05-28T10:22:51+00:00", "{message}");
    }
}

#[test]
fn the_lists_of_an_article_are_not_articles() {
    let related = r#"[{"title": "r", "description": "It rose on Sunday.", "date": "2019-05-27"}]"#;
    for key in ["articles", "items", "data", "results"] {
        let message = format!(
            r#"{{"id": "a", "title": "t", "body": "It fell.", "published_at": "2019-05-28", "{key}": {related}}}"#
        );
        assert_eq!(article(&message, &Settings::default()).id, "a", "{message}");
        let message = format!(r#"{{"id": "a", "title": "t", "{key}": {related}}}"#);
        assert!(rejection(&message).starts_with("published-missing"), "{message}");
        for message in [
            format!(r#"{{"event": "deleted", "{key}": {related}}}"#),
            format!(r#"{{"{key}": {}}}"#, &related[1..related.len() - 1]),
        ] {
            assert!(rejection(&message).starts_with("not-an-article"), "{message}");
        }
    }
}

#[test]
fn fields_are_read_where_the_configuration_says() {
    let message = r##"{"response": {"results": [
        {"key": "a", "head": {"#text": "Crane falls"}, "copy": ["It fell on Monday.", "It opened."], "when": {"$date": "2019-05-28T10:22:51Z"}, "by": {"title": "The Quay"}, "tongue": "en"},
        {"key": "b", "head": "Crane rises", "rich": {"rendered": "<p>It rose.</p>"}, "when": "2019-05-29T10:22:51Z"},
        {"key": "c", "head": "No time", "copy": "It fell."}
    ]}}"##;
    let settings = settings(
        "response.results",
        &[
            ("id", &["key"]),
            ("title", &["head"]),
            ("body", &["rich", "copy"]),
            ("published", &["when"]),
            ("source", &["by"]),
            ("language", &["tongue"]),
        ],
    );
    let items = inspect(message.as_bytes(), &settings);
    let [Item::Article(a), Item::Article(b), Item::Broken { id, error, .. }] =
        [0, 1, 2].map(|at: usize| items[at].item.clone())
    else {
        panic!("{items:?}")
    };
    assert_eq!([&*a.id, &a.title, &a.body], ["a", "Crane falls", "It fell on Monday.\n\nIt opened."]);
    assert_eq!((a.source.as_deref(), a.language.as_deref()), (Some("The Quay"), Some("en")));
    assert_eq!([&*b.id, &b.title, &b.body], ["b", "Crane rises", "<p>It rose.</p>"]);
    assert_eq!((&*id, error.code()), ("c", "published-missing"));
    // Every item has its record, the broken one as well.
    let input = pipeline::Settings::with(|it| it.input = settings);
    let processed = pipeline::process(message.as_bytes(), &input).expect("articles");
    assert_eq!(processed.iter().map(|one| &*one.id).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(processed[2].warnings[0].code, "published-missing");
}

#[test]
fn a_configured_field_comes_before_what_the_format_knows() {
    let settings = settings("", &[("published", &["onlineSince"]), ("body", &["part[].text"])]);
    let message = r#"{"id": "a", "title": "t", "body": "short", "published_at": "2019-05-28", "onlineSince": "2019-05-20", "part": [{"text": "One."}, {"text": "Two."}]}"#;
    let found = article(message, &settings);
    assert_eq!((&*found.body, found.published.date().to_string()), ("One.\n\nTwo.", "2019-05-20".to_owned()));
    let without = article(r#"{"id": "a", "body": "short", "published_at": "2019-05-28"}"#, &settings);
    assert_eq!((&*without.body, without.published.date().to_string()), ("short", "2019-05-28".to_owned()));
}

#[test]
fn paths_and_fields_that_cannot_be_are_refused() {
    let mut paths = FieldPaths::default();
    insta::assert_snapshot!(paths.insert("autor", ["by"]).expect_err("no field"), @"there is no field autor; the fields are id, revision, status, state, deleted, embargo, title, body, summary, published, contentcreated, versioncreated, modified, dateline, envelope, city, timezone, language, source, url, starts");
    insta::assert_snapshot!(paths.insert("body", ["a..b"]).expect_err("no path"), @r#""a..b" is not a path such as fields.bodyText or hits.hits[]._source"#);
}

#[test]
fn a_rejection_says_what_was_seen() {
    insta::assert_snapshot!(rejection(r#"{"webTitel": "Crane falls", "fields": {"bodyText": "It fell.", "n": 1}, "kind": "x"}"#), @"not-an-article: the object has neither `body` nor `title`, so it is not an article; there is, one level down, `fields.bodyText`: see `dateline formats --guess`");
    insta::assert_snapshot!(rejection(r#"{"webTitle": "Crane falls", "fields": {"bodyText": "It fell.", "n": 1}, "kind": "x"}"#), @"not-an-article: the object has neither `body` nor `title`, so it is not an article; there are `webTitle` and, one level down, `fields.bodyText`: see `dateline formats --guess`");
    insta::assert_snapshot!(rejection(r#"{"temperature": 21.5}"#), @"not-an-article: the object has neither `body` nor `title`, so it is not an article");
}

#[test]
fn the_sentence_that_an_api_cut_gives_no_event() {
    let message = |content: &str| {
        format!(
            r#"{{"url": "u", "title": "t", "source": {{"name": "The Quay"}}, "publishedAt": "2019-05-28T10:22:51Z", "description": "It rose on Sunday.", "content": "{content}"}}"#
        )
    };
    let read = |content: &str| {
        let processed =
            pipeline::process(message(content).as_bytes(), &pipeline::Settings::default()).expect("an article");
        let codes: Vec<&str> = processed[0].warnings.iter().map(|warning| warning.code).collect();
        let dates: Vec<&str> = processed[0].events.iter().map(|event| &*event.date.text).collect();
        format!("{codes:?} {dates:?}")
    };
    insta::assert_snapshot!(read("It fell on Monday. It opens in July 20… [+3411 chars]"), @r#"["body-cut"] ["Monday"]"#);
    insta::assert_snapshot!(read("It opens in July 20… [+3411 chars]"), @r#"["body-cut", "summary-used"] ["Sunday"]"#);
    insta::assert_snapshot!(read("It fell on Monday."), @r#"[] ["Monday"]"#);
}

#[test]
fn a_guess_fits_the_sample_that_it_was_made_from() {
    let message = r#"{"meta": {"count": 2}, "payload_": {"stories": [
        {"storyId": "s-1", "texts": {"mainHeadline": "Crane falls onto quay", "bodyHtml": "<p>A crane fell onto the quay on Monday, and nobody was hurt.</p>"},
         "timing": {"createdOn": "2019-05-27T08:00:00Z", "publishedOn": "2019-05-28T10:22:51Z", "modifiedOn": "2019-05-28T14:00:00Z"},
         "outlet": {"name": "The Quay"}, "shareLink": "https://quay.example/crane", "lang": "en"}
    ]}}"#;
    let guess = article::guess(&Message::bare(message.as_bytes()), &Settings::default()).expect("a guess");
    assert_eq!(guess.items.as_deref(), Some("payload_.stories"));
    let lines: Vec<String> = guess
        .fields
        .iter()
        .map(|field| format!("{} = {} ({})", field.name, field.paths.join(", "), field.value))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    id = storyId (s-1)
    title = texts.mainHeadline, outlet.name (Crane falls onto quay)
    body = texts.bodyHtml (<p>A crane fell onto the quay on Monday, and nobody was hurt…)
    published = timing.publishedOn (2019-05-28T10:22:51Z)
    versioncreated = timing.modifiedOn (2019-05-28T14:00:00Z)
    language = lang (en)
    source = outlet.name (The Quay)
    url = shareLink (https://quay.example/crane)
    ");
    let fields: Vec<(&str, Vec<&str>)> =
        guess.fields.iter().map(|field| (field.name, field.paths.iter().map(String::as_str).collect())).collect();
    let fields: Vec<(&str, &[&str])> = fields.iter().map(|(name, paths)| (*name, paths.as_slice())).collect();
    let found = article(message, &settings("payload_.stories", &fields));
    assert_eq!([&*found.id, &found.title], ["s-1", "Crane falls onto quay"]);
    assert_eq!(found.published.at.to_rfc3339(), "2019-05-28T10:22:51+00:00");
    assert!(found.body.contains("fell onto the quay"));
}

#[test]
fn a_guess_needs_no_configuration_for_a_preset_and_finds_nothing_in_numbers() {
    let guess = |message: &[u8]| article::guess(&Message::bare(message), &Settings::default());
    assert_eq!(guess(&preset("guardian")).expect("a guess").preset, Some("guardian"));
    insta::assert_snapshot!(guess(br#"{"temperature": 21.5}"#).expect_err("no article"), @"nothing in it looks like the title, the text and the time of an article");
    assert_eq!(guess(b"<p>no JSON</p>").expect_err("no JSON").code(), "not-json");
}
