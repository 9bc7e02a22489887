//! JSON as a tree that borrows from the message: bounded in depth and size, and lenient about values that no format
//! asks for.
//!
//! Must not know any format.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Number;
use serde_json::error::Category;

use super::field::{FieldValue, Value};
use crate::error::{Error, ErrorKind};

/// What lies deeper is skipped: no format has a field there.
const DEPTH: u32 = 24;

/// The most values that are kept. An article with its pictures has hundreds.
const VALUES: u32 = 1 << 20;

/// A value as received: what it must be is known only where it is used.
#[derive(Debug)]
pub(super) enum Json<'a> {
    Null,
    Text(Cow<'a, str>),
    Number(Number),
    Bool(bool),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
    /// A value of a kind that no field takes; the words name the kind.
    Other(&'static str),
}

/// The value of a key that its object has more than once.
pub(super) const TWICE: &Json<'static> = &Json::Other("more than one value");

/// The keys that wrap a value and say its type: in MongoDB's Extended JSON, in the unions of Avro, in DynamoDB.
const TYPED: [&str; 12] = [
    "$oid",
    "$uuid",
    "$date",
    "$numberLong",
    "$numberInt",
    "$numberDouble",
    "string",
    "long",
    "int",
    "boolean",
    "S",
    "N",
];

/// A value, and its path in the message, such as `bodies[1].value`.
#[derive(Debug, Clone)]
pub(super) struct Node<'j> {
    pub value: &'j Json<'j>,
    pub path: String,
}

/// Parses a text as JSON.
pub(super) fn parse(text: &str) -> Result<Json<'_>, Error> {
    let budget = Cell::new(VALUES);
    let mut reader = serde_json::Deserializer::from_str(text);
    let tree = Tree { depth: 0, budget: &budget };
    tree.deserialize(&mut reader).and_then(|json| reader.end().map(|()| json)).map_err(|error| parse_error(&error))
}

fn parse_error(error: &serde_json::Error) -> Error {
    match error.classify() {
        Category::Data => Error::not_an_article(format!("not an article: {error}")),
        Category::Io | Category::Syntax | Category::Eof => {
            let mut message = format!("not JSON: {error}");
            if message.contains("hex escape") {
                message.push_str(r" (a \u escape is cut off, or is half of a surrogate pair)");
            }
            Error::new(ErrorKind::Syntax, message)
        }
    }
}

impl<'j> Node<'j> {
    /// The root of a document that stands at `path` in the message.
    pub fn root(value: &'j Json<'j>, path: &str) -> Self {
        Self { value, path: path.to_owned() }
    }

    /// Returns the field of that name. Case does not matter, because the ninjs versions differ in nothing else.
    pub fn get(&self, name: &str) -> Option<Self> {
        let Json::Object(fields) = self.value else { return None };
        let mut found = fields.iter().filter(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null());
        let (key, value) = found.next()?;
        Some(self.child(key, if found.any(|(other, _)| other == key) { TWICE } else { value }))
    }

    /// Returns the value of one of its keys.
    pub fn child(&self, key: &str, value: &'j Json<'j>) -> Self {
        // Called for every field of every message, where the cost of `format!` shows.
        let mut path = String::with_capacity(self.path.len() + 1 + key.len());
        if !self.path.is_empty() {
            path.push_str(&self.path);
            path.push('.');
        }
        path.push_str(key);
        Self { value, path }
    }

    /// Follows a path of names from object to object.
    pub fn follow(&self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self.clone(), |node, name| node.get(name))
    }

    /// Returns the values of a list, or a single value in its place.
    pub fn each(&self) -> Vec<Self> {
        match self.value {
            Json::List(values) => {
                let numbered = |(index, value)| Self { value, path: format!("{}[{index}]", self.path) };
                values.iter().enumerate().map(numbered).collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// Iterates over the fields of an object.
    pub fn fields(&self) -> impl Iterator<Item = (&'j str, Self)> {
        self.entries().map(|(key, value)| (key, self.child(key, value)))
    }

    /// Iterates over the keys of an object that have a value, and their values.
    pub fn entries(&self) -> impl Iterator<Item = (&'j str, &'j Json<'j>)> + use<'j> {
        let fields = match self.value {
            Json::Object(fields) => fields.as_slice(),
            _ => &[],
        };
        fields.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (&**key, value))
    }

    /// Returns the value that an object wraps only to say its type: `{"$oid": "5cda7c3b…"}`.
    pub fn unwrapped(self) -> Self {
        match self.value {
            Json::Object(fields) => match fields.as_slice() {
                [(key, value)] if TYPED.contains(&&**key) => self.child(key, value).unwrapped(),
                _ => self,
            },
            _ => self,
        }
    }

    /// Returns the text, if it is one.
    pub fn text(&self) -> Option<&'j str> {
        match self.value {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.value, Json::Object(_))
    }

    /// Whether it is an object with a field of that name.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Returns it as the value of a field of an article.
    pub fn field_value(self) -> FieldValue<'j> {
        let value = match self.value {
            Json::Text(text) => Value::Text(Cow::Borrowed(text)),
            Json::Number(number) => Value::Number(number.clone()),
            Json::Null => Value::Text(Cow::Borrowed("")),
            Json::Bool(_) => Value::Unusable("true or false"),
            Json::List(_) => Value::Unusable("a list"),
            Json::Object(_) => Value::Unusable("an object"),
            Json::Other(kind) => Value::Unusable(kind),
        };
        FieldValue { value, path: self.path }
    }
}

impl<'a> Json<'a> {
    /// Returns the same value, whose texts are borrowed from this one.
    pub fn borrowed(&'a self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Text(text) => Self::Text(Cow::Borrowed(text)),
            Self::Number(number) => Self::Number(number.clone()),
            Self::Bool(value) => Self::Bool(*value),
            Self::List(values) => Self::List(values.iter().map(Self::borrowed).collect()),
            Self::Object(fields) => {
                Self::Object(fields.iter().map(|(key, value)| (Cow::Borrowed(&**key), value.borrowed())).collect())
            }
            Self::Other(kind) => Self::Other(kind),
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Other(_) => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => number.serialize(serializer),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(fields) => serializer.collect_map(fields.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// The key of a field.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Builds the tree within its bounds.
#[derive(Clone, Copy)]
struct Tree<'c> {
    depth: u32,
    budget: &'c Cell<u32>,
}

impl Tree<'_> {
    /// Returns the builder for the next level; `None` if that is skipped.
    fn deeper(self) -> Option<Self> {
        (self.depth < DEPTH).then_some(Self { depth: self.depth + 1, ..self })
    }

    fn spend<E: de::Error>(self) -> Result<(), E> {
        let left = self.budget.get().checked_sub(1);
        self.budget.set(left.ok_or_else(|| E::custom(format!("it holds more than {VALUES} values")))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        self.spend()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Other("a number out of range"), Json::Number))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let Some(inside) = self.deeper() else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Json::Other("a list"));
        };
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inside)? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json<'de>, A::Error> {
        let Some(inside) = self.deeper() else {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Json::Other("an object"));
        };
        let mut fields = Vec::new();
        while let Some(Key(key)) = object.next_key()? {
            fields.push((key, object.next_value_seed(inside)?));
        }
        Ok(Json::Object(fields))
    }
}
