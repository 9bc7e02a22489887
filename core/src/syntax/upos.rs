//! Parts of speech, with the forms of verbs and the numbers of nouns, by a greedy averaged perceptron.
//!
//! From left to right, each token gets the tag with the greatest sum of the weights of its features: the word, its endings,
//! its shape, its neighbours and the two tags before it. After Collins (2002), "Discriminative training methods for hidden
//! Markov models", with greedy search. The weights are data of a language, trained by `examples/train_syntax`, which calls
//! [`features`] as well, so that both see the same.

use crate::language::TaggerTable;
use crate::language::weights::{best, feature, hash_word};
use crate::text::{Shape, Token};

/// A part of speech of Universal Dependencies, with what is needed of its features: for verbs and auxiliaries the form, for
/// nouns the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Upos {
    /// INTJ, SYM, X.
    #[default]
    Other,
    /// NOUN, singular.
    Noun,
    /// NOUN, plural.
    PluralNoun,
    /// PROPN.
    ProperNoun,
    /// ADJ.
    Adjective,
    /// ADV.
    Adverb,
    /// ADP.
    Adposition,
    /// DET.
    Determiner,
    /// PRON.
    Pronoun,
    /// PRON or DET, possessive: "their".
    Possessive,
    /// NUM.
    Number,
    /// CCONJ.
    Conjunction,
    /// SCONJ.
    Subordinator,
    /// PART.
    Particle,
    /// PUNCT.
    Punctuation,
    /// AUX, finite, present: "is", "has".
    AuxPresent,
    /// AUX, finite, past: "was", "had".
    AuxPast,
    /// AUX, infinitive: "be", "have".
    AuxBase,
    /// AUX, participle: "been", "being".
    AuxParticiple,
    /// AUX, finite without tense: "will", "may"; AUX or VERB in the future or the conditional: "llegará".
    Modal,
    /// VERB, finite, present.
    Present,
    /// VERB, finite, past.
    Past,
    /// VERB, infinitive or imperative.
    Base,
    /// VERB, gerund or present participle.
    Gerund,
    /// VERB, past participle.
    Participle,
}

impl Upos {
    /// All tags, by their number.
    pub const ALL: [Self; 25] = [
        Self::Other,
        Self::Noun,
        Self::PluralNoun,
        Self::ProperNoun,
        Self::Adjective,
        Self::Adverb,
        Self::Adposition,
        Self::Determiner,
        Self::Pronoun,
        Self::Possessive,
        Self::Number,
        Self::Conjunction,
        Self::Subordinator,
        Self::Particle,
        Self::Punctuation,
        Self::AuxPresent,
        Self::AuxPast,
        Self::AuxBase,
        Self::AuxParticiple,
        Self::Modal,
        Self::Present,
        Self::Past,
        Self::Base,
        Self::Gerund,
        Self::Participle,
    ];

    /// Whether it is a verb or an auxiliary in any form.
    #[must_use]
    pub fn is_verb(self) -> bool {
        self >= Self::AuxPresent
    }

    /// Whether it is an auxiliary or a copula with a tense or a form of its own; [`Self::Modal`] may be a full verb.
    #[must_use]
    pub fn is_auxiliary(self) -> bool {
        matches!(self, Self::AuxPresent | Self::AuxPast | Self::AuxBase | Self::AuxParticiple)
    }

    /// Whether it is a finite form.
    #[must_use]
    pub fn is_finite(self) -> bool {
        matches!(self, Self::AuxPresent | Self::AuxPast | Self::Modal | Self::Present | Self::Past)
    }

    /// Whether it is a noun, proper or common.
    #[must_use]
    pub fn is_noun(self) -> bool {
        matches!(self, Self::Noun | Self::PluralNoun | Self::ProperNoun)
    }
}

/// The number of features of a token.
pub const FEATURES: usize = 22;

/// What the features of a token are made of: hashes of the word in lower case, of its beginning and its endings, and its
/// shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    word: u32,
    beginning: u32,
    ending: u32,
    short_ending: u32,
    shape: u32,
}

impl Word {
    /// What is before the first and after the last word of a sentence.
    pub(super) const EDGE: Self = Self { word: 1, beginning: 1, ending: 1, short_ending: 1, shape: 1 };

    /// The shape of a word in lower case.
    const LOWER: u32 = 2;
    /// The shape of a word with a capital at its head.
    const CAPITAL: u32 = 3;

    /// All figures are one word.
    const FIGURE: Self = Self { word: 2, beginning: 2, ending: 2, short_ending: 2, shape: 10 };

    /// Returns the word of a token.
    #[must_use]
    pub fn of(token: &Token, text: &str) -> Self {
        let word = token.of(text).as_bytes();
        let shape = match token.shape {
            Shape::Lower => Self::LOWER,
            Shape::Capital => Self::CAPITAL,
            Shape::Upper if word.len() > 1 => 4,
            Shape::Upper => 5,
            Shape::Possessive => 6,
            Shape::Break | Shape::Label => 7,
            Shape::Mark(_) => 8,
            Shape::Ordinal => 9,
            _ => return Self::FIGURE,
        };
        let ending = |length: usize| hash_word(&word[word.len().saturating_sub(length)..]);
        let beginning = hash_word(&word[..word.len().min(3)]);
        Self { word: hash_word(word), beginning, ending: ending(3), short_ending: ending(2), shape }
    }

    /// Returns the hash of the word in lower case.
    #[must_use]
    pub fn hash(&self) -> u32 {
        self.word
    }

    /// Returns the hash of the last three letters, in lower case.
    #[must_use]
    pub(super) fn ending(&self) -> u32 {
        self.ending
    }
}

/// Writes the tags of the words of a sentence into `tags`, which is as long.
pub fn tag(table: &TaggerTable, words: &[Word], tags: &mut [Upos]) {
    let (mut last, mut before_last) = (Upos::Other, Upos::Other);
    for (at, tag) in tags.iter_mut().enumerate().take(words.len()) {
        let sums = table.sums(&features(words, at, last, before_last));
        *tag = Upos::ALL[best(&sums, allowed(words, at, last))];
        (before_last, last) = (last, *tag);
    }
}

/// Returns the tags that a token may have, as a set of bits by their numbers. A word in lower case is no name ("For the full
/// year 2025, profit was"), save within one ("João da Silva").
fn allowed(words: &[Word], at: usize, last: Upos) -> u32 {
    let all = (1 << Upos::ALL.len()) - 1;
    let shape = |at: usize| words.get(at).map(|word| word.shape);
    let within_name = last == Upos::ProperNoun || shape(at + 1) == Some(Word::CAPITAL);
    if shape(at) == Some(Word::LOWER) && !within_name { all & !(1 << Upos::ProperNoun as u32) } else { all }
}

/// Returns the features of a token, given the tags of the two before it.
#[must_use]
pub fn features(words: &[Word], at: usize, last: Upos, before_last: Upos) -> [u32; FEATURES] {
    let near =
        |offset: isize| at.checked_add_signed(offset).and_then(|at| words.get(at)).copied().unwrap_or(Word::EDGE);
    let (word, before, after) = (near(0), near(-1), near(1));
    let (far_before, far_after) = (near(-2), near(2));
    let (last, before_last) = (last as u32, before_last as u32);
    [
        feature(1, word.word, 0),
        feature(2, word.ending, word.shape),
        feature(3, word.ending, last),
        feature(4, word.shape << 8 | before.shape << 4 | after.shape, 0),
        feature(5, last, word.shape),
        feature(6, last, before_last),
        feature(7, word.word, last),
        feature(8, before.word, 0),
        feature(9, after.word, 0),
        feature(10, before.word, word.word),
        feature(11, word.word, after.word),
        feature(12, word.short_ending, after.word),
        feature(13, after.ending, last),
        feature(14, far_before.word, last),
        feature(15, far_after.word, word.ending),
        feature(16, after.ending, word.ending),
        feature(17, word.short_ending, before.word),
        feature(18, word.beginning, word.ending),
        feature(19, word.word, last << 8 | before_last),
        feature(20, after.word, last),
        feature(21, after.ending, after.shape << 8 | last),
        feature(22, word.word, far_after.ending),
    ]
}
