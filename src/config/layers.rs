//! Layers of values, merged one over the other: built-in < file < variables < flags.
//!
//! Compares each layer with the built-in one: a key that is not there, or has another type, is an error that names the
//! key and where it was set. Must not know what makes a value valid.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::variables::{self, Ignored, PREFIX};
use super::{Error, sources};
use crate::nearest::nearest;

/// The tables with free-form keys: settings of librdkafka and of the schema registry, and names of sources and cities; and what an underscore in
/// the name of a variable stands for in them: `SASL_PASSWORD` is librdkafka's `sasl.password`.
const FREE_FORM: [(&str, &str); 8] = [
    ("kafka.client", "."),
    ("kafka.client_files", "."),
    ("schema.registry", "."),
    ("schema.registry_files", "."),
    ("input.fields", "_"),
    ("input.references", " "),
    ("input.timezones", " "),
    ("input.cities", " "),
];
/// The keys whose values are lists, separated by commas; files may have them as lists as well.
const LISTS: [&str; 5] = ["kafka.input", "input.items", "output.headers", "serve.origins", "serve.hosts"];

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    BuiltIn,
    File(PathBuf),
    Variable(String),
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built-in"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

impl Origin {
    /// Returns the precedence; a higher one overrides.
    pub fn precedence(&self) -> u8 {
        match self {
            Self::BuiltIn => 0,
            Self::File(_) => 1,
            Self::Variable(_) => 2,
            Self::Flag(_) => 3,
        }
    }

    /// Returns a key as this source spells it.
    fn spelled(&self, key: &str) -> String {
        match self {
            Self::Variable(_) => format!("{PREFIX}{}", key.replace('.', "__").to_uppercase()),
            _ => key.to_owned(),
        }
    }
}

/// The values of all layers so far, and where each was set. No `Debug`: it holds secrets.
pub(super) struct Layers {
    pub values: Table,
    origins: BTreeMap<String, Origin>,
    /// The variables that set nothing.
    pub ignored: Ignored,
}

impl Layers {
    pub fn new(mut built_in: Table) -> Self {
        // No entry is built in, and an empty list would keep a copy of the file from having `[[source]]`.
        built_in.insert(sources::KEY.to_owned(), Value::Array(Vec::new()));
        Self { values: built_in, origins: BTreeMap::new(), ignored: Ignored::default() }
    }

    /// Returns where a key was set.
    pub fn origin(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&Origin::BuiltIn)
    }

    /// Merges a file.
    pub fn file(&mut self, path: &Path) -> Result<(), Error> {
        let origin = Origin::File(path.to_owned());
        let text = std::fs::read_to_string(path).map_err(|e| Error::origin(&origin, format!("cannot be read: {e}")))?;
        let table = text.parse::<Table>().map_err(|e| Error::origin(&origin, syntax(&text, &e)))?;
        self.merge(&table, "", &origin)
    }

    /// Merges environment variables. Those without our prefix are not looked at; those with it that are not meant for the
    /// configuration are kept apart.
    pub fn variables(&mut self, variables: impl IntoIterator<Item = (String, String)>) -> Result<(), Error> {
        let ours: BTreeMap<_, _> = variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        for (name, text) in ours {
            let Some(key) = variables::key(&name) else { continue };
            if self.value_at(&key).is_some() || is_in_free_form(&key) {
                self.text(&key, &text, &Origin::Variable(name))?;
            } else if variables::is_injected(&name, &text) {
                self.ignored.injected.push(name);
            } else if self.is_meant(&key) {
                let origin = Origin::Variable(name);
                return Err(Error::origin(&origin, self.unknown(&key, &origin)));
            } else {
                self.ignored.foreign.push(name);
            }
        }
        Ok(())
    }

    /// Whether a variable that names no key was meant to: its first part is a section, or it is like a section or a key.
    fn is_meant(&self, key: &str) -> bool {
        self.values.contains_key(variables::section(key)) || self.nearest(key).is_some()
    }

    /// Merges one value that is given as text: from a variable or a flag.
    pub fn text(&mut self, key: &str, text: &str, origin: &Origin) -> Result<(), Error> {
        for (table, underscore) in FREE_FORM {
            if let Some(name) = key.strip_prefix(table).and_then(|rest| rest.strip_prefix('.')) {
                self.set_free(table, &name.replace('_', underscore), text.to_owned(), origin);
                return Ok(());
            }
        }
        let value = match self.value_at(key) {
            Some(Value::Integer(_)) => text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Integer),
            _ => Value::String(text.to_owned()),
        };
        self.set(key, &value, origin)
    }

    /// Merges a table into the one at `prefix`.
    fn merge(&mut self, layer: &Table, prefix: &str, origin: &Origin) -> Result<(), Error> {
        for (name, value) in layer {
            let key = join(prefix, name);
            match (self.value_at(&key), value) {
                (Some(Value::Table(_)), Value::Table(table)) if is_free_form(&key) => {
                    self.merge_free(table, &key, "", origin)?;
                }
                (Some(Value::Table(_)), Value::Table(table)) => self.merge(table, &key, origin)?,
                (_, Value::Array(_)) if key == sources::KEY => {
                    sources::check(value, origin)?;
                    self.set(&key, value, origin)?;
                }
                (_, Value::Array(texts)) if LISTS.contains(&&*key) && texts.iter().all(Value::is_str) => {
                    self.set(&key, &Value::String(joined(texts)), origin)?;
                }
                _ => self.set(&key, value, origin)?,
            }
        }
        Ok(())
    }

    /// Merges a table with free-form keys: they may have dots, quoted or not, and hold strings, numbers or booleans.
    fn merge_free(&mut self, layer: &Table, table: &str, prefix: &str, origin: &Origin) -> Result<(), Error> {
        for (name, value) in layer {
            let key = join(prefix, name);
            let text = match value {
                Value::Table(inner) => {
                    self.merge_free(inner, table, &key, origin)?;
                    continue;
                }
                Value::String(text) => text.clone(),
                Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => value.to_string(),
                Value::Array(texts) if table == "input.fields" && texts.iter().all(Value::is_str) => joined(texts),
                // Reported without the value: it may be a secret.
                Value::Array(_) | Value::Datetime(_) => {
                    let problem = "expected a quoted string, a number, true or false";
                    return Err(Error::value(&join(table, &key), origin, problem));
                }
            };
            self.set_free(table, &key, text, origin);
        }
        Ok(())
    }

    /// Returns the value at a key, if the key exists.
    fn value_at(&mut self, key: &str) -> Option<&mut Value> {
        let mut parts = key.split('.');
        parts.next().and_then(|first| parts.try_fold(self.values.get_mut(first)?, |value, part| value.get_mut(part)))
    }

    fn set(&mut self, key: &str, value: &Value, origin: &Origin) -> Result<(), Error> {
        match self.value_at(key) {
            Some(Value::Table(_)) => return Err(Error::value(key, origin, "expected a table")),
            Some(slot) if !slot.same_type(value) => {
                let problem = format!("expected {}, not {}", kind(slot), shown(value));
                return Err(Error::value(key, origin, problem));
            }
            Some(slot) => *slot = value.clone(),
            None => return Err(Error::origin(origin, self.unknown(key, origin))),
        }
        self.origins.insert(key.to_owned(), origin.clone());
        Ok(())
    }

    fn set_free(&mut self, table: &str, name: &str, text: String, origin: &Origin) {
        if let Some(Value::Table(open)) = self.value_at(table) {
            open.insert(name.to_owned(), Value::String(text));
        }
        self.origins.insert(join(table, name), origin.clone());
    }

    fn unknown(&self, key: &str, origin: &Origin) -> String {
        let nearest = self.nearest(key).map(|near| format!("; did you mean {}?", origin.spelled(&near)));
        format!("unknown key {key}{}", nearest.unwrap_or_default())
    }

    /// Returns the key that is most similar to one that is not there; or else the section, if its own is similar to one.
    fn nearest(&self, key: &str) -> Option<String> {
        let mut known = Vec::new();
        collect_keys(&self.values, "", &mut known);
        let section = || {
            let (first, _) = key.split_once('.')?;
            nearest(first, self.values.keys().map(String::as_str)).filter(|near| *near != first)
        };
        nearest(key, known.iter().map(String::as_str)).or_else(section).map(str::to_owned)
    }
}

/// Describes a syntax error by its line number and reason. The message of the parser would show the line itself, and so
/// perhaps a secret.
fn syntax(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {} is not valid TOML: {}", before.matches('\n').count() + 1, error.message())
}

fn collect_keys(table: &Table, prefix: &str, into: &mut Vec<String>) {
    for (name, value) in table {
        let key = join(prefix, name);
        if let Value::Table(inner) = value
            && !is_free_form(&key)
        {
            collect_keys(inner, &key, into);
        }
        into.push(key);
    }
}

fn joined(texts: &[Value]) -> String {
    texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

fn is_in_free_form(key: &str) -> bool {
    FREE_FORM.iter().any(|(table, _)| key.strip_prefix(table).is_some_and(|rest| rest.starts_with('.')))
}

fn is_free_form(key: &str) -> bool {
    FREE_FORM.iter().any(|(table, _)| *table == key)
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) => "an integer",
        Value::Array(_) => "a list of tables, each `[[source]]`",
        _ => "a quoted string",
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => value.to_string(),
        Value::Table(_) => "a table".into(),
        Value::Array(_) => "a list".into(),
        Value::Datetime(_) => "a date".into(),
    }
}
