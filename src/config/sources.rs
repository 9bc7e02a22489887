//! `[[source]]`: what is set for single sources of a topic that many share.
//!
//! Each entry is checked on its own, so that messages name the entry and its key.

use toml::{Table, Value};

use super::layers::Origin;
use super::validate::{Check, choose, language_tag, listed};
use super::{Error, raw};
use crate::article::{FieldPaths, Format, ItemPaths, SourceMatch, SourceSettings, Sources, Unwrap};
use crate::nearest::nearest;
use crate::pipeline::Genre;

/// The key of the list.
pub(super) const KEY: &str = "source";

/// The keys that say which messages and articles an entry is for; each takes a text or a list of texts.
const MATCHES: [&str; 4] = ["source", "header", "topic", "key_prefix"];
/// The keys that are set for them.
const SETTINGS: [&str; 8] = ["format", "unwrap", "items", "fields", "language", "timezone", "genre", "day_first"];

/// Refuses what is no list of entries, and entries with unknown keys or values of a wrong type.
pub(super) fn check(list: &Value, origin: &Origin) -> Result<(), Error> {
    let entries = list.as_array().map(Vec::as_slice).unwrap_or_default();
    for (index, entry) in entries.iter().enumerate() {
        let Value::Table(entry) = entry else {
            let problem = "expected a table: write `[[source]]`, and its keys below";
            return Err(Error::value(&key_of(index, ""), origin, problem));
        };
        check_entry(index, entry, origin)?;
    }
    Ok(())
}

fn check_entry(index: usize, entry: &Table, origin: &Origin) -> Result<(), Error> {
    for (name, value) in entry {
        let problem = match (name.as_str(), value) {
            ("day_first", Value::Boolean(_)) => continue,
            ("day_first", _) => "expected true or false",
            ("fields", Value::Table(fields)) => {
                check_fields(index, fields, origin)?;
                continue;
            }
            ("fields", _) => "expected a table of paths, such as { body = \"content.rendered\" }",
            ("items", Value::Array(texts)) if texts.iter().all(Value::is_str) => continue,
            ("items", value) if !value.is_str() => "expected a quoted string, or a list of quoted strings",
            (name, Value::String(_)) if MATCHES.contains(&name) || SETTINGS.contains(&name) => continue,
            (name, Value::Array(texts)) if MATCHES.contains(&name) && texts.iter().all(Value::is_str) => continue,
            (name, _) if MATCHES.contains(&name) => "expected a quoted string, or a list of quoted strings",
            (name, _) if SETTINGS.contains(&name) => "expected a quoted string",
            (name, _) => {
                let near = nearest(name, MATCHES.into_iter().chain(SETTINGS));
                let hint = near.map_or_else(all_keys, |near| format!("; did you mean {near}?"));
                return Err(Error::origin(origin, format!("unknown key {}{hint}", key_of(index, name))));
            }
        };
        return Err(Error::value(&key_of(index, name), origin, problem));
    }
    Ok(())
}

fn check_fields(index: usize, fields: &Table, origin: &Origin) -> Result<(), Error> {
    for (name, paths) in fields {
        let are_texts = |it: &Value| it.as_array().is_some_and(|texts| texts.iter().all(Value::is_str));
        if !paths.is_str() && !are_texts(paths) {
            let problem = "expected a quoted string, or a list of quoted strings";
            return Err(Error::value(&key_of(index, &format!("fields.{name}")), origin, problem));
        }
    }
    Ok(())
}

fn all_keys() -> String {
    format!("; the keys are {}", [MATCHES.as_slice(), SETTINGS.as_slice()].concat().join(", "))
}

/// Returns the key of an entry, counted from 1 as people do, or of something in it.
fn key_of(index: usize, name: &str) -> String {
    let dot = if name.is_empty() { "" } else { "." };
    format!("{KEY}[{}]{dot}{name}", index + 1)
}

impl Check<'_> {
    /// Validates the entries.
    pub(super) fn sources(&self, raw: &[raw::Source]) -> Result<Sources, Error> {
        let entries: Result<Vec<_>, _> = raw.iter().enumerate().map(|(at, raw)| self.source(at, raw)).collect();
        entries.map(Sources::new)
    }

    fn source(&self, index: usize, raw: &raw::Source) -> Result<(SourceMatch, SourceSettings), Error> {
        let matches = self.source_match(index, raw)?;
        let settings = self.source_settings(index, raw)?;
        let problem = if matches.is_for_all() {
            let keys = MATCHES.join(", ");
            format!(
                "does not say which messages or articles it is for: give it one of {keys}; for all there is `[extract]`"
            )
        } else if settings.is_empty() {
            format!("sets nothing: give it one of {}", SETTINGS.join(", "))
        } else if let Some(name) = settings.for_reading().filter(|_| matches.needs_article()) {
            let problem = format!(
                "{name} is needed to read the article, and the article to know its source; choose by header, topic or \
                 key_prefix"
            );
            return Err(self.source_error(index, name, problem));
        } else {
            return Ok((matches, settings));
        };
        Err(self.source_error(index, "", problem))
    }

    fn source_match(&self, index: usize, raw: &raw::Source) -> Result<SourceMatch, Error> {
        let mut matches = SourceMatch::default();
        for name in self.texts(index, "source", raw.source.as_ref())? {
            matches.source(name);
        }
        for header in self.texts(index, "header", raw.header.as_ref())? {
            let named = header.split_once('=').filter(|(name, _)| !name.trim().is_empty());
            let Some((name, value)) = named else {
                let problem = format!("{header:?} is not a header with its value, such as \"agency=AFP\"");
                return Err(self.source_error(index, "header", problem));
            };
            matches.header(name, value);
        }
        for topic in self.texts(index, "topic", raw.topic.as_ref())? {
            matches.topic(topic).map_err(|problem| self.source_error(index, "topic", problem))?;
        }
        for prefix in self.texts(index, "key_prefix", raw.key_prefix.as_ref())? {
            matches.key_prefix(prefix);
        }
        Ok(matches)
    }

    fn source_settings(&self, index: usize, raw: &raw::Source) -> Result<SourceSettings, Error> {
        let error = |name: &'static str| move |problem| self.source_error(index, name, problem);
        let formats: Vec<_> = Format::choices().map(|format| (format.name(), format)).collect();
        let zones = chrono_tz::TZ_VARIANTS.map(|zone| (zone.name(), zone));
        let genres = Genre::ALL.map(|genre| (genre.name(), genre));
        let envelopes: Vec<_> = Unwrap::choices().collect();
        let unwrap = raw.unwrap.as_deref().map(|name| choose(name, &envelopes)).transpose().map_err(error("unwrap"))?;
        let items = self.texts(index, "items", raw.items.as_ref())?;
        let items = (!items.is_empty()).then(|| ItemPaths::new(items.iter().flat_map(|text| listed(text)))).transpose();
        let items = items.map_err(error("items"))?;
        let fields = self.source_fields(index, raw)?;
        let format = raw.format.as_deref().map(|name| choose(name, &formats)).transpose().map_err(error("format"))?;
        let timezone =
            raw.timezone.as_deref().map(|name| choose(name, &zones)).transpose().map_err(error("timezone"))?;
        let genre = raw.genre.as_deref().map(|name| choose(name, &genres)).transpose().map_err(error("genre"))?;
        let language = raw.language.as_deref().map(language_tag).transpose().map_err(error("language"))?;
        Ok(SourceSettings::with(|settings| {
            settings.format = format;
            settings.unwrap = unwrap;
            settings.items = items;
            settings.fields = fields;
            settings.language = language;
            settings.timezone = timezone;
            settings.genre = genre;
            settings.day_first = raw.day_first;
        }))
    }

    fn source_fields(&self, index: usize, raw: &raw::Source) -> Result<FieldPaths, Error> {
        let mut fields = FieldPaths::default();
        for (name, paths) in raw.fields.iter().flatten() {
            let key = format!("fields.{name}");
            let paths = self.texts(index, &key, Some(paths))?;
            let inserted = fields.insert(name, paths.iter().flat_map(|text| listed(text)));
            inserted.map_err(|problem| self.source_error(index, &key, problem))?;
        }
        Ok(fields)
    }

    /// Returns the texts of a key, none of which is empty.
    fn texts<'r>(&self, index: usize, name: &str, texts: Option<&'r raw::Texts>) -> Result<&'r [String], Error> {
        let texts = texts.map(raw::Texts::all).unwrap_or_default();
        match texts.iter().any(|text| text.trim().is_empty()) {
            true => Err(self.source_error(index, name, "must not be empty")),
            false => Ok(texts),
        }
    }

    fn source_error(&self, index: usize, name: &str, problem: impl std::fmt::Display) -> Error {
        Error::value(&key_of(index, name), self.layers.origin(KEY), problem)
    }
}
