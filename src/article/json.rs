//! The plain JSON article: one object, with the fields of [`Fields`]; others are passed over.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::field::{Field, wrong_kind};
use super::{Article, Published, check_size, digest, published_missing, timezone, utf8};
use crate::error::{Error, ErrorKind};
use crate::pipeline::Settings;

/// Reads one JSON object as an article.
///
/// # Errors
///
/// When it is too large, not UTF-8, not JSON, not an article, or its publication time is missing or impossible.
pub fn read_json(bytes: &[u8], settings: &Settings) -> Result<Article, Error> {
    check_size(bytes.len(), settings)?;
    let text = utf8(bytes)?;
    let fields = parse(text)?;
    if fields.body.is_absent() && fields.text.is_absent() && fields.title.is_absent() && fields.headline.is_absent() {
        return Err(shape("the object has neither `body` nor `title`, so it is no article"));
    }
    let published = published(&fields, settings)?;
    let title = fields.title.or(fields.headline).into_text("title")?.unwrap_or_default().into_owned();
    let body = fields.body.or(fields.text).into_text("body")?.unwrap_or_default().into_owned();
    let url = fields.url.into_label("url")?;
    let id = match fields.id.into_label("id")?.or_else(|| url.clone()) {
        Some(id) => id,
        None => digest(&title, &body, &published),
    };
    Ok(Article {
        id,
        revision: fields.revision.into_label("revision")?.unwrap_or_else(|| "1".to_owned()),
        title,
        body,
        published,
        language: fields.language.into_label("language")?,
        source: fields.source.into_label("source")?,
        url,
    })
}

/// The fields that are known. An alias gives way to the first name of a field.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields<'a> {
    #[serde(borrow)]
    id: Field<'a>,
    revision: Field<'a>,
    title: Field<'a>,
    headline: Field<'a>,
    body: Field<'a>,
    text: Field<'a>,
    published_at: Field<'a>,
    published: Field<'a>,
    date: Field<'a>,
    timezone: Field<'a>,
    language: Field<'a>,
    source: Field<'a>,
    url: Field<'a>,
}

fn parse(text: &str) -> Result<Fields<'_>, Error> {
    // Serde would read an array as the fields in order.
    if text.trim_start().starts_with('[') {
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| not_read(&error))?;
        return Err(shape("a JSON array, where one object is one article; send each article by itself"));
    }
    serde_json::from_str(text).map_err(|error| not_read(&error))
}

fn not_read(error: &serde_json::Error) -> Error {
    match error.classify() {
        Category::Data => shape(format!("not an article: {error}")),
        Category::Io | Category::Syntax | Category::Eof => {
            let mut message = format!("not JSON: {error}");
            if message.contains("hex escape") {
                message.push_str(r" (half of a pair of \u escapes stands alone there, or one is cut)");
            }
            Error::new(ErrorKind::Syntax, message)
        }
    }
}

fn shape(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Shape, message)
}

/// The publication time: the article's own, else that of the settings. It is told in the zone that the article
/// names, where it names one, because that is what its readers call "today".
fn published(fields: &Fields<'_>, settings: &Settings) -> Result<Published, Error> {
    let own_zone = fields.timezone.as_label("timezone")?.map(|name| timezone(&name)).transpose()?;
    let zone = own_zone.unwrap_or(settings.timezone);
    let told = [&fields.published_at, &fields.published, &fields.date].into_iter().find(|field| !field.is_blank());
    let published = match told {
        Some(Field::Text(text)) => Published::parse(text, zone)?,
        Some(Field::Number(number)) => Published::from_epoch(number, zone)?,
        Some(Field::Other(kind)) => return Err(wrong_kind("published_at", kind, "a time")),
        Some(Field::Absent) | None => return settings.published.ok_or_else(published_missing),
    };
    Ok(own_zone.map_or(published, |zone| published.seen_in(zone)))
}
