//! Dates that name a time which another date of their sentence names as well.

use super::dated::{DatedSentence, days};
use crate::calendar::{Granularity, Unit};
use crate::temporal::{Amount, Basis, Meaning, Resolved};

impl DatedSentence<'_> {
    /// Returns why a date makes no event of its own beside another one of its sentence: "Last month was the wettest
    /// October", "Third-quarter revenue rose in the three months ended March 31".
    pub(super) fn echo(&self, dates: &[Resolved], at: usize) -> Option<&'static str> {
        let grammar = &self.passage.pack.grammar;
        let date = dates.get(at)?;
        let superlative = date.expression.first > self.tokens.start
            && self.passage.has(date.expression.first - 1, grammar.superlative);
        if superlative && dates[..at].iter().any(|other| self.makes_event(other) && days(other) == days(date)) {
            return Some("it repeats the time that is given before it");
        }
        let quarter = date.granularity == Some(Granularity::Quarter) && date.basis == Basis::Relative;
        let attributive = self.passage.tag(date.expression.end).is_noun();
        let quarterly = |other: &Resolved| match other.expression.meaning {
            Meaning::Ending { amount, unit, .. } => amount == Amount::whole(3) && unit == Unit::Month,
            _ => false,
        };
        (quarter && attributive && dates[at + 1..].iter().any(quarterly))
            .then_some("the months behind it say which quarter is meant")
    }
}
