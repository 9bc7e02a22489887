//! Bytes to [`Article`]: one file an input format; [`published`] reads publication times.
//!
//! This module must not know what is done with an article: no tokens, no dates in the text, no Kafka.

use chrono::{DateTime, FixedOffset, NaiveDate};

/// One news article, as the pipeline reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Stable over all revisions. The article's own, else its URL, else a digest of its content.
    pub id: String,
    /// As told by the source; `"1"` where none is told.
    pub revision: String,
    /// The headline, or empty.
    pub title: String,
    /// The body as received, after decoding its format. All public offsets count in its code points.
    pub body: String,
    /// Publication time: what "today" means.
    pub published: Published,
    /// A BCP 47 tag, where told.
    pub language: Option<String>,
    /// Who published it, where told.
    pub source: Option<String>,
    /// Where it stands on the web, where told.
    pub url: Option<String>,
}

/// When an article was published, in the zone of its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The instant with the local offset. Midnight where only a date was told.
    pub at: DateTime<FixedOffset>,
    /// False where only a date was told.
    pub has_time: bool,
}

impl Published {
    /// The local date: what the article calls "today".
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.at.date_naive()
    }
}
