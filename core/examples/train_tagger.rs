//! Trains the weights of [`dateline_core::language::speech`] on a treebank and writes them as the file that a language
//! embeds.
//!
//! ```text
//! cargo run --release -p dateline-core --example train_tagger -- en TRAIN.tsv DEV.tsv core/src/language/en/tagger.bin
//! ```
//!
//! The language's own lexicon divides the words, so a file must be there already; after a change of its layout, one of
//! zeros will do.
//!
//! The treebanks have a token a line, its columns divided by tabs (number, form, universal tag, Penn Treebank tag,
//! ...), and an empty line between sentences. Same treebank, same weights, on any machine.
#![expect(clippy::print_stdout, reason = "a program for the maintainers: it tells its accuracy")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;

use dateline_core::language::tagger::{FEATURES, ROWS, SURE, Tag, Weights, Word, best, features, owner, place, row};
use dateline_core::language::{self, Pack};
use dateline_core::text::lex;

/// Rounds over the treebank.
const ROUNDS: usize = 8;

/// A sentence with its right answer.
struct Sentence {
    words: Vec<Word>,
    parts: Vec<Tag>,
}

/// An averaged perceptron.
#[derive(Default)]
struct Perceptron {
    weights: HashMap<u32, Row>,
    /// The words that are always the same part, by their hashes: nothing is to be learned of them.
    sure: HashMap<u32, Tag>,
    step: i64,
}

/// The weights of a feature, and their sum over all steps, each brought up to date when it changes.
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
    let mut perceptron = Perceptron { sure: sure(&train), ..Perceptron::default() };
    for round in 0..ROUNDS {
        shuffle(&mut train, round as u64);
        let wrong: usize = train.iter().map(|sentence| perceptron.learn(sentence)).sum();
        println!("round {}: {wrong} wrong", round + 1);
    }
    let file = perceptron.file();
    let weights = Weights::read(file.clone().leak()).ok_or("the file has a wrong length")?;
    report(weights, &dev);
    fs::write(out, file)?;
    Ok(())
}

/// Reads a treebank, its words divided as the project's own lexer divides them.
fn read(treebank: &str, pack: &Pack) -> Vec<Sentence> {
    treebank.split("\n\n").filter_map(|lines| sentence(lines, pack)).collect()
}

fn sentence(lines: &str, pack: &Pack) -> Option<Sentence> {
    let mut text = String::new();
    // Where each token ends in the text, and its tag.
    let mut tags: Vec<(usize, Tag)> = Vec::new();
    let mut glue = true;
    for line in lines.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let (form, tag) = (columns.get(1)?, columns.get(3)?);
        let joins = *tag == "HYPH" || form.starts_with('\'') || form.eq_ignore_ascii_case("n't") || *form == "n’t";
        if !glue && !joins {
            text.push(' ');
        }
        text.push_str(form);
        tags.push((text.len(), part(tag)));
        glue = *tag == "HYPH";
    }
    let tokens = lex(&text, &pack.lexicon);
    let words = tokens.iter().map(|token| Word::of(token, &text, pack)).collect();
    let tag = |start: usize| tags.iter().find(|(end, _)| *end > start).map_or(Tag::Other, |(_, part)| *part);
    let parts = tokens.iter().map(|token| tag(token.span.start as usize)).collect();
    Some(Sentence { words, parts })
}

/// The part that a tag of the Penn Treebank belongs to.
fn part(tag: &str) -> Tag {
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

/// The words that are the same part nearly everywhere, and stand often enough for that to be known.
fn sure(sentences: &[Sentence]) -> HashMap<u32, Tag> {
    const OFTEN: usize = 60;
    const NEARLY: f64 = 0.995;
    let mut counts: HashMap<u32, [usize; Tag::COUNT]> = HashMap::new();
    for (word, part) in sentences.iter().flat_map(|sentence| sentence.words.iter().zip(&sentence.parts)) {
        counts.entry(word.hash()).or_default()[*part as usize] += 1;
    }
    let sure = counts.into_iter().filter_map(|(word, counts)| {
        let all: usize = counts.iter().sum();
        let part = best(&counts);
        (all >= OFTEN && counts[part as usize] as f64 >= NEARLY * all as f64).then_some((word, part))
    });
    sure.collect()
}

impl Perceptron {
    /// Learns from a sentence, and tells how many of its words were wrong.
    fn learn(&mut self, sentence: &Sentence) -> usize {
        let (mut last, mut before_last, mut wrong) = (Tag::Other, Tag::Other, 0);
        for (at, &right) in sentence.parts.iter().enumerate() {
            let word = &sentence.words[at];
            if let Some(sure) = word.sure().or_else(|| self.sure.get(&word.hash()).copied()) {
                wrong += usize::from(sure != right);
                (before_last, last) = (last, sure);
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

    fn change(&mut self, features: &[u32; FEATURES], part: Tag, by: i32) {
        let part = part as usize;
        for &feature in features {
            let row = self.weights.entry(feature).or_default();
            row.sums[part] += (self.step - row.changed[part]) * i64::from(row.weights[part]);
            row.changed[part] = self.step;
            row.weights[part] += by;
        }
    }

    /// The average of the weights over all steps, as the file that [`Weights::read`] reads. Where several features
    /// share a row, the heaviest has it, and the others are forgotten.
    fn file(&self) -> Vec<u8> {
        let mut rows: Vec<Option<(f64, u32, [f64; Tag::COUNT])>> = vec![None; ROWS];
        let mut weights: Vec<_> = self.weights.iter().collect();
        weights.sort_unstable_by_key(|(feature, _)| **feature);
        for (&feature, weights) in weights {
            let mean = weights.mean(self.step);
            let heaviness = mean.iter().map(|weight| weight.abs()).sum::<f64>();
            let row = &mut rows[row(feature)];
            if row.is_none_or(|(other, ..)| heaviness > other) {
                *row = Some((heaviness, feature, mean));
            }
        }
        let mut places = vec![[0; 3]; SURE];
        let mut sure: Vec<_> = self.sure.iter().collect();
        sure.sort_unstable_by_key(|(word, _)| **word);
        for (&word, &part) in sure {
            let [low, high] = owner(word).to_le_bytes();
            places[place(word)] = [low, high, part as u8];
        }
        let owners = rows.iter().flat_map(|row| row.map_or(0, |(_, feature, _)| owner(feature)).to_le_bytes());
        let weights = rows.iter().flat_map(|row| row.map_or([0; Tag::COUNT], |(_, _, mean)| mean.map(byte)));
        places.into_iter().flatten().chain(owners).chain(weights).collect()
    }
}

impl Row {
    fn mean(&self, steps: i64) -> [f64; Tag::COUNT] {
        std::array::from_fn(|part| {
            let since = (steps - self.changed[part]) * i64::from(self.weights[part]);
            (self.sums[part] + since) as f64 / steps as f64
        })
    }
}

/// A weight as a signed byte, scaled so that most fill it; the few beyond are cut.
fn byte(weight: f64) -> u8 {
    const SCALE: f64 = 6.0;
    ((weight * SCALE).round().clamp(-127.0, 127.0) as i8).cast_unsigned()
}

/// Orders the sentences anew, the same way in every run: a linear congruential generator (Knuth's MMIX) draws them.
fn shuffle(sentences: &mut [Sentence], seed: u64) {
    let mut state = seed;
    for at in (1..sentences.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sentences.swap(at, (state >> 33) as usize % (at + 1));
    }
}

/// Prints the accuracy, and the commonest mistakes.
fn report(weights: Weights, dev: &[Sentence]) {
    let (mut right, mut all) = (0usize, 0usize);
    let mut mistakes = BTreeMap::new();
    for sentence in dev {
        let mut parts = vec![Tag::Other; sentence.parts.len()];
        weights.tag(&sentence.words, &mut parts);
        for (gold, guess) in sentence.parts.iter().zip(&parts) {
            all += 1;
            right += usize::from(guess == gold);
            if guess != gold {
                *mistakes.entry((*gold as u8, *guess as u8)).or_insert(0usize) += 1;
            }
        }
    }
    println!("{right} of {all} words right: {:.2}%", 100.0 * right as f64 / all as f64);
    let mut mistakes: Vec<_> = mistakes.into_iter().collect();
    mistakes.sort_by_key(|&(_, count)| Reverse(count));
    for ((gold, guess), count) in mistakes.into_iter().take(20) {
        println!("  {count:4} {:?} taken for {:?}", Tag::ALL[usize::from(gold)], Tag::ALL[usize::from(guess)]);
    }
}
