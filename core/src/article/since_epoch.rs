//! Days and times that are numbers of a unit which a schema names.
//!
//! Must not know any format.

use chrono::{DateTime, Days, NaiveDate, SecondsFormat};

/// What a number counts since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Days,
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    /// Of the name that Kafka Connect and Debezium give a schema.
    pub fn of_connect(name: &str) -> Option<Self> {
        Some(match name {
            "io.debezium.time.Date" | "org.apache.kafka.connect.data.Date" => Self::Days,
            "io.debezium.time.Timestamp" | "org.apache.kafka.connect.data.Timestamp" => Self::Millis,
            "io.debezium.time.MicroTimestamp" => Self::Micros,
            "io.debezium.time.NanoTimestamp" => Self::Nanos,
            _ => return None,
        })
    }

    /// Writes a number as a day or a time; `None` if it is out of bounds.
    pub fn written(self, number: i64) -> Option<String> {
        let at = match self {
            Self::Days => {
                let (first, days) = (NaiveDate::from_ymd_opt(1970, 1, 1)?, Days::new(number.unsigned_abs()));
                let day = if number < 0 { first.checked_sub_days(days) } else { first.checked_add_days(days) };
                return day.map(|day| day.to_string());
            }
            Self::Millis => DateTime::from_timestamp_millis(number)?,
            Self::Micros => DateTime::from_timestamp_micros(number)?,
            Self::Nanos => DateTime::from_timestamp_nanos(number),
        };
        Some(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}
