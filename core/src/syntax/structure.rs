//! The structure of a sentence: for each word its part of speech, its head and its relation to it, and what follows from
//! these: subtree, subject, tense.
//!
//! In the style of Universal Dependencies: a content word is the head of its prepositions, auxiliaries and conjunctions, and
//! conjuncts hang by the first of them. Trees are projective, so that a subtree is a range of tokens.

use std::ops::Range;

use super::ParsedPassage;
use super::adjunct::Adjunct;
use super::attribution::Attribution;
use super::outline::Outline;
use super::repair::{Repair, mend_tags};
use super::segments::clauses;
use super::transition::{LONGEST, NONE, Relation, parse};
use super::upos::{Upos, Word};
use crate::language::Depth;

/// The structure of a sentence, or of its part that is parsed. Tokens are named by their place in the passage.
#[derive(Debug, Clone)]
pub struct Structure {
    pub(super) start: usize,
    pub(super) tags: Vec<Upos>,
    pub(super) heads: Vec<u16>,
    pub(super) relations: Vec<Relation>,
    pub(super) subtrees: Vec<Range<u16>>,
}

/// The time of a predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tense {
    /// "met", "was met", "had met".
    Past,
    /// "meets", "has met".
    Present,
    /// "will meet", "may meet".
    Modal,
    /// It is not finite.
    None,
}

impl Structure {
    /// Parses some tokens of a passage, in which dates are known: to the parser each is one word. Where the language is
    /// not read for its statements, the structure is empty.
    #[must_use]
    pub fn parse(passage: &ParsedPassage<'_>, tokens: Range<usize>, dates: &[Range<usize>]) -> Self {
        let tokens = tokens.start..tokens.end.min(tokens.start + LONGEST).min(passage.tokens.len());
        let pack = passage.pack;
        let Some(weights) = pack.syntax().filter(|_| pack.depth >= Depth::Statements) else {
            return Self::empty(tokens.start);
        };
        let outline = Outline::new(passage, tokens.clone(), dates);
        let words: Vec<Word> = outline.words.iter().map(|&at| Word::of(&passage.tokens[at], passage.text)).collect();
        let all_tags = passage.tags(weights, &tokens);
        let mut tags: Vec<Upos> = outline.words.iter().map(|&at| all_tags[at - tokens.start]).collect();
        let attribution = Attribution::find(passage, &outline, &tags);
        let end = attribution.as_ref().map_or(words.len(), |attribution| attribution.words.start);
        mend_tags(passage, &outline.words[..end], &mut tags[..end]);
        let dates: Vec<bool> = (0..end).map(|place| outline.has_date(&(place..place + 1))).collect();
        let adjunct = Adjunct::find(passage, &outline, &tags[..end]);
        let opening = adjunct.as_ref().map_or(0, Adjunct::len);
        let (mut heads, mut relations) = (vec![NONE; opening], vec![Relation::Root; opening]);
        for clause in clauses(passage, &outline.words[opening..end], &tags[opening..end]) {
            let clause = clause.start + opening..clause.end + opening;
            let start = clause.start as u16;
            let mut state = parse(weights, &words[clause.clone()], &tags[clause.clone()]);
            join_roots(&mut state.heads, &mut state.relations, 0);
            let (own, own_tags) = (&outline.words[clause.clone()], &mut tags[clause.clone()]);
            let (own_heads, own_relations) = (&mut state.heads, &mut state.relations);
            let dates = &dates[clause];
            Repair { passage, words: own, dates, tags: own_tags, heads: own_heads, relations: own_relations }.mend();
            heads.extend(state.heads.iter().map(|&head| if head == NONE { NONE } else { head + start }));
            relations.extend(state.relations);
        }
        join_roots(&mut heads[opening..], &mut relations[opening..], opening);
        if let Some(adjunct) = adjunct {
            adjunct.hang(&mut heads, &mut relations);
        }
        if let Some(attribution) = attribution {
            attribution.hang(&outline, &tags, &mut heads, &mut relations);
        }
        let mut structure = outline.expand(passage, &tags, &heads, &relations);
        structure.find_subtrees();
        structure
    }

    fn empty(start: usize) -> Self {
        Self { start, tags: Vec::new(), heads: Vec::new(), relations: Vec::new(), subtrees: Vec::new() }
    }

    fn find_subtrees(&mut self) {
        for at in 0..self.heads.len() {
            let mut up = self.heads[at];
            let mut steps = 0;
            while up != NONE && steps <= self.heads.len() {
                let subtree = &mut self.subtrees[usize::from(up)];
                *subtree = subtree.start.min(at as u16)..subtree.end.max(at as u16 + 1);
                up = self.heads[usize::from(up)];
                steps += 1;
            }
        }
    }

    /// Returns the tokens that are parsed.
    #[must_use]
    pub fn tokens(&self) -> Range<usize> {
        self.start..self.start + self.tags.len()
    }

    fn index(&self, at: usize) -> usize {
        at.wrapping_sub(self.start)
    }

    /// Returns the part of speech of a token.
    #[must_use]
    pub fn tag(&self, at: usize) -> Upos {
        self.tags.get(self.index(at)).copied().unwrap_or_default()
    }

    /// Returns the head of a token; `None` for the root.
    #[must_use]
    pub fn head(&self, at: usize) -> Option<usize> {
        self.heads.get(self.index(at)).filter(|&&head| head != NONE).map(|&head| self.start + usize::from(head))
    }

    /// Returns the relation of a token to its head.
    #[must_use]
    pub fn relation(&self, at: usize) -> Relation {
        self.relations.get(self.index(at)).copied().unwrap_or_default()
    }

    /// Returns a token with all that hangs by it.
    #[must_use]
    pub fn subtree(&self, at: usize) -> Range<usize> {
        let subtree = self.subtrees.get(self.index(at)).cloned().unwrap_or(0..0);
        self.start + usize::from(subtree.start)..self.start + usize::from(subtree.end)
    }

    /// Iterates over the tokens that hang by a token, in their order.
    pub fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        self.subtree(at).filter(move |&child| self.head(child) == Some(at))
    }

    /// Returns the first child with a relation.
    #[must_use]
    pub fn child(&self, at: usize, relation: Relation) -> Option<usize> {
        self.children(at).find(|&child| self.relation(child) == relation)
    }

    /// Iterates over the head of a token, its head, and so on to the root.
    pub fn ancestors(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.head(at), |&at| self.head(at)).take(LONGEST)
    }

    /// Returns the subject of a predicate.
    #[must_use]
    pub fn subject(&self, at: usize) -> Option<usize> {
        self.child(at, Relation::Subject)
    }

    /// Iterates over the auxiliaries and copulas of a predicate.
    pub fn auxiliaries(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        self.children(at).filter(|&child| self.relation(child) == Relation::Auxiliary)
    }

    /// Whether a token is a predicate: a verb that is no part of a noun group, or anything with a copula.
    #[must_use]
    pub fn is_predicate(&self, at: usize) -> bool {
        if self.tag(at).is_verb() {
            !matches!(self.relation(at), Relation::Determiner | Relation::Auxiliary | Relation::Case)
        } else {
            self.auxiliaries(at).next().is_some()
        }
    }

    /// Whether a predicate is finite.
    #[must_use]
    pub fn is_finite(&self, at: usize) -> bool {
        self.tag(at).is_finite() || self.auxiliaries(at).any(|auxiliary| self.tag(auxiliary).is_finite())
    }

    /// Returns the tense of a predicate: that of its first auxiliary, or its own; a modal decides.
    #[must_use]
    pub fn tense(&self, at: usize) -> Tense {
        let mut auxiliaries = self.auxiliaries(at).map(|auxiliary| self.tag(auxiliary));
        let first = auxiliaries.next();
        if first == Some(Upos::Modal) || auxiliaries.any(|tag| tag == Upos::Modal) {
            return Tense::Modal;
        }
        match first.unwrap_or_else(|| self.tag(at)) {
            Upos::AuxPast | Upos::Past => Tense::Past,
            Upos::AuxPresent | Upos::Present => Tense::Present,
            _ => Tense::None,
        }
    }
}

/// Hangs every root but the first by the first. The words are a part of the sentence that begins at `start`.
fn join_roots(heads: &mut [u16], relations: &mut [Relation], start: usize) {
    let Some(first) = heads.iter().position(|&head| head == NONE) else { return };
    for (head, relation) in heads.iter_mut().zip(relations).skip(first + 1) {
        if *head == NONE {
            (*head, *relation) = ((start + first) as u16, Relation::Parataxis);
        }
    }
}
