//! A static member of the group that the brokers have fenced.
//!
//! They fence the one of two that use the same name. But they also fence the only one, if the answer to its request to join
//! is lost when a broker ends or a connection breaks: they have given it another id then, and the id that it still uses is
//! nobody's. librdkafka takes both for fatal. So the worker joins anew, with a consumer of its own. Where there are two, the
//! older one finds out: its producer is fenced as well, or it is fenced again and again.

use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::{Worker, overrides};
use crate::stream::consumer::Consumer;
use crate::stream::{Error, LEAVE_TIMEOUT};

/// How often a worker may be fenced within `WINDOW`.
const MAX_FENCED: usize = 4;
/// What counts as again and again.
const WINDOW: Duration = Duration::from_secs(60);

impl Worker<'_> {
    /// Joins the group anew after an error, if that is because its static member is fenced.
    ///
    /// # Errors
    /// The error, if it is another one, or comes again and again.
    pub(super) fn survive(&mut self, error: Error) -> Result<(), Error> {
        if !error.is_of_consumer() || !self.consumer.is_fenced() {
            return Err(error);
        }
        self.fenced.retain(|at| at.elapsed() < WINDOW);
        self.fenced.push(Instant::now());
        if self.fenced.len() > MAX_FENCED {
            return Err(Error::consumer(KafkaError::MessageConsumptionFatal(RDKafkaErrorCode::FencedInstanceId)));
        }
        tracing::warn!("the brokers know this member of the group by another id; joining anew");
        self.state.rollback()?;
        self.revoke(&self.assigned.partitions(), true);
        let consumer = Consumer::new(self.settings, &overrides(self.settings))?;
        std::mem::replace(&mut self.consumer, consumer).leave(LEAVE_TIMEOUT);
        self.is_paused = false;
        self.subscribe_again()
    }
}
