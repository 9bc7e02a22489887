//! What becomes of one message: the records that tell it. Every message has exactly one fate, either records on
//! `timeline.articles`, one for each of its articles (with their events), or one on `timeline.rejected`.
//!
//! Pure: it is given the message and what the pipeline made of it, and knows no broker. What other revisions of an
//! article came before is not known here: `life` settles that. Times of the records are those of the message, so that a
//! replay yields the same.

use chrono::{DateTime, Utc};
use rdkafka::Message;
use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};

use super::batch::size;
use crate::article::Embargo;
use crate::config::{EmbargoPolicy, Topics};
use crate::pipeline::Processed;
use crate::record::{
    ArticleRecord, ArticleStatus, EventRecord, HeldFields, SourceFields, StandingFields, Warning, cloudevents,
};

/// What one record needs on the wire besides key, value and headers: an upper bound.
const OVERHEAD: usize = 128;
/// What a record on `timeline.articles` may grow by when it is known which revision stands and which is held.
const GROWTH: usize = 512;

/// What is told of an article on which the pipeline broke.
const BROKEN: &str = "dateline broke on this article; this is a fault of dateline, please report it";
/// The code of what is refused, or told, for its embargo.
const EMBARGOED: &str = "embargoed";

/// Where records go, and what they must keep to.
#[derive(Debug, Clone)]
pub struct Outlet {
    /// The topics.
    pub topics: Topics,
    /// The largest record, in bytes on the wire.
    pub limit: usize,
    /// How many partitions `timeline.articles` has.
    pub partitions: i32,
    /// What becomes of an article under embargo.
    pub embargo: EmbargoPolicy,
}

impl Outlet {
    /// The partition of `timeline.articles` that tells of the articles of a partition of the input: one, so that all that
    /// is known of them can be read there again.
    #[must_use]
    pub fn partition(&self, input: i32) -> i32 {
        input % self.partitions.max(1)
    }
}

/// What became of one message.
#[derive(Debug)]
pub struct Fate {
    /// The partition that the message came from.
    pub partition: i32,
    /// The message's offset there.
    pub offset: i64,
    /// The message's size.
    pub bytes: usize,
    /// What is told of it.
    pub told: Told,
}

/// What is told of a message.
#[derive(Debug)]
pub enum Told {
    /// Each of its articles.
    Articles(Vec<Telling>),
    /// A record on `timeline.rejected`, with the error's code.
    Rejected(&'static str, Box<Record>),
}

/// What is told of one article.
#[derive(Debug)]
pub struct Telling {
    /// What became of it.
    pub article: ArticleRecord,
    /// What it means for the article.
    pub bearing: Bearing,
    /// The records of its events.
    pub events: Vec<Record>,
    /// Null records for the events of an earlier revision.
    pub gone: Vec<Record>,
    /// The record of `article`, sent after the others.
    pub record: Record,
}

/// What is told means for the article that it is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearing {
    /// A revision: it may stand in the place of an earlier one, or be held to.
    Revision,
    /// Nothing: a picture, or what cannot be read.
    Aside,
    /// The revision that was held is gone.
    Lost,
}

impl Telling {
    /// Makes the record of `article` again, after a change.
    pub fn rewrite(&mut self) -> Result<(), serde_json::Error> {
        self.record.value = Some(serde_json::to_vec(&self.article)?);
        Ok(())
    }

    fn records(&self) -> impl Iterator<Item = &Record> {
        self.events.iter().chain(&self.gone).chain([&self.record])
    }

    /// Takes back an event of the article.
    pub fn retract(&mut self, events: &str, id: &str) {
        let headers = cloudevents::retraction(id, &self.article.id);
        self.gone.push(Record::new(events, id, None, &headers, self.record.timestamp));
    }
}

impl Fate {
    /// What is told of its articles, if it has any.
    #[must_use]
    pub fn tellings(&self) -> &[Telling] {
        if let Told::Articles(tellings) = &self.told { tellings } else { &[] }
    }

    /// The records that tell it, in the order in which they are sent.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        let rejected = if let Told::Rejected(_, record) = &self.told { Some(&**record) } else { None };
        self.tellings().iter().flat_map(Telling::records).chain(rejected)
    }

    /// What became of its articles.
    pub fn statuses(&self) -> impl Iterator<Item = ArticleStatus> {
        self.tellings().iter().map(|telling| telling.article.status)
    }

    /// How many events it publishes.
    #[must_use]
    pub fn events(&self) -> usize {
        self.tellings().iter().map(|telling| telling.events.len()).sum()
    }

    /// How many events it takes back.
    #[must_use]
    pub fn retractions(&self) -> usize {
        self.tellings().iter().map(|telling| telling.gone.len()).sum()
    }
}

/// One record to send.
#[derive(Debug)]
pub struct Record {
    /// The topic's name.
    pub topic: String,
    /// The partition, where its key does not tell.
    pub partition: Option<i32>,
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

impl Record {
    fn new(topic: &str, key: &str, value: Option<Vec<u8>>, headers: &[Head], timestamp: Option<i64>) -> Self {
        Self {
            topic: topic.to_owned(),
            partition: None,
            key: Some(key.as_bytes().to_vec()),
            value,
            headers: headers
                .iter()
                .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(value.as_str()) })),
            timestamp,
            instead: None,
        }
    }
}

/// Tells what became of a message at the time `now`; `outcome` is `None` where the pipeline broke. No record is larger
/// than the outlet takes, except that a rejected message has a short one to send instead.
#[must_use]
pub fn fate(
    message: &OwnedMessage,
    outcome: Option<Result<Vec<Processed>, crate::error::Error>>,
    outlet: &Outlet,
    now: DateTime<Utc>,
) -> Fate {
    let reject = |code, reason: &str| Told::Rejected(code, Box::new(rejected(message, code, reason, &outlet.topics)));
    let refused = |processed: &Processed| embargoed(processed, now).filter(|_| outlet.embargo == EmbargoPolicy::Reject);
    let told = match outcome {
        Some(Ok(all)) => match all.iter().map(refused).collect::<Option<Vec<_>>>() {
            Some(reasons) => reject(EMBARGOED, &reasons.join("; ")),
            None => {
                let tellings: Result<Vec<_>, _> =
                    all.into_iter().map(|one| telling(message, one, outlet, now)).collect();
                tellings.map_or_else(|reason| reject("record-too-large", &reason), Told::Articles)
            }
        },
        Some(Err(error)) => reject(error.code(), &error.to_string()),
        None => reject("internal-error", BROKEN),
    };
    Fate { partition: message.partition(), offset: message.offset(), bytes: size(message), told }
}

/// The fate of a message whose article was held, and which the input topic no longer has when the embargo is over.
#[must_use]
pub fn lost(partition: i32, id: String, held: HeldFields, outlet: &Outlet) -> Fate {
    let HeldFields { revision, offset, .. } = held;
    let warning = Warning {
        code: "held-lost",
        message: "its embargo is over, and the input topic no longer has it; keep articles there for longer than \
                  embargoes last"
            .to_owned(),
    };
    let source = SourceFields { topic: outlet.topics.input.clone(), partition, offset };
    let article = ArticleRecord {
        id,
        revision,
        status: ArticleStatus::Skipped,
        events: Vec::new(),
        warnings: vec![warning],
        source,
        standing: None,
        held: None,
    };
    let mut record = Record::new(&outlet.topics.articles, &article.id, None, &[json()], None);
    record.partition = Some(outlet.partition(partition));
    let telling = Telling { article, bearing: Bearing::Lost, events: Vec::new(), gone: Vec::new(), record };
    Fate { partition, offset, bytes: 0, told: Told::Articles(vec![telling]) }
}

/// What is said of an article that may not be published yet.
fn embargoed(processed: &Processed, now: DateTime<Utc>) -> Option<String> {
    match processed.embargo? {
        Embargo::Until(until) if until <= now => None,
        Embargo::Until(until) => Some(format!("it is under embargo until {}", until.to_rfc3339())),
        Embargo::Open => Some("it is under embargo until a later revision says otherwise".to_owned()),
    }
}

/// The records of an article, as if no other revision of it had come before. Events go as their records are made: those
/// of a very long article are not held twice.
fn telling(
    message: &OwnedMessage,
    processed: Processed,
    outlet: &Outlet,
    now: DateTime<Utc>,
) -> Result<Telling, String> {
    let topics = &outlet.topics;
    let timestamp = message.timestamp().to_millis();
    let fitting = |topic: &str, key: &str, value: Result<Vec<u8>, serde_json::Error>, headers: &[Head], growth| {
        let value = value.map_err(|error| format!("a record of this article cannot be written: {error}"))?;
        let heads: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 10).sum();
        let (size, limit) = (key.len() + value.len() + heads + OVERHEAD + growth, outlet.limit);
        if size > limit {
            return Err(format!(
                "a record of this article for `{topic}` takes {size} bytes, more than the limit of {limit}; \
                 raise `message.max.bytes` of the client and `max.message.bytes` of the topic"
            ));
        }
        Ok(Record::new(topic, key, Some(value), headers, timestamp))
    };
    let article = article(message, &processed, outlet, now);
    // Made first, since it names all events: where there are very many it is what does not fit, and they are not made.
    let mut record = fitting(&topics.articles, &article.id, serde_json::to_vec(&article), &[json()], GROWTH)?;
    record.partition = Some(outlet.partition(message.partition()));
    let published = if article.events.is_empty() { Vec::new() } else { processed.events };
    let event = |event: EventRecord| {
        fitting(&topics.events, &event.id, serde_json::to_vec(&event), &cloudevents::headers(&event), 0)
    };
    let events = published.into_iter().map(event).collect::<Result<_, _>>()?;
    let is_revision = article.standing.is_some() || article.held.is_some();
    let bearing = if is_revision { Bearing::Revision } else { Bearing::Aside };
    Ok(Telling { bearing, events, gone: Vec::new(), record, article })
}

/// What becomes of an article, as if no other revision of it had come before.
fn article(message: &OwnedMessage, processed: &Processed, outlet: &Outlet, now: DateTime<Utc>) -> ArticleRecord {
    let (revision, modified) = (&processed.revision, processed.modified);
    let (topic, partition, offset) = (message.topic().to_owned(), message.partition(), message.offset());
    let told = |status, warnings| ArticleRecord {
        id: processed.id.clone(),
        revision: revision.clone(),
        status,
        events: Vec::new(),
        warnings,
        source: SourceFields { topic, partition, offset },
        standing: None,
        held: None,
    };
    let mut warnings = processed.warnings.clone();
    if let Some(message) = embargoed(processed, now) {
        warnings.push(Warning { code: EMBARGOED, message });
        match outlet.embargo {
            EmbargoPolicy::Pass => {}
            EmbargoPolicy::Hold => {
                let until = if let Some(Embargo::Until(until)) = processed.embargo { Some(until) } else { None };
                let held = Some(HeldFields { revision: revision.clone(), modified, until, offset });
                return ArticleRecord { held, ..told(ArticleStatus::Held, warnings) };
            }
            EmbargoPolicy::Reject => return told(ArticleStatus::Skipped, warnings),
        }
    }
    let status = processed.status;
    let standing = StandingFields { revision: revision.clone(), modified, status };
    ArticleRecord {
        events: processed.events.iter().map(|event| event.id.clone()).collect(),
        standing: processed.is_revision.then_some(standing),
        ..told(status, warnings)
    }
}

type Head = (&'static str, String);

fn json() -> Head {
    ("content-type", "application/json".to_owned())
}

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
        partition: None,
        key: None,
        value: None,
        headers: tell(OwnedHeaders::new()),
        timestamp: message.timestamp().to_millis(),
        instead: None,
    };
    Record {
        topic: topics.rejected.clone(),
        partition: None,
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

    fn outlet(limit: usize, embargo: EmbargoPolicy) -> Outlet {
        Outlet { topics: topics(), limit, partitions: 2, embargo }
    }

    fn at(time: &str) -> DateTime<Utc> {
        time.parse().unwrap()
    }

    fn fate_at(payload: Option<&[u8]>, outlet: &Outlet, now: &str) -> Fate {
        let message = message(payload);
        let outcome = pipeline::process(message.payload().unwrap_or_default(), &Settings::default());
        fate(&message, Some(outcome), outlet, at(now))
    }

    fn fate_of(payload: Option<&[u8]>, limit: usize) -> Fate {
        fate_at(payload, &outlet(limit, EmbargoPolicy::Hold), "2026-04-01T00:00:00Z")
    }

    fn records(fate: &Fate) -> Vec<&Record> {
        fate.records().collect()
    }

    fn code(fate: &Fate) -> Option<&'static str> {
        if let Told::Rejected(code, _) = fate.told { Some(code) } else { None }
    }

    fn value(record: &Record) -> serde_json::Value {
        serde_json::from_slice(record.value.as_deref().unwrap()).unwrap()
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
        let all = records(&fate);
        let (told, events) = all.split_last().unwrap();
        assert_eq!((told.topic.as_str(), told.key.as_deref()), ("told", Some(&b"b-1"[..])));
        let value = value(told);
        assert_eq!(told.partition, Some(1), "3 of 2");
        assert_eq!(value["status"], "extracted");
        let standing = serde_json::json!({"revision": "1", "modified": null, "status": "extracted"});
        assert_eq!((&value["standing"], value.get("held")), (&standing, None));
        assert_eq!(value["source"], serde_json::json!({"topic": "in", "partition": 3, "offset": 17}));
        let keys: Vec<_> = events.iter().map(|event| event.key.clone().unwrap()).collect();
        let named: Vec<_> = value["events"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        assert_eq!(keys, named.iter().map(|id| id.as_bytes().to_vec()).collect::<Vec<_>>());
        assert!(events.iter().all(|event| event.topic == "events" && head(event, "ce_id").is_some()));
        assert_eq!((fate.statuses().collect(), fate.events()), (vec![ArticleStatus::Extracted], events.len()));
    }

    #[test]
    fn a_message_of_several_articles_has_a_record_for_each_behind_its_events() {
        let feed = br#"<feed><entry><id>a</id><updated>2026-03-12T09:00:00Z</updated><content>It opened on Monday.</content></entry>
            <deleted-entry ref="b" when="2026-03-12T09:00:00Z"/>
            <entry><id>c</id><content>It closed on Monday.</content></entry></feed>"#;
        let fate = fate_of(Some(feed), ROOM);
        let places: Vec<_> = fate.records().map(|it| (it.topic.as_str(), it.key.clone().unwrap())).collect();
        let told = |key: &str| ("told", key.as_bytes().to_vec());
        assert_eq!(places[0].0, "events");
        assert_eq!(places[1..], [told("a"), told("b"), told("c")]);
        let statuses = vec![ArticleStatus::Extracted, ArticleStatus::Withdrawn, ArticleStatus::Skipped];
        assert_eq!((fate.statuses().collect(), fate.events()), (statuses, 1));
        let value = value(records(&fate)[3]);
        assert_eq!((&value["warnings"][0]["code"], &value["standing"]), (&"published-missing".into(), &().into()));
    }

    #[test]
    fn every_record_has_the_time_of_its_message() {
        for payload in [ARTICLE, b"?"] {
            assert!(fate_of(Some(payload), ROOM).records().all(|record| record.timestamp == Some(42)));
        }
    }

    #[test]
    fn a_rejected_message_is_as_it_came_with_our_headers_after_its_own() {
        let fate = fate_of(Some(b"{\xff"), ROOM);
        let [record] = &records(&fate)[..] else { panic!("one record") };
        assert_eq!((record.topic.as_str(), code(&fate)), ("set-aside", Some("not-utf8")));
        assert_eq!((record.key.as_deref(), record.value.as_deref()), (Some(&b"k"[..]), Some(&b"{\xff"[..])));
        let names: Vec<_> = record.headers.iter().map(|header| header.key.to_owned()).collect();
        let ours = ["dateline-error-code", "dateline-error", "dateline-topic", "dateline-partition", "dateline-offset"];
        assert_eq!(names[0], "feed");
        assert_eq!(names[1..], ours);
        assert_eq!(head(record, "dateline-offset"), Some("17"));
    }

    #[test]
    fn a_message_without_a_value_is_rejected_without_one() {
        assert_eq!(records(&fate_of(None, ROOM))[0].value, None);
    }

    #[test]
    fn an_article_with_a_record_that_does_not_fit_is_rejected_whole() {
        let fate = fate_of(Some(ARTICLE), 100);
        assert_eq!(code(&fate), Some("record-too-large"));
        let [record] = &records(&fate)[..] else { panic!("no event of it is sent") };
        assert_eq!(head(record, "dateline-error-code"), Some("record-too-large"));
        assert_eq!(record.value.as_deref(), Some(ARTICLE));
    }

    #[test]
    fn what_is_sent_instead_of_a_rejected_message_is_small_and_tells_where_it_stands() {
        let fate = fate_of(Some(b"?"), ROOM);
        let all = records(&fate);
        let instead = all[0].instead.as_deref().unwrap();
        assert_eq!((&instead.key, &instead.value), (&None, &None));
        assert_eq!(head(instead, "feed"), None);
        assert_eq!((head(instead, "dateline-partition"), head(instead, "dateline-offset")), (Some("3"), Some("17")));
    }

    #[test]
    fn an_article_that_broke_the_pipeline_is_rejected() {
        let fate = fate(&message(Some(ARTICLE)), None, &outlet(ROOM, EmbargoPolicy::Hold), at("2026-04-01T00:00:00Z"));
        assert_eq!(head(records(&fate)[0], "dateline-error-code"), Some("internal-error"));
    }

    const EMBARGOED_ARTICLE: &[u8] = br#"{"uri": "n-1", "version": "2", "embargoed": "2026-04-02T06:00:00Z",
        "versioncreated": "2026-04-01T09:00:00Z", "headline": "Budget", "body_text": "The minister resigned on Monday."}"#;

    #[test]
    fn under_embargo_nothing_of_an_article_is_published_before_its_end() {
        let hold = outlet(ROOM, EmbargoPolicy::Hold);
        let before = fate_at(Some(EMBARGOED_ARTICLE), &hold, "2026-04-02T05:59:59Z");
        let [record] = &records(&before)[..] else { panic!("no event") };
        let told = value(record);
        assert_eq!((&told["status"], &told["warnings"][0]["code"]), (&"held".into(), &"embargoed".into()));
        let held = serde_json::json!({"revision": "2", "modified": "2026-04-01T09:00:00Z",
            "until": "2026-04-02T06:00:00Z", "offset": 17});
        assert_eq!(told["held"], held);
        assert!(!told.to_string().contains("resigned"), "{told}");
        let after = fate_at(Some(EMBARGOED_ARTICLE), &hold, "2026-04-02T06:00:00Z");
        assert_eq!((after.statuses().collect(), after.events()), (vec![ArticleStatus::Extracted], 1));
    }

    #[test]
    fn an_embargo_can_be_passed_with_a_warning_or_refused() {
        let now = "2026-04-02T05:59:59Z";
        let passed = fate_at(Some(EMBARGOED_ARTICLE), &outlet(ROOM, EmbargoPolicy::Pass), now);
        assert_eq!(passed.events(), 1);
        assert_eq!(value(records(&passed)[1])["warnings"][0]["code"], "embargoed");
        let refused = fate_at(Some(EMBARGOED_ARTICLE), &outlet(ROOM, EmbargoPolicy::Reject), now);
        assert_eq!(code(&refused), Some("embargoed"));
        let reason = head(records(&refused)[0], "dateline-error").unwrap();
        assert_eq!(reason, "it is under embargo until 2026-04-02T06:00:00+00:00");
    }
}
