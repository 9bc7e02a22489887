//! Envelopes around articles, with a file and a line of [`ENVELOPES`] for each.
//!
//! An envelope says where in it the contents stand, whether they were deleted, and what it knows of them. It does not know
//! what they are: an article of any format, or another envelope.

mod canal;
mod cloudevents;
mod connect;
mod debezium;
mod elasticsearch;
mod maxwell;
mod mongo;
mod outbox;
mod record;

use std::borrow::Cow;

pub(super) use self::cloudevents::headers;
use super::field::{Field, FieldValue};
use super::json::{Json, Node};
use crate::error::Error;

/// Which envelopes are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unwrap {
    /// Those that are unmistakable.
    #[default]
    Auto,
    /// None.
    Never,
    /// Only this one, in which every message is.
    Only(EnvelopeName),
}

/// The name of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvelopeName(&'static str);

/// What people should know of an envelope, in Markdown, which its file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnvelopeAbout {
    /// What it is recognised by.
    pub recognised: &'static str,
    /// Where in it the article stands.
    pub article_in: &'static str,
    /// What in it withdraws the article, or empty.
    pub withdraws: &'static str,
}

impl EnvelopeName {
    /// Returns all, each with what people should know of it.
    pub fn all() -> impl Iterator<Item = (Self, EnvelopeAbout)> {
        ENVELOPES.iter().map(|envelope| (Self(envelope.name), envelope.about))
    }

    /// Returns the name in configurations.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl Unwrap {
    /// What is opened inside of an envelope.
    pub(super) fn inner(self) -> Self {
        if self == Self::Never { Self::Never } else { Self::Auto }
    }

    /// Returns all, with their names in configurations.
    pub fn choices() -> impl Iterator<Item = (&'static str, Self)> {
        let named = ENVELOPES.iter().map(|envelope| (envelope.name, Self::Only(EnvelopeName(envelope.name))));
        [("auto", Self::Auto), ("none", Self::Never)].into_iter().chain(named)
    }
}

/// One content of an envelope.
pub(super) struct Content<'j> {
    pub data: Data<'j>,
    /// What it is, in lower case and without parameters, or empty.
    pub media_type: String,
    pub is_deleted: bool,
    /// What stands in for fields that the content lacks.
    pub known: Vec<(Field, FieldValue<'static>)>,
}

/// A content as it stands in its envelope.
pub(super) enum Data<'j> {
    Value(Node<'j>),
    /// The object that is the envelope as well: a row with a mark in it.
    Itself(Node<'j>),
    /// A value that the envelope's schema explained, and its path.
    Explained(Json<'j>, String),
    Text {
        text: Cow<'j, str>,
        path: String,
    },
    Bytes {
        bytes: Vec<u8>,
        path: String,
    },
}

impl<'j> Content<'j> {
    /// Something that was not deleted, in an envelope that knows nothing of it.
    fn of(data: Data<'j>) -> Self {
        Self { data, media_type: String::new(), is_deleted: false, known: Vec::new() }
    }

    /// Returns all of it in words, to tell it from others.
    pub fn describe(&self) -> String {
        match &self.data {
            Data::Value(node) | Data::Itself(node) => format!("{:?}", node.value),
            Data::Explained(value, _) => format!("{value:?}"),
            Data::Text { text, .. } => text.to_string(),
            Data::Bytes { bytes, .. } => format!("{bytes:?}"),
        }
    }

    /// A row of a database.
    fn row(row: Node<'j>, is_deleted: bool) -> Self {
        Self { is_deleted, ..Self::of(Data::of(row)) }
    }
}

impl<'j> Data<'j> {
    /// A value, or the text that it is.
    fn of(node: Node<'j>) -> Self {
        match node.text() {
            Some(text) => Self::Text { text: Cow::Borrowed(text), path: node.path },
            None => Self::Value(node),
        }
    }
}

/// The contents of a value; `None` if it is not in this envelope.
type Opened<'j> = Option<Vec<Content<'j>>>;

struct Envelope {
    name: &'static str,
    /// The keys, of which one at least must be there, and unmistakable ones others do not have.
    keys: &'static [&'static str],
    about: EnvelopeAbout,
    /// Opens a value. If the envelope `is_set`, less is needed to recognise it.
    open: for<'j> fn(node: &Node<'j>, is_set: bool) -> Result<Opened<'j>, Error>,
}

/// One line for each envelope. The first that recognises a value opens it.
const ENVELOPES: [Envelope; 9] = [
    Envelope { name: "cloudevents", keys: &["specversion"], about: cloudevents::ABOUT, open: cloudevents::open },
    Envelope { name: "debezium", keys: &["__deleted", "__op", "op"], about: debezium::ABOUT, open: debezium::open },
    Envelope {
        name: "outbox",
        keys: &["aggregatetype", "aggregate_type", "aggregateType"],
        about: outbox::ABOUT,
        open: outbox::open,
    },
    Envelope { name: "connect", keys: &["payload"], about: connect::ABOUT, open: connect::open },
    Envelope { name: "maxwell", keys: &["database"], about: maxwell::ABOUT, open: maxwell::open },
    Envelope { name: "canal", keys: &["database"], about: canal::ABOUT, open: canal::open },
    Envelope { name: "mongodb", keys: &["operationType"], about: mongo::ABOUT, open: mongo::open },
    Envelope {
        name: "elasticsearch",
        keys: &["_source", "hits"],
        about: elasticsearch::ABOUT,
        open: elasticsearch::open,
    },
    Envelope { name: "kafka-record", keys: &["value", "records"], about: record::ABOUT, open: record::open },
];

/// Opens an object; `None` if it is in none of the envelopes that are opened.
pub(super) fn open<'j>(node: &Node<'j>, unwrap: Unwrap) -> Result<Opened<'j>, Error> {
    match unwrap {
        Unwrap::Never => Ok(None),
        Unwrap::Auto => {
            // Their values may be null.
            let Json::Object(fields) = node.value else { return Ok(None) };
            for envelope in &ENVELOPES {
                if fields.iter().any(|(key, _)| envelope.keys.contains(&&**key))
                    && let Some(contents) = (envelope.open)(node, false)?
                {
                    return Ok(Some(contents));
                }
            }
            Ok(None)
        }
        Unwrap::Only(EnvelopeName(name)) => {
            let envelope = ENVELOPES.iter().find(|envelope| envelope.name == name);
            let contents = envelope.map(|envelope| (envelope.open)(node, true)).transpose()?.flatten();
            contents.map(Some).ok_or_else(|| {
                let message = format!(
                    "`input.unwrap` is {name}, but the message is not in that envelope; `auto` recognises the envelope \
                     of each message"
                );
                Error::not_an_article(message)
            })
        }
    }
}

/// Whether an object has no other keys than these.
fn has_only(node: &Node<'_>, keys: &[&str]) -> bool {
    node.is_object() && node.entries().all(|(key, _)| keys.contains(&key))
}

/// Returns a field of an object that is text.
fn text_of<'j>(node: &Node<'j>, name: &str) -> Option<&'j str> {
    node.get(name)?.text()
}
