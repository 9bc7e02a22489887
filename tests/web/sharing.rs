//! What goes out of the timeline: folded rows, slide shows, feeds, read-only links, frames.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use dateline::store::RecordKind;
use dateline::web::{Access, ReadOnlyLink};
use serde_json::{Value, json};

use super::api::Fixture;
use super::api::responses::sample;

#[tokio::test]
async fn the_best_of_many_make_a_slide_show_in_the_order_of_time() {
    let mut fixture = Fixture::empty(&Access::default());
    let event = serde_json::to_value(sample()).unwrap();
    for n in 0..50 {
        let mut event = event.clone();
        event["id"] = json!(format!("{n:032x}"));
        event["weight"] = json!(f64::from(n) / 50.0);
        event["date"]["granularity"] = json!("day");
        event["date"]["start"] = json!(format!("2019-04-{:02}", n * 7 % 30 + 1));
        fixture.apply(RecordKind::Event, "", &event);
    }
    let slides = fixture.get("/api/export/timelinejs").await.json();
    let slides = slides["events"].as_array().unwrap();
    let day = |slide: &Value| {
        let number = |unit: &str| slide["start_date"][unit].as_u64().unwrap_or(1);
        number("month") * 100 + number("day")
    };
    assert!(slides.len() == 40 && slides.is_sorted_by_key(day));
    assert!(slides.iter().all(|slide| *slide["unique_id"].as_str().unwrap() >= *format!("{:032x}", 10)));
    let more = fixture.get("/api/export/timelinejs?limit=45").await.json();
    assert_eq!(more["events"].as_array().unwrap().len(), 45);
    let table = fixture.get("/api/export/csv?bom=true&sort=weight").await.body;
    assert!(table.starts_with('\u{feff}') && table.lines().count() == 51);
    let days = fixture.get("/api/export/csv?days=3").await.body;
    assert_eq!(days.lines().count(), 4, "a row for each day that matters");
}

#[tokio::test]
async fn feeds_have_what_is_new_at_the_public_address() {
    let access = Access { public_url: Some("https://t.example/news".to_owned()), ..Access::default() };
    let fixture = Fixture::open(&access);
    let feed = fixture.get("/api/export/jsonfeed?status=planned&fold=true&limit=5").await.json();
    assert_eq!(feed["feed_url"], "https://t.example/news/api/export/jsonfeed?status=planned&fold=true&limit=5");
    let published: Vec<_> =
        feed["items"].as_array().unwrap().iter().map(|item| item["date_published"].as_str()).collect();
    assert!(published.len() == 5 && published.iter().all(Option::is_some));
}

#[tokio::test]
async fn folded_rows_are_records_with_what_is_folded_into_them() {
    let mut fixture = Fixture::empty(&Access::default());
    let event = serde_json::to_value(sample()).unwrap();
    for n in 0..3 {
        let mut event = event.clone();
        event["id"] = json!(format!("{n:032x}"));
        event["article"]["id"] = json!(format!("a{n}"));
        event["article"]["source"] = json!(format!("Source {n}"));
        event["article"]["title"] = json!("Bridge shut");
        fixture.apply(RecordKind::Event, "", &event);
    }
    let page = fixture.get("/api/events?fold=true").await.json();
    let [row] = page["events"].as_array().unwrap().as_slice() else { panic!("one row: {page}") };
    assert_eq!(
        (&row["entry"]["count"], &row["entry"]["sources"]),
        (&json!(3), &json!(["Source 0", "Source 1", "Source 2"]))
    );
    assert_eq!(row["article"]["title"], "Bridge shut");
    let events = fixture.get("/api/events").await.json();
    assert!(events["events"].as_array().unwrap().iter().all(|row| row.get("entry").is_none()));
    let id = row["entry"]["id"].as_str().unwrap();
    assert_eq!(fixture.get(&format!("/api/events/{id}")).await.json()["mentions"].as_array().unwrap().len(), 2);
    assert_eq!(fixture.get("/api/density?fold=true").await.json()["total"], 1);
    assert_eq!(fixture.get("/api/export/csv?fold=true").await.body.lines().count(), 2);
}

#[tokio::test]
async fn a_read_only_link_is_enough_to_read_until_it_is_revoked() {
    let link = ReadOnlyLink { name: "desk".to_owned(), secret: "0123456789abcdef".to_owned() };
    let access = Access { token: Some("correct horse".into()), links: vec![link], ..Access::default() };
    let fixture = Fixture::open(&access);
    let status = async |path: &str| fixture.get(path).await.status;
    for path in ["/api/export/ics?status=planned&link=0123456789abcdef", "/api/events?link=0123456789abcdef&limit=1"] {
        assert_eq!(status(path).await, StatusCode::OK, "{path}");
    }
    for path in [
        "/api/events",
        "/api/events?link=0123456789abcdeg",
        "/api/links?link=0123456789abcdef",
        "/metrics?link=0123456789abcdef",
    ] {
        assert_eq!(status(path).await, StatusCode::UNAUTHORIZED, "{path}");
    }
    let post = Request::post("/api/grafana/tag-keys?link=0123456789abcdef").body(Body::from("{}")).unwrap();
    assert_eq!(fixture.send(post).await.status, StatusCode::UNAUTHORIZED, "it only reads");
    let request =
        Request::get("/api/links").header("authorization", "Bearer correct horse").body(Body::empty()).unwrap();
    assert_eq!(fixture.send(request).await.json()["links"][0]["name"], "desk");
    let feed = fixture.get("/api/export/atom?link=0123456789abcdef").await.body;
    assert!(!feed.contains("0123456789abcdef"), "a feed does not pass the secret on");
}

#[tokio::test]
async fn the_embedded_view_may_be_framed_where_that_is_allowed() {
    let access = Access { frame_ancestors: vec!["https://desk.example".to_owned()], ..Access::default() };
    let policy = async |fixture: &Fixture, path: &str| {
        fixture.get(path).await.header("content-security-policy").rsplit(';').next().unwrap().trim().to_owned()
    };
    let fixture = Fixture::empty(&access);
    assert_eq!(policy(&fixture, "/?embed=1&q=x").await, "frame-ancestors https://desk.example");
    for path in ["/", "/?embed=0", "/api/events?limit=1"] {
        assert_eq!(policy(&fixture, path).await, "frame-ancestors 'none'", "{path}");
    }
    assert_eq!(policy(&Fixture::empty(&Access::default()), "/?embed=1").await, "frame-ancestors 'none'");
}
