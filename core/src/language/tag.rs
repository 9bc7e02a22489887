//! The language that a message names, in whatever way it does, as a BCP 47 tag.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The codes of ISO 639-2 and 639-3 and the English names of languages, in lower case, to the codes of ISO 639-1.
static NAMES: LazyLock<FxHashMap<Box<str>, &'static str>> = LazyLock::new(|| {
    let rows = include_str!("names.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut names = FxHashMap::default();
    for row in rows {
        let mut columns = row.split('\t');
        let (code, codes, spelled) = (columns.next(), columns.next(), columns.next());
        let known = codes.unwrap_or_default().split(' ').chain(spelled.unwrap_or_default().split('|'));
        for name in known {
            names.insert(name.to_lowercase().into(), code.unwrap_or_default());
        }
    }
    names
});

/// What says that the language is not known, or that there are none or many: ISO 639-2's codes for that, the words of
/// programs for nothing, the locales of C.
const UNKNOWN: [&str; 22] = [
    "und",
    "zxx",
    "mul",
    "mis",
    "null",
    "none",
    "nil",
    "nan",
    "n/a",
    "undefined",
    "undetermined",
    "unspecified",
    "unknown",
    "multiple",
    "multilingual",
    "other",
    "auto",
    "default",
    "x-default",
    "c",
    "posix",
    "xx",
];

/// Returns the BCP 47 tag of a language as a message names it: by a tag (`en-GB`), a locale (`en_GB.UTF-8`), a code of
/// ISO 639-2 or 639-3 (`eng`), its English name (`English`), or a list of these, of which the first counts. `None` if
/// that says nothing about the language; what is not understood is returned as it is.
#[must_use]
pub fn tag_of(written: &str) -> Option<Cow<'_, str>> {
    let written = written.trim();
    if is_unknown(written) {
        return None;
    }
    let first = written.split([',', ';', '|', '(']).map(str::trim).find(|part| !part.is_empty())?;
    // The last part of the address of a concept, else the first of several; the code of a qualified name.
    let first = match first.split_once("://") {
        Some((_, address)) => address.trim_end_matches('/').rsplit(['/', '#']).next().unwrap_or_default(),
        None => first.split('/').next().unwrap_or_default(),
    };
    let first = first.rsplit(':').next().unwrap_or_default();
    // The encoding and the modifier of a locale.
    let first = first.split(['.', '@']).next().unwrap_or_default().trim();
    let (primary, rest) = first.split_at(first.find(['-', '_']).unwrap_or(first.len()));
    // The whole was checked above: only parts of it are left.
    if [first, primary].into_iter().any(|part| part != written && is_unknown(part)) {
        return None;
    }
    match of_name(primary).or_else(|| of_words(first)) {
        Some(code) => Some(Cow::Owned(format!("{code}{}", rest.replace('_', "-")))),
        None if first.contains('_') => Some(Cow::Owned(first.replace('_', "-"))),
        None => Some(Cow::Borrowed(first)),
    }
}

/// Whether that is a way to say nothing.
fn is_unknown(name: &str) -> bool {
    !name.contains(char::is_alphanumeric) || UNKNOWN.iter().any(|unknown| name.eq_ignore_ascii_case(unknown))
}

/// Returns the code of two letters for one of three, or for a name.
fn of_name(name: &str) -> Option<&'static str> {
    if name.len() < 3 { None } else { NAMES.get(name.to_lowercase().as_str()).copied() }
}

/// Returns the code for a name of several words, such as "British English" or "English language".
fn of_words(name: &str) -> Option<&'static str> {
    let (head, last) = name.rsplit_once(' ')?;
    let of_last = of_name(name).or_else(|| of_name(last));
    of_last.or_else(|| of_name(head.split(' ').next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_understood_in_every_usual_spelling() {
        for (written, tag) in [
            ("en", "en"),
            ("EN", "EN"),
            ("en-GB", "en-GB"),
            ("en_US", "en-US"),
            ("en-Latn-US", "en-Latn-US"),
            (" en ", "en"),
            ("eng", "en"),
            ("ENG", "en"),
            ("eng-GB", "en-GB"),
            ("eng_US", "en-US"),
            ("English", "en"),
            ("english", "en"),
            ("ENGLISH", "en"),
            ("English (United Kingdom)", "en"),
            ("British English", "en"),
            ("English language", "en"),
            ("en_GB.UTF-8", "en-GB"),
            ("en_US.utf8@euro", "en-US"),
            ("en,fr", "en"),
            ("en-GB,en;q=0.9", "en-GB"),
            ("English, French", "en"),
            ("en/fr", "en"),
            ("English/French", "en"),
            ("lang:en", "en"),
            ("http://id.loc.gov/vocabulary/iso639-2/eng", "en"),
            ("http://cv.iptc.org/lang#en/", "en"),
            ("deu", "de"),
            ("ger", "de"),
            ("German", "de"),
            ("cmn", "zh"),
            ("Simplified Chinese", "zh"),
            ("Greek", "el"),
            ("Scottish Gaelic", "gd"),
            ("Norwegian Bokmål", "nb"),
            ("de-AT", "de-AT"),
            ("tlh", "tlh"),
            ("Dothraki", "Dothraki"),
        ] {
            assert_eq!(tag_of(written).as_deref(), Some(tag), "{written}");
        }
    }

    #[test]
    fn a_word_for_nothing_names_no_language() {
        for written in [
            "",
            " ",
            "und",
            "UND",
            "und-US",
            "null",
            "None",
            "zxx",
            "mul",
            "mis",
            "N/A",
            "-",
            "unknown",
            "x-default",
            "C",
            "C.UTF-8",
        ] {
            assert_eq!(tag_of(written), None, "{written}");
        }
    }

    #[test]
    fn every_row_of_the_table_has_a_code_of_two_letters_with_one_of_three() {
        let rows: Vec<&str> = include_str!("names.tsv").lines().skip(1).collect();
        for row in &rows {
            let columns: Vec<&str> = row.split('\t').collect();
            let [code, codes, names] = columns[..] else { panic!("{row}") };
            assert!(code.len() == 2 && codes.split(' ').all(|code| code.len() == 3) && !names.is_empty(), "{row}");
        }
        assert!(rows.is_sorted(), "the rows are sorted");
    }
}
