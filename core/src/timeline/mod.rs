//! The reports of many articles as one story: which days matter, and what happened on each.
//!
//! ```text
//! records ──> Mentions ──┬──> key_days: how much each day matters
//!                        └──> entries: mentions of one event, merged ──> story: the days that matter, with their entries
//! ```
//!
//! This module knows only mentions: not where they are stored, not how dates were found, not what "today" is. The
//! result does not depend on the order of the mentions, and a mention that occurs twice counts once.

mod account;
mod articles;
mod entries;
mod key_days;
mod mention;
mod query;
mod rank;
mod similarity;
mod story;
#[cfg(test)]
mod tests;

pub use account::Account;
pub use entries::{Entry, entries};
pub use key_days::{DaySums, KeyDay, key_days};
pub use mention::Mention;
pub use query::{Phrase, Query, Search};
pub use rank::{has_subject, rank};
pub use story::{StoryDay, story};
