//! Reads manifests, and holds what they say to the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use dateline::config::{Configuration, Settings};
use dateline::stream::Control;
use dateline::web::{HealthState, health_router};
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;
use tower::ServiceExt;

pub fn path(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn read(file: &str) -> String {
    std::fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The documents of a YAML file.
pub fn documents(file: &str) -> Vec<Value> {
    let text = read(file);
    Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}")).iter().map(json).collect()
}

pub fn json(yaml: &Yaml) -> Value {
    if let Some(mapping) = yaml.as_mapping() {
        return mapping.iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), json(value))).collect();
    }
    if let Some(sequence) = yaml.as_sequence() {
        return sequence.iter().map(json).collect();
    }
    yaml.as_bool()
        .map(Value::from)
        .or_else(|| yaml.as_integer().map(Value::from))
        .or_else(|| yaml.as_str().map(Value::from))
        .unwrap_or_default()
}

pub fn text<'a>(node: &'a Value, pointer: &str) -> &'a str {
    node.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} is no text in {node}"))
}

pub fn port(address: &str) -> u64 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

/// Whether the program serves a path.
pub fn is_served(path: &str) -> bool {
    let Control { metrics, health, .. } = Control::default();
    let request = Request::get(path).body(Body::empty()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = runtime.block_on(health_router(HealthState { metrics, health }).oneshot(request)).unwrap();
    answer.status() != StatusCode::NOT_FOUND
}

/// Whether the program understands these arguments.
pub fn is_understood(args: &Value) -> bool {
    let args = args.as_array().unwrap().iter().map(|arg| arg.as_str().unwrap());
    let output = Command::new(env!("CARGO_BIN_EXE_dateline")).args(args).arg("--help").output().unwrap();
    output.status.success()
}

/// The settings of a file with our variables applied.
pub fn settings(file: Option<&Path>, variables: &BTreeMap<String, String>) -> Settings {
    assert!(variables.keys().all(|name| name.starts_with("DATELINE_")), "{variables:?}");
    Configuration::load(file, variables.clone(), []).and_then(|it| it.settings()).unwrap()
}
