//! The times of records: those of their messages, as far as the brokers accept them.
//!
//! Must not know what a record is about, or read the clock: the time is passed in.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// Kafka's default for `message.timestamp.after.max.ms`.
const DEFAULT_AFTER: i64 = 3_600_000;
/// How much the clocks of this machine and of the brokers may differ, in milliseconds.
const SKEW: i64 = 60_000;
/// How far ahead of the clock the times of messages are believed when it is decided what to forget.
const TOLERANCE: Duration = Duration::from_secs(3600);

/// How far a record's time may be from the clock of the brokers, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    before: i64,
    after: i64,
}

impl Default for TimeLimits {
    /// The limits of a topic that is not described: Kafka's defaults.
    fn default() -> Self {
        Self { before: i64::MAX, after: DEFAULT_AFTER }
    }
}

impl TimeLimits {
    /// Returns the limits of a topic with these settings.
    #[must_use]
    pub fn of_topic(settings: &BTreeMap<String, String>) -> Self {
        if settings.get("message.timestamp.type").is_some_and(|it| it == "LogAppendTime") {
            return Self { before: i64::MAX, after: i64::MAX };
        }
        let limit = |names: [&str; 2]| names.iter().find_map(|name| settings.get(*name)?.parse().ok());
        // Before version 3.6 there was one limit for both.
        let former = "message.timestamp.difference.max.ms";
        Self {
            before: limit(["message.timestamp.before.max.ms", former]).unwrap_or(i64::MAX),
            after: limit(["message.timestamp.after.max.ms", former]).unwrap_or(DEFAULT_AFTER),
        }
    }

    /// Returns the limits within both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { before: self.before.min(other.before), after: self.after.min(other.after) }
    }

    /// Returns stricter limits, for brokers that refused a time within these and do not describe their own; `None` if there
    /// are none.
    #[must_use]
    pub fn stricter(self) -> Option<Self> {
        let day = 86_400_000;
        let steps = [(day, 2 * SKEW), (0, 0)].map(|(before, after)| self.and(Self { before, after }));
        steps.into_iter().find(|it| *it != self)
    }

    /// Returns the time of a record about a message with this one: the same, if the brokers accept it, or else `now`. All
    /// in milliseconds since 1970.
    #[must_use]
    pub fn of_record(self, message: Option<i64>, now: DateTime<Utc>) -> Option<i64> {
        let (message, now) = (message?, now.timestamp_millis());
        // The clocks may differ by that much; but half of a short limit is left.
        let [before, after] = [self.before, self.after].map(|limit| limit - SKEW.min(limit / 2));
        let is_accepted = message >= now.saturating_sub(before) && message <= now.saturating_add(after);
        Some(if is_accepted { message } else { now })
    }
}

/// Returns the latest time of a message that is believed when it is decided what to forget, in seconds since 1970.
#[must_use]
pub fn latest_believed(now: DateTime<Utc>) -> i64 {
    (now + TOLERANCE).timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn limits(settings: &[(&str, &str)]) -> TimeLimits {
        let owned = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        TimeLimits::of_topic(&owned.collect())
    }

    /// The time of a record about a message so many milliseconds from now: whether it is that of the message.
    fn is_kept(limits: TimeLimits, difference: i64) -> bool {
        let now: DateTime<Utc> = "2026-04-01T00:00:00Z".parse().unwrap();
        let (now_ms, time) = (now.timestamp_millis(), now.timestamp_millis() + difference);
        let record = limits.of_record(Some(time), now).unwrap();
        assert!(record == time || record == now_ms);
        record == time
    }

    #[test]
    fn a_time_that_brokers_accept_by_default_is_kept() {
        for limits in [TimeLimits::default(), limits(&[])] {
            assert!([-100_000 * HOUR, -1, 0, HOUR / 2].iter().all(|it| is_kept(limits, *it)));
            assert!([HOUR, 2 * HOUR, 1000 * HOUR].iter().all(|it| !is_kept(limits, *it)));
        }
        assert_eq!(TimeLimits::default().of_record(None, DateTime::UNIX_EPOCH), None);
    }

    #[test]
    fn the_settings_of_a_topic_count() {
        let week =
            limits(&[("message.timestamp.before.max.ms", "604800000"), ("message.timestamp.after.max.ms", "10")]);
        assert_eq!([-200, -100, 0, 1].map(|hours| is_kept(week, hours * HOUR)), [false, true, true, false]);
        let former = limits(&[("message.timestamp.difference.max.ms", "7200000")]);
        assert_eq!([-3, -1, 1, 3].map(|hours| is_kept(former, hours * HOUR)), [false, true, true, false]);
        let appended = limits(&[("message.timestamp.type", "LogAppendTime"), ("message.timestamp.after.max.ms", "10")]);
        assert!([-1000, 1000].iter().all(|hours| is_kept(appended, hours * HOUR)));
    }

    #[test]
    fn limits_become_stricter_until_only_the_own_time_is_left() {
        let first = TimeLimits::default().stricter().unwrap();
        assert_eq!([-25, -23, 1].map(|hours| is_kept(first, hours * HOUR)), [false, true, false]);
        let second = first.stricter().unwrap();
        assert_eq!([-1, 0, 1].map(|it| is_kept(second, it)), [false, true, false]);
        assert_eq!(second.stricter(), None);
    }
}
