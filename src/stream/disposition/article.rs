//! The records of one article, as if there were no other revision of it.

use chrono::{DateTime, Utc};
use rdkafka::Message;
use rdkafka::message::OwnedMessage;

use super::{ArticleOutput, EMBARGOED, Effect};
use crate::article::Embargo;
use crate::config::EmbargoPolicy;
use crate::pipeline::Processed;
use crate::record::{
    ArticleRecord, ArticleStatus, EventRecord, HeldFields, SourceFields, StandingFields, Warning, cloudevents,
};
use crate::stream::output::{OutputRecord, OutputSettings, RecordHeader};
use crate::stream::passed::Passed;
use crate::stream::topic_partition::TopicPartition;

/// What the value of a record on `timeline.articles` may grow by when the standing and the held revision are filled in, or
/// a warning that no revision is known.
const ARTICLE_GROWTH: usize = 1024;

/// Returns the records of an article.
///
/// # Errors
/// If one of them is too large, with the reason.
pub fn output(
    message: &OwnedMessage,
    processed: Processed,
    output: &OutputSettings,
    now: DateTime<Utc>,
) -> Result<ArticleOutput, String> {
    let (topics, limit) = (&output.topics, output.max_record_bytes);
    let (timestamp, passed) = (message.timestamp().to_millis(), Passed::of(message, &output.passing));
    let article = article_record(message, &processed, output, now);
    // Made first, since it names all events: with very many of them it is too large, and their records are not made.
    let value = serde_json::to_vec(&article).map_err(not_serialised)?;
    let record = OutputRecord::new(&topics.articles, &article.id, Some(value), &[json()], timestamp);
    let record = record.with(&passed).fit(limit, ARTICLE_GROWTH)?;
    let published = if article.events.is_empty() { Vec::new() } else { processed.events };
    // Consumes the events one by one: those of a very long article are not in memory twice.
    let event_record = |event: EventRecord| {
        let value = output.values.encode(&event).map_err(not_serialised)?;
        let headers = cloudevents::headers_of(&event, output.values.content_type());
        let key = passed.event_key(&event.id);
        OutputRecord::new(&topics.events, &key, Some(value), &headers, timestamp).with(&passed).fit(limit, 0)
    };
    let events = published.into_iter().map(event_record).collect::<Result<_, _>>()?;
    let is_revision = article.standing.is_some() || article.held.is_some();
    let effect = if processed.is_deletion {
        Effect::Deletion
    } else if is_revision {
        Effect::Revision
    } else {
        Effect::None
    };
    let (other_ids, tombstones) = (processed.other_ids, Vec::new());
    Ok(ArticleOutput { article, other_ids, effect, events, tombstones, record, passed })
}

/// Returns the output of an article whose held revision is no longer in the input topic.
pub fn held_lost(partition: TopicPartition, id: String, held: HeldFields, output: &OutputSettings) -> ArticleOutput {
    let HeldFields { revision, offset, .. } = held;
    let event_partitions = Some(output.event_partitions);
    let warning = Warning {
        code: "held-lost",
        message: "its embargo is over, and the input topic no longer has it; the retention of the input topic must be \
                  longer than embargoes last"
            .to_owned(),
    };
    let article = ArticleRecord {
        id,
        revision,
        status: ArticleStatus::Skipped,
        events: Vec::new(),
        warnings: vec![warning],
        source: SourceFields { topic: partition.topic.to_owned(), partition: partition.number, offset },
        standing: None,
        held: None,
        event_partitions,
    };
    let record = OutputRecord::new(&output.topics.articles, &article.id, None, &[json()], None);
    let (other_ids, events, tombstones) = (Vec::new(), Vec::new(), Vec::new());
    let passed = Passed::default();
    ArticleOutput { article, other_ids, effect: Effect::HeldLost, events, tombstones, record, passed }
}

/// Returns why an article must not be published yet; `None` if it may.
pub fn embargo_reason(processed: &Processed, now: DateTime<Utc>) -> Option<String> {
    match processed.embargo? {
        Embargo::Until(until) if until <= now => None,
        Embargo::Until(until) => Some(format!("it is under embargo until {}", until.to_rfc3339())),
        Embargo::Open => Some("it is under embargo until a later revision lifts it".to_owned()),
    }
}

fn article_record(
    message: &OwnedMessage,
    processed: &Processed,
    output: &OutputSettings,
    now: DateTime<Utc>,
) -> ArticleRecord {
    let (revision, modified) = (&processed.revision, processed.modified);
    let (topic, partition, offset) = (message.topic().to_owned(), message.partition(), message.offset());
    let without_events = |status, warnings| ArticleRecord {
        id: processed.id.clone(),
        revision: revision.clone(),
        status,
        events: Vec::new(),
        warnings,
        source: SourceFields { topic, partition, offset },
        standing: None,
        held: None,
        event_partitions: Some(output.event_partitions),
    };
    let mut warnings = processed.warnings.clone();
    if let Some(message) = embargo_reason(processed, now) {
        warnings.push(Warning { code: EMBARGOED, message });
        match output.embargo {
            EmbargoPolicy::Pass => {}
            EmbargoPolicy::Hold => {
                let until = if let Some(Embargo::Until(until)) = processed.embargo { Some(until) } else { None };
                let held = Some(HeldFields {
                    revision: revision.clone(),
                    modified,
                    until,
                    topic: None,
                    partition: Some(partition),
                    offset,
                });
                return ArticleRecord { held, ..without_events(ArticleStatus::Held, warnings) };
            }
            EmbargoPolicy::Reject => return without_events(ArticleStatus::Skipped, warnings),
        }
    }
    let status = processed.status;
    let (partition, offset) = (Some(partition), Some(offset));
    let standing = StandingFields { revision: revision.clone(), modified, status, topic: None, partition, offset };
    ArticleRecord {
        events: processed.events.iter().map(|event| event.id.clone()).collect(),
        standing: processed.is_revision.then_some(standing),
        ..without_events(status, warnings)
    }
}

pub(super) fn json() -> RecordHeader {
    ("content-type", "application/json".to_owned())
}

fn not_serialised(error: impl std::fmt::Display) -> String {
    format!("a record of this article cannot be serialised: {error}")
}
