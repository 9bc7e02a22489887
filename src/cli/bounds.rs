//! Parses the bounds of a range of messages.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::article::{Article, Published};
use crate::pipeline::{self, Genre};
use crate::stream::backfill::{Edge, PartitionName};

/// Returns the time that "ago" is counted from.
#[expect(clippy::disallowed_methods, reason = "\"7 days ago\" is relative to when the command is run")]
pub fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Parses the bound given by two flags, of which at most one is set.
pub fn parse_bound(
    flag: &str,
    time: Option<&str>,
    offsets: Option<&str>,
    now: DateTime<Utc>,
    zone: Tz,
) -> Result<Edge, String> {
    match (time, offsets) {
        (Some(text), _) => Ok(Edge::Time(parse_time(text, now, zone).ok_or_else(|| {
            format!(
                "{flag}: \"{text}\" is not a time; write 2019-05-03T18:35:00+01:00, 2019-05-03, \"3 May 2019\" or \
                 \"7 days ago\""
            )
        })?)),
        (None, Some(text)) => parse_offsets(&format!("{flag}-offset"), text),
        (None, None) => Ok(Edge::All),
    }
}

/// Checks that a range can have messages: its start is not after its end, nor, where `now` is given, after that.
pub fn check(from: &Edge, to: &Edge, now: Option<DateTime<Utc>>) -> Result<(), String> {
    match (from, to) {
        (Edge::Time(from), Edge::Time(to)) if from > to => {
            return Err(format!("--from is after --to: {} is later than {}", at(*from), at(*to)));
        }
        (Edge::Offsets(from), Edge::Offsets(to)) => {
            let after =
                |(name, from): (&PartitionName, &i64)| to.get(name).filter(|to| from > to).map(|_| name.clone());
            if let Some(partition) = from.iter().find_map(after) {
                return Err(format!("--from-offset is after --to-offset in partition {partition}"));
            }
        }
        _ => {}
    }
    match (from, now) {
        (Edge::Time(from), Some(now)) if *from > now.timestamp_millis() => {
            Err(format!("--from is ahead of now: at {} nothing has been written yet", at(*from)))
        }
        _ => Ok(()),
    }
}

fn at(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).map_or_else(|| millis.to_string(), |at| at.to_rfc3339())
}

/// Parses a time to milliseconds since 1970. Anything but a plain time is extracted by the rules for articles, as if
/// published now.
fn parse_time(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<i64> {
    if let Ok(time) = Published::parse(text, zone) {
        return Some(time.at.timestamp_millis());
    }
    let published = Published { at: now.with_timezone(&zone).fixed_offset(), has_time: true };
    let article = Article { language: Some("en".to_owned()), ..Article::new("", text, published) };
    let settings = pipeline::Settings::with(|it| it.genre = Genre::News);
    let found = pipeline::extract(&article, &settings);
    let [date] = &found.expressions[..] else { return None };
    if date.expression.span.of(found.text.as_str()).trim() != text.trim() {
        return None;
    }
    let start = date.interval?.start?;
    let offset = match start {
        crate::calendar::Bound::Time(_, offset) => offset,
        crate::calendar::Bound::Day(day) => {
            let midnight = day.and_time(chrono::NaiveTime::MIN).and_local_timezone(zone).earliest()?;
            return Some(midnight.timestamp_millis());
        }
    };
    Some(start.local().and_local_timezone(offset).single()?.timestamp_millis())
}

/// Parses offsets such as `0:1500,1:0`.
fn parse_offsets(flag: &str, text: &str) -> Result<Edge, String> {
    let pair = |pair: &str| {
        let (partition, offset) = pair.trim().rsplit_once(':')?;
        let (partition, offset) = (partition.parse::<PartitionName>().ok()?, offset.parse::<i64>().ok()?);
        (offset >= 0).then_some((partition, offset))
    };
    let all = text.split(',').map(|one| {
        pair(one)
            .ok_or_else(|| format!("{flag}: \"{one}\" is not an offset; write 0:1500 for partition 0 at offset 1500, and TOPIC:0:1500 if there are several topics"))
    });
    Ok(Edge::Offsets(all.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, zone: Tz) -> Option<String> {
        let now = "2019-05-03T17:35:00Z".parse().unwrap();
        let millis = parse_time(text, now, zone)?;
        Some(DateTime::from_timestamp_millis(millis).unwrap().to_rfc3339())
    }

    #[test]
    fn times_are_parsed_as_people_type_them() {
        for (text, expected) in [
            ("2019-05-01T10:00:00+02:00", "2019-05-01T08:00:00+00:00"),
            ("2019-05-01", "2019-05-01T00:00:00+00:00"),
            ("1 May 2019", "2019-05-01T00:00:00+00:00"),
            ("7 days ago", "2019-04-26T00:00:00+00:00"),
            ("yesterday", "2019-05-02T00:00:00+00:00"),
            ("last month", "2019-04-01T00:00:00+00:00"),
            ("two hours ago", "2019-05-03T15:35:00+00:00"),
        ] {
            assert_eq!(at(text, Tz::UTC).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn days_start_in_the_configured_time_zone() {
        assert_eq!(at("7 days ago", Tz::America__New_York).as_deref(), Some("2019-04-26T04:00:00+00:00"));
        assert_eq!(at("2019-05-01", Tz::America__New_York).as_deref(), Some("2019-05-01T04:00:00+00:00"));
    }

    #[test]
    fn invalid_times_are_refused_with_a_hint() {
        for text in ["", "soon", "7", "7 days", "the mill closed on Monday"] {
            let error = parse_bound("--from", Some(text), None, now(), Tz::UTC).unwrap_err();
            assert!(error.contains("--from") && error.contains("7 days ago"), "{error}");
        }
    }

    #[test]
    fn a_range_starts_before_its_end_and_before_now() {
        let now = DateTime::from_timestamp_millis(1000);
        let offsets = |offset| parse_offsets("--from-offset", &format!("0:5,1:{offset}")).unwrap();
        for (from, to) in [(Edge::All, Edge::All), (Edge::Time(5), Edge::Time(5)), (offsets(7), offsets(7))] {
            assert_eq!(check(&from, &to, now), Ok(()));
        }
        for (from, to, word) in [
            (Edge::Time(6), Edge::Time(5), "after --to"),
            (Edge::Time(1001), Edge::All, "ahead of now"),
            (offsets(8), offsets(7), "partition 1"),
        ] {
            assert!(check(&from, &to, now).unwrap_err().contains(word), "{word}");
        }
        assert_eq!(check(&Edge::Time(1001), &Edge::All, None), Ok(()), "publication times may lie ahead");
    }

    #[test]
    fn offsets_are_per_partition() {
        let name = |text: &str| text.parse().unwrap();
        let of = |text| parse_offsets("--from-offset", text).unwrap();
        assert_eq!(of("0:1500, 1:0"), Edge::Offsets([(name("0"), 1500), (name("1"), 0)].into()));
        assert_eq!(of("wires:1:7"), Edge::Offsets([(name("wires:1"), 7)].into()));
        for text in ["", "0", "0:", "a:1", "0:-1", "-1:0", "0:1,"] {
            let error = parse_offsets("--from-offset", text).unwrap_err();
            assert!(error.contains("0:1500"), "{error}");
        }
    }
}
