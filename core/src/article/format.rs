//! The names of the formats.

use super::presets::Preset;

/// A format of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The plain JSON article.
    Plain,
    /// IPTC's News in JSON, 1.x to 3.x, and its dialects.
    Ninjs,
    /// IPTC's NewsML-G2: an item, or a message of several.
    NewsMl,
    /// IPTC's NewsML 1.0 to 1.2.
    NewsMl1,
    /// IPTC's NITF.
    Nitf,
    /// schema.org in JSON-LD: alone, in a graph, or in a page.
    JsonLd,
    /// An HTML page, whose article is in its metadata and its text.
    Html,
    /// The output of news-please, as in CC-News.
    NewsPlease,
    /// RSS 0.9 to 2.0.
    Rss,
    /// Atom.
    Atom,
    /// Plain text.
    Text,
    /// JSON in the shape of a known service or content system.
    Preset(Preset),
}

impl Format {
    /// All but the presets.
    pub const ALL: [Self; 11] = [
        Self::Plain,
        Self::Ninjs,
        Self::NewsMl,
        Self::NewsMl1,
        Self::Nitf,
        Self::JsonLd,
        Self::Html,
        Self::NewsPlease,
        Self::Rss,
        Self::Atom,
        Self::Text,
    ];

    /// Returns all that can be set, with the presets.
    pub fn choices() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain(Preset::all().map(Self::Preset))
    }

    /// Whether its items can hold an id.
    pub(super) fn holds_ids(self) -> bool {
        self != Self::Text
    }

    /// Says what an item without a publication time lacks.
    pub(super) fn lacks_time(self) -> &'static str {
        match self {
            Self::Plain => "there is no `published_at`",
            Self::Ninjs => "there is neither `firstcreated` nor `versioncreated`",
            Self::NewsMl => "there is neither `firstCreated` nor `versionCreated`",
            Self::NewsMl1 => "there is neither `FirstCreated` nor `ThisRevisionCreated`",
            Self::Nitf => "there is neither `date.issue` nor `pubdata/@date.publication`",
            Self::JsonLd => "there is no `datePublished`",
            Self::Html => "the page does not say when it was published",
            Self::NewsPlease => "there is no `date_publish`",
            Self::Rss => "there is neither `pubDate` nor `dc:date`",
            Self::Atom => "there is neither `published` nor `updated`",
            Self::Text => "plain text has none of its own",
            Self::Preset(_) => "there is none where articles of this shape have it",
        }
    }

    /// Returns the name in configurations and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Ninjs => "ninjs",
            Self::NewsMl => "newsml-g2",
            Self::NewsMl1 => "newsml-1",
            Self::Nitf => "nitf",
            Self::JsonLd => "json-ld",
            Self::Html => "html",
            Self::NewsPlease => "news-please",
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Text => "text",
            Self::Preset(preset) => preset.name(),
        }
    }
}
