//! Entities of HTML in texts that are not HTML, such as titles.

use std::borrow::Cow;

/// The longest name of an entity has 31 letters.
const LONGEST: usize = 32;

/// Decodes the entities in a text. What is none stays as it is.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        match entity(after) {
            Some((characters, length)) => {
                decoded.push_str(&characters);
                rest = after.get(length..).unwrap_or_default();
            }
            None => {
                decoded.push('&');
                rest = after;
            }
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// Returns what an entity stands for, and its length after the `&`.
fn entity(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(LONGEST + 1).position(|byte| byte == b';')?;
    let name = text.get(..end)?;
    let characters = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')?.to_string()
        }
        None => quick_xml::escape::resolve_html5_entity(name)?.to_owned(),
    };
    Some((characters, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded_and_everything_else_stays() {
        assert_eq!(
            decoded("Mayor&#8217;s &quot;plan&quot; &amp; caf&eacute; &#x2013; 5"),
            "Mayor’s \"plan\" & café – 5"
        );
        for text in ["AT&T; R&D", "a && b", "&", "&;", "&#0;", "&#xD800;", "&nosuchname;", "Q&A"] {
            assert_eq!(decoded(text), text);
        }
    }
}
