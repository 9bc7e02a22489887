//! The publishing status of an item: whether it may be read at all, or was withdrawn by its feed.

use super::draft::Draft;
use super::field::Field;
use crate::error::Warning;

/// How a feed withdraws an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Withdrawal {
    /// Killed: it should never have been published.
    Canceled,
    /// Not to be published for now.
    Withheld,
    /// Replaced by another article.
    Replaced,
    /// Deleted from the feed.
    Deleted,
    /// Its row was deleted from the database that the messages come from. That is no revision: it withdraws whichever
    /// revision stands.
    RowDeleted,
}

impl Withdrawal {
    /// Returns the name of the status, which is also the code of the warning.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Canceled => "canceled",
            Self::Withheld => "withheld",
            Self::Replaced => "replaced",
            Self::Deleted | Self::RowDeleted => "deleted",
        }
    }
}

/// What a publishing status means for an item.
pub(super) enum PublishingStatus {
    /// The item may be read.
    Usable {
        embargoed: bool,
    },
    Withdrawn(Withdrawal, Warning),
    /// The item is not an article, or not one yet.
    Skipped(Warning),
}

impl PublishingStatus {
    /// Interprets the status field: IPTC's three values and those that vendors add. Without one, an item is usable.
    pub fn of(draft: &Draft<'_>) -> Self {
        let Some(status) = draft.label(Field::Status).ok().flatten() else { return Self::Usable { embargoed: false } };
        // `stat:usable` of NewsML-G2, or the address of the concept.
        let name = status.rsplit([':', '/', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let withdrawal = match name.as_str() {
            "usable" | "published" | "corrected" => return Self::Usable { embargoed: false },
            // AP and PA: for clients only, until further notice.
            "embargoed" | "privileged" => return Self::Usable { embargoed: true },
            "canceled" | "cancelled" | "withdrawn" | "killed" | "recalled" | "retracted" => Withdrawal::Canceled,
            "withheld" => Withdrawal::Withheld,
            "replaced" => Withdrawal::Replaced,
            "deleted" => Withdrawal::Deleted,
            "commissioned" => {
                let message = "the article is commissioned but not written yet".to_owned();
                return Self::Skipped(Warning { code: "not-written", message });
            }
            _ => {
                let path = draft.first(Field::Status).map(|found| found.path.as_str()).unwrap_or_default();
                let message = format!(
                    "`{path}` is `{status}`, an unknown status, so it is not clear whether the article may be published"
                );
                return Self::Skipped(Warning { code: "status-unknown", message });
            }
        };
        let message = format!("the feed withdrew the article: its status is `{}`", withdrawal.name());
        Self::Withdrawn(withdrawal, Warning { code: withdrawal.name(), message })
    }
}
