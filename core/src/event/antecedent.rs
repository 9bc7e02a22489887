//! The antecedent of a pronoun at the start of a summary, where it is unambiguous.
//!
//! It is the subject of the reporting clause ("Altex said it will pay") or the name that opens the previous sentence.
//! In doubt the pronoun stays. This module must not know about dates.

use std::ops::Range;

use super::sentence::ParsedSentence;
use crate::language::tagger::Tag;
use crate::syntax::{ParsedPassage, Verb, is_adverb};
use crate::text::Shape;

/// The longest antecedent, in tokens.
const LONGEST: usize = 8;

/// How many tokens at the start of an article are searched for the full name of a firm.
const INTRODUCED: usize = 400;

/// Returns the antecedent of a pronoun; `reporting` is the verb of the reporting clause that was left out before it.
pub(super) fn antecedent(
    sentence: &ParsedSentence<'_>,
    pronoun: usize,
    reporting: Option<&Verb>,
) -> Option<Range<usize>> {
    let passage = sentence.passage;
    let kind = Kind::of(passage, pronoun)?;
    // "said any attempt to hint that it": another verb governs the clause of the pronoun.
    let governed = |reporting: &Verb| {
        let between = reporting.tokens.end..pronoun;
        sentence.verbs.iter().any(|verb| between.contains(&verb.tokens.start))
    };
    let named = match reporting {
        Some(reporting) if governed(reporting) => return None,
        Some(reporting) => subject_before(passage, sentence.tokens.start, reporting.tokens.start)?,
        None if pronoun == sentence.tokens.start => head_of_previous_sentence(passage, pronoun)?,
        None => return None,
    };
    // "Orro Lume said its board": two names without a title that open an article are a firm, and "its" is no person's.
    let lead = passage.sentences.first().is_some_and(|first| first.contains(&named.start))
        && kind == Kind::Thing
        && passage.has(pronoun, passage.pack.grammar.determiner)
        && is_untitled(passage, &named);
    (lead || kind.fits(passage, &named)).then_some(named)
}

/// Whether a group is two names or more, without anything that marks a person.
fn is_untitled(passage: &ParsedPassage<'_>, named: &Range<usize>) -> bool {
    let grammar = &passage.pack.grammar;
    let person = |at| passage.has(at, grammar.honorific) || passage.has(at, grammar.person);
    named.len() > 1 && named.clone().all(|at| passage.tokens[at].shape.is_capital() && !person(at))
}

/// The kind of antecedent that a pronoun takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// "he", "she", "his", "her".
    Person,
    /// "it", "its".
    Thing,
    /// "they", "their".
    Several,
}

impl Kind {
    fn of(passage: &ParsedPassage<'_>, pronoun: usize) -> Option<Self> {
        let grammar = &passage.pack.grammar;
        if passage.has(pronoun, grammar.personal) {
            Some(Self::Person)
        } else if passage.has(pronoun, grammar.neuter) {
            Some(Self::Thing)
        } else if passage.has(pronoun, grammar.they) {
            Some(Self::Several)
        } else {
            None
        }
    }

    /// Whether a group can be the antecedent. A legal form or an article ("the ministry") marks a thing, a title a
    /// person; a bare name of two words or more is taken for a person's.
    fn fits(self, passage: &ParsedPassage<'_>, named: &Range<usize>) -> bool {
        let grammar = &passage.pack.grammar;
        let any = |class| named.clone().any(|at| passage.has(at, class));
        let article = passage.has(named.start, grammar.determiner);
        let firm = any(grammar.legal_form) || named.len() > 1 && passage.has(named.end - 1, grammar.organisation);
        let titled = any(grammar.honorific);
        // "Finance minister Rosa Ito"
        let titled = titled || any(grammar.person);
        let joined = any(grammar.and);
        let name = (named.start..named.end).rev().take_while(|&at| passage.tokens[at].shape == Shape::Capital).count();
        match self {
            Self::Person => !firm && !article && (titled && name > 0 || name == named.len() && name >= 2),
            Self::Thing => !titled && (firm || article && !any(grammar.person) || is_firm(passage, named)),
            // "Hale Bank and Moor Inc said they"
            Self::Several if joined => !titled,
            Self::Several => passage.tag(named.end - 1) == Tag::PluralNoun && !firm && !titled,
        }
    }
}

/// Whether the article introduced the name as that of a firm: "Altex Inc opened a mill. Altex said it will".
fn is_firm(passage: &ParsedPassage<'_>, named: &Range<usize>) -> bool {
    let grammar = &passage.pack.grammar;
    let name = passage.word(named.start);
    let capital = passage.tokens.get(named.start).is_some_and(|token| token.shape.is_capital());
    let before = 0..named.start.min(INTRODUCED);
    capital
        && before.filter(|&at| passage.word(at) == name).any(|at| {
            let mut group = (at + 1..at + LONGEST).take_while(|&at| passage.word(at).starts_with(char::is_uppercase));
            group.any(|at| passage.has(at, grammar.legal_form))
        })
}

/// Returns the subject of a reporting verb, back to a mark or the start: "The company", "Hill and Sons Inc".
fn subject_before(passage: &ParsedPassage<'_>, start: usize, verb: usize) -> Option<Range<usize>> {
    let grammar = &passage.pack.grammar;
    let divides = |at: &usize| {
        let shape = passage.tokens[*at].shape;
        let hyphen = shape.is_mark('-') && !passage.tokens[*at].spaced;
        matches!(shape, Shape::Mark(_) | Shape::Break) && !hyphen
            || passage.has(*at, grammar.subordinator) && !joins_names(passage, *at)
    };
    // "In a filing, the group said"
    let adverbial = passage.has(start, grammar.preposition) || passage.has(start, grammar.time_preposition);
    let comma = (start..verb).find(|&at| passage.has(at, grammar.comma)).filter(|_| adverbial);
    let (start, mut verb) = (comma.map_or(start, |comma| comma + 1), verb);
    // "The company also said", "Altex earlier said", "the ministry today said"
    let skipped = |at| is_adverb(passage, at) || passage.has(at, grammar.part_word) || passage.has(at, grammar.deictic);
    while verb > start && skipped(verb - 1) {
        verb -= 1;
    }
    // "Altex Inc <ALT> said"
    if verb > start && matches!(passage.tokens[verb - 1].shape, Shape::Mark('>' | ')')) {
        let open = |at: &usize| matches!(passage.tokens[*at].shape, Shape::Mark('<' | '('));
        verb = (start..verb).rev().find(open).map_or(verb, |open| if open > start { open } else { verb - 1 });
    }
    // "Altex Inc, which makes bolts, said"
    if verb > start && passage.has(verb - 1, grammar.comma) {
        verb = (start..verb).find(divides).filter(|&at| !passage.has(at, grammar.subordinator))?;
    }
    let from = (start..verb).rev().find(divides).map_or(start, |at| at + 1);
    let mark = |mark| from > start && passage.tokens[from - 1].shape.is_mark(mark);
    // "<Bank of Quay> said"
    let opened = from == start || from == start + 1 && mark('<') || mark('-');
    whole(passage, from..verb).filter(|_| opened)
}

/// Whether the token is the "and" of "Hale Gas and Light Co".
fn joins_names(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let capital = |at: usize| passage.tokens.get(at).is_some_and(|token| token.shape.is_capital());
    passage.has(at, passage.pack.grammar.and) && at > 0 && capital(at - 1) && capital(at + 1)
}

/// Returns the name at the start of the previous sentence.
fn head_of_previous_sentence(passage: &ParsedPassage<'_>, pronoun: usize) -> Option<Range<usize>> {
    let index = passage.sentences.partition_point(|sentence| sentence.end <= pronoun);
    let before = passage.sentences.get(index.checked_sub(1)?)?;
    let name = before.clone().take_while(|&at| passage.tokens[at].shape.is_capital()).count();
    let end = before.start + name;
    let verb_follows = passage.tokens.get(end).is_some_and(|token| token.shape == Shape::Lower);
    let grammar = &passage.pack.grammar;
    let marked = |at| passage.has(at, grammar.legal_form) || passage.has(at, grammar.honorific);
    let unambiguous = (before.start..end).any(marked);
    whole(passage, before.start..end).filter(|_| verb_follows && unambiguous)
}

/// Returns the group if it can replace a pronoun: it is short, no preposition opens it, and it holds no pronoun.
fn whole(passage: &ParsedPassage<'_>, group: Range<usize>) -> Option<Range<usize>> {
    let grammar = &passage.pack.grammar;
    let unfit = [grammar.preposition, grammar.subject, grammar.time_preposition, grammar.subordinator];
    let fit = !group.is_empty()
        && group.len() <= LONGEST
        && group.clone().all(|at| {
            let shape = passage.tokens[at].shape;
            // "the nation's second bank", "the Bank of Quay"
            let inner = at > group.start
                && (matches!(shape, Shape::Possessive | Shape::Mark('-'))
                    || passage.has(at, grammar.of)
                    || joins_names(passage, at));
            inner || shape.is_word() && !unfit.into_iter().any(|class| passage.has(at, class))
        });
    fit.then_some(group)
}
