//! Which transitions are right in any state, not only on the way to the correct tree.
//!
//! The dynamic oracle for arc-hybrid of Goldberg and Nivre (2013), "Training deterministic parsers with non-deterministic
//! oracles": a transition costs the correct arcs that can be reached before it and no longer after it, and right are those
//! that cost least. In a tree that is not projective none may be without cost.

use dateline_core::syntax::transition::{NONE, State, Transition};

use super::sentence::Sentence;

/// Returns the transitions that are right, as a set of bits.
pub fn right_transitions(state: &State, sentence: &Sentence) -> u32 {
    let allowed = state.allowed();
    let mut costs = [cost_of_shift(state, sentence), 0, 0];
    if let [below @ .., top] = state.stack() {
        [costs[1], costs[2]] = costs_of_arcs(state, sentence, *top, below.last().copied());
    }
    let possible = || Transition::ALL.into_iter().filter(|transition| allowed >> *transition as u32 & 1 == 1);
    let cost = |transition: Transition| costs[transition as usize];
    let least = possible().map(cost).min();
    possible().filter(|&transition| Some(cost(transition)) == least).fold(0, |set, right| set | 1 << right as u32)
}

/// The next word gets no head below the top of the stack, and no dependent on the stack.
fn cost_of_shift(state: &State, sentence: &Sentence) -> usize {
    let (next, stack) = (state.next(), state.stack());
    let Some(&head) = sentence.heads.get(usize::from(next)) else { return 0 };
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
