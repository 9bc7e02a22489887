//! Part-of-speech tags by a greedy averaged perceptron.
//!
//! The features of a token (the word, its ending, its shape, its neighbours and the two tags before it) are hashed to
//! rows of a table of weights, with one row for a feature and one column for a tag; from left to right, each token gets
//! the tag with the greatest sum. After Collins (2002), "Discriminative training methods for hidden Markov models",
//! with greedy search, and Weinberger et al. (2009), "Feature hashing for large scale multitask learning".
//!
//! The weights are data of a language (`tagger.bin`), trained by `examples/train_tagger.rs`, which calls [`features`]
//! as well, so that both see the same. This module must not know about dates, nor which language it works on.

use sha2::{Digest, Sha256};

use super::lexicon::Class;
use super::weights::{feature, hash_word};
use super::{Grammar, Pack};
use crate::text::{Shape, Token};

/// A part of speech: the Penn Treebank's tags, with those merged that no one here distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Tag {
    /// Not tagged, or none of those below: punctuation, conjunctions, interjections.
    #[default]
    Other,
    /// NN.
    Noun,
    /// NNS.
    PluralNoun,
    /// NNP, NNPS.
    ProperNoun,
    /// VB: "to sell", "will sell".
    Base,
    /// VBP, VBZ: "sells".
    Present,
    /// VBD: "sold".
    Past,
    /// VBN: "was sold".
    Participle,
    /// VBG: "selling".
    Gerund,
    /// MD: "will", "may".
    Modal,
    /// JJ and its degrees.
    Adjective,
    /// RB and its degrees.
    Adverb,
    /// IN, RP, TO: prepositions, particles, subordinating conjunctions.
    Preposition,
    /// DT, PDT, WDT, and possessive pronouns.
    Determiner,
    /// PRP, WP, EX.
    Pronoun,
    /// CD.
    Number,
}

impl Tag {
    /// The number of tags.
    pub const COUNT: usize = 16;

    /// All tags, by their number.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Other,
        Self::Noun,
        Self::PluralNoun,
        Self::ProperNoun,
        Self::Base,
        Self::Present,
        Self::Past,
        Self::Participle,
        Self::Gerund,
        Self::Modal,
        Self::Adjective,
        Self::Adverb,
        Self::Preposition,
        Self::Determiner,
        Self::Pronoun,
        Self::Number,
    ];

    /// Whether it is a verb in any form, except a modal.
    #[must_use]
    pub fn is_verb(self) -> bool {
        matches!(self, Self::Base | Self::Present | Self::Past | Self::Participle | Self::Gerund)
    }

    /// Whether it is a common noun.
    #[must_use]
    pub fn is_noun(self) -> bool {
        matches!(self, Self::Noun | Self::PluralNoun)
    }
}

/// The number of features of a token.
pub const FEATURES: usize = 14;

/// The length of the hash of word lists at the head of a file of weights.
pub const LISTS_HASH: usize = 16;

/// The rows of the table of weights, as a power of two.
pub const ROW_BITS: u32 = 15;

/// The rows of the table of weights.
pub const ROWS: usize = 1 << ROW_BITS;

/// The rows of the table of unambiguous words, as a power of two.
pub const WORD_ROW_BITS: u32 = 12;

/// The rows of the table of unambiguous words.
pub const WORD_ROWS: usize = 1 << WORD_ROW_BITS;

/// The length of a file of weights.
pub const BYTES: usize = LISTS_HASH + 3 * WORD_ROWS + (2 + Tag::COUNT) * ROWS;

/// The tags of unambiguous words, and a table of weights for all others. Words and features are hashes: their upper
/// bits are the row, their lower bits the fingerprint that shows whether the row is theirs.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    lists: &'static [u8; LISTS_HASH],
    unambiguous: &'static [[u8; 3]; WORD_ROWS],
    fingerprints: &'static [[u8; 2]; ROWS],
    rows: &'static [[u8; Tag::COUNT]; ROWS],
}

impl Weights {
    /// Reads a file of weights: the hash of the word lists; for each row of an unambiguous word its fingerprint (two
    /// bytes, little-endian) and its tag; the fingerprint of each row of weights, then the row itself, a signed byte
    /// for each tag. Returns `None` if the length is wrong.
    #[must_use]
    pub const fn read(bytes: &'static [u8]) -> Option<Self> {
        let Some((lists, bytes)) = bytes.split_first_chunk() else { return None };
        let Some((words, bytes)) = bytes.split_at_checked(3 * WORD_ROWS) else { return None };
        let Some((fingerprints, rows)) = bytes.split_at_checked(2 * ROWS) else { return None };
        let (rows, rest) = rows.as_chunks::<{ Tag::COUNT }>();
        match (words.as_chunks().0.first_chunk(), fingerprints.as_chunks().0.first_chunk(), rows.first_chunk()) {
            (Some(unambiguous), Some(fingerprints), Some(whole)) if rows.len() == ROWS && rest.is_empty() => {
                Some(Self { lists, unambiguous, fingerprints, rows: whole })
            }
            _ => None,
        }
    }

    /// Returns the hash of the word lists that the weights were trained with, to compare with [`hash_of_lists`].
    #[must_use]
    pub fn lists(&self) -> &[u8; LISTS_HASH] {
        self.lists
    }

    /// Writes the tags of the words of a sentence into `tags`, which is as long.
    pub fn tag(&self, words: &[Word], tags: &mut [Tag]) {
        let (mut last, mut before_last) = (Tag::Other, Tag::Other);
        for (at, tag) in tags.iter_mut().enumerate().take(words.len()) {
            if let Some(unambiguous) = self.unambiguous(&words[at]) {
                *tag = unambiguous;
                (before_last, last) = (last, unambiguous);
                continue;
            }
            let mut sums = [0i16; Tag::COUNT];
            for feature in features(words, at, last, before_last) {
                let row = row(feature);
                // All bits or none instead of a branch, which could not be predicted: so rows are fetched in parallel.
                let own = -i16::from(u16::from_le_bytes(self.fingerprints[row]) == fingerprint(feature));
                for (sum, weight) in sums.iter_mut().zip(&self.rows[row]) {
                    *sum += i16::from(weight.cast_signed()) & own;
                }
            }
            *tag = best(&sums);
            (before_last, last) = (last, *tag);
        }
    }

    /// Returns the tag that a word has in any sentence, if there is one.
    fn unambiguous(&self, word: &Word) -> Option<Tag> {
        let [low, high, tag] = self.unambiguous[word_row(word.word)];
        let own = u16::from_le_bytes([low, high]) == fingerprint(word.word);
        word.tag_of_shape().or_else(|| if own { Tag::ALL.get(usize::from(tag)).copied() } else { None })
    }
}

/// Returns the row of a word in the table of unambiguous words.
#[must_use]
pub fn word_row(word: u32) -> usize {
    (word.wrapping_mul(0x9e37_79b1) >> (32 - WORD_ROW_BITS)) as usize
}

/// Returns the row of a feature in the table of weights.
#[must_use]
pub fn row(feature: u32) -> usize {
    (feature >> (32 - ROW_BITS)) as usize
}

/// Returns what shows whose row it is. It is never 0, which marks an empty row.
#[must_use]
pub fn fingerprint(feature: u32) -> u16 {
    (feature & 0xffff | 1) as u16
}

/// Returns the tag with the greatest sum; of equal ones the first.
#[must_use]
pub fn best<N: Ord + Copy>(sums: &[N; Tag::COUNT]) -> Tag {
    let (mut best, mut most) = (0, sums[0]);
    for (tag, &sum) in sums.iter().enumerate().skip(1) {
        (best, most) = if sum > most { (tag, sum) } else { (best, most) };
    }
    Tag::ALL[best]
}

/// The word lists whose words have features of their own. A list may have a second class: of words that it held when
/// the weights were trained, and that rules no longer take for what the list says.
fn lists(grammar: &Grammar) -> [(Class, Option<Class>); 5] {
    [
        (grammar.verb, None),
        (grammar.verb_third, None),
        (grammar.event_noun, Some(grammar.tagger_noun)),
        (grammar.irregular_past, None),
        (grammar.adverb, None),
    ]
}

/// Returns a hash of the word lists that features are made of. Weights that were trained with other lists still work,
/// but worse: a list that changes shifts features that are already weighed.
#[must_use]
pub fn hash_of_lists(pack: &Pack) -> [u8; LISTS_HASH] {
    let mut digest = Sha256::new();
    for (class, other) in lists(&pack.grammar) {
        let words = std::iter::once(class).chain(other).flat_map(|class| pack.lexicon.words_of(class));
        let mut words: Vec<String> = words.map(|(word, _)| word.to_lowercase()).collect();
        words.sort_unstable();
        words.dedup();
        words.iter().for_each(|word| digest.update(format!("{word}\n")));
        digest.update("\n");
    }
    let hash = digest.finalize();
    std::array::from_fn(|at| hash[at])
}

/// What the features of a token are made of: hashes of the word in lower case and of its ending, its shape, and the
/// word lists that hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    word: u32,
    ending: u32,
    shape: u32,
    known: u32,
}

/// The shapes that determine the tag.
const MARK: u32 = 8;
const NUMBER: u32 = 10;

/// What is before the first and after the last word of a sentence.
const EDGE: Word = Word { word: 1, ending: 1, shape: 1, known: 0 };

impl Word {
    /// Returns the word of a token.
    #[must_use]
    pub fn of(token: &Token, text: &str, pack: &Pack) -> Self {
        let word = token.of(text).as_bytes();
        let shape = match token.shape {
            Shape::Lower => 2,
            Shape::Capital => 3,
            Shape::Upper if word.len() > 1 => 4,
            Shape::Upper => 5,
            Shape::Possessive => 6,
            Shape::Break | Shape::Label | Shape::Mark(_) => MARK,
            Shape::Ordinal => 9,
            _ => return Self { word: 2, ending: 2, shape: NUMBER, known: 0 },
        };
        let tail = word.len().saturating_sub(3);
        let has = |class| pack.lexicon.has(token, class);
        let known = |known, (class, other): (Class, Option<Class>)| {
            known << 1 | u32::from(has(class) || other.is_some_and(has))
        };
        let known = lists(&pack.grammar).into_iter().fold(0, known);
        Self { word: hash_word(word), ending: hash_word(&word[tail..]), shape, known }
    }

    /// Returns the hash of the word.
    #[must_use]
    pub fn hash(&self) -> u32 {
        self.word
    }

    /// Returns the tag that the shape alone determines: that of numbers in digits and of punctuation.
    #[must_use]
    pub fn tag_of_shape(&self) -> Option<Tag> {
        match self.shape {
            NUMBER => Some(Tag::Number),
            MARK => Some(Tag::Other),
            _ => None,
        }
    }
}

/// Returns the features of a token, given the tags of the two before it.
#[must_use]
pub fn features(words: &[Word], at: usize, last: Tag, before_last: Tag) -> [u32; FEATURES] {
    let near = |offset: isize| at.checked_add_signed(offset).and_then(|at| words.get(at)).copied().unwrap_or(EDGE);
    let (word, before, after) = (near(0), near(-1), near(1));
    let far_before = near(-2);
    let (last, before_last) = (last as u32, before_last as u32);
    let shapes = word.shape << 8 | before.shape << 4 | after.shape;
    [
        feature(1, word.word, 0),
        feature(2, word.ending, word.shape),
        feature(3, word.ending, last),
        feature(4, shapes, word.known),
        feature(5, last, word.known),
        feature(6, last, before_last),
        feature(7, word.word, last),
        feature(8, before.word, 0),
        feature(9, after.word, 0),
        feature(10, before.word, word.word),
        feature(11, word.word, after.word),
        feature(13, after.ending, last),
        feature(14, far_before.word, last),
        feature(16, after.ending, word.ending),
    ]
}

#[cfg(test)]
mod tests {
    use super::hash_of_lists;
    use crate::language;

    #[test]
    fn weights_are_trained_with_the_word_lists_of_their_pack() {
        for (pack, tagger) in language::packs().filter_map(|pack| Some((pack, pack.tagger.as_ref()?))) {
            let language = pack.language;
            assert!(
                *tagger.lists() == hash_of_lists(pack),
                "the word lists of `{language}` have changed since its tagger was trained; train it again:\n  cargo run \
                 --release -p dateline-core --example train_tagger -- {language} TRAIN.tsv DEV.tsv \
                 core/src/language/{language}/tagger.bin\nhash of the lists: {:02x?}",
                hash_of_lists(pack)
            );
        }
    }
}
