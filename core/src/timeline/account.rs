//! Whether two articles report the same happening, decided for two statements at a time, so that a happening can be kept
//! while statements come and go. [`entries`](super::entries()) decides it for all statements of a story at once, by how
//! rare their words are among them; a timeline without an end cannot wait for that, and must be surer.
//!
//! A wrong merge hides what happened, a missing one only repeats it: so names and numbers must agree, and a statement that
//! names nobody joins only one under a similar headline.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How many of its longest words a statement is looked up by.
const KEYS: usize = 4;
/// The half of a key that stands for the word.
const LOW: u64 = u32::MAX as u64;
/// The similarity from which on a statement and one that says more are the same.
const CONTAINED: f64 = 0.6;
/// The same where each says something that the other does not.
const REPHRASED: f64 = 0.8;
/// The similarity of headlines from which on two articles are about one subject where the statements share names ...
const RELATED: f64 = 0.3;
/// ... and where they have no names.
const SAME_HEADLINE: f64 = 0.6;
/// How many words statements share that have the same names under unrelated headlines.
const SHARED: usize = 4;

/// What one article says of a happening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The id of the article.
    pub article: String,
    /// Its headline.
    pub title: String,
    /// The statement without its date.
    pub summary: String,
    /// The people, organisations and places in it.
    pub names: Vec<String>,
    /// Whether it says that it did not happen.
    pub denied: bool,
    /// When: the same for all that begin on one day, if that is known to the day; else the whole span.
    pub when: String,
    /// The time of day, or empty where that is not known.
    pub time: String,
}

impl Account {
    /// Returns what statements of the same happening have in common: one of these keys, nearly always.
    #[must_use]
    pub fn keys(&self) -> Vec<u64> {
        let mut words: Vec<String> = words(&self.summary).into_iter().collect();
        words.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        words.truncate(KEYS);
        // Keys of one time are neighbours, so that a database finds them on few pages.
        let time = hash(&self.when) & !LOW;
        words.iter().map(|word| time | (hash(word) & LOW)).collect()
    }

    /// Whether both report the same happening.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        if self.when != other.when || self.denied != other.denied || !self.times_agree(other) {
            return false;
        }
        let (own, others) = (words(&self.summary), words(&other.summary));
        if numbers(&own) != numbers(&others) || (own != others && own.len().min(others.len()) < 2) {
            return false;
        }
        let adds =
            |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).any(|word| weight(word) > 0.5);
        let needed = if adds(&own, &others) && adds(&others, &own) { REPHRASED } else { CONTAINED };
        if similarity(&own, &others) < needed {
            return false;
        }
        let (title, other_title) = (words(&self.title), words(&other.title));
        let headlines = similarity(&title, &other_title);
        if self.names.is_empty() || other.names.is_empty() {
            return self.article == other.article
                || (headlines >= SAME_HEADLINE && numbers(&title) == numbers(&other_title));
        }
        let names_agree = includes(&self.names, &other.names) || includes(&other.names, &self.names);
        names_agree && (headlines >= RELATED || own.intersection(&others).count() >= SHARED)
    }

    /// One article repeats itself for the same time only; another may know the time that the first does not.
    fn times_agree(&self, other: &Self) -> bool {
        let unknown = self.time.is_empty() || other.time.is_empty();
        self.time == other.time || (unknown && self.article != other.article)
    }
}

/// Whether each name has a part of one of the others: "Baker", "James Baker".
fn includes(all: &[String], some: &[String]) -> bool {
    let all: BTreeSet<String> = all.iter().flat_map(|name| words(name)).collect();
    some.iter().all(|name| words(name).iter().any(|word| all.contains(word)))
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn numbers(words: &BTreeSet<String>) -> BTreeSet<&String> {
    words.iter().filter(|word| is_number(word)).collect()
}

fn is_number(word: &str) -> bool {
    word.contains(|letter: char| letter.is_numeric())
}

/// How much a word says: the longer, the more, since the words of grammar are short in most languages.
fn weight(word: &str) -> f64 {
    match word.chars().count() {
        _ if is_number(word) => 1.0,
        0..=2 if word.is_ascii() => 0.25,
        3 if word.is_ascii() => 0.5,
        length => length.clamp(4, 8) as f64 / 4.0,
    }
}

/// How similar two sets of words are, from 0 to 1. One that is a part of the other is similar to it.
fn similarity(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let total = |words: &BTreeSet<String>| words.iter().map(|word| weight(word)).sum::<f64>();
    let both = total(one) * total(other);
    let common: f64 = one.intersection(other).map(|word| weight(word)).sum();
    if both > 0.0 { common / both.sqrt() } else { 0.0 }
}

/// FNV-1a, which is the same in every version: databases keep it.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(article: &str, title: &str, summary: &str, names: &[&str]) -> Account {
        Account {
            article: article.to_owned(),
            title: title.to_owned(),
            summary: summary.to_owned(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
            denied: false,
            when: "2031-03-03".to_owned(),
            time: String::new(),
        }
    }

    fn dam(article: &str, summary: &str) -> Account {
        account(article, "Dam breaks at Oldford", summary, &["Oldford"])
    }

    #[test]
    fn copies_updates_and_shorter_statements_are_the_same() {
        let first = dam("a", "The dam at Oldford broke and the Wend flooded the town");
        for other in [
            dam("b", "The dam at Oldford broke and the Wend flooded the town"),
            dam("b", "A dam at Oldford broke and the Wend flooded the lower town"),
            dam("b", "The dam at Oldford broke and flooded the town"),
        ] {
            assert!(first.is_same(&other) && other.is_same(&first), "{}", other.summary);
            assert!(first.keys().iter().any(|key| other.keys().contains(key)), "{}", other.summary);
        }
    }

    #[test]
    fn other_names_numbers_days_and_denials_are_not_the_same() {
        let first = account(
            "a",
            "Ministers meet",
            "The ministers of Norland and Sudland signed 2 treaties",
            &["Norland", "Sudland"],
        );
        let names = ["Norland".to_owned(), "Westland".to_owned()].to_vec();
        for other in [
            Account { summary: first.summary.replace('2', "3"), ..first.clone() },
            Account { summary: first.summary.replace("Sudland", "Westland"), names, ..first.clone() },
            Account { when: "2031-03-04".to_owned(), ..first.clone() },
            Account { denied: true, ..first.clone() },
        ] {
            assert!(!first.is_same(&Account { article: "b".to_owned(), ..other.clone() }), "{other:?}");
        }
    }

    #[test]
    fn a_statement_without_names_needs_a_similar_headline() {
        let contract = |article: &str, title: &str| account(article, title, "Work is expected to be completed", &[]);
        let first = contract("a", "Grumman gets 109 mln navy contract");
        assert!(first.is_same(&contract("b", "Grumman gets 109 mln contract of the navy")));
        assert!(!first.is_same(&contract("b", "IBM gets 120 mln navy contract")));
        assert!(!first.is_same(&contract("b", "Bridge will be painted")));
    }

    #[test]
    fn one_article_may_say_the_same_of_two_times() {
        let at = |article: &str, time: &str| Account {
            time: time.to_owned(),
            ..dam(article, "The water at Oldford rose again")
        };
        assert!(!at("a", "T09:00").is_same(&at("a", "T15:00")));
        assert!(!at("a", "").is_same(&at("a", "T15:00")));
        assert!(at("a", "").is_same(&at("b", "T15:00")), "another article knows the time");
    }
}
