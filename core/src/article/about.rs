//! What people should know of a format, which its file says; the documentation is rendered from it.

/// How a format is recognised, and where its fields are found, in Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// What messages in it are recognised by.
    pub recognised: &'static str,
    /// What of a message is an item.
    pub items: &'static str,
    /// Where each field is found, best first, before the names that all JSON formats share.
    pub fields: &'static [(&'static str, &'static str)],
}
