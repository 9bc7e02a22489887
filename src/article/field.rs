//! One field of a JSON article, of whatever kind it came.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use crate::error::{Error, ErrorKind};

/// What a field holds, kept as it came: what it must hold is known only where it is used, and said there by name.
#[derive(Default)]
pub(super) enum Field<'a> {
    /// Left out, or `null`.
    #[default]
    Absent,
    Text(Cow<'a, str>),
    Number(Number),
    /// Nothing that an article tells in a field; the words say what.
    Other(&'static str),
}

/// Says which field holds what it must not.
pub(super) fn wrong_kind(name: &str, kind: &str, wanted: &str) -> Error {
    let message = format!("not an article: `{name}` holds {kind}, where {wanted} belongs");
    Error::new(ErrorKind::Shape, message)
}

impl<'a> Field<'a> {
    /// Whether it was left out.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether it tells nothing.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Other(_) => false,
        }
    }

    /// The field, or the alias where the field tells nothing.
    pub fn or(self, alias: Self) -> Self {
        if self.is_blank() && !alias.is_absent() { alias } else { self }
    }

    /// As running text.
    pub fn into_text(self, name: &str) -> Result<Option<Cow<'a, str>>, Error> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Number(_) => Err(wrong_kind(name, "a number", "text")),
            Self::Other(kind) => Err(wrong_kind(name, kind, "text")),
        }
    }

    /// As a name or mark: text without blanks around it, or a number as it is spelled; `None` where it is blank.
    pub fn as_label(&self, name: &str) -> Result<Option<Cow<'_, str>>, Error> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed)),
            // Above 2^64 a number has lost its last digits, and two articles would share an id.
            Self::Number(number) if number.is_f64() && number.as_f64().is_none_or(|n| n.abs() >= 1e15) => {
                Err(wrong_kind(name, "a number too large to be kept exactly", "text"))
            }
            Self::Number(number) => Ok(Some(Cow::Owned(number.to_string()))),
            Self::Other(kind) => Err(wrong_kind(name, kind, "text or a number")),
        }
    }

    /// As [`Self::as_label`], to keep.
    pub fn into_label(self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.as_label(name)?.map(Cow::into_owned))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value of a field")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Field::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Field::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Field::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Field::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Field::Other("a number out of range"), Field::Number))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Field::Other("true or false"))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Field::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Other("an object"))
    }
}
