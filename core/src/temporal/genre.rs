//! Which kind of text an article is.

/// What a bare "in May" counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Genre {
    /// The publication time.
    News,
    /// The last date mentioned.
    Narrative,
    /// Decided for each article, by its dates.
    #[default]
    Auto,
}
