//! Trains the weights of [`dateline_core::language::tagger`] on a treebank and writes the file that a language pack
//! embeds.
//!
//! ```text
//! cargo run --release -p dateline-core --example train_tagger -- en TRAIN.tsv DEV.tsv core/src/language/en/tagger.bin
//! ```
//!
//! The lexicon of the pack divides the words, so a file must exist already; after a change of its layout, zeros will
//! do.
//!
//! A treebank has one token a line, in columns separated by tabs (number, form, universal tag, Penn Treebank tag, …),
//! and an empty line between sentences. The same treebank and word lists give the same weights on any machine.
#![expect(clippy::print_stdout, reason = "a program for maintainers, which prints the accuracy")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;

use dateline_core::language::tagger::{
    FEATURES, ROWS, Tag, WORD_ROWS, Weights, Word, best, features, fingerprint, hash_of_lists, row, word_row,
};
use dateline_core::language::{self, Pack};
use dateline_core::text::lex;

/// The rounds over the treebank.
const ROUNDS: usize = 8;

/// A sentence with its correct tags.
struct Sentence {
    words: Vec<Word>,
    tags: Vec<Tag>,
}

/// An averaged perceptron.
#[derive(Default)]
struct Perceptron {
    weights: HashMap<u32, Row>,
    /// The tags of unambiguous words, by their hashes: there is nothing to learn about them.
    unambiguous: HashMap<u32, Tag>,
    step: i64,
}

/// The weights of a feature, and their sums over all steps, each updated when its weight changes.
#[derive(Default)]
struct Row {
    weights: [i32; Tag::COUNT],
    sums: [i64; Tag::COUNT],
    changed: [i64; Tag::COUNT],
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [language, train, dev, out] = arguments.as_slice() else {
        return Err("usage: train_tagger LANGUAGE TRAIN.tsv DEV.tsv WEIGHTS.bin".into());
    };
    let pack = language::pack(language).ok_or_else(|| format!("there is no language pack for `{language}`"))?;
    let mut train = read(&fs::read_to_string(train)?, pack);
    let dev = read(&fs::read_to_string(dev)?, pack);
    let mut perceptron = Perceptron { unambiguous: unambiguous(&train), ..Perceptron::default() };
    for round in 0..ROUNDS {
        shuffle(&mut train, round as u64);
        let wrong: usize = train.iter().map(|sentence| perceptron.learn(sentence)).sum();
        println!("round {}: {wrong} wrong", round + 1);
    }
    let file = perceptron.file(pack);
    let weights = Weights::read(file.clone().leak()).ok_or("the file has the wrong length")?;
    report(weights, &dev);
    fs::write(out, file)?;
    Ok(())
}

/// Reads a treebank, with its text divided into the tokens of our own lexer.
fn read(treebank: &str, pack: &Pack) -> Vec<Sentence> {
    treebank.split("\n\n").filter_map(|lines| sentence(lines, pack)).collect()
}

fn sentence(lines: &str, pack: &Pack) -> Option<Sentence> {
    let mut text = String::new();
    // The end of each token in the text, and its tag.
    let mut gold: Vec<(usize, Tag)> = Vec::new();
    let mut glue = true;
    for line in lines.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let (form, tag) = (columns.get(1)?, columns.get(3)?);
        let joins = *tag == "HYPH" || form.starts_with('\'') || form.eq_ignore_ascii_case("n't") || *form == "n’t";
        if !glue && !joins {
            text.push(' ');
        }
        text.push_str(form);
        gold.push((text.len(), merged(tag)));
        glue = *tag == "HYPH";
    }
    let tokens = lex(&text, &pack.lexicon);
    let words = tokens.iter().map(|token| Word::of(token, &text, pack)).collect();
    let tag = |start: usize| gold.iter().find(|(end, _)| *end > start).map_or(Tag::Other, |(_, tag)| *tag);
    let tags = tokens.iter().map(|token| tag(token.span.start as usize)).collect();
    Some(Sentence { words, tags })
}

/// Returns our tag for one of the Penn Treebank.
fn merged(tag: &str) -> Tag {
    match tag {
        "NN" | "FW" | "GW" => Tag::Noun,
        "NNS" => Tag::PluralNoun,
        "NNP" | "NNPS" => Tag::ProperNoun,
        "VB" => Tag::Base,
        "VBP" | "VBZ" => Tag::Present,
        "VBD" => Tag::Past,
        "VBN" => Tag::Participle,
        "VBG" => Tag::Gerund,
        "MD" => Tag::Modal,
        "JJ" | "JJR" | "JJS" => Tag::Adjective,
        "RB" | "RBR" | "RBS" | "WRB" => Tag::Adverb,
        "IN" | "RP" | "TO" => Tag::Preposition,
        "DT" | "PDT" | "WDT" | "PRP$" | "WP$" => Tag::Determiner,
        "PRP" | "WP" | "EX" => Tag::Pronoun,
        "CD" | "LS" => Tag::Number,
        _ => Tag::Other,
    }
}

/// Returns the words that nearly always have the same tag, and are frequent enough to know.
fn unambiguous(sentences: &[Sentence]) -> HashMap<u32, Tag> {
    const FREQUENT: usize = 60;
    const NEARLY_ALWAYS: f64 = 0.995;
    let mut counts: HashMap<u32, [usize; Tag::COUNT]> = HashMap::new();
    for (word, tag) in sentences.iter().flat_map(|sentence| sentence.words.iter().zip(&sentence.tags)) {
        counts.entry(word.hash()).or_default()[*tag as usize] += 1;
    }
    let words = counts.into_iter().filter_map(|(word, counts)| {
        let all: usize = counts.iter().sum();
        let tag = best(&counts);
        (all >= FREQUENT && counts[tag as usize] as f64 >= NEARLY_ALWAYS * all as f64).then_some((word, tag))
    });
    words.collect()
}

impl Perceptron {
    /// Learns from a sentence, and returns how many of its words were tagged wrong.
    fn learn(&mut self, sentence: &Sentence) -> usize {
        let (mut last, mut before_last, mut wrong) = (Tag::Other, Tag::Other, 0);
        for (at, &right) in sentence.tags.iter().enumerate() {
            let word = &sentence.words[at];
            let known = word.tag_of_shape().or_else(|| self.unambiguous.get(&word.hash()).copied());
            if let Some(known) = known {
                wrong += usize::from(known != right);
                (before_last, last) = (last, known);
                continue;
            }
            self.step += 1;
            let features = features(&sentence.words, at, last, before_last);
            let mut sums = [0i32; Tag::COUNT];
            for row in features.iter().filter_map(|feature| self.weights.get(feature)) {
                sums.iter_mut().zip(&row.weights).for_each(|(sum, weight)| *sum += weight);
            }
            let guess = best(&sums);
            if guess != right {
                wrong += 1;
                self.change(&features, right, 1);
                self.change(&features, guess, -1);
            }
            (before_last, last) = (last, guess);
        }
        wrong
    }

    fn change(&mut self, features: &[u32; FEATURES], tag: Tag, by: i32) {
        let tag = tag as usize;
        for &feature in features {
            let row = self.weights.entry(feature).or_default();
            row.sums[tag] += (self.step - row.changed[tag]) * i64::from(row.weights[tag]);
            row.changed[tag] = self.step;
            row.weights[tag] += by;
        }
    }

    /// Returns the averages of the weights over all steps, as the file that [`Weights::read`] reads. Where several
    /// features share a row, it goes to the one with the greatest weights.
    fn file(&self, pack: &Pack) -> Vec<u8> {
        let mut rows: Vec<Option<(f64, u32, [f64; Tag::COUNT])>> = vec![None; ROWS];
        let mut weights: Vec<_> = self.weights.iter().collect();
        weights.sort_unstable_by_key(|(feature, _)| **feature);
        for (&feature, weights) in weights {
            let mean = weights.mean(self.step);
            let magnitude = mean.iter().map(|weight| weight.abs()).sum::<f64>();
            let row = &mut rows[row(feature)];
            if row.is_none_or(|(other, ..)| magnitude > other) {
                *row = Some((magnitude, feature, mean));
            }
        }
        let mut word_rows = vec![[0; 3]; WORD_ROWS];
        let mut unambiguous: Vec<_> = self.unambiguous.iter().collect();
        unambiguous.sort_unstable_by_key(|(word, _)| **word);
        for (&word, &tag) in unambiguous {
            let [low, high] = fingerprint(word).to_le_bytes();
            word_rows[word_row(word)] = [low, high, tag as u8];
        }
        let lists = hash_of_lists(pack).into_iter();
        let fingerprints =
            rows.iter().flat_map(|row| row.map_or(0, |(_, feature, _)| fingerprint(feature)).to_le_bytes());
        let weights = rows.iter().flat_map(|row| row.map_or([0; Tag::COUNT], |(_, _, mean)| mean.map(byte)));
        lists.chain(word_rows.into_iter().flatten()).chain(fingerprints).chain(weights).collect()
    }
}

impl Row {
    fn mean(&self, steps: i64) -> [f64; Tag::COUNT] {
        std::array::from_fn(|tag| {
            let since = (steps - self.changed[tag]) * i64::from(self.weights[tag]);
            (self.sums[tag] + since) as f64 / steps as f64
        })
    }
}

/// Returns a weight as a signed byte, scaled so that most use its range; the few beyond are clamped.
fn byte(weight: f64) -> u8 {
    const SCALE: f64 = 6.0;
    ((weight * SCALE).round().clamp(-127.0, 127.0) as i8).cast_unsigned()
}

/// Shuffles the sentences, the same way in every run: by a linear congruential generator (Knuth's MMIX).
fn shuffle(sentences: &mut [Sentence], seed: u64) {
    let mut state = seed;
    for at in (1..sentences.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sentences.swap(at, (state >> 33) as usize % (at + 1));
    }
}

/// Prints the accuracy and the most frequent mistakes.
fn report(weights: Weights, dev: &[Sentence]) {
    let (mut right, mut all) = (0usize, 0usize);
    let mut mistakes = BTreeMap::new();
    for sentence in dev {
        let mut tags = vec![Tag::Other; sentence.tags.len()];
        weights.tag(&sentence.words, &mut tags);
        for (gold, guess) in sentence.tags.iter().zip(&tags) {
            all += 1;
            right += usize::from(guess == gold);
            if guess != gold {
                *mistakes.entry((*gold as u8, *guess as u8)).or_insert(0usize) += 1;
            }
        }
    }
    println!("{right} of {all} words correct: {:.2}%", 100.0 * right as f64 / all as f64);
    let mut mistakes: Vec<_> = mistakes.into_iter().collect();
    mistakes.sort_by_key(|&(_, count)| Reverse(count));
    for ((gold, guess), count) in mistakes.into_iter().take(20) {
        println!("  {count:4} {:?} tagged as {:?}", Tag::ALL[usize::from(gold)], Tag::ALL[usize::from(guess)]);
    }
}
