//! The formats, and how one is told from another.

use super::json;

/// A format of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The plain JSON article.
    Plain,
    /// IPTC's News in JSON, 1.x to 3.x, and its dialects.
    Ninjs,
    /// IPTC's NewsML-G2: an item, or a message of items.
    NewsMl,
    /// IPTC's NITF.
    Nitf,
    /// schema.org in JSON-LD: alone, in a graph, or in a page.
    JsonLd,
    /// What news-please writes, as for CC-News.
    NewsPlease,
    /// RSS 0.9 to 2.0.
    Rss,
    /// Atom.
    Atom,
    /// Text and nothing else.
    Text,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Plain,
        Self::Ninjs,
        Self::NewsMl,
        Self::Nitf,
        Self::JsonLd,
        Self::NewsPlease,
        Self::Rss,
        Self::Atom,
        Self::Text,
    ];

    /// What it is called in configurations and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Ninjs => "ninjs",
            Self::NewsMl => "newsml-g2",
            Self::Nitf => "nitf",
            Self::JsonLd => "json-ld",
            Self::NewsPlease => "news-please",
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Text => "text",
        }
    }

    /// Of an XML document, by the name of its root.
    pub(super) fn of_root(name: &str) -> Option<Self> {
        match name {
            "newsMessage" | "newsItem" | "packageItem" | "planningItem" | "conceptItem" | "knowledgeItem"
            | "contentSet" => Some(Self::NewsMl),
            "nitf" => Some(Self::Nitf),
            "rss" | "RDF" | "item" => Some(Self::Rss),
            "feed" | "entry" | "deleted-entry" => Some(Self::Atom),
            _ => None,
        }
    }

    /// Of a JSON object, by the fields that the others lack.
    pub(super) fn of_object(at: &json::At<'_>) -> Self {
        let has = |names: &[&str]| names.iter().any(|name| at.has(name));
        if has(&["@context", "@graph", "@type"]) {
            return Self::JsonLd;
        }
        if has(&["maintext", "date_publish", "date_download"]) {
            return Self::NewsPlease;
        }
        // An answer of AP's interface has its item one or two objects down.
        let wraps = |inside: json::At<'_>| inside.is_object();
        let wrapped = at.get("item").or_else(|| at.get("data")).is_some_and(wraps) && !has(&["body", "text", "title"]);
        let own =
            ["versioncreated", "firstcreated", "pubstatus", "bodies", "headlines", "altids", "standard", "$standard"];
        let has_role = || at.fields().any(|(name, _)| name.starts_with("body_"));
        if wrapped || has(&own) || has_role() || has(&["uri"]) && !has(&["body"]) { Self::Ninjs } else { Self::Plain }
    }
}
