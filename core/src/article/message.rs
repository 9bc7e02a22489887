//! A message as it comes, and its bytes as text.
//!
//! Must not know any format.

use std::borrow::Cow;

use encoding_rs::Encoding;

use super::wire_format::WireSchema;
use super::{binary, markup};
use crate::error::{Error, ErrorKind};

/// One message: its bytes, and what it came with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Message<'m> {
    /// The bytes.
    pub value: &'m [u8],
    /// Names and values, as Kafka has them. They carry the attributes of CloudEvents in binary mode.
    pub headers: &'m [(&'m str, &'m [u8])],
    /// The topic that it came through, if it came through one.
    pub topic: Option<&'m str>,
    /// Its key, if it has one.
    pub key: Option<&'m [u8]>,
    /// The schema of its value, if that is in the wire format of a schema registry.
    pub schema: Option<&'m WireSchema>,
}

impl<'m> Message<'m> {
    /// Creates a message of which nothing else is known.
    #[must_use]
    pub fn bare(value: &'m [u8]) -> Self {
        Self { value, ..Self::default() }
    }

    /// Returns a header that is text. The case of its name does not matter.
    pub(super) fn header(&self, name: &str) -> Option<&'m str> {
        let (_, value) = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok().map(str::trim).filter(|value| !value.is_empty())
    }
}

/// Decodes the bytes, without a byte order mark: by that mark, by the `charset` that the message names, by an XML
/// declaration, else as UTF-8.
pub(super) fn text<'b>(bytes: &'b [u8], charset: Option<&str>) -> Result<Cow<'b, str>, Error> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decoded(bytes.get(length..).unwrap_or_default(), encoding, length);
    }
    if let Some(encoding) = charset.map(|charset| named(charset, bytes)).transpose()? {
        return decoded(bytes, encoding, 0);
    }
    if binary::is_suspicious(bytes)
        && let Some(kind) = binary::kind(bytes)
    {
        return Err(not_text(bytes, &kind));
    }
    let declared = declared(bytes);
    if markup::is_html(bytes) && declared.is_none_or(|encoding| encoding == encoding_rs::UTF_8) {
        return Ok(page(bytes));
    }
    decoded(bytes, declared.unwrap_or(encoding_rs::UTF_8), 0)
}

/// Decodes a page as browsers do: in the encoding that it declares, else as Windows-1252. What is UTF-8 is that, whatever
/// the page says; a byte that no encoding explains spoils no page.
fn page(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => markup::charset(bytes).unwrap_or(encoding_rs::WINDOWS_1252).decode_without_bom_handling(bytes).0,
    }
}

/// Returns the encoding of a name.
fn named(charset: &str, bytes: &[u8]) -> Result<&'static Encoding, Error> {
    // Without a mark, the zero of the first letter shows which half of it comes first.
    if charset.eq_ignore_ascii_case("utf-16") || charset.eq_ignore_ascii_case("utf16") {
        return Ok(if bytes.first() == Some(&0) { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE });
    }
    Encoding::for_label(charset.as_bytes()).ok_or_else(|| {
        let message = format!("the message says that its charset is `{charset}`, which is not known; send it as UTF-8");
        Error::new(ErrorKind::Encoding, message)
    })
}

fn decoded<'b>(bytes: &'b [u8], encoding: &'static Encoding, offset: usize) -> Result<Cow<'b, str>, Error> {
    if encoding == encoding_rs::UTF_8 {
        return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| not_utf8(bytes, &error, offset));
    }
    let name = encoding.name();
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| Error::new(ErrorKind::Encoding, format!("not {name}, although declared so; send it as UTF-8")))
}

/// The error for bytes that are compressed, and cannot be unpacked.
pub(super) fn not_unpacked(bytes: &[u8], reason: &std::io::Error) -> Error {
    let kind = binary::kind(bytes).unwrap_or_else(|| "no text".to_owned());
    not_text(bytes, &format!("{kind}, which cannot be unpacked ({reason})"))
}

/// The error for bytes that are something else than text, whose first bytes are shown.
fn not_text(bytes: &[u8], kind: &str) -> Error {
    let first: Vec<String> = bytes.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    let message =
        format!("not text: the first bytes, `{}`, are {kind}; send the text itself, as UTF-8", first.join(" "));
    Error::new(ErrorKind::Encoding, message)
}

fn not_utf8(bytes: &[u8], error: &std::str::Utf8Error, offset: usize) -> Error {
    if let Some(kind) = binary::kind(bytes) {
        return not_text(bytes, &kind);
    }
    let at = error.valid_up_to();
    let start = bytes.get(..at).unwrap_or_default();
    // Western European letters, curly quotes and dashes, where the invalid byte is the first beyond ASCII.
    let western = start.is_ascii() && bytes.get(at).is_some_and(|byte| matches!(byte, 0x80..=0x97 | 0xa0..=0xff));
    // Text in any encoding that is compatible with ASCII has line breaks and tabs, but no other control characters.
    let western = western && !bytes.iter().any(|byte| matches!(byte, 0..=8 | 0x0e..=0x1f));
    let hint = if western {
        "; it may be Windows-1252, \
         which a header `content-type` with a `charset` or an XML declaration can say"
    } else {
        ""
    };
    let at = at + offset;
    Error::new(ErrorKind::Encoding, format!("not UTF-8: byte {at} (counted from 0) is invalid; send it as UTF-8{hint}"))
}

/// Returns the encoding that an XML declaration names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.trim_ascii_start().strip_prefix(b"<?xml")?;
    let head = head.get(..memchr::memchr(b'>', head)?)?;
    let head = std::str::from_utf8(head).ok()?;
    let (_, name) = head.split_once("encoding")?;
    let name = name.trim_start().strip_prefix('=')?.trim_start();
    let quote = name.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    // The declaration was read as ASCII, so the encoding must be compatible with ASCII.
    Encoding::for_label(name.get(1..)?.split(quote).next()?.as_bytes())
        .filter(|encoding| encoding.is_ascii_compatible())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_or_a_declaration_sets_the_encoding() {
        let read = |bytes: &[u8]| text(bytes, None).expect("text").into_owned();
        assert_eq!(read("\u{feff}é".as_bytes()), "é");
        assert_eq!(read(b"\xff\xfe<\0\xe9\0"), "<é");
        assert_eq!(
            read(b"<?xml version='1.0' encoding='windows-1252'?><a>\x93\xe9\x94</a>").get(45..),
            Some("<a>“é”</a>")
        );
        assert_eq!(read("<?xml version=\"1.0\" encoding=\"utf-16\"?><a>é</a>".as_bytes()).get(39..), Some("<a>é</a>"));
        assert_eq!(read("<?xml version=\"1.0\" encoding=\"none\"?>é".as_bytes()).get(37..), Some("é"));
    }

    #[test]
    fn the_message_may_name_its_encoding() {
        let read =
            |bytes: &[u8], charset| text(bytes, Some(charset)).map(Cow::into_owned).map_err(|error| error.code());
        assert_eq!(read(b"caf\xe9", "ISO-8859-1").as_deref(), Ok("café"));
        assert_eq!(read(b"\x93caf\xe9\x94", "windows-1252").as_deref(), Ok("“café”"));
        for (bytes, charset) in [(b"{\0\xe9\0", "utf-16"), (b"\0{\0\xe9", "UTF-16"), (b"\0{\0\xe9", "utf-16be")] {
            assert_eq!(read(bytes, charset).as_deref(), Ok("{é"), "{charset}");
        }
        assert_eq!(read("\u{feff}é".as_bytes(), "iso-8859-1").as_deref(), Ok("é"), "the mark counts first");
        assert_eq!(read(b"caf\xe9", "utf-8"), Err("not-utf8"));
        assert_eq!(read(b"cafe", "klingon"), Err("not-utf8"));
    }

    #[test]
    fn windows_1252_that_says_it_is_utf8_is_named() {
        let error = text(b"<?xml version='1.0' encoding='UTF-8'?><a>caf\xe9</a>", None).expect_err("no UTF-8");
        assert_eq!(error.code(), "not-utf8");
        insta::assert_snapshot!(error, @"not UTF-8: byte 44 (counted from 0) is invalid; send it as UTF-8; it may be Windows-1252, \
         which a header `content-type` with a `charset` or an XML declaration can say");
    }
}
