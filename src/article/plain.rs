//! Plain text: all of it is the body.

use super::{Article, check_size, digest, published_missing, utf8};
use crate::error::Error;
use crate::pipeline::Settings;

/// Reads plain text as an article without a title, published at `settings.published`.
///
/// # Errors
///
/// When it is too large or not UTF-8, or when `settings.published` is not given.
pub fn read_plain(bytes: &[u8], settings: &Settings) -> Result<Article, Error> {
    check_size(bytes.len(), settings)?;
    let body = utf8(bytes)?;
    let published = settings.published.ok_or_else(published_missing)?;
    Ok(Article {
        id: digest("", body, &published),
        revision: "1".to_owned(),
        title: String::new(),
        body: body.to_owned(),
        published,
        language: None,
        source: None,
        url: None,
    })
}
