//! Settings as commented TOML: the reference, and the effective configuration.
//!
//! Must not know any key: names and order come from the types, descriptions from their doc comments.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::layers::{Layers, Origin};
use super::raw::Raw;
use super::{Error, client, schema_registry};

/// Returns every key with its value and description.
pub(super) fn reference(raw: &Raw) -> Result<String, Error> {
    let schema = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true).into_generator();
    let schema = schema.into_root_schema_for::<Raw>().to_value();
    let text = to_toml(raw)?;
    let mut out = comment_lines(&schema);
    let describe = |pointer: &str| schema.pointer(pointer).map(comment_lines).unwrap_or_default();
    let mut table = String::new();
    for line in text.lines() {
        let pointer = match parse(line) {
            Line::Table(name) => {
                table = format!("/properties/{}", name.replace('.', "/properties/"));
                table.clone()
            }
            Line::Key(name) => format!("{table}/properties/{name}"),
            Line::EmptyList(name) => {
                out.push_str(&format!("\n{}", describe(&format!("{table}/properties/{name}"))));
                continue;
            }
            Line::Blank => continue,
        };
        out.push_str(&format!("\n{}{line}\n", describe(&pointer)));
    }
    Ok(out)
}

/// Returns every key with its value, secrets masked; those that are not the default say where they were set.
pub(super) fn effective(mut raw: Raw, layers: &Layers) -> Result<String, Error> {
    for (_, value) in raw.kafka.client.iter_mut().filter(|(name, _)| client::is_secret(name)) {
        client::MASK.clone_into(value);
    }
    schema_registry::mask(&mut raw.schema.registry, client::MASK);
    let (mut out, mut table) = (String::new(), String::new());
    for line in to_toml(&raw)?.lines() {
        let parsed = parse(line);
        // It could not be added to.
        if let Line::EmptyList(_) = parsed {
            continue;
        }
        out.push_str(line);
        match parsed {
            Line::Table(name) => table = format!("{name}."),
            Line::Key(name) => match layers.origin(&format!("{table}{name}")) {
                Origin::BuiltIn => {}
                origin => out.push_str(&format!("  # {origin}")),
            },
            Line::EmptyList(_) | Line::Blank => {}
        }
        out.push('\n');
    }
    Ok(out)
}

fn to_toml(raw: &Raw) -> Result<String, Error> {
    toml::to_string(raw).map_err(|e| Error::origin(&Origin::BuiltIn, e))
}

enum Line<'a> {
    Table(&'a str),
    Key(&'a str),
    /// A list of tables that has none.
    EmptyList(&'a str),
    Blank,
}

/// Classifies a line. The values are numbers, strings and lists of strings, which `toml` writes on one line.
fn parse(line: &str) -> Line<'_> {
    match (line.strip_prefix('['), line.split_once(" = ")) {
        (Some(table), _) => Line::Table(table.trim_matches(['[', ']'])),
        (None, Some((name, "[]"))) => Line::EmptyList(name),
        (None, Some((name, _))) => Line::Key(name.trim_matches('"')),
        (None, None) => Line::Blank,
    }
}

/// Returns the description of a schema as comment lines, without the fences around an example.
fn comment_lines(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    text.lines()
        .filter(|line| !line.starts_with("```"))
        .map(|line| format!("# {line}").trim_end().to_owned() + "\n")
        .collect()
}
