//! Local times to instants: named zones, gaps and overlaps of daylight saving time.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::error::{Error, ErrorKind};

/// Returns the time zone of an IANA name such as `Europe/London`.
///
/// # Errors
///
/// `timezone-unknown` if there is no such zone.
pub fn timezone(name: &str) -> Result<Tz, Error> {
    name.trim().parse().map_err(|_| {
        let message = format!("there is no time zone `{name}`; use an IANA name such as Europe/London");
        Error::new(ErrorKind::Timezone, message)
    })
}

/// Returns a local time in a zone. If it occurred twice because clocks were set back, it is the earlier one; if it
/// never occurred because clocks were set forward, it is later by the jump.
pub(super) fn in_zone(local: NaiveDateTime, zone: Tz) -> Option<DateTime<FixedOffset>> {
    if let Some(found) = zone.from_local_datetime(&local).earliest() {
        return with_offset(local, found.offset().fix());
    }
    // The longest jump was a whole day (Samoa skipped 30 December 2011), so this is before any.
    let before = local.checked_sub_signed(TimeDelta::hours(25))?;
    let offset = zone.from_local_datetime(&before).earliest()?.offset().fix();
    let instant = local.checked_sub_offset(offset)?;
    at_instant(instant, zone)
}

/// Returns an instant, given in UTC, as the clocks of a zone show it.
pub(super) fn at_instant(utc: NaiveDateTime, zone: Tz) -> Option<DateTime<FixedOffset>> {
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    with_offset(utc.checked_add_offset(offset)?, offset)
}

/// Returns a local time with its offset, truncated to minutes: before standard time, offsets had seconds (London:
/// -00:01:15), which RFC 3339 cannot express. The local time is kept.
fn with_offset(local: NaiveDateTime, offset: FixedOffset) -> Option<DateTime<FixedOffset>> {
    let minutes = offset.local_minus_utc() / 60;
    FixedOffset::east_opt(minutes * 60)?.from_local_datetime(&local).single()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(local: &str, zone: Tz) -> String {
        let local = local.parse().expect("a local time");
        in_zone(local, zone).expect("a time").to_rfc3339()
    }

    #[test]
    fn a_zone_is_known_by_its_iana_name() {
        assert_eq!(timezone("Asia/Kathmandu"), Ok(Tz::Asia__Kathmandu));
        let error = timezone("Europe/Londinium").expect_err("no such place");
        assert_eq!(error.code(), "timezone-unknown");
        insta::assert_snapshot!(error, @"there is no time zone `Europe/Londinium`; use an IANA name such as Europe/London");
    }

    #[test]
    fn a_local_time_that_occurs_twice_is_the_earlier_one() {
        assert_eq!(written("2019-10-27T01:30:00", Tz::Europe__London), "2019-10-27T01:30:00+01:00");
    }

    #[test]
    fn a_local_time_that_never_occurs_is_later_by_the_jump() {
        assert_eq!(written("2019-03-31T01:30:00", Tz::Europe__London), "2019-03-31T02:30:00+01:00");
        assert_eq!(written("2011-12-30T12:00:00", Tz::Pacific__Apia), "2011-12-31T12:00:00+14:00");
    }

    #[test]
    fn offsets_have_whole_minutes_and_keep_the_local_time() {
        assert_eq!(written("1815-06-22T09:00:00", Tz::Europe__London), "1815-06-22T09:00:00-00:01");
    }
}
