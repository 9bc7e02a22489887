//! Translates the pattern of a rule into a regular expression over symbols.
//!
//! | written | means |
//! |---|---|
//! | `MONTH` | one token of that class |
//! | `"of"` | that word |
//! | `day` in lower case | the fragment of that name, in its place |
//! | `month:MONTH`, `n:( … )` | a part named `month`, `n` |
//! | `( a \| b )`, `a?`, `a{0,3}` | as in any regular expression, but always bounded |

use std::collections::{BTreeMap, BTreeSet};

use regex_syntax::hir::{self, Capture, ClassUnicode, ClassUnicodeRange, Hir, Repetition};

use super::lexicon::{Lexicon, literal_class};
use super::nearest::unknown;
use super::slot::Slot;

/// Adds the literal words of a pattern.
pub(super) fn literals(pattern: &str, into: &mut BTreeSet<String>) {
    into.extend(pattern.split('"').skip(1).step_by(2).map(str::to_owned));
}

/// Adds the classes that a pattern names.
pub(super) fn classes(pattern: &str, into: &mut BTreeSet<String>) {
    let outside_quotes = pattern.split('"').step_by(2);
    let words = outside_quotes.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    into.extend(words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase())).map(str::to_owned));
}

/// Translates the patterns of a language.
pub(super) struct Translator<'a> {
    fragments: &'a BTreeMap<String, String>,
    lexicon: &'a Lexicon,
    /// The sets of symbols of the classes so far: most classes are named again and again.
    sets: BTreeMap<String, Hir>,
}

impl<'a> Translator<'a> {
    /// Starts with the fragments that patterns may name.
    pub(super) fn new(fragments: &'a BTreeMap<String, String>, lexicon: &'a Lexicon) -> Self {
        Self { fragments, lexicon, sets: BTreeMap::new() }
    }

    /// Translates a pattern.
    ///
    /// # Errors
    /// If it names what there is not, or is not well formed.
    pub(super) fn translate(&mut self, pattern: &str) -> Result<Hir, String> {
        self.branches(pattern, &mut 0, 0)
    }

    /// Translates alternatives. Fragments may contain other fragments, to some `depth`; `groups` counts the parts.
    fn branches(&mut self, pattern: &str, groups: &mut u32, depth: usize) -> Result<Hir, String> {
        if depth > 16 {
            return Err(format!("fragments nest too deep at `{pattern}`"));
        }
        let (mut branches, mut sequence) = (Vec::new(), Vec::new());
        let mut name = None;
        let mut rest = pattern.trim_start();
        while let Some(first) = rest.chars().next() {
            let item;
            (item, rest) = match first {
                '|' => {
                    branches.push(Hir::concat(std::mem::take(&mut sequence)));
                    rest = rest[1..].trim_start();
                    continue;
                }
                '?' => (repeated(sequence.pop(), "0,1", pattern)?, &rest[1..]),
                '{' => {
                    let (bounds, after) =
                        rest[1..].split_once('}').ok_or_else(|| format!("a brace stays open in `{pattern}`"))?;
                    (repeated(sequence.pop(), bounds, pattern)?, after)
                }
                '"' => {
                    let (word, after) =
                        rest[1..].split_once('"').ok_or_else(|| format!("a quote stays open in `{pattern}`"))?;
                    (self.class(&literal_class(word))?, after)
                }
                '(' => {
                    let end = closing(rest).ok_or_else(|| format!("a bracket stays open in `{pattern}`"))?;
                    (self.branches(&rest[1..end], groups, depth)?, &rest[end + 1..])
                }
                _ if first.is_ascii_alphabetic() => {
                    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                    let (word, after) = rest.split_at(end);
                    if let Some(after) = after.strip_prefix(':') {
                        Slot::named(word)?;
                        // The one that holds others comes first, as in any regular expression.
                        *groups += 1;
                        (name, rest) = (Some((word, *groups)), after.trim_start());
                        continue;
                    }
                    (self.named(word, groups, depth)?, after)
                }
                _ => return Err(format!("`{first}` means nothing in the pattern `{pattern}`")),
            };
            sequence.push(if let Some((name, number)) = name.take() { part(name, number, item) } else { item });
            rest = rest.trim_start();
        }
        branches.push(Hir::concat(sequence));
        Ok(Hir::alternation(branches))
    }

    /// Translates the name of a class or a fragment.
    fn named(&mut self, name: &str, groups: &mut u32, depth: usize) -> Result<Hir, String> {
        if name.starts_with(|first: char| first.is_ascii_uppercase()) {
            return self.class(name);
        }
        let names = || self.fragments.keys().map(String::as_str);
        let fragment = self.fragments.get(name).ok_or_else(|| unknown("fragment", name, names()))?;
        self.branches(fragment, groups, depth + 1)
    }

    /// Returns the set of all symbols that have the class.
    fn class(&mut self, name: &str) -> Result<Hir, String> {
        if let Some(set) = self.sets.get(name) {
            return Ok(set.clone());
        }
        let class = self.lexicon.class(name).ok_or_else(|| unknown("class", name, self.lexicon.class_names()))?;
        let symbols = self.lexicon.symbols(class).filter_map(|symbol| char::from_u32(symbol.into()));
        let set = ClassUnicode::new(symbols.map(|symbol| ClassUnicodeRange::new(symbol, symbol)));
        let set = Hir::class(hir::Class::Unicode(set));
        self.sets.insert(name.to_owned(), set.clone());
        Ok(set)
    }
}

/// Returns an item so many times: `2`, `0,3`.
fn repeated(item: Option<Hir>, bounds: &str, pattern: &str) -> Result<Hir, String> {
    let (min, max) = bounds.split_once(',').unwrap_or((bounds, bounds));
    let item = item.ok_or_else(|| format!("there is nothing to repeat in `{pattern}`"))?;
    let (Ok(min), Ok(max)) = (min.trim().parse(), max.trim().parse()) else {
        return Err(format!("`{{{bounds}}}` is not how often something may occur in `{pattern}`"));
    };
    Ok(Hir::repetition(Repetition { min, max: Some(max), greedy: true, sub: Box::new(item) }))
}

/// Returns a named part. Alternatives may share a name, groups may not: their number makes it unique, [`slot`] drops it.
fn part(name: &str, index: u32, item: Hir) -> Hir {
    let name = Some(format!("{name}_{index}").into());
    Hir::capture(Capture { index, name, sub: Box::new(item) })
}

/// Returns the slot of a group of the regular expression.
pub(super) fn slot(group: &str) -> Result<Slot, String> {
    Slot::named(group.split('_').next().unwrap_or(group))
}

/// Returns the offset of the bracket that closes the one at the start of `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::pack;

    fn translated(pattern: &str) -> Result<Hir, String> {
        let fragments = BTreeMap::from([("day".to_owned(), "\"first\" | \"second\"".to_owned())]);
        let english = pack("en").ok_or("no English")?;
        Translator::new(&fragments, &english.lexicon).translate(pattern)
    }

    #[test]
    fn a_fragment_is_one_item_whatever_its_alternatives_are() {
        assert_eq!(translated("day \"of\""), translated("(\"first\" | \"second\") \"of\""));
        assert_ne!(translated("day \"of\""), translated("\"first\" | \"second\" \"of\""));
    }

    #[test]
    fn a_part_that_may_be_missing_is_named_as_a_whole() {
        let pattern = translated("month:MONTH? year:(\"of\" | day){0,2}").unwrap();
        assert_eq!(pattern.properties().explicit_captures_len(), 2);
        assert_eq!(pattern.properties().minimum_len(), Some(0));
    }

    #[test]
    fn a_part_within_a_part_keeps_its_name() {
        let pattern = translated("month:(day:MONTH) year:\"of\"").unwrap();
        let regex = regex_automata::meta::Regex::builder().build_from_hir(&pattern).unwrap();
        let names: Vec<_> = regex.group_info().pattern_names(regex_automata::PatternID::ZERO).flatten().collect();
        assert_eq!(names, ["month_1", "day_2", "year_3"]);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for (pattern, problem) in [
            ("\"of", "a quote stays open"),
            ("(MONTH", "a bracket stays open"),
            ("MONTH{0,2", "a brace stays open"),
            ("MONTH{0,}", "is not how often"),
            ("| ?", "nothing to repeat"),
            ("MONTH*", "`*` means nothing"),
            ("MNOTH", "did you mean `MONTH`"),
            ("dya", "did you mean `day`"),
        ] {
            let error = translated(pattern).unwrap_err();
            assert!(error.contains(problem), "{pattern}: {error}");
        }
    }
}
