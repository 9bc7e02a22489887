//! The fields of one item, as its format fills them in, and what can be read from them.
//!
//! Must not know any format, nor what a field is used for.

use std::borrow::Cow;

use super::field::{Field, FieldValue, Value};
use super::published::{self, Published, Reading};
use super::zone_names::Zones;
use crate::error::{Error, Warning};

/// One item, as its format has it. Of several values of a field, the first counts.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    /// Whether the row that holds it was deleted.
    pub deleted: bool,
    fields: Vec<(Field, FieldValue<'a>)>,
    pub warnings: Vec<Warning>,
    /// Why it is not an article, in any revision.
    pub skipped: Option<Warning>,
    /// Why this revision is not an article, although others may be: a withdrawal counts none the less.
    pub lacking: Option<Warning>,
    /// Where a time of publication was looked for, if the format alone does not say it.
    pub sought: Option<String>,
}

/// The longest name or identifier that is kept, in bytes.
const LABEL: usize = 2048;

/// The most values of a field that are kept of several accounts of the same item.
const ACCOUNTS: usize = 8;

/// How Python's `None` and its kin are written by programs that know no better.
const NOTHING: [&str; 6] = ["none", "null", "nan", "nat", "n/a", "undefined"];

impl<'a> Draft<'a> {
    /// Adds a value of a field, unless it is missing or blank.
    pub fn add(&mut self, field: Field, value: Option<FieldValue<'a>>) {
        self.fields.extend(value.filter(|value| !value.is_blank()).map(|value| (field, value)));
    }

    /// Puts values before all others.
    pub fn prefer(&mut self, values: impl IntoIterator<Item = (Field, FieldValue<'a>)>) {
        self.fields.splice(0..0, values);
    }

    /// Marks the item as something other than an article, in any revision. Of several reasons, the first counts.
    pub fn skip(&mut self, code: &'static str, message: impl Into<String>) {
        self.skipped.get_or_insert(Warning { code, message: message.into() });
    }

    /// Marks the item as no article for what this revision lacks. Of several reasons, the first counts.
    pub fn lack(&mut self, code: &'static str, message: impl Into<String>) {
        self.lacking.get_or_insert(Warning { code, message: message.into() });
    }

    pub fn warn(&mut self, code: &'static str, message: impl Into<String>) {
        self.warnings.push(Warning { code, message: message.into() });
    }

    /// Takes in another account of the same item, after what is known. Of the bodies only the longest is kept.
    pub fn absorb(&mut self, other: Draft<'a>) {
        for (field, value) in other.fields {
            let mut known = self.fields.iter_mut().filter(|(own, _)| *own == field);
            if matches!(field, Field::Body | Field::Summary) {
                match known.next() {
                    Some((_, longest)) if longest.length() < value.length() => *longest = value,
                    Some(_) => {}
                    None => self.fields.push((field, value)),
                }
            } else if known.by_ref().take(ACCOUNTS).all(|(_, known)| known.describe() != value.describe())
                && known.next().is_none()
            {
                self.fields.push((field, value));
            }
        }
        self.warnings.extend(other.warnings);
        self.skipped = self.skipped.take().or(other.skipped);
        self.lacking = self.lacking.take().or(other.lacking);
        self.sought = self.sought.take().or(other.sought);
    }

    /// Takes from another account of the same item the fields that are not known, its addresses, and its time of
    /// publication, in case that what is known cannot be read.
    pub fn complete(&mut self, mut other: Draft<'a>) {
        other.fields.retain(|(field, _)| matches!(field, Field::Url | Field::FirstCreated) || !self.has(*field));
        self.absorb(other);
    }

    /// All values of all fields, in the order in which they were added.
    pub fn fields(&self) -> impl Iterator<Item = (Field, &FieldValue<'a>)> {
        self.fields.iter().map(|(field, value)| (*field, value))
    }

    /// The values of a field, in order.
    pub fn all(&self, field: Field) -> impl Iterator<Item = &FieldValue<'a>> {
        self.fields.iter().filter(move |(own, _)| *own == field).map(|(_, value)| value)
    }

    pub fn first(&self, field: Field) -> Option<&FieldValue<'a>> {
        self.all(field).next()
    }

    pub fn has(&self, field: Field) -> bool {
        self.first(field).is_some()
    }

    /// The id of its own, else its URL.
    pub fn own_id(&self) -> Result<Option<String>, Error> {
        match self.owned_label(Field::Id)? {
            Some(id) => Ok(Some(id)),
            None => self.owned_label(Field::Url),
        }
    }

    /// A field as running text.
    pub fn text(&self, field: Field) -> Result<Option<&str>, Error> {
        let Some(found) = self.first(field) else { return Ok(None) };
        match &found.value {
            Value::Text(text) => Ok(Some(text)),
            Value::Number(_) => Err(wrong_kind(&found.path, "a number", "text")),
            Value::Unusable(kind) => Err(wrong_kind(&found.path, kind, "text")),
        }
    }

    /// A field as a name or identifier: text without white space around it, or a number as written.
    pub fn label(&self, field: Field) -> Result<Option<Cow<'_, str>>, Error> {
        self.first(field).map_or(Ok(None), label_of)
    }

    /// All values of a field as names or identifiers, without those that are none.
    pub fn labels(&self, field: Field) -> impl Iterator<Item = Cow<'_, str>> {
        self.all(field).filter_map(|found| label_of(found).ok().flatten())
    }

    /// As [`Self::label`], owned.
    pub fn owned_label(&self, field: Field) -> Result<Option<String>, Error> {
        Ok(self.label(field)?.map(Cow::into_owned))
    }

    /// The first value of a field that can be read as a time, else the first error; `None` without a value, or where
    /// a value stands for nothing.
    pub fn time(&self, field: Field, zones: &Zones<'_>) -> Option<Result<Published, Error>> {
        Some(self.reading(field, zones)?.map(|reading| reading.published))
    }

    /// Returns the names of its source: its name, and the address, which has its host.
    pub fn source_names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let label = |field| self.label(field).ok().flatten();
        label(Field::Source).into_iter().chain(label(Field::Url).filter(|url| url.contains("://")))
    }

    /// As [`Self::time`], with what had to be overlooked.
    pub fn reading(&self, field: Field, zones: &Zones<'_>) -> Option<Result<Reading, Error>> {
        let mut failed = None;
        for found in self.all(field) {
            match time_of(found, zones) {
                Some(Err(error)) => failed = failed.or(Some(Err(error))),
                Some(Ok(reading)) if reading.published.is_zero() => {}
                Some(Ok(reading)) => return Some(Ok(reading)),
                None => {}
            }
        }
        failed
    }
}

/// Reads a value as a time; `None` if it is a word or a number for nothing.
fn time_of(found: &FieldValue<'_>, zones: &Zones<'_>) -> Option<Result<Reading, Error>> {
    match &found.value {
        Value::Text(text) if is_nothing(text.trim()) => None,
        Value::Text(text) => Some(published::read(text, zones)),
        Value::Number(number) if number.as_f64() == Some(0.0) => None,
        Value::Number(number) => {
            let read = Published::from_epoch(number, zones.assumed);
            Some(read.map(|published| Reading { published, warning: None }))
        }
        Value::Unusable(kind) => Some(Err(wrong_kind(&found.path, kind, "a time"))),
    }
}

/// Whether a text is a word for nothing, or the zero of a program or a database.
fn is_nothing(text: &str) -> bool {
    text == "0" || text.starts_with("0000-00-00") || NOTHING.iter().any(|nothing| text.eq_ignore_ascii_case(nothing))
}

/// Returns a value as a name or identifier.
fn label_of<'f>(found: &'f FieldValue<'_>) -> Result<Option<Cow<'f, str>>, Error> {
    let label = match &found.value {
        Value::Text(text) => Cow::Borrowed(text.trim()),
        // Above 2^64 a number has lost its last digits, and two articles would share an id.
        Value::Number(number) if number.is_f64() && number.as_f64().is_none_or(|n| n.abs() >= 1e15) => {
            return Err(wrong_kind(&found.path, "a number too large to be kept exactly", "text"));
        }
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Unusable(kind) => return Err(wrong_kind(&found.path, kind, "text or a number")),
    };
    if label.len() > LABEL {
        let length = format!("{} bytes", label.len());
        return Err(wrong_kind(&found.path, &length, &format!("at most {LABEL}")));
    }
    let clean = if label.contains(char::is_control) {
        Cow::Owned(label.chars().filter(|c| !c.is_control()).collect())
    } else {
        label
    };
    Ok(Some(clean).filter(|label| !label.is_empty()))
}

/// The error for a field that holds what it must not.
fn wrong_kind(path: &str, kind: &str, wanted: &str) -> Error {
    Error::not_an_article(format!("not an article: `{path}` holds {kind} instead of {wanted}"))
}
