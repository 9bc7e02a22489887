//! The language that an article is read in: the one that it names, else the one that its text is in, else the assumed one.
//!
//! Naming is believed unless the text is plainly in another language. A text in the language that is expected is known by
//! its function words after a few of them, so that hardly any article is looked at by [`whatlang`], which is slow.

use std::sync::LazyLock;

use whatlang::{Detector, Lang, Script};

use crate::error::Warning;
use crate::language::{self, Pack};
use crate::syntax::LexedPassage;
use crate::text::{Shape, Vocabulary};

/// The language of an article, and how it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleLanguage {
    /// A BCP 47 tag.
    pub tag: String,
    /// How it is known.
    pub from: LanguageFrom,
}

/// How the language of an article is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LanguageFrom {
    /// The article names it.
    Told,
    /// It was found in the text.
    Found,
    /// The article does not name it, and its text is too short to tell: it is the one that the settings assume.
    Assumed,
}

impl LanguageFrom {
    /// All variants.
    pub const ALL: [Self; 3] = [Self::Told, Self::Found, Self::Assumed];

    /// Returns the name that records use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Found => "found",
            Self::Assumed => "assumed",
        }
    }
}

/// Languages in Latin letters that [`whatlang`] finds and nothing reads. Blind text is in the first of them: what stands for
/// a text to come is in the language of its label.
const LATIN_WITHOUT_PACK: [&str; 12] = ["la", "eo", "af", "tl", "sn", "yo", "zu", "az", "uz", "tk", "jv", "cy"];

/// How many words of a text are looked at for function words.
const LOOKED_AT: usize = 48;
/// How many of them show that the text is in the language of the words.
const ENOUGH: usize = 9;
/// The shortest text whose language can be found, in letters. A text in a script of its own may be shorter.
const SHORTEST: usize = 24;
/// How much of a text is looked at to find its language, in bytes.
const SAMPLE: usize = 1500;

/// Languages that are too like each other for a label to be called wrong.
const ALIKE: [&[&str]; 12] = [
    &["zh", "ja", "ko"],
    &["da", "nb", "nn", "no", "sv", "is", "fo"],
    &["es", "pt", "gl", "ca", "it", "ro", "oc", "la"],
    &["hr", "sr", "bs", "sl", "mk", "sh"],
    &["cs", "sk", "pl"],
    &["ru", "uk", "be", "bg", "mk", "sr"],
    &["id", "ms", "jv", "su", "tl"],
    &["nl", "af", "fy", "de", "lb"],
    &["hi", "mr", "ne", "sa"],
    &["ar", "fa", "ur", "ps", "ku"],
    &["tr", "az", "tk", "uz", "kk"],
    &["fi", "et"],
];

/// Returns the language of a text that is labelled with `label`, or not at all, and a warning where the label is plainly
/// wrong. Where nothing tells, it is `assumed`.
#[must_use]
pub fn of_text(text: &str, label: Option<&str>, assumed: &str) -> (ArticleLanguage, Option<Warning>) {
    let label = label.and_then(|label| Some((label, language::primary(label)?)));
    let tag = label.as_ref().map_or(assumed, |(label, _)| label);
    let expected = language::pack(tag);
    let own = expected.map_or(0, |pack| function_words(text, pack));
    let of = |tag: &str, from| ArticleLanguage { tag: tag.to_owned(), from };
    let fewest = if label.is_some() { FEW } else { 1 };
    // A label is believed sooner: finding a language is slow.
    let bears_out = || own * LABEL_SHARE > words_of(text).take(LOOKED_AT).count() || is_table(text);
    let is_believed = own >= ENOUGH || label.is_some() && bears_out();
    let found = if is_believed { None } else { found(text, own, fewest) };
    match (label, found) {
        (Some((label, primary)), Some(found))
            if is_wrong(&primary, &found) && (is_read(&found) || !is_read(&primary)) =>
        {
            let message = format!("the article is labelled `{label}`, but its text is in `{found}`, and was read so");
            (of(&found, LanguageFrom::Found), Some(Warning { code: "language-overruled", message }))
        }
        (Some((label, _)), _) => (of(label, LanguageFrom::Told), None),
        (None, Some(found)) if is_wrong(&language::primary(assumed).unwrap_or_default(), &found) => {
            (of(&found, LanguageFrom::Found), None)
        }
        (None, Some(_)) => (of(assumed, LanguageFrom::Found), None),
        (None, None) => (of(assumed, if own < ENOUGH { LanguageFrom::Assumed } else { LanguageFrom::Found }), None),
    }
}

/// Whether there is a pack for a language, or its script shows that it is no other one.
fn is_read(tag: &str) -> bool {
    language::pack_exists(tag) || !LATIN_WITHOUT_PACK.contains(&tag)
}

/// Whether a sentence is in another language than the text around it: a quotation, a line of another edition. Its dates
/// are not those of what stands beside it.
#[must_use]
pub fn is_foreign(passage: &LexedPassage<'_>, sentence: usize) -> bool {
    let Some(tokens) = passage.sentences.get(sentence) else { return false };
    let words: Vec<usize> = tokens.clone().filter(|&at| passage.tokens[at].shape.is_word()).collect();
    let classes = function_classes(passage.pack);
    let own = words.iter().filter(|&&at| classes.clone().any(|class| passage.has(at, class))).count();
    if words.len() < FEWEST_WORDS || own * SHARE > words.len() {
        return false;
    }
    let text = passage.span(tokens.start, tokens.end).of(passage.text);
    // Finding a language is slow, and rows of figures and headlines have few function words in any.
    if is_table(text) || own > 0 && text.is_ascii() {
        return false;
    }
    found(text, own, FEW).is_some_and(|found| is_wrong(passage.pack.language, &found))
}

/// With fewer letters a digit a text is a table.
const LETTERS_A_DIGIT: usize = 8;

/// The shortest sentence whose language is looked at, in words.
const FEWEST_WORDS: usize = 7;
/// Where one of so many words is a function word of the language, a sentence is in it.
const SHARE: usize = 8;
/// Where one of so many words is a function word of the language of its label, a text is in that.
const LABEL_SHARE: usize = 4;

/// Whether a text in a language that was found cannot be in the one of its label.
fn is_wrong(label: &str, found: &str) -> bool {
    let alike = ALIKE.iter().any(|group| group.contains(&label) && group.contains(&found));
    // What cannot be found cannot be told from what it resembles.
    let can_be_found = Lang::all().iter().any(|lang| tag(*lang).as_deref() == Some(label));
    let other_script = || language::pack(found).is_some_and(|pack| !pack.lexicon.is_latin());
    label != found && !alike && (can_be_found || other_script())
}

/// How many of the first words of a text are function words of a language, up to as many as are enough.
fn function_words(text: &str, pack: &Pack) -> usize {
    let classes = function_classes(pack);
    if pack.lexicon.writing().unspaced {
        // Words do not stand apart; the script tells.
        return 0;
    }
    let is_function = |word: &&str| {
        let lexeme = pack.lexicon.word(word, Shape::Lower);
        classes.clone().any(|class| pack.lexicon.lexeme_has(lexeme, class))
    };
    words_of(text).take(LOOKED_AT).filter(is_function).take(ENOUGH).count()
}

/// Whether a text has so many figures that its words say little of its language.
fn is_table(text: &str) -> bool {
    let sample = || text.bytes().take(SAMPLE);
    let letters = sample().filter(u8::is_ascii_alphabetic).count();
    text.is_ascii() && sample().filter(u8::is_ascii_digit).count() * LETTERS_A_DIGIT > letters
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty())
}

/// Fewer function words than this may be names.
const FEW: usize = 3;
/// The length of a text in a language without a pack that is sure to be in it, in letters.
const LONG: usize = 300;
/// The same, where the script is not Latin.
const SHORT: usize = 4;

fn function_classes(pack: &Pack) -> impl Iterator<Item = language::Class> + Clone {
    let grammar = &pack.grammar;
    let beside_dates = [grammar.determiner, grammar.time_preposition, grammar.of, grammar.and, grammar.be_past];
    // With these, other languages have words of every name ("Carl von Lund").
    let others = [grammar.preposition, grammar.be_present, grammar.to];
    beside_dates.into_iter().chain(others.into_iter().take(if pack.reads_forms() { 0 } else { 3 }))
}

/// Returns the language that a text is in, which has so many function words of the one expected; `None` where that is not
/// sure. Tables and lists of names look like any language: so a language must have more of its function words in the text
/// than the one expected, and where there is no pack, a long text must do.
fn found(text: &str, own: usize, fewest: usize) -> Option<String> {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = text.get(..end)?;
    let letters = sample.chars().filter(|letter| letter.is_alphabetic()).take(LONG).count();
    let info = whatlang::detect(sample)?;
    match info.script() {
        // The letters of one language, or of few.
        script if script != Script::Latin => tag(info.lang()).filter(|_| letters >= SHORT),
        _ if letters < SHORTEST => None,
        _ => {
            let guess = tag(info.lang())?;
            if info.is_reliable() && !language::pack_exists(&guess) {
                return Some(guess).filter(|_| own < FEW && letters == LONG);
            }
            let guess = if info.is_reliable() { guess } else { tag(KNOWN.detect_lang(sample)?)? };
            let (count, best) = best_of_group(sample, &guess)?;
            // What is written in letters that the expected language hardly has needs fewer words, where it has no label.
            let accented = sample.chars().any(|letter| letter.is_alphabetic() && !letter.is_ascii());
            let fewest = if accented { fewest } else { FEW };
            Some(best).filter(|_| count > own && count >= fewest)
        }
    }
}

/// Returns the language that has most function words in a text, of those that are like another one, and how many these
/// are; the other one where it has as many.
fn best_of_group(text: &str, guess: &str) -> Option<(usize, String)> {
    let count = |tag: &str| language::pack(tag).map(|pack| function_words(text, pack));
    let alike = ALIKE.iter().filter(|group| group.contains(&guess)).flat_map(|group| group.iter().copied());
    let mut best = (count(guess)?, guess);
    for other in alike.filter(|tag| *tag != guess) {
        let words = count(other).unwrap_or(0);
        if words > best.0 {
            best = (words, other);
        }
    }
    Some((best.0, best.1.to_owned()))
}

/// Finds languages among those that there are packs for.
static KNOWN: LazyLock<Detector> = LazyLock::new(|| {
    let known = Lang::all().iter().copied().filter(|lang| tag(*lang).is_some_and(|tag| language::pack_exists(&tag)));
    Detector::with_allowlist(known.collect())
});

/// Returns the tag of a language as packs have it.
fn tag(lang: Lang) -> Option<String> {
    language::primary(lang.code())
}
