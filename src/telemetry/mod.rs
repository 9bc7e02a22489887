//! Logs, traces, metrics and health. The names of all metrics are in `Metrics::register`.
//!
//! Must not know Kafka: the worker reports what it does, and HTTP handlers read it. The text of articles is never logged.

mod health;
mod metrics;
#[cfg(feature = "otlp")]
mod otlp;
mod process;
mod progress;
mod text;

use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

pub use self::health::{Condition, Health};
pub use self::metrics::{Lag, Metrics, Stage};
pub use self::progress::Progress;
use crate::config::{Log, LogFormat};

/// Starts logging to standard error, including librdkafka's own messages, and sending spans, if there is a collector. To be
/// called once in a process.
///
/// # Errors
/// If logging was started before.
pub fn start_log(log: &Log) -> Result<(), TryInitError> {
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(log.level.clone()));
    #[cfg(feature = "otlp")]
    let subscriber = subscriber.with(log.collector.as_ref().map(otlp::start));
    subscriber.try_init()
}

/// Sends the spans that are not sent yet. To be called when the process ends.
pub fn finish() {
    #[cfg(feature = "otlp")]
    otlp::finish();
}

/// Locks a mutex. Its values are consistent at any time, so a thread that panicked while it held the lock has broken
/// nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
