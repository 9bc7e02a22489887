//! Which topics of the input are subscribed to: those with a name, and those that a pattern matches, also new ones.
//!
//! It is not left to librdkafka to match patterns: it would read the topics that the worker writes as well.

use super::{STARTUP_TIMEOUT, Worker};
use crate::stream::{Error, check};

impl Worker<'_> {
    /// Subscribes to the topics that there are. If a pattern matches none yet, there may be some later.
    pub(super) fn subscribe_at_start(&mut self) -> Result<(), Error> {
        let topics = self.consumer.input_topics(&self.topics, STARTUP_TIMEOUT);
        self.subscribe(topics.map_err(|error| check::unreachable(self.settings, error))?)
    }

    /// Subscribes to other topics than before, if there are other ones now.
    pub(super) fn follow_inputs(&mut self) -> Result<(), Error> {
        let found = self.inputs.get();
        if found.is_empty() || found == self.subscribed {
            return Ok(());
        }
        tracing::info!(before = ?self.subscribed, now = ?found, "the topics of the input have changed");
        self.subscribe(found)
    }

    fn subscribe(&mut self, topics: Vec<String>) -> Result<(), Error> {
        if topics.is_empty() {
            let input = &self.topics.input;
            tracing::warn!(input, "no topic matches the pattern of the input yet; it is looked for again");
            return Ok(());
        }
        self.consumer.subscribe(&topics).map_err(Error::consumer)?;
        self.subscribed = topics;
        Ok(())
    }

    /// Subscribes again, with a new consumer, to what was subscribed to.
    pub(super) fn subscribe_again(&mut self) -> Result<(), Error> {
        let topics = std::mem::take(&mut self.subscribed);
        self.subscribe(topics)
    }
}
