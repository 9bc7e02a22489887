//! What becomes of one message: the records that tell it. Every message has exactly one fate, either a record on
//! `timeline.articles` (with its events) or one on `timeline.rejected`.
//!
//! Pure: it is given the message and what the pipeline made of it, and knows no broker. Times of the records are
//! those of the message, so that a replay yields the same.

use rdkafka::Message;
use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};

use super::batch::size;
use super::topics::Topics;
use crate::pipeline::{Outcome, Processed};
use crate::record::{ArticleRecord, ArticleStatus, SourceFields, cloudevents};

/// What one record needs on the wire besides key, value and headers: an upper bound.
const OVERHEAD: usize = 128;

/// What is told of an article on which the pipeline broke.
const BROKEN: &str = "dateline broke on this article; this is a fault of dateline, please report it";

/// What became of one message.
#[derive(Debug)]
pub struct Fate {
    /// The partition that the message came from.
    pub partition: i32,
    /// The message's offset there.
    pub offset: i64,
    /// The message's size.
    pub bytes: usize,
    /// In a word.
    pub verdict: Verdict,
    /// How many events it has.
    pub events: usize,
    /// The records that tell it, in the order in which they are sent.
    pub records: Vec<Record>,
}

/// A fate in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A record on `timeline.articles`.
    Article(ArticleStatus),
    /// A record on `timeline.rejected`, with the error's code.
    Rejected(&'static str),
}

/// One record to send.
#[derive(Debug)]
pub struct Record {
    /// The topic's name.
    pub topic: String,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value.
    pub value: Option<Vec<u8>>,
    /// Its headers.
    pub headers: OwnedHeaders,
    /// Milliseconds since 1970; `None` leaves it to the broker.
    pub timestamp: Option<i64>,
    /// What is sent instead if this turns out too large. The size of headers as received cannot be told before.
    pub instead: Option<Box<Record>>,
}

/// Tells what became of a message; `outcome` is `None` where the pipeline broke. No record is larger than `limit`
/// bytes on the wire, except that a rejected message has a short one to send instead.
#[must_use]
pub fn fate(message: &OwnedMessage, outcome: Option<&Outcome>, topics: &Topics, limit: usize) -> Fate {
    let reject = |code, reason: &str| (Verdict::Rejected(code), 0, vec![rejected(message, code, reason, topics)]);
    let (verdict, events, records) = match outcome {
        Some(Outcome::Article(processed)) => match article(message, processed, topics, limit) {
            Ok(records) => (Verdict::Article(processed.status), processed.events.len(), records),
            Err(reason) => reject("record-too-large", &reason),
        },
        Some(Outcome::Rejected(error)) => reject(error.code(), &error.to_string()),
        None => reject("internal-error", BROKEN),
    };
    let (partition, offset) = (message.partition(), message.offset());
    Fate { partition, offset, bytes: size(message), verdict, events, records }
}

/// The records of an article: its events, then what became of it.
fn article(
    message: &OwnedMessage,
    processed: &Processed,
    topics: &Topics,
    limit: usize,
) -> Result<Vec<Record>, String> {
    let timestamp = message.timestamp().to_millis();
    let mut records = Vec::with_capacity(processed.events.len() + 1);
    let mut add = |topic: &str, key: &str, value: Result<Vec<u8>, serde_json::Error>, headers: &[Head]| {
        let value = value.map_err(|error| format!("a record of this article cannot be written: {error}"))?;
        let heads: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 10).sum();
        let size = key.len() + value.len() + heads + OVERHEAD;
        if size > limit {
            return Err(format!(
                "a record of this article for `{topic}` takes {size} bytes, more than the limit of {limit}; \
                 raise `message.max.bytes` of the client and `max.message.bytes` of the topic"
            ));
        }
        records.push(Record {
            topic: topic.to_owned(),
            key: Some(key.as_bytes().to_vec()),
            value: Some(value),
            headers: headers
                .iter()
                .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(value.as_str()) })),
            timestamp,
            instead: None,
        });
        Ok(())
    };
    let told = ArticleRecord {
        id: processed.id.clone(),
        revision: processed.revision.clone(),
        status: processed.status,
        events: processed.events.iter().map(|event| event.id.clone()).collect(),
        warnings: processed.warnings.clone(),
        source: SourceFields {
            topic: message.topic().to_owned(),
            partition: message.partition(),
            offset: message.offset(),
        },
    };
    let json = ("content-type", "application/json".to_owned());
    // Made first, since it names all events: where there are very many it is what does not fit, and they are not made.
    add(&topics.articles, &told.id, serde_json::to_vec(&told), &[json])?;
    for event in &processed.events {
        add(&topics.events, &event.id, serde_json::to_vec(event), &cloudevents::headers(event))?;
    }
    records.rotate_left(1);
    Ok(records)
}

type Head = (&'static str, String);

/// The message as received, byte for byte, with its headers and ours. Should it not fit, a record without key,
/// value and headers of its own still tells why and where the original stands.
fn rejected(message: &OwnedMessage, code: &str, reason: &str, topics: &Topics) -> Record {
    let partition = message.partition().to_string();
    let offset = message.offset().to_string();
    let tell = |headers: OwnedHeaders| {
        [
            ("dateline-error-code", code),
            ("dateline-error", reason),
            ("dateline-topic", message.topic()),
            ("dateline-partition", &partition),
            ("dateline-offset", &offset),
        ]
        .into_iter()
        .fold(headers, |all, (key, value)| all.insert(Header { key, value: Some(value) }))
    };
    let pointer = Record {
        topic: topics.rejected.clone(),
        key: None,
        value: None,
        headers: tell(OwnedHeaders::new()),
        timestamp: message.timestamp().to_millis(),
        instead: None,
    };
    Record {
        topic: topics.rejected.clone(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: tell(message.headers().cloned().unwrap_or_default()),
        timestamp: message.timestamp().to_millis(),
        instead: Some(Box::new(pointer)),
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::Timestamp;
    use rdkafka::message::Headers;

    use super::*;
    use crate::pipeline::{self, Settings};

    const ROOM: usize = 1_000_000;

    fn topics() -> Topics {
        let name = |it: &str| it.to_owned();
        Topics { input: name("in"), events: name("events"), articles: name("told"), rejected: name("set-aside") }
    }

    fn message(payload: Option<&[u8]>) -> OwnedMessage {
        let headers = OwnedHeaders::new().insert(Header { key: "feed", value: Some("night desk") });
        let (payload, key) = (payload.map(<[u8]>::to_vec), Some(b"k".to_vec()));
        OwnedMessage::new(payload, key, "in".into(), Timestamp::CreateTime(42), 3, 17, Some(headers))
    }

    fn fate_of(payload: Option<&[u8]>, limit: usize) -> Fate {
        let message = message(payload);
        let outcome = pipeline::process(message.payload().unwrap_or_default(), &Settings::default());
        fate(&message, Some(&outcome), &topics(), limit)
    }

    const ARTICLE: &[u8] = br#"{"id": "b-1", "published": "2026-03-12T09:00:00Z",
        "title": "Bridge opens", "body": "The mayor opened the bridge on Monday."}"#;

    fn head<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
        let found = record.headers.iter().find(|header| header.key == name)?;
        std::str::from_utf8(found.value?).ok()
    }

    #[test]
    fn an_article_is_told_after_its_events_and_names_them_and_its_place() {
        let fate = fate_of(Some(ARTICLE), ROOM);
        let (told, events) = fate.records.split_last().unwrap();
        assert_eq!((told.topic.as_str(), told.key.as_deref()), ("told", Some(&b"b-1"[..])));
        let value: serde_json::Value = serde_json::from_slice(told.value.as_deref().unwrap()).unwrap();
        assert_eq!(value["status"], "extracted");
        assert_eq!(value["source"], serde_json::json!({"topic": "in", "partition": 3, "offset": 17}));
        let keys: Vec<_> = events.iter().map(|event| event.key.clone().unwrap()).collect();
        let named: Vec<_> = value["events"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        assert_eq!(keys, named.iter().map(|id| id.as_bytes().to_vec()).collect::<Vec<_>>());
        assert!(events.iter().all(|event| event.topic == "events" && head(event, "ce_id").is_some()));
        assert_eq!((fate.verdict, fate.events), (Verdict::Article(ArticleStatus::Extracted), events.len()));
    }

    #[test]
    fn every_record_has_the_time_of_its_message() {
        for payload in [ARTICLE, b"?"] {
            assert!(fate_of(Some(payload), ROOM).records.iter().all(|record| record.timestamp == Some(42)));
        }
    }

    #[test]
    fn a_rejected_message_is_as_it_came_with_our_headers_after_its_own() {
        let fate = fate_of(Some(b"{\xff"), ROOM);
        let [record] = &fate.records[..] else { panic!("one record") };
        assert_eq!((record.topic.as_str(), fate.verdict), ("set-aside", Verdict::Rejected("not-utf8")));
        assert_eq!((record.key.as_deref(), record.value.as_deref()), (Some(&b"k"[..]), Some(&b"{\xff"[..])));
        let names: Vec<_> = record.headers.iter().map(|header| header.key.to_owned()).collect();
        let ours = ["dateline-error-code", "dateline-error", "dateline-topic", "dateline-partition", "dateline-offset"];
        assert_eq!(names[0], "feed");
        assert_eq!(names[1..], ours);
        assert_eq!(head(record, "dateline-offset"), Some("17"));
    }

    #[test]
    fn a_message_without_a_value_is_rejected_without_one() {
        assert_eq!(fate_of(None, ROOM).records[0].value, None);
    }

    #[test]
    fn an_article_with_a_record_that_does_not_fit_is_rejected_whole() {
        let fate = fate_of(Some(ARTICLE), 100);
        assert_eq!(fate.verdict, Verdict::Rejected("record-too-large"));
        assert_eq!(fate.records.len(), 1, "no event of it is sent");
        assert_eq!(head(&fate.records[0], "dateline-error-code"), Some("record-too-large"));
        assert_eq!(fate.records[0].value.as_deref(), Some(ARTICLE));
    }

    #[test]
    fn what_is_sent_instead_of_a_rejected_message_is_small_and_tells_where_it_stands() {
        let fate = fate_of(Some(b"?"), ROOM);
        let instead = fate.records[0].instead.as_deref().unwrap();
        assert_eq!((&instead.key, &instead.value), (&None, &None));
        assert_eq!(head(instead, "feed"), None);
        assert_eq!((head(instead, "dateline-partition"), head(instead, "dateline-offset")), (Some("3"), Some("17")));
    }

    #[test]
    fn an_article_that_broke_the_pipeline_is_rejected() {
        let fate = fate(&message(Some(ARTICLE)), None, &topics(), ROOM);
        assert_eq!(head(&fate.records[0], "dateline-error-code"), Some("internal-error"));
    }
}
