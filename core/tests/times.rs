//! Times of publication in messages: which zone they are in, which of several serves, and what is refused.

use chrono_tz::Tz;
use dateline_core::article::{self, Article, Item, Message, RecordTime, Settings};
use dateline_core::article::{Published, Reference};
use dateline_core::error::Error;

fn read(fields: &str, settings: &Settings) -> Result<Article, Error> {
    let json = format!(r#"{{"id": "a", "body": "It closed on Monday.", {fields}}}"#);
    match article::read(&Message::bare(json.as_bytes()), settings)?.remove(0) {
        Item::Article(article) => Ok(*article),
        Item::Broken { error, .. } => Err(error),
        other => panic!("{other:?}"),
    }
}

/// The time, or the code of the error.
fn time(fields: &str, settings: &Settings) -> String {
    match read(fields, settings) {
        Ok(article) => article.published.at.to_rfc3339(),
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn an_ambiguous_zone_is_that_of_the_article_of_its_source_or_of_the_table() {
    let bst = r#""published_at": "Thu, 23 May 2019 18:35:07 BST""#;
    let (none, london) = (Settings::default(), "2019-05-23T18:35:07+01:00");
    assert_eq!(time(bst, &none), "published-invalid");
    assert_eq!(time(&format!(r#"{bst}, "timezone": "Europe/London""#), &none), london);
    let of_source = Settings::with(|it| it.timezones = [("PA", Tz::Europe__London)].into_iter().collect());
    assert_eq!(time(&format!(r#"{bst}, "source": "PA""#), &of_source), london);
    assert_eq!(time(&format!(r#"{bst}, "source": "AP""#), &of_source), "published-invalid");
    let of_name = Settings::with(|it| it.timezones = [("BST", Tz::Europe__London)].into_iter().collect());
    assert_eq!(time(bst, &of_name), london);
    let assumed = Settings::with(|it| it.timezone = Tz::Asia__Kolkata);
    assert_eq!(time(r#""published_at": "Fri, 03 May 2019 18:35:00 IST""#, &assumed), "2019-05-03T18:35:00+05:30");
    let new_york = Settings::with(|it| it.timezone = Tz::America__New_York);
    assert_eq!(time(r#""published_at": "May 23, 2019 6:35 p.m. ET""#, &new_york), "2019-05-23T18:35:00-04:00");
    assert_eq!(time(r#""published_at": "Thu, 23 May 2019 18:35:07 CST""#, &none), "published-invalid");
    assert_eq!(time(r#""published_at": "Thu, 23 May 2019 18:35:07 CST""#, &new_york), "2019-05-23T18:35:07-06:00");
}

#[test]
fn a_zero_is_no_time_so_that_a_good_second_field_serves() {
    let settings = Settings::default();
    for zero in [
        r#""0001-01-01T00:00:00Z""#,
        r#""0001-01-01""#,
        r#""Mon, 01 Jan 0001 00:00:00 +0000""#,
        r#""1970-01-01T00:00:00Z""#,
        r#""0000-00-00 00:00:00""#,
        r#""0""#,
        "0",
        "-62135596800",
    ] {
        let fields = format!(r#""published_at": {zero}, "date": "2019-05-23""#);
        assert_eq!(time(&fields, &settings), "2019-05-23T00:00:00+00:00", "{zero}");
        let fields = format!(r#""published_at": {zero}, "versioncreated": "2019-05-24""#);
        assert_eq!(time(&fields, &settings), "2019-05-24T00:00:00+00:00", "{zero}");
        assert_eq!(time(&format!(r#""published_at": {zero}"#), &settings), "published-missing", "{zero}");
    }
}

#[test]
fn numbers_are_times_only_where_they_have_one_meaning() {
    let settings = Settings::default();
    for (number, at) in [
        ("20190523", "2019-05-23T00:00:00+00:00"),
        ("20190523183507", "2019-05-23T18:35:07+00:00"),
        ("1558636507", "2019-05-23T18:35:07+00:00"),
        ("1558636507.5", "2019-05-23T18:35:07.500+00:00"),
        ("1558636507000", "2019-05-23T18:35:07+00:00"),
        ("1558636507000000", "2019-05-23T18:35:07+00:00"),
        ("1558636507000000000", "2019-05-23T18:35:07+00:00"),
        ("18039", "published-invalid"),
        ("20191301", "published-invalid"),
        ("99999999", "published-invalid"),
        ("201905231835", "published-invalid"),
    ] {
        assert_eq!(time(&format!(r#""published_at": {number}"#), &settings), at, "{number}");
        assert_eq!(time(&format!(r#""published_at": "{number}""#), &settings), at, "{number}");
    }
}

#[test]
fn a_wrong_weekday_is_reported_with_the_article() {
    let found = read(r#""published_at": "Wed, 23 May 2019 18:35:07 GMT""#, &Settings::default()).expect("a time");
    assert_eq!(found.published.at.to_rfc3339(), "2019-05-23T18:35:07+00:00");
    assert_eq!(found.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), ["weekday-wrong"]);
}

#[test]
fn the_time_of_the_record_is_a_last_resort() {
    let recorded = Published::parse("2019-05-23T18:35:07Z", Tz::UTC).expect("a time");
    let settings = Settings::with(|it| it.record_time = RecordTime::LastResort(Some(recorded)));
    let found = |fields| {
        let article = read(fields, &settings).expect("a time");
        let codes: Vec<&str> = article.warnings.iter().map(|warning| warning.code).collect();
        (article.published.date().to_string(), article.reference, codes)
    };
    assert_eq!(found(r#""title": "t""#), ("2019-05-23".to_owned(), Reference::Record, vec![]));
    assert_eq!(
        found(r#""date": "03/05/2019""#),
        ("2019-05-23".to_owned(), Reference::Record, vec!["published-invalid"])
    );
    assert_eq!(found(r#""date": "2019-05-03""#), ("2019-05-03".to_owned(), Reference::FirstCreated, vec![]));
}
