//! The times that an article can be dated by.

/// Which of its times an article counts its dates from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Reference {
    /// The first publication.
    #[default]
    FirstCreated,
    /// When the content was created.
    ContentCreated,
    /// When this revision was created.
    VersionCreated,
    /// The date of the dateline.
    Dateline,
    /// When the envelope around the article was created.
    Envelope,
    /// Given from outside.
    Given,
    /// When the record that holds the message was written to Kafka.
    Record,
}

impl Reference {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::FirstCreated,
        Self::ContentCreated,
        Self::VersionCreated,
        Self::Dateline,
        Self::Envelope,
        Self::Given,
        Self::Record,
    ];

    /// Those that a user can choose.
    pub const CHOICES: [Self; 4] = [Self::FirstCreated, Self::ContentCreated, Self::VersionCreated, Self::Dateline];

    /// Returns the name in configurations and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstCreated => "firstcreated",
            Self::ContentCreated => "contentcreated",
            Self::VersionCreated => "versioncreated",
            Self::Dateline => "dateline",
            Self::Envelope => "envelope",
            Self::Given => "given",
            Self::Record => "record",
        }
    }
}
