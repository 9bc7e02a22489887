//! Event records in the formats of timeline tools: one file per format, each written event by event, so that a stream
//! of any length needs no more memory than one event.

pub mod timeml;

mod csv;
mod feed;
mod icalendar;
mod jsonl;
mod timelinejs;
mod vis;

use std::io::{self, Write};

use serde::Serialize;

use super::EventRecord;
use crate::calendar::{Bound, Interval};

pub use self::csv::Csv;
pub use feed::{Feed, FeedInfo, JsonFeed, XmlFeed};
pub use icalendar::ICalendar;
pub use jsonl::JsonLines;
pub use timelinejs::TimelineJs;
pub use vis::VisTimeline;

/// A file of events being written in one format.
pub trait Export {
    /// Writes an event. One that the format cannot place, because it has no date, is left out.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    fn event(&mut self, record: &EventRecord) -> io::Result<()> {
        self.row(record, None)
    }

    /// Writes an event that may stand for others, which report the same.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    fn row(&mut self, record: &EventRecord, folded: Option<&Folded>) -> io::Result<()>;

    /// Writes the end of the file, after the last event.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    fn finish(&mut self) -> io::Result<()>;
}

/// What an event stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The id that stays while events come and go.
    pub id: String,
    /// How many articles report the same.
    pub articles: usize,
    /// Their sources.
    pub sources: Vec<String>,
}

/// Returns who reports an event, for people: "Harbour closed, The Quay, 2019-05-03".
fn note(record: &EventRecord, folded: Option<&Folded>) -> String {
    let article = &record.article;
    let day = article.published_at.split('T').next().unwrap_or_default();
    let own = [article.title.as_str(), article.source.as_deref().unwrap_or_default(), day];
    let own = own.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    match folded.filter(|folded| folded.articles > 1) {
        Some(Folded { articles, sources, .. }) => format!("{own}; in {articles} articles: {}", sources.join(", ")),
        None => own,
    }
}

/// Returns the address of the article, if it is one of the web: a link must not run anything.
fn link(record: &EventRecord) -> Option<&str> {
    let url = record.article.url.as_deref()?;
    let is_web = ["https://", "http://"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme)));
    (is_web && !url.contains(|letter: char| letter.is_control() || letter.is_whitespace())).then_some(url)
}

/// The items of a JSON list that is written one by one.
struct JsonItems<W> {
    out: W,
    separator: &'static str,
}

impl<W: Write> JsonItems<W> {
    fn new(out: W) -> Self {
        Self { out, separator: "\n" }
    }

    fn item(&mut self, item: &impl Serialize) -> io::Result<()> {
        self.out.write_all(self.separator.as_bytes())?;
        self.separator = ",\n";
        Ok(serde_json::to_writer(&mut self.out, item)?)
    }
}

/// Parses the dates of a record. An end whose year has more than four digits counts as open.
fn interval(record: &EventRecord) -> Interval {
    let read = |text: &Option<String>| text.as_deref().and_then(Bound::parse);
    Interval { start: read(&record.date.start), end: read(&record.date.end) }
}

#[cfg(test)]
pub(in crate::record) mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::Arc;

    use chrono::{FixedOffset, NaiveDate};
    use proptest::prelude::*;

    use super::*;
    use crate::article::Reference;
    use crate::article_language::LanguageFrom;
    use crate::event::Status;
    use crate::record::{ArticleFields, DateFields, OffsetFields, StatementFields};
    use crate::temporal::{Basis, TimexType};

    /// An event with the given dates; `granularity` is that of the expression.
    pub(in crate::record) fn record(start: Option<&str>, end: Option<&str>, granularity: &str) -> EventRecord {
        EventRecord {
            id: "5d41402abc4b2a76b9719d911017c592".to_owned(),
            article: Arc::new(ArticleFields {
                id: "harbour-1".to_owned(),
                revision: "1".to_owned(),
                url: Some("https://quay.example/harbour".to_owned()),
                title: "Harbour closed".to_owned(),
                source: Some("The Quay".to_owned()),
                language: "en".to_owned(),
                language_from: LanguageFrom::Told.into(),
                published_at: "2019-05-03T18:35:00+01:00".to_owned(),
                published_from: Reference::FirstCreated.into(),
            }),
            date: DateFields {
                text: "last month".to_owned(),
                start: start.map(str::to_owned),
                end: end.map(str::to_owned),
                granularity: granularity.into(),
                r#type: TimexType::Date.into(),
                value: "2019-04".to_owned(),
                r#mod: None,
                edtf: Some("2019-04".to_owned()),
                basis: Basis::Relative.into(),
                reference: Some("2019-05-03".to_owned()),
                rule: "en/last-unit".into(),
            },
            statement: StatementFields {
                summary: "Smith & Sons, the ferry line, closed <the> harbour".to_owned(),
                sentence: "Smith & Sons, the ferry line, closed <the> harbour last month.".to_owned(),
                trigger: Some("closed".to_owned()),
                status: Status::Happened.into(),
                names: vec!["Smith & Sons".to_owned()],
            },
            offsets: OffsetFields { sentence: [0, 62], date: [51, 61], trigger: Some([30, 36]) },
            also_at: Vec::new(),
            weight: 0.8,
            confidence: 0.9,
            extractor: "dateline 0.2.0, en 1 statements".into(),
        }
    }

    /// The file of these records.
    pub(super) fn written<E: Export>(records: &[EventRecord], new: impl FnOnce(Shared) -> io::Result<E>) -> String {
        let out = Shared::default();
        let mut export = new(out.clone()).expect("memory takes everything");
        for record in records {
            export.event(record).expect("memory takes everything");
        }
        export.finish().expect("memory takes everything");
        drop(export);
        String::from_utf8(out.0.take()).expect("UTF-8")
    }

    /// Memory that can be read while it is written.
    #[derive(Clone, Default)]
    pub(super) struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn a_bound_is_parsed_as_it_was_written(days in -4_300_000_i32..2_900_000, seconds in 0_u32..86_400, minutes in -840_i32..=840) {
            let day = NaiveDate::from_num_days_from_ce_opt(days).expect("within the years");
            let time = day.and_hms_opt(seconds / 3600, seconds / 60 % 60, seconds % 60).expect("a time");
            let offset = FixedOffset::east_opt(minutes * 60).expect("within a day");
            for known in [Bound::Day(day), Bound::Time(time, offset)] {
                prop_assert_eq!(Bound::parse(&known.to_string()), Some(known));
            }
        }
    }
}
