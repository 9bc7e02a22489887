//! Protobuf: a `.proto` file, and the messages that it describes.

use std::borrow::Cow;

use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, FileDescriptor, Kind, MapKey, MessageDescriptor,
    ReflectMessage, Value,
};
use serde_json::Number;

use super::ReferencedSchema;
use super::budget::Budget;
use crate::article::json::Json;
use crate::article::since_epoch::Unit;
use crate::error::{Error, ErrorKind};

/// The name of the file that has the message, beside those that it imports.
const FILE: &str = "the schema";

/// The messages of a file.
#[derive(Debug)]
pub(super) struct ProtobufSchema {
    file: FileDescriptor,
}

impl ProtobufSchema {
    pub fn parse(text: &str, referenced: &[ReferencedSchema]) -> Result<Self, String> {
        let mut pool = DescriptorPool::global();
        let known = referenced.iter().map(|other| (other.name.as_str(), other.text.as_str()));
        for (name, text) in known.chain([(FILE, text)]) {
            // Those of `google/protobuf` may be in the registry as well.
            if pool.get_file_by_name(name).is_some() {
                continue;
            }
            let file = protox_parse::parse(name, text).map_err(|error| format!("{name}: {error}"))?;
            pool.add_file_descriptor_proto(file).map_err(|error| format!("{name}: {error}"))?;
        }
        let file = pool.get_file_by_name(FILE).ok_or("it has no file")?;
        Ok(Self { file })
    }

    /// Reads the indexes that say which message of the file it is, and the message.
    pub fn decode<'b>(&self, mut bytes: &'b [u8]) -> Result<Json<'b>, Error> {
        let of = self.message(&mut bytes)?;
        let message = DynamicMessage::decode(of, bytes).map_err(not_protobuf)?;
        object(&message, &mut Budget::new(), 0)
    }

    fn message(&self, bytes: &mut &[u8]) -> Result<MessageDescriptor, Error> {
        let count = index(bytes)?;
        // The first message, which most files have alone, is written as no index.
        let first = if count == 0 { 0 } else { index(bytes)? };
        let mut found = self.file.messages().nth(first);
        for _ in 1..count.max(1) {
            let next = index(bytes)?;
            found = found.and_then(|message| message.child_messages().nth(next));
            if found.is_none() {
                break;
            }
        }
        found.ok_or_else(|| not_protobuf("its schema has no message of its indexes"))
    }
}

fn not_protobuf(problem: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Protobuf, format!("not Protobuf as its schema says: {problem}"))
}

/// Reads a number of variable length, in which the sign is the last bit.
fn index(bytes: &mut &[u8]) -> Result<usize, Error> {
    let mut number = 0_u32;
    for shift in [0, 7, 14, 21] {
        let (byte, rest) = bytes.split_first().ok_or_else(|| not_protobuf("its indexes are cut off"))?;
        *bytes = rest;
        number |= u32::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            let is_index = number & 1 == 0;
            let index = usize::try_from(number >> 1).ok().filter(|_| is_index);
            return index.ok_or_else(|| not_protobuf("one of its indexes is negative"));
        }
    }
    Err(not_protobuf("one of its indexes has no end"))
}

fn object(message: &DynamicMessage, budget: &mut Budget, depth: u32) -> Result<Json<'static>, Error> {
    budget.spend(depth)?;
    let mut fields = Vec::new();
    for field in message.descriptor().fields().filter(|field| message.has_field(field)) {
        let value = message.get_field(&field);
        fields.push((Cow::Owned(field.name().to_owned()), self::value(&value, &field, budget, depth + 1)?));
    }
    Ok(Json::Object(fields))
}

fn value(value: &Value, field: &FieldDescriptor, budget: &mut Budget, depth: u32) -> Result<Json<'static>, Error> {
    match value {
        Value::List(items) => {
            budget.spend(depth)?;
            let items = items.iter().map(|item| single(item, &field.kind(), budget, depth + 1));
            items.collect::<Result<_, _>>().map(Json::List)
        }
        Value::Map(entries) => {
            budget.spend(depth)?;
            let Kind::Message(entry) = field.kind() else { return Ok(Json::Other("a map")) };
            let of = entry.map_entry_value_field().kind();
            // They are kept in no order; what is read must be the same each time.
            let mut entries: Vec<_> = entries.iter().map(|(key, value)| (key_text(key), value)).collect();
            entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
            let entries = entries.into_iter().map(|(key, value)| {
                let value = single(value, &of, budget, depth + 1)?;
                Ok((Cow::Owned(key), value))
            });
            entries.collect::<Result<_, _>>().map(Json::Object)
        }
        _ => single(value, &field.kind(), budget, depth),
    }
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}

fn single(value: &Value, kind: &Kind, budget: &mut Budget, depth: u32) -> Result<Json<'static>, Error> {
    budget.spend(depth)?;
    let text = |text: String| Json::Text(Cow::Owned(text));
    let real = |number: Option<f64>| {
        number.and_then(Number::from_f64).map_or(Json::Other("a number out of range"), Json::Number)
    };
    Ok(match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::I32(number) => Json::Number((*number).into()),
        Value::I64(number) => Json::Number((*number).into()),
        Value::U32(number) => Json::Number((*number).into()),
        Value::U64(number) => Json::Number((*number).into()),
        // As its shortest decimal.
        Value::F32(number) => real(number.to_string().parse().ok()),
        Value::F64(number) => real(Some(*number)),
        Value::String(value) => text(value.clone()),
        Value::Bytes(bytes) => std::str::from_utf8(bytes).map_or(Json::Other("bytes"), |value| text(value.to_owned())),
        Value::EnumNumber(number) => {
            let symbol = kind.as_enum().and_then(|of| of.get_value(*number));
            symbol.map_or_else(|| Json::Number((*number).into()), |symbol| text(symbol.name().to_owned()))
        }
        Value::Message(message) => return known(message, budget, depth),
        Value::List(_) | Value::Map(_) => Json::Other("a list"),
    })
}

/// Reads a message, which may be one of those of `google/protobuf` that stand for something else.
fn known(message: &DynamicMessage, budget: &mut Budget, depth: u32) -> Result<Json<'static>, Error> {
    let of = message.descriptor();
    let whole = |name: &str| message.get_field_by_name(name).and_then(|value| value.as_i64()).unwrap_or(0);
    match of.full_name() {
        "google.protobuf.Timestamp" => {
            let nanos = message.get_field_by_name("nanos").and_then(|value| value.as_i32()).unwrap_or(0);
            let micros = whole("seconds").checked_mul(1_000_000).and_then(|all| all.checked_add((nanos / 1000).into()));
            let written = micros.and_then(|micros| Unit::Micros.written(micros));
            Ok(written.map_or(Json::Other("a time out of range"), |time| Json::Text(Cow::Owned(time))))
        }
        name if name.starts_with("google.protobuf.") && name.ends_with("Value") && name != "google.protobuf.Value" => {
            // A wrapper, whose value may be the one that is not written, or a list.
            let field = of.fields().next();
            let found = field.map(|field| value(&message.get_field(&field), &field, budget, depth + 1));
            found.unwrap_or(Ok(Json::Null))
        }
        "google.protobuf.Struct" => {
            let field = of.fields().next().filter(|field| field.cardinality() == Cardinality::Repeated);
            let found = field.map(|field| value(&message.get_field(&field), &field, budget, depth + 1));
            found.unwrap_or(Ok(Json::Null))
        }
        "google.protobuf.Value" => {
            let set = of.fields().find(|field| message.has_field(field) && field.name() != "null_value");
            let found = set.map(|field| value(&message.get_field(&field), &field, budget, depth + 1));
            found.unwrap_or(Ok(Json::Null))
        }
        _ => object(message, budget, depth),
    }
}
