//! How a language writes what is no word of a rule: numbers, ordinals, elisions, words without spaces.

use serde::Deserialize;

/// Vowels with and without their accent.
const ACCENTED: [(char, char); 10] = [
    ('a', 'à'),
    ('e', 'è'),
    ('i', 'ì'),
    ('o', 'ò'),
    ('u', 'ù'),
    ('A', 'À'),
    ('E', 'È'),
    ('I', 'Ì'),
    ('O', 'Ò'),
    ('U', 'Ù'),
];

/// How a language writes numbers and joins words, as the table `writing` of its words says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Writing {
    /// The English name of the language.
    pub name: String,
    /// The order of a date in digits, where nothing in a text shows it.
    pub order: Option<DateOrder>,
    /// Whether a comma separates decimals, and a dot or a space groups of three digits.
    pub decimal_comma: bool,
    /// Whether a dot makes an ordinal of a number: `12. März`.
    pub ordinal_dot: bool,
    /// What makes an ordinal of a number behind which it stands: `1er`, `2º`, `15-го`.
    pub ordinal_endings: Vec<String>,
    /// Words that lose their vowel before another: `l'avril`, `dell'anno`. Written without the apostrophe, in lower case.
    pub elision: Vec<String>,
    /// Whether words that a hyphen ties are one where they are known so: `après-midi`, `segunda-feira`.
    pub hyphenated: bool,
    /// Whether an apostrophe behind a vowel may stand for its accent: `lunedi'`, as on wires without accents.
    pub accent_apostrophe: bool,
    /// Whether endings follow an apostrophe: `3 Mart'ta`.
    pub apostrophe_endings: bool,
    /// Whether nouns have a capital, so that a capital alone makes no name.
    pub capital_nouns: bool,
    /// Whether the finite verb is the second part of a main clause, whatever the first is: `Am Montag schloss das Werk`.
    pub verb_second: bool,
    /// Whether the last part of a verb group stands at the end of its clause: `wurde am Montag gesperrt`.
    pub verb_bracket: bool,
    /// Whether a verb of the present beside a bare name of a day looks ahead (`Am Montag beginnt der Prozess`). In French and Italian
    /// reports it more often tells what happened.
    pub present_ahead: bool,
    /// The auxiliaries that make a statement of a noun with its participle, for one and for several: `was`, `were`.
    pub passive: Vec<String>,
    /// The auxiliaries of participles that are not passive, where the language has others for them: `est`, `sont`.
    pub active: Vec<String>,
    /// The endings of verbs in the conditional.
    pub conditional: Vec<String>,
    /// The endings of participles.
    pub participle: Vec<String>,
    /// The endings of verbs in the future and the conditional.
    pub ahead: Vec<String>,
    /// Verbs that end in one of `ahead` and are in another tense: `tirait`.
    pub not_ahead: Vec<String>,
    /// Whether words stand beside each other without a space, or endings grow on them, so that a run of letters is taken
    /// apart into the longest words that are known.
    pub unspaced: bool,
}

/// The order of a date in digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day; without a year, the month comes first.
    Ymd,
}

impl Writing {
    /// Whether a finite verb is in the future or the conditional by its ending.
    #[must_use]
    pub fn looks_ahead(&self, verb: &str) -> bool {
        self.ahead.iter().any(|ending| verb.ends_with(ending)) && !self.not_ahead.iter().any(|word| word == verb)
    }

    /// Whether a word loses its vowel before an apostrophe.
    #[must_use]
    pub fn elides(&self, head: &str) -> bool {
        !self.elision.is_empty() && self.elision.iter().any(|word| equal_in_any_case(word, head))
    }

    /// Returns a word with an accent on the vowel that it ends in, where an apostrophe behind it may stand for that.
    #[must_use]
    pub fn accented(&self, word: &str) -> Option<String> {
        let last = word.chars().next_back().filter(|_| self.accent_apostrophe)?;
        let (_, accented) = ACCENTED.iter().find(|(plain, _)| *plain == last)?;
        Some(format!("{}{accented}", word.strip_suffix(last)?))
    }

    /// Returns how many bytes of the text behind a number make an ordinal of it; 0 if none do.
    #[must_use]
    pub fn ordinal_ending(&self, behind: &str) -> usize {
        let ends = |ending: &&String| {
            let rest = behind.get(ending.len()..).unwrap_or_default();
            behind.get(..ending.len()).is_some_and(|written| equal_in_any_case(ending, written))
                && !rest.starts_with(char::is_alphanumeric)
        };
        self.ordinal_endings.iter().filter(ends).map(String::len).max().unwrap_or(0)
    }

    /// Returns the words of a phrase as they are lexed.
    #[must_use]
    pub fn words<'t>(&self, phrase: &'t str) -> Vec<&'t str> {
        let mut words = Vec::new();
        let parts = |letter| letter == ' ' || letter == '-' && !self.hyphenated;
        for word in phrase.split(parts).filter(|word| !word.is_empty()) {
            let mut rest = word;
            while let Some((head, tail)) = rest.split_once(['\'', '’']).filter(|(head, _)| self.elides(head)) {
                words.push(head);
                rest = tail;
            }
            words.extend(Some(rest).filter(|rest| !rest.is_empty()));
        }
        words
    }
}

fn equal_in_any_case(lower: &str, word: &str) -> bool {
    lower.eq_ignore_ascii_case(word) || word.chars().flat_map(char::to_lowercase).eq(lower.chars())
}
