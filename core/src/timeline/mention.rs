//! One statement of one article with its date: what a story is made of, read from a record.

use std::ops::Range;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::record::EventRecord;

/// A dated statement of an article, as far as a story needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The event's id.
    pub id: String,
    /// The id of the article that tells it.
    pub article: String,
    /// Who published that, where told.
    pub source: Option<String>,
    /// The day on which it was published.
    pub published: NaiveDate,
    /// The days that it tells of. Where one end is open, the day at the other.
    pub days: Range<NaiveDate>,
    /// Whether it names the day on which it begins, rather than a month or a year.
    pub to_the_day: bool,
    /// The statement without its date.
    pub summary: String,
    /// The people, organisations and places in it.
    pub names: Vec<String>,
}

/// A record as JSON, as far as a story needs it.
#[derive(Deserialize)]
struct Stored {
    id: String,
    article: StoredArticle,
    date: StoredDate,
    statement: StoredStatement,
}

#[derive(Deserialize)]
struct StoredArticle {
    id: String,
    source: Option<String>,
    published_at: String,
}

#[derive(Deserialize)]
struct StoredDate {
    start: Option<String>,
    end: Option<String>,
    granularity: String,
}

#[derive(Deserialize)]
struct StoredStatement {
    summary: String,
    names: Vec<String>,
}

/// What names a day, finer than which a story does not look.
const FINE: [&str; 5] = ["day", "part-of-day", "hour", "minute", "second"];

impl Mention {
    /// Of a record; `None` where it has no date in the calendar.
    #[must_use]
    pub fn of(record: &EventRecord) -> Option<Self> {
        let EventRecord { id, article, date, statement, .. } = record;
        Some(Self {
            id: id.clone(),
            article: article.id.clone(),
            source: article.source.clone(),
            published: day(&article.published_at)?,
            days: days(date.start.as_deref(), date.end.as_deref())?,
            to_the_day: date.start.is_some() && FINE.contains(&date.granularity.as_ref()),
            summary: statement.summary.clone(),
            names: statement.names.clone(),
        })
    }

    /// Of a record as JSON; `None` where it has no date in the calendar.
    ///
    /// # Errors
    ///
    /// If it is no event record.
    pub fn from_json(record: &str) -> Result<Option<Self>, serde_json::Error> {
        serde_json::from_str(record).map(Self::of_stored)
    }

    fn of_stored(record: Stored) -> Option<Self> {
        let Stored { id, article, date, statement } = record;
        Some(Self {
            id,
            article: article.id,
            source: article.source,
            published: day(&article.published_at)?,
            days: days(date.start.as_deref(), date.end.as_deref())?,
            to_the_day: date.start.is_some() && FINE.contains(&date.granularity.as_str()),
            summary: statement.summary,
            names: statement.names,
        })
    }
}

/// The days from one end to the other; where one is open, the day at the other.
fn days(start: Option<&str>, end: Option<&str>) -> Option<Range<NaiveDate>> {
    Some(match (start, end) {
        (Some(start), Some(end)) => day(start)?..day_after(end)?,
        (Some(start), None) => day(start)?..day(start)?.succ_opt()?,
        (None, Some(end)) => day_after(end)?.pred_opt()?..day_after(end)?,
        (None, None) => return None,
    })
}

/// The day of a date or a date-time.
fn day(iso: &str) -> Option<NaiveDate> {
    iso.split('T').next()?.parse().ok()
}

/// The first day after an exclusive end.
fn day_after(iso: &str) -> Option<NaiveDate> {
    let within = iso.split_once('T').is_some_and(|(_, time)| !time.starts_with("00:00"));
    if within { day(iso)?.succ_opt() } else { day(iso) }
}
