//! The router of `dateline serve` on a port of its own, with a store that the test fills; and the records of articles.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline::config::HttpLimits;
use dateline::pipeline::{Processed, Settings, process};
use dateline::store::{RecordKind, Store, TopicRecord, Writer};
use dateline::stream::Control;
use dateline::telemetry::{Metrics, Progress};
use dateline::web::{Access, HealthState, HttpServer, TimelineState, timeline_router};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const SAMPLES: &str = include_str!("../../src/cli/demo/samples.jsonl");

/// A timeline that is served.
pub struct Server {
    writer: Writer,
    address: SocketAddr,
    metrics: Arc<Metrics>,
    /// Drops what is served with it.
    runtime: Option<Runtime>,
    // Held for as long.
    _folder: tempfile::TempDir,
}

impl Server {
    /// An empty timeline.
    pub fn empty() -> Self {
        Self::open(Access::default())
    }

    /// The samples of the demo.
    pub fn demo() -> Self {
        let mut server = Self::empty();
        for sample in SAMPLES.lines() {
            server.publish(sample.as_bytes());
        }
        server
    }

    pub fn open(access: Access) -> Self {
        Self::open_with(access, HttpLimits::default())
    }

    /// An empty timeline with these limits.
    pub fn limited(limits: HttpLimits) -> Self {
        Self::open_with(Access::default(), limits)
    }

    fn open_with(access: Access, limits: HttpLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        let Control { metrics, health, .. } = Control::default();
        let progress = Arc::<Progress>::default();
        progress.set_connected(true);
        let state = TimelineState::new(store, progress, limits.body_timeout);
        let router = timeline_router(state, HealthState { metrics: metrics.clone(), health }, &access);
        let runtime = Runtime::new().unwrap();
        let site = {
            let _inside = runtime.enter();
            HttpServer::bind(([127, 0, 0, 1], 0).into(), "the timeline of a test", router, limits, metrics.clone())
                .unwrap()
        };
        let address = site.address().unwrap();
        runtime.spawn(site.serve(std::future::pending()));
        Self { writer, address, metrics, runtime: Some(runtime), _folder: folder }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The value of a metric without labels.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.metrics.encode().unwrap();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("{name} is not in {text}")).parse().unwrap()
    }

    /// Waits until a metric has a value.
    pub fn until(&self, name: &str, value: u64) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.metric(name) != value {
            assert!(Instant::now() < deadline, "{name} is {} and not {value}", self.metric(name));
            std::thread::yield_now();
        }
    }

    /// Stores events with a sentence of this length.
    pub fn fill(&mut self, events: usize, length: usize) {
        let article = br#"{"id": "a", "published_at": "2019-05-03", "body": "The bridge was shut last month."}"#;
        let event = records(article).remove(0).2;
        let sentence = "The bridge was shut last month. ".repeat(length / 32);
        let events: Vec<Value> = (0..events)
            .map(|n| {
                let mut event = event.clone();
                event["id"] = json!(format!("{n:016x}{n:016x}"));
                event["statement"]["sentence"] = json!(sentence);
                event
            })
            .collect();
        self.publish_events("a", &events, json!("extracted"));
    }

    /// The address of the page with a view.
    pub fn page(&self, view: &str) -> String {
        format!("http://{}/{view}", self.address)
    }

    /// Extracts an article and stores the records that it would have on the topics. Returns the events.
    pub fn publish(&mut self, article: &[u8]) -> Vec<Value> {
        let records = records(article);
        for (of, key, value) in &records {
            self.store(*of, key, value);
        }
        records.into_iter().filter(|(of, ..)| *of == RecordKind::Event).map(|(.., event)| event).collect()
    }

    /// Stores records of an article.
    pub fn publish_events(&mut self, article: &str, events: &[Value], status: Value) {
        let records: Vec<_> = records_of(article, events, &status)
            .into_iter()
            .map(|(of, key, value)| (of, key, value.to_string()))
            .collect();
        let records: Vec<_> = records
            .iter()
            .map(|(of, key, value)| TopicRecord { kind: *of, key, value: Some(value.as_bytes()) })
            .collect();
        assert_eq!(self.writer.apply(&records, &[]).unwrap(), 0);
    }

    /// Withdraws an article, as a wire does.
    pub fn withdraw(&mut self, article: &str) {
        let withdrawal = json!({
            "uri": article, "version": "2", "firstcreated": "2019-05-03T09:00:00Z", "pubstatus": "canceled", "body_text": "Kill.",
        });
        self.publish(withdrawal.to_string().as_bytes());
    }

    fn store(&mut self, of: RecordKind, key: &str, value: &Value) {
        let value = value.to_string();
        assert_eq!(self.writer.apply(&[TopicRecord { kind: of, key, value: Some(value.as_bytes()) }], &[]).unwrap(), 0);
    }
}

impl Drop for Server {
    /// A runtime must not wait for another one's end.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An event of its own as it would be published: what it says, from when to when, and to which unit that is known.
pub fn told(summary: &str, [start, end]: [Option<&str>; 2], granularity: &str) -> Value {
    let article = br#"{"id": "a", "published_at": "1987-10-21", "body": "The bridge was shut last month."}"#;
    let mut event = records(article).remove(0).2;
    let mut hasher = DefaultHasher::new();
    (summary, start, end).hash(&mut hasher);
    event["id"] = json!(format!("{:032x}", hasher.finish()));
    event["date"]["start"] = json!(start);
    event["date"]["end"] = json!(end);
    event["date"]["granularity"] = json!(granularity);
    event["statement"]["summary"] = json!(summary);
    event["statement"]["sentence"] = json!(format!("{summary}."));
    event
}

/// Many events on one day, none like another; the first is the weightiest.
pub fn day_of(many: usize, start: &str, end: &str) -> Vec<Value> {
    let event = |n: usize| {
        let mut event = told(&format!("Alpha{n} bravo{n} charlie{n}"), [Some(start), Some(end)], "day");
        event["weight"] = json!(1.0 - n as f64 / many as f64);
        event
    };
    (0..many).map(event).collect()
}

/// A record: its topic, key and value.
pub type Record = (RecordKind, String, Value);

/// The records that a message would have on the topics.
pub fn records(message: &[u8]) -> Vec<Record> {
    let Ok(articles) = process(message, &Settings::default()) else { return Vec::new() };
    let of = |article: &Processed| {
        let events: Vec<_> = article.events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
        records_of(&article.id, &events, &json!(article.status))
    };
    articles.iter().flat_map(of).collect()
}

fn records_of(article: &str, events: &[Value], status: &Value) -> Vec<Record> {
    let ids: Vec<_> = events.iter().map(|event| event["id"].clone()).collect();
    let status = (RecordKind::Article, article.to_owned(), json!({"id": article, "status": status, "events": ids}));
    let event = |event: &Value| (RecordKind::Event, event["id"].as_str().unwrap().to_owned(), event.clone());
    events.iter().map(event).chain([status]).collect()
}
