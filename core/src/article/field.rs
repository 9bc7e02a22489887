//! The fields of an article, and their values as a message has them.

use std::borrow::Cow;

use serde_json::Number;

use super::reference::Reference;

/// A field of an article, whatever its format calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// Stable over revisions.
    Id,
    /// Which revision.
    Revision,
    /// The publishing status: usable, canceled and the like.
    Status,
    /// A status of any kind, of which only what withdraws or embargoes an article is heeded.
    State,
    /// Whether it was deleted.
    Deleted,
    /// Not to be published before.
    Embargo,
    /// The headline.
    Title,
    /// The text.
    Body,
    /// Stands in for a missing body.
    Summary,
    /// When it was first published.
    FirstCreated,
    /// When its content was created.
    ContentCreated,
    /// When this revision was created.
    VersionCreated,
    /// When something was last changed, which orders revisions. It dates no article: it may be years after publication,
    /// whose time may be in a field that is not read.
    Modified,
    /// The date of its dateline.
    Dateline,
    /// When the envelope around it was created.
    Envelope,
    /// The city of its dateline.
    City,
    /// The time zone of its times.
    Zone,
    /// Its language.
    Language,
    /// Who published it.
    Source,
    /// Its address on the web.
    Url,
    /// When the event that it announces starts.
    Starts,
    /// When the event that it announces ends.
    Ends,
}

impl Field {
    /// Returns the name that people see.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Revision => "revision",
            Self::Status => "status",
            Self::State => "state",
            Self::Deleted => "deleted",
            Self::Embargo => "embargo",
            Self::Title => "title",
            Self::Body => "body",
            Self::Summary => "summary",
            Self::FirstCreated => Reference::FirstCreated.name(),
            Self::ContentCreated => Reference::ContentCreated.name(),
            Self::VersionCreated => Reference::VersionCreated.name(),
            Self::Modified => "modified",
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

/// The value of a field, and where in the message it stands.
#[derive(Debug, Clone)]
pub(super) struct FieldValue<'a> {
    pub value: Value<'a>,
    /// Such as `bodies[0].value` or `newsItem/itemMeta/pubStatus/@qcode`.
    pub path: String,
}

/// A value as its format has it.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Number(Number),
    /// A value of a kind that no field takes; the words name the kind.
    Unusable(&'static str),
}

impl<'a> FieldValue<'a> {
    /// Creates the value of a text at a path.
    pub fn text(text: impl Into<Cow<'a, str>>, path: impl Into<String>) -> Self {
        Self { value: Value::Text(text.into()), path: path.into() }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Unusable(_) => None,
        }
    }

    /// The value in words, for messages to people.
    pub fn describe(&self) -> Cow<'_, str> {
        match &self.value {
            Value::Text(text) => Cow::Borrowed(text),
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Unusable(kind) => Cow::Borrowed(kind),
        }
    }

    /// Its length in bytes, if it is text.
    pub fn length(&self) -> usize {
        self.as_text().map_or(0, str::len)
    }

    pub fn is_blank(&self) -> bool {
        self.as_text().is_some_and(|text| text.trim().is_empty())
    }

    /// The same value, independent of the message.
    pub fn into_owned(self) -> FieldValue<'static> {
        let value = match self.value {
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Number(number) => Value::Number(number),
            Value::Unusable(kind) => Value::Unusable(kind),
        };
        FieldValue { value, path: self.path }
    }
}
