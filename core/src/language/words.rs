//! The words of a language: `base.toml`, which is generated, and `words.toml`, which is written by hand and wins.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lexicon::Value;
use super::template::CountedFrom;
use crate::calendar::Unit;
use crate::text::Writing;

/// The words of a language with what goes with them.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Words {
    /// How the language writes.
    #[serde(default)]
    pub(super) writing: Writing,
    /// Phrases of one or more words that rules of all languages name in lower case: `ago_before = ["il y a"]`.
    #[serde(default)]
    pub(super) phrases: BTreeMap<String, Vec<String>>,
    /// Phrases for a unit counted from publication: `"pasado mañana" = { unit = "day", by = 2 }`.
    #[serde(default)]
    pub(super) shifts: BTreeMap<String, Counted>,
    /// Numbers and units that make one word for a length of time.
    #[serde(default)]
    pub(super) compounds: Compounds,
    /// The classes, by name.
    #[serde(flatten)]
    pub(super) classes: BTreeMap<String, ClassWords>,
}

/// So many units from an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counted {
    /// The unit.
    pub(super) unit: Unit,
    /// How many; below zero, before it.
    pub(super) by: i64,
    /// The anchor.
    #[serde(default)]
    pub(super) from: CountedFrom,
}

/// Numbers and units that make one word for a length of time: Polish "dwu" and "dniowy".
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Compounds {
    /// First halves, with their number, which is 0 where it is open.
    numbers: BTreeMap<String, u32>,
    /// Second halves, with their unit.
    units: BTreeMap<String, Unit>,
}

impl Compounds {
    /// Adds the words that they make to their classes.
    pub(super) fn join(&self, classes: &mut BTreeMap<String, ClassWords>) {
        let mut add = |class: &str, word: String, value: Value| {
            let words = classes.entry(class.to_owned()).or_insert_with(|| ClassWords::Values(BTreeMap::new()));
            if let ClassWords::Values(words) = words {
                words.insert(word, value);
            }
        };
        for (units, unit) in &self.units {
            let name = || Value::Name(unit.name().to_owned());
            add("LENGTHUNIT", units.clone(), name());
            for (number, count) in &self.numbers {
                let words: Vec<String> = units.split(' ').map(|unit| format!("{number}{unit}")).collect();
                add("LENGTHWORD", words.join(" "), Value::Number((*count).into()));
                add("LENGTHUNIT", words.join(" "), name());
            }
        }
    }
}

/// The words of a class: a list, or words with values.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ClassWords {
    List(Vec<String>),
    Values(BTreeMap<String, Value>),
}

/// The table of `words.toml` that takes words of `base.toml` away: `MONTH = ["mar"]`.
const WITHOUT: &str = "without";

impl Words {
    /// Reads the two files; either may be empty.
    pub(super) fn parse(base: &str, words: &str) -> Result<Self, String> {
        let base: toml::Table = toml::from_str(base).map_err(|error| format!("base.toml: {error}"))?;
        let mut words: toml::Table = toml::from_str(words).map_err(|error| format!("words.toml: {error}"))?;
        let without = words.remove(WITHOUT);
        let mut all = base;
        if let Some(toml::Value::Table(without)) = without {
            without.iter().for_each(|(class, words)| match (words, all.get_mut(class)) {
                (toml::Value::Table(names), Some(toml::Value::Table(all))) => {
                    names.iter().for_each(|(name, words)| take_away(all, name, words));
                }
                _ => take_away(&mut all, class, words),
            });
        }
        for (name, value) in words {
            add(&mut all, name, value);
        }
        toml::Value::Table(all).try_into().map_err(|error| format!("words.toml: {error}"))
    }
}

/// Adds what one file says of a class to what the other says.
fn add(all: &mut toml::Table, name: String, value: toml::Value) {
    match (all.get_mut(&name), value) {
        (Some(toml::Value::Table(before)), toml::Value::Table(own)) => {
            for (key, value) in own {
                match (before.get_mut(&key), value) {
                    (Some(toml::Value::Array(before)), toml::Value::Array(own)) => before.extend(own),
                    (_, value) => drop(before.insert(key, value)),
                }
            }
        }
        (Some(toml::Value::Array(before)), toml::Value::Array(own)) => before.extend(own),
        (_, value) => drop(all.insert(name, value)),
    }
}

/// Takes words away from a class.
fn take_away(all: &mut toml::Table, class: &str, words: &toml::Value) {
    let words: Vec<&str> = words.as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect();
    let kept = |key: &str| {
        let kept: Vec<&str> = key.split(' ').filter(|word| !words.contains(word)).collect();
        Some(kept.join(" ")).filter(|kept| !kept.is_empty())
    };
    let whole = |key: &str| if words.contains(&key) { None } else { kept(key) };
    match all.get_mut(class) {
        Some(toml::Value::Table(table)) => {
            let before = std::mem::take(table);
            table.extend(before.into_iter().filter_map(|(key, value)| Some((whole(&key)?, value))));
        }
        Some(toml::Value::Array(list)) => {
            let before = std::mem::take(list);
            list.extend(before.iter().filter_map(|word| whole(word.as_str()?)).map(toml::Value::String));
        }
        _ => {}
    }
}
