//! iCalendar (RFC 5545). Its `DTEND` is exclusive, like ours; its years have four digits and no sign, so events that
//! began before the year 1 are left out.
//!
//! Written by hand, because neither of the crates for it fits: one brings a random generator and reads the clock, the
//! other folds lines one octet too late.

use std::io::{self, Write};

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};

use super::{Export, Folded, interval, link, note};
use crate::calendar::Bound;
use crate::event::Status;
use crate::record::EventRecord;

/// The longest line, in octets, without its line break.
const LINE: usize = 75;

/// A calendar of events.
pub struct ICalendar<W>(W);

impl<W: Write> ICalendar<W> {
    /// Starts an empty calendar.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn new(out: W) -> io::Result<Self> {
        let mut calendar = Self(out);
        for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//dateline//timeline//EN"] {
            calendar.line(line)?;
        }
        Ok(calendar)
    }

    /// Starts an empty calendar to subscribe to, with its name, and how often to ask for it again.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn subscribed(out: W) -> io::Result<Self> {
        let mut calendar = Self::new(out)?;
        let own =
            ["METHOD:PUBLISH", "X-WR-CALNAME:Timeline", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"];
        for line in own {
            calendar.line(line)?;
        }
        Ok(calendar)
    }

    /// Writes a folded line: continuation lines start with a space, which counts.
    fn line(&mut self, text: &str) -> io::Result<()> {
        let mut room = LINE;
        for letter in text.chars() {
            if letter.len_utf8() > room {
                self.0.write_all(b"\r\n ")?;
                room = LINE - 1;
            }
            room -= letter.len_utf8();
            write!(self.0, "{letter}")?;
        }
        self.0.write_all(b"\r\n")
    }
}

impl<W: Write> Export for ICalendar<W> {
    fn row(&mut self, record: &EventRecord, folded: Option<&Folded>) -> io::Result<()> {
        // What was denied did not happen on that day.
        if record.statement.status == Status::Denied {
            return Ok(());
        }
        let Some((start, end)) = dates(record) else { return Ok(()) };
        self.line("BEGIN:VEVENT")?;
        self.line(&format!("UID:{}@dateline", folded.map_or(&record.id, |folded| &folded.id)))?;
        // When the information was created: the publication, never the clock, so that a replay writes the same.
        if let Ok(published) = DateTime::parse_from_rfc3339(&record.article.published_at) {
            self.line(&format!("DTSTAMP:{}", utc(published.naive_local(), *published.offset())))?;
        }
        self.line(&format!("DTSTART{start}"))?;
        if let Some(end) = end {
            self.line(&format!("DTEND{end}"))?;
        }
        self.line(&format!("SUMMARY:{}", escaped(&record.statement.summary)))?;
        let description = format!("{}\n{} ({})", record.statement.sentence, note(record, folded), record.date.text);
        self.line(&format!("DESCRIPTION:{}", escaped(&description)))?;
        self.line(&format!("CATEGORIES:{}", record.statement.status))?;
        if let Some(url) = link(record) {
            self.line(&format!("URL:{url}"))?;
        }
        // The event does not block the reader's time.
        self.line("TRANSP:TRANSPARENT")?;
        self.line("END:VEVENT")
    }

    fn finish(&mut self) -> io::Result<()> {
        self.line("END:VCALENDAR")?;
        self.0.flush()
    }
}

/// The longest range that fills its days, in days. A longer one would stand above all others for weeks: it is one entry on
/// its first day.
const LONGEST: i64 = 7;

/// Returns what follows `DTSTART` and `DTEND`; both are days or both are times, as the standard requires. Without an
/// end it is a single day or moment; an event with an open start stands on its last day.
fn dates(record: &EventRecord) -> Option<(String, Option<String>)> {
    let interval = interval(record);
    let (start, end) = match (interval.start, interval.end) {
        (Some(start), end) => (start, end),
        (None, Some(Bound::Day(end))) => (Bound::Day(end.pred_opt()?), None),
        (None, end) => (end?, None),
    };
    if start.local().year() < 1 {
        return None;
    }
    let is_long = end.is_some_and(|end| end.local() - start.local() > TimeDelta::days(LONGEST));
    let (start, end) = if is_long { (Bound::Day(start.local().date()), None) } else { (start, end) };
    match (start, end) {
        (Bound::Time(start, offset), None) => Some((format!(":{}", utc(start, offset)), None)),
        (Bound::Time(start, from), Some(Bound::Time(end, to))) => {
            Some((format!(":{}", utc(start, from)), Some(format!(":{}", utc(end, to)))))
        }
        (start, end) => Some((day(start.local().date()), end.and_then(day_after).map(day))),
    }
}

/// Returns the first day that is wholly after an exclusive end.
fn day_after(end: Bound) -> Option<NaiveDate> {
    let day = match end {
        Bound::Day(day) => day,
        Bound::Time(time, _) => time.date().checked_add_days(Days::new(1))?,
    };
    (day.year() <= 9999).then_some(day)
}

fn day(day: NaiveDate) -> String {
    format!(";VALUE=DATE:{}", day.format("%Y%m%d"))
}

/// Returns a time in UTC, or the local time if the one in UTC is beyond the years that can be written.
fn utc(local: NaiveDateTime, offset: FixedOffset) -> String {
    let utc = local.checked_sub_offset(offset).filter(|utc| (1..=9999).contains(&utc.year())).unwrap_or(local);
    utc.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Escapes a TEXT value, on one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            _ if letter.is_control() => {}
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{record, written};
    use super::*;

    fn dates_of(start: Option<&str>, end: Option<&str>) -> String {
        match dates(&record(start, end, "day")) {
            Some((start, end)) => format!("DTSTART{start} DTEND{}", end.unwrap_or_default()),
            None => "left out".to_owned(),
        }
    }

    #[test]
    fn an_event_of_a_month() {
        let records = [record(Some("2019-04-01"), Some("2019-05-01"), "month")];
        insta::assert_snapshot!(written(&records, ICalendar::new).replace("\r\n", "\n"), @r#"
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//dateline//timeline//EN
        BEGIN:VEVENT
        UID:5d41402abc4b2a76b9719d911017c592@dateline
        DTSTAMP:20190503T173500Z
        DTSTART;VALUE=DATE:20190401
        SUMMARY:Smith & Sons\, the ferry line\, closed <the> harbour
        DESCRIPTION:Smith & Sons\, the ferry line\, closed <the> harbour last month
         .\nHarbour closed\, The Quay\, 2019-05-03 (last month)
        CATEGORIES:happened
        URL:https://quay.example/harbour
        TRANSP:TRANSPARENT
        END:VEVENT
        END:VCALENDAR
        "#);
    }

    #[test]
    fn ends_are_exclusive_and_times_in_utc() {
        insta::assert_snapshot!(dates_of(Some("2019-05-03"), Some("2019-05-04")), @"DTSTART;VALUE=DATE:20190503 DTEND;VALUE=DATE:20190504");
        insta::assert_snapshot!(
            dates_of(Some("2019-05-03T00:30:00+01:00"), Some("2019-05-03T00:31:00+01:00")), @"DTSTART:20190502T233000Z DTEND:20190502T233100Z");
        insta::assert_snapshot!(dates_of(Some("2019-05-03"), Some("2019-05-04T10:00:00+01:00")), @"DTSTART;VALUE=DATE:20190503 DTEND;VALUE=DATE:20190505");
    }

    #[test]
    fn a_range_over_a_week_is_one_day_and_what_was_denied_is_left_out() {
        insta::assert_snapshot!(dates_of(Some("2019-05-01"), Some("2019-05-08")), @"DTSTART;VALUE=DATE:20190501 DTEND;VALUE=DATE:20190508");
        insta::assert_snapshot!(dates_of(Some("2019-05-01"), Some("2019-05-09")), @"DTSTART;VALUE=DATE:20190501 DTEND");
        let times = dates_of(Some("2019-05-01T10:00:00+01:00"), Some("2019-05-20T10:00:00+01:00"));
        insta::assert_snapshot!(times, @"DTSTART;VALUE=DATE:20190501 DTEND");
        let mut denied = record(Some("2019-04-01"), Some("2019-04-02"), "day");
        denied.statement.status = Status::Denied.into();
        assert!(!written(&[denied], ICalendar::new).contains("VEVENT"));
    }

    #[test]
    fn open_ends_and_years_that_cannot_be_written() {
        insta::assert_snapshot!(dates_of(Some("2019-05-03"), None), @"DTSTART;VALUE=DATE:20190503 DTEND");
        insta::assert_snapshot!(dates_of(None, Some("2019-05-04")), @"DTSTART;VALUE=DATE:20190503 DTEND");
        insta::assert_snapshot!(dates_of(Some("9999-12-31"), Some("10000-01-01")), @"DTSTART;VALUE=DATE:99991231 DTEND");
        insta::assert_snapshot!(dates_of(Some("-0043-03-15"), Some("-0043-03-16")), @"left out");
        insta::assert_snapshot!(dates_of(Some("0000-03-15"), Some("0000-03-16")), @"left out");
        insta::assert_snapshot!(dates_of(None, None), @"left out");
    }

    #[test]
    fn lines_have_at_most_75_octets_and_keep_letters_whole() {
        let mut long = record(Some("2019-04-01"), None, "month");
        long.statement.summary = "Die Überfähre fährt weiter; \\ 老虎,".repeat(20) + "\r\nEnde";
        let calendar = written(std::slice::from_ref(&long), ICalendar::new);
        assert!(calendar.split("\r\n").all(|line| line.len() <= 75), "{calendar}");
        let unfolded = calendar.replace("\r\n ", "");
        let escaped = long.statement.summary.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
        assert!(unfolded.contains(&escaped.replace("\r\n", "\\n")), "{unfolded}");
    }
}
