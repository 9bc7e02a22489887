//! Language packs: words and rules as data, with a folder and one line of registration for each language.
//!
//! A pack maps words to classes (`words.toml`), has rules over classes (`rules.toml`) and names of feasts
//! (`feasts.toml`). This module compiles them; it must not know what an expression means on the calendar.

mod calendar_names;
mod depth;
mod feasts;
mod grammar;
mod lexicon;
#[cfg(test)]
mod made_up;
mod nearest;
mod pattern;
mod reference;
mod registry;
mod rules;
mod sets;
mod shared;
mod slot;
mod source;
mod tag;
mod template;
mod values;
pub mod weights;
mod word_map;
mod words;

pub mod en;

pub use calendar_names::{month_named, weekday_named};
pub use depth::Depth;
pub use feasts::{Feasts, plain_name};
pub use grammar::Grammar;
pub use lexicon::{Class, Lexicon, Value};
pub(crate) use registry::pack_exists;
pub use registry::{languages, pack, packs, primary};
pub use rules::{Context, Example, Register, Rule, Rules};
pub use sets::Symbol;
pub use slot::Slot;
pub use source::{Source, WeightFiles};
pub use tag::tag_of;
pub use template::{CountedFrom, Reference, Template};

use std::sync::OnceLock;

use self::weights::Table;
use self::words::Words;

/// The classes that every language must have words of; code does without any other: even months have no names where they are
/// numbered.
const CORE: [&str; 1] = ["UNIT"];

/// The classes that only the shared rules name, so that a language with rules of its own needs no words of them.
const SHARED_ALONE: [&str; 10] = [
    "ANDAHALF",
    "CENTURYALONE",
    "HOURBEFORE",
    "LENGTHUNIT",
    "LENGTHWORD",
    "MONTHABBR",
    "NOWADAYS",
    "ROMAN",
    "STREETLEAD",
    "YEARWORD",
];

/// The words, rules and weights of one language, compiled.
#[derive(Debug)]
pub struct Pack {
    /// The primary BCP 47 tag.
    pub language: &'static str,
    /// Raised whenever an answer may change.
    pub version: u32,
    /// How much of a text it reads.
    pub depth: Depth,
    /// Words and their classes.
    pub lexicon: Lexicon,
    /// The classes that code uses.
    pub grammar: Grammar,
    /// Patterns over classes, with their meanings.
    pub rules: Rules,
    /// The feasts that have a name in the language.
    pub feasts: Feasts,
    /// The weights of the tagger and the parser, read when they are first asked for: that a text resembles a language is found
    /// without them.
    syntax: OnceLock<Option<SyntaxWeights>>,
    /// The files of what was trained for the language.
    weights: Option<WeightFiles>,
    /// Whether what lines and events are weighed by knows words of the language.
    pub knows_words: bool,
    /// The weights that lines are chosen by.
    pub lines: Vec<i8>,
    /// The weights that events are weighed by; none, where nothing was learned for the language.
    pub weight: Vec<i8>,
}

/// The table of parts of speech.
pub type TaggerTable = Table<32>;

/// The table of transitions. There are three, so that a row is short and many features have one.
pub type ParserTable = Table<4>;

/// The table of relations.
pub type RelationTable = Table<16>;

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

/// How many buckets each table of a file of weights has, as powers of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buckets {
    /// Those of the table of parts of speech.
    pub tagger: u8,
    /// Those of the table of transitions.
    pub parser: u8,
    /// Those of the table of relations.
    pub relations: u8,
}

impl Buckets {
    /// The greatest power of two that is read.
    const MOST: u8 = 20;
}

impl SyntaxWeights {
    /// The length of the fingerprint of the features, in bytes.
    pub const FINGERPRINT: usize = 16;

    /// Reads a file of weights: the fingerprint, the three bytes of [`Buckets`], and the three tables, one behind the other.
    /// Returns `None` if its length is another than these say.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (&fingerprint, bytes) = bytes.split_first_chunk()?;
        let (&[tagger, parser, relations], bytes) = bytes.split_first_chunk()?;
        let buckets = |power: u8| (power <= Buckets::MOST).then(|| 1_usize << power);
        let (tagger, bytes) = bytes.split_at_checked(TaggerTable::bytes(buckets(tagger)?))?;
        let (parser, bytes) = bytes.split_at_checked(ParserTable::bytes(buckets(parser)?))?;
        if bytes.len() != RelationTable::bytes(buckets(relations)?) {
            return None;
        }
        Some(Self {
            fingerprint,
            tagger: Table::read(tagger)?,
            parser: Table::read(parser)?,
            relations: Table::read(bytes)?,
        })
    }
}

impl Pack {
    /// Returns the weights of the tagger and the parser; `None`, where the language is read for its dates alone.
    #[must_use]
    pub fn syntax(&self) -> Option<&SyntaxWeights> {
        // That the files of all languages can be read is tested beside the fingerprints.
        self.syntax.get_or_init(|| self.weights?.syntax(self.language).ok()).as_ref()
    }

    /// Whether verbs are read by their forms alone, as the tagger sees them, without lists of them.
    #[must_use]
    pub fn reads_forms(&self) -> bool {
        self.grammar.verb.is_missing()
    }

    /// Compiles the data of a language.
    ///
    /// # Errors
    /// If the data is not TOML, lacks a class that code demands, names an unknown class or kind, or a rule lacks examples.
    /// The message names the file and the entry.
    pub fn compile(source: &Source) -> Result<Self, String> {
        let Source { language, version, depth, .. } = *source;
        let within = |error: String| format!("{language}/{error}");
        let mut words = Words::parse(source.base, source.words).map_err(within)?;
        let mut rules = rules::parse(source.rules).map_err(|error| format!("{language}/rules.toml: {error}"))?;
        if !source.base.is_empty() {
            rules = shared::join(language, rules, &mut words).map_err(|error| format!("{language}: {error}"))?;
        }
        let (literals, classes) = rules::named(&rules);
        let feasts = Feasts::parse(source.feasts).map_err(|error| format!("{language}/feasts.toml: {error}"))?;
        let in_words = |error| format!("{language}/words.toml: {error}");
        let lexicon = Lexicon::compile(words.classes, words.writing, &feasts, &literals, &classes).map_err(in_words)?;
        values::check(&lexicon).map_err(in_words)?;
        let has_words = |name: &&str| lexicon.class(name).is_some_and(|class| lexicon.words_of(class).next().is_some());
        if let Some(name) = CORE.iter().find(|name| !has_words(name)) {
            return Err(in_words(format!("the class {name} is missing")));
        }
        // A language with rules of its own does without the shared ones, but not without a class that code asks for.
        let demanded = |name: &str| source.base.is_empty() && depth > Depth::Dates && !SHARED_ALONE.contains(&name);
        let grammar = Grammar::compile(&lexicon, demanded).map_err(in_words)?;
        let rules =
            Rules::compile(language, rules, &lexicon).map_err(|error| format!("{language}/rules.toml: {error}"))?;
        let signed = |bytes: &[u8]| bytes.iter().map(|byte| byte.cast_signed()).collect();
        let (lines, weight) =
            source.weights.map_or((Vec::new(), Vec::new()), |it| (signed(it.lines), signed(it.weight)));
        let (syntax, weights) = (OnceLock::new(), source.weights);
        let knows_words = source.weights.is_some_and(|weights| weights.knows_words);
        Ok(Self {
            language,
            version,
            depth,
            lexicon,
            grammar,
            rules,
            feasts,
            syntax,
            weights,
            knows_words,
            lines,
            weight,
        })
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
    fn words_whose_value_is_told_by_another_class_are_in_that_class() {
        let pairs = [
            ("TONIGHT", "DEICTIC"),
            ("TONIGHT", "PART"),
            ("WEEKDAYPART", "WEEKDAY"),
            ("WEEKDAYPART", "PART"),
            ("WEEKWORD", "UNIT"),
            ("UNITLONG", "UNIT"),
            ("UNITLONG", "PLURAL"),
            ("UNITSTART", "UNIT"),
            ("UNITMID", "UNIT"),
            ("UNITEND", "UNIT"),
            ("DECADEALONE", "DECADEWORD"),
            ("PARTICIPLE", "SEASON"),
        ];
        // English has rules of its own, and other uses for some of these names.
        for pack in super::packs().filter(|pack| pack.reads_forms()) {
            for (class, other) in pairs {
                let words = |name| pack.lexicon.class(name).map(|class| pack.lexicon.words_of(class));
                let told: Vec<&str> = words(other).into_iter().flatten().map(|(word, _)| word).collect();
                for (word, _) in words(class).into_iter().flatten() {
                    assert!(told.contains(&word), "{}: `{word}` of {class} is not in {other}", pack.language);
                }
            }
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
