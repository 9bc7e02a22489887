//! English.

use super::{Depth, Source, WeightFiles};

/// The data of this folder.
pub const SOURCE: Source = Source {
    language: "en",
    version: 2,
    depth: Depth::Statements,
    base: "",
    words: include_str!("words.toml"),
    rules: include_str!("rules.toml"),
    feasts: include_str!("feasts.toml"),
    weights: Some(WeightFiles {
        // Trained on the English Web Treebank of Universal Dependencies (Silveira et al. 2014; CC BY-SA 4.0) and on news
        // parsed by a teacher.
        syntax: include_bytes!("syntax.bin"),
        knows_words: true,
        lines: include_bytes!("lines.bin"),
        weight: include_bytes!("weight.bin"),
    }),
};
