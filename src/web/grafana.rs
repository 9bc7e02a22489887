//! The endpoints of Grafana's JSON data source: counts over time as series, and events as annotations.
//!
//! A target, and the query of an annotation, is `events?` followed by filters as in a URL:
//! `events?status=planned&q=flood`; `events` alone matches all.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::responses::json;
use super::timeline::{TimelineState, TimelyBody};
use crate::event::Status;
use crate::record::EventRecord;
use crate::store::Store;
use crate::store::query::{Filters, InvalidParameter, Order, Paging, Parameters, parse_time};

/// The most series of one query.
const MAX_TARGETS: usize = 26;
/// The most annotations.
const MAX_ANNOTATIONS: usize = 1000;

/// The part of Grafana's requests that is used here.
#[derive(Debug, Deserialize)]
struct GrafanaRequest {
    range: Range,
    #[serde(default)]
    targets: Vec<Target>,
    #[serde(default)]
    annotation: AnnotationQuery,
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
struct AnnotationQuery {
    #[serde(default)]
    query: String,
}

/// A metric to choose from.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Metric {
    /// The name that users see.
    pub label: String,
    /// The target that Grafana sends.
    pub value: String,
}

/// A series.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Series {
    /// The target of the request.
    pub target: String,
    /// How many events start between a time, in milliseconds since 1970, and the next one.
    pub datapoints: Vec<(u64, i64)>,
}

/// An event as an annotation of a graph.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Annotation {
    /// Its start, in milliseconds since 1970.
    pub time: i64,
    /// Its end.
    #[serde(rename = "timeEnd")]
    pub time_end: i64,
    /// Its summary.
    pub title: String,
    /// Its sentence.
    pub text: String,
    /// Its status, source and names.
    pub tags: Vec<String>,
}

type HandlerResult = Result<Response, Problem>;

/// `GET /api/grafana`: the connection test.
pub async fn test_connection() -> &'static str {
    "ok\n"
}

/// `POST /api/grafana/metrics`
pub async fn metrics() -> Response {
    json(&choices().map(|(label, value)| Metric { label, value }).collect::<Vec<_>>())
}

/// `POST /api/grafana/search`, for older versions of the data source.
pub async fn search() -> Response {
    json(&choices().map(|(_, value)| value).collect::<Vec<_>>())
}

/// The targets offered to users: all events, and those of each status.
fn choices() -> impl Iterator<Item = (String, String)> {
    let all = ("all events".to_owned(), "events".to_owned());
    let of_status = |status: Status| (format!("events {}", status.name()), format!("events?status={}", status.name()));
    std::iter::once(all).chain(Status::ALL.into_iter().map(of_status))
}

/// `POST /api/grafana/query`
pub async fn query(State(state): State<TimelineState>, TimelyBody(body): TimelyBody) -> HandlerResult {
    let request = read(&body)?;
    if request.targets.len() > MAX_TARGETS {
        return Err(InvalidParameter(format!("a query may have at most {MAX_TARGETS} targets")).into());
    }
    let points = request.points.unwrap_or(200).clamp(1, 2000);
    let mut targets = Vec::new();
    for Target { target } in &request.targets {
        targets.push((target.clone(), filters(target, &request.range)?));
    }
    let series = move |store: &Store| {
        let one = |(target, filters): (String, Filters)| {
            let density = store.density(&filters, points)?;
            let datapoints = density.buckets.iter().map(|bucket| (bucket.count, bucket.start * 1000)).collect();
            Ok(Series { target, datapoints })
        };
        targets.into_iter().map(one).collect::<Result<Vec<_>, _>>()
    };
    Ok(json(&state.query(series).await?))
}

/// `POST /api/grafana/annotations`
pub async fn annotations(State(state): State<TimelineState>, TimelyBody(body): TimelyBody) -> HandlerResult {
    let request = read(&body)?;
    let filters = filters(&request.annotation.query, &request.range)?;
    let ends = [filters.from, filters.to].map(Option::unwrap_or_default);
    let paging = Paging { order: Order::Ascending, limit: MAX_ANNOTATIONS, after: None };
    let page = state.query(move |store| store.events(&filters, &paging)).await?;
    let records = page.records.iter().filter_map(|record| serde_json::from_str(record).ok());
    Ok(json(&records.map(|record| annotation(record, ends)).collect::<Vec<_>>()))
}

/// Builds an annotation; an open end extends to the end of the requested range.
fn annotation(record: EventRecord, [from, to]: [i64; 2]) -> Annotation {
    let time = |end: Option<String>, open: i64| end.as_deref().and_then(parse_time).unwrap_or(open) * 1000;
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

fn read(body: &[u8]) -> Result<GrafanaRequest, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, format!("not a request of Grafana's JSON data source: {error}"))
    })
}

fn filters(target: &str, range: &Range) -> Result<Filters, InvalidParameter> {
    let query = match target.split_once('?') {
        Some(("events", query)) => query,
        None if target.is_empty() || target == "events" => "",
        _ => {
            return Err(InvalidParameter(format!(
                "{target:?} is not a target: use `events`, or `events?` with filters"
            )));
        }
    };
    let mut parameters = Parameters::parse(query)?;
    let mut filters = Filters::from_parameters(&mut parameters)?;
    parameters.finish()?;
    let time =
        |text: &str| parse_time(text).ok_or_else(|| InvalidParameter(format!("{text:?} in range is not a time")));
    (filters.from, filters.to) = (Some(time(&range.from)?), Some(time(&range.to)?));
    Ok(filters)
}
