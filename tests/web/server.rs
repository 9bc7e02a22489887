//! The router of `dateline serve` on a port of its own, with a store that the test fills; and the records of articles.

use std::net::SocketAddr;
use std::sync::Arc;

use dateline::pipeline::{Processed, Settings, process};
use dateline::store::{RecordKind, Store, TopicRecord, Writer};
use dateline::stream::Control;
use dateline::telemetry::Progress;
use dateline::web::{Access, HealthState, HttpServer, TimelineState, timeline_router};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const SAMPLES: &str = include_str!("../../src/cli/demo/samples.jsonl");

/// A timeline that is served.
pub struct Server {
    writer: Writer,
    address: SocketAddr,
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
        let folder = tempfile::tempdir().unwrap();
        let (store, writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        let Control { metrics, health, .. } = Control::default();
        let progress = Arc::<Progress>::default();
        progress.set_connected(true);
        let router = timeline_router(TimelineState::new(store, progress), HealthState { metrics, health }, &access);
        let runtime = Runtime::new().unwrap();
        let site = {
            let _inside = runtime.enter();
            HttpServer::bind(([127, 0, 0, 1], 0).into(), "the timeline of a test", router).unwrap()
        };
        let address = site.address().unwrap();
        runtime.spawn(site.serve(std::future::pending()));
        Self { writer, address, runtime: Some(runtime), _folder: folder }
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
        for (of, key, value) in records_of(article, events, &status) {
            self.store(of, &key, &value);
        }
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
