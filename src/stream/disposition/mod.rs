//! What becomes of a message. Every message has exactly one disposition: a record on `timeline.articles` for each of its
//! articles, with the records of their events, or one record on `timeline.rejected`. A tombstone, which names an article
//! only by its key, gets its disposition from [`state`](super::state).
//!
//! Pure: it is given the message and what the pipeline extracted from it, and knows no broker. It does not know the other
//! revisions of an article: [`state`](super::state) reconciles with those. The records have the timestamp of the message,
//! so that a replay produces the same records, unless the brokers would refuse it: then they have the time of the worker.

mod article;
mod rejection;
#[cfg(test)]
mod tests;
mod tombstone;

use chrono::{DateTime, Utc};
use rdkafka::Message;
use rdkafka::message::OwnedMessage;

pub use self::rejection::HEADERS as REJECTION_HEADERS;
pub use self::tombstone::Tombstone;
use super::batch::{Origin, message_size};
use super::output::{OutputRecord, OutputSettings};
use super::partition;
use super::passed::Passed;
use super::process::ProcessError;
use super::state::HeldRevision;
use super::topic_partition::TopicPartition;
use crate::config::{EmbargoPolicy, TombstonePolicy};
use crate::pipeline::Processed;
use crate::record::{ArticleRecord, ArticleStatus, Warning, cloudevents};

/// The code of a rejection, and of a warning, because of an embargo.
const EMBARGOED: &str = "embargoed";

/// What became of one message.
#[derive(Debug)]
pub struct Disposition {
    /// The partition that the message came from.
    pub partition: TopicPartition,
    /// The message's offset there.
    pub offset: i64,
    /// The message's size.
    pub bytes: usize,
    /// How it came to be read.
    pub origin: Origin,
    /// What it became.
    pub outcome: Outcome,
}

/// What a message became.
#[derive(Debug)]
pub enum Outcome {
    /// The output of each of its articles.
    Articles(Vec<ArticleOutput>),
    /// A rejection.
    Rejected {
        /// The code of the error.
        code: &'static str,
        /// The record for `timeline.rejected`.
        record: Box<OutputRecord>,
    },
    /// Nothing but a count, unless its key is the id of an article that is known.
    Tombstone(Tombstone),
    /// The marker on `timeline.rejected` of a message that went through again; its other records are another disposition.
    Retried(Box<OutputRecord>),
}

/// The records of one article.
#[derive(Debug)]
pub struct ArticleOutput {
    /// The value of its record on `timeline.articles`.
    pub article: ArticleRecord,
    /// Other ids by which an article that it withdraws may be known, best first.
    pub other_ids: Vec<String>,
    /// What it changes in the state of the article.
    pub effect: Effect,
    /// The records of its events.
    pub events: Vec<OutputRecord>,
    /// Tombstones of the events of an earlier revision.
    pub tombstones: Vec<OutputRecord>,
    /// The record with `article` as its value; it is sent after the others.
    pub record: OutputRecord,
    /// What of the message passes on to its records.
    pub passed: Passed,
}

/// What the output of an article may change in the state of the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is a revision, which may replace the standing one or be held.
    Revision,
    /// It withdraws the article, whatever revision stands or is held.
    Deletion,
    /// It changes nothing: it is a picture, or unreadable.
    None,
    /// The held revision is no longer in the input topic.
    HeldLost,
}

impl Outcome {
    /// Gives all records a time, in milliseconds since 1970.
    fn set_time(&mut self, time: i64) {
        match self {
            Self::Articles(articles) => {
                let records = articles.iter_mut().flat_map(|it| it.events.iter_mut().chain([&mut it.record]));
                records.for_each(|record| record.timestamp = Some(time));
            }
            Self::Rejected { record, .. } | Self::Retried(record) => {
                record.timestamp = Some(time);
                record.fallback.iter_mut().for_each(|fallback| fallback.timestamp = Some(time));
            }
            Self::Tombstone(tombstone) => tombstone.timestamp = Some(time),
        }
    }
}

impl ArticleOutput {
    /// Serialises `article` into its record again, after a change.
    ///
    /// # Errors
    /// None in practice: an article record can always be serialised.
    pub fn update_record(&mut self) -> Result<(), serde_json::Error> {
        self.record.value = Some(serde_json::to_vec(&self.article)?);
        Ok(())
    }

    /// Adds a warning.
    ///
    /// # Errors
    /// None in practice: an article record can always be serialised.
    pub fn warn(&mut self, warning: Warning) -> Result<(), serde_json::Error> {
        self.article.warnings.push(warning);
        self.update_record()
    }

    /// Gives the article another id, by which it is known.
    ///
    /// # Errors
    /// None in practice: an article record can always be serialised.
    pub fn rename(&mut self, id: String) -> Result<(), serde_json::Error> {
        self.record.key = Some(id.clone().into_bytes());
        self.article.id = id;
        self.update_record()
    }

    /// Adds a tombstone for an event of the article.
    pub fn retract(&mut self, events_topic: &str, id: &str) {
        let headers = cloudevents::retraction(id, &self.article.id);
        let (key, time) = (self.passed.event_key(id), self.record.timestamp);
        self.tombstones.push(OutputRecord::new(events_topic, &key, None, &headers, time).with(&self.passed));
    }

    /// Sends its events to the partitions that they have among `known`, as many as there were when the first of them was
    /// sent, so that each stays where it is; among `now` where version 0.1 chose the partition. A tombstone of such an event
    /// goes to every partition where it may be.
    ///
    /// # Errors
    /// None in practice: an article record can always be serialised.
    pub fn place_events(&mut self, known: Option<i32>, now: i32) -> Result<(), serde_json::Error> {
        let key = |record: &OutputRecord| record.key.clone().unwrap_or_default();
        let Some(known) = known else {
            self.events.iter_mut().for_each(|it| it.partition = Some(partition::by_version_0_1(&key(it), now)));
            let places = |it: OutputRecord| {
                let key = key(&it);
                let places = partition::of_version_0_1(&key, now).into_iter();
                places.map(move |place| OutputRecord { partition: Some(place), ..it.clone() })
            };
            self.tombstones = std::mem::take(&mut self.tombstones).into_iter().flat_map(places).collect();
            return self.update_record();
        };
        let records = self.events.iter_mut().chain(&mut self.tombstones);
        records.for_each(|it| it.partition = Some(partition::of_key(&key(it), known)));
        if known == now { Ok(()) } else { self.update_record() }
    }

    fn records(&self) -> impl Iterator<Item = &OutputRecord> {
        self.events.iter().chain(&self.tombstones).chain([&self.record])
    }

    fn records_mut(&mut self) -> impl Iterator<Item = &mut OutputRecord> {
        self.events.iter_mut().chain(&mut self.tombstones).chain([&mut self.record])
    }
}

impl Disposition {
    /// Decides what becomes of a message at the time `now`. No record is larger than the settings allow, except that a
    /// rejected message has a short record to fall back to.
    #[must_use]
    pub fn new(
        message: &OwnedMessage,
        processed: Result<Vec<Processed>, ProcessError>,
        output: &OutputSettings,
        now: DateTime<Utc>,
    ) -> Self {
        let mut outcome = outcome(message, processed, output, now).unwrap_or_else(|(code, reason)| {
            let record = Box::new(rejection::record(message, code, &reason, &output.topics));
            Outcome::Rejected { code, record }
        });
        if let Some(time) = message.timestamp().to_millis().and_then(|time| output.times.of_record(Some(time), now)) {
            outcome.set_time(time);
        }
        let (partition, offset) = (TopicPartition::of(message), message.offset());
        Self { partition, offset, bytes: message_size(message), origin: Origin::Log, outcome }
    }

    /// Reports that a held message is no longer in the input topic when its embargo is over.
    #[must_use]
    pub fn held_lost(partition: TopicPartition, due: HeldRevision, output: &OutputSettings) -> Self {
        let HeldRevision { id, held } = due.clone();
        let offset = held.offset;
        let outcome = Outcome::Articles(vec![article::held_lost(partition, id, held, output)]);
        Self { partition, offset, bytes: 0, origin: Origin::Embargo(due), outcome }
    }

    /// Returns the revision because of which the message was read again, if that is not in it: the input topic has another
    /// message at its offset now.
    #[must_use]
    pub fn missing_revision(&self) -> Option<&HeldRevision> {
        let Origin::Embargo(due) = &self.origin else { return None };
        let is_there = self.articles().iter().any(|output| output.article.id == due.id);
        (!is_there).then_some(due)
    }

    /// Returns the outputs of its articles; none if it was rejected, or is a tombstone of no known article.
    #[must_use]
    pub fn articles(&self) -> &[ArticleOutput] {
        if let Outcome::Articles(articles) = &self.outcome { articles } else { &[] }
    }

    /// Returns the first article record of some dispositions for which something holds, and how many there are.
    pub fn first_and_count(
        dispositions: &[Self],
        holds: impl Fn(&ArticleRecord) -> bool,
    ) -> Option<(&ArticleRecord, u64)> {
        let articles = dispositions.iter().flat_map(Self::articles).map(|output| &output.article);
        let mut found = articles.filter(|article| holds(article));
        let first = found.next()?;
        Some((first, 1 + found.count() as u64))
    }

    /// Returns all its records, in the order in which they are sent.
    pub fn records(&self) -> impl Iterator<Item = &OutputRecord> {
        let rejected = match &self.outcome {
            Outcome::Rejected { record, .. } | Outcome::Retried(record) => Some(&**record),
            Outcome::Articles(_) | Outcome::Tombstone(_) => None,
        };
        self.articles().iter().flat_map(ArticleOutput::records).chain(rejected)
    }

    /// Returns all its records to be sent, in that order.
    pub fn records_mut(&mut self) -> impl Iterator<Item = &mut OutputRecord> {
        let (articles, rejected) = match &mut self.outcome {
            Outcome::Articles(articles) => (articles.as_mut_slice(), None),
            Outcome::Rejected { record, .. } | Outcome::Retried(record) => (Default::default(), Some(&mut **record)),
            Outcome::Tombstone(_) => Default::default(),
        };
        articles.iter_mut().flat_map(ArticleOutput::records_mut).chain(rejected)
    }

    /// Returns the statuses of its articles.
    pub fn statuses(&self) -> impl Iterator<Item = ArticleStatus> {
        self.articles().iter().map(|output| output.article.status)
    }

    /// Returns the number of events that it publishes.
    #[must_use]
    pub fn events(&self) -> usize {
        self.articles().iter().map(|output| output.events.len()).sum()
    }

    /// Returns the number of events that it retracts.
    #[must_use]
    pub fn retractions(&self) -> usize {
        self.articles().iter().map(|output| output.tombstones.len()).sum()
    }
}

/// Returns the outputs of the articles, or the code and the reason of a rejection.
fn outcome(
    message: &OwnedMessage,
    processed: Result<Vec<Processed>, ProcessError>,
    output: &OutputSettings,
    now: DateTime<Utc>,
) -> Result<Outcome, (&'static str, String)> {
    if tombstone::is_one(message) && output.tombstones != TombstonePolicy::Reject {
        let passed = Passed::of(message, &output.passing);
        return Ok(Outcome::Tombstone(Tombstone::new(message, output.tombstones, passed)));
    }
    let processed = processed.map_err(|error| (error.code(), error.to_string()))?;
    if output.embargo == EmbargoPolicy::Reject {
        let embargoes: Option<Vec<_>> = processed.iter().map(|one| article::embargo_reason(one, now)).collect();
        if let Some(reasons) = embargoes {
            return Err((EMBARGOED, reasons.join("; ")));
        }
    }
    let outputs = processed.into_iter().map(|one| article::output(message, one, output, now));
    let outputs: Result<Vec<_>, _> = outputs.collect();
    outputs.map(Outcome::Articles).map_err(|reason| ("record-too-large", reason))
}
