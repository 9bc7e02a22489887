//! Who said it, behind a statement: ", the grid operator said." and ", said Ann Lee, its head." It is parsed apart, so that the
//! statement is a sentence to the parser.

use std::ops::Range;

use super::LexedPassage;
use super::outline::Outline;
use super::transition::{NONE, Relation};
use super::upos::Upos;
use crate::text::Shape;

/// The longest name of a speaker before its verb, in words.
const LONGEST_SPEAKER: usize = 10;

/// The longest attribution that begins with its verb.
const LONGEST_INVERTED: usize = 24;

/// The shortest statement before one, in words.
const SHORTEST_STATEMENT: usize = 3;

/// An attribution at the end of a sentence. Words are named by their place in the outline.
pub(super) struct Attribution {
    /// Its words, from the comma to the last.
    pub(super) words: Range<usize>,
    /// Its verb.
    verb: usize,
    /// Whether a date is told in it: then the saying is what is dated, and the statement is what was said.
    is_dated: bool,
}

impl Attribution {
    /// Finds the attribution of a sentence that is tagged. In English one with a date is none: the saying is what is dated, and the
    /// parser knows what to make of it. In languages with less to learn from ("…, informó ayer el ministro") it is one all the same.
    pub(super) fn find(passage: &LexedPassage<'_>, outline: &Outline, tags: &[Upos]) -> Option<Self> {
        let reports =
            |place: usize| tags[place].is_finite() && passage.has(outline.words[place], passage.pack.grammar.report);
        let is_mark = |place: &usize| tags[*place] == Upos::Punctuation;
        let last = (0..tags.len()).rev().find(|place| !is_mark(place))?;
        let (comma, verb) = if reports(last) {
            let speaker = (0..last).rev().take(LONGEST_SPEAKER).take_while(|&place| names(tags[place]));
            let first = speaker.last()?;
            (first.checked_sub(1)?, last)
        } else {
            // "…, según informó"
            let led = |place: usize| passage.has(outline.words[place], passage.pack.grammar.according);
            let begins = |place: usize| is_mark(&place) || place > 0 && led(place) && is_mark(&(place - 1));
            let inverted = |&place: &usize| begins(place - 1) && reports(place);
            let verb = (1..last).rev().take(LONGEST_INVERTED).find(inverted)?;
            let describes = |place: usize| passage.pack.reads_forms() && tags[place] == Upos::Participle;
            let may_follow = |place: usize| {
                names(tags[place]) || is_mark(&place) || describes(place) || outline.has_date(&(place..place + 1))
            };
            let comma = if is_mark(&(verb - 1)) { verb - 1 } else { verb - 2 };
            (comma, if (verb + 1..=last).all(may_follow) { verb } else { return None })
        };
        // A quotation keeps its speaker.
        let quotes = |&at: &usize| matches!(passage.tokens[at].shape, Shape::Mark('"' | '“' | '”'));
        let words = comma..tags.len();
        let is_dated = outline.has_date(&words);
        let closes = passage.has(outline.words[comma], passage.pack.grammar.comma)
            && (is_dated && passage.pack.reads_forms() || !is_dated && !outline.words[..comma].iter().any(quotes));
        (closes && comma >= SHORTEST_STATEMENT).then_some(Self { words, verb, is_dated })
    }

    /// Hangs the attribution by the root of the statement, which is parsed; or, where it is dated, the statement by it.
    pub(super) fn hang(self, outline: &Outline, tags: &[Upos], heads: &mut Vec<u16>, relations: &mut Vec<Relation>) {
        let root = heads.iter().position(|&head| head == NONE).unwrap_or(0) as u16;
        let Self { words, verb, is_dated } = self;
        let is_date = |place: usize| outline.has_date(&(place..place + 1));
        let speaks = |&place: &usize| (tags[place].is_noun() || tags[place] == Upos::Pronoun) && !is_date(place);
        let speaker = words.clone().find(speaks);
        if is_dated {
            (heads[usize::from(root)], relations[usize::from(root)]) = (verb as u16, Relation::Complement);
        }
        for place in words {
            let (head, relation) = match tags[place] {
                _ if place == verb && is_dated => (NONE, Relation::Root),
                _ if place == verb => (root, Relation::Parataxis),
                _ if is_date(place) => (verb as u16, Relation::Oblique),
                _ if Some(place) == speaker => (verb as u16, Relation::Subject),
                Upos::Punctuation => (verb as u16, Relation::Punctuation),
                _ => (speaker.unwrap_or(verb) as u16, Relation::Determiner),
            };
            heads.push(head);
            relations.push(relation);
        }
    }
}

/// Whether a tag is that of a word in the name of a speaker: "the grid's head of sales in Ohio".
fn names(tag: Upos) -> bool {
    use Upos::{
        Adjective, Adposition, Determiner, Noun, Number, Particle, PluralNoun, Possessive, Pronoun, ProperNoun,
    };
    matches!(
        tag,
        Noun | PluralNoun | ProperNoun | Determiner | Adjective | Adposition | Possessive | Particle | Number | Pronoun
    )
}
