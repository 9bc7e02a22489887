//! The data of a language, as in its folder, before it is compiled.

use std::io::Read;

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
    /// The weights of the tagger and the parser, as [`SyntaxWeights::read`] reads them, or compressed with gzip.
    pub syntax: &'static [u8],
    /// Whether `lines` and `weight` were learned from texts of the language, so that they know its words; else those of another
    /// language serve, without what they say of words.
    pub knows_words: bool,
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

/// What a file begins with that gzip compressed.
const GZIP: [u8; 2] = [0x1f, 0x8b];

impl WeightFiles {
    pub(super) fn syntax(&self, language: &str) -> Result<SyntaxWeights, String> {
        let mut bytes = std::borrow::Cow::Borrowed(self.syntax);
        if self.syntax.starts_with(&GZIP) {
            let mut unpacked = Vec::new();
            let read = flate2::read::GzDecoder::new(self.syntax).read_to_end(&mut unpacked);
            read.map_err(|error| format!("{language}/syntax.bin.gz: {error}"))?;
            bytes = unpacked.into();
        }
        SyntaxWeights::read(&bytes)
            .ok_or_else(|| format!("{language}/syntax.bin: its tables are not as long as its head says"))
    }
}
