//! Whom a pronoun at the head of a summary names, where the article makes that plain.
//!
//! Within the sentence by who is told to say it ("Altex said it will pay"), or by the name that opens the sentence
//! before. In doubt the pronoun is left. This module must not know dates.

use std::ops::Range;

use super::trigger::Seeker;
use crate::language::tagger::Tag;
use crate::syntax::{ParsedPassage, Verb, is_adverb};
use crate::text::Shape;

/// The longest name that stands in for a pronoun, in tokens.
const LONGEST: usize = 8;

/// How many tokens of an article may introduce who is in it.
const INTRODUCED: usize = 400;

/// The tokens that the pronoun at `pronoun` stands for; `frame` is the verb of saying that was left out before it.
pub(super) fn antecedent(seeker: &Seeker<'_>, pronoun: usize, frame: Option<&Verb>) -> Option<Range<usize>> {
    let passage = seeker.passage;
    let kind = Kind::of(passage, pronoun)?;
    // "said any attempt to hint that it": other words than those of saying govern its clause.
    let governed =
        |frame: &Verb| seeker.verbs.iter().any(|verb| (frame.tokens.end..pronoun).contains(&verb.tokens.start));
    let named = match frame {
        Some(frame) if governed(frame) => return None,
        Some(frame) => group_before(passage, seeker.sentence.start, frame.tokens.start)?,
        None if pronoun == seeker.sentence.start => head_of_sentence_before(passage, pronoun)?,
        None => return None,
    };
    // "Orro Lume said its board": who opens an article with two names and no title is no person, and a person has no
    // "its".
    let lead = passage.sentences.first().is_some_and(|first| first.contains(&named.start))
        && kind == Kind::Thing
        && passage.has(pronoun, passage.pack.grammar.determiner)
        && is_untitled(passage, &named);
    (lead || kind.fits(passage, &named)).then_some(named)
}

/// Whether a group is two names or more, and nothing tells a person.
fn is_untitled(passage: &ParsedPassage<'_>, named: &Range<usize>) -> bool {
    let grammar = &passage.pack.grammar;
    let person = |at| passage.has(at, grammar.honorific) || passage.has(at, grammar.person);
    named.len() > 1 && named.clone().all(|at| passage.tokens[at].shape.is_capital() && !person(at))
}

/// What a pronoun can name.
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

    /// A legal form or an article ("the ministry") tells a thing, a title a person; a bare name of two words or
    /// more that carries neither is taken for a person's.
    fn fits(self, passage: &ParsedPassage<'_>, named: &Range<usize>) -> bool {
        let grammar = &passage.pack.grammar;
        let any = |class| named.clone().any(|at| passage.has(at, class));
        let article = passage.has(named.start, grammar.determiner);
        let firm = any(grammar.legal_form) || named.len() > 1 && passage.has(named.end - 1, grammar.body);
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

/// Whether the article calls it a firm before: "Altex Inc opened a mill. Altex said it will".
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

/// The group that ends before a verb, back to a mark or the start: "The company", "Hill and Sons Inc".
fn group_before(passage: &ParsedPassage<'_>, start: usize, verb: usize) -> Option<Range<usize>> {
    let grammar = &passage.pack.grammar;
    let divides = |at: &usize| {
        let shape = passage.tokens[*at].shape;
        let hyphen = shape.is_mark('-') && !passage.tokens[*at].spaced;
        matches!(shape, Shape::Mark(_) | Shape::Break) && !hyphen
            || passage.has(*at, grammar.subordinator) && !joins_names(passage, *at)
    };
    // "In a filing, the group said"
    let led = passage.has(start, grammar.preposition) || passage.has(start, grammar.time_preposition);
    let comma = (start..verb).find(|&at| passage.has(at, grammar.comma)).filter(|_| led);
    let (start, mut verb) = (comma.map_or(start, |comma| comma + 1), verb);
    // "The company also said", "Altex earlier said", "the ministry today said"
    let apart = |at| is_adverb(passage, at) || passage.has(at, grammar.part_word) || passage.has(at, grammar.deictic);
    while verb > start && apart(verb - 1) {
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

/// The "and" of "Hale Gas and Light Co".
fn joins_names(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let capital = |at: usize| passage.tokens.get(at).is_some_and(|token| token.shape.is_capital());
    passage.has(at, passage.pack.grammar.and) && at > 0 && capital(at - 1) && capital(at + 1)
}

/// The name at the start of the sentence before.
fn head_of_sentence_before(passage: &ParsedPassage<'_>, pronoun: usize) -> Option<Range<usize>> {
    let index = passage.sentences.partition_point(|sentence| sentence.end <= pronoun);
    let before = passage.sentences.get(index.checked_sub(1)?)?;
    let name = before.clone().take_while(|&at| passage.tokens[at].shape.is_capital()).count();
    let end = before.start + name;
    let verb_follows = passage.tokens.get(end).is_some_and(|token| token.shape == Shape::Lower);
    let titled = passage.pack.grammar.legal_form;
    let sure = (before.start..end).any(|at| passage.has(at, titled) || passage.has(at, passage.pack.grammar.honorific));
    whole(passage, before.start..end).filter(|_| verb_follows && sure)
}

/// A group that can stand for itself: no preposition opens it, nothing in it is a pronoun, and it is short.
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
