//! The response bodies of the API. The OpenAPI description is generated from these types.

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema, json_schema};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::calendar::Bound;
use crate::record::EventRecord;
use crate::store::{self, Bucket, BucketSize, Density, query};
use crate::timeline::Entry;

/// A record as published.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Record(Box<RawValue>);

impl Record {
    /// Wraps a record of the store, which holds nothing but JSON.
    pub fn new(json: String) -> Option<Self> {
        RawValue::from_string(json).ok().map(Self)
    }
}

/// A page of events.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Events {
    /// Sorted by start, end and id; open starts first.
    #[schemars(with = "Vec<EventRecord>")]
    pub events: Vec<Record>,
    /// The `cursor` of the next page, if there is one.
    pub next: Option<String>,
}

/// One event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Event {
    /// The event.
    #[schemars(with = "EventRecord")]
    pub event: Record,
    /// The latest record of its article on `timeline.articles`, if there is one.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    pub article: Option<Record>,
    /// The other events that make the same statement.
    #[schemars(with = "Vec<EventRecord>")]
    pub mentions: Vec<Record>,
}

/// Counts over time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Counts {
    /// The start of the range; `null` where there are no events.
    pub from: Option<String>,
    /// The end of the range, exclusive.
    pub to: Option<String>,
    /// How long a bucket is. Buckets start where the unit does, in UTC.
    #[schemars(schema_with = "bucket_sizes")]
    pub unit: &'static str,
    /// How many events match.
    pub total: u64,
    /// How many of them are longer than a bucket, so that no bucket counts them.
    pub longer: u64,
    /// The buckets that are not empty, in the order of time.
    pub buckets: Vec<Count>,
}

/// A bucket.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Count {
    /// Its start.
    pub start: Option<String>,
    /// Its end, exclusive.
    pub end: Option<String>,
    /// How many events start in it; the first bucket also counts those that had already started.
    pub count: u64,
}

fn bucket_sizes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": BucketSize::ALL.map(BucketSize::name) })
}

impl From<Density> for Counts {
    fn from(density: Density) -> Self {
        let Density { range, size, total, longer, buckets } = density;
        let count = |Bucket { start, end, count }: Bucket| Count {
            start: query::format_time(start),
            end: query::format_time(end),
            count,
        };
        let ends = range.map(|ends| ends.map(query::format_time));
        let [from, to] = ends.unwrap_or_default();
        Self { from, to, unit: size.name(), total, longer, buckets: buckets.into_iter().map(count).collect() }
    }
}

/// The names in the matching events.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Names {
    /// Most frequent first.
    pub names: Vec<Name>,
}

/// A name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Name {
    /// The name.
    pub name: String,
    /// How many events have it.
    pub count: u64,
}

/// The sources of the matching events.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sources {
    /// Most frequent first.
    pub sources: Vec<Source>,
}

/// A source.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Source {
    /// The source.
    pub source: String,
    /// How many events come from it.
    pub count: u64,
}

/// The key days.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Story {
    /// Most important first.
    pub days: Vec<Day>,
}

/// A key day.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Day {
    /// The day.
    pub day: String,
    /// Its importance: above 0, and 1 for the most important day.
    pub score: f64,
    /// Its summary.
    pub summary: String,
    /// What happened, the most reported first.
    pub entries: Vec<Happening>,
}

/// What happened, however many articles report it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Happening {
    /// The most typical of the statements.
    pub summary: String,
    /// The day on which it happened or began.
    pub day: String,
    /// How many events report it.
    pub count: usize,
    /// Which sources report it.
    pub sources: Vec<String>,
    /// The ids of its events; that of the summary first.
    pub events: Vec<String>,
    /// The event of the summary.
    #[schemars(with = "EventRecord")]
    pub event: Record,
}

impl From<store::StoryDay> for Day {
    fn from(day: store::StoryDay) -> Self {
        let entries = day.entries.into_iter().filter_map(|(entry, record)| {
            let (count, day) = (entry.events.len(), Bound::Day(entry.day).iso8601());
            let Entry { summary, sources, events, .. } = entry;
            Some(Happening { summary, day, count, sources, events, event: Record::new(record)? })
        });
        Self { day: Bound::Day(day.day).iso8601(), score: day.score, summary: day.summary, entries: entries.collect() }
    }
}

/// The state of the timeline.
#[derive(Debug, Serialize, JsonSchema)]
pub struct State {
    /// How many events it has.
    pub events: usize,
    /// How many articles have a record.
    pub articles: usize,
    /// The earliest known start.
    pub first: Option<String>,
    /// The latest known end.
    pub last: Option<String>,
    /// Whether the server is connected to its brokers.
    pub connected: bool,
    /// How many records of the topics are still to be read.
    pub lag: u64,
    /// The version of the program.
    pub version: &'static str,
}

/// Builds a JSON response.
pub fn json(body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], Bytes::from(body)).into_response(),
        Err(error) => super::problem::Problem::from(store::Error::from(error)).into_response(),
    }
}
