//! The training of the parser, with a dynamic oracle: from the second round on it mostly follows its own guesses, so that it
//! learns what to do behind a mistake.

use dateline_core::language::{ParserTable, RelationTable};
use dateline_core::syntax::transition::{NONE, State, Transition};
use dateline_core::syntax::{Relation, Upos};

use super::oracle::right_transitions;
use super::perceptron::{Perceptron, best};
use super::random::Random;
use super::sentence::Sentence;

/// The rounds with all features, and those with the features that are kept.
const ROUNDS: [usize; 2] = [4, 10];

/// How often of ten a guess is followed, be it right or not: with all features, and with those that are kept.
const FOLLOWED: [usize; 2] = [9, 5];

/// What decides on transitions, and what on the relations of arcs.
struct Parser {
    transitions: Perceptron<{ ParserTable::ROW }>,
    relations: Perceptron<{ RelationTable::ROW }>,
}

/// What was decided wrongly, of how many decisions.
#[derive(Default)]
struct Mistakes {
    transitions: usize,
    states: usize,
    relations: usize,
    arcs: usize,
}

/// Returns the tables of the parser, one behind the other and of as many buckets, trained with these tags of the sentences.
pub fn train(sentences: &[Sentence], tags: &[Vec<Upos>], buckets: [usize; 2]) -> Vec<u8> {
    let pairs = sentences.iter().zip(tags.iter().map(Vec::as_slice));
    let pairs: Vec<(&Sentence, &[Upos])> = pairs.flat_map(|pair| std::iter::repeat_n(pair, pair.0.weight)).collect();
    let mut parser = Parser { transitions: Perceptron::new(buckets[0]), relations: Perceptron::new(buckets[1]) };
    parser.learn_all(&pairs, ROUNDS[0], FOLLOWED[0]);
    parser = Parser { transitions: parser.transitions.pruned(), relations: parser.relations.pruned() };
    parser.learn_all(&pairs, ROUNDS[1], FOLLOWED[1]);
    [parser.transitions.table(), parser.relations.table()].concat()
}

impl Parser {
    fn learn_all(&mut self, sentences: &[(&Sentence, &[Upos])], rounds: usize, followed: usize) {
        let mut order = sentences.to_vec();
        for round in 0..rounds {
            let mut random = Random::new(round as u64);
            random.shuffle(&mut order);
            let mut mistakes = Mistakes::default();
            for (sentence, tags) in &order {
                self.learn(sentence, tags, &mut mistakes, || round > 0 && random.below(10) < followed);
            }
            let percent = |wrong: usize, all: usize| 100.0 * wrong as f64 / all.max(1) as f64;
            println!(
                "parser, round {}: {:.2} % of transitions wrong, {:.2} % of relations",
                round + 1,
                percent(mistakes.transitions, mistakes.states),
                percent(mistakes.relations, mistakes.arcs),
            );
        }
    }

    /// Learns from a sentence. Whether a wrong guess is followed is asked of the last argument.
    fn learn(
        &mut self,
        sentence: &Sentence,
        tags: &[Upos],
        mistakes: &mut Mistakes,
        mut follows: impl FnMut() -> bool,
    ) {
        let mut state = State::new(sentence.words.len());
        while !state.is_done() {
            let right = right_transitions(&state, sentence);
            let features = state.features(&sentence.words, tags);
            let (guess, best_right) = self.transitions.learn(&features, state.allowed(), right);
            let is_right = right >> guess & 1 == 1;
            mistakes.transitions += usize::from(!is_right);
            mistakes.states += 1;
            let follows = is_right || follows();
            let transition = Transition::ALL[if follows { guess } else { best_right }];
            let relation = self.relation(&state, transition, sentence, tags, mistakes);
            state.apply(transition, relation);
        }
    }

    /// Returns the relation of the arc that a transition makes, learning from it if it is correct.
    fn relation(
        &mut self,
        state: &State,
        transition: Transition,
        sentence: &Sentence,
        tags: &[Upos],
        mistakes: &mut Mistakes,
    ) -> Relation {
        let (dependent, head) = state.arc(transition);
        if transition == Transition::Shift || head == NONE {
            return Relation::Root;
        }
        let features = state.arc_features(transition, &sentence.words, tags);
        if sentence.heads[usize::from(dependent)] != head {
            return Relation::of_class(best(&self.relations.sums(&features), Relation::CLASSES));
        }
        let right = sentence.relations[usize::from(dependent)].class();
        let (guess, _) = self.relations.learn(&features, Relation::CLASSES, 1 << right);
        mistakes.relations += usize::from(guess != right);
        mistakes.arcs += 1;
        Relation::of_class(guess)
    }
}
