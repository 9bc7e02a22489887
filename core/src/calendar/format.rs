//! Dates as text: TIMEX3 values (TimeML 1.2.1), EDTF (ISO 8601-2:2019), ISO 8601 bounds.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Timelike};

use super::{Bound, Clock, PartOfDay, PartialDate, Season};

/// A year in ISO 8601: four digits, with a sign if negative. `0000` is 1 BC.
fn year(year: i32) -> String {
    let mut text = String::with_capacity(11);
    if year < 0 {
        text.push('-');
    }
    digits(&mut text, year.unsigned_abs(), 4);
    text
}

/// Appends a number with at least so many digits, by hand: every event has several dates, and formatting is slow.
fn digits(text: &mut String, number: u32, least: usize) {
    if least > 1 || number > 9 {
        digits(text, number / 10, least.saturating_sub(1));
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// A year and a numbered part of it.
fn with_part(mut year: String, separator: &str, part: u8, least: usize) -> String {
    year.push_str(separator);
    digits(&mut year, part.into(), least);
    year
}

/// A year in TIMEX3, which has `BC0044` from TIMEX2: the number within the era, not the astronomical year.
fn timex_year(astronomical: i32) -> String {
    if astronomical <= 0 { format!("BC{:04}", 1 - astronomical) } else { year(astronomical) }
}

impl PartialDate {
    /// Returns the TIMEX3 value. Times are written without their zone, as in TimeBank.
    #[must_use]
    pub fn value(&self) -> String {
        match *self {
            // The digits that all its years share: 399 to 300 BC are `BC03`.
            Self::Century(century) if century < 0 => format!("BC{:02}", -(century + 1)),
            Self::Decade(decade) if decade < 0 => format!("BC{:03}", -(decade + 1)),
            Self::Century(century) => format!("{century:02}"),
            Self::Decade(decade) => format!("{decade:03}"),
            Self::Year(y) => timex_year(y),
            Self::Half(y, half) => with_part(timex_year(y), "-H", half, 1),
            Self::Quarter(y, quarter) => with_part(timex_year(y), "-Q", quarter, 1),
            Self::Season(y, season) => format!("{}-{}", timex_year(y), season.timex()),
            Self::Month(y, month) => with_part(timex_year(y), "-", month, 2),
            Self::Week(monday) => week(monday),
            Self::Weekend(monday) => format!("{}-WE", week(monday)),
            Self::Day(day) => timex_date(day),
            Self::PartOfDay(day, part) => format!("{}T{}", timex_date(day), part.timex()),
            Self::Time(day, clock) => format!("{}T{clock}", timex_date(day)),
        }
    }

    /// Returns the EDTF form. Weeks and weekends, which EDTF does not have, become the interval of their days; a part
    /// of a day becomes its day.
    #[must_use]
    pub fn edtf(&self) -> Option<String> {
        Some(match *self {
            Self::Century(century) if century < 0 => return None,
            Self::Decade(decade) if decade < 0 => return None,
            Self::Century(century) => format!("{century:02}XX"),
            Self::Decade(decade) => format!("{decade:03}X"),
            Self::Half(y, half) => with_part(year(y), "-", 39 + half, 2),
            Self::Quarter(y, quarter) => with_part(year(y), "-", 32 + quarter, 2),
            Self::Season(y, season) => with_part(year(y), "-", season.edtf(), 2),
            Self::Week(monday) => format!("{}/{}", date(monday), date(monday.checked_add_days(chrono::Days::new(6))?)),
            Self::Weekend(_) => {
                let saturday = self.first_day()?;
                format!("{}/{}", date(saturday), date(saturday.succ_opt()?))
            }
            Self::PartOfDay(day, _) => date(day),
            Self::Time(day, Clock { hour, minute, second, offset }) => {
                let zone = offset.map(|offset| offset.to_string()).unwrap_or_default();
                let (minute, second) = (minute.unwrap_or(0), second.unwrap_or(0));
                format!("{}T{hour:02}:{minute:02}:{second:02}{zone}", date(day))
            }
            Self::Year(y) => year(y),
            Self::Month(y, month) => format!("{}-{month:02}", year(y)),
            Self::Day(day) => date(day),
        })
    }
}

fn date(day: NaiveDate) -> String {
    let mut text = year(day.year());
    for number in [day.month(), day.day()] {
        text.push('-');
        digits(&mut text, number, 2);
    }
    text
}

/// A day in TIMEX3.
fn timex_date(day: NaiveDate) -> String {
    if day.year() > 0 {
        return date(day);
    }
    format!("{}-{:02}-{:02}", timex_year(day.year()), day.month(), day.day())
}

fn week(monday: NaiveDate) -> String {
    let iso = monday.iso_week();
    format!("{}-W{:02}", timex_year(iso.year()), iso.week())
}

impl Season {
    fn timex(self) -> &'static str {
        match self {
            Self::Spring | Self::SouthernSpring => "SP",
            Self::Summer | Self::SouthernSummer => "SU",
            Self::Autumn | Self::SouthernAutumn => "FA",
            Self::Winter | Self::SouthernWinter => "WI",
        }
    }

    fn edtf(self) -> u8 {
        match self {
            Self::Spring => 21,
            Self::Summer => 22,
            Self::Autumn => 23,
            Self::Winter => 24,
            Self::SouthernSpring => 29,
            Self::SouthernSummer => 30,
            Self::SouthernAutumn => 31,
            Self::SouthernWinter => 32,
        }
    }
}

impl PartOfDay {
    fn timex(self) -> &'static str {
        match self {
            Self::Morning => "MO",
            Self::Afternoon => "AF",
            Self::Evening => "EV",
            Self::Night => "NI",
            Self::Daytime => "DT",
        }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute.unwrap_or(0))?;
        match self.second {
            Some(second) => write!(f, ":{second:02}"),
            None => Ok(()),
        }
    }
}

impl Bound {
    /// Parses a day, or a time with its offset, in ISO 8601. `None` if the text is neither, or beyond the years that
    /// can be written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !text.contains('T') {
            return NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self::Day);
        }
        let time = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%:z").ok()?;
        Some(Self::Time(time.naive_local(), *time.offset()))
    }

    /// Returns it in ISO 8601.
    #[must_use]
    pub fn iso8601(&self) -> String {
        match self {
            Self::Day(day) => date(*day),
            Self::Time(time, offset) => {
                let clock = time.time();
                let (hour, minute, second) = (clock.hour(), clock.minute(), clock.second());
                format!("{}T{hour:02}:{minute:02}:{second:02}{offset}", date(time.date()))
            }
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso8601())
    }
}
