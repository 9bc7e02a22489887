//! Times as people and programs write them: in words, in figures, with or without a zone, in any order that leaves one
//! meaning. Every part of the text must be understood, or the text is refused.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use super::cursor::{Clock, Cursor, afternoon};
use super::zone_names::ZoneMark;
use crate::language::{month_named, weekday_named};

/// The parts of a time, as written.
#[derive(Debug, PartialEq)]
pub(super) struct Written {
    /// The date and the time of day, midnight without one.
    pub local: NaiveDateTime,
    pub has_time: bool,
    /// What is written of its zone, which may be said twice: `-0700 PDT`.
    pub zones: Vec<ZoneMark>,
    /// The weekday that it names, if that is not the date's.
    pub wrong_weekday: Option<Weekday>,
}

#[derive(Default)]
struct Parts {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    /// Whether the name of the month stands before the day.
    month_is_first: bool,
    /// Whether the day stands before the month where both are numbers, if that is known.
    day_first: Option<bool>,
    /// Two figures in the place of a year, which only a time of day behind them shows to be one (RFC 822).
    has_short_year: bool,
    weekday: Option<Weekday>,
    time: Option<Clock>,
    zones: Vec<ZoneMark>,
}

/// Reads a text; `None` if a part of it is not understood, lacks, or can mean two things. Whether the day stands before the month
/// where both are numbers may be known.
pub(super) fn read(text: &str, day_first: Option<bool>) -> Option<Written> {
    // Go appends its monotonic clock.
    let text = text.split_once(" m=").map_or(text, |(time, _)| time);
    let mut cursor = Cursor::new(text);
    let mut parts = Parts { day_first, ..Parts::default() };
    while !cursor.skip_separators() {
        match cursor.peek()? {
            '0'..='9' => parts.figures(&mut cursor)?,
            '+' | '-' | '\u{2212}' => parts.sign(&mut cursor)?,
            '(' => parts.comment(&mut cursor)?,
            '[' => parts.zones.push(ZoneMark::place(cursor.enclosed('[', ']')?)?),
            letter if letter.is_alphabetic() => parts.word(&mut cursor)?,
            _ => return None,
        }
    }
    parts.finish()
}

impl Parts {
    /// Reads what begins with a figure: a date, a time of day, or a part of a date.
    fn figures(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        if let Some([year, month, day]) = cursor.date(self.day_first) {
            return self.set_date(year, month, day);
        }
        if let Some(time) = cursor.clock() {
            return self.set_time(time);
        }
        let digits = cursor.digits();
        let number: u32 = digits.get(..digits.len().min(8))?.parse().ok()?;
        match digits.len() {
            4 if self.year.is_none() => self.year = Some(number.cast_signed()),
            8 if self.is_without_date() => {
                self.set_date(number / 10_000, number / 100 % 100, number % 100)?;
                cursor.time_mark();
            }
            // RFC 822: 23 May 19 18:35.
            2 if self.takes_short_year() => {
                self.has_short_year = true;
                self.year = Some(number.cast_signed() + if number < 50 { 2000 } else { 1900 });
            }
            1 | 2 if self.day.is_none() => {
                cursor.ordinal();
                self.day = Some(number);
            }
            14 if self.is_without_date() => {
                let [date, time] = [digits.get(..8)?.parse::<u32>().ok()?, digits.get(8..)?.parse::<u32>().ok()?];
                self.set_date(date / 10_000, date / 100 % 100, date % 100)?;
                return self.set_time(compact(time, cursor));
            }
            // 20190523T1835, 20190523 183507
            4 | 6 if self.time.is_none() && self.day.is_some() => {
                let time = format!("{digits:0<6}").parse().ok()?;
                return self.set_time(compact(time, cursor));
            }
            _ => return None,
        }
        Some(())
    }

    /// Whether two figures that come next are the year: after day and month in this order, and before the time of day.
    fn takes_short_year(&self) -> bool {
        let has_day = self.day.is_some() && self.month.is_some() && !self.month_is_first;
        has_day && self.year.is_none() && self.time.is_none()
    }

    fn is_without_date(&self) -> bool {
        self.year.is_none() && self.month.is_none() && self.day.is_none()
    }

    fn set_date(&mut self, year: u32, month: u32, day: u32) -> Option<()> {
        if !self.is_without_date() {
            return None;
        }
        (self.year, self.month, self.day) = (Some(year.cast_signed()), Some(month), Some(day));
        Some(())
    }

    fn set_time(&mut self, time: Clock) -> Option<()> {
        if self.time.is_some() {
            return None;
        }
        self.time = Some(time);
        Some(())
    }

    /// Reads an offset, or the dash in `3-May-2019`.
    fn sign(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        // Without a date before it, a sign would belong to a year.
        if self.is_without_date() {
            return None;
        }
        let is_in_date = self.month.is_some() && (self.year.is_none() || self.day.is_none());
        if self.time.is_none() && (cursor.dash_before_letter() || is_in_date && cursor.dash_before_figure()) {
            return Some(());
        }
        self.zones.push(ZoneMark::Offset(cursor.offset()?));
        Some(())
    }

    /// Reads a remark in parentheses: the zone's name in words beside its offset, else the zone.
    fn comment(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        let inside = cursor.enclosed('(', ')')?;
        let is_said = self.zones.iter().any(|zone| matches!(zone, ZoneMark::Offset(_)));
        match ZoneMark::name(inside) {
            Some(zone) => self.zones.push(zone),
            None if is_said => {}
            None => return None,
        }
        Some(())
    }

    fn word(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        let word = cursor.word();
        if let Some(afternoon) = afternoon(word) {
            let is_first = self.time.as_mut()?.afternoon.replace(afternoon).is_none();
            return is_first.then_some(());
        }
        if word.eq_ignore_ascii_case("at") && self.time.is_none() {
            return Some(());
        }
        // The T of ISO 8601, as in `2019-05-23 T 18:35`.
        if word.eq_ignore_ascii_case("t") && self.time.is_none() && self.day.is_some() {
            return Some(());
        }
        let plain = word.trim_end_matches('.');
        if let Some(month) = month_named(plain).filter(|_| self.month.is_none()) {
            self.month_is_first = self.day.is_none();
            self.month = Some(month);
        } else if let Some(weekday) = weekday_named(plain).filter(|_| self.weekday.is_none() && self.time.is_none()) {
            self.weekday = Some(weekday);
        } else if self.is_without_date() && self.time.is_none() {
            return None;
        } else if matches!(cursor.peek(), Some('+' | '-' | '\u{2212}'))
            && ["GMT", "UTC"].iter().any(|name| word.eq_ignore_ascii_case(name))
        {
            self.zones.push(ZoneMark::Offset(cursor.offset()?));
        } else {
            self.zones.push(ZoneMark::name(word)?);
        }
        Some(())
    }

    fn finish(self) -> Option<Written> {
        let date = NaiveDate::from_ymd_opt(self.year?, self.month?, self.day?)?;
        // Without a time of day, "7 oct 70" may be anything.
        if self.has_short_year && self.time.is_none() {
            return None;
        }
        let local = match self.time {
            Some(time) => at(date, time)?,
            None => date.and_time(NaiveTime::MIN),
        };
        let wrong_weekday = self.weekday.filter(|weekday| *weekday != date.weekday());
        Some(Written { local, has_time: self.time.is_some(), zones: self.zones, wrong_weekday })
    }
}

/// Takes the figures of a compact time of day for that.
fn compact(figures: u32, cursor: &mut Cursor<'_>) -> Clock {
    let (hour, minute, second) = (figures / 10_000, figures / 100 % 100, figures % 100);
    Clock { hour, minute, second, nanos: cursor.fraction(), afternoon: None }
}

/// Returns the moment of a time of day.
fn at(date: NaiveDate, time: Clock) -> Option<NaiveDateTime> {
    let Clock { hour, minute, second, nanos, afternoon } = time;
    let hour = match (afternoon, hour) {
        (None, _) => hour,
        (Some(afternoon), 1..=12) => hour % 12 + if afternoon { 12 } else { 0 },
        (Some(true), 13..) => hour,
        (Some(_), _) => return None,
    };
    // 24:00 is the midnight at the end of the day.
    let (date, hour) = if hour == 24 { (date.succ_opt()?, 0) } else { (date, hour) };
    // A leap second is the end of the one before it.
    let (second, leap) = if second == 60 { (59, TimeDelta::seconds(1)) } else { (second, TimeDelta::zero()) };
    date.and_time(NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)?).checked_add_signed(leap)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> Option<String> {
        read(text, None).map(|found| found.local.to_string())
    }

    #[test]
    fn the_parts_of_a_date_may_come_in_any_order_that_leaves_one_meaning() {
        for text in [
            "3 May 2019",
            "May 3rd 2019",
            "Friday, MAY. 3, 2019",
            "may 3 , 2019",
            "3-May-2019",
            "2019-May-03",
            "2019 May 3",
            "2019/5/3",
            "2019.05.03",
            "20190503",
            "2019年05月03日",
        ] {
            assert_eq!(local(text).as_deref(), Some("2019-05-03 00:00:00"), "{text}");
        }
        for text in ["23.05.2019", "23/05/2019", "23-05-2019", "5/23/2019", "05-23-2019"] {
            assert_eq!(local(text).as_deref(), Some("2019-05-23 00:00:00"), "{text}");
        }
        for text in
            ["03/05/2019", "3-5-2019", "03.05.2019", "23/23/2019", "3 May", "3 May 19", "May 3 19 10:00", "23.05.19"]
        {
            assert_eq!(local(text), None, "{text}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_may_be_known() {
        let local = |text, day_first| read(text, Some(day_first)).map(|found| found.local.to_string());
        for (text, day_first, expected) in [
            ("03/05/2019", true, "2019-05-03 00:00:00"),
            ("03/05/2019", false, "2019-03-05 00:00:00"),
            ("3.5.2019 18:35", true, "2019-05-03 18:35:00"),
            ("3-5-2019, 6:35 pm", false, "2019-03-05 18:35:00"),
            // These have one meaning.
            ("23/05/2019", false, "2019-05-23 00:00:00"),
            ("5/23/2019", true, "2019-05-23 00:00:00"),
            ("2019/05/03", true, "2019-05-03 00:00:00"),
        ] {
            assert_eq!(local(text, day_first).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(local("03/05/19", true), None, "the year may be any of the three");
    }

    #[test]
    fn times_of_day_have_any_precision() {
        for (text, time) in [
            ("2019-05-03 6:35 pm", "2019-05-03 18:35:00"),
            ("2019-05-03 6:35\u{202f}PM", "2019-05-03 18:35:00"),
            ("2019-05-03, 12:05 a.m.", "2019-05-03 00:05:00"),
            ("2019-05-03 18:35 PM", "2019-05-03 18:35:00"),
            ("May 3, 2019 at 6 pm", "2019-05-03 18:00:00"),
            ("2019-05-03T18:35:07,123", "2019-05-03 18:35:07.123"),
            ("20190503T183507.5", "2019-05-03 18:35:07.500"),
            ("20190503T1835", "2019-05-03 18:35:00"),
            ("20190503T18:35:07", "2019-05-03 18:35:07"),
            ("3 May 2019 8:0:0", "2019-05-03 08:00:00"),
            ("3 May 2019 24:05:00", "2019-05-04 00:05:00"),
            ("2019-12-31T23:59:60", "2020-01-01 00:00:00"),
            ("2019年05月03日 18时35分", "2019-05-03 18:35:00"),
            ("3 May 19 18:35", "2019-05-03 18:35:00"),
            ("Friday, 03-May-19 18:35:07", "2019-05-03 18:35:07"),
        ] {
            assert_eq!(local(text).as_deref(), Some(time), "{text}");
        }
        for text in
            ["2019-05-03 25:00", "2019-05-03 13:00 am", "2019-05-03 18:60", "2019-05-03 18", "2019-05-03 6:35 pm am"]
        {
            assert_eq!(local(text), None, "{text}");
        }
    }

    #[test]
    fn a_weekday_that_is_not_the_dates_is_reported() {
        assert_eq!(read("Thurs, 23 May 2019", None).map(|found| found.wrong_weekday), Some(None));
        assert_eq!(read("Wed, 23 May 2019", None).map(|found| found.wrong_weekday), Some(Some(Weekday::Wed)));
    }
}
