//! Language packs: words and rules as data, one folder a language, one registry line each.
//!
//! A pack maps words to classes (`words.toml`), states rules over classes (`rules.toml`) and names the feasts
//! (`feasts.toml`). This module compiles them; it must not know what an expression means on the calendar.

mod feasts;
mod grammar;
mod lexicon;
mod pattern;
mod reference;
mod rules;
mod sets;
pub mod speech;

pub mod en;

pub use feasts::{Feasts, plain_name};
pub use grammar::Grammar;
pub use lexicon::{Class, Lexicon, Value};
pub use rules::{Context, CountedFrom, Example, Register, Rule, Rules, Template};

use std::sync::LazyLock;

/// The words and rules of one language, compiled.
#[derive(Debug)]
pub struct Pack {
    /// BCP 47 primary tag.
    pub language: &'static str,
    /// Raised when an answer may change.
    pub version: u32,
    /// Words to classes.
    pub lexicon: Lexicon,
    /// The classes that code asks for.
    pub grammar: Grammar,
    /// Patterns over classes, and what they mean.
    pub rules: Rules,
    /// The feasts that the language has names for.
    pub feasts: Feasts,
    /// What tells the parts of speech.
    pub speech: speech::Weights,
}

/// A language's data, as its folder has it.
#[derive(Debug)]
pub struct Source {
    /// BCP 47 primary tag.
    pub language: &'static str,
    /// Raised when an answer may change.
    pub version: u32,
    /// The text of `words.toml`.
    pub words: &'static str,
    /// The text of `rules.toml`.
    pub rules: &'static str,
    /// The text of `feasts.toml`.
    pub feasts: &'static str,
    /// The weights of parts of speech, as [`speech::Weights::read`] reads them.
    pub speech: &'static [u8],
}

/// One line a language.
static PACKS: [LazyLock<Pack>; 1] = [LazyLock::new(|| compiled(&en::SOURCE))];

/// The pack for a BCP 47 tag (`en`, `en-GB`), by its primary language.
#[must_use]
pub fn pack(tag: &str) -> Option<&'static Pack> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    PACKS.iter().map(LazyLock::force).find(|pack| pack.language.eq_ignore_ascii_case(primary))
}

/// Every pack there is.
pub fn packs() -> impl Iterator<Item = &'static Pack> {
    PACKS.iter().map(LazyLock::force)
}

impl Pack {
    /// Compiles a language's data. Errors name the file, the entry and what is wrong with it.
    ///
    /// # Errors
    /// Where the data is no TOML, names an unknown class or kind, or a rule lacks examples.
    pub fn compile(source: &Source) -> Result<Self, String> {
        let rules = rules::parse(source.rules).map_err(|error| format!("{}/rules.toml: {error}", source.language))?;
        let (literals, classes) = rules::named(&rules);
        let feasts =
            Feasts::parse(source.feasts).map_err(|error| format!("{}/feasts.toml: {error}", source.language))?;
        let lexicon = Lexicon::compile(source.words, &feasts, &literals, &classes)
            .map_err(|error| format!("{}/words.toml: {error}", source.language))?;
        let grammar = Grammar::compile(&lexicon).map_err(|error| format!("{}/words.toml: {error}", source.language))?;
        let rules = Rules::compile(source.language, rules, &lexicon)
            .map_err(|error| format!("{}/rules.toml: {error}", source.language))?;
        let speech = speech::Weights::read(source.speech)
            .ok_or_else(|| format!("{}/speech.bin: it must have {} bytes", source.language, speech::BYTES))?;
        Ok(Self { language: source.language, version: source.version, lexicon, grammar, rules, feasts, speech })
    }
}

#[expect(clippy::panic, reason = "the data is embedded, and a test compiles every pack")]
fn compiled(source: &Source) -> Pack {
    match Pack::compile(source) {
        Ok(pack) => pack,
        Err(error) => panic!("{error}"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_pack_compiles_and_answers_to_its_tag() {
        for pack in super::packs() {
            assert!(super::pack(pack.language).is_some());
            assert!(super::pack(&format!("{}-XX", pack.language.to_uppercase())).is_some());
        }
        assert!(super::pack("tlh").is_none());
    }
}
