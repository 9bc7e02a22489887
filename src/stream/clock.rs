//! The one place of `stream` that reads the wall clock.

use chrono::{DateTime, Utc};

/// Returns the time that embargoes are compared with.
#[expect(clippy::disallowed_methods, reason = "an embargo ends at a time of day, whatever the text says")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
