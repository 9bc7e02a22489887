//! The training of the tagger.

use dateline_core::language::TaggerTable;
use dateline_core::syntax::Upos;
use dateline_core::syntax::upos::features;

use super::perceptron::{Perceptron, best};
use super::random::Random;
use super::sentence::Sentence;

/// The rounds with all features, and those with the features that are kept.
const ROUNDS: [usize; 2] = [4, 5];

/// The rounds of a tagger whose tags only the parser is trained with.
const CROSS_ROUNDS: usize = 3;

/// As many sentences are next to each other in a fold: whole documents, mostly.
const DOCUMENT: usize = 50;

type Tagger = Perceptron<{ TaggerTable::ROW }>;

const TAGS: u32 = (1 << Upos::ALL.len()) - 1;

/// Returns the table of the tagger, of as many buckets.
pub fn train(sentences: &[Sentence], buckets: usize) -> Vec<u8> {
    let all: Vec<&Sentence> = sentences.iter().collect();
    let mut perceptron = Perceptron::new(buckets);
    learn(&mut perceptron, &all, ROUNDS[0]);
    let mut perceptron = perceptron.pruned();
    learn(&mut perceptron, &all, ROUNDS[1]);
    perceptron.table()
}

/// Returns the tags of all sentences by taggers that did not see them: with these the parser is trained, since it will meet
/// the same mistakes.
pub fn cross_tags(sentences: &[Sentence], buckets: usize) -> Vec<Vec<Upos>> {
    let in_fold = |at: usize, fold: usize| at / DOCUMENT % 2 == fold;
    let mut tags = vec![Vec::new(); sentences.len()];
    for fold in 0..2 {
        let others = sentences.iter().enumerate().filter(|&(at, _)| !in_fold(at, fold));
        let others: Vec<&Sentence> = others.map(|(_, sentence)| sentence).collect();
        let mut perceptron = Perceptron::new(buckets);
        learn(&mut perceptron, &others, CROSS_ROUNDS);
        for (at, sentence) in sentences.iter().enumerate().filter(|&(at, _)| in_fold(at, fold)) {
            tags[at] = tag(&perceptron, sentence);
        }
    }
    tags
}

fn learn<'a>(perceptron: &mut Tagger, sentences: &[&'a Sentence], rounds: usize) {
    let repeated = |sentence: &&'a Sentence| std::iter::repeat_n(*sentence, sentence.weight);
    let mut order: Vec<&'a Sentence> = sentences.iter().flat_map(repeated).collect();
    for round in 0..rounds {
        Random::new(round as u64).shuffle(&mut order);
        let (mut wrong, mut all) = (0, 0);
        for sentence in &order {
            let (mut last, mut before_last) = (Upos::Other, Upos::Other);
            for (at, &right) in sentence.tags.iter().enumerate() {
                let features = features(&sentence.words, at, last, before_last);
                let (guess, _) = perceptron.learn(&features, TAGS, 1 << right as u32);
                wrong += usize::from(guess != right as usize);
                all += 1;
                (before_last, last) = (last, Upos::ALL[guess]);
            }
        }
        println!("tagger, round {}: {:.2} % wrong", round + 1, 100.0 * f64::from(wrong as u32) / f64::from(all));
    }
}

fn tag(perceptron: &Tagger, sentence: &Sentence) -> Vec<Upos> {
    let mut tags = Vec::with_capacity(sentence.words.len());
    let (mut last, mut before_last) = (Upos::Other, Upos::Other);
    for at in 0..sentence.words.len() {
        let sums = perceptron.sums(&features(&sentence.words, at, last, before_last));
        (before_last, last) = (last, Upos::ALL[best(&sums, TAGS)]);
        tags.push(last);
    }
    tags
}
