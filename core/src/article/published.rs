//! Publication times, in every usual form, without ever asking what day it is.
//!
//! The form of the internet is read here, numbers by [`super::epoch`], the usual English forms by [`super::worded`], all
//! others by [`super::written`].

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use serde_json::Number;

use super::zone::{at_instant, in_zone};
use super::zone_names::{self, ZoneProblem, Zones};
use super::{epoch, worded, written};
use crate::error::{Error, ErrorKind, Warning};

/// The years in which an article can be published.
const YEARS: RangeInclusive<i32> = 1..=9999;

/// When an article was published, in the time zone of its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The instant with the local offset. Midnight if only the date is known.
    pub at: DateTime<FixedOffset>,
    /// False if only the date is known.
    pub has_time: bool,
}

/// A time, and what had to be overlooked to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub published: Published,
    pub warning: Option<Warning>,
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
        read(text, &Zones::assuming(zone)).map(|reading| reading.published)
    }

    /// Reads a JSON number: seconds since 1970, or milliseconds from 100,000,000,000 on (in seconds, the year 5138), or
    /// microseconds or nanoseconds likewise. A number whose digits are a day (`20190503`) or a second (`20190503183500`)
    /// is that.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`]; other numbers below 100,000,000 could be anything and are therefore refused.
    pub fn from_epoch(number: &Number, zone: Tz) -> Result<Self, Error> {
        epoch::number(number, zone).and_then(Self::possible).ok_or_else(|| unreadable(&number.to_string()))
    }

    /// Whether it stands for a time that is not known: the zero of Go and .NET, and that of Unix.
    pub(super) fn is_zero(&self) -> bool {
        let first = NaiveDate::from_ymd_opt(1, 1, 1);
        let is_first = Some(self.date()) == first || first.map(NaiveDateTime::from) == Some(self.at.naive_utc());
        is_first || self.has_time && self.at.timestamp_millis() == 0
    }

    /// Returns the same instant in another zone. A date without a time stays the same date.
    pub(super) fn seen_in(self, zone: Tz) -> Self {
        let moved = if self.has_time { at_instant(self.at.naive_utc(), zone) } else { None };
        moved.and_then(Self::time).and_then(Self::possible).unwrap_or(self)
    }

    pub(super) fn time(at: DateTime<FixedOffset>) -> Option<Self> {
        Some(Self { at, has_time: true })
    }

    pub(super) fn day(day: NaiveDate, zone: Tz) -> Option<Self> {
        Some(Self { at: in_zone(day.and_time(NaiveTime::MIN), zone)?, has_time: false })
    }

    fn possible(self) -> Option<Self> {
        YEARS.contains(&self.at.year()).then_some(self)
    }
}

/// As [`Published::parse`], with all that is known of zones.
pub(super) fn read(text: &str, zones: &Zones<'_>) -> Result<Reading, Error> {
    let text = text.trim();
    let whole = |published: Published| Reading { published, warning: None };
    // Most times are in this form, which needs no more than four digits to a year.
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Published::time(at).and_then(Published::possible).map(whole).ok_or_else(|| unreadable(text));
    }
    if epoch::is_number(text) || text.starts_with('/') {
        let found = epoch::dot_net(text, zones.assumed).or_else(|| epoch::text(text, zones.assumed));
        return found.and_then(Published::possible).map(whole).ok_or_else(|| unreadable(text));
    }
    let found = worded::read(text).or_else(|| written::read(text, zones.day_first)).ok_or_else(|| unreadable(text))?;
    let offset = zone_names::offset(&found.zones, found.local, zones).map_err(|problem| of_zone(text, &problem))?;
    let at = match offset {
        Some(offset) => found.local.and_local_timezone(offset).single(),
        None => in_zone(found.local, zones.assumed),
    };
    let published = at.map(|at| Published { at, has_time: found.has_time }).and_then(Published::possible);
    let warning = found.wrong_weekday.map(|weekday| Warning {
        code: "weekday-wrong",
        message: format!("`{}` was read by its date, which is not a {}", start_of(text), name_of(weekday)),
    });
    published.map(|published| Reading { published, warning }).ok_or_else(|| unreadable(text))
}

fn name_of(weekday: chrono::Weekday) -> &'static str {
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        [weekday.num_days_from_monday() as usize]
}

fn start_of(text: &str) -> String {
    text.chars().take(60).collect()
}

fn unreadable(text: &str) -> Error {
    let message = format!(
        "`{}` cannot be read as a publication time without guessing; \
         write it as 2019-05-03T18:35:00+01:00, with a year from 0001 to 9999",
        start_of(text)
    );
    Error::new(ErrorKind::PublishedInvalid, message)
}

fn of_zone(text: &str, problem: &ZoneProblem) -> Error {
    let start = start_of(text);
    let message = match problem {
        ZoneProblem::Two => format!("`{start}` has two time zones; leave one of them out"),
        ZoneProblem::Unclear(name) => format!(
            "`{start}`: the time zone `{name}` has several meanings, or none that is known; say which it is, \
             for example with `\"{name}\" = \"Europe/London\"` in `input.timezones`"
        ),
    };
    Error::new(ErrorKind::PublishedInvalid, message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        assert_eq!(number((-864_000_000).into()), Ok("1942-08-16T00:00:00+00:00".to_owned()));
        assert_eq!(number(1_556_904_900_123_456_i64.into()), Ok("2019-05-03T17:35:00.123456+00:00".to_owned()));
        assert_eq!(number(1_556_904_900_123_456_789_i64.into()), Ok("2019-05-03T17:35:00.123456789+00:00".to_owned()));
        assert_eq!(read("1556904900.25"), "2019-05-03T17:35:00.250+00:00");
        assert_eq!(read("/Date(1556904900000+0200)/"), "2019-05-03T17:35:00+00:00");
        assert_eq!(number(20_190_503.into()), Ok("2019-05-03T00:00:00+00:00".to_owned()));
        let fraction = Number::from_f64(1_556_904_900.25).expect("finite");
        assert_eq!(number(fraction), Ok("2019-05-03T17:35:00.250+00:00".to_owned()));
        // Days or minutes since 1970, a minute of 2019 or of 1976.
        for unclear in [18_030.into(), 25_948_415.into(), 201_905_031_835_i64.into(), (-86_400).into(), 0.into()] {
            assert_eq!(number(unclear).expect_err("unclear").code(), "published-invalid");
        }
        for out in [2019.into(), i64::MAX.into(), u64::MAX.into(), i64::MIN.into()] {
            assert_eq!(number(out).expect_err("no time").code(), "published-invalid");
        }
    }

    /// Texts that other parsers complete from the clock.
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

    #[test]
    fn programs_write_their_zone_in_many_ways() {
        for text in [
            "Thu, 23 May 2019 18:35:07 +0200 CEST",
            "2019-05-23 18:35:07 +0200 CEST m=+0.000012",
            "2019-05-23T18:35:07+02:00CET",
            "2019-05-23T18:35:07+02:00[Europe/Paris]",
            "2019-05-23T18:35:07[Europe/Paris]",
            "2019-05-23 18:35:07 Europe/Paris",
            "Thu May 23 2019 18:35:07 GMT+0200 (Central European Summer Time)",
            "Thu May 23 18:35:07 CEST 2019",
            "Thu, 23 May 2019 18:35:07+0200",
            "23 May 19 18:35:07 CEST",
            "20190523183507+0200",
            "2019-05-23 18:35:07+02",
            "5/23/2019 6:35:07 PM +02:00",
            "Thursday, May 23, 2019 6:35:07 p.m. UTC+2",
        ] {
            assert_eq!(read(text), "2019-05-23T18:35:07+02:00", "{text}");
        }
        assert_eq!(read("2019-05-14 22:30:00 -0700 PDT"), "2019-05-14T22:30:00-07:00");
        assert_eq!(read("2020-09-25T16:02:50CDT"), "2020-09-25T16:02:50-05:00");
        assert_eq!(read("2019-05-23T18:35:07Z[UTC]"), "2019-05-23T18:35:07+00:00");
    }

    #[test]
    fn an_ambiguous_zone_is_named() {
        let error = Published::parse("Thu, 23 May 2019 18:35:07 BST", Tz::UTC).expect_err("London or Dhaka");
        insta::assert_snapshot!(error, @r#"`Thu, 23 May 2019 18:35:07 BST`: the time zone `BST` has several meanings, or none that is known; say which it is, for example with `"BST" = "Europe/London"` in `input.timezones`"#);
        assert_eq!(read_in("Thu, 23 May 2019 18:35:07 BST", Tz::Europe__London), "2019-05-23T18:35:07+01:00");
        assert_eq!(read("Mon, 26 January 2004 16:31:00 AT"), "published-invalid");
    }

    #[test]
    fn years_have_four_digits() {
        for text in ["19-05-23", "19-05-23 18:35", "99-12-31T10:00:00", "23/05/19"] {
            assert_eq!(read(text), "published-invalid", "{text}");
        }
    }

    #[test]
    fn a_wrong_weekday_is_a_warning() {
        let found = super::read("Wed, 23 May 2019 18:35:07 GMT", &Zones::assuming(Tz::UTC)).expect("a time");
        assert_eq!(found.published.at.to_rfc3339(), "2019-05-23T18:35:07+00:00");
        insta::assert_snapshot!(found.warning.expect("a warning").message, @"`Wed, 23 May 2019 18:35:07 GMT` was read by its date, which is not a Wednesday");
    }

    #[test]
    fn the_zeros_of_programs_are_no_times() {
        let is_zero = |text| Published::parse(text, Tz::UTC).expect("a time").is_zero();
        for text in
            ["0001-01-01", "0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 +0000", "1970-01-01T01:00:00+01:00"]
        {
            assert!(is_zero(text), "{text}");
        }
        for text in ["0001-01-03", "1970-01-01", "1970-01-01T00:00:01Z"] {
            assert!(!is_zero(text), "{text}");
        }
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
            if !epoch::is_number(text.trim()) && let Ok(found) = Published::parse(&text, Tz::UTC) {
                let numbers = text.split(|c: char| !c.is_ascii_digit());
                let written: Vec<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
                let year = found.at.year().unsigned_abs();
                // "20190503T"
                let compact = text.starts_with(&found.at.format("%Y%m%d").to_string());
                prop_assert!(compact || written.contains(&year) || written.contains(&(year % 100)), "{}", text);
                prop_assert!(compact || written.contains(&found.at.day()), "{}", text);
            }
        }
    }
}
