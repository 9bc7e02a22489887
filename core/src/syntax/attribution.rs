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
}

impl Attribution {
    /// Finds the attribution of a sentence that is tagged. One with a date is none: there the saying is what is dated.
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
            let inverted = |&place: &usize| is_mark(&(place - 1)) && reports(place);
            let verb = (1..last).rev().take(LONGEST_INVERTED).find(inverted)?;
            let rest = tags[verb + 1..=last].iter().all(|&tag| names(tag) || tag == Upos::Punctuation);
            (verb - 1, if rest { verb } else { return None })
        };
        // A quotation keeps its speaker.
        let quotes = |&at: &usize| matches!(passage.tokens[at].shape, Shape::Mark('"' | '“' | '”'));
        let closes =
            passage.has(outline.words[comma], passage.pack.grammar.comma) && !outline.words[..comma].iter().any(quotes);
        let words = comma..tags.len();
        (closes && comma >= SHORTEST_STATEMENT && !outline.has_date(&words)).then_some(Self { words, verb })
    }

    /// Hangs the attribution by the root of the statement, which is parsed.
    pub(super) fn hang(self, tags: &[Upos], heads: &mut Vec<u16>, relations: &mut Vec<Relation>) {
        let root = heads.iter().position(|&head| head == NONE).unwrap_or(0) as u16;
        let Self { words, verb } = self;
        let speaker = words.clone().find(|&place| tags[place].is_noun() || tags[place] == Upos::Pronoun);
        for place in words {
            let (head, relation) = match tags[place] {
                _ if place == verb => (root, Relation::Parataxis),
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
