//! How good weights are, and how fast.

use std::time::Instant;

use dateline_core::language::SyntaxWeights;
use dateline_core::syntax::transition::parse;
use dateline_core::syntax::upos::tag;
use dateline_core::syntax::{Relation, Upos};

use super::sentence::Sentence;

/// The time is that of as many runs.
const RUNS: usize = 5;

/// What is right, of how many.
#[derive(Debug, Default)]
struct Share {
    right: usize,
    all: usize,
}

impl Share {
    fn add(&mut self, is_right: bool) {
        self.right += usize::from(is_right);
        self.all += 1;
    }

    fn percent(&self) -> f64 {
        100.0 * self.right as f64 / self.all.max(1) as f64
    }
}

/// Prints the shares of right tags, of right forms of verbs, of right heads (UAS) and of right heads with right relations
/// (LAS, both without punctuation), and the speed.
pub fn print(name: &str, weights: &SyntaxWeights, sentences: &[Sentence]) {
    let [mut tags, mut forms, mut heads, mut relations] = <[Share; 4]>::default();
    for sentence in sentences {
        let found = tags_of(weights, sentence);
        let state = parse(weights, &sentence.words, &found);
        for (at, &gold) in sentence.tags.iter().enumerate() {
            tags.add(found[at] == gold);
            if gold.is_verb() {
                forms.add(found[at] == gold);
            }
            if gold != Upos::Punctuation && sentence.relations[at] != Relation::Punctuation {
                let is_right = state.heads[at] == sentence.heads[at];
                heads.add(is_right);
                relations.add(is_right && state.relations[at] == sentence.relations[at]);
            }
        }
    }
    println!(
        "{name}: tags {:.2}, verb forms {:.2}, UAS {:.2}, LAS {:.2}; {:.2} million words a second",
        tags.percent(),
        forms.percent(),
        heads.percent(),
        relations.percent(),
        (RUNS * tags.all) as f64 / seconds(weights, sentences) / 1e6,
    );
}

fn tags_of(weights: &SyntaxWeights, sentence: &Sentence) -> Vec<Upos> {
    let mut tags = vec![Upos::Other; sentence.words.len()];
    tag(&weights.tagger, &sentence.words, &mut tags);
    tags
}

/// Returns how long tagging and parsing take.
fn seconds(weights: &SyntaxWeights, sentences: &[Sentence]) -> f64 {
    let begun = Instant::now();
    for sentence in std::iter::repeat_n(sentences, RUNS).flatten() {
        std::hint::black_box(parse(weights, &sentence.words, &tags_of(weights, sentence)));
    }
    begun.elapsed().as_secs_f64()
}
