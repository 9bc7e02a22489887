//! Statements by their words: how alike two are, and which of several says best what all say. A word weighs the more,
//! the fewer of the statements at hand have it, so that no list of common words is needed.

use rustc_hash::FxHashMap;

/// Some statements, known by their places.
pub(super) struct Statements {
    /// The different words of each, numbered from the rarest to the most common.
    words: Vec<Vec<usize>>,
    /// How many statements have a word.
    counts: Vec<usize>,
    /// How much a word weighs.
    weights: Vec<f64>,
    /// How much the words of each weigh together.
    totals: Vec<f64>,
}

impl Statements {
    /// Reads them.
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

    /// The words that a statement has in common with any other, the rarest first.
    pub fn shared(&self, at: usize) -> impl Iterator<Item = usize> + Clone {
        self.words[at].iter().copied().filter(|&word| self.counts[word] > 1)
    }

    /// How much two have in common, from 0 to 1. One that is a part of the other is much like it.
    pub fn likeness(&self, one: usize, other: usize) -> f64 {
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

    /// How well each of these says what all of them say, where each counts so much.
    pub fn centrality(&self, said: impl Iterator<Item = (usize, f64)> + Clone) -> Vec<f64> {
        let mut centre: FxHashMap<usize, f64> = FxHashMap::default();
        for (at, counts) in said.clone() {
            for &word in &self.words[at] {
                *centre.entry(word).or_default() += self.weights[word] * counts;
            }
        }
        let cosine = |at: usize| {
            let words = self.words[at].iter();
            let length = words.clone().map(|&word| self.weights[word].powi(2)).sum::<f64>().sqrt();
            let common: f64 =
                words.map(|word| self.weights[*word] * centre.get(word).copied().unwrap_or_default()).sum();
            if length > 0.0 { common / length } else { 0.0 }
        };
        said.map(|(at, _)| cosine(at)).collect()
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
    fn likeness_is_symmetrical_and_from_none_to_whole() {
        let statements = statements();
        for one in 0..5 {
            for other in 0..5 {
                let likeness = statements.likeness(one, other);
                assert!((0.0..=1.0).contains(&likeness), "{likeness}");
                assert_eq!(likeness, statements.likeness(other, one));
            }
        }
        assert_eq!((statements.likeness(0, 0), statements.likeness(3, 3)), (1.0, 0.0));
        assert!(statements.likeness(0, 1) > statements.likeness(0, 2));
    }

    #[test]
    fn only_words_that_others_have_lead_to_them() {
        let statements = statements();
        assert_eq!(statements.shared(2).count(), 1, "`the`");
        assert_eq!(statements.shared(0).count(), 4);
        assert_eq!(statements.shared(3).count(), 0);
    }

    #[test]
    fn what_shares_most_with_the_others_is_the_most_central() {
        let central = statements().centrality((0..5).map(|at| (at, 1.0)));
        assert!(central[0] > central[2] && central[1] > central[2], "{central:?}");
        assert_eq!(central[3], 0.0);
    }
}
