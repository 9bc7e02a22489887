//! Temporal expressions: recognised by rules, refined, resolved to dates.
//!
//! What the text said ([`Expression`]) and what it means ([`Resolved`]) are two types. This module must not know
//! what happened at a time, nor how records look.

mod resolved;

pub use resolved::{Basis, Dropped, Expression, Modifier, Resolved, TimexType};
