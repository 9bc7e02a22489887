//! Dependency trees by a greedy transition-based parser.
//!
//! Arc-hybrid (Kuhlmann, Gómez-Rodríguez and Satta 2011, "Dynamic programming algorithms for transition-based dependency
//! parsers"): SHIFT moves the next word to a stack; LEFT makes the next word the head of the top of the stack; RIGHT makes
//! the word below the top its head. The transition with the greatest sum of the weights of the features of the state is
//! taken, and the relation of an arc is chosen likewise once its two words are known: so one decision has three outcomes and
//! the other fifteen, where both at once have 31, and a table of the same size has weights for four times as many features.
//! The weights are data of a language, trained by `examples/train_syntax`, which calls [`State`] as well.

use super::upos::{Upos, Word};
use crate::language::weights::{best, feature};
use crate::language::{ParserTable, RelationTable, SyntaxWeights};

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

    /// The classes of [`Self::class`], as a set of bits.
    pub const CLASSES: u32 = (1 << LABELS) - 1;

    /// Returns the class of a relation between two words in a table of weights.
    #[must_use]
    pub fn class(self) -> usize {
        (self as usize).saturating_sub(1)
    }

    /// Returns the relation of a class.
    #[must_use]
    pub fn of_class(class: usize) -> Self {
        Self::ALL.get(class + 1).copied().unwrap_or(Self::Parataxis)
    }
}

/// The relations between two words.
const LABELS: usize = 15;

/// The number of features of a state.
pub const FEATURES: usize = 50;

/// The number of features of an arc.
pub const ARC_FEATURES: usize = 21;

/// No word: the head of the root.
pub const NONE: u16 = u16::MAX;

/// The longest sentence that is parsed, in tokens; the rest of a longer one hangs by its last word.
pub const LONGEST: usize = 400;

/// A transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Transition {
    /// The next word goes onto the stack.
    Shift,
    /// The next word becomes the head of the top of the stack.
    Left,
    /// The word below the top of the stack becomes its head.
    Right,
}

impl Transition {
    /// All transitions, by their number.
    pub const ALL: [Self; 3] = [Self::Shift, Self::Left, Self::Right];
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
    /// Whether a word before it is its subject.
    has_subject: bool,
}

impl Dependents {
    const NONE: Self =
        Self { first: NONE, last: NONE, before_last: NONE, case: NONE, left: 0, right: 0, has_subject: false };
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

    /// Returns the transitions that are possible, as a set of bits by their numbers.
    #[must_use]
    pub fn allowed(&self) -> u32 {
        let end = self.next == self.heads.len();
        let shift = !end;
        // A sentence has one root: at its end, every other word hangs by the one below it.
        let left = if end { self.stack.len() == 1 } else { !self.stack.is_empty() };
        let right = self.stack.len() > 1;
        u32::from(shift) | u32::from(left) << 1 | u32::from(right) << 2
    }

    /// Returns the two words that a transition would join, the head last; [`NONE`] for the head of the root.
    #[must_use]
    pub fn arc(&self, transition: Transition) -> (u16, u16) {
        let top = self.stack.len().saturating_sub(1);
        let word = |place: Option<usize>| place.and_then(|place| self.stack.get(place)).copied().unwrap_or(NONE);
        let head = if transition == Transition::Left { self.next() } else { word(top.checked_sub(1)) };
        (word(Some(top)), head)
    }

    /// Takes a transition. The relation is that of an arc; SHIFT makes none.
    pub fn apply(&mut self, transition: Transition, relation: Relation) {
        if transition == Transition::Shift {
            self.stack.push(self.next as u16);
            self.next += 1;
            return;
        }
        let (word, head) = self.arc(transition);
        self.stack.pop();
        if let Some(of) = self.dependents.get_mut(usize::from(head)) {
            (self.heads[usize::from(word)], self.relations[usize::from(word)]) = (head, relation);
            of.add(word, head, relation);
        }
    }

    fn dependents(&self, at: u16) -> Dependents {
        self.dependents.get(usize::from(at)).copied().unwrap_or(Dependents::NONE)
    }

    fn relation(&self, at: u16) -> u32 {
        self.relations.get(usize::from(at)).map_or(30, |relation| *relation as u32)
    }

    /// Returns the features of the state.
    #[must_use]
    pub fn features(&self, words: &[Word], tags: &[Upos]) -> [u32; FEATURES] {
        let count = self.heads.len();
        let stack = |down: usize| self.stack.iter().rev().nth(down).copied().unwrap_or(NONE);
        let buffer = |ahead: usize| if self.next + ahead < count { (self.next + ahead) as u16 } else { NONE };
        let word = |at: u16| words.get(usize::from(at)).unwrap_or(&Word::EDGE).hash();
        let tag = |at: u16| tags.get(usize::from(at)).map_or(30, |tag| *tag as u32);
        let relation = |at: u16| self.relation(at);
        let (s0, s1, s2, b0, b1, b2) = (stack(0), stack(1), stack(2), buffer(0), buffer(1), buffer(2));
        let (s0w, s1w, b0w, b1w) = (word(s0), word(s1), word(b0), word(b1));
        let (s0t, s1t, s2t, b0t, b1t, b2t) = (tag(s0), tag(s1), tag(s2), tag(b0), tag(b1), tag(b2));
        let (d0, d1, e0) = (self.dependents(s0), self.dependents(s1), self.dependents(b0));
        let few = |number: u8| u32::from(number.min(3));
        let apart = |one: u16, other: u16| if one == NONE || other == NONE { 0 } else { u32::from(other - one).min(7) };
        let subjects = [d1, d0, e0].map(|of| u32::from(of.has_subject));
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
            feature(61, three(s1t, s0t, b0t), subjects[0] << 2 | subjects[1] << 1 | subjects[2]),
            feature(62, word(d0.first), pair(s0t, b0t)),
            feature(63, word(d0.first), pair(s1t, s0t)),
            feature(64, b0w, b1w),
            feature(65, three(b0t, b1t, b2t), tag(buffer(3))),
            // After Zhang and Nivre (2011), "Transition-based dependency parsing with rich non-local features".
            feature(66, s0w, apart(s0, b0)),
            feature(67, b0w, apart(s0, b0)),
            feature(68, s0w, few(d0.left) * 4 + few(d0.right)),
            feature(69, b0w, few(e0.left)),
            feature(91, three(s0t, b0t, tag(d0.last)), tag(d0.first)),
            feature(92, three(s0t, b0t, tag(e0.first)), subjects[2]),
            feature(93, three(s1t, s0t, tag(d1.last)), tag(d0.last)),
            feature(94, word(d0.last), pair(s0t, b0t)),
            feature(95, word(e0.first), pair(s0t, b0t)),
            feature(96, word(d1.last), pair(s1t, s0t)),
            feature(97, s1w, pair(s0t, b0t)),
            feature(98, b1w, pair(s0t, b0t)),
            feature(99, s0w, pair(b0t, b1t)),
            feature(100, b0w, three(s1t, s0t, 0)),
            feature(101, s1w, pair(s1t, few(d1.right))),
        ]
    }

    /// Returns the features of the arc that a transition makes.
    #[must_use]
    pub fn arc_features(&self, transition: Transition, words: &[Word], tags: &[Upos]) -> [u32; ARC_FEATURES] {
        let (dependent, head) = self.arc(transition);
        let word = |at: u16| words.get(usize::from(at)).unwrap_or(&Word::EDGE);
        let tag = |at: u16| tags.get(usize::from(at)).map_or(30, |tag| *tag as u32);
        let relation = |at: u16| self.relation(at);
        let (before, after) = (|at: u16| at.wrapping_sub(1), |at: u16| at.saturating_add(1));
        let (own, of) = (self.dependents(dependent), self.dependents(head));
        let (dw, hw, case) = (word(dependent).hash(), word(head).hash(), word(own.case).hash());
        let (dt, ht, side) = (tag(dependent), tag(head), u32::from(transition == Transition::Left));
        let sides = three(dt, ht, side);
        let apart = u32::from(head.abs_diff(dependent)).min(7);
        let first = if own.first == NONE { dependent } else { own.first };
        [
            feature(70, sides, apart),
            feature(71, dw, pair(ht, side)),
            feature(72, hw, pair(dt, side)),
            feature(73, dw, hw),
            feature(74, case, sides),
            feature(75, case, hw),
            feature(76, case, dw),
            feature(77, sides, pair(relation(of.first), relation(of.last))),
            feature(78, sides, pair(relation(own.first), relation(own.last))),
            feature(79, hw, three(relation(of.last), dt, side)),
            feature(80, three(tag(before(dependent)), dt, tag(after(dependent))), pair(ht, side)),
            feature(81, three(tag(before(head)), ht, tag(after(head))), pair(dt, side)),
            feature(82, word(before(dependent)).hash(), sides),
            feature(83, word(dependent).ending(), pair(ht, side)),
            feature(84, word(own.first).hash(), sides),
            feature(85, word(before(first)).hash(), sides),
            feature(86, dw, pair(relation(own.last), side)),
            feature(87, sides, tag(self.next())),
            feature(88, sides, u32::from(of.has_subject) << 1 | u32::from(own.has_subject)),
            feature(89, word(own.first).hash(), pair(dt, relation(own.last))),
            feature(90, word(head).ending(), pair(dt, side)),
        ]
    }
}

fn pair(a: u32, b: u32) -> u32 {
    a << 8 | b
}

fn three(a: u32, b: u32, c: u32) -> u32 {
    a << 16 | b << 8 | c
}

impl Dependents {
    fn add(&mut self, word: u16, head: u16, relation: Relation) {
        if relation == Relation::Case {
            self.case = word;
        }
        if word < head {
            self.has_subject |= relation == Relation::Subject;
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
pub fn parse(weights: &SyntaxWeights, words: &[Word], tags: &[Upos]) -> State {
    let mut state = State::new(words.len());
    while !state.is_done() {
        let transition = next(&weights.parser, &state, words, tags);
        let relation = match transition {
            Transition::Shift => Relation::Root,
            arc => relation(&weights.relations, &state, arc, words, tags),
        };
        state.apply(transition, relation);
    }
    state
}

fn next(table: &ParserTable, state: &State, words: &[Word], tags: &[Upos]) -> Transition {
    let allowed = state.allowed();
    // Where only one transition is possible, the weights need not be asked.
    let number = if allowed.is_power_of_two() {
        allowed.trailing_zeros() as usize
    } else {
        best(&table.sums(&state.features(words, tags)), allowed)
    };
    Transition::ALL.get(number).copied().unwrap_or(Transition::Shift)
}

fn relation(table: &RelationTable, state: &State, arc: Transition, words: &[Word], tags: &[Upos]) -> Relation {
    let sums = table.sums(&state.arc_features(arc, words, tags));
    Relation::of_class(best(&sums, Relation::CLASSES))
}
