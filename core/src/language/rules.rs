//! Compiles `rules.toml` into one automaton over symbols.
//!
//! A rule without examples, a counter-example or documentation is rejected, since nobody could check it. All patterns
//! together are one DFA, which finds every rule that matches at a position in one linear pass; the pattern of the rule
//! that wins is then run alone over the few tokens of the match, to find its named parts. Texts meet few states of that
//! automaton and few rules, and a program is started for a single sentence as well: so states are built when they are first
//! met, and the pattern of a rule when it first wins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::pool::{Pool, PoolGuard};
use regex_automata::util::primitives::{NonMaxUsize, PatternID};
use regex_automata::util::start;
use regex_automata::{Anchored, Input, MatchKind, meta};
use regex_syntax::hir::{Hir, HirKind, Look};
use serde::Deserialize;

use super::lexicon::{Class, Lexicon};
use super::nearest::{explained, unknown};
use super::pattern;
use super::sets::{MOST_SYMBOLS, Symbol, encoded};
use super::slot::Slot;
use super::template::Template;
use crate::timex::Modifier;

/// Conditions on the tokens next to a match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The token before it has one of these classes.
    pub after: Vec<Class>,
    /// The token before it has none of these classes.
    pub not_after: Vec<Class>,
    /// The token after it has one of these classes.
    pub before: Vec<Class>,
    /// The token after it has none of these classes.
    pub not_before: Vec<Class>,
}

/// The kind of text that a rule applies to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Register {
    /// Any.
    #[default]
    Any,
    /// A short message from person to person, about the day that it is written on.
    Message,
    /// A history, in which words that are vague in the news are dates.
    History,
}

/// A phrase, published on a day, with its value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The text, which may be a sentence around the expression.
    pub text: String,
    /// The day of publication.
    #[serde(default = "default_day")]
    pub on: String,
    /// The TIMEX3 value.
    pub value: String,
    /// The TIMEX3 modifier.
    pub modifier: Option<Modifier>,
}

fn default_day() -> String {
    "2019-05-03".into()
}

/// One rule, compiled.
#[derive(Debug)]
pub struct Rule {
    /// A stable id: `en/last-unit`.
    pub id: &'static str,
    /// Its documentation, in one sentence.
    pub doc: String,
    /// The pattern as written.
    pub pattern: String,
    /// The meaning of its matches.
    pub template: Template,
    /// The conditions on its neighbours.
    pub context: Context,
    /// The kind of text that it applies to.
    pub register: Register,
    /// The TIMEX3 modifier of all its matches: "year-end" is the end of the year.
    pub modifier: Option<Modifier>,
    /// Whether its matches are a date only with a modifier: "the end of the year", not "the year".
    pub needs_modifier: bool,
    /// Phrases with their values.
    pub examples: Vec<Example>,
    /// Phrases that it must not match.
    pub not: Vec<String>,
    regex: Hir,
    parts: OnceLock<Option<Parts>>,
}

/// The named parts of a rule.
#[derive(Debug)]
struct Parts {
    regex: meta::Regex,
    /// The slots, with the index at which the regular expression stores their starts; the ends are next to them.
    slots: Vec<(Slot, usize)>,
}

type NewCache = Box<dyn Fn() -> Cache + Send + Sync>;

/// How much the states of the automaton may take for each thread, in bytes. They are built anew when they take more.
const CACHE_BYTES: usize = 16 << 20;

/// The rules of a language.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    scanner: DFA,
    /// The states so far, for each thread.
    caches: Pool<Cache, NewCache>,
    /// Whether any rule can start with the symbol.
    starts: Vec<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) fragments: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) rule: Vec<Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) doc: String,
    pub(super) pattern: String,
    pub(super) meaning: Template,
    #[serde(default)]
    pub(super) after: Vec<String>,
    #[serde(default)]
    pub(super) not_after: Vec<String>,
    #[serde(default)]
    pub(super) before: Vec<String>,
    #[serde(default)]
    pub(super) not_before: Vec<String>,
    #[serde(default)]
    pub(super) register: Register,
    pub(super) modifier: Option<Modifier>,
    #[serde(default)]
    pub(super) needs_modifier: bool,
    #[serde(default)]
    pub(super) examples: Vec<Example>,
    #[serde(default)]
    pub(super) not: Vec<String>,
}

pub(super) fn parse(source: &str) -> Result<File, String> {
    let file: File = toml::from_str(source).map_err(|error| explained(&error.to_string()))?;
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

/// Returns the classes that patterns and their neighbours name.
pub(super) fn classes_of(file: &File) -> BTreeSet<String> {
    let (_, mut classes) = named(file);
    for rule in &file.rule {
        let beside = [&rule.after, &rule.not_after, &rule.before, &rule.not_before];
        classes.extend(beside.into_iter().flatten().filter(|name| !name.starts_with('=')).cloned());
    }
    classes
}

/// Returns the literals and the classes in the patterns.
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
        let mut translator = pattern::Translator::new(&file.fragments, lexicon);
        for entry in file.rule {
            let id = entry.id.clone();
            let regex = translator.translate(&entry.pattern).map_err(|error| format!("rule `{id}`: {error}"))?;
            if !can_match(&regex) {
                continue;
            }
            let rule = compile_rule(language, entry, regex.clone(), lexicon);
            rules.push(rule.map_err(|error| format!("rule `{id}`: {error}"))?);
            patterns.push(regex);
        }
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().which_captures(WhichCaptures::None))
            .build_many_from_hir(&patterns)
            .map_err(|error| error.to_string())?;
        let scanner = DFA::builder()
            .configure(DFA::config().match_kind(MatchKind::All).cache_capacity(CACHE_BYTES))
            .build_from_nfa(nfa)
            .map_err(|error| error.to_string())?;
        let own = scanner.clone();
        let caches: Pool<Cache, NewCache> = Pool::new(Box::new(move || own.create_cache()));
        let mut rules = Self { rules, scanner, caches, starts: Vec::new() };
        let mut scan = rules.scan();
        let starts = (0..MOST_SYMBOLS).map(|symbol| scan.is_alive(symbol)).collect();
        drop(scan);
        rules.starts = starts;
        Ok(rules)
    }

    /// Returns all rules, in order of priority.
    #[must_use]
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether any rule can start with the symbol.
    #[must_use]
    pub fn can_start(&self, symbol: Symbol) -> bool {
        self.starts[usize::from(symbol)]
    }

    /// Prepares for searches on this thread.
    #[must_use]
    pub fn scan(&self) -> Scan<'_> {
        Scan { rules: self, cache: self.caches.get() }
    }
}

/// Searches for matches of rules.
pub struct Scan<'r> {
    rules: &'r Rules,
    cache: PoolGuard<'r, Cache, NewCache>,
}

impl<'r> Scan<'r> {
    /// Finds every match at the start of `symbols`, as (number of tokens, rule), shortest first.
    pub fn matches(&mut self, symbols: &[Symbol], found: &mut Vec<(usize, &'r Rule)>) {
        found.clear();
        // There is always a next state: only a limit on how often states are built anew would be an error.
        let Some(mut state) = self.start() else { return };
        for (at, &symbol) in symbols.iter().enumerate() {
            let [first, second] = encoded(symbol);
            let Some(next) = self.step(state, first) else { return };
            // The automaton reports a match one byte late.
            self.collect(next, at, found);
            if next.is_dead() {
                return;
            }
            let Some(next) = self.step(next, second) else { return };
            state = next;
        }
        let end = self.rules.scanner.next_eoi_state(&mut self.cache, state);
        end.into_iter().for_each(|state| self.collect(state, symbols.len(), found));
    }

    fn start(&mut self) -> Option<LazyStateID> {
        let anchored = start::Config::new().anchored(Anchored::Yes);
        self.rules.scanner.start_state(&mut self.cache, &anchored).ok()
    }

    fn step(&mut self, state: LazyStateID, byte: Option<u8>) -> Option<LazyStateID> {
        let Some(byte) = byte else { return Some(state) };
        self.rules.scanner.next_state(&mut self.cache, state, byte).ok()
    }

    /// Whether any rule can start with the symbol.
    fn is_alive(&mut self, symbol: Symbol) -> bool {
        let [first, second] = encoded(symbol);
        let state = self.start().and_then(|state| self.step(state, first));
        state.and_then(|state| self.step(state, second)).is_some_and(|state| !state.is_dead())
    }

    fn collect(&self, state: LazyStateID, end: usize, found: &mut Vec<(usize, &'r Rule)>) {
        if !state.is_match() {
            return;
        }
        let first = found.len();
        for index in 0..self.rules.scanner.match_len(&self.cache, state) {
            let rule = self.rules.scanner.match_pattern(&self.cache, state, index);
            found.push((end, &self.rules.rules[rule.as_usize()]));
        }
        // Of equal length, the first rule in the file wins; the caller reads from the end.
        found[first..].reverse();
    }
}

impl Rule {
    /// Returns the parts of a match, by slot, as ranges of its symbols.
    #[must_use]
    pub fn parts(&self, symbols: &[Symbol]) -> Vec<(Slot, std::ops::Range<usize>)> {
        let parts = self.parts.get_or_init(|| Parts::compile(&self.regex));
        let Some(Parts { regex, slots }) = parts.as_ref().filter(|parts| !parts.slots.is_empty()) else {
            return Vec::new();
        };
        let (mut bytes, mut starts) = (Vec::with_capacity(2 * symbols.len()), Vec::with_capacity(symbols.len()));
        for &symbol in symbols {
            starts.push(bytes.len());
            bytes.extend(encoded(symbol).into_iter().flatten());
        }
        let mut offsets = vec![None; regex.group_info().slot_len()];
        regex.search_slots(&Input::new(&bytes).anchored(Anchored::Yes), &mut offsets);
        let symbol = |at: usize| {
            let byte = offsets.get(at).copied().flatten().map(NonMaxUsize::get)?;
            Some(starts.partition_point(|&start| start < byte))
        };
        slots.iter().filter_map(|&(slot, at)| Some((slot, symbol(at)?..symbol(at + 1)?))).collect()
    }
}

impl Parts {
    /// Compiles a pattern that the scanner, which knows no parts, has compiled with all others: `None` only if that of a
    /// single one were too large.
    fn compile(regex: &Hir) -> Option<Self> {
        // The scanner found the end of the match, so the pattern must reach it.
        let whole = Hir::concat(vec![regex.clone(), Hir::look(Look::End)]);
        // The bounds of the match are known: only its parts are to be found.
        let config = meta::Config::new().utf8_empty(false).hybrid(false).dfa(false);
        let regex = meta::Builder::new().configure(config).build_from_hir(&whole).ok()?;
        let groups = regex.group_info().pattern_names(PatternID::ZERO).enumerate();
        let indices =
            groups.filter_map(|(group, name)| Some((name?, regex.group_info().slot(PatternID::ZERO, group)?)));
        let slots = indices.map(|(name, index)| Some((pattern::slot(name).ok()?, index))).collect::<Option<_>>()?;
        Some(Self { regex, slots })
    }
}

/// Whether there are words that a pattern matches: a language need not have words of all classes that a shared rule names.
fn can_match(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => true,
        HirKind::Class(class) => !class.is_empty(),
        HirKind::Repetition(repeated) => repeated.min == 0 || can_match(&repeated.sub),
        HirKind::Capture(captured) => can_match(&captured.sub),
        HirKind::Concat(parts) => parts.iter().all(can_match),
        HirKind::Alternation(branches) => branches.iter().any(can_match),
    }
}

fn compile_rule(language: &str, entry: Entry, regex: Hir, lexicon: &Lexicon) -> Result<Rule, String> {
    let classes = |names: &[String]| -> Result<Vec<Class>, String> {
        let find = |name: &String| lexicon.class(name).ok_or_else(|| unknown("class", name, lexicon.class_names()));
        names.iter().map(find).collect()
    };
    let context = Context {
        after: classes(&entry.after)?,
        not_after: classes(&entry.not_after)?,
        before: classes(&entry.before)?,
        not_before: classes(&entry.not_before)?,
    };
    Ok(Rule {
        // A pack lives as long as the program, and every expression refers to its rule.
        id: String::leak(format!("{language}/{}", entry.id)),
        doc: entry.doc,
        pattern: entry.pattern,
        template: entry.meaning,
        context,
        register: entry.register,
        modifier: entry.modifier,
        needs_modifier: entry.needs_modifier,
        examples: entry.examples,
        not: entry.not,
        regex,
        parts: OnceLock::new(),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_pattern_of_every_rule_compiles_alone() {
        for rule in crate::language::packs().flat_map(|pack| pack.rules.all()) {
            assert!(super::Parts::compile(&rule.regex).is_some(), "{}", rule.id);
        }
    }
}
