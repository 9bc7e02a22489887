//! Publishes held messages when their embargo is over.

use std::time::{Duration, Instant};

use super::Worker;
use crate::stream::Error;
use crate::stream::batch::Origin;
use crate::stream::clock::now;
use crate::stream::disposition::Disposition;
use crate::stream::extract::{ExtractedBatch, batch_span};
use crate::stream::state::Found;

/// How often it is checked which embargoes are over.
const INTERVAL: Duration = Duration::from_secs(1);

impl Worker<'_> {
    /// Collects the held messages that were read again because their embargo is over. They take half of a batch at most:
    /// the other half is for what comes in.
    pub(super) fn release_held(&mut self) -> Result<(), Error> {
        let half = self.settings.stream.batch_messages.div_ceil(2);
        if self.embargoes_checked.elapsed() >= INTERVAL || self.more_is_due && !self.state.is_releasing() {
            self.embargoes_checked = Instant::now();
            self.more_is_due = self.state.release_due(now(), 4 * half)?;
        }
        let mut lost = Vec::new();
        while self.released < half && !self.is_full() {
            match self.state.take_released() {
                Some(Found::Message(message, due)) => {
                    self.released += 1;
                    self.collecting.push_from(Origin::Embargo(due), message, Instant::now());
                }
                Some(Found::Lost(partition, due)) => {
                    lost.push(Disposition::held_lost(partition, due, &self.output));
                }
                Some(Found::Failed(..)) => {}
                None => break,
            }
        }
        if lost.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        let span = batch_span(lost.len());
        self.deliver(ExtractedBatch { dispositions: lost, first_received: now, started: now, finished: now, span })
    }
}
