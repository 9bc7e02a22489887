//! The endpoints of Grafana's JSON data source (`simpod-json-datasource`): counts over time as series, and events as a
//! table, which is what annotations are made of.
//!
//! A target is `events`, or `annotations` for the table, alone or followed by filters as in a URL:
//! `events?status=planned&q=flood`. The payload of a target and ad hoc filters are filters as well. `/annotations` and
//! `/search` serve older versions of the plugin.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problem::Problem;
use super::responses::json;
use super::timeline::{TimelineState, TimelyBody};
use crate::event::Status;
use crate::record::EventRecord;
use crate::store::query::{Filters, InvalidParameter, Order, Paging, Parameters, Sort, facet, parse_time};
use crate::store::{self, Store};

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
    #[serde(default, rename = "adhocFilters")]
    adhoc: Vec<AdhocFilter>,
}

/// What the user chose beside the query.
#[derive(Debug, Deserialize)]
struct AdhocFilter {
    key: String,
    #[serde(default)]
    operator: String,
    value: String,
}

/// A request for choices: of a payload, of a variable, or of a tag.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChoiceRequest {
    name: String,
    key: String,
    target: String,
    payload: Value,
    range: Option<Range>,
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
    #[serde(default, rename = "refId")]
    id: String,
    #[serde(default)]
    payload: Value,
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
    /// By what it can be filtered.
    pub payloads: Vec<Payload>,
}

/// A filter of a metric.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Payload {
    /// The name that users see.
    pub label: &'static str,
    /// The name of the filter.
    pub name: &'static str,
    /// How it is entered.
    pub r#type: &'static str,
}

/// A value to choose.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Choice {
    /// What users see.
    pub label: String,
    /// The value of the filter.
    pub value: String,
}

/// A value of a variable.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VariableValue {
    /// What users see.
    #[serde(rename = "__text")]
    pub text: String,
    /// The value of the variable.
    #[serde(rename = "__value")]
    pub value: String,
}

/// A tag: a filter, or a value of one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Tag {
    /// Always `string`.
    pub r#type: &'static str,
    /// Its name or value.
    pub text: String,
}

/// What a target is answered with.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Answer {
    /// Counts over time.
    Series(Series),
    /// Events.
    Table(Table),
}

/// Events as a table, with the columns that annotations are made of.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Table {
    /// Always `table`.
    pub r#type: &'static str,
    /// The target of the request.
    pub target: String,
    /// The request that it answers.
    #[serde(rename = "refId")]
    pub id: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// A row for each event: the times in milliseconds since 1970.
    pub rows: Vec<(i64, i64, String, String, String, String, String)>,
}

/// A column.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Column {
    /// Its name.
    pub text: &'static str,
    /// `time` or `string`.
    pub r#type: &'static str,
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

/// The filters of a metric, with how they are entered.
const PAYLOADS: [(&str, &str, &str); 5] = [
    ("Search", "q", "input"),
    ("Status", "status", "multi-select"),
    ("Source", "source", "multi-select"),
    ("Name", "name", "multi-select"),
    ("One row a happening", "fold", "select"),
];
/// The filters that can be chosen ad hoc.
const TAGS: [&str; 6] = ["source", "name", "status", "granularity", "language", "basis"];
/// The most values to choose from.
const MAX_CHOICES: usize = 500;

/// `POST /api/grafana/metrics`
pub async fn metrics() -> Response {
    let payloads = || PAYLOADS.map(|(label, name, r#type)| Payload { label, name, r#type }).into();
    let metric = |(label, value)| Metric { label, value, payloads: payloads() };
    json(&targets().map(metric).collect::<Vec<_>>())
}

/// `POST /api/grafana/search`, for older versions of the data source.
pub async fn search() -> Response {
    json(&targets().map(|(_, value)| value).collect::<Vec<_>>())
}

/// The targets offered to users: all events, those of each status, and the table.
fn targets() -> impl Iterator<Item = (String, String)> {
    let all = ("all events".to_owned(), "events".to_owned());
    let of_status = |status: Status| (format!("events {}", status.name()), format!("events?status={}", status.name()));
    let table = ("annotations".to_owned(), ANNOTATIONS.to_owned());
    std::iter::once(all).chain(Status::ALL.into_iter().map(of_status)).chain([table])
}

/// `POST /api/grafana/metric-payload-options`
pub async fn payload_options(State(state): State<TimelineState>, TimelyBody(body): TimelyBody) -> HandlerResult {
    let request: ChoiceRequest = read(&body)?;
    let values = choices(&state, &request.name, request.range.as_ref()).await?;
    let choice = |value: String| Choice { label: value.clone(), value };
    Ok(json(&values.into_iter().map(choice).collect::<Vec<_>>()))
}

/// `POST /api/grafana/variable`: the values of a filter, named by the target: `source`, `name`, `status` and so on.
pub async fn variable(State(state): State<TimelineState>, TimelyBody(body): TimelyBody) -> HandlerResult {
    let request: ChoiceRequest = read(&body)?;
    let target = request.payload.get("target").and_then(Value::as_str).or(request.payload.as_str());
    let values = choices(&state, target.unwrap_or(&request.target), request.range.as_ref()).await?;
    let value = |value: String| VariableValue { text: value.clone(), value };
    Ok(json(&values.into_iter().map(value).collect::<Vec<_>>()))
}

/// `POST /api/grafana/tag-keys`
pub async fn tag_keys() -> Response {
    json(&TAGS.map(|name| Tag { r#type: "string", text: name.to_owned() }))
}

/// `POST /api/grafana/tag-values`
pub async fn tag_values(State(state): State<TimelineState>, TimelyBody(body): TimelyBody) -> HandlerResult {
    let request: ChoiceRequest = read(&body)?;
    let values = choices(&state, &request.key, request.range.as_ref()).await?;
    Ok(json(&values.into_iter().map(|text| Tag { r#type: "string", text }).collect::<Vec<_>>()))
}

/// Returns the values of a filter, the most frequent first.
async fn choices(state: &TimelineState, filter: &str, range: Option<&Range>) -> Result<Vec<String>, Problem> {
    if filter == "fold" {
        return Ok(["true", "false"].map(str::to_owned).into());
    }
    match filter {
        // What can be asked for.
        "" => return Ok(TAGS.map(str::to_owned).into()),
        "q" => return Ok(Vec::new()),
        _ => {}
    }
    let Some(facet) = facet(filter) else {
        let problem = format!("{filter:?} has no values: use one of {}", TAGS.join(", "));
        return Err(InvalidParameter(problem).into());
    };
    let mut filters = Filters::default();
    if let Some(range) = range {
        (filters.from, filters.to) = ends(range)?;
    }
    let counts = state.query(move |store| store.facet_counts(&filters, facet, MAX_CHOICES)).await?;
    Ok(counts.into_iter().map(|(value, _)| value).collect())
}

/// `POST /api/grafana/query`
pub async fn query(State(state): State<TimelineState>, TimelyBody(body): TimelyBody) -> HandlerResult {
    let request: GrafanaRequest = read(&body)?;
    if request.targets.len() > MAX_TARGETS {
        return Err(InvalidParameter(format!("a query may have at most {MAX_TARGETS} targets")).into());
    }
    let points = request.points.unwrap_or(200).clamp(1, 2000);
    let mut questions = Vec::new();
    for target in request.targets {
        let question = Question::new(&target, &request.adhoc, &request.range)?;
        questions.push((target, question));
    }
    let answer = move |store: &Store| {
        let one = |(Target { target, id, .. }, Question { filters, fold, is_table }): (Target, Question)| {
            if is_table {
                return Ok(Answer::Table(table(store, target, id, &filters, fold)?));
            }
            let density = store.density(&filters, fold, points)?;
            let datapoints = density.buckets.iter().map(|bucket| (bucket.count, bucket.start * 1000)).collect();
            Ok(Answer::Series(Series { target, datapoints }))
        };
        questions.into_iter().map(one).collect::<Result<Vec<_>, _>>()
    };
    Ok(json(&state.query(answer).await?))
}

fn table(store: &Store, target: String, id: String, filters: &Filters, fold: bool) -> Result<Table, store::Error> {
    let column = |text, r#type| Column { text, r#type };
    let columns = [("time", "time"), ("timeEnd", "time"), ("title", "string"), ("text", "string"), ("tags", "string")];
    let columns = columns.into_iter().chain([("id", "string"), ("url", "string")]);
    let paging = Paging { fold, sort: Sort::Weight, order: Order::Descending, ..Paging::first(MAX_ANNOTATIONS) };
    let page = store.events(filters, &paging)?;
    let ends = [filters.from, filters.to].map(Option::unwrap_or_default);
    let mut rows = Vec::new();
    for row in page.rows {
        let Ok(record) = serde_json::from_str::<EventRecord>(&row.record) else { continue };
        let (id, url) = (record.id.clone(), record.article.url.clone().unwrap_or_default());
        let Annotation { time, time_end, title, text, tags } = annotation(record, ends);
        rows.push((time, time_end, title, text, tags.join(","), id, url));
    }
    rows.sort_by_key(|row| row.0);
    Ok(Table { r#type: "table", target, id, columns: columns.map(|(text, kind)| column(text, kind)).collect(), rows })
}

/// `POST /api/grafana/annotations`
pub async fn annotations(State(state): State<TimelineState>, TimelyBody(body): TimelyBody) -> HandlerResult {
    let request: GrafanaRequest = read(&body)?;
    let target = Target { target: request.annotation.query, id: String::new(), payload: Value::Null };
    let Question { filters, .. } = Question::new(&target, &request.adhoc, &request.range)?;
    let ends = [filters.from, filters.to].map(Option::unwrap_or_default);
    let paging = Paging::first(MAX_ANNOTATIONS);
    let page = state.query(move |store| store.events(&filters, &paging)).await?;
    let records = page.rows.iter().filter_map(|row| serde_json::from_str(&row.record).ok());
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

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, format!("not a request of Grafana's JSON data source: {error}"))
    })
}

/// What a target asks for.
struct Question {
    filters: Filters,
    fold: bool,
    is_table: bool,
}

/// The target of the table.
const ANNOTATIONS: &str = "annotations";

impl Question {
    fn new(target: &Target, adhoc: &[AdhocFilter], range: &Range) -> Result<Self, InvalidParameter> {
        let (name, query) = target.target.split_once('?').unwrap_or((&target.target, ""));
        if !["", "events", ANNOTATIONS].contains(&name) {
            let problem = format!(
                "{:?} is not a target: use `events` or `annotations`, or `events?` with filters",
                target.target
            );
            return Err(InvalidParameter(problem));
        }
        let mut all = form_urlencoded::Serializer::new(query.to_owned());
        for (name, value) in target.payload.as_object().into_iter().flatten() {
            for value in values(value) {
                all.append_pair(name, &value);
            }
        }
        for AdhocFilter { key, operator, value } in adhoc {
            if !matches!(operator.as_str(), "" | "=" | "=|") {
                let problem = format!("the ad hoc filter {key} {operator} {value:?} is not supported: use `=`");
                return Err(InvalidParameter(problem));
            }
            all.append_pair(key, value);
        }
        let mut parameters = Parameters::parse(&all.finish())?;
        let mut filters = Filters::from_parameters(&mut parameters)?;
        let fold = parameters.flag("fold")?;
        parameters.finish()?;
        (filters.from, filters.to) = ends(range)?;
        Ok(Self { filters, fold, is_table: name == ANNOTATIONS })
    }
}

/// The values of a payload: one, or a list.
fn values(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().flat_map(values).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Number(_) | Value::Bool(_) => vec![value.to_string()],
        // A choice of the builder.
        Value::Object(choice) => choice.get("value").map(values).unwrap_or_default(),
        Value::Null => Vec::new(),
    }
}

fn ends(range: &Range) -> Result<(Option<i64>, Option<i64>), InvalidParameter> {
    let time =
        |text: &str| parse_time(text).ok_or_else(|| InvalidParameter(format!("{text:?} in range is not a time")));
    Ok((Some(time(&range.from)?), Some(time(&range.to)?)))
}
