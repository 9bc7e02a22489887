//! Dependency trees by a greedy transition-based parser.
//!
//! Arc-hybrid (Kuhlmann, Gómez-Rodríguez and Satta 2011, "Dynamic programming algorithms for transition-based dependency
//! parsers"): SHIFT moves the next word to a stack; LEFT makes the next word the head of the top of the stack; RIGHT makes
//! the word below the top its head. The transition with the greatest sum of the weights of the features of the state is
//! taken. The weights are data of a language, trained by `examples/train_syntax`, which calls [`State`] as well.

use super::upos::{Upos, Word};
use crate::language::weights::{Table, best, feature};

/// A relation of Universal Dependencies, without subtypes, and with those merged that nobody here distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Relation {
    /// root.
    #[default]
    Root,
    /// nsubj, csubj, expl.
    Subject,
    /// obj, iobj.
    Object,
    /// obl.
    Oblique,
    /// nmod.
    NounModifier,
    /// det, amod, nummod, compound, flat, fixed, goeswith, clf: the other words of a noun group.
    Determiner,
    /// case, mark, cc.
    Case,
    /// aux, cop.
    Auxiliary,
    /// advmod.
    AdverbialModifier,
    /// advcl.
    AdverbialClause,
    /// ccomp, xcomp.
    Complement,
    /// acl.
    AdnominalClause,
    /// conj.
    Conjunct,
    /// appos.
    Apposition,
    /// parataxis, discourse, dislocated, list, vocative, orphan, dep, reparandum.
    Parataxis,
    /// punct.
    Punctuation,
}

impl Relation {
    /// All relations, by their number.
    pub const ALL: [Self; LABELS + 1] = [
        Self::Root,
        Self::Subject,
        Self::Object,
        Self::Oblique,
        Self::NounModifier,
        Self::Determiner,
        Self::Case,
        Self::Auxiliary,
        Self::AdverbialModifier,
        Self::AdverbialClause,
        Self::Complement,
        Self::AdnominalClause,
        Self::Conjunct,
        Self::Apposition,
        Self::Parataxis,
        Self::Punctuation,
    ];
}

/// The relations between two words.
pub(super) const LABELS: usize = 15;

/// The number of features of a state.
pub const FEATURES: usize = 30;

/// No word: the head of the root.
pub const NONE: u16 = u16::MAX;

/// The longest sentence that is parsed, in tokens; the rest of a longer one hangs by its last word.
pub const LONGEST: usize = 400;

/// The number of the transition SHIFT.
pub const SHIFT: usize = 0;

/// Returns the number of the transition LEFT with a relation.
#[must_use]
pub fn left(relation: Relation) -> usize {
    relation as usize
}

/// Returns the number of the transition RIGHT with a relation.
#[must_use]
pub fn right(relation: Relation) -> usize {
    LABELS + relation as usize
}

/// The state of a parser: the stack, the next word, and the arcs so far.
#[derive(Debug, Clone)]
pub struct State {
    stack: Vec<u16>,
    next: usize,
    /// The head of each word; [`NONE`] for a root.
    pub heads: Vec<u16>,
    /// The relation of each word to its head.
    pub relations: Vec<Relation>,
    dependents: Vec<Dependents>,
}

/// What a state knows of the dependents of a word.
#[derive(Debug, Clone, Copy)]
struct Dependents {
    first: u16,
    last: u16,
    before_last: u16,
    /// The last one that is a `case`: the preposition of a phrase.
    case: u16,
    left: u8,
    right: u8,
}

impl Dependents {
    const NONE: Self = Self { first: NONE, last: NONE, before_last: NONE, case: NONE, left: 0, right: 0 };
}

impl State {
    /// Returns the state at the start of a sentence of that many words.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let (heads, relations) = (vec![NONE; count], vec![Relation::Root; count]);
        Self { stack: Vec::with_capacity(16), next: 0, heads, relations, dependents: vec![Dependents::NONE; count] }
    }

    /// Whether all words have their heads.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.next == self.heads.len() && self.stack.is_empty()
    }

    /// Returns the words on the stack, of which the last is the top.
    #[must_use]
    pub fn stack(&self) -> &[u16] {
        &self.stack
    }

    /// Returns the next word; [`NONE`] behind the last one, where the root of all stands.
    #[must_use]
    pub fn next(&self) -> u16 {
        if self.next < self.heads.len() { self.next as u16 } else { NONE }
    }

    /// Returns the transitions that are possible, as a set of bits.
    #[must_use]
    pub fn allowed(&self) -> u32 {
        const LEFTS: u32 = ((1 << LABELS) - 1) << 1;
        const RIGHTS: u32 = LEFTS << LABELS;
        let end = self.next == self.heads.len();
        let shift = u32::from(!end);
        let lefts = match (self.stack.is_empty(), end) {
            (true, _) => 0,
            // A sentence has one root: at its end, every other word hangs by the one below it.
            (false, true) if self.stack.len() > 1 => 0,
            (false, true) => 1 << left(Relation::Parataxis),
            (false, false) => LEFTS,
        };
        shift | lefts | if self.stack.len() > 1 { RIGHTS } else { 0 }
    }

    /// Takes a transition.
    pub fn apply(&mut self, transition: usize) {
        if transition == SHIFT {
            self.stack.push(self.next as u16);
            self.next += 1;
            return;
        }
        let Some(word) = self.stack.pop() else { return };
        let (head, relation) = match transition.checked_sub(LABELS + 1) {
            Some(relation) => (self.stack.last().copied().unwrap_or(NONE), relation + 1),
            None => (self.next(), transition),
        };
        if let (Some(of), Some(&relation)) = (self.dependents.get_mut(usize::from(head)), Relation::ALL.get(relation)) {
            (self.heads[usize::from(word)], self.relations[usize::from(word)]) = (head, relation);
            of.add(word, head, relation);
        }
    }

    /// Returns the features of the state.
    #[must_use]
    pub fn features(&self, words: &[Word], tags: &[Upos]) -> [u32; FEATURES] {
        let count = self.heads.len();
        let stack = |down: usize| self.stack.iter().rev().nth(down).copied().unwrap_or(NONE);
        let buffer = |ahead: usize| if self.next + ahead < count { (self.next + ahead) as u16 } else { NONE };
        let word = |at: u16| words.get(usize::from(at)).unwrap_or(&Word::EDGE).hash();
        let tag = |at: u16| tags.get(usize::from(at)).map_or(30, |tag| *tag as u32);
        let relation = |at: u16| self.relations.get(usize::from(at)).map_or(30, |relation| *relation as u32);
        let of = |at: u16| self.dependents.get(usize::from(at)).copied().unwrap_or(Dependents::NONE);
        let (s0, s1, s2, b0, b1, b2) = (stack(0), stack(1), stack(2), buffer(0), buffer(1), buffer(2));
        let (s0w, s1w, b0w, b1w) = (word(s0), word(s1), word(b0), word(b1));
        let (s0t, s1t, s2t, b0t, b1t, b2t) = (tag(s0), tag(s1), tag(s2), tag(b0), tag(b1), tag(b2));
        let (d0, d1, e0) = (of(s0), of(s1), of(b0));
        let few = |number: u8| u32::from(number.min(3));
        let apart = |one: u16, other: u16| if one == NONE || other == NONE { 0 } else { u32::from(other - one).min(7) };
        let pair = |a: u32, b: u32| a << 8 | b;
        let three = |a: u32, b: u32, c: u32| a << 16 | b << 8 | c;
        [
            feature(31, s0w, s0t),
            feature(32, s1w, s1t),
            feature(33, b0w, b0t),
            feature(34, b1w, b1t),
            feature(35, three(s0t, b0t, b1t), 0),
            feature(36, three(s1t, s0t, b0t), 0),
            feature(37, three(s2t, s1t, s0t), 0),
            feature(38, three(b0t, b1t, b2t), s0t),
            feature(39, s0w, b0w),
            feature(40, s0w, pair(s0t, b0t)),
            feature(41, b0w, pair(s0t, b0t)),
            feature(42, s0w, s1w),
            feature(43, s1w, pair(s1t, s0t)),
            feature(44, s0w, pair(s1t, s0t)),
            feature(45, pair(s1t, s0t), apart(s1, s0)),
            feature(46, pair(s0t, b0t), apart(s0, b0)),
            feature(47, three(s0t, relation(d0.first), relation(d0.last)), b0t),
            feature(48, three(b0t, relation(e0.first), s0t), 0),
            feature(49, three(s1t, relation(d1.last), s0t), b0t),
            feature(50, pair(s0t, few(d0.left) * 4 + few(d0.right)), b0t),
            feature(51, pair(s1t, few(d1.right)), pair(s0t, relation(d1.last))),
            feature(52, pair(b0t, few(e0.left)), s0t),
            feature(53, word(d0.case), pair(s1t, s0t)),
            feature(54, word(d0.case), s1w),
            feature(55, word(e0.case), pair(s0t, b0t)),
            feature(56, word(s2), pair(s2t, s0t)),
            feature(57, three(s1t, s0t, b0t), b1t),
            feature(58, three(relation(d1.before_last), relation(d1.last), s1t), s0t),
            feature(59, s1w, b0w),
            feature(60, pair(s1t, s0t), pair(relation(d0.last), apart(s1, s0))),
        ]
    }
}

impl Dependents {
    fn add(&mut self, word: u16, head: u16, relation: Relation) {
        if relation == Relation::Case {
            self.case = word;
        }
        if word < head {
            self.first = word;
            self.left = self.left.saturating_add(1);
        } else {
            (self.before_last, self.last) = (self.last, word);
            self.right = self.right.saturating_add(1);
        }
    }
}

/// Parses a sentence; its heads and relations are in the state that is returned.
#[must_use]
pub fn parse<const BUCKETS: usize>(table: &Table<BUCKETS>, words: &[Word], tags: &[Upos]) -> State {
    let mut state = State::new(words.len());
    while !state.is_done() {
        let allowed = state.allowed();
        // Where only one transition is possible, the weights need not be asked.
        let transition = if allowed.is_power_of_two() {
            allowed.trailing_zeros() as usize
        } else {
            best(&table.sums(&state.features(words, tags)), allowed)
        };
        state.apply(transition);
    }
    state
}
