//! The training of the parser, with a dynamic oracle: from the second round on it mostly follows its own guesses, so that it
//! learns what to do behind a mistake.

use dateline_core::language::SyntaxWeights;
use dateline_core::syntax::Upos;
use dateline_core::syntax::transition::State;

use super::oracle::right_transitions;
use super::perceptron::Perceptron;
use super::random::Random;
use super::sentence::Sentence;

/// The rounds with all features, and those with the features that are kept.
const ROUNDS: [usize; 2] = [4, 10];

/// How often of ten a guess is followed, be it right or not: with all features, and with those that are kept.
const FOLLOWED: [usize; 2] = [9, 5];

/// Returns the table of the parser, trained with these tags of the sentences.
pub fn train(sentences: &[Sentence], tags: &[Vec<Upos>]) -> Vec<u8> {
    let pairs = sentences.iter().zip(tags.iter().map(Vec::as_slice));
    let pairs: Vec<(&Sentence, &[Upos])> = pairs.flat_map(|pair| std::iter::repeat_n(pair, pair.0.weight)).collect();
    let mut perceptron = Perceptron::new(SyntaxWeights::PARSER_BUCKETS);
    learn(&mut perceptron, &pairs, ROUNDS[0], FOLLOWED[0]);
    let mut perceptron = perceptron.pruned();
    learn(&mut perceptron, &pairs, ROUNDS[1], FOLLOWED[1]);
    perceptron.table()
}

fn learn(perceptron: &mut Perceptron, sentences: &[(&Sentence, &[Upos])], rounds: usize, followed: usize) {
    let mut order = sentences.to_vec();
    for round in 0..rounds {
        let mut random = Random::new(round as u64);
        random.shuffle(&mut order);
        let (mut wrong, mut all) = (0, 0);
        for (sentence, tags) in &order {
            let mut state = State::new(sentence.words.len());
            while !state.is_done() {
                let right = right_transitions(&state, sentence);
                let features = state.features(&sentence.words, tags);
                let (guess, best_right) = perceptron.learn(&features, state.allowed(), right);
                let is_right = right >> guess & 1 == 1;
                let follows = is_right || round > 0 && random.below(10) < followed;
                state.apply(if follows { guess } else { best_right });
                wrong += u32::from(!is_right);
                all += 1;
            }
        }
        println!("parser, round {}: {:.2} % wrong", round + 1, 100.0 * f64::from(wrong) / f64::from(all));
    }
}
