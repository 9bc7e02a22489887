//! The classes that code asks for, by name and once: a language that lacks one does not compile.
//!
//! Rules name classes in data. Clauses, directions and ranges are read by code, and code names them here, so that a
//! misspelt class is an error of the pack and no look-up by name is left where tokens are gone through.

use super::lexicon::{Class, Lexicon};

/// Declares the struct and how it is filled, so that a class is named in one place.
macro_rules! grammar {
    ($($(#[doc = $doc:literal])* $field:ident = $name:literal,)*) => {
        /// Classes of words, as `words.toml` names them.
        #[derive(Debug, Clone, Copy)]
        pub struct Grammar {
            $($(#[doc = $doc])* pub $field: Class,)*
        }

        impl Grammar {
            /// Looks every class up.
            ///
            /// # Errors
            /// Where the lexicon lacks one, with its name.
            pub(super) fn compile(lexicon: &Lexicon) -> Result<Self, String> {
                let class = |name| lexicon.class(name).ok_or_else(|| format!("the class {name} is missing"));
                Ok(Self { $($field: class($name)?,)* })
            }
        }
    };
}

grammar! {
    /// Articles and possessive pronouns.
    determiner = "DET",
    /// What may stand before a date: "in", "on", "by".
    time_preposition = "TIMEPREP",
    /// Prepositions that open a group of their own, with or without a date: "of", "with", "against".
    preposition = "PREP",
    /// "since".
    since = "SINCEPREP",
    /// "to".
    to = "TO",
    /// "and".
    and = "AND",
    /// "between".
    between = "BETWEEN",
    /// "to", "until", "through" between two dates.
    until = "UNTILWORD",
    /// Dashes.
    dash = "DASH",
    /// "that".
    that = "THAT",
    /// Personal and relative pronouns, as subjects.
    subject = "SUBJECT",
    /// "will", "shall".
    will = "WILL",
    /// "would".
    would = "WOULD",
    /// "may", "could", "must".
    modal = "MODAL",
    /// "was", "were", "been".
    be_past = "BE_PAST",
    /// "is", "are", "being".
    be_present = "BE_PRESENT",
    /// "has", "have".
    have = "HAVE",
    /// "had".
    had = "HAD",
    /// "do", "does".
    does = "DO",
    /// "did".
    did = "DID",
    /// "going", as in "is going to".
    going = "GOING",
    /// "not", "no", "never".
    negation = "NEGATION",
    /// What takes a negation back: "not only", "no doubt".
    no_negation = "NO_NEGATION",
    /// What they govern lies ahead: "due", "plans", "agreed".
    plan = "PLAN",
    /// What they govern may not come: "likely", "considering", "threatened".
    uncertain = "UNCERTAIN",
    /// They carry the verb behind their "to": "failed to agree", "began to fall".
    implicative = "IMPLICATIVE",
    /// Adverbs that stand within a verb group.
    adverb = "ADVERB",
    /// What starts a clause of its own.
    subordinator = "SUBORDINATOR",
    /// Relative pronouns.
    relative = "RELATIVE",
    /// Verbs of saying.
    report = "REPORT",
    /// "denied", "refused".
    denial = "DENIAL",
    /// "cancelled", "scrapped".
    cancel = "CANCEL",
    /// "called", before "off".
    called = "CALLED",
    /// "off".
    off = "OFF",
    /// "if", "unless", "whether".
    condition = "CONDITION",
    /// "perhaps", "allegedly".
    perhaps = "PERHAPS",
    /// Base forms of verbs.
    verb = "VERB",
    /// Their third persons.
    verb_third = "VERB_THIRD",
    /// Words in -ing and -ed that are no verbs, or that tell of nothing that happens: "trading", "compared".
    no_event = "NO_EVENT",
    /// "ended", "ending" before the date that ends a period.
    ending = "ENDING",
    /// Nouns that tell of something that happens.
    event_noun = "EVENT_NOUN",
    /// Numbers in words.
    cardinal = "CARDINAL",
    /// Months in lower case.
    month_lower = "MONTH_LOWER",
    /// "today", "tomorrow".
    deictic = "DEICTIC",
    /// Names of weekdays.
    weekday = "WEEKDAY",
    /// Units of time.
    unit = "UNIT",
}
