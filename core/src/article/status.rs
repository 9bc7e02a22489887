//! The publishing status of an item: whether it may be read at all, or was withdrawn by its feed.

use super::draft::Draft;
use super::field::{Field, FieldValue};
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

    /// Returns what a word says, as [`word`] returns it; `None` if it withdraws nothing.
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "canceled" | "cancelled" | "cancel" | "withdrawn" | "withdraw" | "killed" | "kill" | "spiked" | "spike"
            | "recalled" | "recall" | "retracted" | "retract" | "revoked" | "revoke" | "takendown" | "takedown" => {
                Self::Canceled
            }
            "withheld" | "withhold" | "unpublished" | "unpublish" => Self::Withheld,
            "replaced" | "replace" => Self::Replaced,
            "deleted" | "delete" | "del" | "removed" | "remove" | "trashed" | "trash" => Self::Deleted,
            _ => return None,
        })
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
    /// Interprets the status fields: IPTC's three values and those that vendors add. Without one, an item is usable.
    ///
    /// Anything that withdraws the item counts, whatever else is said. Otherwise, a publishing status that is not
    /// understood is not published, while a status of any other kind may have any value.
    pub fn of(draft: &Draft<'_>) -> Self {
        if let Some(found) = draft.first(Field::Deleted) {
            let message = format!("the feed withdrew the article: `{}` says so", found.path);
            let withdrawal = Withdrawal::Deleted;
            return Self::Withdrawn(withdrawal, Warning { code: withdrawal.name(), message });
        }
        let words = |field| draft.all(field).filter_map(word);
        if let Some(withdrawal) = words(Field::Status).chain(words(Field::State)).find_map(|word| Withdrawal::of(&word))
        {
            let message = format!("the feed withdrew the article: its status is `{}`", withdrawal.name());
            return Self::Withdrawn(withdrawal, Warning { code: withdrawal.name(), message });
        }
        let is_embargo = words(Field::State).any(|word| word == "embargoed");
        let Some(status) = draft.first(Field::Status) else { return Self::Usable { embargoed: is_embargo } };
        match word(status).as_deref() {
            Some("usable" | "published" | "corrected") => Self::Usable { embargoed: is_embargo },
            // AP and PA: for clients only, until further notice.
            Some("embargoed" | "privileged") => Self::Usable { embargoed: true },
            Some("commissioned") => {
                let message = "the article is commissioned but not written yet".to_owned();
                Self::Skipped(Warning { code: "not-written", message })
            }
            _ => {
                let (path, status) = (&status.path, status.describe());
                let message = format!(
                    "`{path}` is `{}`, an unknown status, so it is not clear whether the article may be published",
                    status.trim()
                );
                Self::Skipped(Warning { code: "status-unknown", message })
            }
        }
    }
}

/// Returns a status as one word in lower case, without the prefix of its vocabulary: `stat:usable` of NewsML-G2, the
/// address of a concept, the name of a constant.
fn word(found: &FieldValue<'_>) -> Option<String> {
    let status = found.as_text()?.trim().trim_end_matches(['/', '.', '!']);
    let last = status.rsplit([':', '/', '#', '.']).next().unwrap_or_default();
    let word: String = last.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Some(word).filter(|word| !word.is_empty())
}

/// Whether an item is withdrawn.
pub(super) fn is_withdrawn(draft: &Draft<'_>) -> bool {
    matches!(PublishingStatus::of(draft), PublishingStatus::Withdrawn(..))
}
