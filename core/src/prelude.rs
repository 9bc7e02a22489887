//! What most callers need: `use dateline_core::prelude::*;`.

pub use crate::article::{Article, Message, Published};
pub use crate::error::{Error, Warning};
pub use crate::extraction::Extraction;
pub use crate::pipeline::{Genre, Processed, Settings, extract, process, process_article, process_message};
pub use crate::record::EventRecord;
