//! What of a message passes on to the records of its articles: headers, and what keys begin with.
//!
//! Must not know what the records are about.

use rdkafka::Message;
use rdkafka::message::{Header, Headers as _, OwnedHeaders, OwnedMessage};

use crate::article::id_prefix;
use crate::config::Output;

/// What passes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passed {
    /// Names, as they are sent, and values.
    headers: Vec<(String, Vec<u8>)>,
    /// What the ids of articles and the keys of events begin with; empty for nothing.
    pub prefix: String,
}

impl Passed {
    /// Returns what of a message passes on.
    #[must_use]
    pub fn of(message: &OwnedMessage, output: &Output) -> Self {
        let Some(headers) = message.headers().filter(|_| !output.is_empty()) else { return Self::default() };
        let value = |name: &str| {
            headers.iter().filter(|header| header.key.eq_ignore_ascii_case(name)).filter_map(|it| it.value).last()
        };
        let passed = output.headers.iter();
        let passed = passed.filter_map(|header| Some((header.sent_as.clone(), value(&header.name)?.to_vec())));
        let prefix = output.key_prefix.as_deref().and_then(|name| id_prefix(value(name)?));
        Self { headers: passed.collect(), prefix: prefix.unwrap_or_default() }
    }

    /// Adds the headers to those of a record.
    #[must_use]
    pub fn add_to(&self, headers: OwnedHeaders) -> OwnedHeaders {
        self.headers.iter().fold(headers, |all, (key, value)| all.insert(Header { key, value: Some(value) }))
    }

    /// Returns the key of an event.
    #[must_use]
    pub fn event_key(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }
}

/// Returns the id of an event from the key of its record. No id has a colon.
#[must_use]
pub fn event_id(key: &str) -> &str {
    key.rsplit(':').next().unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use rdkafka::Timestamp;

    use super::*;
    use crate::config::PassedHeader;

    fn message(headers: &[(&str, &str)]) -> OwnedMessage {
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(*value) }));
        OwnedMessage::new(None, None, "articles".into(), Timestamp::NotAvailable, 0, 0, Some(headers))
    }

    #[test]
    fn headers_pass_on_under_their_own_names_and_the_tenant_is_what_keys_begin_with() {
        let headers = ["traceparent", "X-Correlation-ID"].map(|name| PassedHeader::new(name).unwrap());
        let output = Output { headers: headers.into(), key_prefix: Some("tenant".to_owned()) };
        let sent =
            [("Tenant", " acme "), ("traceparent", "00-1"), ("x-correlation-id", "1"), ("x-correlation-id", "2")];
        let passed = Passed::of(&message(&sent), &output);
        assert_eq!(passed.prefix, "acme:");
        let expected = [("traceparent", "00-1"), ("ce_xcorrelationid", "2")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        assert_eq!(passed.headers, expected, "of several the last");
        assert_eq!((passed.event_key("0f"), event_id("acme:0f"), event_id("0f")), ("acme:0f".to_owned(), "0f", "0f"));
        assert_eq!(Passed::of(&message(&[("other", "1"), ("tenant", " ")]), &output), Passed::default());
    }
}
