//! What is set for single sources of a topic that many share: which messages and articles an entry is for, and what it
//! says of them.
//!
//! Must not know any format.

use std::fmt;
use std::sync::Arc;

use chrono_tz::Tz;
use regex_automata::meta::Regex;

use super::envelope::Unwrap;
use super::field_paths::{FieldPaths, ItemPaths};
use super::format::Format;
use super::message::Message;
use super::settings::source_key;
use crate::temporal::Genre;

/// What is set for a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceSettings {
    /// The format of its messages.
    pub format: Option<Format>,
    /// Which envelopes of its messages are opened.
    pub unwrap: Option<Unwrap>,
    /// Where the articles of its messages in JSON stand.
    pub items: Option<ItemPaths>,
    /// Where the fields of its articles in JSON stand.
    pub fields: FieldPaths,
    /// The language of its articles that do not declare one, as a BCP 47 tag.
    pub language: Option<String>,
    /// The time zone of its times without one, and of its readers.
    pub timezone: Option<Tz>,
    /// What bare dates count from.
    pub genre: Option<Genre>,
    /// Whether `3/5/2019` is in May, not in March.
    pub day_first: Option<bool>,
}

impl SourceSettings {
    /// Returns settings with some changes. New ones may come, so that they cannot be written down as a whole.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut settings = Self::default();
        change(&mut settings);
        settings
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns what is set that is needed to read articles, before it is known what source they have.
    #[must_use]
    pub fn for_reading(&self) -> Option<&'static str> {
        let set = [
            ("format", self.format.is_some()),
            ("unwrap", self.unwrap.is_some()),
            ("items", self.items.is_some()),
            ("fields", !self.fields.is_empty()),
        ];
        set.into_iter().find_map(|(name, is_set)| is_set.then_some(name))
    }

    /// Takes what is not set from others.
    fn complete(&mut self, others: &Self) {
        self.format = self.format.or(others.format);
        self.unwrap = self.unwrap.or(others.unwrap);
        self.items = self.items.take().or_else(|| others.items.clone());
        self.fields.append(&others.fields);
        self.language = self.language.take().or_else(|| others.language.clone());
        self.timezone = self.timezone.or(others.timezone);
        self.genre = self.genre.or(others.genre);
        self.day_first = self.day_first.or(others.day_first);
    }
}

/// What a message or an article must have for an entry to be for it: all that is named, and of each kind one.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SourceMatch {
    /// Names of sources, or hosts of the addresses of articles.
    sources: Vec<String>,
    /// Names and values of headers.
    headers: Vec<(String, String)>,
    topics: Vec<TopicName>,
    /// What keys begin with.
    key_prefixes: Vec<String>,
}

impl SourceMatch {
    /// Adds the name of a source (`BBC`), or the host (`bbc.co.uk`) of the addresses of its articles.
    pub fn source(&mut self, name: &str) {
        self.sources.push(source_key(name));
    }

    /// Adds a header with its value. The case of its name does not matter.
    pub fn header(&mut self, name: &str, value: &str) {
        self.headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }

    /// Adds the name of a topic, or a regular expression for such names, which begins with `^`.
    ///
    /// # Errors
    /// What is wrong with the regular expression.
    pub fn topic(&mut self, name: &str) -> Result<(), String> {
        self.topics.push(TopicName::parse(name)?);
        Ok(())
    }

    /// Adds what the keys of messages begin with.
    pub fn key_prefix(&mut self, prefix: &str) {
        self.key_prefixes.push(prefix.to_owned());
    }

    /// Whether it is for all messages and articles, since nothing is named.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        !self.needs_article() && self.headers.is_empty() && self.topics.is_empty() && self.key_prefixes.is_empty()
    }

    /// Whether the article has to be read to know if it is for it.
    #[must_use]
    pub fn needs_article(&self) -> bool {
        !self.sources.is_empty()
    }

    fn is_for_message(&self, message: &Message<'_>) -> bool {
        let has = |(name, value): &(String, String)| message.header(name).is_some_and(|it| it == value);
        let is_from = |name: &TopicName| message.topic.is_some_and(|topic| name.matches(topic));
        let begins = |prefix: &String| message.key.is_some_and(|key| key.starts_with(prefix.as_bytes()));
        (self.headers.is_empty() || self.headers.iter().any(has))
            && (self.topics.is_empty() || self.topics.iter().any(is_from))
            && (self.key_prefixes.is_empty() || self.key_prefixes.iter().any(begins))
    }

    /// Whether it is for an article whose source has these names, in their normal form.
    fn is_for_article(&self, names: &[String]) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|own| names.contains(own))
    }
}

/// The name of a topic, or a regular expression for such names.
#[derive(Debug, Clone)]
enum TopicName {
    Exact(String),
    Pattern(Regex),
}

impl TopicName {
    fn parse(name: &str) -> Result<Self, String> {
        if !name.starts_with('^') {
            return Ok(Self::Exact(name.to_owned()));
        }
        let problem = |error| format!("{name:?} is not a regular expression: {error}");
        Regex::new(name).map(Self::Pattern).map_err(|error| problem(reason(&error)))
    }

    fn matches(&self, topic: &str) -> bool {
        match self {
            Self::Exact(name) => name == topic,
            Self::Pattern(pattern) => pattern.is_match(topic),
        }
    }
}

/// Returns why a regular expression cannot be used, on one line.
fn reason(error: &regex_automata::meta::BuildError) -> String {
    let text = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Which messages and articles, and what is set for them.
#[derive(Debug, Clone)]
struct Entry {
    matches: SourceMatch,
    settings: SourceSettings,
}

/// What is set for single sources, in the order of precedence.
#[derive(Clone, Default)]
pub struct Sources(Arc<[Entry]>);

impl Sources {
    /// Collects entries; of those that are for an article, the first that sets something counts for it.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (SourceMatch, SourceSettings)>) -> Self {
        Self(entries.into_iter().map(|(matches, settings)| Entry { matches, settings }).collect())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the same entries, none of which sets a format.
    #[must_use]
    pub fn without_formats(&self) -> Self {
        let plain = |entry: &Entry| {
            let settings = SourceSettings { format: None, ..entry.settings.clone() };
            Entry { settings, ..entry.clone() }
        };
        Self(self.0.iter().map(plain).collect())
    }

    /// Returns the entries that may be for the articles of a message.
    pub(super) fn of_message(&self, message: &Message<'_>) -> Self {
        if self.0.iter().all(|entry| entry.matches.is_for_message(message)) {
            return self.clone();
        }
        Self(self.0.iter().filter(|entry| entry.matches.is_for_message(message)).cloned().collect())
    }

    /// Returns what is set for a message by the entries that need not see the article.
    pub(super) fn before_reading(&self) -> SourceSettings {
        let mut all = SourceSettings::default();
        let own = self.0.iter().filter(|entry| !entry.matches.needs_article());
        own.for_each(|entry| all.complete(&entry.settings));
        all
    }

    /// Returns what is set for an article whose source has these names.
    pub(super) fn of_article<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> SourceSettings {
        let mut all = SourceSettings::default();
        if !self.is_empty() {
            let names: Vec<String> = names.into_iter().map(source_key).collect();
            let own = self.0.iter().filter(|entry| entry.matches.is_for_article(&names));
            own.for_each(|entry| all.complete(&entry.settings));
        }
        all
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(matches: impl FnOnce(&mut SourceMatch), timezone: Tz) -> (SourceMatch, SourceSettings) {
        let mut own = SourceMatch::default();
        matches(&mut own);
        (own, SourceSettings::with(|settings| settings.timezone = Some(timezone)))
    }

    fn zone(sources: &Sources, message: Message<'_>, names: &[&str]) -> Option<Tz> {
        sources.of_message(&message).of_article(names.iter().copied()).timezone
    }

    #[test]
    fn entries_are_chosen_by_source_header_topic_and_key() {
        let headers: [(&str, &[u8]); 1] = [("X-Agency", b"kyodo")];
        let sources = Sources::new([
            entry(|it| it.source("AFP"), Tz::Europe__Paris),
            entry(|it| it.header("x-agency", "kyodo"), Tz::Asia__Tokyo),
            entry(|it| it.topic(r"^wires\.us\.").unwrap(), Tz::America__New_York),
            entry(|it| it.topic("desk").unwrap(), Tz::Europe__Rome),
            entry(|it| it.key_prefix("pa:"), Tz::Europe__London),
        ]);
        let bare = Message::bare(b"");
        assert_eq!(zone(&sources, bare, &["afp"]), Some(Tz::Europe__Paris));
        assert_eq!(zone(&sources, Message { headers: &headers, ..bare }, &["Kyodo"]), Some(Tz::Asia__Tokyo));
        for (topic, expected) in [
            ("wires.us.ap", Some(Tz::America__New_York)),
            ("wires.usual", None),
            ("desk", Some(Tz::Europe__Rome)),
            ("desks", None),
        ] {
            assert_eq!(zone(&sources, Message { topic: Some(topic), ..bare }, &[]), expected, "{topic}");
        }
        assert_eq!(zone(&sources, Message { key: Some(b"pa:1"), ..bare }, &[]), Some(Tz::Europe__London));
        assert_eq!(zone(&sources, bare, &["Reuters"]), None);
    }

    #[test]
    fn all_that_an_entry_names_must_hold_and_the_first_that_does_counts_for_each_setting() {
        let both = |it: &mut SourceMatch| {
            it.source("AFP");
            it.source("afp.com");
            it.key_prefix("a");
        };
        let genre = SourceSettings::with(|settings| settings.genre = Some(Genre::Narrative));
        let mut afp = SourceMatch::default();
        afp.source("afp");
        let sources = Sources::new([
            entry(both, Tz::Europe__Paris),
            (afp, genre),
            entry(|it| it.key_prefix("a"), Tz::Asia__Tokyo),
        ]);
        let keyed = Message { key: Some(b"a1"), ..Message::bare(b"") };
        assert_eq!(zone(&sources, keyed, &["https://www.afp.com/x"]), Some(Tz::Europe__Paris));
        assert_eq!(zone(&sources, keyed, &["Reuters"]), Some(Tz::Asia__Tokyo));
        assert_eq!(zone(&sources, Message::bare(b""), &["AFP"]), None);
        let all = sources.of_message(&keyed).of_article(["AFP"]);
        assert_eq!((all.timezone, all.genre), (Some(Tz::Europe__Paris), Some(Genre::Narrative)));
    }

    #[test]
    fn a_wrong_regular_expression_is_explained() {
        let problem = SourceMatch::default().topic("^wires.(us").unwrap_err();
        assert_eq!(problem, r#""^wires.(us" is not a regular expression: unclosed group"#);
    }
}
