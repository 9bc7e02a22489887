//! Whether the features that weights were trained with are those of today.
//!
//! Weights belong to features by hashes alone: whoever changes a feature, a shape, a tag or a relation changes what the
//! weights mean, and nothing but worse trees would show it. So the file of weights begins with a fingerprint: a hash of all
//! features of a sample, which has words of every shape.

use sha2::{Digest, Sha256};

use super::transition::{Relation, State, Transition};
use super::upos::{self, Upos, Word};
use crate::language::{Pack, SyntaxWeights};
use crate::text::lex;

/// Words of every shape. They need not be of the pack's language.
const SAMPLE: &str = "Mr. O'Neill's team, which met the U.S. envoy on 3rd May 2021 at 5:30 p.m., hadn't \"agreed\" to pay \
                      $1.5bn (or 10%); I said: SEE https://example.org/a?b – naïve Élan’s co-op won 2-1!\n- NOTE: über all…";

/// Returns the fingerprint of the features that the sentences of a language have.
#[must_use]
pub fn of_features(pack: &Pack) -> [u8; SyntaxWeights::FINGERPRINT] {
    let tokens = lex(SAMPLE, &pack.lexicon);
    let words: Vec<Word> = tokens.iter().map(|token| Word::of(token, SAMPLE)).collect();
    let tags: Vec<Upos> = Upos::ALL.into_iter().cycle().take(words.len()).collect();
    let mut digest = Sha256::new();
    digest.update(format!("{:?} {:?}", Upos::ALL, Relation::ALL));
    let mut add = |features: &[u32]| features.iter().for_each(|feature| digest.update(feature.to_le_bytes()));
    for at in 2..words.len() {
        add(&upos::features(&words, at, tags[at - 1], tags[at - 2]));
    }
    let mut state = State::new(words.len());
    for step in 0.. {
        add(&state.features(&words, &tags));
        if state.is_done() {
            break;
        }
        let (transition, relation) = sample_transition(step, state.allowed());
        if transition != Transition::Shift {
            add(&state.arc_features(transition, &words, &tags));
        }
        state.apply(transition, relation);
    }
    let hash = digest.finalize();
    std::array::from_fn(|at| hash[at])
}

/// Returns a transition that is allowed, and a relation. They follow each other so that the stack becomes high, and every
/// relation occurs on both sides.
fn sample_transition(step: usize, allowed: u32) -> (Transition, Relation) {
    let is_allowed = |transition: &Transition| allowed >> *transition as u32 & 1 == 1;
    let wanted = match step % 7 {
        0..=3 => Transition::Shift,
        4 | 5 => Transition::Left,
        _ => Transition::Right,
    };
    let transition = Some(wanted).filter(is_allowed).or_else(|| Transition::ALL.into_iter().find(is_allowed));
    (transition.unwrap_or(Transition::Shift), Relation::of_class(step * 7 % Relation::CLASSES.count_ones() as usize))
}

#[cfg(test)]
mod tests {
    use super::of_features;
    use crate::language::{self, Depth};

    #[test]
    fn weights_are_trained_with_the_features_that_sentences_have() {
        for pack in language::packs().filter(|pack| pack.depth > Depth::Dates) {
            let language = pack.language;
            let syntax = pack.syntax().unwrap_or_else(|| panic!("{language}: its weights cannot be read"));
            assert!(
                syntax.fingerprint == of_features(pack),
                "the features of `{language}` have changed since its tagger and parser were trained; train them again:\n  \
                 cargo run --release -p dateline-core --example train_syntax -- {language} \
                 core/src/language/{language}/syntax.bin --train … --silver … --dev … (see CONTRIBUTING.md)"
            );
        }
    }
}
