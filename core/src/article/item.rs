//! What a message holds: articles, and notices about items that are not extracted.

use chrono::{DateTime, Utc};

use super::published::Published;
use super::reference::Reference;
use super::sources::SourceSettings;
use super::status::Withdrawal;
use crate::error::{Error, Warning};

/// One news article, as the pipeline reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Stable over all revisions. The article's own id, else its URL, else a digest of its content.
    pub id: String,
    /// The revision that the source gives, else the time when it was made, else `"1"`. See
    /// [`compare_revisions`](super::compare_revisions).
    pub revision: String,
    /// The headline, or empty.
    pub title: String,
    /// The body as received, after decoding its format: the value of a JSON field; the text of an XML element or, if
    /// it has child elements, its inner XML as written in the message. All public offsets count its code points.
    pub body: String,
    /// The document creation time: what "today" means. [`Article::reference`] says which of the article's times it is.
    pub published: Published,
    /// A BCP 47 tag, if the message has one.
    pub language: Option<String>,
    /// The publisher, if the message names one.
    pub source: Option<String>,
    /// The address on the web, if the message has one.
    pub url: Option<String>,
    /// Which of its times [`Article::published`] is.
    pub reference: Reference,
    /// When this revision was made, if the message says so.
    pub modified: Option<DateTime<Utc>>,
    /// Until when it must not be published, if it is under embargo.
    pub embargo: Option<Embargo>,
    /// The event that it announces, if it is a calendar entry rather than a text.
    pub scheduled: Option<ScheduledEvent>,
    /// What is set for its source.
    pub set: SourceSettings,
    /// What the reader had to assume or repair.
    pub warnings: Vec<Warning>,
}

/// The dates of an announced event, which the message gives in fields of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledEvent {
    /// The fields as written, joined by `/`.
    pub text: String,
    /// When it starts.
    pub start: Published,
    /// When it ends, if given; a day is included.
    pub end: Option<Published>,
}

impl Article {
    /// Creates an article without a title, in its first revision, whose publication time is given from outside.
    #[must_use]
    pub fn new(id: impl Into<String>, body: impl Into<String>, published: Published) -> Self {
        Self {
            id: id.into(),
            revision: "1".to_owned(),
            title: String::new(),
            body: body.into(),
            published,
            language: None,
            source: None,
            url: None,
            reference: Reference::Given,
            modified: None,
            embargo: None,
            scheduled: None,
            set: SourceSettings::default(),
            warnings: Vec::new(),
        }
    }
}

/// How long an article must not be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embargo {
    /// Until this moment.
    Until(DateTime<Utc>),
    /// Until a later revision lifts it.
    Open,
}

/// One item of a message. The list is complete on purpose: whoever reads items says what becomes of each kind, so that none
/// is lost when a kind is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An article.
    Article(Box<Article>),
    /// An article that its feed withdrew. Its text is never read.
    Withdrawn(Withdrawal, Notice),
    /// Not an article: a picture, a plan, a package.
    Skipped(Notice),
    /// It should be an article but cannot be read.
    Broken {
        /// As for an article.
        id: String,
        /// As for an article.
        revision: String,
        /// What is wrong.
        error: Error,
    },
}

/// Returns what the ids of articles begin with that belong to a tenant: its name and a colon; `None` if it has no name.
#[must_use]
pub fn id_prefix(tenant: &[u8]) -> Option<String> {
    let tenant = std::str::from_utf8(tenant).ok()?.trim();
    let is_name = !tenant.is_empty() && !tenant.contains(char::is_control);
    is_name.then(|| format!("{tenant}:"))
}

impl Item {
    /// Lets its id, and others by which it may be known, begin with a prefix.
    pub(super) fn prefix_ids(&mut self, prefix: &str) {
        match self {
            Self::Article(article) => article.id.insert_str(0, prefix),
            Self::Withdrawn(_, notice) | Self::Skipped(notice) => {
                let ids = std::iter::once(&mut notice.id).chain(&mut notice.other_ids);
                ids.for_each(|id| id.insert_str(0, prefix));
            }
            Self::Broken { id, .. } => id.insert_str(0, prefix),
        }
    }
}

/// What is known of an item that is not extracted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// As for an article.
    pub id: String,
    /// As for an article.
    pub revision: String,
    /// When this revision was made, if the message says so.
    pub modified: Option<DateTime<Utc>>,
    /// Whether the message says which revision it is, by a name or a time.
    pub names_revision: bool,
    /// The other ids and addresses in the message, best first: the article may be known by one of them, if its message
    /// was of another format or had no id.
    pub other_ids: Vec<String>,
    /// Why it is not extracted.
    pub reason: Warning,
}
