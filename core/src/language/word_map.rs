//! A hash map of words, in which every word of a text is looked up.
//!
//! Case, dots and the form of apostrophes make no difference: "P.M." is "pm", "Didn’t" is "didn't". Nearly every word
//! in ASCII letters is packed into three machine words as its key; any other word, in whatever script, is looked up by
//! its letters in lower case.

use rustc_hash::FxHashMap;

/// Words with their values. The hash is fast and does not resist attacks, since the keys are our own.
#[derive(Debug)]
pub(super) struct WordMap<V> {
    packed: FxHashMap<[u64; 3], V>,
    others: FxHashMap<Box<str>, V>,
}

impl<V> Default for WordMap<V> {
    fn default() -> Self {
        Self { packed: FxHashMap::default(), others: FxHashMap::default() }
    }
}

impl<V> WordMap<V> {
    #[inline]
    pub(super) fn get(&self, word: &str) -> Option<&V> {
        if let Some(key) = packed(word) {
            return self.packed.get(&key);
        }
        match Key::of(word) {
            Key::Packed(key) => self.packed.get(&key),
            Key::Other(key) => self.others.get(&key),
        }
    }

    /// Returns the value of a word, which becomes `value` if it had none.
    pub(super) fn get_or_insert(&mut self, word: &str, value: V) -> &mut V {
        match Key::of(word) {
            Key::Packed(key) => self.packed.entry(key).or_insert(value),
            Key::Other(key) => self.others.entry(key).or_insert(value),
        }
    }
}

enum Key {
    Packed([u64; 3]),
    Other(Box<str>),
}

impl Key {
    fn of(word: &str) -> Self {
        let plain: String = word.chars().filter(|c| *c != '.').map(|c| if c == '’' { '\'' } else { c }).collect();
        packed(&plain).map_or_else(|| Self::Other(plain.to_lowercase().into()), Self::Packed)
    }
}

/// The high bit of each byte, which only characters beyond ASCII have.
const NOT_ASCII: u64 = 0x8080_8080_8080_8080;

/// Packs a word of at most 24 ASCII characters without dots.
#[inline]
fn packed(word: &str) -> Option<[u64; 3]> {
    let bytes = word.as_bytes();
    let (first, rest) = bytes.split_at(bytes.len().min(8));
    let (second, third) = rest.split_at(rest.len().min(8));
    let key = [number(first), number(second), number(third)];
    let ascii = (key[0] | key[1] | key[2]) & NOT_ASCII == 0;
    // In an abbreviation with dots, the first follows the first letter.
    (ascii && third.len() <= 8 && bytes.get(1) != Some(&b'.')).then_some(key)
}

/// Packs up to eight letters into one number, with the case bit set in all of them.
fn number(letters: &[u8]) -> u64 {
    letters.iter().fold(0, |number, letter| number << 8 | u64::from(letter | 0x20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_any_script_and_length_is_found_whatever_its_case() {
        let mut map = WordMap::default();
        for (at, word) in
            ["pm", "didn't", "août", "січень", "四月", "a-word-of-more-than-24-letters"].iter().enumerate()
        {
            *map.get_or_insert(word, at) = at;
        }
        let found = |word| map.get(word).copied();
        assert_eq!([found("P.M."), found("PM"), found("Didn’t")], [Some(0), Some(0), Some(1)]);
        assert_eq!(
            [found("Août"), found("AOÛT"), found("Січень"), found("四月")],
            [Some(2), Some(2), Some(3), Some(4)]
        );
        assert_eq!(found("A-Word-of-more-than-24-letters"), Some(5));
        assert_eq!([found("aout"), found("")], [None, None]);
    }
}
