//! Dates whose direction no verb decides: those of what has happened, and those that open an entry of a list.

use super::{Clause, Expression};
use crate::syntax::Upos;
use crate::temporal::Meaning;
use crate::text::Shape;

impl Clause<'_> {
    /// "April 12 - Rebels take the port", "- 2 October: verdict", "Jan. 3 The mill opens": whether the date opens an entry
    /// of a list, in whose present the past is as well.
    pub(super) fn is_entry(&self, expression: &Expression) -> bool {
        let shape = |at: usize| self.passage.tokens.get(at).map(|token| token.shape);
        let dated = matches!(&expression.meaning, Meaning::Calendar(fields) if fields.month.is_some());
        let opens =
            (self.sentence.start..expression.first).all(|at| matches!(shape(at), Some(Shape::Mark(_) | Shape::Break)));
        let next = shape(expression.end);
        let spaced = self.passage.tokens.get(expression.end).is_some_and(|token| token.spaced);
        let line = expression.first == 0 || matches!(shape(expression.first - 1), Some(Shape::Break | Shape::Mark(_)));
        dated
            && opens
            && match next {
                Some(Shape::Mark(':')) => true,
                Some(Shape::Mark('-' | '–' | '—')) => spaced,
                Some(Shape::Capital) => line && self.passage.tag(expression.end) != Upos::ProperNoun,
                _ => false,
            }
    }

    /// "Friday's attack", "Wednesday's ruling", "the March 3 attack": whatever the clause says, the noun is of what has
    /// known.
    pub(super) fn is_of_what_happened(&self, end: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        let possessive = self.passage.tokens.get(end).is_some_and(|token| token.shape == Shape::Possessive);
        if self.passage.has(end, grammar.outcome) {
            return true;
        }
        let mut group = (end + 1..self.sentence.end).take(4).take_while(|&at| {
            self.passage.tag(at).is_noun()
                || matches!(self.passage.tag(at), Upos::Adjective | Upos::Participle | Upos::Gerund)
        });
        possessive && group.any(|at| self.passage.has(at, grammar.outcome))
    }

    /// "including the attack on Sunday", "larger than the blast in May": what has an article and happens unplanned is
    /// known, whatever the clause says. Not what is waited for: "ahead of the verdict on Sunday".
    pub(super) fn is_on_what_happened(&self, first: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let Some(preposition) = first
            .checked_sub(1)
            .filter(|at| passage.has(*at, grammar.clock_preposition) || passage.has(*at, grammar.inside))
        else {
            return false;
        };
        let Some(noun) = preposition.checked_sub(1).filter(|at| self.sentence.contains(at)) else { return false };
        let mut group = (self.sentence.start..noun).rev().take(4);
        let determined = group.find(|&at| {
            !(passage.tag(at).is_noun() || matches!(passage.tag(at), Upos::Adjective | Upos::Number))
        });
        let Some(article) = determined.filter(|&at| passage.has(at, grammar.determiner)) else { return false };
        let definite = !passage.has(article, grammar.indefinite);
        let lead = article.checked_sub(1);
        let awaited = lead.is_some_and(|lead| {
            [grammar.ahead, grammar.of, grammar.aim, grammar.awaited, grammar.clause_lead]
                .into_iter()
                .any(|class| passage.has(lead, class))
                && !passage.has(lead, grammar.after)
        });
        definite && !awaited && passage.has(noun, grammar.unplanned)
    }
}
