//! The very router of `dateline serve` over a store that the test fills, on a port of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use dateline::pipeline::{Outcome, Settings, process};
use dateline::store::{Of, Received, Store, Writer};
use dateline::stream::Control;
use dateline::telemetry::Progress;
use dateline::web::{Access, Site, Status, Timeline, timeline};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const SAMPLES: &str = include_str!("../../src/cli/demo/samples.jsonl");

/// A timeline that is served.
pub struct Desk {
    folder: tempfile::TempDir,
    access: Access,
    address: SocketAddr,
    /// Dropped with all that it serves when the server is stopped.
    served: Option<(Runtime, Writer)>,
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
        let mut desk = Self { folder, access, address: ([127, 0, 0, 1], 0).into(), served: None };
        desk.start();
        desk
    }

    /// Serves, at the same address as before.
    pub fn start(&mut self) {
        let (store, writer) = Store::open(&self.database(), false).unwrap();
        let Control { metrics, health, .. } = Control::default();
        let progress = Arc::<Progress>::default();
        progress.connected(true);
        let router = timeline(Timeline::new(store, progress), Status { metrics, health }, &self.access);
        let runtime = Runtime::new().unwrap();
        let site = {
            let _inside = runtime.enter();
            Site::bind(self.address, "the timeline of a test", router).unwrap()
        };
        self.address = site.address().unwrap();
        runtime.spawn(site.serve(std::future::pending()));
        self.served = Some((runtime, writer));
    }

    /// As when the server is killed: nobody is told goodbye.
    pub fn stop(&mut self) {
        let (runtime, _) = self.served.take().unwrap();
        runtime.shutdown_background();
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("timeline.db")
    }

    /// Where the page is, with a view in its address.
    pub fn page(&self, view: &str) -> String {
        format!("http://{}/{view}", self.address)
    }

    /// Extracts an article and takes in what became of it, as its records on the topics would be. Returns the events.
    pub fn publish(&mut self, article: &[u8]) -> Vec<Value> {
        let Outcome::Articles(articles) = process(article, &Settings::default()) else { return Vec::new() };
        let mut all = Vec::new();
        for article in articles {
            let events: Vec<_> = article.events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
            self.tell(&article.id, &events, json!(article.status));
            all.extend(events);
        }
        all
    }

    /// Takes in records of an article.
    pub fn tell(&mut self, article: &str, events: &[Value], status: Value) {
        for event in events {
            self.take(Of::Event, event["id"].as_str().unwrap(), event);
        }
        let ids: Vec<_> = events.iter().map(|event| event["id"].clone()).collect();
        self.take(Of::Article, article, &json!({"id": article, "status": status, "events": ids}));
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
        let (_, writer) = self.served.as_mut().unwrap();
        assert_eq!(writer.apply(&[Received { of, key, value: Some(value.as_bytes()) }], &[]).unwrap(), 0);
    }
}

impl Drop for Desk {
    /// A runtime must not be waited for within another.
    fn drop(&mut self) {
        if let Some((runtime, _)) = self.served.take() {
            runtime.shutdown_background();
        }
    }
}
