//! Delivers an extracted batch, or rolls it back and rewinds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::Offset;

use super::{Worker, extraction};
use crate::config::Delivery;
use crate::record::ArticleStatus;
use crate::stream::clock::now;
use crate::stream::disposition::{Disposition, Outcome};
use crate::stream::error::{is_denied, is_outage};
use crate::stream::extract::{Extract, ExtractedBatch, Extractor};
use crate::stream::producer::{DeliveryError, is_overdue};
use crate::stream::topic_partition::TopicPartition;
use crate::stream::{Error, idempotent, limits, moved, transaction, unknown};
use crate::telemetry::Stage;

impl Worker<'_> {
    /// Delivers a batch and its offsets.
    pub(super) fn deliver(&mut self, mut extracted: ExtractedBatch) -> Result<(), Error> {
        if extracted.dispositions.is_empty() {
            return Ok(());
        }
        for disposition in &mut extracted.dispositions {
            if let Some(due) = disposition.missing_revision() {
                *disposition = Disposition::held_lost(disposition.partition, due.clone(), &self.output);
            }
        }
        let number = self.summary.batches + self.summary.aborted + 1;
        let span = extracted.span.clone();
        span.record("number", number);
        let _entered = span.enter();
        tracing::info_span!("reconcile").in_scope(|| self.state.reconcile(&mut extracted.dispositions, now()))?;
        let next = self.next_offsets(&extracted.dispositions)?;
        if tracing::info_span!("commit").in_scope(|| self.commit(&mut extracted.dispositions, next))? {
            self.count(&extracted);
        }
        Ok(())
    }

    /// Commits dispositions together with the next offsets of their partitions. Returns false if it was rolled back.
    pub(super) fn commit(
        &mut self,
        dispositions: &mut [Disposition],
        next: BTreeMap<TopicPartition, i64>,
    ) -> Result<bool, Error> {
        let offsets = next.iter().map(|(partition, offset)| (*partition, Offset::Offset(*offset)));
        let offsets = TopicPartition::list_at(offsets).map_err(Error::consumer)?;
        let deliver = match self.settings.stream.delivery {
            Delivery::ExactlyOnce => transaction::deliver,
            Delivery::AtLeastOnce => idempotent::deliver,
        };
        let (state, control) = (&mut self.state, self.control);
        let mut check = |delivered| state.check(delivered, control);
        match deliver(&self.producer, &self.consumer, dispositions, &offsets, control, &mut check) {
            Ok(()) => {
                self.state.commit()?;
                self.backoff.reset();
                self.control.health.ready();
                for (partition, offset) in next {
                    self.set_committed(partition, offset);
                    self.moved.remove(&partition);
                }
                Ok(true)
            }
            Err(DeliveryError::Rewind(reason)) => self.abort_and_rewind(&reason).map(|()| false),
            Err(DeliveryError::Conflict(reason)) => self.settle_again(&reason).map(|()| false),
            Err(DeliveryError::RecordTooLarge(reason)) => self.rewind_with_smaller_records(&reason).map(|()| false),
            Err(DeliveryError::TimeRefused(reason)) => self.rewind_with_other_times(&reason).map(|()| false),
            Err(error) => Err(error.into_error(self.settings)),
        }
    }

    /// Rewinds to make smaller records, if the topics now report a lower limit.
    fn rewind_with_smaller_records(&mut self, reason: &str) -> Result<(), Error> {
        let limit = limits::ask(self.settings, &self.topics, limits::RETRY_TIMEOUT)?.record_bytes;
        if limit >= self.output.max_record_bytes {
            return Err(Error::record_too_large(reason, self.output.max_record_bytes));
        }
        self.output.max_record_bytes = limit;
        self.extractor = Extractor::start(self.extraction());
        self.abort_and_rewind(reason)
    }

    fn extraction(&self) -> Arc<Extract> {
        extraction(self.settings, &self.schemas, self.output.clone(), &self.control.metrics)
    }

    /// Rewinds to make records with times that the topics accept.
    fn rewind_with_other_times(&mut self, reason: &str) -> Result<(), Error> {
        let before = self.output.times;
        let described = limits::ask(self.settings, &self.topics, limits::RETRY_TIMEOUT)?.times.and(before);
        let Some(times) = Some(described).filter(|described| *described != before).or(before.stricter()) else {
            return Err(Error::interrupted(reason));
        };
        self.output.times = times;
        self.extractor = Extractor::start(self.extraction());
        self.abort_and_rewind(reason)
    }

    /// Rolls the batch back, and reads it again when it is known what it was settled without.
    fn settle_again(&mut self, reason: &str) -> Result<(), Error> {
        tracing::info!(reason, "a batch was rolled back and will be read again");
        self.roll_back()?;
        self.state.learn(self.control)
    }

    /// Rolls the batch back, and reads it again after a pause.
    fn abort_and_rewind(&mut self, reason: &str) -> Result<(), Error> {
        self.backoff.record_failure(reason)?;
        self.roll_back()?;
        self.backoff.pause(&self.control.shutdown);
        Ok(())
    }

    /// Rolls the state back, replaces the producer, drops what is in progress, and rewinds to the committed offsets.
    fn roll_back(&mut self) -> Result<(), Error> {
        self.summary.aborted += 1;
        self.control.metrics.aborted();
        self.state.rollback()?;
        self.producer = transaction::open_producer(self.settings, self.output.max_record_bytes, self.control)?;
        let rewound = self.rewind_consumer()?;
        for (partition, offset) in rewound {
            self.set_committed(partition, offset);
        }
        // Held messages of other partitions are read anew as well.
        self.discard(&self.state.assigned());
        Ok(())
    }

    /// Rewinds the consumer, however long the brokers take to return the committed offsets.
    fn rewind_consumer(&mut self) -> Result<BTreeMap<TopicPartition, i64>, Error> {
        loop {
            match self.consumer.rewind() {
                Ok(rewound) => return Ok(rewound),
                Err(error) if is_denied(&error) => return Err(Error::denied(&error.to_string(), self.settings)),
                Err(error) if is_outage(&error) && !is_overdue(&self.control.shutdown) => {
                    tracing::warn!(%error, "cannot fetch the committed offsets; trying again");
                    self.control.health.not_ready(format!("the brokers do not answer: {error}"));
                    self.control.health.beat();
                    self.control.shutdown.wait(Duration::from_secs(1));
                }
                Err(error) => return Err(Error::consumer(error)),
            }
        }
    }

    fn count(&mut self, extracted: &ExtractedBatch) {
        let metrics = &self.control.metrics;
        for disposition in &extracted.dispositions {
            match &disposition.outcome {
                Outcome::Articles(articles) => {
                    let (events, retractions) = (disposition.events(), disposition.retractions());
                    self.summary.articles += articles.len() as u64;
                    self.summary.events += events as u64;
                    let statuses = disposition.statuses().map(ArticleStatus::name);
                    metrics.articles(statuses, disposition.bytes, events, retractions);
                }
                Outcome::Rejected { code, .. } => {
                    self.summary.rejected += 1;
                    metrics.rejection(code, disposition.bytes);
                }
                Outcome::Tombstone(_) => metrics.unknown_tombstone(disposition.bytes),
                Outcome::Retried(_) => {}
            }
        }
        unknown::report(&extracted.dispositions, self.settings.revisions.window, metrics);
        moved::report(&extracted.dispositions, metrics);
        self.summary.batches += 1;
        metrics.stage(Stage::Collect, extracted.started.duration_since(extracted.first_received));
        metrics.stage(Stage::Extract, extracted.finished.duration_since(extracted.started));
        let elapsed = extracted.first_received.elapsed();
        metrics.committed(elapsed);
        tracing::debug!(seconds = elapsed.as_secs_f64(), "committed");
    }
}
