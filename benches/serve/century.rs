//! A generated century of news, and queries for it. Words, names and sources are Zipf-distributed, as in real text.

use chrono::{Days, NaiveDate};
use dateline::event::Status;
use dateline::store::RecordKind;
use fastrand::Rng;
use serde_json::json;

/// The number of distinct words, names and sources.
const WORDS: usize = 30_000;
const NAMES: usize = 50_000;
const SOURCES: usize = 500;

/// The kinds of queries.
pub const KINDS: [&str; 22] = [
    "events of a month",
    "events of a century, latest first",
    "events from a cursor on",
    "events with a word as it is typed",
    "events with two words",
    "events with a name",
    "events of a source and a status",
    "events that are rare, 1000 of them",
    "an event",
    "density of all",
    "density of a year with a word",
    "names of a decade",
    "sources with a word",
    "story of a word",
    "story of all",
    "what is new, folded",
    "what counts most of a year, folded",
    "a phrase, or another word, without a third",
    "lanes of a month, folded",
    "overview of all, folded",
    "grains of a day, folded",
    "status",
];

/// How many events an article has.
const EVENTS: usize = 5;
/// How many it has in a wire of a day.
const EVENTS_OF_DAY: usize = 2;

/// Generates events and queries.
pub struct Century {
    random: Rng,
    count: u64,
    /// The events of the current article.
    listed: Vec<String>,
    /// How many an article has.
    events: usize,
    /// The day on which everything is published; on the day of the event otherwise.
    today: Option<NaiveDate>,
}

impl Century {
    pub fn new(seed: u64) -> Self {
        let count = (seed << 40) * EVENTS as u64;
        Self { random: Rng::with_seed(seed), count, listed: Vec::new(), events: EVENTS, today: None }
    }

    /// What is published on one day.
    pub fn of_day(today: NaiveDate, seed: u64) -> Self {
        Self { events: EVENTS_OF_DAY, today: Some(today), ..Self::new(seed) }
    }

    /// Returns the id of the article of an event.
    fn article(&self, count: u64) -> String {
        format!("article-{}", (count - 1) / self.events as u64)
    }

    /// Returns a number below `max`; the smaller ones are more frequent.
    fn zipf(&mut self, max: usize) -> usize {
        ((max as f64).powf(self.random.f64()) as usize).min(max) - 1
    }

    /// Returns a word; the frequent ones are shorter.
    fn word(&mut self) -> String {
        let mut number = self.zipf(WORDS);
        let mut word = String::new();
        while number > 0 || word.is_empty() {
            word.push(char::from(b'a' + (number % 20) as u8));
            word.push(['a', 'e', 'i', 'o', 'u'][number % 5]);
            number /= 20;
        }
        word
    }

    fn name(&mut self) -> String {
        format!("Name {}", self.zipf(NAMES))
    }

    fn day(&mut self) -> NaiveDate {
        let first = NaiveDate::from_ymd_opt(1926, 1, 1).unwrap();
        // Most events are in the last years.
        let back = (36_500.0 * self.random.f64().powi(4)) as u64;
        first + Days::new(36_500 - back)
    }

    /// Generates more events, with the records of their articles: kind, key and value of each.
    pub fn records(&mut self, events: usize) -> Vec<(RecordKind, String, String)> {
        let mut records = Vec::new();
        for _ in 0..events {
            let article = self.article(self.count + 1);
            let (id, record) = self.event();
            self.listed.push(id.clone());
            records.push((RecordKind::Event, id, record));
            if self.listed.len() == self.events {
                let events = std::mem::take(&mut self.listed);
                let record = json!({
                    "id": article, "revision": "1", "status": "extracted", "events": events, "warnings": [],
                    "source": {"topic": "articles", "partition": 0, "offset": self.count}
                });
                records.push((RecordKind::Article, article, record.to_string()));
            }
        }
        records
    }

    /// Generates the id and the record of one more event.
    fn event(&mut self) -> (String, String) {
        self.count += 1;
        let id = format!("{:032x}", u128::from(self.count).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let day = self.day();
        let (granularity, length) = match self.random.u8(0..100) {
            0..70 => ("day", 1),
            70..85 => ("month", 30),
            85..97 => ("year", 365),
            _ => ("decade", 3652),
        };
        let end = (self.random.u8(0..50) > 0).then(|| (day + Days::new(length)).to_string());
        let sentence = (0..24).map(|_| self.word()).collect::<Vec<_>>().join(" ");
        let names: Vec<String> = (0..self.random.usize(0..5)).map(|_| self.name()).collect();
        let status = Status::ALL[self.zipf(Status::ALL.len())].name();
        let article = self.article(self.count);
        let published = self.today.unwrap_or(day);
        let record = json!({
            "id": id,
            "article": {
                "id": article, "revision": "1", "url": format!("https://news.example/{article}"), "title": &sentence[..30],
                "source": format!("Source {}", self.zipf(SOURCES)), "language": "en",
                "published_at": format!("{published}T18:35:00+01:00"), "published_from": "firstcreated"
            },
            "date": {
                "text": "last month", "start": day.to_string(), "end": end, "granularity": granularity, "type": "DATE",
                "value": day.to_string(), "mod": null, "edtf": null, "basis": "relative", "reference": day.to_string(),
                "rule": "en/last-unit"
            },
            "statement": {
                "summary": &sentence[..60], "sentence": sentence, "trigger": null,
                "status": status, "names": names
            },
            "offsets": {"sentence": [0, 100], "date": [0, 10], "trigger": null},
            "also_at": [],
            "weight": f64::from(self.random.u8(0..100)) / 100.0,
            "confidence": f64::from(self.random.u8(50..100)) / 100.0,
            "extractor": "dateline 0.2.0, en 1 statements"
        });
        (id, record.to_string())
    }

    /// Generates a query of a kind, with different words each time.
    pub fn query(&mut self, kind: &str) -> String {
        let (day, word) = (self.day(), self.word());
        let typed = &word[..self.random.usize(1..=word.len())];
        let name = self.name().replace(' ', "%20");
        let source = format!("Source%20{}", self.zipf(SOURCES));
        let to = |days| (day + Days::new(days)).to_string();
        match kind {
            "events of a month" => format!("/api/events?from={day}&to={}", to(30)),
            "events of a century, latest first" => "/api/events?from=1926-01-01&to=2026-01-01&order=desc".to_owned(),
            "events from a cursor on" => {
                let start = day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
                format!("/api/events?cursor={start}_{}_0_0", start + 86_400)
            }
            "events with a word as it is typed" => format!("/api/events?q={typed}"),
            "events with two words" => format!("/api/events?q={}+{typed}", self.word()),
            "events with a name" => format!("/api/events?name={name}"),
            "events of a source and a status" => format!("/api/events?source={source}&status=planned"),
            "events that are rare, 1000 of them" => {
                format!("/api/events?source={source}&granularity=decade&confidence=0.9&limit=1000")
            }
            "an event" => "/api/events/ID".to_owned(),
            "density of all" => "/api/density".to_owned(),
            "density of a year with a word" => format!("/api/density?from={day}&to={}&q={typed}", to(365)),
            "names of a decade" => format!("/api/names?from={day}&to={}", to(3652)),
            "sources with a word" => format!("/api/sources?q={word}"),
            "story of a word" => format!("/api/story?q={word}"),
            "story of all" => "/api/story".to_owned(),
            "what is new, folded" => "/api/events?fold=true&sort=published".to_owned(),
            "what counts most of a year, folded" => {
                format!("/api/events?fold=true&sort=weight&from={day}&to={}", to(365))
            }
            "a phrase, or another word, without a third" => {
                format!("/api/events?q=%22{word}+{}%22+OR+{}+-{}", self.word(), self.word(), self.word())
            }
            "lanes of a month, folded" => format!("/api/lanes?fold=true&from={day}&to={}", to(30)),
            "overview of all, folded" => "/api/overview?fold=true".to_owned(),
            "grains of a day, folded" => format!("/api/grains?fold=true&from={day}&to={}", to(1)),
            _ => "/api/status".to_owned(),
        }
    }
}
