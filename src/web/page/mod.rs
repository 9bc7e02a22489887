//! The page: plain files, built into the program.

/// A file of the page, with its type.
#[must_use]
pub fn asset(path: &str) -> Option<(&'static str, &'static [u8])> {
    Some(match path {
        "index.html" => ("text/html; charset=utf-8", include_bytes!("index.html")),
        _ => return None,
    })
}
