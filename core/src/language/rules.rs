//! `rules.toml` to one automaton over symbols.
//!
//! An entry that lacks its examples, its counter-example or its documentation is refused: a rule that nobody can
//! check is no rule. All patterns together are one DFA, which finds every rule that matches at a place in one
//! linear pass; the pattern of the rule that wins is then run alone over the few tokens of the match, to name its
//! parts.

use std::collections::{BTreeMap, BTreeSet};

use regex_automata::dfa::{Automaton, dense};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::primitives::{NonMaxUsize, PatternID, StateID};
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, Input, MatchKind, meta};
use serde::Deserialize;

use super::lexicon::{Class, Lexicon};
use super::pattern;

/// What a rule's matches mean, with its parameters: the closed list of what data can say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Template {
    /// Parts of a calendar date: `weekday`, `day`, `month`, `year`, `quarter`, …, perhaps with `which`.
    Calendar,
    /// A whole unit, counted from an anchor: "last year", "yesterday".
    Shift {
        /// The unit, where no part is called `unit`.
        unit: Option<String>,
        /// How many, where no part is called `which`.
        by: Option<i64>,
    },
    /// An amount of units from an anchor: "two weeks ago".
    Count {
        /// -1 for before, 1 for after.
        sign: i64,
        /// What it counts from.
        from: CountedFrom,
    },
    /// The period that is told of, in another year: the one called `year`, else the year before.
    SamePeriod,
    /// An amount of units as a length of time.
    Length {
        /// -1 where the length ends at publication, 1 where it starts there.
        #[serde(default)]
        window: i64,
    },
    /// An amount of units behind "in": how long it takes, or where its clause looks ahead, when it comes.
    Within,
    /// A repetition, with its TIMEX3 value where the words do not give it.
    Repeat {
        /// The value.
        value: Option<String>,
    },
    /// A reference that no date can be named for.
    Vague {
        /// The value: `PRESENT_REF`, `PAST_REF`, `FUTURE_REF`.
        value: String,
    },
    /// A time of day.
    Clock,
    /// A part of a day: `part`, perhaps with `weekday`, `which` or `day`.
    PartOfDay {
        /// Days from the anchor, where no part says so.
        by: Option<i64>,
    },
    /// Belongs to the date that follows, and changes it.
    Modifier {
        /// The TIMEX3 modifier.
        modifier: String,
    },
    /// Two years in one token: `1914-18`.
    Years,
    /// Several dates that share a part: `days` of a `month`, `centuries`, `quarters`; two dates in digits or two hours,
    /// `from` and `until`.
    List,
    /// Not a date at all, whatever its words look like.
    Nothing,
}

/// What an amount counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountedFrom {
    /// Publication.
    Published,
    /// The last date told.
    Told,
    /// The last date told in the same sentence, else publication: "the year" in "in June 1944 and by the end of the
    /// year".
    Sentence,
    /// The date or event that stands behind it.
    Following,
}

/// What must or must not stand beside a match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// One of these stands before it.
    pub after: Vec<Class>,
    /// None of these stands before it.
    pub not_after: Vec<Class>,
    /// One of these stands behind it.
    pub before: Vec<Class>,
    /// None of these stands behind it.
    pub not_before: Vec<Class>,
}

/// What kind of text a rule is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Register {
    /// Any.
    #[default]
    Any,
    /// A short message from person to person, which tells of the day that it is written on.
    Message,
    /// A history, where words that mean little in the news date what is told.
    History,
}

/// A phrase, said on a day, with the value that it has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The text; the expression may stand within a sentence.
    pub text: String,
    /// The day of publication.
    #[serde(default = "default_day")]
    pub on: String,
    /// The TIMEX3 value.
    pub value: String,
}

fn default_day() -> String {
    "2019-05-03".into()
}

/// One rule, compiled.
#[derive(Debug)]
pub struct Rule {
    /// Stable: `en/last-unit`.
    pub id: &'static str,
    /// What it is for, in one sentence.
    pub doc: String,
    /// The pattern as written.
    pub pattern: String,
    /// What its matches mean.
    pub template: Template,
    /// What must stand beside it.
    pub context: Context,
    /// What kind of text it is for.
    pub register: Register,
    /// Phrases with their values.
    pub examples: Vec<Example>,
    /// Phrases that it must not match.
    pub not: Vec<String>,
    parts: meta::Regex,
    /// The names of the parts, with where the regular expression puts their starts; their ends stand next to them.
    names: Vec<(String, usize)>,
}

/// The rules of a language.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    scanner: dense::DFA<Vec<u32>>,
    start: StateID,
    /// Whether any rule can start with the symbol.
    starts: Vec<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    fragments: BTreeMap<String, String>,
    rule: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    doc: String,
    pattern: String,
    meaning: Template,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    not_after: Vec<String>,
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    not_before: Vec<String>,
    #[serde(default)]
    register: Register,
    examples: Vec<Example>,
    not: Vec<String>,
}

pub(super) fn parse(source: &str) -> Result<File, String> {
    let file: File = toml::from_str(source).map_err(|error| error.to_string())?;
    let mut seen = BTreeSet::new();
    for entry in &file.rule {
        if entry.examples.len() < 2 && entry.meaning != Template::Nothing {
            return Err(format!("rule `{}` needs two examples", entry.id));
        }
        if entry.not.is_empty() {
            return Err(format!("rule `{}` needs a phrase that it must not match", entry.id));
        }
        if entry.doc.trim().is_empty() {
            return Err(format!("rule `{}` needs its documentation", entry.id));
        }
        if !seen.insert(&entry.id) {
            return Err(format!("two rules are called `{}`", entry.id));
        }
    }
    Ok(file)
}

/// The words and the classes that the patterns name.
pub(super) fn named(file: &File) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut literals, mut classes) = (BTreeSet::new(), BTreeSet::new());
    for text in file.fragments.values().chain(file.rule.iter().map(|entry| &entry.pattern)) {
        pattern::literals(text, &mut literals);
        pattern::classes(text, &mut classes);
    }
    (literals, classes)
}

impl Rules {
    pub(super) fn compile(language: &str, file: File, lexicon: &Lexicon) -> Result<Self, String> {
        let mut rules = Vec::with_capacity(file.rule.len());
        let mut patterns = Vec::with_capacity(file.rule.len());
        for entry in file.rule {
            let id = entry.id.clone();
            let regex = pattern::to_regex(&entry.pattern, &file.fragments, lexicon)
                .map_err(|error| format!("rule `{id}`: {error}"))?;
            rules
                .push(compile_rule(language, entry, &regex, lexicon).map_err(|error| format!("rule `{id}`: {error}"))?);
            patterns.push(regex);
        }
        let scanner = dense::Builder::new()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(thompson::Config::new().utf8(false).which_captures(WhichCaptures::None))
            .configure(
                dense::Config::new().match_kind(MatchKind::All).start_kind(regex_automata::dfa::StartKind::Anchored),
            )
            .build_many(&patterns)
            .map_err(|error| error.to_string())?;
        let start =
            scanner.start_state(&start::Config::new().anchored(Anchored::Yes)).map_err(|error| error.to_string())?;
        let starts = (0..=u8::MAX).map(|symbol| !scanner.is_dead_state(scanner.next_state(start, symbol))).collect();
        Ok(Self { rules, scanner, start, starts })
    }

    /// All rules, in the order of their priority.
    #[must_use]
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether any rule can start with the symbol.
    #[must_use]
    pub fn can_start(&self, symbol: u8) -> bool {
        self.starts[usize::from(symbol)]
    }

    /// Every match that starts at the start of `symbols`, as (tokens, rule), into `found`: shortest first.
    pub fn matches<'r>(&'r self, symbols: &[u8], found: &mut Vec<(usize, &'r Rule)>) {
        found.clear();
        let mut state = self.start;
        for (at, &symbol) in symbols.iter().enumerate() {
            state = self.scanner.next_state(state, symbol);
            // The automaton tells of a match one symbol late.
            self.collect(state, at, found);
            if self.scanner.is_dead_state(state) {
                return;
            }
        }
        self.collect(self.scanner.next_eoi_state(state), symbols.len(), found);
    }

    fn collect<'r>(&'r self, state: StateID, end: usize, found: &mut Vec<(usize, &'r Rule)>) {
        if !self.scanner.is_match_state(state) {
            return;
        }
        let first = found.len();
        for index in 0..self.scanner.match_len(state) {
            found.push((end, &self.rules[self.scanner.match_pattern(state, index).as_usize()]));
        }
        // Of the same length, the rule that stands first in the file wins; the caller reads from the end.
        found[first..].reverse();
    }
}

impl Rule {
    /// The parts of a match, by name: ranges of its symbols.
    #[must_use]
    pub fn parts(&self, symbols: &[u8]) -> Vec<(&str, std::ops::Range<usize>)> {
        if self.names.is_empty() {
            return Vec::new();
        }
        let mut slots = vec![None; self.parts.group_info().slot_len()];
        self.parts.search_slots(&Input::new(symbols).anchored(Anchored::Yes), &mut slots);
        let place = |slot: usize| slots.get(slot).copied().flatten().map(NonMaxUsize::get);
        let parts = self.names.iter();
        parts.filter_map(|(name, slot)| Some((name.as_str(), place(*slot)?..place(slot + 1)?))).collect()
    }
}

fn compile_rule(language: &str, entry: Entry, regex: &str, lexicon: &Lexicon) -> Result<Rule, String> {
    let classes = |names: &[String]| -> Result<Vec<Class>, String> {
        let find = |name: &String| lexicon.class(name).ok_or_else(|| format!("no class is called `{name}`"));
        names.iter().map(find).collect()
    };
    let context = Context {
        after: classes(&entry.after)?,
        not_after: classes(&entry.not_after)?,
        before: classes(&entry.before)?,
        not_before: classes(&entry.not_before)?,
    };
    // Leftmost-longest is what the scanner found, so the pattern must reach the end of what it is given.
    let whole = format!("(?:{regex})\\z");
    let parts = meta::Builder::new()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        // Where the match stands is known: nothing is to be found before its parts are.
        .configure(meta::Config::new().utf8_empty(false).hybrid(false).dfa(false))
        .build(&whole)
        .map_err(|error| error.to_string())?;
    let groups = parts.group_info().pattern_names(PatternID::ZERO).enumerate();
    let names = groups.filter_map(|(group, name)| {
        Some((pattern::plain_name(name?).to_owned(), parts.group_info().slot(PatternID::ZERO, group)?))
    });
    let names = names.collect();
    Ok(Rule {
        // A pack lives as long as the program, and every expression names its rule.
        id: String::leak(format!("{language}/{}", entry.id)),
        doc: entry.doc,
        pattern: entry.pattern,
        template: entry.meaning,
        context,
        register: entry.register,
        examples: entry.examples,
        not: entry.not,
        parts,
        names,
    })
}
