//! Reports that partitions are not read yet, because the state of the articles is still being restored.

use std::time::{Duration, Instant};

use super::Worker;
use crate::telemetry::Condition;

/// How long that may take before it is worth a warning.
const LONG: Duration = Duration::from_secs(10);

impl Worker<'_> {
    /// Reports which partitions wait, for readiness, in the metrics, and once in the log if it takes long.
    pub(super) fn report_restoring(&mut self) {
        if !self.state.is_restoring() {
            if self.restoring_since.take().is_some() {
                self.control.health.report(Condition::Restore, None);
                self.control.metrics.restoring(0, 0);
            }
            return;
        }
        let (since, reported) = *self.restoring_since.get_or_insert_with(|| (Instant::now(), false));
        let partitions: Vec<String> = self.state.restoring().map(|partition| partition.to_string()).collect();
        let (remaining, offsets) = self.state.remaining();
        self.control.metrics.restoring(partitions.len(), remaining);
        let reason = format!(
            "what is known of the articles is being read, before the input: partitions {} wait for {remaining} records",
            partitions.join(", ")
        );
        if !reported && since.elapsed() > LONG {
            self.restoring_since = Some((since, true));
            let topic = &self.topics.articles;
            tracing::warn!(topic, remaining, offsets, "it takes long to read what is known of the articles");
        }
        self.control.health.report(Condition::Restore, Some(reason));
    }
}
