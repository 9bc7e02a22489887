//! A dated statement of one article: what stories are made of.

use std::ops::Range;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::calendar::Granularity;
use crate::record::{EventRecord, Word, unknown_weight};

/// A dated statement of an article, as far as a story needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The event's id.
    pub id: String,
    /// The id of its article.
    pub article: String,
    /// The publisher of the article, if known.
    pub source: Option<String>,
    /// The day on which the article was published.
    pub published: NaiveDate,
    /// The days that it is about. If one end is open, the day at the other end.
    pub days: Range<NaiveDate>,
    /// Whether the day on which it begins is known, rather than a month or a year.
    pub to_the_day: bool,
    /// The statement without its date.
    pub summary: String,
    /// The people, organisations and places in it.
    pub names: Vec<String>,
    /// How much an editor would want it on a timeline, from 0 to 1.
    pub weight: f64,
}

/// A record in JSON, as far as a story needs it.
#[derive(Deserialize)]
struct Stored {
    id: String,
    article: StoredArticle,
    date: StoredDate,
    statement: StoredStatement,
    #[serde(default = "unknown_weight")]
    weight: f32,
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
    granularity: Word<Granularity>,
}

#[derive(Deserialize)]
struct StoredStatement {
    summary: String,
    names: Vec<String>,
}

impl Mention {
    /// Takes a record; `None` if it has no calendar date.
    #[must_use]
    pub fn of(record: &EventRecord) -> Option<Self> {
        let EventRecord { id, article, date, statement, weight, .. } = record;
        Some(Self {
            id: id.clone(),
            article: article.id.clone(),
            source: article.source.clone(),
            published: day(&article.published_at)?,
            days: days(date.start.as_deref(), date.end.as_deref())?,
            to_the_day: date.start.is_some() && date.granularity.known().is_some_and(Granularity::is_day_or_finer),
            summary: statement.summary.clone(),
            names: statement.names.clone(),
            weight: f64::from(*weight),
        })
    }

    /// Takes a record in JSON; `None` if it has no calendar date.
    ///
    /// # Errors
    ///
    /// If it is not an event record.
    pub fn from_json(record: &str) -> Result<Option<Self>, serde_json::Error> {
        serde_json::from_str(record).map(Self::of_stored)
    }

    fn of_stored(record: Stored) -> Option<Self> {
        let Stored { id, article, date, statement, weight } = record;
        Some(Self {
            id,
            article: article.id,
            source: article.source,
            published: day(&article.published_at)?,
            days: days(date.start.as_deref(), date.end.as_deref())?,
            to_the_day: date.start.is_some() && date.granularity.known().is_some_and(Granularity::is_day_or_finer),
            summary: statement.summary,
            names: statement.names,
            weight: f64::from(weight),
        })
    }
}

/// Returns the days from one end to the other; if one is open, the day at the other end.
fn days(start: Option<&str>, end: Option<&str>) -> Option<Range<NaiveDate>> {
    Some(match (start, end) {
        (Some(start), Some(end)) => day(start)?..day_after(end)?,
        (Some(start), None) => day(start)?..day(start)?.succ_opt()?,
        (None, Some(end)) => day_after(end)?.pred_opt()?..day_after(end)?,
        (None, None) => return None,
    })
}

/// Returns the day of a date or a date-time.
fn day(iso: &str) -> Option<NaiveDate> {
    iso.split('T').next()?.parse().ok()
}

/// Returns the first day after an exclusive end.
fn day_after(iso: &str) -> Option<NaiveDate> {
    let within = iso.split_once('T').is_some_and(|(_, time)| !time.starts_with("00:00"));
    if within { day(iso)?.succ_opt() } else { day(iso) }
}
