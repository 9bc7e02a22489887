//! The OpenAPI description of the API, generated from the types of the response bodies: what `docs/openapi.json` and
//! `/api/openapi.json` hold.
//!
//! The routes themselves are in `timeline`. Tests compare the two, and validate every response against the description.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::export::ExportFormat;
use super::grafana::{Annotation, Answer, Choice, Metric, Tag, VariableValue};
use super::problem::Problem;
use super::responses::{Counts, Drawing, Event, Events, Grains, Links, Names, Sources, State, Story, Whole};
use crate::calendar::Granularity;
use crate::event::Status;
use crate::store::query::Sort;
use crate::temporal::Basis;

/// A parameter: its name, description and schema.
type Parameter = (&'static str, &'static str, Value);

/// The filters that all lists, the exports and the feed accept.
fn filters() -> Vec<Parameter> {
    let time =
        "A day such as 2019-04-01, a time such as 2019-04-01T09:30:00Z, or so many days from today such as today+14.";
    let time = json!({"type": "string", "description": time});
    let truth = json!({"enum": ["true", "false"]});
    let list = || json!({"type": "array", "items": {"type": "string"}});
    let one_of = |names: &[&str]| json!({"type": "array", "items": {"enum": names}});
    vec![
        ("from", "Only events that end after this. See `to`.", time.clone()),
        (
            "to",
            "Only events that start before this: an event is in a range if it overlaps it. One with an open end is at the unit to \
             which its other end is known: `since 1974` in 1974.",
            time.clone(),
        ),
        ("begins", "Only events that begin at `from` or after it.", truth.clone()),
        ("published_from", "Only events of articles published at this time or later, to the minute.", time.clone()),
        ("published_to", "Only events of articles published before this.", time),
        ("open", "Only events with an open end, or only those without.", truth),
        (
            "q",
            "Only events that contain all of these words, the last one as a prefix; `\"a phrase\"`, `one OR another` and \
             `-without` as well. A text without letters and digits is in none.",
            json!({"type": "string", "maxLength": 1000}),
        ),
        ("source", "Only events from one of these sources.", list()),
        ("language", "Only events in one of these languages; `en` matches `en-GB` as well.", list()),
        ("name", "Only events with one of these names.", list()),
        ("status", "Only events with one of these statuses.", one_of(&Status::ALL.map(Status::name))),
        (
            "granularity",
            "Only events with one of these granularities.",
            one_of(&Granularity::ALL.map(Granularity::name)),
        ),
        ("article", "Only events of one of these articles, by id.", list()),
        ("weight", "The lowest weight.", json!({"type": "number", "minimum": 0, "maximum": 1})),
        ("confidence", "The lowest confidence.", json!({"type": "number", "minimum": 0, "maximum": 1})),
        ("basis", "Only events with one of these bases.", one_of(&Basis::ALL.map(Basis::name))),
    ]
}

fn number(name: &'static str, description: &'static str, max: usize, default: usize) -> Parameter {
    (name, description, json!({"type": "integer", "minimum": 1, "maximum": max, "default": default}))
}

fn fold() -> Parameter {
    ("fold", "One row, or one count, for all events that report the same.", json!({"enum": ["true", "false"]}))
}

/// The filters, and parameters of a route of its own.
fn filters_and(own: &[Parameter]) -> Vec<Parameter> {
    [filters().as_slice(), own].concat()
}

/// Builds the OpenAPI description.
#[must_use]
pub fn openapi() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
        settings.contract = schemars::generate::Contract::Serialize;
    });
    let mut schemas = settings.into_generator();
    let paths = paths(&mut schemas);
    let problem = schemas.subschema_for::<Problem>();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "dateline",
            "description": "The timeline of `dateline serve`. List parameters are separated by commas, or given more than once.",
            "version": crate::VERSION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        },
        "security": [{}, {"token": []}, {"link": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "link": {"type": "apiKey", "in": "query", "name": "link"}
            },
            "responses": {
                "Problem": {
                    "description": "Why the request failed.",
                    "content": {"application/problem+json": {"schema": problem}}
                }
            },
            "schemas": schemas.take_definitions(true)
        }
    })
}

fn paths(schemas: &mut SchemaGenerator) -> Map<String, Value> {
    let paging = [
        (
            "sort",
            "By the date that is told, the publication of the article, or the rank; then by id. Events without a date first.",
            json!({"enum": Sort::ALL.map(|(name, _)| name), "default": "date"}),
        ),
        (
            "order",
            "By date the earliest first, if not given; otherwise the newest or the greatest.",
            json!({"enum": ["asc", "desc"]}),
        ),
        fold(),
        number("limit", "The most events in the page.", 1000, 100),
        ("cursor", "The `next` of the previous page.", json!({"type": "string"})),
    ];
    let limit = [number("limit", "The longest list.", 1000, 100)];
    let mut paths = Map::new();
    let mut add = |path: &str, operation: Value| drop(paths.insert(path.to_owned(), json!({ "get": operation })));
    let body = schemas.subschema_for::<Events>();
    add("/api/events", operation("Events, in an order", &filters_and(&paging), json_content(body)));
    let body = schemas.subschema_for::<Event>();
    let id = [("id", "The id of the event.", json!({"type": "string"}))];
    add("/api/events/{id}", operation("An event, its article, and its other mentions", &id, json_content(body)));
    let body = schemas.subschema_for::<Names>();
    add("/api/names", operation("The names in the events", &filters_and(&limit), json_content(body)));
    let body = schemas.subschema_for::<Sources>();
    add("/api/sources", operation("The sources of the events", &filters_and(&limit), json_content(body)));
    let body = schemas.subschema_for::<Story>();
    let days = [number("days", "The most days.", 100, 10)];
    add("/api/story", operation("The key days, and what happened on them", &filters_and(&days), json_content(body)));
    let body = schemas.subschema_for::<State>();
    add("/api/status", operation("The state of the timeline", &[], json_content(body)));
    add("/api/feed", operation(FEED, &filters_and(&[]), json!({"text/event-stream": {"schema": {"type": "string"}}})));
    let object = json_content(json!({"type": "object"}));
    add("/api/openapi.json", operation("This description", &[], object));
    paths.extend(count_paths(schemas));
    paths.extend(export_paths(schemas));
    paths.extend(grafana_paths(schemas));
    paths
}

/// What counts and draws events.
fn count_paths(schemas: &mut SchemaGenerator) -> Map<String, Value> {
    let mut paths = Map::new();
    let mut add = |path: &str, operation: Value| drop(paths.insert(path.to_owned(), json!({ "get": operation })));
    let body = schemas.subschema_for::<Counts>();
    let buckets = [fold(), number("buckets", "The most buckets, unless centuries need more.", 2000, 200)];
    add("/api/density", operation("Counts of events over time", &filters_and(&buckets), json_content(body)));
    let body = schemas.subschema_for::<Whole>();
    let whole = "Counts over the whole span of what matches, and what to show first; `from` and `to` do not count";
    add("/api/overview", operation(whole, &filters_and(&buckets), json_content(body)));
    let body = schemas.subschema_for::<Drawing>();
    let rows = [buckets.as_slice(), &[number("limit", "The most events of each lane.", 200, 40)]].concat();
    let drawing = "What begins in a range, by granularity: counts, and the events that weigh most";
    add("/api/lanes", operation(drawing, &filters_and(&rows), json_content(body)));
    let body = schemas.subschema_for::<Grains>();
    add("/api/grains", operation("Counts of events by granularity", &filters_and(&[fold()]), json_content(body)));
    paths
}

/// What goes out of the timeline.
fn export_paths(schemas: &mut SchemaGenerator) -> Map<String, Value> {
    let mut paths = Map::new();
    let mut add = |path: &str, operation: Value| drop(paths.insert(path.to_owned(), json!({ "get": operation })));
    let form = ("form", "The format of the file.", json!({"enum": ExportFormat::ALL.map(ExportFormat::name)}));
    let sorts = Sort::ALL.map(|(name, _)| name);
    let media_types = ExportFormat::ALL.map(ExportFormat::media_type);
    let files: Map<_, _> = media_types.into_iter().map(|name| (name.to_owned(), json!({"schema": {}}))).collect();
    let truth = json!({"enum": ["true", "false"]});
    let own = [
        form,
        ("sort", "As for events; by weight for `timelinejs`, by publication for feeds.", json!({"enum": sorts})),
        ("order", "As for events.", json!({"enum": ["asc", "desc"]})),
        (
            "limit",
            "The most events, for `timelinejs` and feeds alone: 40 and 100 if not given.",
            json!({"type": "integer", "minimum": 1}),
        ),
        (
            "days",
            "Only the first entry of so many days that matter.",
            json!({"type": "integer", "minimum": 0, "maximum": 100}),
        ),
        fold(),
        ("bom", "Whether a table begins with a byte order mark, which Excel needs.", truth),
    ];
    add("/api/export/{form}", operation("Events as a file or a feed", &filters_and(&own), Value::Object(files)));
    let body = schemas.subschema_for::<Links>();
    add("/api/links", operation("The read-only links, for those who have the token", &[], json_content(body)));
    paths
}

/// The endpoints of Grafana's JSON data source.
fn grafana_paths(schemas: &mut SchemaGenerator) -> Map<String, Value> {
    let mut paths = Map::new();
    let mut add =
        |path: &str, method: &str, operation: Value| drop(paths.insert(path.to_owned(), json!({ method: operation })));
    let text = json!({"text/plain": {"schema": {"type": "string"}}});
    add("/api/grafana/", "get", operation("Grafana's JSON data source: the connection test", &[], text));
    let body = schemas.subschema_for::<Vec<Metric>>();
    add("/api/grafana/metrics", "post", operation("The metrics to choose from", &[], json_content(body)));
    let body = schemas.subschema_for::<Vec<String>>();
    add("/api/grafana/search", "post", operation("The metrics to choose from", &[], json_content(body)));
    let body = schemas.subschema_for::<Vec<Choice>>();
    let options = operation("The values of a filter of a metric", &[], json_content(body));
    add("/api/grafana/metric-payload-options", "post", with_request_body(options));
    let body = schemas.subschema_for::<Vec<VariableValue>>();
    add(
        "/api/grafana/variable",
        "post",
        with_request_body(operation("The values of a variable", &[], json_content(body))),
    );
    let body = schemas.subschema_for::<Vec<Tag>>();
    add("/api/grafana/tag-keys", "post", operation("The ad hoc filters", &[], json_content(body.clone())));
    add("/api/grafana/tag-values", "post", with_request_body(operation("The values of one", &[], json_content(body))));
    let body = schemas.subschema_for::<Vec<Answer>>();
    let series = operation("Counts as series, or events as a table for annotations", &[], json_content(body));
    add("/api/grafana/query", "post", with_request_body(series));
    let body = schemas.subschema_for::<Vec<Annotation>>();
    add(
        "/api/grafana/annotations",
        "post",
        with_request_body(operation("Events as annotations", &[], json_content(body))),
    );
    paths
}

const FEED: &str = "The changes to the timeline as server-sent events: `insert` and `change` with the event, `retract` with its \
                    id, `reset` when everything must be loaded again. The header Last-Event-ID resumes after an event.";

fn json_content(schema: impl Into<Value>) -> Value {
    json!({"application/json": {"schema": schema.into()}})
}

/// Adds the request body that Grafana sends.
fn with_request_body(mut operation: Value) -> Value {
    operation["requestBody"] =
        json!({"required": true, "content": {"application/json": {"schema": {"type": "object"}}}});
    operation
}

fn operation(summary: &str, parameters: &[Parameter], content: Value) -> Value {
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, description, schema)| {
            let location = if matches!(*name, "id" | "form") { "path" } else { "query" };
            json!({"name": name, "in": location, "required": location == "path", "description": description, "schema": schema})
        })
        .collect();
    json!({
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "OK", "content": content},
            "default": {"$ref": "#/components/responses/Problem"}
        }
    })
}
