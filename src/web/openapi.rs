//! The description of the API, made from the types of its answers: what `docs/openapi.json` and `/api/openapi.json` hold.
//!
//! The routes themselves stand in `timeline`; tests hold the two to each other, and every answer to what is said here.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::answers::{Counts, Event, Events, Names, Sources, State, Story};
use super::export::FORMS;
use super::grafana::{Annotation, Metric, Series};
use super::problem::Problem;
use crate::calendar::Granularity;
use crate::event::Status;
use crate::temporal::Basis;

/// A parameter: its name, what it is for, its schema.
type Parameter = (&'static str, &'static str, Value);

/// The filters that all lists, exports and the feed take.
fn filters() -> Vec<Parameter> {
    let time = "A day such as 2019-04-01, or a time such as 2019-04-01T09:30:00Z.";
    let list = || json!({"type": "array", "items": {"type": "string"}});
    let among = |names: &[&str]| json!({"type": "array", "items": {"enum": names}});
    vec![
        ("from", "Events that end after this. See `to`.", json!({"type": "string", "description": time})),
        (
            "to",
            "Events that start before this: an event is in a range if it overlaps it.",
            json!({"type": "string", "description": time}),
        ),
        ("q", "All of these words, the last one as the start of a word.", json!({"type": "string", "maxLength": 1000})),
        ("source", "One of these sources.", list()),
        ("language", "One of these languages; `en` stands for `en-GB` as well.", list()),
        ("name", "One of these names.", list()),
        ("status", "One of these statuses.", among(&Status::ALL.map(Status::name))),
        ("granularity", "One of these granularities.", among(&Granularity::ALL.map(Granularity::name))),
        ("article", "One of these articles, by id.", list()),
        ("confidence", "At least as sure.", json!({"type": "number", "minimum": 0, "maximum": 1})),
        ("basis", "One of these bases.", among(&Basis::ALL.map(Basis::name))),
    ]
}

fn number(name: &'static str, what: &'static str, most: usize, usual: usize) -> Parameter {
    (name, what, json!({"type": "integer", "minimum": 1, "maximum": most, "default": usual}))
}

/// The whole description.
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
            "description": "The timeline that `dateline serve` keeps. Lists are parted by commas, or given more than once.",
            "version": crate::VERSION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        },
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Problem": {
                    "description": "It cannot be answered: why.",
                    "content": {"application/problem+json": {"schema": problem}}
                }
            },
            "schemas": schemas.take_definitions(true)
        }
    })
}

fn paths(schemas: &mut SchemaGenerator) -> Map<String, Value> {
    let with = |own: &[Parameter]| [filters().as_slice(), own].concat();
    let paging = [
        (
            "order",
            "By start, then by end, then by id; open starts first.",
            json!({"enum": ["asc", "desc"], "default": "asc"}),
        ),
        number("limit", "How many at most.", 1000, 100),
        ("cursor", "The `next` of the page before.", json!({"type": "string"})),
    ];
    let limit = [number("limit", "How many at most.", 1000, 100)];
    let mut paths = Map::new();
    let mut add =
        |path: &str, method: &str, operation: Value| drop(paths.insert(path.to_owned(), json!({ method: operation })));
    let answer = schemas.subschema_for::<Events>();
    add("/api/events", "get", operation("Events, in the order of time", &with(&paging), json_of(answer)));
    let answer = schemas.subschema_for::<Event>();
    let id = [("id", "Of the event.", json!({"type": "string"}))];
    add("/api/events/{id}", "get", operation("An event, its article, and where else it is told", &id, json_of(answer)));
    let answer = schemas.subschema_for::<Counts>();
    let buckets = [number("buckets", "How many there may be, if centuries do not need more.", 2000, 200)];
    add("/api/density", "get", operation("How many events there are over time", &with(&buckets), json_of(answer)));
    let answer = schemas.subschema_for::<Names>();
    add("/api/names", "get", operation("The names in the events", &with(&limit), json_of(answer)));
    let answer = schemas.subschema_for::<Sources>();
    add("/api/sources", "get", operation("The sources of the events", &with(&limit), json_of(answer)));
    let answer = schemas.subschema_for::<Story>();
    let days = [number("days", "How many days at most.", 100, 10)];
    add("/api/story", "get", operation("The days that matter, and what happened", &with(&days), json_of(answer)));
    let answer = schemas.subschema_for::<State>();
    add("/api/status", "get", operation("How the timeline is", &[], json_of(answer)));
    add("/api/feed", "get", operation(FEED, &with(&[]), json!({"text/event-stream": {"schema": {"type": "string"}}})));
    let forms = [("form", "Of the file.", json!({"enum": FORMS.map(|(name, ..)| name)}))];
    let files: Map<_, _> = FORMS.into_iter().map(|(_, kind, _)| (kind.to_owned(), json!({"schema": {}}))).collect();
    add("/api/export/{form}", "get", operation("Events as a file", &with(&forms), Value::Object(files)));
    let text = json!({"text/plain": {"schema": {"type": "string"}}});
    add("/api/grafana/", "get", operation("Grafana's JSON data source: whether it works", &[], text));
    let answer = schemas.subschema_for::<Vec<Metric>>();
    add("/api/grafana/metrics", "post", operation("What can be chosen", &[], json_of(answer)));
    let answer = schemas.subschema_for::<Vec<String>>();
    add("/api/grafana/search", "post", operation("What can be chosen", &[], json_of(answer)));
    let answer = schemas.subschema_for::<Vec<Series>>();
    add("/api/grafana/query", "post", asking(operation("Counts as series", &[], json_of(answer))));
    let answer = schemas.subschema_for::<Vec<Annotation>>();
    add("/api/grafana/annotations", "post", asking(operation("Events beside a graph", &[], json_of(answer))));
    let whole = json_of(json!({"type": "object"}));
    add("/api/openapi.json", "get", operation("This description", &[], whole));
    paths
}

const FEED: &str = "What happens to the timeline, as server-sent events: `insert` and `change` with the event, `retract` with \
                    its id, `reset` when all must be loaded again. The header Last-Event-ID goes on from there.";

fn json_of(schema: impl Into<Value>) -> Value {
    json!({"application/json": {"schema": schema.into()}})
}

/// With a body as Grafana sends it.
fn asking(mut operation: Value) -> Value {
    operation["requestBody"] =
        json!({"required": true, "content": {"application/json": {"schema": {"type": "object"}}}});
    operation
}

fn operation(summary: &str, parameters: &[Parameter], content: Value) -> Value {
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, what, schema)| {
            let place = if matches!(*name, "id" | "form") { "path" } else { "query" };
            json!({"name": name, "in": place, "required": place == "path", "description": what, "schema": schema})
        })
        .collect();
    json!({
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "As asked.", "content": content},
            "default": {"$ref": "#/components/responses/Problem"}
        }
    })
}
