//! What many articles tell, as one story: which days matter, and what happened on each.
//!
//! ```text
//! records ──> Mentions ──┬──> key_days: how much each day matters
//!                        └──> entries: mentions of one happening, as one ──> story: the days that matter, with theirs
//! ```
//!
//! Knows mentions alone: not where they are kept, not how dates were found, not what "today" is. The answer does not
//! depend on the order of the mentions, and a mention that comes twice counts once.

mod articles;
mod entries;
mod key_days;
mod mention;
mod query;
mod statements;
mod story;
#[cfg(test)]
mod tests;

pub use entries::{Entry, entries};
pub use key_days::{KeyDay, key_days};
pub use mention::Mention;
pub use query::Query;
pub use story::{StoryDay, story};
