//! What markup a message begins with, by its first bytes alone: whether it is HTML, and the encoding that it declares.
//!
//! No parser runs here, so a message in another format costs a look at its first bytes. It must not know any format.

use encoding_rs::Encoding;

/// Elements that begin a page, or a part of one. None of them is the root of a known format.
const ELEMENTS: [&str; 37] = [
    "b",
    "base",
    "blockquote",
    "body",
    "br",
    "center",
    "div",
    "em",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "link",
    "main",
    "meta",
    "nav",
    "noscript",
    "ol",
    "p",
    "pre",
    "script",
    "span",
    "strong",
    "style",
    "table",
    "title",
    "ul",
];

/// How far into a page its encoding is looked for. Browsers look at the first kilobyte; some pages begin with comments.
const DECLARATION: usize = 8192;

/// Whether a message is HTML: by its document type, or else by its first tag after declarations and comments.
pub(super) fn is_html(bytes: &[u8]) -> bool {
    let mut rest = bytes.trim_ascii_start();
    // Only whole pages are XML as well.
    let is_xml = starts_with(rest, "<?xml");
    while let Some(mark) = rest.strip_prefix(b"<") {
        let end: &[u8] = match mark {
            [b'!', b'-', b'-', ..] => b"-->",
            [b'!', b'[', b'C', ..] => return false,
            [b'!', ..] if starts_with(mark, "!doctype") => {
                let name = mark.get(8..).unwrap_or_default().trim_ascii_start();
                return starts_with(name, "html") && name.get(4).is_none_or(|byte| !byte.is_ascii_alphanumeric());
            }
            [b'!' | b'?', ..] => b">",
            _ if is_xml => return is_tag(mark, "html"),
            _ => return ELEMENTS.iter().any(|element| is_tag(mark, element)),
        };
        let Some(at) = memchr::memmem::find(mark, end) else { return false };
        rest = mark.get(at + end.len()..).unwrap_or_default().trim_ascii_start();
    }
    false
}

/// Whether what follows a `<` is a tag of that name.
fn is_tag(mark: &[u8], name: &str) -> bool {
    starts_with(mark, name)
        && matches!(mark.get(name.len()), Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') | None)
}

fn starts_with(bytes: &[u8], start: &str) -> bool {
    bytes.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start.as_bytes()))
}

/// Returns the encoding that a page declares: `<meta charset="…">`, or in the `content` of a `meta`.
pub(super) fn charset(page: &[u8]) -> Option<&'static Encoding> {
    let head = page.get(..page.len().min(DECLARATION))?;
    let found = memchr::memchr_iter(b'<', head).find_map(|at| {
        let tag = head.get(at + 1..)?;
        let tag = tag.get(..memchr::memchr(b'>', tag)?)?;
        starts_with(tag, "meta").then_some(())?;
        let lower = tag.to_ascii_lowercase();
        let value =
            lower.get(memchr::memmem::find(&lower, b"charset")? + 7..)?.trim_ascii_start().strip_prefix(b"=")?;
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let length = value.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_:.".contains(byte)).count();
        Encoding::for_label(value.get(..length)?)
    });
    // The declaration was read as ASCII, so the encoding is compatible with ASCII.
    found.filter(|encoding| encoding.is_ascii_compatible())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_recognised_by_their_first_bytes() {
        for page in [
            "<!DOCTYPE html><p>",
            "<!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"><html>",
            "<html>",
            "\n <!--[if IE 8]><html class=\"ie8\"><![endif]--><html>",
            "<![if !IE]><html>",
            "<head lang=en>",
            "<script src=a.js></script>",
            "<meta charset=utf-8>",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE html PUBLIC \"x\" \"y\">\n<html xmlns=\"z\">",
            "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">",
            "<p>The bridge was shut.</p>",
            "<H1>Bridge shut</H1>",
        ] {
            assert!(is_html(page.as_bytes()), "{page}");
        }
    }

    #[test]
    fn other_markup_is_not_html() {
        for other in [
            "",
            "<",
            "{\"body\": \"<html>\"}",
            "<nitf>",
            "<?xml version=\"1.0\"?><!-- <html> --><rss>",
            "<!DOCTYPE nitf SYSTEM \"nitf.dtd\"><nitf>",
            "<!DOCTYPE htmlish><htmlish>",
            "<!-- never closed <html>",
            "<heading>",
            "<item>",
            "<p:p>",
            "<?xml version=\"1.0\"?><p>a</p>",
            "<![CDATA[<html>]]>",
        ] {
            assert!(!is_html(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn the_encoding_is_that_of_a_meta() {
        let name = |page: &str| charset(page.as_bytes()).map(Encoding::name);
        assert_eq!(name("<meta charset=iso-8859-1>"), Some("windows-1252"));
        assert_eq!(
            name(
                "<script charset='koi8-r'></script><META http-equiv=Content-Type content='text/html; charset = KOI8-U'>"
            ),
            Some("KOI8-U")
        );
        assert_eq!(name("<meta charset='utf-16'>"), None, "it was read as ASCII");
        assert_eq!(name("<meta name='charset'>"), None);
    }
}
