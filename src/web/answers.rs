//! What the API answers with. The OpenAPI file is made from these types.

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::calendar::Bound;
use crate::record::EventRecord;
use crate::store::{self, Bucket, Density, query};
use crate::timeline::Entry;

/// A record as it was published.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Record(Box<RawValue>);

impl Record {
    /// Takes in what the store holds. It took in nothing but JSON.
    pub fn new(json: String) -> Option<Self> {
        RawValue::from_string(json).ok().map(Self)
    }
}

/// A page of events.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Events {
    /// By start, then by end, then by id; open starts first.
    #[schemars(with = "Vec<EventRecord>")]
    pub events: Vec<Record>,
    /// The `cursor` of the next page, if there is more.
    pub next: Option<String>,
}

/// One event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Event {
    /// The event.
    #[schemars(with = "EventRecord")]
    pub event: Record,
    /// What became of its article: its record on `timeline.articles`, if it is known.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    pub article: Option<Record>,
    /// The same told elsewhere.
    #[schemars(with = "Vec<EventRecord>")]
    pub mentions: Vec<Record>,
}

/// Counts over time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Counts {
    /// From when; `null` where nothing is there.
    pub from: Option<String>,
    /// Until when, excluded.
    pub to: Option<String>,
    /// How long a bucket is: century, decade, year, month, week, day or hour. Buckets start where the unit does, in UTC.
    pub unit: &'static str,
    /// How many events there are.
    pub total: u64,
    /// How many of them are longer than a bucket, so that they are in none of them.
    pub longer: u64,
    /// Those that have any events, in the order of time.
    pub buckets: Vec<Count>,
}

/// A bucket.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Count {
    /// Where it begins.
    pub start: Option<String>,
    /// Where it ends, excluded.
    pub end: Option<String>,
    /// How many events start in it; in the first one, those that had started as well.
    pub count: u64,
}

impl From<Density> for Counts {
    fn from(density: Density) -> Self {
        let Density { span, unit, total, longer, buckets } = density;
        let count = |Bucket { start, end, count }: Bucket| Count {
            start: query::spelled(start),
            end: query::spelled(end),
            count,
        };
        let ends = span.map(|ends| ends.map(query::spelled));
        let [from, to] = ends.unwrap_or_default();
        Self { from, to, unit: unit.name(), total, longer, buckets: buckets.into_iter().map(count).collect() }
    }
}

/// The names that events have.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Names {
    /// Most first.
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

/// The sources that events have.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sources {
    /// Most first.
    pub sources: Vec<Source>,
}

/// A source.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Source {
    /// The source.
    pub source: String,
    /// How many events it tells.
    pub count: u64,
}

/// The days that matter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Story {
    /// Best first.
    pub days: Vec<Day>,
}

/// A day that matters.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Day {
    /// The day.
    pub day: String,
    /// How much it matters: above 0, and 1 for the day that matters most.
    pub score: f64,
    /// A line for it.
    pub summary: String,
    /// What happened, what is told most first.
    pub entries: Vec<Happening>,
}

/// What several articles may tell, as one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Happening {
    /// The statement that says best what all say.
    pub summary: String,
    /// When it was, or began.
    pub day: String,
    /// How many events tell it.
    pub count: usize,
    /// Who tells it.
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

/// How the timeline is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct State {
    /// Events on it.
    pub events: usize,
    /// Articles of which something is told.
    pub articles: usize,
    /// Its first known start.
    pub first: Option<String>,
    /// Its last known end.
    pub last: Option<String>,
    /// Whether the brokers are heard.
    pub connected: bool,
    /// Records of the topics that were not read yet.
    pub lag: u64,
    /// Of the program.
    pub version: &'static str,
}

/// An answer as JSON.
pub fn json(answer: &impl Serialize) -> Response {
    match serde_json::to_vec(answer) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], Bytes::from(body)).into_response(),
        Err(error) => super::problem::Problem::from(store::Error::from(error)).into_response(),
    }
}
