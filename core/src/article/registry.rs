//! All formats and envelopes: how each is recognised, and which file reads it.
//!
//! It alone knows them all, and no file below knows it.

use super::about::About;
use super::field::{Field, FieldValue};
use super::format::Format;
use super::item::{Item, id_prefix};
use super::media_type::MediaType;
use super::message::{self, Message};
use super::page::Page;
use super::reader::{Inspected, MessageReader};
use super::settings::Settings;
use super::wire_format::{Decoded, WireSchema};
use super::{
    compression, envelope, json, json_ld, markup, news_please, newsml, newsml_1, ninjs, nitf, page, plain, presets,
    recognise, syndication, xml,
};
use crate::error::Error;

/// Reads one message and returns its items, at least one, in their order.
///
/// # Errors
///
/// If the message is larger than `settings.max_bytes`, cannot be decoded, or is of no known format: see
/// [`Error::code`].
pub fn read(message: &Message<'_>, settings: &Settings) -> Result<Vec<Item>, Error> {
    let settings = settings.of_message(message);
    let mut reader = MessageReader::new(&settings, false);
    read_message(message, &mut reader)?;
    let mut items = reader.into_items()?;
    if let Some(prefix) = prefix_of(message, &settings) {
        items.iter_mut().for_each(|item| item.prefix_ids(&prefix));
    }
    Ok(items)
}

/// Returns what the ids of a message's articles begin with.
fn prefix_of(message: &Message<'_>, settings: &Settings) -> Option<String> {
    let name = settings.id_prefix.as_deref()?;
    let mut values = message.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
    values.next_back().and_then(|(_, value)| id_prefix(value))
}

/// As [`read`], with the recognised format of each item, why it was recognised, and the paths of its fields, for people.
///
/// # Errors
///
/// As [`read`].
pub fn inspect(message: &Message<'_>, settings: &Settings) -> Result<Vec<Inspected>, Error> {
    let settings = settings.of_message(message);
    let mut reader = MessageReader::new(&settings, true);
    read_message(message, &mut reader)?;
    let mut inspected = reader.into_inspected()?;
    if let Some(prefix) = prefix_of(message, &settings) {
        inspected.iter_mut().for_each(|one| one.item.prefix_ids(&prefix));
    }
    Ok(inspected)
}

/// Returns what people should know of a format; `None` of a preset, which is data.
#[must_use]
pub fn about(format: Format) -> Option<About> {
    Some(match format {
        Format::Plain => plain::PLAIN,
        Format::Ninjs => ninjs::ABOUT,
        Format::NewsMl => newsml::ABOUT,
        Format::NewsMl1 => newsml_1::ABOUT,
        Format::Nitf => nitf::ABOUT,
        Format::JsonLd => json_ld::ABOUT,
        Format::Html => page::ABOUT,
        Format::NewsPlease => news_please::ABOUT,
        Format::Rss => syndication::RSS,
        Format::Atom => syndication::ATOM,
        Format::Text => plain::TEXT,
        Format::Preset(_) => return None,
    })
}

fn read_message(message: &Message<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    reader.settings.check_size(message.value.len())?;
    let media_type = message.header("content-type").or_else(|| message.header("contenttype"));
    envelope::headers(message, reader);
    // As in HTTP, where this is the time of the message.
    if let Some(date) = media_type.and_then(|_| message.header("date")) {
        reader.inherit(Field::Envelope, FieldValue::text(date.to_owned(), "header date"));
    }
    let mut media_type = MediaType::new(media_type.unwrap_or_default());
    media_type.charset = media_type.charset.or_else(|| message.header("charset"));
    match message.schema {
        Some(schema) => read_registered(schema, message.value, media_type, reader),
        None => read_bytes(message.value, "", media_type, reader),
    }
}

/// Reads a value that a schema describes.
fn read_registered(
    schema: &WireSchema,
    value: &[u8],
    media_type: MediaType<'_>,
    reader: &mut MessageReader<'_>,
) -> Result<(), Error> {
    match schema.decode(value)? {
        Decoded::Bytes(bytes) => read_bytes(bytes, "", media_type, reader),
        Decoded::Tree(json::Json::Text(text)) => read_data(&text, "", media_type, reader),
        Decoded::Tree(tree) => read_value(&json::Node::root(&tree, ""), reader),
    }
}

/// Reads bytes, which may be compressed.
fn read_bytes(
    bytes: &[u8],
    path: &str,
    media_type: MediaType<'_>,
    reader: &mut MessageReader<'_>,
) -> Result<(), Error> {
    let bytes = compression::unpacked(bytes, reader.settings)?;
    let text = message::text(&bytes, media_type.charset)?;
    read_data(&text, path, media_type, reader)
}

/// Reads a text whose media type may be known.
fn read_data(text: &str, path: &str, media_type: MediaType<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    if reader.settings.format.is_none() && media_type.is("text/plain") {
        reader.set_format(Format::Text, || format!("the message says that it is {}", media_type.name()));
        plain::read_text(text, path, reader);
        return Ok(());
    }
    let is_page = media_type.is("text/html") || media_type.is("application/xhtml+xml");
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
        // Programs in C send the byte that ends their strings.
        match json::parse(text.trim_end_matches('\0')) {
            Ok(json) => read_value(&json::Node::root(&json, path), reader),
            Err(error) => match json_lines(text) {
                Some(lines) => read_lines(&lines, path, reader),
                None => Err(error),
            },
        }
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

/// Returns the lines of a text that has an object on each.
fn json_lines(text: &str) -> Option<Vec<&str>> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let are_objects = lines.iter().all(|line| line.starts_with('{') && line.ends_with('}'));
    (lines.len() > 1 && are_objects).then_some(lines)
}

fn read_lines(lines: &[&str], path: &str, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    for (index, line) in lines.iter().enumerate() {
        let read = reader.scoped(|reader| {
            let json = json::parse(line)?;
            read_value(&json::Node::root(&json, &format!("{path}[{index}]")), reader)
        });
        if let Err(error) = read {
            reader.push_broken(line, error.of_part(&format!("line {}", index + 1)));
        }
    }
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
        Format::Plain
        | Format::Ninjs
        | Format::JsonLd
        | Format::Html
        | Format::NewsPlease
        | Format::Text
        | Format::Preset(_) => {}
    }
    Ok(())
}

fn read_value(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    match node.value {
        json::Json::List(_) if !json_ld::is_list(node) => read_list(node, reader),
        // JSON in a string of JSON, as converters for strings write it.
        json::Json::Text(text) if text.trim_start().starts_with(['{', '[', '<']) => {
            reader.scoped(|reader| read_text(text, &node.path, reader))
        }
        json::Json::Object(_) => {
            // One envelope can be set; what is in it may be in others.
            let unwrap = if reader.level() == 0 { reader.settings.unwrap } else { reader.settings.unwrap.inner() };
            match envelope::open(node, unwrap)? {
                Some(contents) => read_contents(&contents, reader),
                None => read_object(node, reader),
            }
        }
        _ => read_object(node, reader),
    }
}

fn read_contents(contents: &[envelope::Content<'_>], reader: &mut MessageReader<'_>) -> Result<(), Error> {
    if let [content] = contents {
        return read_content(content, reader);
    }
    for (index, content) in contents.iter().enumerate() {
        if let Err(error) = read_content(content, reader) {
            reader.push_broken(&content.describe(), error.of_part(&format!("item {}", index + 1)));
        }
    }
    Ok(())
}

fn read_content(content: &envelope::Content<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let media_type = MediaType::new(&content.media_type);
    reader.scoped(|reader| {
        if content.is_deleted {
            reader.delete();
        }
        content.known.iter().for_each(|(field, value)| reader.inherit(*field, value.clone()));
        match &content.data {
            envelope::Data::Value(node) => read_value(node, reader),
            envelope::Data::Itself(node) => read_object(node, reader),
            envelope::Data::Explained(json, path) => read_value(&json::Node::root(json, path), reader),
            envelope::Data::Text { text, path } => read_data(text, path, media_type, reader),
            envelope::Data::Bytes { bytes, path } => read_bytes(bytes, path, media_type, reader),
        }
    })
}

/// Reads each value of a list.
fn read_list(list: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let items = list.each();
    if items.is_empty() {
        return Err(Error::not_an_article("an empty JSON array"));
    }
    read_each(&items, reader, |item, reader| match item.value {
        json::Json::List(_) => Err(Error::not_an_article("a JSON array within an array")),
        _ => read_value(item, reader),
    });
    Ok(())
}

/// Reads each of several; one that cannot be read does not concern the others.
fn read_each(
    items: &[json::Node<'_>],
    reader: &mut MessageReader<'_>,
    read: impl Fn(&json::Node<'_>, &mut MessageReader<'_>) -> Result<(), Error>,
) {
    for (index, item) in items.iter().enumerate() {
        if let Err(error) = reader.scoped(|reader| read(item, reader)) {
            let content = format!("{:?}", item.value);
            reader.push_broken(&content, error.of_part(&format!("item {}", index + 1)));
        }
    }
}

fn read_object(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    if !node.is_object() && !json_ld::is_list(node) {
        return Err(Error::not_an_article("a bare JSON value; an article is an object"));
    }
    // These may be in envelopes as well.
    if let Some(items) = reader.take_items(node) {
        read_each(&items, reader, read_value);
        return Ok(());
    }
    let found = if node.is_object() { recognise::format_of(node) } else { Format::JsonLd };
    let preset = match (reader.settings.format, found) {
        (Some(Format::Preset(preset)), _) => Some(preset.items(node)),
        (None, Format::Plain | Format::Ninjs) => {
            presets::recognise(node).filter(|it| found == Format::Plain || !it.preset.is_list())
        }
        _ => None,
    };
    if let Some(recognised) = preset {
        return read_preset(recognised, reader);
    }
    // A setting can say which kind of JSON it is; that it is JSON was seen.
    let format = reader.settings.format.unwrap_or(found);
    reader.set_format(format, || match node.value {
        json::Json::List(_) => "it is a list of things in JSON-LD".to_owned(),
        _ => recognise::evidence(node, format),
    });
    reader.prefer(node);
    match format {
        Format::Plain => plain::read(node, reader),
        Format::Ninjs => ninjs::read(node, reader),
        Format::JsonLd => json_ld::read(node, reader),
        Format::NewsPlease => {
            news_please::read(node, reader);
            Ok(())
        }
        Format::NewsMl
        | Format::NewsMl1
        | Format::Nitf
        | Format::Html
        | Format::Rss
        | Format::Atom
        | Format::Text
        | Format::Preset(_) => Err(not_that(format, "JSON")),
    }
}

fn read_preset(recognised: presets::Recognised<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let presets::Recognised { preset, items, known } = recognised;
    let read = |item: &json::Node<'_>, reader: &mut MessageReader<'_>| {
        if preset.is_list() {
            return read_value(item, reader);
        }
        reader.set_format(Format::Preset(preset), || preset.evidence());
        reader.prefer(item);
        let draft = preset.draft(item);
        plain::check_is_article(&draft, item, reader)?;
        reader.push(draft);
        Ok(())
    };
    known.into_iter().for_each(|(field, value)| reader.inherit(field, value.into_owned()));
    match items.as_slice() {
        [item] => read(item, reader),
        items => {
            read_each(items, reader, read);
            Ok(())
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
