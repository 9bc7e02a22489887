//! From a message to its items: which format it is, and what its items come to.

use super::draft::{Draft, Field, Told, Value};
use super::format::Format;
use super::{Error, Item, Message, Settings, check_size, json, message, shape, xml};
use super::{cloudevents, json_ld, news_please, newsml, ninjs, nitf, plain, syndication};

/// Reads one message: its items, in their order. There is at least one.
///
/// # Errors
///
/// When the message is larger than `settings.max_bytes`, cannot be decoded, or is of no known format: see
/// [`Error::code`].
pub fn read(message: &Message<'_>, settings: &Settings) -> Result<Vec<Item>, Error> {
    Ok(Reading::of(message, settings, false)?.items)
}

/// Where a field was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The field.
    pub field: Field,
    /// Where in the message, such as `bodies[0].value` or `newsItem/itemMeta/pubStatus/@qcode`.
    pub path: String,
    /// The start of what stands there.
    pub text: String,
}

/// As [`read`], and tells which format each item was taken for and where its fields were read, for people.
///
/// # Errors
///
/// As [`read`].
pub fn inspect(message: &Message<'_>, settings: &Settings) -> Result<Vec<(Format, Item, Vec<Place>)>, Error> {
    let Reading { items, places, .. } = Reading::of(message, settings, true)?;
    Ok(items.into_iter().zip(places).map(|(item, (format, places))| (format, item, places)).collect())
}

/// A message being read.
pub(super) struct Reading<'s> {
    settings: &'s Settings,
    /// What is told of all items: by an envelope, by a feed. An item's own fields go before it.
    pub outer: Vec<Told<'static>>,
    format: Format,
    items: Vec<Item>,
    inspects: bool,
    places: Vec<(Format, Vec<Place>)>,
}

/// How much of a field people are shown.
const SHOWN: usize = 200;

impl<'s> Reading<'s> {
    fn of(message: &Message<'s>, settings: &'s Settings, inspects: bool) -> Result<Self, Error> {
        check_size(message.value.len(), settings)?;
        let format = settings.format.unwrap_or(Format::Plain);
        let mut reading = Self { settings, outer: Vec::new(), format, items: Vec::new(), inspects, places: Vec::new() };
        let text = message::text(message.value)?;
        match cloudevents::binary(message, &mut reading) {
            Some(kind) => reading.data(&text, "", kind)?,
            None => reading.text(&text, "")?,
        }
        if reading.items.is_empty() {
            return Err(shape(format!("{} without any item", reading.format.name())));
        }
        Ok(reading)
    }

    /// Reads what an envelope of this media type holds.
    pub fn data(&mut self, text: &str, path: &str, kind: &str) -> Result<(), Error> {
        if self.settings.format.is_none() && kind.starts_with("text/plain") {
            self.format = Format::Text;
            plain::text(text, path, self);
            return Ok(());
        }
        self.text(text, path)
    }

    /// Reads a text of any format; `path` is where it stands.
    pub fn text(&mut self, text: &str, path: &str) -> Result<(), Error> {
        let start = text.trim_start();
        if self.settings.format == Some(Format::Text) {
            plain::text(text, path, self);
            Ok(())
        } else if json_ld::is_page(start) {
            self.enter(Format::JsonLd)?;
            json_ld::page(text, path, self)
        } else if start.starts_with('<') {
            let root = xml::parse(text)?;
            self.element(&xml::At::root(&root, path))
        } else {
            let json = json::parse(text)?;
            self.value(&json::At::root(&json, path))
        }
    }

    fn element(&mut self, root: &xml::At<'_>) -> Result<(), Error> {
        let Some(format) = Format::of_root(root.name()) else {
            let name = root.name();
            let message = format!("<{name}> is the root of no format; plain text with tags needs the format `text`");
            return Err(shape(message));
        };
        self.enter(format)?;
        match format {
            Format::NewsMl => newsml::read(root, self),
            Format::Nitf => nitf::read(root, self),
            Format::Rss => syndication::rss(root, self),
            Format::Atom => syndication::atom(root, self),
            Format::Plain | Format::Ninjs | Format::JsonLd | Format::NewsPlease | Format::Text => {}
        }
        Ok(())
    }

    /// Reads a JSON value.
    pub fn value(&mut self, at: &json::At<'_>) -> Result<(), Error> {
        if cloudevents::is_envelope(at) {
            return cloudevents::structured(at, self);
        }
        if !at.is_object() && !json_ld::is_list(at) {
            return Err(shape(match at.value {
                json::Json::List(_) => {
                    "a JSON array, where one object is one article; write one object a line, as `jq -c '.[]'` does"
                }
                _ => "a JSON value by itself, where an object is an article",
            }));
        }
        let found = if at.is_object() { Format::of_object(at) } else { Format::JsonLd };
        // Which JSON it is can be told; that it is JSON was seen.
        let format = self.settings.format.unwrap_or(found);
        self.format = format;
        match format {
            Format::Plain => plain::read(at, self),
            Format::Ninjs => ninjs::read(at, self),
            Format::JsonLd => json_ld::read(at, self),
            Format::NewsPlease => news_please::read(at, self),
            Format::NewsMl | Format::Nitf | Format::Rss | Format::Atom | Format::Text => Err(not_that(format, "JSON")),
        }
    }

    /// Takes a format for what the message is, unless another is set.
    fn enter(&mut self, found: Format) -> Result<(), Error> {
        self.format = found;
        match self.settings.format {
            Some(wanted) if wanted != found => Err(not_that(wanted, found.name())),
            _ => Ok(()),
        }
    }

    /// Takes an item.
    pub fn take(&mut self, mut draft: Draft<'_>) {
        for told in &self.outer {
            if draft.first(told.field).is_none() {
                draft.told.push(told.clone());
            }
        }
        if self.format != Format::Text && [Field::Id, Field::Url].iter().all(|field| draft.first(*field).is_none()) {
            let message = "neither an id nor an address is told, so the id is made from the content; a correction will \
                           count as another article";
            draft.warn("id-missing", message);
        }
        if self.inspects {
            self.places.push((self.format, draft.told.iter().map(place).collect()));
        }
        self.items.push(draft.finish(self.settings));
    }
}

fn not_that(wanted: Format, found: &str) -> Error {
    shape(format!("not {}, which `input.format` says it is, but {found}; `auto` tells formats apart", wanted.name()))
}

fn place(told: &Told<'_>) -> Place {
    let text = match &told.value {
        Value::Text(text) => text.chars().take(SHOWN).collect(),
        Value::Number(number) => number.to_string(),
        Value::Wrong(kind) => (*kind).to_owned(),
    };
    Place { field: told.field, path: told.path.clone(), text }
}
