//! The data of a language, as in its folder, before it is compiled.

use super::words::Words;
use super::{Depth, SyntaxWeights};

/// The data of a language, as in its folder.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The primary BCP 47 tag.
    pub language: &'static str,
    /// Raised whenever an answer may change.
    pub version: u32,
    /// How much of a text it reads.
    pub depth: Depth,
    /// The text of `base.toml`, which is generated; with one, the language has the rules that all languages share.
    pub base: &'static str,
    /// The text of `words.toml`.
    pub words: &'static str,
    /// The text of `rules.toml`.
    pub rules: &'static str,
    /// The text of `feasts.toml`.
    pub feasts: &'static str,
    /// What was trained for it; nothing, where it is read for its dates alone.
    pub weights: Option<WeightFiles>,
}

/// The files of weights of a language.
#[derive(Debug, Clone, Copy)]
pub struct WeightFiles {
    /// The weights of the tagger and the parser, as [`SyntaxWeights::read`] reads them.
    pub syntax: &'static [u8],
    /// The weights that lines are chosen by, a signed byte each.
    pub lines: &'static [u8],
    /// The weights that events are weighed by, a signed byte each.
    pub weight: &'static [u8],
}

impl Source {
    /// Returns the English name of the language, as its words have it; the code where they do not.
    #[must_use]
    pub fn name(&self) -> String {
        let name = Words::parse("", self.words).map(|words| words.writing.name).unwrap_or_default();
        if name.is_empty() { self.language.to_owned() } else { name }
    }
}

impl WeightFiles {
    pub(super) fn syntax(&self, language: &str) -> Result<SyntaxWeights, String> {
        SyntaxWeights::read(self.syntax)
            .ok_or_else(|| format!("{language}/syntax.bin: it must have {} bytes", SyntaxWeights::BYTES))
    }
}
