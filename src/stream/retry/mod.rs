//! Rejected messages go through again, after what was wrong with them or with the configuration was mended.
//!
//! ```text
//! timeline.rejected ──> messages as they were received ──> dispositions ──> records, and a marker on timeline.rejected
//! ```
//!
//! A message keeps its topic, partition and offset, so that it is settled as it would have been: an older revision is stale
//! by now, and a deletion leaves what came after it alone. One that is still rejected stays as it is. One that is not gets a
//! marker on `timeline.rejected`, a record without key and value, in the transaction of its other records: it is not retried
//! again, whoever runs the command, and however often.
//!
//! Must not know the command line.

mod rejections;
mod report;
mod run;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

pub use self::report::Report;
pub use self::run::retry;
use crate::config::Settings;

/// Which rejected messages go through again.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Those with these codes; all if empty.
    pub codes: BTreeSet<String>,
    /// Those that are not older than this, by the time of the message in milliseconds since 1970.
    pub from: Option<i64>,
    /// Those that are older than this.
    pub to: Option<i64>,
    /// Whether they are only counted.
    pub dry_run: bool,
}

impl Request {
    /// Returns whether it asks for a message that was rejected with this code, at this time.
    fn includes(&self, code: &str, time: Option<i64>) -> bool {
        let is_in_time = |time: i64| self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time < to);
        (self.codes.is_empty() || self.codes.contains(code))
            && time.map_or(self.from.is_none() && self.to.is_none(), is_in_time)
    }
}

/// Returns the name of the consumer group, and with it of the transactional id: one for the rejections of a worker's group.
fn group(settings: &Settings) -> String {
    let kafka = &settings.kafka;
    let digest = Sha256::digest([kafka.input.as_str(), &kafka.group, &kafka.output_prefix].join("\n"));
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("dateline-retry-{short}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_asked_for_by_code_and_time() {
        let codes = ["not-json".to_owned()].into();
        let request = Request { codes, from: Some(5), to: Some(9), dry_run: false };
        for (code, time, is_included) in [
            ("not-json", Some(5), true),
            ("not-json", Some(9), false),
            ("not-json", Some(4), false),
            ("not-json", None, false),
            ("body-missing", Some(6), false),
        ] {
            assert_eq!(request.includes(code, time), is_included, "{code} {time:?}");
        }
        assert!(Request::default().includes("any", None));
    }
}
