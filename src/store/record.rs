//! What the store reads of a record. The record itself is kept as received, so that fields of later versions pass
//! through.

use chrono::{DateTime, Months, TimeDelta};
use serde::Deserialize;
use serde::de::value::{self, StrDeserializer};
use serde::de::{Deserializer, IntoDeserializer};
use sha2::{Digest, Sha256};

use super::index::{FINE, OPEN};
use super::query::parse_time;
use super::search::words;
use crate::calendar::Granularity;
use crate::event::Status;
use crate::record::{ArticleStatus, of_word, unknown_weight};
use crate::timeline::Account;

/// A record of `timeline.events`; see [`EventRecord`](crate::record::EventRecord) for the fields.
#[derive(Debug, Deserialize)]
pub struct Event {
    pub id: String,
    pub article: Article,
    pub date: Date,
    pub statement: Statement,
    #[serde(default = "unknown_weight")]
    pub weight: f32,
    pub confidence: f32,
}

/// The article part of an event record.
#[derive(Debug, Deserialize)]
pub struct Article {
    pub id: String,
    pub title: String,
    pub source: Option<String>,
    pub language: String,
    pub published_at: Option<String>,
}

/// The date part of an event record.
#[derive(Debug, Deserialize)]
pub struct Date {
    pub start: Option<String>,
    pub end: Option<String>,
    pub granularity: String,
    pub basis: String,
}

/// The statement part of an event record.
#[derive(Debug, Deserialize)]
pub struct Statement {
    pub summary: String,
    pub sentence: String,
    pub status: String,
    pub names: Vec<String>,
}

impl Event {
    /// Returns the start and end in seconds since 1970. Where one end is open, or cannot be parsed, the event is at the unit
    /// to which the other is known: "since 1974" says something of 1974, and nothing certain of any other year.
    pub fn span(&self) -> [Option<i64>; 2] {
        let granularity = self.granularity();
        match self.bounds() {
            [Some(start), None] => [Some(start), Some(add_unit(start, granularity, 1))],
            [None, Some(end)] => [Some(add_unit(end, granularity, -1)), Some(end)],
            both => both,
        }
    }

    fn bounds(&self) -> [Option<i64>; 2] {
        [&self.date.start, &self.date.end].map(|end| end.as_deref().and_then(parse_time))
    }

    fn granularity(&self) -> Option<Granularity> {
        of_word(&self.date.granularity)
    }

    /// Returns [`FINE`] and [`OPEN`], as far as they are true.
    pub fn flags(&self) -> u8 {
        let is_fine = self.granularity().is_some_and(Granularity::is_day_or_finer);
        let is_open = matches!(self.bounds(), [Some(_), None] | [None, Some(_)]);
        (if is_fine { FINE } else { 0 }) | (if is_open { OPEN } else { 0 })
    }

    /// Returns when the article was published, in seconds since 1970.
    pub fn published(&self) -> Option<i64> {
        self.article.published_at.as_deref().and_then(parse_time)
    }

    /// Returns what others are compared with that may report the same.
    pub fn account(&self) -> Account {
        let [start, end] = [&self.date.start, &self.date.end].map(|end| end.clone().unwrap_or_default());
        let (day, time) = start.split_once('T').unwrap_or((&start, ""));
        let to_the_day = self.flags() == FINE;
        Account {
            article: self.article.id.clone(),
            title: self.article.title.clone(),
            summary: self.statement.summary.clone(),
            names: self.statement.names.clone(),
            denied: self.statement.status == Status::Denied.name(),
            when: if to_the_day { day.to_owned() } else { format!("{start}/{end}") },
            time: if to_the_day { time.to_owned() } else { String::new() },
        }
    }

    /// Returns the words that full-text search covers, separated by spaces.
    pub fn searchable_text(&self) -> String {
        let Statement { summary, sentence, names, .. } = &self.statement;
        // Most summaries are a part of their sentence.
        let summary = if sentence.contains(summary.as_str()) { "" } else { summary };
        let source = self.article.source.as_deref().unwrap_or_default();
        let texts = [sentence.as_str(), summary].into_iter().chain(names.iter().map(String::as_str));
        let texts =
            texts.chain([self.article.title.as_str(), source]).map(|text| words(text).collect::<Vec<_>>().join(" "));
        // What nobody can search for is between them, so that no phrase goes on from one to the next.
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" \u{1f} ")
    }
}

/// Returns the time so many units after another: what a day is part of, for parts of days; a day where the unit is not known.
fn add_unit(seconds: i64, granularity: Option<Granularity>, count: i32) -> i64 {
    let months = match granularity {
        Some(Granularity::Century) => 1200,
        Some(Granularity::Decade) => 120,
        Some(Granularity::Year) => 12,
        Some(Granularity::Half) => 6,
        Some(Granularity::Quarter | Granularity::Season) => 3,
        Some(Granularity::Month) => 1,
        _ => 0,
    };
    let length = match granularity {
        Some(Granularity::Week) => TimeDelta::days(7),
        Some(Granularity::Weekend) => TimeDelta::days(2),
        Some(Granularity::Hour) => TimeDelta::hours(1),
        Some(Granularity::Minute) => TimeDelta::minutes(1),
        Some(Granularity::Second) => TimeDelta::seconds(1),
        _ => TimeDelta::days(1),
    };
    let Some(time) = DateTime::from_timestamp(seconds, 0) else { return seconds };
    let moved = match (months, count > 0) {
        (0, _) => time.checked_add_signed(length * count),
        (months, true) => time.checked_add_months(Months::new(months)),
        (months, false) => time.checked_sub_months(Months::new(months)),
    };
    moved.map_or(seconds, |time| time.timestamp())
}

/// Returns the number by which ids are ordered: their first 16 hex digits. Ids that this program did not make are
/// ordered by their digests.
pub fn id_prefix(id: &str) -> u64 {
    let digits = id.get(..16).filter(|digits| digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_else(|| {
        let digest = Sha256::digest(id);
        u64::from_be_bytes(std::array::from_fn(|at| digest[at]))
    })
}

/// A record of `timeline.articles`: what became of an article.
#[derive(Debug, Deserialize)]
pub struct Disposition {
    /// `None` for a status that only later versions know.
    #[serde(deserialize_with = "known_status")]
    status: Option<ArticleStatus>,
    #[serde(default)]
    pub events: Vec<String>,
}

fn known_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ArticleStatus>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let name: StrDeserializer<'_, value::Error> = name.as_str().into_deserializer();
    Ok(ArticleStatus::deserialize(name).ok())
}

impl Disposition {
    /// Whether the article has exactly these events from now on. An article that was skipped, or whose older revision
    /// arrived late, keeps the events that it has.
    pub fn replaces_events(&self) -> bool {
        match self.status {
            Some(ArticleStatus::Extracted | ArticleStatus::Withdrawn | ArticleStatus::Held) => true,
            Some(ArticleStatus::Skipped | ArticleStatus::Stale) | None => false,
        }
    }
}
