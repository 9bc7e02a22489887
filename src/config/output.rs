//! `[output]`: what of a message passes on to the records of its articles.

use super::Error;
use super::raw;
use super::validate::{Check, listed};

/// What of a message passes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// The headers.
    pub headers: Vec<PassedHeader>,
    /// The header with which the ids of articles and the keys of events begin.
    pub key_prefix: Option<String>,
}

impl Output {
    /// Returns whether nothing does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.key_prefix.is_none()
    }
}

/// A header that passes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedHeader {
    /// Its name, in any case.
    pub name: String,
    /// The name of the header of records.
    pub sent_as: String,
}

/// The headers of a trace, which other programs know by these names.
const TRACE: [&str; 2] = ["traceparent", "tracestate"];

/// The attributes of CloudEvents that records have themselves, or that say something of their value.
const OWN: [&str; 9] =
    ["specversion", "id", "type", "source", "subject", "time", "datacontenttype", "dataschema", "data"];

impl PassedHeader {
    /// Returns how a header passes on: that of a trace as it is, any other as an attribute of CloudEvents, whose names have
    /// nothing but small letters and digits.
    ///
    /// # Errors
    /// If there can be no such attribute.
    pub fn new(name: &str) -> Result<Self, String> {
        let lower = name.to_ascii_lowercase();
        if TRACE.contains(&&*lower) {
            return Ok(Self { name: name.to_owned(), sent_as: lower });
        }
        let attribute = lower.strip_prefix("ce_").unwrap_or(&lower);
        let attribute: String = attribute.chars().filter(char::is_ascii_alphanumeric).collect();
        if attribute.is_empty() {
            return Err(format!("{name:?} has no letter and no digit, of which an attribute of CloudEvents consists"));
        }
        if OWN.contains(&&*attribute) {
            return Err(format!("{name:?} cannot pass on: records have a header `ce_{attribute}` of their own"));
        }
        Ok(Self { name: name.to_owned(), sent_as: format!("ce_{attribute}") })
    }
}

impl Check<'_> {
    /// Validates `[output]`.
    pub(super) fn output(&self, raw: &raw::Output) -> Result<Output, Error> {
        let mut headers: Vec<PassedHeader> = Vec::new();
        for name in listed(&raw.headers) {
            let header = PassedHeader::new(name).map_err(|problem| self.error("output.headers", problem))?;
            if let Some(other) = headers.iter().find(|other| other.sent_as == header.sent_as) {
                let problem = format!("{:?} and {name:?} would both be sent as `{}`", other.name, header.sent_as);
                return Err(self.error("output.headers", problem));
            }
            headers.push(header);
        }
        let key_prefix = Some(raw.key_prefix.trim().to_owned()).filter(|name| !name.is_empty());
        Ok(Output { headers, key_prefix })
    }
}
