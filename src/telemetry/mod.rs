//! Logs, traces, metrics and health. The names of all metrics are in `Metrics::register`.
//!
//! Must not know Kafka: the worker reports what it does, and HTTP handlers read it. The text of articles is never logged.

mod health;
mod http;
mod metrics;
#[cfg(feature = "otlp")]
mod otlp;
mod panics;
mod process;
mod progress;
mod text;
mod timeline;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::json;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

pub use self::health::{Condition, Health};
pub use self::metrics::{Lag, Metrics, Stage};
#[cfg(test)]
pub(crate) use self::panics::tests::remember_panics;
pub use self::panics::{Place, catch_panic, log_panics};
pub use self::progress::Progress;
use crate::config::{Log, LogFormat};

/// The target of the lines about how the process fares.
const LOG_TARGET: &str = "dateline";

/// The format of the log, once it is started.
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Starts logging to standard error, including librdkafka's own messages, and sending spans, if there is a collector. To be
/// called once in a process.
///
/// # Errors
/// If logging was started before.
pub fn start_log(log: &Log) -> Result<(), TryInitError> {
    // A line that cannot be written, to a file on a full disk for example, is lost, and nothing else.
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).log_internal_errors(false);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(log.level.clone()));
    #[cfg(feature = "otlp")]
    let subscriber = subscriber.with(log.collector.as_ref().map(otlp::start));
    subscriber.try_init()?;
    FORMAT.get_or_init(|| log.format);
    Ok(())
}

/// Sends the spans that are not sent yet. To be called when the process ends.
pub fn finish() {
    #[cfg(feature = "otlp")]
    otlp::finish();
}

/// Reports what ends the process, as the last line of its log, whatever the level of that is; where no log was started, as
/// a line of text on standard error.
pub fn report_exit(code: u8, error: &dyn Display) {
    if tracing::enabled!(target: LOG_TARGET, tracing::Level::ERROR) {
        tracing::error!(target: LOG_TARGET, code, "{error}");
    } else {
        write_line(&error.to_string(), json!({ "code": code }));
    }
}

/// Writes a line in the format of the log past the log, which is off or was not started.
fn write_line(message: &str, mut fields: serde_json::Value) {
    // If standard error is closed, there is nowhere left to report to.
    let _ = match FORMAT.get() {
        Some(LogFormat::Json) => {
            (fields["level"], fields["message"]) = ("ERROR".into(), message.into());
            writeln!(io::stderr(), "{fields}")
        }
        _ => writeln!(io::stderr(), "dateline: {message}"),
    };
}

/// Locks a mutex. Its values are consistent at any time, so a thread that panicked while it held the lock has broken
/// nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
