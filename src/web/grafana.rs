//! What Grafana's JSON data source asks for: counts over time as series, and events as annotations.
//!
//! A target, and the query of an annotation, is the filters as an address has them, behind `events?`:
//! `events?status=planned&q=flood`; `events` alone is all.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answers::json;
use super::problem::Problem;
use super::timeline::Timeline;
use crate::event::Status;
use crate::record::EventRecord;
use crate::store::Store;
use crate::store::query::{Filters, Order, Paging, Parameters, Unfit, seconds};

/// The most series of one query.
const MOST: usize = 26;
/// The most annotations.
const ANNOTATIONS: usize = 1000;

/// What is asked for. Grafana sends more than this.
#[derive(Debug, Deserialize)]
struct Asked {
    range: Range,
    #[serde(default)]
    targets: Vec<Target>,
    #[serde(default)]
    annotation: Annotated,
    #[serde(default, rename = "maxDataPoints")]
    points: Option<usize>,
}

#[derive(Debug, Deserialize)]
struct Range {
    from: String,
    to: String,
}

#[derive(Debug, Deserialize)]
struct Target {
    #[serde(default)]
    target: String,
}

#[derive(Debug, Default, Deserialize)]
struct Annotated {
    #[serde(default)]
    query: String,
}

/// A metric that can be chosen.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Metric {
    /// As people see it.
    pub label: String,
    /// As it is asked for.
    pub value: String,
}

/// A series.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Series {
    /// What was asked for.
    pub target: String,
    /// How many events start from a time on, in milliseconds since 1970, until the next one.
    pub datapoints: Vec<(u64, i64)>,
}

/// An event beside a graph.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Annotation {
    /// When it starts, in milliseconds since 1970.
    pub time: i64,
    /// When it ends.
    #[serde(rename = "timeEnd")]
    pub time_end: i64,
    /// Its summary.
    pub title: String,
    /// Its sentence.
    pub text: String,
    /// Its status, its source and its names.
    pub tags: Vec<String>,
}

type Answer = Result<Response, Problem>;

/// `GET /api/grafana`: whether the source works.
pub async fn works() -> &'static str {
    "ok\n"
}

/// `POST /api/grafana/metrics`
pub async fn metrics() -> Response {
    json(&choices().map(|(label, value)| Metric { label, value }).collect::<Vec<_>>())
}

/// `POST /api/grafana/search`, which older versions of the data source ask.
pub async fn search() -> Response {
    json(&choices().map(|(_, value)| value).collect::<Vec<_>>())
}

/// What can be chosen without typing: all events, and those of each status.
fn choices() -> impl Iterator<Item = (String, String)> {
    let all = ("all events".to_owned(), "events".to_owned());
    let of_status = |status: Status| (format!("events {}", status.name()), format!("events?status={}", status.name()));
    std::iter::once(all).chain(Status::ALL.into_iter().map(of_status))
}

/// `POST /api/grafana/query`
pub async fn query(State(timeline): State<Timeline>, body: Bytes) -> Answer {
    let asked = read(&body)?;
    if asked.targets.len() > MOST {
        return Err(Unfit(format!("there may be {MOST} targets")).into());
    }
    let points = asked.points.unwrap_or(200).clamp(1, 2000);
    let mut wanted = Vec::new();
    for Target { target } in &asked.targets {
        wanted.push((target.clone(), filters(target, &asked.range)?));
    }
    let series = move |store: &Store| {
        let one = |(target, filters): (String, Filters)| {
            let density = store.density(&filters, points)?;
            let datapoints = density.buckets.iter().map(|bucket| (bucket.count, bucket.start * 1000)).collect();
            Ok(Series { target, datapoints })
        };
        wanted.into_iter().map(one).collect::<Result<Vec<_>, _>>()
    };
    Ok(json(&timeline.ask(series).await?))
}

/// `POST /api/grafana/annotations`
pub async fn annotations(State(timeline): State<Timeline>, body: Bytes) -> Answer {
    let asked = read(&body)?;
    let filters = filters(&asked.annotation.query, &asked.range)?;
    let ends = [filters.from, filters.to].map(Option::unwrap_or_default);
    let paging = Paging { order: Order::Ascending, limit: ANNOTATIONS, after: None };
    let page = timeline.ask(move |store| store.events(&filters, &paging)).await?;
    let records = page.records.iter().filter_map(|record| serde_json::from_str(record).ok());
    Ok(json(&records.map(|record| annotation(record, ends)).collect::<Vec<_>>()))
}

/// What is open reaches as far as was asked for.
fn annotation(record: EventRecord, [from, to]: [i64; 2]) -> Annotation {
    let time = |end: Option<String>, open: i64| end.as_deref().and_then(seconds).unwrap_or(open) * 1000;
    let statement = record.statement;
    let tags = std::iter::once(statement.status.name().to_owned()).chain(record.article.source.clone());
    Annotation {
        time: time(record.date.start, from),
        time_end: time(record.date.end, to),
        title: statement.summary,
        text: statement.sentence,
        tags: tags.chain(statement.names).collect(),
    }
}

fn read(body: &[u8]) -> Result<Asked, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("this is no question of Grafana: {error}")))
}

fn filters(target: &str, range: &Range) -> Result<Filters, Unfit> {
    let query = match target.split_once('?') {
        Some(("events", query)) => query,
        None if target.is_empty() || target == "events" => "",
        _ => return Err(Unfit(format!("{target:?} is no target: it is `events`, or filters behind `events?`"))),
    };
    let mut parameters = Parameters::parse(query)?;
    let mut filters = Filters::take(&mut parameters)?;
    parameters.end()?;
    let time = |text: &str| seconds(text).ok_or_else(|| Unfit(format!("{text:?} in range is no time")));
    (filters.from, filters.to) = (Some(time(&range.from)?), Some(time(&range.to)?));
    Ok(filters)
}
