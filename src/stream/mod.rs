//! (to be built)

pub mod client;
pub mod topics;
