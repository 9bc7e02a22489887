//! Parts of speech: what a word is within its sentence, by a greedy averaged perceptron.
//!
//! The features of a token (the word, its ending, its shape, its neighbours and the two tags before it) are hashed to
//! rows of a table of weights, a row a feature, a column a part; the part with the greatest sum is taken, left to
//! right. After Collins (2002), "Discriminative training methods for hidden Markov models", with greedy search, and
//! Weinberger et al. (2009), "Feature hashing for large scale multitask learning".
//!
//! The weights are data of a language (`tagger.bin`), made by `examples/train_tagger.rs`, which calls [`features`] as
//! well, so that both see the same. This module must not know dates, nor which language it is asked about.

use super::Pack;
use crate::text::{Shape, Token};

/// What a word is within its sentence: the Penn Treebank's tags, those that no one here tells apart as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Tag {
    /// Not looked at, or none of those below: marks, conjunctions, interjections.
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
    /// IN, RP, TO: prepositions, particles, conjunctions of subordinate clauses.
    Preposition,
    /// DT, PDT, WDT, and possessive pronouns.
    Determiner,
    /// PRP, WP, EX.
    Pronoun,
    /// CD.
    Number,
}

impl Tag {
    /// How many there are.
    pub const COUNT: usize = 16;

    /// All, by their number.
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

    /// Whether it is a verb of any form, modals aside.
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

/// Features of a token.
pub const FEATURES: usize = 14;

/// Rows of a table of weights, as a power of two.
pub const ROW_BITS: u32 = 15;

/// Rows of a table of weights.
pub const ROWS: usize = 1 << ROW_BITS;

/// Places for the words that are always the same part, as a power of two.
pub const SURE_BITS: u32 = 12;

/// Places for the words that are always the same part.
pub const SURE: usize = 1 << SURE_BITS;

/// How many bytes a file of weights has.
pub const BYTES: usize = 3 * SURE + (2 + Tag::COUNT) * ROWS;

/// The words that are always the same part, and a table of weights for the others. Words and features are hashes: the
/// upper bits are the place, the lower bits prove that the place is their own.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    sure: &'static [[u8; 3]; SURE],
    owners: &'static [[u8; 2]; ROWS],
    rows: &'static [[u8; Tag::COUNT]; ROWS],
}

impl Weights {
    /// The weights in a file: for each place of a sure word its owner (two bytes, little end first) and its part; the
    /// owner of each row, then a signed byte a part for each. `None` where its length is wrong.
    #[must_use]
    pub const fn read(bytes: &'static [u8]) -> Option<Self> {
        let Some((sure, bytes)) = bytes.split_at_checked(3 * SURE) else { return None };
        let Some((owners, rows)) = bytes.split_at_checked(2 * ROWS) else { return None };
        let (rows, rest) = rows.as_chunks::<{ Tag::COUNT }>();
        match (sure.as_chunks().0.first_chunk(), owners.as_chunks().0.first_chunk(), rows.first_chunk()) {
            (Some(sure), Some(owners), Some(whole)) if rows.len() == ROWS && rest.is_empty() => {
                Some(Self { sure, owners, rows: whole })
            }
            _ => None,
        }
    }

    /// The parts of the words of a sentence, into `parts`, which is as long.
    pub fn tag(&self, words: &[Word], parts: &mut [Tag]) {
        let (mut last, mut before_last) = (Tag::Other, Tag::Other);
        for (at, part) in parts.iter_mut().enumerate().take(words.len()) {
            if let Some(sure) = self.sure(&words[at]) {
                *part = sure;
                (before_last, last) = (last, sure);
                continue;
            }
            let mut sums = [0i16; Tag::COUNT];
            for feature in features(words, at, last, before_last) {
                let row = row(feature);
                // All bits or none, and no branch: whether a row is the feature's own cannot be guessed, and so the
                // rows are fetched side by side.
                let own = -i16::from(u16::from_le_bytes(self.owners[row]) == owner(feature));
                for (sum, weight) in sums.iter_mut().zip(&self.rows[row]) {
                    *sum += i16::from(weight.cast_signed()) & own;
                }
            }
            *part = best(&sums);
            (before_last, last) = (last, *part);
        }
    }

    /// What the word is wherever it stands, if there is such a thing.
    fn sure(&self, word: &Word) -> Option<Tag> {
        let [low, high, part] = self.sure[place(word.word)];
        let own = u16::from_le_bytes([low, high]) == owner(word.word);
        word.sure().or_else(|| if own { Tag::ALL.get(usize::from(part)).copied() } else { None })
    }
}

/// The place of a word among those that are always the same part.
#[must_use]
pub fn place(word: u32) -> usize {
    (word.wrapping_mul(0x9e37_79b1) >> (32 - SURE_BITS)) as usize
}

/// The row of a feature.
#[must_use]
pub fn row(feature: u32) -> usize {
    (feature >> (32 - ROW_BITS)) as usize
}

/// What a row carries to tell whose it is. Never 0, the owner of no row.
#[must_use]
pub fn owner(feature: u32) -> u16 {
    (feature & 0xffff | 1) as u16
}

/// The part with the greatest sum; of equal ones the first.
#[must_use]
pub fn best<N: Ord + Copy>(sums: &[N; Tag::COUNT]) -> Tag {
    let (mut best, mut most) = (0, sums[0]);
    for (part, &sum) in sums.iter().enumerate().skip(1) {
        (best, most) = if sum > most { (part, sum) } else { (best, most) };
    }
    Tag::ALL[best]
}

/// What the features of a token are made of: hashes of the word in lower case and of its ending, its shape, and what the
/// language's lists know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    word: u32,
    ending: u32,
    shape: u32,
    known: u32,
}

/// The shapes that tell what a token is.
const MARK: u32 = 8;
const NUMBER: u32 = 10;

/// What stands before the first and behind the last word of a sentence.
const EDGE: Word = Word { word: 1, ending: 1, shape: 1, known: 0 };

impl Word {
    /// Of a token of a text.
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
        let grammar = &pack.grammar;
        let lists = [grammar.verb, grammar.verb_third, grammar.event_noun, grammar.irregular_past, grammar.adverb];
        let known = lists.iter().fold(0, |known, &class| known << 1 | u32::from(pack.lexicon.has(token, class)));
        Self { word: hash_word(word), ending: hash_word(&word[tail..]), shape, known }
    }

    /// Its hash.
    #[must_use]
    pub fn hash(&self) -> u32 {
        self.word
    }

    /// What it is by its shape alone: numbers in digits and marks are the same everywhere.
    #[must_use]
    pub fn sure(&self) -> Option<Tag> {
        match self.shape {
            NUMBER => Some(Tag::Number),
            MARK => Some(Tag::Other),
            _ => None,
        }
    }
}

/// Fowler, Noll and Vo's hash (FNV-1a) of a word, ASCII capitals as small letters.
fn hash_word(word: &[u8]) -> u32 {
    word.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193))
}

/// The features of a token, given the parts of the two before it.
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

/// A feature: its kind and its two values, mixed.
fn feature(kind: u32, one: u32, other: u32) -> u32 {
    let mixed = (one.wrapping_mul(0x9e37_79b1) ^ other.wrapping_add(kind << 24)).wrapping_mul(0x85eb_ca6b);
    let mixed = (mixed ^ mixed >> 15).wrapping_mul(0xc2b2_ae35);
    mixed ^ mixed >> 16
}
