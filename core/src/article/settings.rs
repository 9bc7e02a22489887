//! How messages are read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::envelope::Unwrap;
use super::field_paths::{FieldPaths, ItemPaths};
use super::format::Format;
use super::message::Message;
use super::published::Published;
use super::reference::Reference;
use super::sources::Sources;
use crate::error::{Error, ErrorKind};

/// How messages are read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The format of all messages; `None` recognises it message by message.
    pub format: Option<Format>,
    /// Which envelopes are opened.
    pub unwrap: Unwrap,
    /// Where the articles of a message in JSON stand, if not at its top.
    pub items: ItemPaths,
    /// Where the fields of an article in JSON stand, before those that its format knows.
    pub fields: FieldPaths,
    /// Which of its times is an article's publication.
    pub reference: Reference,
    /// The same for single sources.
    pub references: BySource<Reference>,
    /// The time zone of publication times without one.
    pub timezone: Tz,
    /// The same for single sources.
    pub timezones: SourceTimezones,
    /// The time zones of the cities in datelines.
    pub cities: CityTimezones,
    /// What is set for single sources beside that; it takes precedence.
    pub sources: Sources,
    /// The header of a message whose value is what the ids of its articles begin with: see [`id_prefix`](super::id_prefix).
    pub id_prefix: Option<String>,
    /// The publication time of input without one.
    pub published: Option<Published>,
    /// What the time of the record that holds a message is for.
    pub record_time: RecordTime,
    /// The largest message that is read, in bytes.
    pub max_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: None,
            unwrap: Unwrap::Auto,
            items: ItemPaths::default(),
            fields: FieldPaths::default(),
            reference: Reference::FirstCreated,
            references: BySource::default(),
            timezone: Tz::UTC,
            timezones: SourceTimezones::default(),
            cities: CityTimezones::default(),
            sources: Sources::default(),
            id_prefix: None,
            published: None,
            record_time: RecordTime::Ignored,
            max_bytes: 32 << 20,
        }
    }
}

impl Settings {
    /// Returns the usual settings with some changes. New ones may come, so that they cannot be written down as a whole.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut settings = Self::default();
        change(&mut settings);
        settings
    }

    /// Returns the settings for the articles of a message.
    pub(super) fn of_message(&self, message: &Message<'_>) -> Cow<'_, Self> {
        if self.sources.is_empty() {
            return Cow::Borrowed(self);
        }
        let sources = self.sources.of_message(message);
        let mut own = sources.before_reading();
        own.fields.append(&self.fields);
        Cow::Owned(Self {
            format: own.format.or(self.format),
            unwrap: own.unwrap.unwrap_or(self.unwrap),
            items: own.items.unwrap_or_else(|| self.items.clone()),
            fields: own.fields,
            sources,
            ..self.clone()
        })
    }

    /// Refuses a message that is larger than the limit, before anything looks at it.
    pub(super) fn check_size(&self, bytes: usize) -> Result<(), Error> {
        if bytes <= self.max_bytes {
            return Ok(());
        }
        let limit = self.max_bytes;
        let message = format!("longer than the limit of {limit} bytes; raise the limit if this is one article");
        Err(Error::new(ErrorKind::TooLarge, message))
    }
}

/// What the time when the record that holds a message was written is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordTime {
    /// Nothing.
    Ignored,
    /// It is the publication of articles that have no other time; `None` where it is not known.
    LastResort(Option<Published>),
}

/// The time zones of single sources.
pub type SourceTimezones = BySource<Tz>;

/// Settings of single sources, by name (`BBC`), or by host (`bbc.co.uk`) or any address on it. Neither case nor a leading
/// `www.` matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BySource<T>(BTreeMap<String, T>);

impl<T> BySource<T> {
    /// Sets the value of a source, in place of an earlier one.
    pub fn insert(&mut self, source: &str, value: T) {
        self.0.insert(source_key(source), value);
    }

    /// Returns the value of a source.
    #[must_use]
    pub fn get(&self, source: &str) -> Option<&T> {
        self.0.get(&source_key(source))
    }

    /// Whether no source has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for BySource<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<N: AsRef<str>, T> FromIterator<(N, T)> for BySource<T> {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(entries: I) -> Self {
        let mut sources = Self::default();
        for (source, value) in entries {
            sources.insert(source.as_ref(), value);
        }
        sources
    }
}

/// The normal form of a source's name: in lower case; of a host or an address, the host without `www.`.
pub(super) fn source_key(source: &str) -> String {
    let source = source.trim().to_lowercase();
    let host = source.split_once("://").and_then(|(_, rest)| rest.split(['/', ':', '?', '#']).next());
    let name = host.unwrap_or(&source);
    name.strip_prefix("www.").unwrap_or(name).to_owned()
}

/// The time zones of cities, by name. Case does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CityTimezones(BTreeMap<String, Tz>);

impl CityTimezones {
    /// Sets the time zone of a city, in place of an earlier one.
    pub fn insert(&mut self, city: &str, zone: Tz) {
        self.0.insert(city.trim().to_lowercase(), zone);
    }

    /// Returns the time zone of the city that a text begins with: `New York` in `NEW YORK (AP)`.
    #[must_use]
    pub fn of_start(&self, text: &str) -> Option<Tz> {
        let text = text.trim_start().to_lowercase();
        let begins = |city: &str| text.strip_prefix(city).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        self.0.iter().find(|(city, _)| begins(city)).map(|(_, zone)| *zone)
    }

    /// Whether no city has a time zone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: AsRef<str>> FromIterator<(N, Tz)> for CityTimezones {
    fn from_iter<I: IntoIterator<Item = (N, Tz)>>(entries: I) -> Self {
        let mut cities = Self::default();
        for (city, zone) in entries {
            cities.insert(city.as_ref(), zone);
        }
        cities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_found_however_its_name_is_written() {
        let zones: SourceTimezones =
            [("BBC", Tz::Europe__London), ("www.Quay.example", Tz::Asia__Tokyo)].into_iter().collect();
        for name in ["BBC", "bbc", " Bbc "] {
            assert_eq!(zones.get(name), Some(&Tz::Europe__London), "{name}");
        }
        for host in ["quay.example", "www.quay.example", "QUAY.EXAMPLE", "https://www.quay.example:443/front?page=1"] {
            assert_eq!(zones.get(host), Some(&Tz::Asia__Tokyo), "{host}");
        }
        assert_eq!(zones.get("BBC News"), None);
    }

    #[test]
    fn the_last_value_of_a_source_holds() {
        let mut zones = SourceTimezones::default();
        zones.insert("BBC", Tz::UTC);
        zones.insert("bbc", Tz::Europe__London);
        assert_eq!(zones.get("Bbc"), Some(&Tz::Europe__London));
    }

    #[test]
    fn a_city_is_found_at_the_start_of_a_dateline_in_any_case() {
        let cities: CityTimezones = [("New York", Tz::America__New_York)].into_iter().collect();
        assert_eq!(cities.of_start(" NEW YORK (AP)"), Some(Tz::America__New_York));
        assert_eq!(cities.of_start("New Yorkshire"), None);
        assert_eq!(cities.of_start("In New York"), None);
    }
}
