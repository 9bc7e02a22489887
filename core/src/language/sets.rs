//! Numbered sets of classes: whether a token has a class is the value of one bit.

use std::collections::HashMap;

use super::lexicon::Class;

/// The number of a set of classes that patterns can distinguish.
pub type Symbol = u16;

/// The limit on symbols: as many characters as UTF-8 encodes in two bytes.
pub(super) const MOST_SYMBOLS: Symbol = 0x800;

/// Returns the encoding of a symbol that the automaton reads: that of the character with this number in UTF-8, so that
/// rules are ordinary regular expressions over characters.
#[inline]
pub(super) fn encoded(symbol: Symbol) -> [Option<u8>; 2] {
    match symbol {
        0..0x80 => [Some(symbol as u8), None],
        _ => [Some(0xc0 | (symbol >> 6) as u8), Some(0x80 | (symbol & 0x3f) as u8)],
    }
}

/// Distinct sets of classes. Number 0 is the empty set.
#[derive(Debug, Default)]
pub(super) struct Sets {
    numbers: HashMap<Vec<Class>, u16>,
    /// A row for each set, with a bit for each class.
    bits: Vec<u64>,
    /// The length of a row, in words.
    width: usize,
}

impl Sets {
    /// Returns sets over so many classes.
    pub(super) fn of(classes: usize) -> Self {
        let width = classes.div_ceil(64);
        Self { numbers: HashMap::from([(Vec::new(), 0)]), bits: vec![0; width], width }
    }

    /// Returns the number of a set, a new one if the set is new. Each word adds at most two sets, and words are
    /// numbered in 16 bits.
    pub(super) fn number(&mut self, mut set: Vec<Class>) -> u16 {
        set.sort_unstable();
        set.dedup();
        if let Some(&number) = self.numbers.get(&set) {
            return number;
        }
        let number = self.numbers.len() as u16;
        let row = self.bits.len();
        self.bits.resize(row + self.width, 0);
        for class in &set {
            self.bits[row + usize::from(class.0 / 64)] |= 1 << (class.0 % 64);
        }
        self.numbers.insert(set, number);
        number
    }

    /// Returns the number of sets.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether the set of this number has the class.
    #[inline]
    pub(super) fn has(&self, number: u16, class: Class) -> bool {
        let word = self.bits.get(usize::from(number) * self.width + usize::from(class.0 / 64));
        word.is_some_and(|word| word >> (class.0 % 64) & 1 == 1)
    }
}
