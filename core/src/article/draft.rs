//! What a format tells of one item: fields, each with the place in the message where it was read. The formats fill it;
//! what holds for all of them (which time is "now", what stands in for a missing field, what is no article) is decided
//! here, once.

use std::borrow::Cow;

use serde_json::Number;

use super::reference::{self, Reference};
use super::status::{self, Life};
use super::{Article, Embargo, Item, Occasion, Passed, Published, Settings, digest};
use crate::error::{Error, ErrorKind, Warning};

/// What a field of an article is, whatever its format calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Stable over revisions.
    Id,
    /// Which revision.
    Revision,
    /// Usable, canceled and the like.
    Status,
    /// Not to be published before.
    Embargo,
    /// The headline.
    Title,
    /// The text.
    Body,
    /// What stands in for a missing body.
    Summary,
    /// When it was first published.
    FirstCreated,
    /// When its content was made.
    ContentCreated,
    /// When this revision was made.
    VersionCreated,
    /// The date of its dateline.
    Dateline,
    /// When the envelope around it was made.
    Envelope,
    /// Where its dateline is.
    City,
    /// The zone of its times.
    Zone,
    /// Its language.
    Language,
    /// Who published it.
    Source,
    /// Where it stands on the web.
    Url,
    /// When the event that it announces starts.
    Starts,
    /// When that ends.
    Ends,
}

impl Field {
    /// What it is called where people read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Revision => "revision",
            Self::Status => "status",
            Self::Embargo => "embargo",
            Self::Title => "title",
            Self::Body => "body",
            Self::Summary => "summary",
            Self::FirstCreated => Reference::FirstCreated.name(),
            Self::ContentCreated => Reference::ContentCreated.name(),
            Self::VersionCreated => Reference::VersionCreated.name(),
            Self::Dateline => Reference::Dateline.name(),
            Self::Envelope => Reference::Envelope.name(),
            Self::City => "city",
            Self::Zone => "zone",
            Self::Language => "language",
            Self::Source => "source",
            Self::Url => "url",
            Self::Starts => "starts",
            Self::Ends => "ends",
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Number(Number),
    /// Nothing that an article tells in a field; the words say what.
    Wrong(&'static str),
}

impl From<&'static str> for Value<'_> {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl Value<'_> {
    fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }
}

/// A field and where it was read.
#[derive(Debug, Clone)]
pub(super) struct Told<'a> {
    pub field: Field,
    pub path: String,
    pub value: Value<'a>,
}

/// One item, as its format tells it. Of fields that are told more than once the first counts.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    pub told: Vec<Told<'a>>,
    pub warnings: Vec<Warning>,
    /// Why it is no article.
    skipped: Option<Warning>,
}

/// The longest title that is kept, in code points: every event carries it.
const TITLE: usize = 1000;
/// The longest name or mark that is kept, in bytes.
const LABEL: usize = 2048;
/// How Python's `None` and its kin are written by programs that know no better.
const NOTHING: [&str; 6] = ["none", "null", "nan", "nat", "n/a", "undefined"];

impl<'a> Draft<'a> {
    /// Adds a field, if it is there and tells something.
    pub fn tell(&mut self, field: Field, told: Option<(Value<'a>, String)>) {
        if let Some((value, path)) = told
            && !value.is_blank()
        {
            self.told.push(Told { field, path, value });
        }
    }

    /// Says that it is no article, and why.
    pub fn skip(&mut self, code: &'static str, message: impl Into<String>) {
        self.skipped.get_or_insert(Warning { code, message: message.into() });
    }

    pub fn warn(&mut self, code: &'static str, message: impl Into<String>) {
        self.warnings.push(Warning { code, message: message.into() });
    }

    pub fn first(&self, field: Field) -> Option<&Told<'a>> {
        self.told.iter().find(|told| told.field == field)
    }

    /// Running text.
    fn text(&self, field: Field) -> Result<Option<&str>, Error> {
        let Some(told) = self.first(field) else { return Ok(None) };
        match &told.value {
            Value::Text(text) => Ok(Some(text)),
            Value::Number(_) => Err(wrong_kind(&told.path, "a number", "text")),
            Value::Wrong(kind) => Err(wrong_kind(&told.path, kind, "text")),
        }
    }

    /// A name or mark: text without blanks around it, or a number as it is spelled.
    pub fn label(&self, field: Field) -> Result<Option<Cow<'_, str>>, Error> {
        let Some(told) = self.first(field) else { return Ok(None) };
        let label = match &told.value {
            Value::Text(text) => Cow::Borrowed(text.trim()),
            // Above 2^64 a number has lost its last digits, and two articles would share an id.
            Value::Number(number) if number.is_f64() && number.as_f64().is_none_or(|n| n.abs() >= 1e15) => {
                return Err(wrong_kind(&told.path, "a number too large to be kept exactly", "text"));
            }
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Wrong(kind) => return Err(wrong_kind(&told.path, kind, "text or a number")),
        };
        if label.len() > LABEL {
            let kind = format!("{} bytes", label.len());
            return Err(wrong_kind(&told.path, &kind, &format!("a name of at most {LABEL}")));
        }
        let clean = if label.contains(char::is_control) {
            Cow::Owned(label.chars().filter(|c| !c.is_control()).collect())
        } else {
            label
        };
        Ok(Some(clean).filter(|label| !label.is_empty()))
    }

    fn owned(&self, field: Field) -> Result<Option<String>, Error> {
        Ok(self.label(field)?.map(Cow::into_owned))
    }

    /// The first time that can be read; `None` where a field says in words that it has none.
    pub fn time(&self, field: Field, zone: chrono_tz::Tz) -> Option<Result<Published, Error>> {
        let read = |told: &Told<'_>| match &told.value {
            Value::Text(text) if NOTHING.iter().any(|nothing| text.trim().eq_ignore_ascii_case(nothing)) => None,
            Value::Text(text) => Some(Published::parse(text, zone)),
            Value::Number(number) => Some(Published::from_epoch(number, zone)),
            Value::Wrong(kind) => Some(Err(wrong_kind(&told.path, kind, "a time"))),
        };
        let mut failed = None;
        for told in self.told.iter().filter(|told| told.field == field) {
            match read(told) {
                Some(Err(error)) => failed = failed.or(Some(Err(error))),
                Some(found) => return Some(found),
                None => {}
            }
        }
        failed
    }

    /// What becomes of it.
    pub fn finish(mut self, settings: &Settings) -> Item {
        let life = status::life(&self);
        let passed = |draft: &Self, reason: Warning| Passed {
            id: draft.id_or_digest(),
            revision: draft.revision(settings),
            modified: draft.modified(settings),
            reason,
        };
        if let Some(reason) = self.skipped.take() {
            return Item::Skipped(passed(&self, reason));
        }
        match life {
            Life::Usable(embargo) => match self.article(embargo, settings) {
                Ok(article) => Item::Article(Box::new(article)),
                Err(error) => Item::Broken { id: self.id_or_digest(), revision: self.revision(settings), error },
            },
            Life::Withdrawn(status, reason) => Item::Withdrawn(status, passed(&self, reason)),
            Life::Skipped(reason) => Item::Skipped(passed(&self, reason)),
        }
    }

    fn article(&mut self, embargoed: bool, settings: &Settings) -> Result<Article, Error> {
        let title = self.title()?;
        let body = self.body()?;
        let now = reference::choose(self, settings)?;
        self.warnings.extend(now.warnings);
        self.warn_of_languages();
        let url = self.owned(Field::Url)?;
        let id = match self.owned(Field::Id)?.or_else(|| url.clone()) {
            Some(id) => id,
            None => digest(&title, &body, &now.published),
        };
        Ok(Article {
            id,
            revision: self.revision(settings),
            title,
            body,
            published: now.published,
            language: self.owned(Field::Language)?,
            source: self.owned(Field::Source)?,
            url,
            reference: now.reference,
            modified: self.modified(settings),
            embargo: self.embargo(embargoed, settings),
            occasion: self.occasion(settings)?,
            warnings: std::mem::take(&mut self.warnings),
        })
    }

    /// The event that it announces, if it does.
    fn occasion(&self, settings: &Settings) -> Result<Option<Occasion>, Error> {
        let Some(start) = self.time(Field::Starts, settings.timezone).transpose()? else { return Ok(None) };
        let end = self.time(Field::Ends, settings.timezone).transpose()?;
        let told = [Field::Starts, Field::Ends].map(|field| self.owned(field));
        let told: Vec<String> = told.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        Ok(Some(Occasion { text: told.join("/"), start, end }))
    }

    /// The headline on one line. A wire that breaks may send its whole text as one.
    fn title(&mut self) -> Result<String, Error> {
        let told = self.text(Field::Title)?.unwrap_or_default();
        let clean: String = told.chars().take(4 * TITLE).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut title = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = title.char_indices().nth(TITLE) {
            title.truncate(end);
            let length = told.len();
            self.warn("title-cut", format!("the title has {length} bytes; its first {TITLE} characters were kept"));
        }
        Ok(title)
    }

    fn body(&mut self) -> Result<String, Error> {
        if let Some(body) = self.text(Field::Body)?.map(str::to_owned) {
            self.warn_of_body(&body);
            return Ok(body);
        }
        let Some(summary) = self.text(Field::Summary)?.map(str::to_owned) else { return Ok(String::new()) };
        let path = self.first(Field::Summary).map(|told| told.path.clone()).unwrap_or_default();
        self.warn("summary-used", format!("there is no body, so the summary in `{path}` was read in its place"));
        Ok(summary)
    }

    /// The revision as it is called, else the time when it was made; one alone is the first.
    fn revision(&self, settings: &Settings) -> String {
        let called = self.owned(Field::Revision).ok().flatten();
        let made = || self.modified(settings).map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
        called.or_else(made).unwrap_or_else(|| "1".to_owned())
    }

    fn modified(&self, settings: &Settings) -> Option<chrono::DateTime<chrono::Utc>> {
        Some(self.time(Field::VersionCreated, settings.timezone)?.ok()?.at.to_utc())
    }

    fn embargo(&mut self, embargoed: bool, settings: &Settings) -> Option<Embargo> {
        match self.time(Field::Embargo, settings.timezone) {
            Some(Ok(until)) => Some(Embargo::Until(until.at.to_utc())),
            Some(Err(error)) => {
                self.warn("embargo-invalid", format!("the embargo has no end that can be read: {error}"));
                Some(Embargo::Open)
            }
            None => embargoed.then_some(Embargo::Open),
        }
    }

    /// For what is no article, but must be told of.
    fn id_or_digest(&self) -> String {
        let own = |field| self.owned(field).ok().flatten();
        own(Field::Id).or_else(|| own(Field::Url)).unwrap_or_else(|| {
            let text = |field| self.text(field).ok().flatten().unwrap_or_default();
            let unknown = Published { at: chrono::DateTime::UNIX_EPOCH.fixed_offset(), has_time: false };
            digest(text(Field::Title), text(Field::Body), &unknown)
        })
    }

    fn warn_of_body(&mut self, body: &str) {
        if body.contains('\0') {
            self.warn("nul-characters", "the body has NUL characters, which were read as spaces");
        }
        let behind = body.trim_start().strip_prefix("&lt;").unwrap_or_default();
        if behind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!') && !body.contains('<') {
            self.warn("html-escaped-twice", "the body is HTML that was escaped once too often; it was read as HTML");
        }
    }

    fn warn_of_languages(&mut self) {
        let primary = |told: &Told<'_>| match &told.value {
            Value::Text(tag) => Some(tag.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase()),
            _ => None,
        };
        let mut tags = self.told.iter().filter(|told| told.field == Field::Language);
        let first = tags.next().and_then(primary);
        if let Some(first) = first
            && let Some(other) = tags.filter_map(primary).find(|other| *other != first)
        {
            self.warn(
                "languages-several",
                format!("it is told to be in `{first}` and in `{other}`; `{first}` was taken"),
            );
        }
    }
}

/// Says which field holds what it must not.
fn wrong_kind(path: &str, kind: &str, wanted: &str) -> Error {
    Error::new(ErrorKind::Shape, format!("not an article: `{path}` holds {kind}, where {wanted} belongs"))
}
