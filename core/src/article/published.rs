//! Publication times, in every usual form, without ever asking what day it is.
//!
//! Standard forms go through chrono, written-out ones ("May 3, 2019 6:35 pm") through [`super::worded`].

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use serde_json::Number;

use super::worded::{digits, parse_worded};
use super::zone::{at_instant, in_zone, named_offset};
use crate::error::{Error, ErrorKind};

/// The years in which an article can be published.
const YEARS: RangeInclusive<i32> = 1..=9999;

/// Times with an offset that are neither RFC 3339 nor RFC 2822: ISO 8601 with a short offset, without seconds, in the
/// basic form of NITF, and the output of `date` and some social networks.
const WITH_OFFSET: [&str; 7] = [
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%d %H:%M %#z",
    "%Y%m%dT%H%M%S%#z",
    "%Y%m%dT%H%M%#z",
    "%a %b %d %H:%M:%S %z %Y",
];

/// Times without an offset: ISO 8601, its basic form, C's `asctime`, `3-May-2019`.
const LOCAL: [&str; 10] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y%m%dT%H%M%S",
    "%Y%m%dT%H%M",
    "%a %b %e %H:%M:%S %Y",
    "%d %b %Y %H:%M:%S%.f",
    "%d-%b-%Y %H:%M:%S%.f",
    "%d-%b-%Y %H:%M",
];

/// Days.
const DAY: [&str; 2] = ["%Y-%m-%d", "%d-%b-%Y"];

/// When an article was published, in the time zone of its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The instant with the local offset. Midnight if only the date is known.
    pub at: DateTime<FixedOffset>,
    /// False if only the date is known.
    pub has_time: bool,
}

impl Published {
    /// Returns the local date: what the article calls "today".
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.at.date_naive()
    }

    /// Parses a time or a day in any usual form; `zone` is for those without one.
    ///
    /// # Errors
    ///
    /// `published-invalid` if it is ambiguous or impossible, or lies outside of the years 1 to 9999.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, Error> {
        let text = text.trim();
        let found = match digits(text) {
            Some(digits) => from_digits(digits, zone),
            None => {
                standard(text, zone).or_else(|| parse_worded(text, zone).map(|(at, has_time)| Self { at, has_time }))
            }
        };
        found.and_then(Self::possible).ok_or_else(|| invalid(text))
    }

    /// Reads a JSON number: seconds since 1970, or milliseconds from 100,000,000,000 on (in seconds, the year 5138). A
    /// number whose digits are a day (`20190503`) or a second (`20190503183500`) is that.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`]; four digits are only a year and therefore refused.
    pub fn from_epoch(number: &Number, zone: Tz) -> Result<Self, Error> {
        let found = match (number.as_i64(), number.as_f64()) {
            (Some(1000..=9999), _) => None,
            (Some(whole), _) => calendar_digits(&whole.to_string(), zone).or_else(|| epoch(whole, zone)),
            // The cast saturates, and times so far out are refused.
            (None, Some(seconds)) if seconds.abs() < 1e11 => at_millis((seconds * 1e3).round() as i64, zone),
            (None, Some(millis)) => at_millis(millis as i64, zone),
            (None, None) => None,
        };
        found.and_then(Self::possible).ok_or_else(|| invalid(&number.to_string()))
    }

    /// Returns the same instant in another zone. A date without a time stays the same date.
    pub(super) fn seen_in(self, zone: Tz) -> Self {
        let moved = if self.has_time { at_instant(self.at.naive_utc(), zone) } else { None };
        moved.and_then(Self::time).and_then(Self::possible).unwrap_or(self)
    }

    fn time(at: DateTime<FixedOffset>) -> Option<Self> {
        Some(Self { at, has_time: true })
    }

    fn day(day: NaiveDate, zone: Tz) -> Option<Self> {
        Some(Self { at: in_zone(day.and_time(NaiveTime::MIN), zone)?, has_time: false })
    }

    fn possible(self) -> Option<Self> {
        YEARS.contains(&self.at.year()).then_some(self)
    }
}

fn invalid(text: &str) -> Error {
    let start: String = text.chars().take(60).collect();
    if has_two_zones(text) {
        let message = format!("`{start}` has two time zones; leave one of them out");
        return Error::new(ErrorKind::PublishedInvalid, message);
    }
    let message = format!(
        "`{start}` cannot be read as a publication time without guessing; \
         write it as 2019-05-03T18:35:00+01:00, with a year from 0001 to 9999"
    );
    Error::new(ErrorKind::PublishedInvalid, message)
}

/// Whether a time that already has a zone is followed by another.
fn has_two_zones(text: &str) -> bool {
    let Some(at) = text.trim_end_matches(['Z', 'z']).rfind([' ', '+', '-']).filter(|&at| at >= 10) else {
        return false;
    };
    let head = text.strip_suffix(['Z', 'z']).unwrap_or_else(|| text.get(..at).unwrap_or_default());
    let in_zone = |zone| standard(head.trim_end(), zone).filter(|found| found.has_time);
    in_zone(Tz::UTC).is_some_and(|found| in_zone(Tz::Asia__Tokyo) == Some(found))
}

/// Digits alone: a day, a second, or an epoch. Fewer than nine that are not a day could be anything.
fn from_digits(digits: &str, zone: Tz) -> Option<Published> {
    let since_1970 = || if digits.len() < 9 { None } else { epoch(digits.parse().ok()?, zone) };
    calendar_digits(digits, zone).or_else(since_1970)
}

fn calendar_digits(digits: &str, zone: Tz) -> Option<Published> {
    match digits.len() {
        8 => Published::day(NaiveDate::parse_from_str(digits, "%Y%m%d").ok()?, zone),
        14 => Published::time(in_zone(NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").ok()?, zone)?),
        _ => None,
    }
}

fn epoch(number: i64, zone: Tz) -> Option<Published> {
    let is_seconds = number.unsigned_abs() < 100_000_000_000;
    at_millis(if is_seconds { number.checked_mul(1000)? } else { number }, zone)
}

fn at_millis(millis: i64, zone: Tz) -> Option<Published> {
    Published::time(at_instant(DateTime::from_timestamp_millis(millis)?.naive_utc(), zone)?)
}

/// The forms that chrono parses.
fn standard(text: &str, zone: Tz) -> Option<Published> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Published::time(at);
    }
    if let Some(at) = WITH_OFFSET.iter().find_map(|form| DateTime::parse_from_str(text, form).ok()) {
        return Published::time(at);
    }
    if let Some(local) = LOCAL.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()) {
        return Published::time(in_zone(local, zone)?);
    }
    if let Some(day) = DAY.iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok()) {
        return Published::day(day, zone);
    }
    if let Some(day) = day_with_offset(text) {
        return Some(day);
    }
    // RFC 2822 takes unknown zone names for UTC, which would put a time in "CEST" two hours off.
    let tail = text.rsplit(' ').next()?;
    let zone_is_known = !tail.starts_with(|c: char| c.is_ascii_alphabetic()) || named_offset(tail).is_some();
    DateTime::parse_from_rfc2822(text).ok().filter(|_| zone_is_known).and_then(Published::time)
}

/// A day with an offset, as in NITF: `20190503+0100`. chrono parses an offset only after a time.
fn day_with_offset(text: &str) -> Option<Published> {
    let form = if digits(text.get(..8)?).is_some() { "%Y%m%dT%H%M%#z" } else { "%Y-%m-%dT%H%M%#z" };
    let (day, offset) = text.split_at_checked(text.rfind(['+', '-', 'Z'])?)?;
    let at = DateTime::parse_from_str(&format!("{day}T0000{offset}"), form).ok()?;
    Some(Published { at, has_time: false })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::worded::numbers;
    use super::*;

    fn read(text: &str) -> String {
        read_in(text, Tz::UTC)
    }

    fn read_in(text: &str, zone: Tz) -> String {
        match Published::parse(text, zone) {
            Ok(Published { at, has_time: true }) => at.to_rfc3339(),
            Ok(Published { at, has_time: false }) => format!("{} (day)", at.to_rfc3339()),
            Err(error) => error.code().to_owned(),
        }
    }

    #[test]
    fn standard_forms_with_an_offset() {
        for text in [
            "2019-05-03T18:35:00+01:00",
            "2019-05-03 18:35:00+01:00",
            "2019-05-03t18:35:00.000+01:00",
            "2019-05-03T18:35:00+0100",
            "2019-05-03T18:35+01",
            "2019-05-03 18:35:00 +0100",
            "20190503T183500+0100",
            "Fri, 3 May 2019 18:35:00 +0100",
            "3 May 2019 18:35 +0100 (BST)",
            "Fri May 03 18:35:00 +0100 2019",
            "  2019-05-03T18:35:00+01:00\n",
        ] {
            assert_eq!(read(text), "2019-05-03T18:35:00+01:00", "{text}");
        }
        assert_eq!(read("20190503T183500Z"), "2019-05-03T18:35:00+00:00");
        assert_eq!(read("3 May 2019 18:35 GMT"), "2019-05-03T18:35:00+00:00");
    }

    #[test]
    fn forms_without_an_offset_take_the_given_zone() {
        for text in [
            "2019-05-03T18:35:00",
            "2019-05-03 18:35",
            "20190503T183500",
            "20190503183500",
            "Fri May  3 18:35:00 2019",
            "3-May-2019 18:35:00.00",
            "May 3, 2019 6:35 pm",
            "May 3, 2019, 6:35PM",
            "Friday, May 3rd, 2019 at 6:35 p.m.",
            "May. 3 2019 18:35",
            "3 May 2019, 6:35 pm",
            "18:35, 3 May 2019",
            "2019/05/03 18:35",
            "2019-05-03 06:35 PM",
        ] {
            assert_eq!(read_in(text, Tz::Europe__London), "2019-05-03T18:35:00+01:00", "{text}");
        }
        assert_eq!(read("Sept. 3, 2019 10:00"), "2019-09-03T10:00:00+00:00");
        assert_eq!(read("5/31/2019 18:35"), "2019-05-31T18:35:00+00:00");
    }

    #[test]
    fn an_offset_of_its_own_stays_the_local_one() {
        assert_eq!(read_in("December 31, 2019 11:30 pm EST", Tz::Asia__Tokyo), "2019-12-31T23:30:00-05:00");
    }

    #[test]
    fn days_are_days() {
        for text in ["2019-05-03", "20190503", "3 May 2019", "May 3, 2019", "2019/5/3", "2019.05.03", "2019年05月03日"]
        {
            assert_eq!(read(text), "2019-05-03T00:00:00+00:00 (day)", "{text}");
        }
        assert_eq!(read_in("2019-05-03", Tz::Asia__Tokyo), "2019-05-03T00:00:00+09:00 (day)");
        // Clocks jumped at midnight there.
        assert_eq!(read_in("2018-11-04", Tz::America__Sao_Paulo), "2018-11-04T01:00:00-02:00 (day)");
    }

    #[test]
    fn a_day_may_have_an_offset() {
        for text in ["20190503+0100", "2019-05-03+01:00"] {
            assert_eq!(read(text), "2019-05-03T00:00:00+01:00 (day)", "{text}");
        }
        assert_eq!(read("2019-05-03Z"), "2019-05-03T00:00:00+00:00 (day)");
        assert_eq!(read("2019-05"), "published-invalid");
    }

    #[test]
    fn two_zones_are_refused() {
        for text in ["2019-05-03T18:35:00+01:00 EST", "2019-05-03T18:35:00+01:00Z", "2019-05-03T18:35:00Z+0100"] {
            let error = Published::parse(text, Tz::UTC).expect_err("two zones");
            assert_eq!(
                (error.code(), error.to_string()),
                ("published-invalid", format!("`{text}` has two time zones; leave one of them out"))
            );
        }
    }

    #[test]
    fn seconds_and_milliseconds_since_1970() {
        assert_eq!(read("1556904900"), "2019-05-03T17:35:00+00:00");
        assert_eq!(read_in("1556904900123", Tz::Europe__London), "2019-05-03T18:35:00.123+01:00");
        let number = |number: Number| Published::from_epoch(&number, Tz::UTC).map(|found| found.at.to_rfc3339());
        assert_eq!(number(1_556_904_900.into()), Ok("2019-05-03T17:35:00+00:00".to_owned()));
        assert_eq!(number(1_556_904_900_123_i64.into()), Ok("2019-05-03T17:35:00.123+00:00".to_owned()));
        assert_eq!(number((-86_400).into()), Ok("1969-12-31T00:00:00+00:00".to_owned()));
        assert_eq!(number(20_190_503.into()), Ok("2019-05-03T00:00:00+00:00".to_owned()));
        let fraction = Number::from_f64(1_556_904_900.25).expect("finite");
        assert_eq!(number(fraction), Ok("2019-05-03T17:35:00.250+00:00".to_owned()));
        for out in [2019.into(), i64::MAX.into(), u64::MAX.into(), i64::MIN.into()] {
            assert_eq!(number(out).expect_err("no time").code(), "published-invalid");
        }
    }

    /// Texts that `dateparser` would complete from the clock, in every form that its source code knows.
    #[test]
    fn texts_without_year_month_and_day_are_refused() {
        for text in [
            "6:15pm",
            "18:35",
            "01:06:06",
            "4:00pm PST",
            "6:00 AM +0100",
            "18:35:00 UTC",
            "May 6 at 9:24 PM",
            "May 27 02:45:27",
            "2021.02",
            "2014.03",
            "2021-02",
            "February 2021",
            "May",
            "2021",
            "3 May",
            "Friday",
            "last month",
            "now",
            "today",
            "12345",
            "171113 14:14:20",
            "oct 7, 70",
            "7 oct 70",
            "8/1/71",
            "21.08.71",
        ] {
            assert_eq!(read(text), "published-invalid", "{text}");
        }
    }

    #[test]
    fn ambiguous_texts_are_refused() {
        assert_eq!(read("03/05/2019"), "published-invalid");
        assert_eq!(read("3-5-2019 10:00"), "published-invalid");
        assert_eq!(read("Fri, 03 May 2019 18:35:00 IST"), "published-invalid", "India, Ireland or Israel");
        assert_eq!(read("05/05/2019"), "2019-05-05T00:00:00+00:00 (day)");
    }

    #[test]
    fn impossible_times_are_refused() {
        for text in [
            "2019-02-30",
            "2019-02-30T10:00:00Z",
            "30 February 2019",
            "February 30, 2019",
            "2019-13-01",
            "20191301",
            "2019-05-03T25:00:00Z",
            "Mon, 03 May 2019 18:35:00 GMT",
            "0000-01-01",
            "0000-12-31T23:59:59Z",
            "10000-01-01",
            "+10000-01-01T00:00:00Z",
            "-0043-03-15",
            "99999999999999999999",
            "",
            " ",
            "None",
            "2019-05-03\0",
        ] {
            assert_eq!(read(text), "published-invalid", "{text}");
        }
    }

    #[test]
    fn the_first_and_the_last_moment_are_possible() {
        assert_eq!(read("0001-01-01T00:00:00+14:00"), "0001-01-01T00:00:00+14:00");
        assert_eq!(read("9999-12-31T23:59:59-12:00"), "9999-12-31T23:59:59-12:00");
        assert_eq!(read_in("9999-12-31", Tz::Pacific__Apia), "9999-12-31T00:00:00+13:00 (day)");
    }

    #[test]
    fn the_message_says_what_to_write_instead() {
        let error = Published::parse("last month", Tz::UTC).expect_err("not a time");
        insta::assert_snapshot!(error, @"`last month` cannot be read as a publication time without guessing; write it as 2019-05-03T18:35:00+01:00, with a year from 0001 to 9999");
    }

    /// Any moment of the supported years, to the second, with any offset in whole minutes.
    fn moments() -> impl Strategy<Value = DateTime<FixedOffset>> {
        (-62_135_510_400_i64..253_402_214_400, -840_i32..=840).prop_map(|(seconds, minutes)| {
            let offset = FixedOffset::east_opt(minutes * 60).expect("within a day");
            DateTime::from_timestamp(seconds, 0).expect("within the years").with_timezone(&offset)
        })
    }

    proptest! {
        #[test]
        fn times_in_a_standard_form_are_read_back(at in moments()) {
            let known = Ok(Published { at, has_time: true });
            prop_assert_eq!(Published::parse(&at.to_rfc3339(), Tz::UTC), known.clone());
            prop_assert_eq!(Published::parse(&at.format("%Y%m%dT%H%M%S%z").to_string(), Tz::UTC), known.clone());
            prop_assert_eq!(Published::parse(&at.format("%B %-d, %Y %-I:%M:%S %P %z").to_string(), Tz::UTC), known);
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,30}") {
            let _ = Published::parse(&text, Tz::Europe__London);
        }

        #[test]
        fn a_parsed_date_stands_in_the_text(text in "[0-9]{1,4}[-/.: ]?[0-9]{1,2}[-/.: ]?([0-9]{0,4}|may)[ T,]{0,2}([0-9]{1,2}:[0-9]{2})?( ?pm)?") {
            if digits(text.trim()).is_none() && let Ok(found) = Published::parse(&text, Tz::UTC) {
                let written: Vec<u32> = numbers(&text).filter_map(|number| number.parse().ok()).collect();
                prop_assert!(written.contains(&found.at.year().unsigned_abs()), "{}", text);
                prop_assert!(written.contains(&found.at.day()), "{}", text);
            }
        }
    }
}
