//! The very router of `dateline serve` over a store that the test fills, on a port of its own; and the records of articles.

use std::net::SocketAddr;
use std::sync::Arc;

use dateline::pipeline::{Processed, Settings, process};
use dateline::store::{Of, Received, Store, Writer};
use dateline::stream::Control;
use dateline::telemetry::Progress;
use dateline::web::{Access, Site, Status, Timeline, timeline};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const SAMPLES: &str = include_str!("../../src/cli/demo/samples.jsonl");

/// A timeline that is served.
pub struct Desk {
    writer: Writer,
    address: SocketAddr,
    /// Dropped with all that it serves.
    runtime: Option<Runtime>,
    // Held, so that it is there for as long.
    _folder: tempfile::TempDir,
}

impl Desk {
    /// An empty timeline.
    pub fn empty() -> Self {
        Self::open(Access::default())
    }

    /// The samples of the demo.
    pub fn demo() -> Self {
        let mut desk = Self::empty();
        for sample in SAMPLES.lines() {
            desk.publish(sample.as_bytes());
        }
        desk
    }

    pub fn open(access: Access) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        let Control { metrics, health, .. } = Control::default();
        let progress = Arc::<Progress>::default();
        progress.set_connected(true);
        let router = timeline(Timeline::new(store, progress), Status { metrics, health }, &access);
        let runtime = Runtime::new().unwrap();
        let site = {
            let _inside = runtime.enter();
            Site::bind(([127, 0, 0, 1], 0).into(), "the timeline of a test", router).unwrap()
        };
        let address = site.address().unwrap();
        runtime.spawn(site.serve(std::future::pending()));
        Self { writer, address, runtime: Some(runtime), _folder: folder }
    }

    /// Where the page is, with a view in its address.
    pub fn page(&self, view: &str) -> String {
        format!("http://{}/{view}", self.address)
    }

    /// Extracts an article and takes in what became of it, as its records on the topics would be. Returns the events.
    pub fn publish(&mut self, article: &[u8]) -> Vec<Value> {
        let records = records(article);
        for (of, key, value) in &records {
            self.take(*of, key, value);
        }
        records.into_iter().filter(|(of, ..)| *of == Of::Event).map(|(.., event)| event).collect()
    }

    /// Takes in records of an article.
    pub fn tell(&mut self, article: &str, events: &[Value], status: Value) {
        for (of, key, value) in told(article, events, &status) {
            self.take(of, &key, &value);
        }
    }

    /// Kills an article: its wire takes it back.
    pub fn kill(&mut self, article: &str) {
        let kill = json!({
            "uri": article, "version": "2", "firstcreated": "2019-05-03T09:00:00Z", "pubstatus": "canceled", "body_text": "Kill.",
        });
        self.publish(kill.to_string().as_bytes());
    }

    fn take(&mut self, of: Of, key: &str, value: &Value) {
        let value = value.to_string();
        assert_eq!(self.writer.apply(&[Received { of, key, value: Some(value.as_bytes()) }], &[]).unwrap(), 0);
    }
}

impl Drop for Desk {
    /// A runtime must not be waited for within another.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A record of a topic: which, its key and its value.
pub type Record = (Of, String, Value);

/// What becomes of a message, as it would be on the topics.
pub fn records(message: &[u8]) -> Vec<Record> {
    let Ok(articles) = process(message, &Settings::default()) else { return Vec::new() };
    let of = |article: &Processed| {
        let events: Vec<_> = article.events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
        told(&article.id, &events, &json!(article.status))
    };
    articles.iter().flat_map(of).collect()
}

fn told(article: &str, events: &[Value], status: &Value) -> Vec<Record> {
    let ids: Vec<_> = events.iter().map(|event| event["id"].clone()).collect();
    let fate = (Of::Article, article.to_owned(), json!({"id": article, "status": status, "events": ids}));
    let event = |event: &Value| (Of::Event, event["id"].as_str().unwrap().to_owned(), event.clone());
    events.iter().map(event).chain([fate]).collect()
}
