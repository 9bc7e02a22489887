//! The text of a schema, as types that values are read by. Only what writers wrote is read, so that defaults and aliases do
//! not matter.

use std::collections::HashMap;

use serde_json::Value;

use super::super::ReferencedSchema;
use crate::article::since_epoch::Unit;

/// A parsed schema.
#[derive(Debug)]
pub(crate) struct AvroSchema {
    pub(super) root: Type,
    /// The types that have a name, which may hold themselves.
    pub(super) named: Vec<Named>,
}

#[derive(Debug, Clone)]
pub(super) enum Type {
    Null,
    Boolean,
    Float,
    Double,
    /// An int or a long, which are written alike, and what it counts.
    Whole(Option<Counted>),
    Text,
    /// With how many decimal places, if they are a number.
    Bytes(Option<u32>),
    List(Box<Type>),
    Map(Box<Type>),
    Union(Vec<Type>),
    /// One of the types that have a name, by its place among them.
    Named(usize),
}

#[derive(Debug)]
pub(super) enum Named {
    Record(Vec<(String, Type)>),
    Enum(Vec<String>),
    /// How many bytes, and with how many decimal places if they are a number.
    Fixed(usize, Option<u32>),
}

/// What a number counts since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub unit: Unit,
    /// Whether it is by the clocks of a place that is not told.
    pub is_local: bool,
}

impl AvroSchema {
    /// Parses a schema, and before it those that it refers to.
    pub fn parse(text: &str, referenced: &[ReferencedSchema]) -> Result<Self, String> {
        let mut parser = Parser::default();
        for other in referenced {
            parser
                .text(&other.text)
                .map_err(|problem| format!("the schema {} that it refers to: {problem}", other.name))?;
        }
        let root = parser.text(text)?;
        let named = parser.named.into_iter().collect::<Option<Vec<_>>>().ok_or("a type lacks its definition")?;
        Ok(Self { root, named })
    }
}

/// The names of types so far.
#[derive(Default)]
struct Parser {
    places: HashMap<String, usize>,
    /// `None` while a type is being parsed, which may refer to itself.
    named: Vec<Option<Named>>,
}

impl Parser {
    fn text(&mut self, text: &str) -> Result<Type, String> {
        match serde_json::from_str::<Value>(text) {
            Ok(value) => self.schema(&value, ""),
            // The registry of a single type may have it without quotation marks.
            Err(_) if text.trim().chars().all(|letter| letter.is_ascii_alphanumeric()) => self.name(text.trim(), ""),
            Err(error) => Err(format!("not JSON: {error}")),
        }
    }

    fn schema(&mut self, value: &Value, namespace: &str) -> Result<Type, String> {
        match value {
            Value::String(name) => self.name(name, namespace),
            Value::Array(types) => {
                let types = types.iter().map(|value| self.schema(value, namespace)).collect::<Result<_, _>>()?;
                Ok(Type::Union(types))
            }
            Value::Object(_) => self.object(value, namespace),
            _ => Err(format!("{value} is no type")),
        }
    }

    fn name(&self, name: &str, namespace: &str) -> Result<Type, String> {
        Ok(match name {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "int" | "long" => Type::Whole(None),
            "float" => Type::Float,
            "double" => Type::Double,
            "bytes" => Type::Bytes(None),
            "string" => Type::Text,
            _ => {
                let place = self.places.get(&full_name(name, namespace)).or_else(|| self.places.get(name));
                Type::Named(*place.ok_or_else(|| format!("there is no type {name}"))?)
            }
        })
    }

    fn object(&mut self, value: &Value, namespace: &str) -> Result<Type, String> {
        let kind = value.get("type").ok_or_else(|| format!("a type is missing in {value}"))?;
        let Some(kind) = kind.as_str() else { return self.schema(kind, namespace) };
        match kind {
            "record" | "error" | "enum" | "fixed" => self.definition(kind, value, namespace),
            "array" | "map" => {
                let key = if kind == "array" { "items" } else { "values" };
                let inner = value.get(key).ok_or_else(|| format!("`{key}` is missing in {value}"))?;
                let inner = Box::new(self.schema(inner, namespace)?);
                Ok(if kind == "array" { Type::List(inner) } else { Type::Map(inner) })
            }
            _ => Ok(match self.name(kind, namespace)? {
                Type::Whole(_) => Type::Whole(counted(value)),
                Type::Bytes(_) => Type::Bytes(decimal_places(value)),
                other => other,
            }),
        }
    }

    fn definition(&mut self, kind: &str, value: &Value, namespace: &str) -> Result<Type, String> {
        let name = value.get("name").and_then(Value::as_str).ok_or_else(|| format!("a {kind} has no name"))?;
        let namespace = value.get("namespace").and_then(Value::as_str).unwrap_or(namespace);
        let name = full_name(name, namespace);
        let namespace = name.rsplit_once('.').map_or("", |(namespace, _)| namespace);
        let place = self.named.len();
        if self.places.insert(name.clone(), place).is_some() {
            return Err(format!("the type {name} is defined twice"));
        }
        self.named.push(None);
        let named = match kind {
            "enum" => Named::Enum(texts(value, "symbols").ok_or_else(|| format!("the enum {name} has no `symbols`"))?),
            "fixed" => {
                let size = value.get("size").and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
                Named::Fixed(size.ok_or_else(|| format!("the fixed {name} has no `size`"))?, decimal_places(value))
            }
            _ => Named::Record(self.fields(value, &name, namespace)?),
        };
        if let Some(slot) = self.named.get_mut(place) {
            *slot = Some(named);
        }
        Ok(Type::Named(place))
    }

    fn fields(&mut self, record: &Value, name: &str, namespace: &str) -> Result<Vec<(String, Type)>, String> {
        let fields = record.get("fields").and_then(Value::as_array);
        let fields = fields.ok_or_else(|| format!("the record {name} has no `fields`"))?;
        let field = |field: &Value| {
            let own = field.get("name").and_then(Value::as_str).zip(field.get("type"));
            let (own, schema) = own.ok_or_else(|| format!("a field of {name} has no name or no type"))?;
            let parsed = self.schema(schema, namespace).map_err(|problem| format!("{name}.{own}: {problem}"))?;
            Ok((own.to_owned(), parsed))
        };
        fields.iter().map(field).collect()
    }
}

fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}

fn texts(value: &Value, key: &str) -> Option<Vec<String>> {
    value.get(key)?.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn counted(value: &Value) -> Option<Counted> {
    let text = |key| value.get(key).and_then(Value::as_str);
    let (unit, is_local) = match text("logicalType") {
        Some("date") => (Unit::Days, false),
        Some("timestamp-millis") => (Unit::Millis, false),
        Some("timestamp-micros") => (Unit::Micros, false),
        Some("timestamp-nanos") => (Unit::Nanos, false),
        Some("local-timestamp-millis") => (Unit::Millis, true),
        Some("local-timestamp-micros") => (Unit::Micros, true),
        Some("local-timestamp-nanos") => (Unit::Nanos, true),
        _ => (text("connect.name").and_then(Unit::of_connect)?, false),
    };
    Some(Counted { unit, is_local })
}

fn decimal_places(value: &Value) -> Option<u32> {
    value.get("logicalType").filter(|name| *name == "decimal")?;
    value.get("scale").map_or(Some(0), |scale| scale.as_u64().and_then(|scale| u32::try_from(scale).ok()))
}
