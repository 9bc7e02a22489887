//! Language packs: words and rules as data, with a folder and one line of registration for each language.
//!
//! A pack maps words to classes (`words.toml`), has rules over classes (`rules.toml`) and names of feasts
//! (`feasts.toml`). This module compiles them; it must not know what an expression means on the calendar.

mod calendar_names;
mod feasts;
mod grammar;
mod lexicon;
mod nearest;
mod pattern;
mod reference;
mod rules;
mod sets;
mod slot;
mod tag;
pub mod tagger;
mod values;
pub mod weights;
mod word_map;

pub mod en;

pub use calendar_names::{month_named, weekday_named};
pub use feasts::{Feasts, plain_name};
pub use grammar::Grammar;
pub use lexicon::{Class, Lexicon, Value};
pub use rules::{Context, CountedFrom, Example, Reference, Register, Rule, Rules, Template};
pub use sets::Symbol;
pub use slot::Slot;
pub use tag::tag_of;

use std::sync::LazyLock;

use self::weights::Table;

/// The words, rules and weights of one language, compiled.
#[derive(Debug)]
pub struct Pack {
    /// The primary BCP 47 tag.
    pub language: &'static str,
    /// Raised whenever an answer may change.
    pub version: u32,
    /// Words and their classes.
    pub lexicon: Lexicon,
    /// The classes that code uses.
    pub grammar: Grammar,
    /// Patterns over classes, with their meanings.
    pub rules: Rules,
    /// The feasts that have a name in the language.
    pub feasts: Feasts,
    /// The weights of the part-of-speech tagger.
    pub tagger: tagger::Weights,
    /// The weights of the parser.
    pub syntax: SyntaxWeights,
    /// The weights that lines are chosen by.
    pub lines: Vec<i8>,
    /// The weights that events are weighed by; none, where nothing was learned for the language.
    pub weight: Vec<i8>,
}

/// The table of parts of speech.
pub type TaggerTable = Table<32, { 1 << 15 }>;

/// The table of transitions. There are three, so that a row is short and many features have one.
pub type ParserTable = Table<4, { 1 << 16 }>;

/// The table of relations.
pub type RelationTable = Table<16, { 1 << 14 }>;

/// The weights that the structure of sentences is found by.
#[derive(Debug)]
pub struct SyntaxWeights {
    /// What the features were when the weights were trained, to compare with [`crate::syntax::fingerprint::of_features`].
    pub fingerprint: [u8; Self::FINGERPRINT],
    /// Those of parts of speech.
    pub tagger: TaggerTable,
    /// Those of transitions.
    pub parser: ParserTable,
    /// Those of the relations of arcs.
    pub relations: RelationTable,
}

impl SyntaxWeights {
    /// The length of the fingerprint of the features, in bytes.
    pub const FINGERPRINT: usize = 16;

    /// The length of a file of weights, in bytes.
    pub const BYTES: usize = Self::FINGERPRINT + TaggerTable::BYTES + ParserTable::BYTES + RelationTable::BYTES;

    /// Reads a file of weights: the fingerprint and the three tables, one behind the other. Returns `None` if its length is
    /// wrong.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (&fingerprint, bytes) = bytes.split_first_chunk()?;
        let (tagger, bytes) = bytes.split_at_checked(TaggerTable::BYTES)?;
        let (parser, relations) = bytes.split_at_checked(ParserTable::BYTES)?;
        Some(Self {
            fingerprint,
            tagger: Table::read(tagger)?,
            parser: Table::read(parser)?,
            relations: Table::read(relations)?,
        })
    }
}

/// The data of a language, as in its folder.
#[derive(Debug)]
pub struct Source {
    /// The primary BCP 47 tag.
    pub language: &'static str,
    /// Raised whenever an answer may change.
    pub version: u32,
    /// The text of `words.toml`.
    pub words: &'static str,
    /// The text of `rules.toml`.
    pub rules: &'static str,
    /// The text of `feasts.toml`.
    pub feasts: &'static str,
    /// The weights of the tagger, as [`tagger::Weights::read`] reads them.
    pub tagger: &'static [u8],
    /// The weights of the parser, as [`SyntaxWeights::read`] reads them.
    pub syntax: &'static [u8],
    /// The weights that lines are chosen by, a signed byte each.
    pub lines: &'static [u8],
    /// The weights that events are weighed by, a signed byte each.
    pub weight: &'static [u8],
}

/// One line for each language.
static PACKS: [LazyLock<Pack>; 1] = [LazyLock::new(|| compiled(&en::SOURCE))];

/// Returns the pack for a language in any spelling that [`tag_of`] understands (`en`, `en-GB`, `English`), by its primary
/// language.
#[must_use]
pub fn pack(language: &str) -> Option<&'static Pack> {
    let tag = tag_of(language)?;
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    PACKS.iter().map(LazyLock::force).find(|pack| pack.language.eq_ignore_ascii_case(primary))
}

/// Returns every pack.
pub fn packs() -> impl Iterator<Item = &'static Pack> {
    PACKS.iter().map(LazyLock::force)
}

impl Pack {
    /// Compiles the data of a language.
    ///
    /// # Errors
    /// If the data is not TOML, names an unknown class or kind, or a rule lacks examples. The message names the file
    /// and the entry.
    pub fn compile(source: &Source) -> Result<Self, String> {
        let rules = rules::parse(source.rules).map_err(|error| format!("{}/rules.toml: {error}", source.language))?;
        let (literals, classes) = rules::named(&rules);
        let feasts =
            Feasts::parse(source.feasts).map_err(|error| format!("{}/feasts.toml: {error}", source.language))?;
        let lexicon = Lexicon::compile(source.words, &feasts, &literals, &classes)
            .map_err(|error| format!("{}/words.toml: {error}", source.language))?;
        values::check(&lexicon).map_err(|error| format!("{}/words.toml: {error}", source.language))?;
        let grammar = Grammar::compile(&lexicon).map_err(|error| format!("{}/words.toml: {error}", source.language))?;
        let rules = Rules::compile(source.language, rules, &lexicon)
            .map_err(|error| format!("{}/rules.toml: {error}", source.language))?;
        let tagger = tagger::Weights::read(source.tagger)
            .ok_or_else(|| format!("{}/tagger.bin: it must have {} bytes", source.language, tagger::BYTES))?;
        let syntax = SyntaxWeights::read(source.syntax)
            .ok_or_else(|| format!("{}/syntax.bin: it must have {} bytes", source.language, SyntaxWeights::BYTES))?;
        let signed = |bytes: &[u8]| bytes.iter().map(|byte| byte.cast_signed()).collect();
        let (lines, weight) = (signed(source.lines), signed(source.weight));
        let Source { language, version, .. } = *source;
        Ok(Self { language, version, lexicon, grammar, rules, feasts, tagger, syntax, lines, weight })
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
    use super::{Pack, Source, en};

    /// Returns the error of the English pack with one thing in its rules or words replaced.
    fn refused(from: &str, to: &str) -> String {
        let replaced = |text: &'static str| text.replacen(from, to, 1).leak();
        let source = Source { rules: replaced(en::SOURCE.rules), words: replaced(en::SOURCE.words), ..en::SOURCE };
        assert!(source.rules != en::SOURCE.rules || source.words != en::SOURCE.words, "`{from}` is not in the pack");
        Pack::compile(&source).err().unwrap_or_else(|| panic!("a pack with `{to}` compiles"))
    }

    #[test]
    fn a_misspelt_name_is_refused_with_the_nearest_right_one() {
        let assert_suggested = |from, to, name: &str, near: &str| {
            let error = refused(from, to);
            assert!(
                error.contains(&format!("`{name}`")) && error.contains(&format!("did you mean `{near}`?")),
                "{error}"
            );
        };
        assert_suggested("(month:MONTH |", "(mnoth:MONTH |", "mnoth", "month");
        assert_suggested("month:MONTH |", "month:MNOTH |", "MNOTH", "MONTH");
        assert_suggested("weekday? (month", "wekday? (month", "wekday", "weekday");
        assert_suggested("modifier = \"START\"", "modifier = \"STRAT\"", "STRAT", "START");
        assert_suggested("unit = \"day\"", "unit = \"dya\"", "dya", "day");
        assert_suggested("kind = \"calendar\"", "kind = \"calender\"", "calender", "calendar");
        assert_suggested("not_before = [\"COUNTED\"]", "not_before = [\"CUONTED\"]", "CUONTED", "COUNTED");
        assert_suggested("register = \"history\"", "register = \"histroy\"", "histroy", "history");
        assert_suggested("[UNIT]\n", "[UNIT]\nmoons = \"mnoth\"\n", "mnoth", "month");
    }

    #[test]
    fn a_value_that_cannot_be_is_refused_with_its_class_and_word() {
        let error = refused("[MONTH]\n", "[MONTH]\nUndecimber = 13\n");
        assert!(error.contains("MONTH: `Undecimber`: 13 is not from 1 to 12"), "{error}");
    }

    /// If this fails, merge classes that no rule distinguishes; the limit itself is in `sets.rs`.
    #[test]
    fn a_tenth_of_the_symbols_at_least_is_free() {
        for pack in super::packs() {
            let (used, most) = pack.lexicon.headroom();
            println!("{}: {used} of {most} symbols are in use", pack.language);
            assert!(used < most - most / 10, "{}: {used} of {most} symbols are in use", pack.language);
        }
    }

    #[test]
    fn every_pack_compiles_and_answers_to_its_tag() {
        for pack in super::packs() {
            assert!(super::pack(pack.language).is_some());
            assert!(super::pack(&format!("{}-XX", pack.language.to_uppercase())).is_some());
        }
        assert!(super::pack("tlh").is_none());
    }
}
