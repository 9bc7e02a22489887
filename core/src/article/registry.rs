//! All formats and envelopes: how each is recognised, and which file reads it.
//!
//! It alone knows them all, and no file below knows it.

use super::format::Format;
use super::item::Item;
use super::message::{self, Message};
use super::page::Page;
use super::reader::{Inspected, MessageReader};
use super::settings::Settings;
use super::{
    cloudevents, debezium, json, json_ld, markup, news_please, newsml, newsml_1, ninjs, nitf, plain, recognise,
    syndication, xml,
};
use crate::error::Error;

/// Reads one message and returns its items, at least one, in their order.
///
/// # Errors
///
/// If the message is larger than `settings.max_bytes`, cannot be decoded, or is of no known format: see
/// [`Error::code`].
pub fn read(message: &Message<'_>, settings: &Settings) -> Result<Vec<Item>, Error> {
    let mut reader = MessageReader::new(settings, false);
    read_message(message, &mut reader)?;
    reader.into_items()
}

/// As [`read`], with the recognised format of each item, why it was recognised, and the paths of its fields, for people.
///
/// # Errors
///
/// As [`read`].
pub fn inspect(message: &Message<'_>, settings: &Settings) -> Result<Vec<Inspected>, Error> {
    let mut reader = MessageReader::new(settings, true);
    read_message(message, &mut reader)?;
    reader.into_inspected()
}

fn read_message(message: &Message<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    reader.settings.check_size(message.value.len())?;
    let text = message::text(message.value)?;
    match cloudevents::binary(message, reader) {
        Some(media_type) => read_data(&text, "", media_type, reader),
        None => read_text(&text, "", reader),
    }
}

/// Reads the content of an envelope, which names its media type.
fn read_data(text: &str, path: &str, media_type: &str, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    if reader.settings.format.is_none() && media_type.starts_with("text/plain") {
        reader.set_format(Format::Text, || format!("its envelope says that it is {media_type}"));
        plain::read_text(text, path, reader);
        return Ok(());
    }
    let is_page = ["text/html", "application/xhtml+xml"].iter().any(|kind| media_type.starts_with(kind));
    if is_page && !text.trim_start().starts_with(['{', '[']) {
        return read_page(text, path, reader);
    }
    read_text(text, path, reader)
}

/// Reads a text of any format; `path` is where in the message it stands.
fn read_text(text: &str, path: &str, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let start = text.trim_start();
    if reader.settings.format == Some(Format::Text) {
        reader.set_format(Format::Text, String::new);
        plain::read_text(text, path, reader);
        Ok(())
    } else if markup::is_html(start.as_bytes()) {
        read_page(text, path, reader)
    } else if start.starts_with('<') {
        let root = xml::parse(text)?;
        read_element(&xml::Node::root(&root, path), reader)
    } else {
        let json = json::parse(text)?;
        read_value(&json::Node::root(&json, path), reader)
    }
}

/// Reads a page. One with an article in JSON-LD is in either format.
fn read_page(text: &str, path: &str, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let page = Page::parse(text)?;
    if page.has_linked_article() && reader.settings.format != Some(Format::Html) {
        enter(Format::JsonLd, reader, || "it is an HTML page with an article in JSON-LD".to_owned())?;
    } else {
        enter(Format::Html, reader, || "it is an HTML page".to_owned())?;
    }
    page.read(path, reader);
    Ok(())
}

fn read_element(root: &xml::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let Some(format) = format_of_root(root.name()) else {
        let name = root.name();
        let message =
            format!("no known format has the root element <{name}>; for plain text with tags, set the format `text`");
        return Err(Error::not_an_article(message));
    };
    enter(format, reader, || format!("its root element is <{}>", root.element.name()))?;
    match format {
        Format::NewsMl => newsml::read(root, reader),
        Format::NewsMl1 => newsml_1::read(root, reader),
        Format::Nitf => nitf::read(root, reader),
        Format::Rss => syndication::read_rss(root, reader),
        Format::Atom => syndication::read_atom(root, reader),
        Format::Plain | Format::Ninjs | Format::JsonLd | Format::Html | Format::NewsPlease | Format::Text => {}
    }
    Ok(())
}

fn read_value(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    if cloudevents::is_envelope(node) {
        return match cloudevents::open(node, reader)? {
            cloudevents::Data::Json(data) => read_value(&data, reader),
            cloudevents::Data::Text { text, path, media_type } => read_data(&text, &path, &media_type, reader),
        };
    }
    if let Some(change) = debezium::open(node) {
        if change.is_deleted {
            reader.delete();
        }
        // MongoDB's rows are documents, as text.
        return match change.row.text() {
            Some(text) => read_object(&json::Node::root(&json::parse(text)?, &change.row.path), reader),
            None => read_object(&change.row, reader),
        };
    }
    read_object(node, reader)
}

fn read_object(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    if !node.is_object() && !json_ld::is_list(node) {
        return Err(Error::not_an_article(match node.value {
            json::Json::List(_) => {
                "a JSON array; send each article as an object of its own, one per line, as `jq -c '.[]'` writes them"
            }
            _ => "a bare JSON value; an article is an object",
        }));
    }
    let found = if node.is_object() { recognise::format_of(node) } else { Format::JsonLd };
    // A setting can say which kind of JSON it is; that it is JSON was seen.
    let format = reader.settings.format.unwrap_or(found);
    reader.set_format(format, || match node.value {
        json::Json::List(_) => "it is a list of things in JSON-LD".to_owned(),
        _ => recognise::evidence(node, format),
    });
    match format {
        Format::Plain => plain::read(node, reader),
        Format::Ninjs => ninjs::read(node, reader),
        Format::JsonLd => json_ld::read(node, reader),
        Format::NewsPlease => {
            news_please::read(node, reader);
            Ok(())
        }
        Format::NewsMl | Format::NewsMl1 | Format::Nitf | Format::Html | Format::Rss | Format::Atom | Format::Text => {
            Err(not_that(format, "JSON"))
        }
    }
}

/// Takes a format for that of the message, unless another is set.
fn enter(found: Format, reader: &mut MessageReader<'_>, evidence: impl FnOnce() -> String) -> Result<(), Error> {
    reader.set_format(found, evidence);
    match reader.settings.format {
        Some(wanted) if wanted != found => Err(not_that(wanted, found.name())),
        _ => Ok(()),
    }
}

fn not_that(wanted: Format, found: &str) -> Error {
    let wanted = wanted.name();
    Error::not_an_article(format!(
        "`input.format` is {wanted}, but the message is {found}; `auto` recognises the format of each message"
    ))
}

/// Recognises the format of an XML document by the name of its root.
fn format_of_root(name: &str) -> Option<Format> {
    match name {
        "newsMessage" | "newsItem" | "packageItem" | "planningItem" | "conceptItem" | "knowledgeItem"
        | "contentSet" => Some(Format::NewsMl),
        "NewsML" | "NewsItem" => Some(Format::NewsMl1),
        "nitf" => Some(Format::Nitf),
        "rss" | "RDF" | "item" => Some(Format::Rss),
        "feed" | "entry" | "deleted-entry" => Some(Format::Atom),
        _ => None,
    }
}
