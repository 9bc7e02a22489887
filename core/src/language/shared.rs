//! Rules that hold in every language, since they name classes and phrases and no word: `rules.toml` beside this file.
//!
//! A language takes those that its words can match, with the examples that are in its language. A rule of its own with
//! the same id stands in the place of a shared one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Deserialize;

use super::lexicon::Value;
use super::nearest::explained;
use super::rules::{Entry, Example, File, classes_of};
use super::template::{CountedFrom, Template};
use super::words::{ClassWords, Counted, Words};
use crate::calendar::{PartialDate, Unit};

/// The text of the shared rules.
const SOURCE: &str = include_str!("rules.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    /// The phrases that a language may have, each a fragment of the same name.
    phrases: Vec<String>,
    fragments: BTreeMap<String, String>,
    rule: Vec<SharedEntry>,
}

#[derive(Deserialize)]
struct SharedEntry {
    #[serde(flatten)]
    entry: Entry,
    /// The examples of each language.
    #[serde(default)]
    said: BTreeMap<String, Vec<Example>>,
    /// What it must not match, in each language.
    #[serde(default)]
    never: BTreeMap<String, Vec<String>>,
}

/// A set that holds no word: a phrase that the language does not have.
const NEVER: &str = "NEVER";

/// Adds the shared rules to those of a language, with its phrases, and its words' classes that they name.
pub(super) fn join(language: &str, own: File, words: &mut Words) -> Result<File, String> {
    let shared: Shared = toml::from_str(SOURCE).map_err(|error| explained(&error.to_string()))?;
    let mut fragments = shared.fragments;
    for name in shared.phrases {
        let phrases = words.phrases.remove(&name).unwrap_or_default();
        fragments.insert(name, alternatives(&phrases, words));
    }
    if let Some(unknown) = words.phrases.keys().next() {
        return Err(format!("no shared rule names the phrases `{unknown}`"));
    }
    fragments.extend(own.fragments);
    std::mem::take(&mut words.compounds).join(&mut words.classes);
    let mut rules = own.rule;
    rules.extend(shifts(words));
    for SharedEntry { mut entry, mut said, mut never } in shared.rule {
        entry.examples = said.remove(language).unwrap_or_default();
        entry.not = never.remove(language).unwrap_or_default();
        if rules.iter().all(|rule| rule.id != entry.id) {
            rules.push(entry);
        }
    }
    let file = File { fragments, rule: rules };
    let mut named: BTreeSet<String> = classes_of(&file);
    named.insert(NEVER.to_owned());
    words.classes.entry(ROMAN.to_owned()).or_insert_with(roman_numerals);
    for class in named {
        words.classes.entry(class).or_insert_with(|| ClassWords::List(Vec::new()));
    }
    Ok(file)
}

/// The class of Roman numerals, which are the same in all languages.
const ROMAN: &str = "ROMAN";

/// The Roman numerals of centuries, with their numbers.
fn roman_numerals() -> ClassWords {
    let units = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    let tens = ["", "X", "XX"];
    let all = tens.iter().enumerate().flat_map(|(ten, tens)| {
        units
            .iter()
            .enumerate()
            .map(move |(one, units)| (format!("{tens}{units}"), Value::Number(10 * ten as i64 + one as i64)))
    });
    ClassWords::Values(all.filter(|(numeral, _)| !numeral.is_empty()).collect())
}

/// Returns the pattern of any of some phrases.
fn alternatives(phrases: &[String], words: &Words) -> String {
    let pattern = |phrase: &String| {
        let words = words.writing.words(phrase);
        words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" DASH? ")
    };
    match phrases {
        [] => NEVER.to_owned(),
        phrases => format!("({})", phrases.iter().map(pattern).collect::<Vec<_>>().join(" | ")),
    }
}

/// Returns the rules for the phrases of a unit that is counted from an anchor; behind one of a day its part may stand.
fn shifts(words: &Words) -> Vec<Entry> {
    let mut by_meaning: BTreeMap<Counted, Vec<String>> = BTreeMap::new();
    for (phrase, &counted) in &words.shifts {
        by_meaning.entry(counted).or_default().push(phrase.clone());
    }
    let mut rules = Vec::with_capacity(by_meaning.len());
    for (counted, phrases) in by_meaning {
        let is_anaphoric = counted.from != CountedFrom::Publication;
        let anchor = if is_anaphoric { "-of-the-story" } else { "" };
        let id = format!("phrase-{}{:+}{anchor}", counted.unit.name(), counted.by);
        let pattern = alternatives(&phrases, words);
        if counted.unit == Unit::Day {
            rules.push(Entry {
                id: format!("{id}-part"),
                doc: "A part of a day that a phrase counts from an anchor.".to_owned(),
                pattern: format!("{pattern} (DET | PARTPREP){{0,2}} part:PART"),
                meaning: Template::PartOfDay { by: Some(counted.by), from: is_anaphoric.then_some(counted.from) },
                ..Entry::default()
            });
        }
        rules.push(Entry {
            id,
            doc: "Phrases for a unit that is counted from an anchor.".to_owned(),
            // "heutigen Freitag": the weekday says it once more.
            pattern: if counted.unit == Unit::Day { format!("{pattern} (COMMA? WEEKDAY)?") } else { pattern },
            meaning: Template::Shift { unit: Some(counted.unit), by: Some(counted.by), from: counted.from },
            // "the eve of the wedding": of what has no date here.
            not_before: if is_anaphoric { vec!["OF".to_owned()] } else { Vec::new() },
            examples: phrases.iter().filter_map(|phrase| example(phrase, counted)).collect(),
            ..Entry::default()
        });
    }
    rules
}

/// The phrase as an example, said on the usual day.
fn example(phrase: &str, counted: Counted) -> Option<Example> {
    let day = NaiveDate::from_ymd_opt(2019, 5, 3)?;
    let value = PartialDate::containing(day, counted.unit).step(counted.by)?.value();
    Some(Example { text: phrase.to_owned(), on: day.to_string(), value, modifier: None })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::language::packs;

    #[test]
    fn every_shared_rule_is_taken_by_a_language_and_has_an_example_that_is_run() {
        let shared: super::Shared = toml::from_str(super::SOURCE).unwrap();
        let taken: BTreeSet<&str> =
            packs().flat_map(|pack| pack.rules.all()).filter_map(|rule| Some(rule.id.split_once('/')?.1)).collect();
        for rule in &shared.rule {
            assert!(taken.contains(rule.entry.id.as_str()), "no language takes the rule `{}`", rule.entry.id);
            let nothing = rule.entry.meaning == super::Template::Nothing;
            assert!(nothing || !rule.said.is_empty(), "the rule `{}` has no example", rule.entry.id);
            assert!(!rule.never.is_empty(), "the rule `{}` has nothing that it must not match", rule.entry.id);
        }
    }

    #[test]
    fn examples_of_shared_rules_are_in_languages_that_take_them() {
        let shared: super::Shared = toml::from_str(super::SOURCE).unwrap();
        for rule in &shared.rule {
            for language in rule.said.keys().chain(rule.never.keys()) {
                let id = format!("{language}/{}", rule.entry.id);
                let taken = packs().flat_map(|pack| pack.rules.all()).any(|it| it.id == id);
                assert!(taken, "`{language}` does not take the rule `{}`", rule.entry.id);
            }
        }
    }
}
