//! (to be built)

pub mod check;
pub mod client;
pub mod topics;
