//! The OpenAPI description of the API, generated from the types of the response bodies: what `docs/openapi.json` and
//! `/api/openapi.json` hold.
//!
//! The routes themselves are in `timeline`. Tests compare the two, and validate every response against the description.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::export::ExportFormat;
use super::grafana::{Annotation, Metric, Series};
use super::problem::Problem;
use super::responses::{Counts, Event, Events, Names, Sources, State, Story};
use crate::calendar::Granularity;
use crate::event::Status;
use crate::temporal::Basis;

/// A parameter: its name, description and schema.
type Parameter = (&'static str, &'static str, Value);

/// The filters that all lists, the exports and the feed accept.
fn filters() -> Vec<Parameter> {
    let time = "A day such as 2019-04-01, or a time such as 2019-04-01T09:30:00Z.";
    let list = || json!({"type": "array", "items": {"type": "string"}});
    let one_of = |names: &[&str]| json!({"type": "array", "items": {"enum": names}});
    vec![
        ("from", "Only events that end after this. See `to`.", json!({"type": "string", "description": time})),
        (
            "to",
            "Only events that start before this: an event is in a range if it overlaps it.",
            json!({"type": "string", "description": time}),
        ),
        (
            "q",
            "Only events that contain all of these words, the last one as a prefix. A text without letters and digits is in none.",
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
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
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
    let filters_and = |own: &[Parameter]| [filters().as_slice(), own].concat();
    let paging = [
        (
            "order",
            "Sorted by start, end and id; open starts first.",
            json!({"enum": ["asc", "desc"], "default": "asc"}),
        ),
        number("limit", "The most events in the page.", 1000, 100),
        ("cursor", "The `next` of the previous page.", json!({"type": "string"})),
    ];
    let limit = [number("limit", "The longest list.", 1000, 100)];
    let mut paths = Map::new();
    let mut add = |path: &str, operation: Value| drop(paths.insert(path.to_owned(), json!({ "get": operation })));
    let body = schemas.subschema_for::<Events>();
    add("/api/events", operation("Events, in the order of time", &filters_and(&paging), json_content(body)));
    let body = schemas.subschema_for::<Event>();
    let id = [("id", "The id of the event.", json!({"type": "string"}))];
    add("/api/events/{id}", operation("An event, its article, and its other mentions", &id, json_content(body)));
    let body = schemas.subschema_for::<Counts>();
    let buckets = [number("buckets", "The most buckets, unless centuries need more.", 2000, 200)];
    add("/api/density", operation("Counts of events over time", &filters_and(&buckets), json_content(body)));
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
    let form = [("form", "The format of the file.", json!({"enum": ExportFormat::ALL.map(ExportFormat::name)}))];
    let media_types = ExportFormat::ALL.map(ExportFormat::media_type);
    let files: Map<_, _> = media_types.into_iter().map(|name| (name.to_owned(), json!({"schema": {}}))).collect();
    add("/api/export/{form}", operation("Events as a file", &filters_and(&form), Value::Object(files)));
    let object = json_content(json!({"type": "object"}));
    add("/api/openapi.json", operation("This description", &[], object));
    paths.extend(grafana_paths(schemas));
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
    let body = schemas.subschema_for::<Vec<Series>>();
    add("/api/grafana/query", "post", with_request_body(operation("Counts as series", &[], json_content(body))));
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
