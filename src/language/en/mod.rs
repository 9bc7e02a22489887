//! English.

use super::Source;

/// The data of this folder.
pub const SOURCE: Source =
    Source { language: "en", version: 1, words: include_str!("words.toml"), rules: include_str!("rules.toml") };
