//! Whether an item may be read at all: usable, or taken back by its feed.

use super::draft::{Draft, Field};
use crate::error::Warning;

/// How a feed takes an article back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// Killed: it should never have been published.
    Canceled,
    /// Not to be published for now.
    Withheld,
    /// Another article stands in its place.
    Replaced,
    /// It is no longer there.
    Deleted,
}

impl Withdrawal {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Canceled => "canceled",
            Self::Withheld => "withheld",
            Self::Replaced => "replaced",
            Self::Deleted => "deleted",
        }
    }
}

/// What a publishing status comes to.
pub(super) enum Life {
    /// It may be read; true where the status says that it is under embargo.
    Usable(bool),
    Withdrawn(Withdrawal, Warning),
    /// Not, or not yet, an article.
    Skipped(Warning),
}

/// By the status that it tells: IPTC's three and those that vendors add. What tells none is usable.
pub(super) fn life(draft: &Draft<'_>) -> Life {
    let Some(told) = draft.label(Field::Status).ok().flatten() else { return Life::Usable(false) };
    // `stat:usable` of NewsML-G2, or the address of the concept.
    let name = told.rsplit([':', '/', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let withdrawal = match name.as_str() {
        "usable" | "published" | "corrected" => return Life::Usable(false),
        // AP and PA: for clients only, until told otherwise.
        "embargoed" | "privileged" => return Life::Usable(true),
        "canceled" | "cancelled" | "withdrawn" | "killed" | "recalled" | "retracted" => Withdrawal::Canceled,
        "withheld" => Withdrawal::Withheld,
        "replaced" => Withdrawal::Replaced,
        "deleted" => Withdrawal::Deleted,
        "commissioned" => {
            let message = "it is commissioned, so it is not written yet".to_owned();
            return Life::Skipped(Warning { code: "not-written", message });
        }
        _ => {
            let path = draft.first(Field::Status).map(|told| told.path.as_str()).unwrap_or_default();
            let message = format!("nothing says whether `{told}`, its status in `{path}`, may be published");
            return Life::Skipped(Warning { code: "status-unknown", message });
        }
    };
    let message = format!("the feed took it back: it is {}", withdrawal.name());
    Life::Withdrawn(withdrawal, Warning { code: withdrawal.name(), message })
}
