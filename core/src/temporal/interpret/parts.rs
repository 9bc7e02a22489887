//! The named parts of a match, and what their words say in the lexicon.

use std::ops::Range;

use crate::calendar::Unit;
use crate::language::{Class, Grammar, Rule, Slot, Symbol, Value};
use crate::temporal::LexedPassage;
use crate::text::Token;

/// The named parts of a match.
pub(super) struct Parts<'p> {
    pub(super) passage: &'p LexedPassage<'p>,
    /// The tokens of the match.
    pub(super) whole: Range<usize>,
    parts: Vec<(Slot, Range<usize>)>,
}

impl<'p> Parts<'p> {
    /// The parts of a rule's match.
    pub(super) fn of(passage: &'p LexedPassage<'p>, rule: &'p Rule, tokens: &Range<usize>, symbols: &[Symbol]) -> Self {
        let mut parts = rule.parts(&symbols[tokens.clone()]);
        for (_, range) in &mut parts {
            *range = range.start + tokens.start..range.end + tokens.start;
        }
        Self { passage, whole: tokens.clone(), parts }
    }

    pub(super) fn classes(&self) -> &Grammar {
        &self.passage.pack.grammar
    }

    pub(super) fn range(&self, slot: Slot) -> Option<Range<usize>> {
        self.parts.iter().find(|(part, _)| *part == slot).map(|(_, range)| range.clone())
    }

    pub(super) fn tokens(&self, slot: Slot) -> Option<&[Token]> {
        self.passage.tokens.get(self.range(slot)?)
    }

    pub(super) fn text(&self, slot: Slot) -> Option<&str> {
        let range = self.range(slot)?;
        Some(self.passage.span(range.start, range.end).of(self.passage.text))
    }

    /// What the first word of a part says within a class.
    pub(super) fn value(&self, slot: Slot, class: Class) -> Option<&Value> {
        let lexicon = &self.passage.pack.lexicon;
        self.tokens(slot)?.iter().find_map(|token| lexicon.value(token, class))
    }

    pub(super) fn number(&self, slot: Slot, class: Class) -> Option<i64> {
        match self.value(slot, class)? {
            Value::Number(number) => Some(*number),
            Value::Name(_) => None,
        }
    }

    pub(super) fn word(&self, slot: Slot, class: Class) -> Option<&str> {
        match self.value(slot, class)? {
            Value::Name(word) => Some(word),
            Value::Number(_) => None,
        }
    }

    pub(super) fn small<T: TryFrom<i64>>(&self, slot: Slot, class: Class) -> Option<T> {
        self.number(slot, class).and_then(|number| T::try_from(number).ok())
    }

    pub(super) fn unit(&self, slot: Slot) -> Option<Unit> {
        let classes = [self.classes().unit, self.classes().singular, self.classes().period, self.classes().length_unit];
        match classes.into_iter().find_map(|class| self.word(slot, class)) {
            Some(name) => Unit::from_name(name),
            None => {
                let year_word = self.passage.pack.grammar.year_word;
                self.range(slot)?.all(|at| self.passage.has(at, year_word)).then_some(Unit::Year)
            }
        }
    }
}
