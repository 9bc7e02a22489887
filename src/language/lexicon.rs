//! Words to classes, classes to symbols.
//!
//! A word can have several classes ("second", "may"). Each distinct set of classes is one symbol, a byte, so that
//! a sentence becomes a string of bytes over which the rules are one automaton.

use std::collections::{BTreeSet, HashMap, HashSet};

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::feasts::Feasts;
use crate::text::{Abbreviations, Shape, Tagger, Token};

/// A class of words, by its number in the lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Class(u16);

/// What a word says within a class: its number, or the name of what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// `March` is 3.
    Number(i64),
    /// `weeks` is `week`.
    Name(String),
}

/// The words of a language.
#[derive(Debug)]
pub struct Lexicon {
    classes: HashMap<String, Class>,
    entries: Vec<Entry>,
    /// Looked up for every word of a text: a fast hash, since the keys are the project's own.
    words: FxHashMap<String, u16>,
    /// For each symbol, a bit a class.
    members: Vec<Vec<u64>>,
    digits: FxHashMap<&'static str, u8>,
    shapes: FxHashMap<&'static str, u8>,
    abbreviation: Option<Class>,
    opener: Option<Class>,
}

#[derive(Debug, Default)]
struct Entry {
    senses: Vec<Sense>,
    /// Where the word starts with a capital.
    capital: u8,
    /// Where it does not.
    lower: u8,
    takes_dot: bool,
}

#[derive(Debug)]
struct Sense {
    class: Class,
    value: Option<Value>,
    needs_capital: bool,
}

/// A class in `words.toml`: a list of words, or words with values.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    List(Vec<String>),
    Values(HashMap<String, Value>),
}

/// The classes that numbers have by their looks, by kind of digits.
const DIGITS: [(&str, &[&str]); 12] = [
    ("0", &["INT", "H24"]),
    ("1-9", &["INT", "D31", "D12", "H24"]),
    ("00", &["INT", "H24", "M60", "Y2"]),
    ("01-12", &["INT", "D31", "D12", "H24", "M60", "Y2"]),
    ("13-24", &["INT", "D31", "H24", "M60", "Y2"]),
    ("25-31", &["INT", "D31", "M60", "Y2"]),
    ("32-59", &["INT", "M60", "Y2"]),
    ("60-99", &["INT", "Y2"]),
    ("3", &["INT", "Y3"]),
    ("year", &["INT", "Y4"]),
    ("year or clock", &["INT", "Y4", "HHMM"]),
    ("clock", &["INT", "HHMM"]),
];

/// The classes of the other shapes.
const SHAPES: [(&str, &[&str]); 19] = [
    ("short-year", &["YY"]),
    ("digits", &["INT"]),
    ("grouped", &["INT"]),
    ("decimal", &["DEC"]),
    ("fraction", &["FRAC"]),
    ("ordinal", &["ORD"]),
    ("plural", &["DECADE"]),
    ("clock", &["CLOCK"]),
    ("date", &["DATE"]),
    ("year-month", &["YM"]),
    ("date-time", &["DATETIME"]),
    ("years", &["YEARS"]),
    ("possessive", &["POSS"]),
    ("dash", &["DASH"]),
    ("comma", &["COMMA"]),
    ("slash", &["SLASH"]),
    ("open", &["OPEN"]),
    ("close", &["CLOSE"]),
    ("sum", &["SUM"]),
];

impl Lexicon {
    /// Reads `words.toml`; `literals` are the words that patterns name themselves, each a class of its own.
    /// Only the classes that patterns name (`used`) make symbols; the others are looked up by word.
    pub(super) fn compile(
        source: &str,
        feasts: &Feasts,
        literals: &BTreeSet<String>,
        used: &BTreeSet<String>,
    ) -> Result<Self, String> {
        let file: std::collections::BTreeMap<String, Words> =
            toml::from_str(source).map_err(|error| error.to_string())?;
        let mut lexicon = Self {
            classes: HashMap::new(),
            entries: Vec::new(),
            words: FxHashMap::default(),
            members: vec![Vec::new()],
            digits: FxHashMap::default(),
            shapes: FxHashMap::default(),
            abbreviation: None,
            opener: None,
        };
        for (name, words) in file {
            let class = lexicon.intern(&name);
            match words {
                Words::List(words) => words.into_iter().for_each(|word| lexicon.add(&word, class, None)),
                Words::Values(words) => {
                    let mut words: Vec<_> = words.into_iter().collect();
                    words.sort_by(|a, b| a.0.cmp(&b.0));
                    words.into_iter().for_each(|(word, value)| lexicon.add(&word, class, Some(value)));
                }
            }
        }
        let (first, other) = (lexicon.intern("FEASTSTART"), lexicon.intern("FEASTWORD"));
        for (place, word) in feasts.words() {
            lexicon.add(word, if place == 0 { first } else { other }, None);
        }
        for literal in literals {
            let class = lexicon.intern(&literal_class(literal));
            lexicon.add(literal, class, None);
        }
        let literals = literals.iter().map(|word| literal_class(word));
        let used: HashSet<Class> =
            used.iter().cloned().chain(literals).filter_map(|name| lexicon.class(&name)).collect();
        lexicon.number_symbols(&used)?;
        lexicon.abbreviation = lexicon.class("ABBREVIATION");
        lexicon.opener = lexicon.class("OPENER");
        Ok(lexicon)
    }

    fn intern(&mut self, name: &str) -> Class {
        let next = Class(self.classes.len() as u16);
        *self.classes.entry(name.to_owned()).or_insert(next)
    }

    /// Adds the words of a key: several with one value are divided by spaces; a dot at the end may be there.
    fn add(&mut self, key: &str, class: Class, value: Option<Value>) {
        for word in key.split(' ') {
            let takes_dot = word.len() > 1 && word.ends_with('.');
            let bare = word.trim_end_matches('.');
            let needs_capital = bare.starts_with(char::is_uppercase);
            let next = self.entries.len() as u16;
            let index = *self.words.entry(bare.to_lowercase()).or_insert(next);
            if index == next {
                self.entries.push(Entry::default());
            }
            let entry = &mut self.entries[usize::from(index)];
            entry.takes_dot |= takes_dot;
            entry.senses.push(Sense { class, value: value.clone(), needs_capital });
        }
    }

    /// Numbers each distinct set of classes.
    fn number_symbols(&mut self, used: &HashSet<Class>) -> Result<(), String> {
        let mut symbols: HashMap<Vec<Class>, u8> = HashMap::from([(Vec::new(), 0)]);
        for index in 0..self.entries.len() {
            let set = |any_case: bool| -> Vec<Class> {
                let senses = self.entries[index].senses.iter();
                let senses = senses.filter(|sense| any_case || !sense.needs_capital).map(|sense| sense.class);
                senses.filter(|class| used.contains(class)).collect()
            };
            let (capital, lower) = (set(true), set(false));
            let capital = self.symbol_of(capital, &mut symbols)?;
            let lower = self.symbol_of(lower, &mut symbols)?;
            let entry = &mut self.entries[index];
            (entry.capital, entry.lower) = (capital, lower);
        }
        for (kinds, is_digits) in [(&DIGITS[..], true), (&SHAPES[..], false)] {
            for (kind, names) in kinds {
                let set = names.iter().map(|name| self.intern(name)).collect();
                let symbol = self.symbol_of(set, &mut symbols)?;
                let table = if is_digits { &mut self.digits } else { &mut self.shapes };
                table.insert(kind, symbol);
            }
        }
        Ok(())
    }

    fn symbol_of(&mut self, mut set: Vec<Class>, symbols: &mut HashMap<Vec<Class>, u8>) -> Result<u8, String> {
        set.sort_unstable();
        set.dedup();
        if let Some(&symbol) = symbols.get(&set) {
            return Ok(symbol);
        }
        let symbol = u8::try_from(symbols.len()).map_err(|_| "more than 255 distinct sets of classes".to_owned())?;
        let mut bits = Vec::new();
        for class in &set {
            let word = usize::from(class.0 / 64);
            bits.resize(bits.len().max(word + 1), 0u64);
            bits[word] |= 1 << (class.0 % 64);
        }
        self.members.push(bits);
        symbols.insert(set, symbol);
        Ok(symbol)
    }

    /// The class of this name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<Class> {
        self.classes.get(name).copied()
    }

    /// Whether the token has the class.
    #[must_use]
    pub fn has(&self, token: &Token, class: Class) -> bool {
        match self.entries.get(usize::from(token.entry)) {
            Some(entry) => {
                let mut senses = entry.senses.iter();
                senses.any(|sense| sense.class == class && (!sense.needs_capital || token.shape.is_capital()))
            }
            None => self.is(token.symbol, class),
        }
    }

    /// The entry of a word in lower case.
    fn find(&self, word: &[u8]) -> Option<u16> {
        std::str::from_utf8(word).ok().and_then(|word| self.words.get(word)).copied()
    }

    /// Whether the symbol has the class.
    fn is(&self, symbol: u8, class: Class) -> bool {
        let bits = self.members.get(usize::from(symbol)).and_then(|bits| bits.get(usize::from(class.0 / 64)));
        bits.is_some_and(|bits| bits & (1 << (class.0 % 64)) != 0)
    }

    /// The symbols that have the class.
    pub(super) fn symbols(&self, class: Class) -> impl Iterator<Item = u8> {
        (0..self.members.len() as u8).filter(move |&symbol| self.is(symbol, class))
    }

    /// What the token says within the class.
    #[must_use]
    pub fn value(&self, token: &Token, class: Class) -> Option<&Value> {
        let entry = self.entries.get(usize::from(token.entry))?;
        entry.senses.iter().find(|sense| sense.class == class)?.value.as_ref()
    }
}

/// The class of a word that a pattern names itself.
pub(super) fn literal_class(word: &str) -> String {
    format!("={}", word.to_lowercase())
}

/// The longest word that is looked up; longer ones are in no lexicon.
const LONGEST: usize = 24;

/// "todayyy", "weeeeks": cuts every run of three letters or more down to `keep`.
fn squeeze(word: &mut [u8; LONGEST], len: usize, keep: usize) -> &[u8] {
    let (mut at, mut kept) = (0, 0);
    while at < len {
        let run = word[at..len].iter().take_while(|&&letter| letter == word[at]).count();
        let (letter, stays) = (word[at], if run > 2 { keep } else { run });
        word[kept..kept + stays].fill(letter);
        (at, kept) = (at + run, kept + stays);
    }
    &word[..kept]
}

impl Tagger for Lexicon {
    fn word(&self, word: &str, shape: Shape) -> (u8, u16) {
        if word.len() > LONGEST {
            return (0, Token::UNKNOWN);
        }
        // Lower case without dots, in place: "P.M." is looked up as "pm", "Didn’t" as "didn't".
        let mut buffer = [0u8; LONGEST];
        let mut len = 0;
        let mut rest = word.as_bytes();
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            let byte = match byte {
                b'.' => continue,
                0xE2 if rest.starts_with(&[0x80, 0x99]) => {
                    rest = &rest[2..];
                    b'\''
                }
                0x80.. => return (0, Token::UNKNOWN),
                _ => byte.to_ascii_lowercase(),
            };
            buffer[len] = byte;
            len += 1;
        }
        let found = self.find(&buffer[..len]).or_else(|| {
            let drawled = buffer[..len].windows(3).any(|three| three[0] == three[1] && three[1] == three[2]);
            let (mut once, mut twice) = (buffer, buffer);
            (drawled && len > 4)
                .then(|| self.find(squeeze(&mut twice, len, 2)).or_else(|| self.find(squeeze(&mut once, len, 1))))?
        });
        let Some(index) = found else { return (0, Token::UNKNOWN) };
        let entry = &self.entries[usize::from(index)];
        (if shape.is_capital() { entry.capital } else { entry.lower }, index)
    }

    fn shape(&self, shape: Shape) -> u8 {
        let kind = match shape {
            Shape::Digits { count, value } => {
                return self.digits.get(digit_kind(count, value)).copied().unwrap_or_else(|| self.shapes["digits"]);
            }
            Shape::Grouped => "grouped",
            Shape::Decimal => "decimal",
            Shape::Fraction => "fraction",
            Shape::Ordinal => "ordinal",
            Shape::Plural => "plural",
            Shape::ShortYear => "short-year",
            Shape::Clock => "clock",
            Shape::Date => "date",
            Shape::YearMonth => "year-month",
            Shape::DateTime => "date-time",
            Shape::Years => "years",
            Shape::Possessive => "possessive",
            Shape::Sum => "sum",
            Shape::Mark('-' | '–' | '—' | '‑') => "dash",
            Shape::Mark(',') => "comma",
            Shape::Mark('/') => "slash",
            Shape::Mark('(') => "open",
            Shape::Mark(')') => "close",
            Shape::Mark(_) | Shape::Break | Shape::Label | Shape::Lower | Shape::Capital | Shape::Upper => return 0,
        };
        self.shapes.get(kind).copied().unwrap_or(0)
    }

    fn takes_dot(&self, entry: u16) -> bool {
        self.entries.get(usize::from(entry)).is_some_and(|entry| entry.takes_dot)
    }

    fn is_opener(&self, entry: u16) -> bool {
        let senses = self.entries.get(usize::from(entry)).map(|entry| entry.senses.as_slice()).unwrap_or_default();
        self.opener.is_some_and(|opener| senses.iter().any(|sense| sense.class == opener))
    }
}

fn digit_kind(count: u8, value: u32) -> &'static str {
    match (count, value) {
        (1, 0) => "0",
        (1, _) => "1-9",
        (2, 0) => "00",
        (2, 1..=12) => "01-12",
        (2, 13..=24) => "13-24",
        (2, 25..=31) => "25-31",
        (2, 32..=59) => "32-59",
        (2, _) => "60-99",
        (3, _) => "3",
        (4, _) => match ((1000..=2199).contains(&value), value / 100 <= 24 && value % 100 < 60) {
            (true, true) => "year or clock",
            (true, false) => "year",
            (false, true) => "clock",
            (false, false) => "digits",
        },
        _ => "digits",
    }
}

impl Abbreviations for Lexicon {
    fn is_abbreviation(&self, token: &Token) -> bool {
        self.abbreviation.is_some_and(|class| self.has(token, class))
    }

    fn opens_sentence(&self, token: &Token) -> bool {
        self.opener.is_some_and(|class| self.has(token, class))
    }
}
