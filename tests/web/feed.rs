//! The live feed of the timeline.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use dateline::store::RecordKind;
use dateline::web::Access;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::api::Fixture;

/// A follower of the feed.
struct FeedClient {
    body: axum::body::BodyDataStream,
    text: String,
}

impl FeedClient {
    async fn new(fixture: &Fixture, filters: &str, last: Option<&str>) -> Self {
        let mut request = Request::get(format!("/api/feed?{filters}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = fixture.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event: its id, its name, and the event id in its data.
    async fn next(&mut self) -> (u64, String, String) {
        while !self.text.contains("\n\n") {
            let more = tokio::time::timeout(Duration::from_secs(30), self.body.next()).await;
            self.text += std::str::from_utf8(&more.unwrap().unwrap().unwrap()).unwrap();
        }
        let (event, rest) = self.text.split_once("\n\n").unwrap();
        let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        let data: Value = serde_json::from_str(&line("data: ")).unwrap_or_default();
        let event =
            (line("id: ").parse().unwrap(), line("event: "), data["id"].as_str().unwrap_or_default().to_owned());
        self.text = rest.to_owned();
        event
    }
}

fn event(id: &str, status: &str) -> Value {
    json!({
        "id": id,
        "article": {"id": "a1", "title": "t", "source": null, "language": "en"},
        "date": {"start": "2019-04-01", "end": null, "granularity": "day", "basis": "relative"},
        "statement": {"summary": "s", "sentence": "s", "status": status, "names": []},
        "confidence": 0.9
    })
}

#[tokio::test]
async fn it_sends_inserts_changes_and_retractions() {
    let mut fixture = Fixture::empty(&Access::default());
    let mut client = FeedClient::new(&fixture, "", None).await;
    let (begin, name, _) = client.next().await;
    assert_eq!(name, "", "only the id to resume from");
    fixture.apply(RecordKind::Event, "one", &event("one", "planned"));
    assert_eq!(client.next().await, (begin + 1, "insert".to_owned(), "one".to_owned()));
    fixture.apply(RecordKind::Event, "one", &event("one", "happened"));
    assert_eq!(client.next().await, (begin + 2, "change".to_owned(), "one".to_owned()));
    fixture.apply(RecordKind::Event, "two", &event("two", "planned"));
    fixture.apply(RecordKind::Event, "two", &event("two", "happened"));
    fixture.apply(RecordKind::Event, "two", &Value::Null);
    // The event is gone by now, so that only its retraction is sent.
    assert_eq!(client.next().await, (begin + 5, "retract".to_owned(), "two".to_owned()));
}

#[tokio::test]
async fn a_client_that_reconnects_resumes_where_it_stopped() {
    let mut fixture = Fixture::empty(&Access::default());
    fixture.apply(RecordKind::Event, "one", &event("one", "planned"));
    fixture.apply(RecordKind::Event, "two", &event("two", "planned"));
    let mut client = FeedClient::new(&fixture, "", Some("2")).await;
    assert_eq!(client.next().await, (2, String::new(), String::new()));
    assert_eq!(client.next().await, (3, "insert".to_owned(), "two".to_owned()));
    let mut client = FeedClient::new(&fixture, "", Some("999")).await;
    client.next().await;
    assert_eq!(client.next().await, (3, "reset".to_owned(), String::new()));
}

#[tokio::test]
async fn an_event_that_no_longer_matches_the_filters_is_retracted() {
    let mut fixture = Fixture::empty(&Access::default());
    let mut client = FeedClient::new(&fixture, "status=planned", None).await;
    client.next().await;
    fixture.apply(RecordKind::Event, "other", &event("other", "denied"));
    fixture.apply(RecordKind::Event, "one", &event("one", "planned"));
    assert_eq!(client.next().await, (3, "insert".to_owned(), "one".to_owned()));
    fixture.apply(RecordKind::Event, "one", &event("one", "happened"));
    assert_eq!(client.next().await, (4, "retract".to_owned(), "one".to_owned()));
}

#[tokio::test]
async fn an_invalid_last_event_id_is_refused() {
    let fixture = Fixture::empty(&Access::default());
    let request = Request::get("/api/feed").header("last-event-id", "yesterday").body(Body::empty()).unwrap();
    assert_eq!(fixture.send(request).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn each_follower_gets_what_its_filters_match() {
    let mut fixture = Fixture::empty(&Access::default());
    let mut clients = Vec::new();
    for filters in ["", "status=planned", "status=denied", "status=planned"] {
        let mut client = FeedClient::new(&fixture, filters, None).await;
        client.next().await;
        clients.push(client);
    }
    for (n, status) in ["planned", "denied", "planned", "happened"].into_iter().enumerate() {
        fixture.apply(RecordKind::Event, &format!("event{n}"), &event(&format!("event{n}"), status));
    }
    let expected: [&[&str]; 4] =
        [&["event0", "event1", "event2", "event3"], &["event0", "event2"], &["event1"], &["event0", "event2"]];
    for (client, expected) in clients.iter_mut().zip(expected) {
        for id in expected {
            let (_, name, found) = client.next().await;
            assert_eq!((name.as_str(), found.as_str()), ("insert", *id));
        }
    }
}

#[tokio::test]
async fn a_follower_that_is_slower_than_the_feed_misses_nothing() {
    let mut fixture = Fixture::empty(&Access::default());
    let mut quick = FeedClient::new(&fixture, "", None).await;
    let mut slow = FeedClient::new(&fixture, "", None).await;
    let (begin, ..) = quick.next().await;
    slow.next().await;
    // More than what all followers share holds: the slow one has to read the rest by itself.
    for n in 1..=60 {
        fixture.apply(RecordKind::Event, &format!("event{n}"), &event(&format!("event{n}"), "planned"));
        assert_eq!(quick.next().await, (begin + n, "insert".to_owned(), format!("event{n}")));
    }
    for n in 1..=60 {
        assert_eq!(slow.next().await, (begin + n, "insert".to_owned(), format!("event{n}")));
    }
    fixture.apply(RecordKind::Event, "last", &event("last", "planned"));
    assert_eq!(slow.next().await.2, "last");
}
