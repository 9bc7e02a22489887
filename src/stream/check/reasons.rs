//! Why librdkafka fails: its errors alone say no more than "transport failure".

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::KafkaError;

use crate::stream::token::TokenFile;

/// Keeps the first reason that librdkafka reports for a failure.
pub struct FirstReason {
    reason: Mutex<Option<String>>,
    token: TokenFile,
}

impl FirstReason {
    /// Starts without a reason.
    pub fn new(token: TokenFile) -> Self {
        Self { reason: Mutex::default(), token }
    }

    /// Returns the first reason, polling for it for half a second at most.
    pub fn wait(&self, consumer: &BaseConsumer<Self>) -> Option<String> {
        let deadline = Instant::now() + Duration::from_millis(500);
        while self.reason().is_none() && Instant::now() < deadline {
            let _ = consumer.poll(Duration::from_millis(10));
        }
        self.reason().clone()
    }

    fn reason(&self) -> MutexGuard<'_, Option<String>> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for FirstReason {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.token.token()
    }

    fn error(&self, _: KafkaError, reason: &str) {
        self.reason().get_or_insert_with(|| reason.to_owned());
    }
}

impl ConsumerContext for FirstReason {}
