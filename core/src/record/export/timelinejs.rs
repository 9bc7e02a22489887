//! TimelineJS 3: slides. Its dates are lists of numbers, the more the more precise; its `end_date` is inclusive; a
//! negative year is that many years BC, so there is no year 0. Texts are HTML.

use std::io::{self, Write};

use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike};
use quick_xml::escape::escape;
use serde::Serialize;

use super::{Export, Folded, JsonItems, interval, link, note};
use crate::calendar::Granularity;
use crate::record::EventRecord;

/// A timeline for TimelineJS.
pub struct TimelineJs<W>(JsonItems<W>);

#[derive(Serialize)]
struct Slide<'a> {
    unique_id: &'a str,
    start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date: Option<Date>,
    text: Text,
    group: &'a str,
}

#[derive(Serialize)]
struct Text {
    headline: String,
    text: String,
}

#[derive(Default, PartialEq, Eq, Serialize)]
struct Date {
    year: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hour: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minute: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<u32>,
}

/// How many numbers a date has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl<W: Write> TimelineJs<W> {
    /// Starts a timeline without slides.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(b"{\"events\":[")?;
        Ok(Self(JsonItems::new(out)))
    }
}

impl<W: Write> Export for TimelineJs<W> {
    fn row(&mut self, record: &EventRecord, folded: Option<&Folded>) -> io::Result<()> {
        let Some((start_date, end_date)) = dates(record) else { return Ok(()) };
        let headline = escape(&record.statement.summary).into_owned();
        let (sentence, note) = (escape(&record.statement.sentence), note(record, folded));
        let source = match link(record) {
            Some(url) => format!("<a href=\"{}\">{}</a>", escape(url), escape(&note)),
            None => escape(&note).into_owned(),
        };
        let group = record.statement.status.name();
        let text = format!("<p>{sentence}</p><p>{source}; {group}</p>");
        let unique_id = folded.map_or(&record.id, |folded| &folded.id);
        self.0.item(&Slide { unique_id, start_date, end_date, text: Text { headline, text }, group })
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.out.write_all(b"\n]}\n")?;
        self.0.out.flush()
    }
}

/// Returns the first date, and the last one if it differs. An event with an open start stands at its end, because a
/// slide needs a first date.
fn dates(record: &EventRecord) -> Option<(Date, Option<Date>)> {
    let interval = interval(record);
    let (start, end) = (interval.start.map(|start| start.local()), interval.end.map(|end| end.local()));
    let precision =
        [start, end].into_iter().flatten().map(Precision::of_bound).fold(Precision::of_expression(record), Ord::max);
    let first = start.map(|start| Date::new(start, precision));
    let last = match end {
        Some(end) => Some(Date::new(end.checked_sub_signed(TimeDelta::seconds(1))?, precision)),
        None => None,
    };
    match (first, last) {
        (Some(first), last) => {
            let last = last.filter(|last| *last != first);
            Some((first, last))
        }
        (None, last) => Some((last?, None)),
    }
}

impl Precision {
    fn of_expression(record: &EventRecord) -> Self {
        match record.date.granularity.known().unwrap_or(Granularity::Day) {
            Granularity::Century | Granularity::Decade | Granularity::Year => Self::Year,
            Granularity::Half | Granularity::Quarter | Granularity::Season | Granularity::Month => Self::Month,
            Granularity::Week | Granularity::Weekend | Granularity::Day => Self::Day,
            Granularity::PartOfDay | Granularity::Hour => Self::Hour,
            Granularity::Minute => Self::Minute,
            Granularity::Second => Self::Second,
        }
    }

    /// The coarsest that expresses the bound exactly: a range may end at a finer granularity than it starts.
    fn of_bound(at: NaiveDateTime) -> Self {
        match (at.month(), at.day(), at.hour(), at.minute(), at.second()) {
            (1, 1, 0, 0, 0) => Self::Year,
            (_, 1, 0, 0, 0) => Self::Month,
            (_, _, 0, 0, 0) => Self::Day,
            (_, _, _, 0, 0) => Self::Hour,
            (_, _, _, _, 0) => Self::Minute,
            _ => Self::Second,
        }
    }
}

impl Date {
    fn new(at: NaiveDateTime, precision: Precision) -> Self {
        let known = |number: u32, least: Precision| (precision >= least).then_some(number);
        Self {
            year: if at.year() > 0 { at.year() } else { at.year() - 1 },
            month: known(at.month(), Precision::Month),
            day: known(at.day(), Precision::Day),
            hour: known(at.hour(), Precision::Hour),
            minute: known(at.minute(), Precision::Minute),
            second: known(at.second(), Precision::Second),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{record, written};
    use super::*;

    fn dates_of(start: Option<&str>, end: Option<&str>, granularity: &str) -> String {
        serde_json::to_string(&dates(&record(start, end, granularity))).expect("JSON")
    }

    #[test]
    fn a_slide_has_numbers_and_escaped_text() {
        let records = [record(Some("2019-04-01"), Some("2019-05-01"), "month"), record(None, None, "month")];
        insta::assert_snapshot!(written(&records, TimelineJs::new), @r#"
        {"events":[
        {"unique_id":"5d41402abc4b2a76b9719d911017c592","start_date":{"year":2019,"month":4},"text":{"headline":"Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour","text":"<p>Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour last month.</p><p><a href=\"https://quay.example/harbour\">Harbour closed, The Quay, 2019-05-03</a>; happened</p>"},"group":"happened"}
        ]}
        "#);
    }

    #[test]
    fn an_address_that_would_run_something_is_no_link() {
        let mut evil = record(Some("2019-04-01"), None, "day");
        let mut article = (*evil.article).clone();
        article.url = Some("javascript:alert(1)".to_owned());
        evil.article = article.into();
        assert!(!written(&[evil], TimelineJs::new).contains("javascript"));
    }

    #[test]
    fn a_date_is_as_precise_as_the_text() {
        insta::assert_snapshot!(dates_of(Some("2019-01-01"), Some("2020-01-01"), "year"), @r#"[{"year":2019},null]"#);
        insta::assert_snapshot!(dates_of(Some("2019-01-01"), Some("2019-01-02"), "day"), @r#"[{"year":2019,"month":1,"day":1},null]"#);
        insta::assert_snapshot!(
            dates_of(Some("2019-05-03T15:00:00+01:00"), Some("2019-05-03T16:00:00+01:00"), "hour"), @r#"[{"year":2019,"month":5,"day":3,"hour":15},null]"#);
    }

    #[test]
    fn the_last_date_is_inclusive() {
        insta::assert_snapshot!(dates_of(Some("1990-01-01"), Some("2000-01-01"), "decade"), @r#"[{"year":1990},{"year":1999}]"#);
        insta::assert_snapshot!(dates_of(Some("2019-04-01"), Some("2019-07-01"), "quarter"), @r#"[{"year":2019,"month":4},{"year":2019,"month":6}]"#);
        insta::assert_snapshot!(dates_of(Some("2019-04-29"), Some("2019-05-06"), "week"), @r#"[{"year":2019,"month":4,"day":29},{"year":2019,"month":5,"day":5}]"#);
        // "from 2019 to March 2021"
        insta::assert_snapshot!(dates_of(Some("2019-01-01"), Some("2021-04-01"), "year"), @r#"[{"year":2019,"month":1},{"year":2021,"month":3}]"#);
    }

    #[test]
    fn years_bc_are_counted_as_historians_do() {
        insta::assert_snapshot!(dates_of(Some("-0043-03-15"), Some("-0043-03-16"), "day"), @r#"[{"year":-44,"month":3,"day":15},null]"#);
        insta::assert_snapshot!(dates_of(Some("0000-01-01"), Some("0001-01-01"), "year"), @r#"[{"year":-1},null]"#);
    }

    #[test]
    fn open_ends() {
        insta::assert_snapshot!(dates_of(Some("2019-04-01"), None, "month"), @r#"[{"year":2019,"month":4},null]"#);
        insta::assert_snapshot!(dates_of(None, Some("2019-05-01"), "month"), @r#"[{"year":2019,"month":4},null]"#);
    }
}
