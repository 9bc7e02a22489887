//! Maps words to classes, and sets of classes to symbols.
//!
//! A word can have several classes ("second", "may"). Each distinct set of classes is one symbol, so that a sentence is
//! a string of symbols, over which all rules are one automaton.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Deserialize;

use super::feasts::Feasts;
use super::sets::{MOST_SYMBOLS, Sets, Symbol};
use super::word_map::WordMap;
use super::words::ClassWords;
use crate::text::{Abbreviations, Lexeme, Shape, Token, Vocabulary, Writing};

/// A class of words, by its number in the lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Class(pub(super) u16);

impl Class {
    /// The class that no word has: it stands for each one that a language has no words of.
    pub(super) const NONE: Self = Self(0);

    /// Whether the language has no such class.
    pub(crate) fn is_missing(self) -> bool {
        self == Self::NONE
    }
}

/// The value of a word within a class: a number or a name.
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
    /// Looked up for every word of a text.
    words: WordMap<Forms>,
    /// The sets of classes that tokens have.
    sets: Sets,
    /// Those that patterns can distinguish, each a symbol.
    symbols: Sets,
    /// The tag of each [`Kind`].
    kinds: Vec<Lexeme>,
    abbreviation: Option<Class>,
    opener: Option<Class>,
    furniture: Option<[Class; 2]>,
    /// What an ordinal with a dot stands before.
    ordinal_nouns: Option<Class>,
    writing: Writing,
    /// The length of the longest word that is known, in characters, where words stand without spaces between them.
    longest: usize,
}

#[derive(Debug)]
struct Entry {
    word: String,
    senses: Vec<Sense>,
    takes_dot: bool,
}

/// The tags of a word with and without a capital; the entry is the same.
#[derive(Debug, Clone, Copy)]
struct Forms {
    /// Where the word starts with a capital.
    capital: Lexeme,
    /// Where it does not.
    lower: Lexeme,
}

#[derive(Debug)]
struct Sense {
    class: Class,
    value: Option<Value>,
    needs_capital: bool,
}

/// The kind of a token that is no word, by which it has its classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Zero,
    OneToNine,
    TwoZeros,
    To12,
    To24,
    To31,
    To59,
    To99,
    ThreeDigits,
    Year,
    YearOrClock,
    FourOfClock,
    Digits,
    Grouped,
    Decimal,
    Fraction,
    Ordinal,
    Plural,
    ShortYear,
    Clock,
    Date,
    YearMonth,
    DateTime,
    Years,
    Possessive,
    Dash,
    Comma,
    Slash,
    Dot,
    Open,
    Close,
    Sum,
    Other,
}

/// The classes of each kind.
const KINDS: [(Kind, &[&str]); 33] = [
    (Kind::Zero, &["INT", "H24"]),
    (Kind::OneToNine, &["INT", "D31", "D12", "H24"]),
    (Kind::TwoZeros, &["INT", "H24", "M60", "Y2"]),
    (Kind::To12, &["INT", "D31", "D12", "H24", "M60", "Y2"]),
    (Kind::To24, &["INT", "D31", "H24", "M60", "Y2"]),
    (Kind::To31, &["INT", "D31", "M60", "Y2"]),
    (Kind::To59, &["INT", "M60", "Y2", "Y2OLD"]),
    (Kind::To99, &["INT", "Y2", "Y2OLD"]),
    (Kind::ThreeDigits, &["INT", "Y3"]),
    (Kind::Year, &["INT", "Y4"]),
    (Kind::YearOrClock, &["INT", "Y4", "HHMM"]),
    (Kind::FourOfClock, &["INT", "HHMM"]),
    (Kind::Digits, &["INT"]),
    (Kind::Grouped, &["INT"]),
    (Kind::Decimal, &["DEC"]),
    (Kind::Fraction, &["FRAC"]),
    (Kind::Ordinal, &["ORD"]),
    (Kind::Plural, &["DECADE"]),
    (Kind::ShortYear, &["YY"]),
    (Kind::Clock, &["CLOCK"]),
    (Kind::Date, &["DATE"]),
    (Kind::YearMonth, &["YM"]),
    (Kind::DateTime, &["DATETIME"]),
    (Kind::Years, &["YEARS"]),
    (Kind::Possessive, &["POSS"]),
    (Kind::Dash, &["DASH"]),
    (Kind::Comma, &["COMMA"]),
    (Kind::Slash, &["SLASH"]),
    (Kind::Dot, &["DOT"]),
    (Kind::Open, &["OPEN"]),
    (Kind::Close, &["CLOSE"]),
    (Kind::Sum, &["SUM"]),
    (Kind::Other, &[]),
];

impl Lexicon {
    /// Compiles the words of a language. Each of the `literals`, the words within patterns, is a class of its own. Only the
    /// classes that patterns name (`used`) make symbols.
    pub(super) fn compile(
        words: BTreeMap<String, ClassWords>,
        writing: Writing,
        feasts: &Feasts,
        literals: &BTreeSet<String>,
        used: &BTreeSet<String>,
    ) -> Result<Self, String> {
        let mut lexicon = Self {
            classes: HashMap::new(),
            entries: Vec::new(),
            words: WordMap::default(),
            sets: Sets::default(),
            symbols: Sets::default(),
            kinds: Vec::new(),
            abbreviation: None,
            opener: None,
            furniture: None,
            ordinal_nouns: None,
            writing,
            longest: 0,
        };
        // Number 0 is [`Class::NONE`].
        lexicon.intern("");
        for (name, words) in words {
            let class = lexicon.intern(&name);
            match words {
                ClassWords::List(words) => words.into_iter().for_each(|word| lexicon.add(&word, class, None)),
                ClassWords::Values(words) => {
                    words.into_iter().for_each(|(word, value)| lexicon.add(&word, class, Some(value)));
                }
            }
        }
        let (first, other) = (lexicon.intern("FEASTSTART"), lexicon.intern("FEASTWORD"));
        let writing = lexicon.writing.clone();
        for (place, word) in feasts.words(&writing) {
            lexicon.add(word, if place == 0 { first } else { other }, None);
        }
        for literal in literals {
            let class = lexicon.intern(&literal_class(literal));
            lexicon.add(literal, class, None);
        }
        for name in KINDS.iter().flat_map(|(_, names)| *names) {
            lexicon.intern(name);
        }
        let literals = literals.iter().map(|word| literal_class(word));
        let used: HashSet<Class> =
            used.iter().cloned().chain(literals).filter_map(|name| lexicon.class(&name)).collect();
        lexicon.number_sets(&used)?;
        lexicon.abbreviation = lexicon.class("ABBREVIATION");
        lexicon.opener = lexicon.class("OPENER");
        lexicon.ordinal_nouns = lexicon.class("ORDINALNOUN");
        lexicon.longest = lexicon.entries.iter().map(|entry| entry.word.chars().count()).max().unwrap_or(0);
        lexicon.furniture = lexicon.class("FURNITURE").zip(lexicon.class("FURNITUREBEHIND")).map(<[Class; 2]>::from);
        Ok(lexicon)
    }

    fn intern(&mut self, name: &str) -> Class {
        let next = Class(self.classes.len() as u16);
        *self.classes.entry(name.to_owned()).or_insert(next)
    }

    /// Adds the words of a key, which are separated by spaces and share a value; a dot at the end is optional in texts.
    fn add(&mut self, key: &str, class: Class, value: Option<Value>) {
        for word in key.split(' ') {
            let takes_dot = word.len() > 1 && word.ends_with('.');
            let bare = word.trim_end_matches('.');
            let needs_capital = bare.starts_with(char::is_uppercase);
            let next = self.entries.len() as u16;
            let tag = Lexeme { entry: next, ..Lexeme::default() };
            let index = self.words.get_or_insert(bare, Forms { capital: tag, lower: tag }).lower.entry;
            if index == next {
                self.entries.push(Entry { word: bare.to_owned(), senses: Vec::new(), takes_dot: false });
            }
            let entry = &mut self.entries[usize::from(index)];
            entry.takes_dot |= takes_dot;
            entry.senses.push(Sense { class, value: value.clone(), needs_capital });
        }
    }

    /// Numbers each distinct set of classes, and each set of the classes that patterns name.
    fn number_sets(&mut self, used: &HashSet<Class>) -> Result<(), String> {
        let kinds = KINDS.map(|(kind, names)| (kind, names.iter().map(|name| self.intern(name)).collect()));
        self.sets = Sets::of(self.classes.len());
        self.symbols = Sets::of(self.classes.len());
        for index in 0..self.entries.len() {
            let set = |any_case: bool| {
                let senses = self.entries[index].senses.iter();
                senses.filter(|sense| any_case || !sense.needs_capital).map(|sense| sense.class).collect()
            };
            let (capital, lower): (Vec<_>, Vec<_>) = (set(true), set(false));
            let capital = self.number_set(capital, index as u16, used)?;
            let lower = self.number_set(lower, index as u16, used)?;
            *self.words.get_or_insert(&self.entries[index].word, Forms { capital, lower }) = Forms { capital, lower };
        }
        self.kinds = vec![Lexeme::default(); KINDS.len()];
        for (kind, set) in kinds {
            self.kinds[kind as usize] = self.number_set(set, Token::UNKNOWN, used)?;
        }
        Ok(())
    }

    fn number_set(&mut self, set: Vec<Class>, entry: u16, used: &HashSet<Class>) -> Result<Lexeme, String> {
        let named = set.iter().copied().filter(|class| used.contains(class)).collect();
        let symbol = Some(self.symbols.number(named)).filter(|symbol| *symbol < MOST_SYMBOLS);
        let symbol = symbol.ok_or_else(|| format!("more than {MOST_SYMBOLS} distinct sets of classes"))?;
        Ok(Lexeme { symbol, entry, classes: self.sets.number(set) })
    }

    /// Returns the class with this name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<Class> {
        self.classes.get(name).copied()
    }

    /// Returns how the language writes numbers and joins words.
    #[must_use]
    pub fn writing(&self) -> &Writing {
        &self.writing
    }

    /// Whether what is known of a word has the class.
    #[must_use]
    #[inline]
    pub fn lexeme_has(&self, lexeme: Lexeme, class: Class) -> bool {
        self.sets.has(lexeme.classes, class)
    }

    /// Whether the language is written in Latin letters.
    #[must_use]
    pub fn is_latin(&self) -> bool {
        let units = self.class("UNIT").map(|class| self.words_of(class));
        units.into_iter().flatten().any(|(word, _)| word.starts_with(|letter: char| letter.is_ascii_alphabetic()))
    }

    /// Whether the token has the class.
    #[must_use]
    #[inline]
    pub fn has(&self, token: &Token, class: Class) -> bool {
        self.sets.has(token.classes, class)
    }

    /// Returns the symbols that have the class.
    pub(super) fn symbols(&self, class: Class) -> impl Iterator<Item = Symbol> {
        (0..MOST_SYMBOLS).filter(move |&symbol| self.symbols.has(symbol, class))
    }

    /// Returns the number of symbols, and its limit.
    #[must_use]
    pub fn headroom(&self) -> (usize, usize) {
        (self.symbols.len(), MOST_SYMBOLS.into())
    }

    /// Returns the names of all classes except literals.
    pub(super) fn class_names(&self) -> impl Iterator<Item = &str> {
        self.classes.keys().map(String::as_str).filter(|name| !name.is_empty() && !name.starts_with('='))
    }

    /// Returns the words of a class, with their values.
    pub(crate) fn words_of(&self, class: Class) -> impl Iterator<Item = (&str, Option<&Value>)> {
        let senses = self.entries.iter().flat_map(|entry| entry.senses.iter().map(|sense| (&*entry.word, sense)));
        senses.filter(move |(_, sense)| sense.class == class).map(|(word, sense)| (word, sense.value.as_ref()))
    }

    /// Returns the value of the token within the class.
    #[must_use]
    pub fn value(&self, token: &Token, class: Class) -> Option<&Value> {
        let entry = self.entries.get(usize::from(token.entry))?;
        entry.senses.iter().find(|sense| sense.class == class)?.value.as_ref()
    }
}

/// Returns the name of the class of a literal.
pub(super) fn literal_class(word: &str) -> String {
    format!("={}", word.to_lowercase())
}

/// Shortens every run of three equal letters or more to `keep`: "todayyy", "weeeeks". Returns `None` if there is none.
fn squeezed(word: &str, keep: usize) -> Option<String> {
    let letters: Vec<char> = word.to_ascii_lowercase().chars().collect();
    let runs = letters.chunk_by(|a, b| a == b);
    let drawled = runs.clone().any(|run| run.len() > 2);
    drawled.then(|| runs.flat_map(|run| &run[..if run.len() > 2 { keep } else { run.len() }]).collect())
}

impl Vocabulary for Lexicon {
    fn word(&self, word: &str, shape: Shape) -> Lexeme {
        let find = |word: &str| self.words.get(word);
        let drawled = || {
            let bytes = word.as_bytes();
            let may = bytes.len() > 4 && bytes.windows(3).any(|three| three[1] == three[0] && three[1] == three[2]);
            may.then(|| [2, 1].iter().find_map(|&keep| find(&squeezed(word, keep)?)))?
        };
        match find(word).or_else(drawled) {
            Some(forms) if shape.is_capital() => forms.capital,
            Some(forms) => forms.lower,
            None => Lexeme::default(),
        }
    }

    fn shape(&self, shape: Shape) -> Lexeme {
        self.kinds.get(kind(shape) as usize).copied().unwrap_or_default()
    }

    fn takes_dot(&self, entry: u16) -> bool {
        self.entries.get(usize::from(entry)).is_some_and(|entry| entry.takes_dot)
    }

    fn is_opener(&self, tag: Lexeme) -> bool {
        self.opener.is_some_and(|opener| self.sets.has(tag.classes, opener))
    }

    fn writing(&self) -> &Writing {
        &self.writing
    }

    fn follows_ordinal(&self, lexeme: Lexeme) -> bool {
        self.ordinal_nouns.is_some_and(|class| self.sets.has(lexeme.classes, class))
    }

    fn longest_word(&self, text: &str) -> usize {
        let ends = text.char_indices().take(self.longest).map(|(at, letter)| at + letter.len_utf8());
        let known = |end: &usize| text.get(..*end).is_some_and(|word| self.words.get(word).is_some());
        ends.filter(known).last().unwrap_or(0)
    }
}

/// Returns the kind of a shape.
fn kind(shape: Shape) -> Kind {
    match shape {
        Shape::Digits { count, value } => digits(count, value),
        Shape::Grouped => Kind::Grouped,
        Shape::Decimal => Kind::Decimal,
        Shape::Fraction => Kind::Fraction,
        Shape::Ordinal => Kind::Ordinal,
        Shape::Plural => Kind::Plural,
        Shape::ShortYear => Kind::ShortYear,
        Shape::Clock => Kind::Clock,
        Shape::Date => Kind::Date,
        Shape::YearMonth => Kind::YearMonth,
        Shape::DateTime => Kind::DateTime,
        Shape::Years => Kind::Years,
        Shape::Possessive => Kind::Possessive,
        Shape::Sum => Kind::Sum,
        Shape::Mark('-' | '–' | '—' | '‑') => Kind::Dash,
        Shape::Mark(',') => Kind::Comma,
        Shape::Mark('/') => Kind::Slash,
        Shape::Mark('.') => Kind::Dot,
        Shape::Mark('(') => Kind::Open,
        Shape::Mark(')') => Kind::Close,
        Shape::Mark(_) | Shape::Break | Shape::Label | Shape::Lower | Shape::Capital | Shape::Upper => Kind::Other,
    }
}

fn digits(count: u8, value: u32) -> Kind {
    match (count, value) {
        (1, 0) => Kind::Zero,
        (1, _) => Kind::OneToNine,
        (2, 0) => Kind::TwoZeros,
        (2, 1..=12) => Kind::To12,
        (2, 13..=24) => Kind::To24,
        (2, 25..=31) => Kind::To31,
        (2, 32..=59) => Kind::To59,
        (2, _) => Kind::To99,
        (3, _) => Kind::ThreeDigits,
        (4, _) => match ((1000..=2199).contains(&value), value / 100 <= 24 && value % 100 < 60) {
            (true, true) => Kind::YearOrClock,
            (true, false) => Kind::Year,
            (false, true) => Kind::FourOfClock,
            (false, false) => Kind::Digits,
        },
        _ => Kind::Digits,
    }
}

impl Abbreviations for Lexicon {
    fn is_abbreviation(&self, token: &Token) -> bool {
        self.abbreviation.is_some_and(|class| self.has(token, class))
    }

    fn is_boilerplate(&self, first: &Token, second: &Token) -> bool {
        self.furniture.is_some_and(|[opens, follows]| self.has(first, opens) && self.has(second, follows))
    }

    fn opens_sentence(&self, token: &Token) -> bool {
        self.opener.is_some_and(|class| self.has(token, class))
    }
}
