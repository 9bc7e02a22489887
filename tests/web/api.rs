//! The timeline over HTTP, filled with the samples of the demo: every response matches `docs/openapi.json`, whatever
//! the request is.
//!
//! `DATELINE_WRITE_SCHEMA=1 cargo test --test program web::api` regenerates `docs/openapi.json`.

use std::sync::Arc;

use crate::contract;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use dateline::calendar::Granularity;
use dateline::config::HttpLimits;
use dateline::event::Status;
use dateline::pipeline::{Settings, process};
use dateline::store::{RecordKind, Store, TopicRecord, Writer};
use dateline::stream::Control;
use dateline::telemetry::Progress;
use dateline::web::{Access, HealthState, TimelineState, openapi, timeline_router};
use serde_json::{Value, json};
use tower::ServiceExt;

const SAMPLES: &str = include_str!("../../src/cli/demo/samples.jsonl");
const OPENAPI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");

pub struct Fixture {
    writer: Writer,
    pub router: Router,
    _folder: tempfile::TempDir,
}

pub struct TestResponse {
    pub status: StatusCode,
    headers: HeaderMap,
    pub body: String,
}

impl TestResponse {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Fixture {
    pub fn empty(access: &Access) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        let Control { metrics, health, .. } = Control::default();
        let router = timeline_router(
            TimelineState::new(store, Arc::<Progress>::default(), HttpLimits::default().body_timeout),
            HealthState { metrics, health },
            access,
        );
        Self { writer, router, _folder: folder }
    }

    pub fn new() -> Self {
        Self::open(&Access::default())
    }

    pub fn open(access: &Access) -> Self {
        let mut fixture = Self::empty(access);
        for sample in SAMPLES.lines() {
            let Ok(articles) = process(sample.as_bytes(), &Settings::default()) else { continue };
            for article in articles {
                for event in &article.events {
                    fixture.apply(RecordKind::Event, &event.id, &serde_json::to_value(event).unwrap());
                }
                let events: Vec<_> = article.events.iter().map(|event| &event.id).collect();
                let disposition = json!({"id": article.id, "status": article.status, "events": events});
                fixture.apply(RecordKind::Article, &article.id, &disposition);
            }
        }
        fixture
    }

    pub fn apply(&mut self, kind: RecordKind, key: &str, value: &Value) {
        let value = value.to_string();
        let value = Some(value.as_bytes()).filter(|value| *value != b"null");
        assert_eq!(self.writer.apply(&[TopicRecord { kind, key, value }], &[]).unwrap(), 0);
    }

    pub async fn send(&self, request: Request<Body>) -> TestResponse {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 1 << 26).await.unwrap();
        TestResponse { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    pub async fn get(&self, path: &str) -> TestResponse {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.send(Request::post(path).body(Body::from(body.to_string())).unwrap()).await
    }

    /// The ids of all events that match the filters.
    pub async fn ids(&self, filters: &str) -> Vec<String> {
        let page = self.get(&format!("/api/events?limit=1000&{filters}")).await.json();
        page["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    }
}

mod description {
    use super::*;

    /// Validates a response against its description.
    fn assert_as_described(path: &str, method: &str, response: &TestResponse) {
        let description = openapi();
        let responses = &description["paths"][path][method]["responses"];
        let media_type = response.header("content-type").split(';').next().unwrap();
        let content = match response.status {
            StatusCode::OK => &responses["200"]["content"],
            _ => &description["components"]["responses"]["Problem"]["content"],
        };
        let described =
            content.as_object().unwrap().iter().find(|(named, _)| named.split(';').next() == Some(media_type));
        let (_, described) =
            described.unwrap_or_else(|| panic!("{method} {path} answers with {media_type:?}: {}", response.body));
        if media_type.ends_with("json") {
            let mut schema = described["schema"].clone();
            schema["components"] = description["components"].clone();
            let errors = jsonschema::validator_for(&schema).unwrap();
            let value = response.json();
            let errors: Vec<_> =
                errors.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{method} {path}: {errors:?}");
        }
    }

    #[test]
    fn the_published_description_is_up_to_date() {
        let described = serde_json::to_string_pretty(&openapi()).unwrap() + "\n";
        if std::env::var_os("DATELINE_WRITE_SCHEMA").is_some() {
            std::fs::write(OPENAPI, &described).unwrap();
        }
        let written = std::fs::read_to_string(OPENAPI).unwrap_or_default();
        assert!(
            written == described,
            "docs/openapi.json is out of date: DATELINE_WRITE_SCHEMA=1 cargo test --test program web::api"
        );
    }

    #[test]
    fn the_page_knows_every_status_and_granularity() {
        let words = include_str!("../../src/web/page/words.js");
        for status in Status::ALL {
            assert!(words.contains(&format!("\n  {}: '", status.name())), "STATUSES lacks {}", status.name());
        }
        for granularity in Granularity::ALL {
            assert!(words.contains(&format!("'{}'", granularity.name())), "LANES lacks {}", granularity.name());
        }
    }

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let source = include_str!("../../src/web/timeline.rs");
        let routes = source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let mut routes: Vec<_> =
            routes.filter(|route| route.starts_with("/api/") && *route != "/api/grafana").collect();
        routes.sort_unstable();
        let description = openapi();
        let mut described: Vec<_> = description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        described.sort_unstable();
        assert_eq!(described, routes);
    }

    #[tokio::test]
    async fn every_response_matches_its_description() {
        let fixture = Fixture::new();
        let id = fixture.ids("").await.remove(0);
        for (path, method) in openapi()["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| (path.clone(), method.clone()))
        }) {
            if path == "/api/feed" {
                continue;
            }
            for form in ["timelinejs", "vis", "csv", "ics", "jsonl", "rss", "atom", "jsonfeed"] {
                let real = path.replace("{id}", &id).replace("{form}", form);
                let range = json!({"from": "2000-01-01T00:00:00.000Z", "to": "2030-01-01T00:00:00.000Z"});
                let body =
                    json!({"range": range, "targets": [{"target": "events"}], "annotation": {"query": "events"}});
                let response =
                    if method == "post" { fixture.post(&real, &body).await } else { fixture.get(&real).await };
                assert_eq!(response.status, StatusCode::OK, "{real}: {}", response.body);
                assert!(response.body.len() > 2, "{real} has content");
                assert_as_described(&path, &method, &response);
            }
        }
    }

    #[tokio::test]
    async fn errors_are_problem_details() {
        let fixture = Fixture::new();
        for (path, status) in [
            ("/api/events?from=tomorrow", 400),
            ("/api/events?limit=0", 400),
            ("/api/events?limit=1001", 400),
            ("/api/events?cursor=%00", 400),
            ("/api/events?offset=3", 400),
            ("/api/density?buckets=1000000000000000000000", 400),
            ("/api/names?status=%F0%9F%92%A5", 400),
            ("/api/events/nothing", 404),
            ("/api/events/%00%ff", 400),
            ("/api/export/pdf", 404),
            ("/api/export/csv?limit=7", 400),
            ("/api/nothing", 404),
            ("/assets/../mod.rs", 404),
            ("/assets/..%2f..%2fmod.rs", 404),
        ] {
            let response = fixture.get(path).await;
            assert_eq!((path, response.status.as_u16()), (path, status), "{}", response.body);
            if path.starts_with("/api/events?") {
                assert_as_described("/api/events", "get", &response);
            }
        }
        for body in ["", "%7B%7D", "[1]", r#"{"range": {"from": "x", "to": "y"}, "targets": [{"target": "events"}]}"#] {
            let request = Request::post("/api/grafana/query").body(Body::from(body.to_owned())).unwrap();
            let response = fixture.send(request).await;
            assert_eq!(response.status, StatusCode::BAD_REQUEST, "{body}");
            assert_as_described("/api/grafana/query", "post", &response);
        }
        let large = Request::post("/api/grafana/query").body(Body::from(vec![b' '; 1 << 20])).unwrap();
        assert_eq!(fixture.send(large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

mod hostile {
    use super::*;

    #[tokio::test]
    async fn no_request_breaks_the_server() {
        let fixture = Fixture::new();
        let values = [
            "",
            "%00",
            "%ff%fe",
            "'",
            "%22",
            "';DROP%20TABLE%20events;--",
            "*",
            "%22%20OR%20%22",
            "NEAR(a%20b)",
            "a*b*c*",
            "-1",
            "NaN",
            "1e999",
            "-999999-12-31",
            "9999-12-31T23:59:59-14:00",
            "%F0%9F%92%A5",
            ",,,,",
            "%25",
            "+",
            "%7B%7D",
            "text:a",
            "a%0d%0aX:1",
        ];
        let names = [
            "from",
            "to",
            "q",
            "source",
            "language",
            "name",
            "status",
            "granularity",
            "article",
            "weight",
            "confidence",
            "basis",
            "limit",
            "order",
            "cursor",
            "buckets",
        ];
        for name in names {
            for value in values
                .iter()
                .map(|value| (*value).to_owned())
                .chain([format!("{value}{value}", value = "a%20".repeat(400))])
            {
                for path in ["/api/events", "/api/density", "/api/names", "/api/export/csv"] {
                    let response = fixture.get(&format!("{path}?{name}={value}")).await;
                    assert!(response.status.as_u16() < 500, "{path}?{name}={value}: {}", response.body);
                }
            }
        }
        assert!(!fixture.ids("").await.is_empty(), "the events are still there");
    }
}

pub mod responses {
    use super::*;

    #[tokio::test]
    async fn events_are_the_published_records() {
        let fixture = Fixture::new();
        let events = fixture.get("/api/events?limit=1000").await.json();
        let events = events["events"].as_array().unwrap();
        assert!(events.len() > 100, "{} events", events.len());
        for event in events {
            contract::assert_is_record(event);
        }
        let id = events[0]["id"].as_str().unwrap();
        let one = fixture.get(&format!("/api/events/{id}")).await.json();
        assert_eq!(one["event"], events[0]);
        assert_eq!(one["article"]["id"], events[0]["article"]["id"]);
    }

    #[tokio::test]
    async fn counts_agree_with_the_events() {
        let fixture = Fixture::new();
        let count = |query: &'static str| {
            let fixture = &fixture;
            async move { fixture.ids(query).await.len() as u64 }
        };
        for filters in ["", "q=the", "status=planned", "from=2026-03-12&to=2026-03-13", "confidence=0.9&basis=relative"]
        {
            let density = fixture.get(&format!("/api/density?{filters}")).await.json();
            assert_eq!(density["total"].as_u64(), Some(count(filters).await), "{filters}");
        }
        for (what, list) in [("names", "name"), ("sources", "source")] {
            let counts = fixture.get(&format!("/api/{what}?limit=5")).await.json();
            for entry in counts[what].as_array().unwrap() {
                let value = entry[list].as_str().unwrap().replace(' ', "%20");
                assert_eq!(
                    fixture.ids(&format!("{list}={value}")).await.len() as u64,
                    entry["count"].as_u64().unwrap()
                );
            }
        }
        assert_eq!(fixture.get("/api/status").await.json()["events"].as_u64(), Some(count("").await));
    }

    #[tokio::test]
    async fn exports_contain_the_listed_events_in_the_formats_of_extract() {
        let fixture = Fixture::new();
        let list = fixture.get("/api/events?limit=1000&status=planned").await.json();
        let list = list["events"].as_array().unwrap();
        let export = async |form: &str| fixture.get(&format!("/api/export/{form}?status=planned")).await;
        let lines: Vec<Value> =
            export("jsonl").await.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(&lines, list);
        let slides = fixture.get("/api/export/timelinejs?status=planned&limit=1000").await.json();
        let vis = export("vis").await.json();
        let ids = |items: &Value, name: &str| -> Vec<Value> {
            items.as_array().unwrap().iter().map(|it| it[name].clone()).collect()
        };
        let own: Vec<Value> = list.iter().map(|event| event["id"].clone()).collect();
        assert_eq!((ids(&vis, "id"), ids(&slides["events"], "unique_id")), (own.clone(), own.clone()));
        let csv = export("csv").await;
        assert_eq!(csv.body.lines().next().unwrap().split(',').next(), Some("start"));
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"timeline.csv\"");
        let calendar = export("ics").await.body;
        assert_eq!(calendar.matches("BEGIN:VEVENT").count(), own.len());
        assert!(calendar.ends_with("END:VCALENDAR\r\n"));
    }

    #[tokio::test]
    async fn an_export_spans_many_pages() {
        let mut fixture = Fixture::empty(&Access::default());
        let event = serde_json::to_value(sample()).unwrap();
        for n in 0..1203 {
            let mut event = event.clone();
            event["id"] = json!(format!("{n:016x}{n:016x}"));
            fixture.apply(RecordKind::Event, "", &event);
        }
        let csv = fixture.get("/api/export/csv").await.body;
        let mut rows: Vec<_> = csv.lines().skip(1).map(|row| row.rsplit(',').next().unwrap().to_owned()).collect();
        assert_eq!(rows.len(), 1203);
        rows.dedup();
        assert_eq!(rows.len(), 1203, "each event once");
    }

    pub fn sample() -> dateline::record::EventRecord {
        let article = br#"{"id": "a", "published_at": "2019-05-03", "body": "The bridge was shut last month."}"#;
        let Ok(articles) = process(article, &Settings::default()) else { panic!("an article") };
        articles[0].events[0].clone()
    }

    #[tokio::test]
    async fn grafana_gets_series_and_annotations() {
        let fixture = Fixture::new();
        let range = json!({"from": "2026-01-01T00:00:00.000Z", "to": "2027-01-01T00:00:00.000Z"});
        let request = json!({
            "range": range, "maxDataPoints": 400,
            "targets": [{"target": "events", "refId": "A"}, {"target": "events?status=planned"}]
        });
        let series = fixture.post("/api/grafana/query", &request).await.json();
        let sum = |at: usize| -> u64 {
            series[at]["datapoints"].as_array().unwrap().iter().map(|point| point[0].as_u64().unwrap()).sum()
        };
        assert_eq!(series[1]["target"], "events?status=planned");
        assert!(sum(0) > sum(1) && sum(1) > 0, "{series}");
        let request = json!({"range": range, "annotation": {"query": "events?status=planned"}});
        let notes = fixture.post("/api/grafana/annotations", &request).await.json();
        let planned = fixture.ids("status=planned&from=2026-01-01&to=2027-01-01").await;
        assert_eq!(notes.as_array().unwrap().len(), planned.len());
        assert!(
            notes[0]["time"].as_i64() < notes[0]["timeEnd"].as_i64() && notes[0]["tags"][0] == "planned",
            "{notes}"
        );
        let chosen = json!({
            "range": range, "adhocFilters": [{"key": "status", "operator": "=", "value": "planned"}],
            "targets": [{"target": "annotations", "refId": "A", "payload": {"fold": "false", "q": ""}}]
        });
        let table = fixture.post("/api/grafana/query", &chosen).await.json();
        let columns: Vec<_> =
            table[0]["columns"].as_array().unwrap().iter().map(|column| column["text"].as_str().unwrap()).collect();
        assert_eq!(columns, ["time", "timeEnd", "title", "text", "tags", "id", "url"]);
        assert_eq!((table[0]["rows"].as_array().unwrap().len(), &table[0]["type"]), (planned.len(), &json!("table")));
        let wrong = json!({"range": range, "targets": [], "adhocFilters": [{"key": "status", "operator": "!=", "value": "planned"}]});
        assert_eq!(fixture.post("/api/grafana/query", &wrong).await.status, StatusCode::OK, "nobody is asked");
        let wrong = json!({"range": range, "targets": [{"target": "events"}], "adhocFilters": wrong["adhocFilters"]});
        assert_eq!(fixture.post("/api/grafana/query", &wrong).await.status, StatusCode::BAD_REQUEST);
        for (path, body) in [
            ("metric-payload-options", json!({"metric": "events", "name": "status"})),
            ("variable", json!({"payload": {"target": "status"}, "range": range})),
            ("tag-values", json!({"key": "status"})),
        ] {
            let values = fixture.post(&format!("/api/grafana/{path}"), &body).await.json();
            assert!(values.to_string().contains("planned"), "{path}: {values}");
        }
        let keys = fixture.post("/api/grafana/tag-keys", &json!({})).await.json();
        assert_eq!(keys[0], json!({"type": "string", "text": "source"}));
        let metrics = fixture.post("/api/grafana/metrics", &json!({})).await.json();
        for metric in metrics.as_array().unwrap() {
            let request = json!({"range": range, "targets": [{"target": metric["value"]}]});
            assert_eq!(fixture.post("/api/grafana/query", &request).await.status, StatusCode::OK);
        }
    }
}

mod middleware {
    use super::*;

    #[tokio::test]
    async fn the_entity_tag_changes_with_the_timeline() {
        let mut fixture = Fixture::new();
        let tag = fixture.get("/api/density").await.header("etag").to_owned();
        let again =
            |tag: String| Request::get("/api/density").header("if-none-match", tag).body(Body::empty()).unwrap();
        let response = fixture.send(again(tag.clone())).await;
        assert_eq!(
            (response.status, response.body.as_str(), response.header("etag")),
            (StatusCode::NOT_MODIFIED, "", tag.as_str())
        );
        let id = fixture.ids("").await.remove(0);
        fixture.apply(RecordKind::Event, &id, &Value::Null);
        assert_eq!(fixture.send(again(tag)).await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn responses_are_compressed_for_clients_that_accept_it() {
        let fixture = Fixture::new();
        let request = Request::get("/api/events").header("accept-encoding", "gzip").body(Body::empty()).unwrap();
        let response = fixture.send(request).await;
        assert_eq!(response.header("content-encoding"), "gzip");
        assert_eq!(fixture.get("/api/events").await.header("content-encoding"), "");
    }

    #[tokio::test]
    async fn everything_but_health_and_the_bare_page_requires_the_token() {
        let fixture = Fixture::open(&Access { token: Some("correct horse".into()), ..Access::default() });
        for path in [
            "/api/events",
            "/api/feed",
            "/api/status",
            "/api/export/csv",
            "/api/openapi.json",
            "/api/nothing",
            "/metrics",
        ] {
            assert_eq!(fixture.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
        }
        for path in ["/", "/live"] {
            assert_eq!(fixture.get(path).await.status, StatusCode::OK, "{path}");
        }
        let with =
            |scheme: &str| Request::get("/api/status").header("authorization", scheme).body(Body::empty()).unwrap();
        for wrong in ["Bearer", "Bearer ", "Bearer correct", "Basic correct horse", "Bearer correct horse battery"] {
            let response = fixture.send(with(wrong)).await;
            assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{wrong}");
            assert_eq!(response.header("www-authenticate"), "Bearer");
        }
        assert_eq!(fixture.send(with("Bearer correct horse")).await.status, StatusCode::OK);
        assert_eq!(fixture.get("/api/status?token=correct%20horse").await.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn cross_origin_requests_are_allowed_only_from_configured_origins() {
        let fixture =
            Fixture::open(&Access { origins: vec!["https://desk.example".parse().unwrap()], ..Access::default() });
        let from = |origin: &str| Request::get("/api/status").header("origin", origin).body(Body::empty()).unwrap();
        let allowed = fixture.send(from("https://desk.example")).await;
        assert_eq!(allowed.header("access-control-allow-origin"), "https://desk.example");
        assert_eq!(fixture.send(from("https://evil.example")).await.header("access-control-allow-origin"), "");
        assert_eq!(Fixture::new().send(from("https://desk.example")).await.header("access-control-allow-origin"), "");
    }

    #[tokio::test]
    async fn every_response_has_the_security_headers() {
        let fixture = Fixture::new();
        for path in ["/", "/api/events", "/api/nothing", "/live"] {
            let response = fixture.get(path).await;
            assert!(response.header("content-security-policy").starts_with("default-src 'none'; "), "{path}");
            assert_eq!(response.header("x-content-type-options"), "nosniff", "{path}");
        }
        assert_eq!(fixture.get("/").await.header("content-type"), "text/html; charset=utf-8");
    }
}
