//! `[schema.registry]`: where schemas are, under the names of Confluent's clients.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::validate::{Check, listed};
use super::{Error, raw};
use crate::nearest::nearest;

const TABLE: &str = "schema.registry";
const FILES: &str = "schema.registry_files";

/// The names of its settings.
const NAMES: [&str; 4] = ["url", BASIC, BEARER, "ssl.ca.location"];
const BASIC: &str = "basic.auth.user.info";
const BEARER: &str = "bearer.auth.token";

/// The format of the values of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventFormat {
    /// The bare record, in JSON.
    #[default]
    Json,
    /// In the wire format of a schema registry, in Avro.
    Avro,
    /// In that format, in JSON with a registered schema.
    JsonSchema,
}

/// A schema registry.
#[derive(Clone)]
pub struct SchemaRegistry {
    /// Its addresses, without a slash at the end. They are asked one after the other.
    pub urls: Vec<String>,
    /// What it is told who asks.
    credentials: Option<(Scheme, Secret)>,
    /// The file with the authorities that are trusted in place of those of the system.
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy)]
enum Scheme {
    Basic,
    Bearer,
}

/// A value, or the file that has it.
#[derive(Clone)]
enum Secret {
    Value(String),
    File(PathBuf),
}

impl fmt::Debug for SchemaRegistry {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.credentials.as_ref().map(|(scheme, _)| scheme);
        f.debug_struct("SchemaRegistry").field("urls", &self.urls).field("credentials", &scheme).finish_non_exhaustive()
    }
}

impl SchemaRegistry {
    /// Returns the value of the header `Authorization`, if there is one. A file is read each time, since tokens expire.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn authorization(&self) -> Result<Option<String>, String> {
        let Some((scheme, secret)) = &self.credentials else { return Ok(None) };
        let secret = match secret {
            Secret::Value(value) => value.clone(),
            Secret::File(path) => {
                let read = std::fs::read_to_string(path);
                let read = read.map_err(|error| format!("cannot be asked: cannot read {}: {error}", path.display()))?;
                read.trim_end_matches(['\r', '\n']).to_owned()
            }
        };
        Ok(Some(match scheme {
            Scheme::Basic => format!("Basic {}", BASE64_STANDARD.encode(secret)),
            Scheme::Bearer => format!("Bearer {secret}"),
        }))
    }
}

/// Whether a setting's value must never be shown.
pub(super) fn is_secret(name: &str) -> bool {
    name == BASIC || name == BEARER
}

impl Check<'_> {
    /// Returns the schema registry, if there is one.
    pub(super) fn schema_registry(&self, raw: &raw::Schema) -> Result<Option<SchemaRegistry>, Error> {
        for (table, settings) in [(TABLE, &raw.registry), (FILES, &raw.registry_files)] {
            if let Some(unknown) = settings.keys().find(|name| !NAMES.contains(&name.as_str())) {
                let near = nearest(unknown, NAMES.into_iter()).map(|near| format!("did you mean {near}?"));
                let hint = near.unwrap_or_else(|| format!("known are {}", NAMES.join(", ")));
                return Err(self.error(&format!("{table}.{unknown}"), format!("unknown setting; {hint}")));
            }
        }
        if let Some(twice) = raw.registry_files.keys().find(|name| raw.registry.contains_key(*name)) {
            let problem = format!("{TABLE} also has {twice}; keep one of the two");
            return Err(self.error(&format!("{FILES}.{twice}"), problem));
        }
        let urls = self.urls(raw)?;
        if urls.is_empty() {
            let alone = raw.registry.iter().find(|(name, value)| *name != "url" && !value.is_empty());
            let alone = alone.map(|(name, _)| format!("{TABLE}.{name}"));
            let alone = alone.or_else(|| raw.registry_files.keys().next().map(|name| format!("{FILES}.{name}")));
            return match alone {
                Some(key) => Err(self.error(&key, format!("there is no registry: set {TABLE}.url as well"))),
                None => Ok(None),
            };
        }
        if !cfg!(feature = "schema-registry") {
            let problem = "this program was built without it; build one with `cargo build --release --features \
                           schema-registry`, or leave the key empty";
            return Err(self.error(&format!("{TABLE}.url"), problem));
        }
        let ca_file = self.setting(raw, "ssl.ca.location")?.map(PathBuf::from);
        Ok(Some(SchemaRegistry { urls, credentials: self.credentials(raw)?, ca_file }))
    }

    /// Returns a setting that is no secret: one that a file has is read now.
    fn setting(&self, raw: &raw::Schema, name: &str) -> Result<Option<String>, Error> {
        let text = match raw.registry_files.get(name) {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| self.error(&format!("{FILES}.{name}"), format!("cannot read {path}: {error}")))?,
            None => raw.registry.get(name).cloned().unwrap_or_default(),
        };
        Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    fn urls(&self, raw: &raw::Schema) -> Result<Vec<String>, Error> {
        let text = self.setting(raw, "url")?.unwrap_or_default();
        let valid = |url: &str| {
            let uri = url.parse::<axum::http::Uri>().ok().filter(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.query().is_none()
            });
            if uri.is_none() {
                let problem = format!("{url:?} is not an address such as https://registry.example.org");
                return Err(self.error(&format!("{TABLE}.url"), problem));
            }
            if uri.and_then(|uri| uri.authority().map(|it| it.as_str().contains('@'))) == Some(true) {
                let problem = format!("the address has a password in it, which would be logged; set {TABLE}.{BASIC}");
                return Err(self.error(&format!("{TABLE}.url"), problem));
            }
            Ok(url.trim_end_matches('/').to_owned())
        };
        listed(&text).map(valid).collect()
    }

    fn credentials(&self, raw: &raw::Schema) -> Result<Option<(Scheme, Secret)>, Error> {
        let secret = |name: &str| {
            let value = raw.registry.get(name).filter(|value| !value.is_empty()).cloned().map(Secret::Value);
            value.or_else(|| raw.registry_files.get(name).map(|path| Secret::File(PathBuf::from(path))))
        };
        match (secret(BASIC), secret(BEARER)) {
            (Some(_), Some(_)) => {
                let problem = format!("there is {BASIC} as well; keep one of the two");
                Err(self.error(&format!("{TABLE}.{BEARER}"), problem))
            }
            (Some(Secret::Value(value)), None) if !value.contains(':') => {
                Err(self.error(&format!("{TABLE}.{BASIC}"), "expected `user:password`"))
            }
            (Some(secret), None) => Ok(Some((Scheme::Basic, secret))),
            (None, Some(secret)) => Ok(Some((Scheme::Bearer, secret))),
            (None, None) => Ok(None),
        }
    }

    /// Validates `output.format`.
    pub(super) fn event_format(&self, raw: &raw::Raw) -> Result<EventFormat, Error> {
        let choices =
            [("json", EventFormat::Json), ("avro", EventFormat::Avro), ("json-schema", EventFormat::JsonSchema)];
        let format = self.choice("output.format", &raw.output.format, &choices)?;
        if format != EventFormat::Json && self.schema_registry(&raw.schema)?.is_none() {
            let problem = format!("its schema is registered: set {TABLE}.url as well");
            return Err(self.error("output.format", problem));
        }
        Ok(format)
    }
}

/// Masks the secrets among settings.
pub(super) fn mask(settings: &mut BTreeMap<String, String>, with: &str) {
    for (_, value) in settings.iter_mut().filter(|(name, _)| is_secret(name)) {
        with.clone_into(value);
    }
}
