//! What a message or an envelope says of its content: a media type and its charset.

/// A media type, in lower case and without parameters, and its charset.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct MediaType<'t> {
    essence: &'t str,
    pub charset: Option<&'t str>,
}

impl<'t> MediaType<'t> {
    /// Reads a header or an attribute. Some programs write it as JSON, in quotes.
    pub fn new(written: &'t str) -> Self {
        let mut parts = written.trim().trim_matches('"').split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let charset = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
        });
        Self { essence, charset: charset.filter(|charset| !charset.is_empty()) }
    }

    /// Whether it is of that type.
    pub fn is(&self, name: &str) -> bool {
        self.essence.eq_ignore_ascii_case(name)
    }

    /// The type as written.
    pub fn name(&self) -> &'t str {
        self.essence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_read_in_any_case_with_its_charset() {
        let found = MediaType::new("Text/Plain; format=flowed; Charset=\"ISO-8859-1\"");
        assert!(found.is("text/plain"));
        assert_eq!(found.charset, Some("ISO-8859-1"));
        assert_eq!(MediaType::new("\"application/json\""), MediaType { essence: "application/json", charset: None });
        assert_eq!(MediaType::new("").charset, None);
    }
}
