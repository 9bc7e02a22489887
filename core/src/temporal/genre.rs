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

impl Genre {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::News, Self::Narrative, Self::Auto];

    /// The name in configurations and flags.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::News => "news",
            Self::Narrative => "narrative",
            Self::Auto => "auto",
        }
    }
}
