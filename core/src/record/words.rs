//! Words of fixed lists in records. Each list stands once, with the domain type that it names.
//!
//! Later versions may add words. A record with one that this version does not know is still read, and written back as
//! it was.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::article::Reference;
use crate::article_language::LanguageFrom;
use crate::calendar::Granularity;
use crate::event::Status;
use crate::temporal::{Basis, Modifier, TimexType};

/// A domain type whose values are a fixed list of words in records.
pub trait Listed: Copy + fmt::Debug + PartialEq + 'static {
    /// All values of this version.
    const LIST: &'static [Self];

    /// Returns the word as it stands in records.
    fn word(self) -> &'static str;
}

/// A word of a fixed list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Word<T> {
    /// One that this version knows.
    Known(T),
    /// A word of a later version.
    Other(Box<str>),
}

impl<T: Listed> Word<T> {
    /// Returns the word as it stands in records.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Known(value) => value.word(),
            Self::Other(word) => word,
        }
    }

    /// Returns what it means; `None` if it is of a later version.
    #[must_use]
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Other(_) => None,
        }
    }
}

impl<T> From<T> for Word<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: Listed> From<&str> for Word<T> {
    fn from(word: &str) -> Self {
        of_word(word).map_or_else(|| Self::Other(word.into()), Self::Known)
    }
}

impl<T: Listed> PartialEq<T> for Word<T> {
    fn eq(&self, value: &T) -> bool {
        self.known() == Some(*value)
    }
}

impl<T: Listed> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl<T: Listed> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de, T: Listed> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?.as_str()))
    }
}

/// Returns the value that a word names, if this version knows it.
#[must_use]
pub fn of_word<T: Listed>(word: &str) -> Option<T> {
    T::LIST.iter().copied().find(|value| value.word() == word)
}

#[cfg(feature = "schema")]
impl<T: Listed> schemars::JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        std::any::type_name::<T>().into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words: Vec<&str> = T::LIST.iter().map(|value| value.word()).collect();
        schemars::json_schema!({"type": "string", "enum": words})
    }
}

impl Listed for Status {
    const LIST: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Listed for Granularity {
    const LIST: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Listed for TimexType {
    const LIST: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Listed for Modifier {
    const LIST: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Listed for Basis {
    const LIST: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Listed for LanguageFrom {
    const LIST: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Listed for Reference {
    const LIST: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn come_back_as_they_were<T: Listed>() {
        for value in T::LIST {
            let word = Word::from(*value);
            let json = serde_json::to_string(&word).expect("JSON");
            assert_eq!(json, format!("{:?}", value.word()));
            assert_eq!(serde_json::from_str::<Word<T>>(&json).expect("a word"), *value);
        }
    }

    #[test]
    fn every_word_is_read_as_it_was_written() {
        come_back_as_they_were::<Status>();
        come_back_as_they_were::<Granularity>();
        come_back_as_they_were::<TimexType>();
        come_back_as_they_were::<Modifier>();
        come_back_as_they_were::<Basis>();
        come_back_as_they_were::<Reference>();
        come_back_as_they_were::<LanguageFrom>();
    }

    #[test]
    fn a_word_of_a_later_version_goes_through() {
        let basis: Word<Basis> = serde_json::from_str("\"astronomical\"").expect("any word");
        assert_eq!(basis, Word::Other("astronomical".into()));
        assert_eq!(serde_json::to_string(&basis).expect("JSON"), "\"astronomical\"");
    }

    #[test]
    fn what_is_not_a_word_is_refused() {
        assert!(serde_json::from_str::<Word<Basis>>("7").is_err());
    }
}
