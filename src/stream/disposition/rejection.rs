//! The record of a rejected message.

use rdkafka::Message;
use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};

use crate::config::Topics;
use crate::stream::output::OutputRecord;

/// How many headers of ours follow those of the message.
pub const HEADERS: usize = 5;

/// Returns the message as received, byte for byte, with its headers and ours. If that is too large, a record without the
/// key, the value and the headers of the message still says why it was rejected and where the original is.
pub fn record(message: &OwnedMessage, code: &str, reason: &str, topics: &Topics) -> OutputRecord {
    let partition = message.partition().to_string();
    let offset = message.offset().to_string();
    let with_ours = |headers: OwnedHeaders| {
        let ours: [(&str, &str); HEADERS] = [
            ("dateline-error-code", code),
            ("dateline-error", reason),
            ("dateline-topic", message.topic()),
            ("dateline-partition", &partition),
            ("dateline-offset", &offset),
        ];
        ours.into_iter().fold(headers, |all, (key, value)| all.insert(Header { key, value: Some(value) }))
    };
    let pointer = OutputRecord {
        topic: topics.rejected.clone(),
        partition: None,
        key: None,
        value: None,
        headers: with_ours(OwnedHeaders::new()),
        timestamp: message.timestamp().to_millis(),
        fallback: None,
    };
    OutputRecord {
        topic: topics.rejected.clone(),
        partition: None,
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: with_ours(message.headers().cloned().unwrap_or_default()),
        timestamp: message.timestamp().to_millis(),
        fallback: Some(Box::new(pointer)),
    }
}
