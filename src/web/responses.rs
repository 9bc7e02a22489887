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
use crate::store::{self, Bucket, BucketSize, Density, GrainCount, Lanes, Overview, query};

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

/// A row of a list: a record as published; with `fold`, that of the event that stands for its happening, and with `entry`.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct EventRow(Box<RawValue>);

impl EventRow {
    /// Takes a row of the store, whose record is a JSON object.
    pub fn new(row: store::Row) -> Option<Self> {
        let json = match row.entry {
            None => row.record,
            Some(entry) => {
                let entry = serde_json::to_string(&Entry::from(entry)).ok()?;
                let record = row.record.trim_end().strip_suffix('}')?;
                format!("{record},\"entry\":{entry}}}")
            }
        };
        RawValue::from_string(json).ok().map(Self)
    }
}

impl JsonSchema for EventRow {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EventRow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (record, entry) = (generator.subschema_for::<EventRecord>(), generator.subschema_for::<Entry>());
        json_schema!({ "allOf": [record], "properties": { "entry": entry } })
    }
}

/// What is folded into a row.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Entry {
    /// Its id, which stays while events come, are corrected or taken back.
    pub id: String,
    /// How many of the matching events report it.
    pub count: usize,
    /// How many articles these are of.
    pub articles: usize,
    /// Their sources, in alphabetical order.
    pub sources: Vec<String>,
    /// How much it counts, from 0 on: the greatest weight of all its events, times how many articles and sources report it.
    pub rank: f64,
    /// The ids of the matching events, that of the row first; at most 100.
    pub events: Vec<String>,
    /// The first and the last publication of these articles, in UTC; `null` where that is not known.
    pub published: Option<[String; 2]>,
}

impl From<store::Entry> for Entry {
    fn from(entry: store::Entry) -> Self {
        let store::Entry { id, count, articles, sources, rank, events, published } = entry;
        let published = published.map(|ends| ends.map(|end| query::format_time(end).unwrap_or_default()));
        Self { id, count, articles, sources, rank, events, published }
    }
}

/// A page of events.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Events {
    /// In the order that was asked for.
    pub events: Vec<EventRow>,
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
    /// How many of them have an open end. They count at the unit to which the other end is known.
    pub open: u64,
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
        let Density { range, size, total, longer, open, buckets } = density;
        let ends = range.map(|ends| ends.map(query::format_time));
        let [from, to] = ends.unwrap_or_default();
        Self {
            from,
            to,
            unit: size.name(),
            total,
            longer,
            open,
            buckets: buckets.into_iter().map(Count::from).collect(),
        }
    }
}

impl From<Bucket> for Count {
    fn from(Bucket { start, end, count }: Bucket) -> Self {
        Self { start: query::format_time(start), end: query::format_time(end), count }
    }
}

/// A range of time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Span {
    /// Its start.
    pub from: Option<String>,
    /// Its end, exclusive.
    pub to: Option<String>,
}

impl From<[i64; 2]> for Span {
    fn from(ends: [i64; 2]) -> Self {
        let [from, to] = ends.map(query::format_time);
        Self { from, to }
    }
}

/// The whole of what matches: counts over time, and what to show first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Whole {
    /// Counts over the whole span.
    #[serde(flatten)]
    pub counts: Counts,
    /// The fortnight up to the newest publication, or up to today if that is less than two days old.
    pub news: Option<Span>,
    /// The days where nearly all lie; of those known to the day, if there are any.
    pub core: Option<Span>,
    /// The first and the last publication.
    pub published: Option<Span>,
}

impl From<Overview> for Whole {
    fn from(overview: Overview) -> Self {
        let Overview { density, news, core, published } = overview;
        let [news, core, published] = [news, core, published].map(|span| span.map(Span::from));
        Self { counts: density.into(), news, core, published }
    }
}

/// How many events there are of each granularity.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Grains {
    /// The finest first; those with an open end apart.
    pub grains: Vec<Grain>,
}

/// A granularity.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Grain {
    /// Its name.
    pub granularity: &'static str,
    /// Whether these have an open end.
    pub open: bool,
    /// How many there are.
    pub count: u64,
}

impl From<GrainCount> for Grain {
    fn from(GrainCount { granularity, open, count }: GrainCount) -> Self {
        Self { granularity, open, count }
    }
}

/// What begins in a range, by granularity.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Drawing {
    /// The start of the range; `null` where there are no events.
    pub from: Option<String>,
    /// The end of the range, exclusive.
    pub to: Option<String>,
    /// From the coarsest granularity to the finest, without those that have no events; that of open ends is the last.
    pub lanes: Vec<Lane>,
}

/// The events of one granularity, or those with an open end.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lane {
    /// The granularity, or `open`.
    pub lane: &'static str,
    /// How many events it has.
    pub total: u64,
    /// How many begin when.
    pub buckets: Vec<Count>,
    /// Those that weigh most: first the best of each bucket, then the second best.
    pub events: Vec<EventRow>,
}

impl From<Lanes> for Drawing {
    fn from(Lanes { range, lanes }: Lanes) -> Self {
        let Span { from, to } = range.map_or(Span { from: None, to: None }, Span::from);
        let lane = |lane: store::Lane| Lane {
            lane: lane.name,
            total: lane.total,
            buckets: lane.buckets.into_iter().map(Count::from).collect(),
            events: lane.rows.into_iter().filter_map(EventRow::new).collect(),
        };
        Self { from, to, lanes: lanes.into_iter().map(lane).collect() }
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
    /// What happened, what counts most first; what says who or what it is about before what does not.
    pub entries: Vec<Happening>,
}

/// What happened, however many articles report it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Happening {
    /// What happened, as the event with the greatest weight has it.
    pub summary: String,
    /// The day on which it happened or began.
    pub day: String,
    /// What is folded into it.
    #[serde(flatten)]
    pub entry: Entry,
    /// The event of the summary.
    #[schemars(with = "EventRecord")]
    pub event: Record,
}

impl From<store::StoryDay> for Day {
    fn from(story: store::StoryDay) -> Self {
        let day = Bound::Day(story.day).iso8601();
        let happening = |row: store::Row| {
            let record: EventRecord = serde_json::from_str(&row.record).ok()?;
            let (summary, entry) = (record.statement.summary, row.entry?.into());
            Some(Happening { summary, day: day.clone(), entry, event: Record::new(row.record)? })
        };
        let entries = story.rows.into_iter().filter_map(happening).collect();
        Self { day: day.clone(), score: story.score, summary: story.summary, entries }
    }
}

/// The read-only links, and where others reach the server.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Links {
    /// The public base address, if one is configured.
    pub public: Option<String>,
    /// The read-only links.
    pub links: Vec<Link>,
}

/// A read-only link.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Link {
    /// Who it was given to.
    pub name: String,
    /// The value of the parameter `link`, which addresses may have in place of the token.
    pub secret: String,
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
    /// How many records the topics have, by their offsets.
    pub records: u64,
    /// Whether the timeline is built from the beginning of the topics, and has not had everything that they have yet.
    pub building: bool,
    /// Whether what is new is stored; not while the disk is full, for example.
    pub writable: bool,
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
