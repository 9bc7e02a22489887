//! Which transitions are right in any state, not only on the way to the correct tree.
//!
//! The dynamic oracle for arc-hybrid of Goldberg and Nivre (2013), "Training deterministic parsers with non-deterministic
//! oracles": a transition costs the correct arcs that can be reached before it and no longer after it, and right are those
//! that cost least. In a tree that is not projective none may be without cost.

use dateline_core::syntax::Relation;
use dateline_core::syntax::transition::{NONE, SHIFT, State, left, right};

use super::sentence::Sentence;

/// Returns the transitions that are right, as a set of bits.
pub fn right_transitions(state: &State, sentence: &Sentence) -> u32 {
    let allowed = state.allowed();
    let is_allowed = |transition: usize| allowed >> transition & 1 == 1;
    let mut costs = [(SHIFT, is_allowed(SHIFT).then(|| cost_of_shift(state, sentence))), (0, None), (0, None)];
    if let [below @ .., top] = state.stack() {
        // A word keeps its relation under a wrong head.
        let relation = match sentence.relations[usize::from(*top)] {
            Relation::Root => Relation::Parataxis,
            relation => relation,
        };
        let relation_of_left = if state.next() == NONE { Relation::Parataxis } else { relation };
        let costs_of_arcs = costs_of_arcs(state, sentence, *top, below.last().copied());
        let left = left(relation_of_left);
        costs[1] = (left, is_allowed(left).then_some(costs_of_arcs[0]));
        costs[2] = (right(relation), (!below.is_empty()).then_some(costs_of_arcs[1]));
    }
    let least = costs.iter().filter_map(|(_, cost)| *cost).min();
    costs
        .iter()
        .filter(|(_, cost)| cost.is_some() && *cost == least)
        .fold(0, |set, (transition, _)| set | 1 << transition)
}

/// The next word gets no head below the top of the stack, and no dependent on the stack.
fn cost_of_shift(state: &State, sentence: &Sentence) -> usize {
    let (next, stack) = (state.next(), state.stack());
    let head = sentence.heads[usize::from(next)];
    let below = &stack[..stack.len().saturating_sub(1)];
    let dependents = stack.iter().filter(|&&word| sentence.heads[usize::from(word)] == next).count();
    dependents + usize::from(below.contains(&head))
}

/// What LEFT and RIGHT cost: after both the top of the stack gets no dependent among the words to come, and no head but the
/// one that it is given.
fn costs_of_arcs(state: &State, sentence: &Sentence, top: u16, below: Option<u16>) -> [usize; 2] {
    let (next, count) = (state.next(), sentence.heads.len());
    let coming = if next == NONE { count } else { usize::from(next) };
    let head = sentence.heads[usize::from(top)];
    let dependents = sentence.heads[coming..].iter().filter(|&&head| head == top).count();
    // The root of all stands behind the last word, and has its number.
    let is_coming = usize::from(head) >= coming;
    let is_below = below == Some(head);
    [dependents + usize::from(head != next && (is_coming || is_below)), dependents + usize::from(is_coming)]
}
