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
use std::fmt::Write as _;

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

/// Translates a pattern. Fragments may contain other fragments.
pub(super) fn to_regex(
    pattern: &str,
    fragments: &BTreeMap<String, String>,
    lexicon: &Lexicon,
) -> Result<String, String> {
    let mut regex = String::new();
    translate(pattern, fragments, lexicon, &mut regex, 0)?;
    Ok(regex)
}

fn translate(
    pattern: &str,
    fragments: &BTreeMap<String, String>,
    lexicon: &Lexicon,
    regex: &mut String,
    depth: usize,
) -> Result<(), String> {
    if depth > 16 {
        return Err(format!("fragments nest too deep at `{pattern}`"));
    }
    let mut rest = pattern.trim_start();
    let mut pending_name = false;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let (word, after) =
                rest[1..].split_once('"').ok_or_else(|| format!("a quote stays open in `{pattern}`"))?;
            class(&literal_class(word), lexicon, regex)?;
            rest = after;
        } else if first.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if let Some(after) = after.strip_prefix(':') {
                Slot::named(name)?;
                // Alternatives may share a name, groups may not: the offset makes it unique, [`slot`] drops it.
                let offset = regex.len();
                let _ = write!(regex, "(?P<{name}_{offset}>");
                pending_name = true;
                rest = after;
                continue;
            }
            if first.is_ascii_uppercase() {
                class(name, lexicon, regex)?;
            } else {
                let fragment = fragments
                    .get(name)
                    .ok_or_else(|| unknown("fragment", name, fragments.keys().map(String::as_str)))?;
                regex.push_str("(?:");
                translate(fragment, fragments, lexicon, regex, depth + 1)?;
                regex.push(')');
            }
            rest = after;
        } else if first == '(' {
            let end = closing(rest).ok_or_else(|| format!("a bracket stays open in `{pattern}`"))?;
            regex.push_str("(?:");
            translate(&rest[1..end], fragments, lexicon, regex, depth + 1)?;
            regex.push(')');
            rest = &rest[end + 1..];
        } else if first == '{' {
            let end = rest.find('}').ok_or_else(|| format!("a brace stays open in `{pattern}`"))?;
            regex.push_str(&rest[..=end]);
            rest = &rest[end + 1..];
        } else if matches!(first, '|' | '?') {
            regex.push(first);
            rest = &rest[1..];
        } else {
            return Err(format!("`{first}` means nothing in the pattern `{pattern}`"));
        }
        if pending_name {
            regex.push(')');
            pending_name = false;
        }
        rest = rest.trim_start();
    }
    Ok(())
}

/// Returns the slot of a group of the regular expression.
pub(super) fn slot(group: &str) -> Result<Slot, String> {
    Slot::named(group.split('_').next().unwrap_or(group))
}

/// Appends the set of all symbols that have the class.
fn class(name: &str, lexicon: &Lexicon, regex: &mut String) -> Result<(), String> {
    let class = lexicon.class(name).ok_or_else(|| unknown("class", name, lexicon.class_names()))?;
    let mut symbols = lexicon.symbols(class).peekable();
    if symbols.peek().is_none() {
        // The set of what is two letters at once.
        regex.push_str("[a&&b]");
        return Ok(());
    }
    regex.push('[');
    for symbol in symbols {
        let _ = write!(regex, "\\x{{{symbol:x}}}");
    }
    regex.push(']');
    Ok(())
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
