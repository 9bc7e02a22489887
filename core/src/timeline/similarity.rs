//! The similarity of statements by their words. A word weighs the more, the fewer of the given statements have it, so
//! that no list of stop words is needed.

use rustc_hash::FxHashMap;

/// Statements, identified by index.
pub(super) struct Statements {
    /// The distinct words of each, numbered from the rarest to the most common.
    words: Vec<Vec<usize>>,
    /// How many statements have a word.
    counts: Vec<usize>,
    /// The weight of each word.
    weights: Vec<f64>,
    /// The total weight of the words of each statement.
    totals: Vec<f64>,
}

impl Statements {
    /// Indexes texts.
    pub fn of<'m>(texts: impl Iterator<Item = &'m str>) -> Self {
        let mut known: FxHashMap<String, usize> = FxHashMap::default();
        let mut counts: Vec<usize> = Vec::new();
        let mut words: Vec<Vec<usize>> = Vec::new();
        for text in texts {
            let pieces = text.split(|letter: char| !letter.is_alphanumeric()).filter(|piece| !piece.is_empty());
            let mut own: Vec<usize> = Vec::new();
            for piece in pieces {
                let new = known.len();
                own.push(*known.entry(piece.to_lowercase()).or_insert(new));
            }
            own.sort_unstable();
            own.dedup();
            counts.resize(known.len(), 0);
            own.iter().for_each(|&word| counts[word] += 1);
            words.push(own);
        }
        let mut rarest: Vec<usize> = (0..counts.len()).collect();
        rarest.sort_by_key(|&word| counts[word]);
        let mut number = vec![0; counts.len()];
        rarest.iter().enumerate().for_each(|(new, &word)| number[word] = new);
        for own in &mut words {
            own.iter_mut().for_each(|word| *word = number[*word]);
            own.sort_unstable();
        }
        let counts: Vec<usize> = rarest.into_iter().map(|word| counts[word]).collect();
        let weight = |&count: &usize| (1.0 + words.len() as f64 / count as f64).ln();
        let weights: Vec<f64> = counts.iter().map(weight).collect();
        let totals = words.iter().map(|own| own.iter().map(|&word| weights[word]).sum()).collect();
        Self { words, counts, weights, totals }
    }

    /// Returns the words that a statement shares with any other, the rarest first.
    pub fn shared(&self, at: usize) -> impl Iterator<Item = usize> + Clone {
        self.words[at].iter().copied().filter(|&word| self.counts[word] > 1)
    }

    /// Returns how similar two statements are, from 0 to 1. One that is a part of the other is similar to it.
    pub fn similarity(&self, one: usize, other: usize) -> f64 {
        let both = self.totals[one] * self.totals[other];
        let (mut one, mut other) = (self.words[one].as_slice(), self.words[other].as_slice());
        let mut common = 0.0;
        while let (&[word, ref one_rest @ ..], &[next, ref other_rest @ ..]) = (one, other) {
            if word == next {
                common += self.weights[word];
            }
            (one, other) = (if word <= next { one_rest } else { one }, if next <= word { other_rest } else { other });
        }
        if both > 0.0 { (common / both.sqrt()).min(1.0) } else { 0.0 }
    }

    /// Returns how well each of these statements represents all of them, given their weights.
    pub fn centrality(&self, weighted: impl Iterator<Item = (usize, f64)> + Clone) -> Vec<f64> {
        let mut centre: FxHashMap<usize, f64> = FxHashMap::default();
        for (at, weight) in weighted.clone() {
            for &word in &self.words[at] {
                *centre.entry(word).or_default() += self.weights[word] * weight;
            }
        }
        let cosine = |at: usize| {
            let words = self.words[at].iter();
            let length = words.clone().map(|&word| self.weights[word].powi(2)).sum::<f64>().sqrt();
            let common: f64 =
                words.map(|word| self.weights[*word] * centre.get(word).copied().unwrap_or_default()).sum();
            if length > 0.0 { common / length } else { 0.0 }
        };
        weighted.map(|(at, _)| cosine(at)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements() -> Statements {
        let texts =
            ["The river broke the dam", "The dam broke", "The mayor resigned", "", "A river of words; the dam broke"];
        Statements::of(texts.into_iter())
    }

    #[test]
    fn similarity_is_symmetrical_and_from_0_to_1() {
        let statements = statements();
        for one in 0..5 {
            for other in 0..5 {
                let similarity = statements.similarity(one, other);
                assert!((0.0..=1.0).contains(&similarity), "{similarity}");
                assert_eq!(similarity, statements.similarity(other, one));
            }
        }
        assert_eq!((statements.similarity(0, 0), statements.similarity(3, 3)), (1.0, 0.0));
        assert!(statements.similarity(0, 1) > statements.similarity(0, 2));
    }

    #[test]
    fn only_words_of_several_statements_are_shared() {
        let statements = statements();
        assert_eq!(statements.shared(2).count(), 1, "`the`");
        assert_eq!(statements.shared(0).count(), 4);
        assert_eq!(statements.shared(3).count(), 0);
    }

    #[test]
    fn the_statement_that_shares_most_is_the_most_central() {
        let central = statements().centrality((0..5).map(|at| (at, 1.0)));
        assert!(central[0] > central[2] && central[1] > central[2], "{central:?}");
        assert_eq!(central[3], 0.0);
    }
}
