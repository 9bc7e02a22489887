//! Learns which of the candidates for the line of a date an editor would take, and writes the weights that a language pack
//! embeds.
//!
//! ```text
//! cargo run --release -p dateline-core --example train_lines -- ARTICLES.jsonl GOLD.jsonl core/src/language/en/lines.bin
//! ```
//!
//! With `--without-words` behind them features that name words are left out: what is learned then serves other languages
//! (`core/src/language/lines.bin`).
//!
//! `training` has the form of the files; here each date of the gold has a `statement` as well (the best line), and the words
//! that a line `must` and `mustnt` hold. The same files give the same weights on any machine. What is printed is
//! cross-validated by article.
#![expect(clippy::print_stdout, reason = "a program for maintainers, which prints the accuracy")]

mod training;

use std::error::Error;
use std::fs;

use dateline_core::event::rank::{self, Feature};
use dateline_core::event::{Candidate, Event};
use serde_json::Value;
use training::{Annotated, FOLDS, annotated, shuffle, sum, three};

const ROUNDS: usize = 12;
const RATE: f32 = 0.04;
const DECAY: f32 = 0.002;
/// How much more the best candidate is wanted than one whose grade is lower by 1.
const SHARPNESS: f64 = 6.0;
/// How much worse a wrong name is than the pronoun.
const MISLEADING: f64 = 0.25;

/// What a line may supply without naming anybody.
const AUXILIARIES: [&str; 2] = ["was", "were"];

/// A date with its candidates, each with its features and its grade.
struct Case {
    article: usize,
    candidates: Vec<(Vec<u16>, Grade)>,
}

/// How good a candidate is.
#[derive(Debug, Clone, Copy, Default)]
struct Grade {
    told: bool,
    rouge: f64,
    /// Whether it has a word that neither its sentence nor the statement has: a wrong name for a pronoun.
    misleads: bool,
}

impl Grade {
    fn sum(self) -> f64 {
        let stands = self.told && self.rouge >= 0.5;
        f64::from(u8::from(stands)) + 0.3 * f64::from(u8::from(self.told)) + self.rouge
            - MISLEADING * f64::from(u8::from(self.misleads))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let words = arguments.pop_if(|last| last == "--without-words").is_none();
    let [articles, gold, out] = &three("train_lines", arguments)?;
    let cases: Vec<Case> =
        annotated(articles, gold)?.iter().enumerate().flat_map(|(at, it)| cases(at, it, words)).collect();
    let mut chosen = Vec::new();
    for fold in 0..FOLDS {
        let weights = train(cases.iter().filter(|case| case.article % FOLDS != fold).collect());
        chosen.extend(cases.iter().filter(|case| case.article % FOLDS == fold).map(|case| chosen_by(&weights, case)));
    }
    report("cross-validated", &chosen);
    let best = |case: &Case| case.candidates.iter().map(|(_, grade)| *grade).max_by(|a, b| a.sum().total_cmp(&b.sum()));
    report("best of the candidates", &cases.iter().filter_map(best).collect::<Vec<_>>());
    fs::write(out, bytes(&train(cases.iter().collect())))?;
    Ok(())
}

/// Finds the candidates of the dates of an article that the gold has events on.
fn cases(article: usize, annotated: &Annotated, words: bool) -> Vec<Case> {
    let wanted = annotated.dates.iter().filter(|date| date["kind"] == "event" && date["worth"] != 0);
    let mut cases = Vec::new();
    for (place, date) in wanted.filter_map(|date| Some((annotated.place(date)?, date))) {
        let is_at = |event: &&Event| annotated.is_at(event, place) && !event.candidates.is_empty();
        let case = |event: &Event| {
            let sentence = words_of(event.sentence.of(annotated.found.text.as_str()));
            let graded = |candidate: &Candidate| {
                let known = |feature: &&Feature| words || !feature.names_word();
                let features = candidate.features.iter().filter(known).map(|feature| feature.place).collect();
                (features, grade(date, &candidate.text, &sentence))
            };
            Case { article, candidates: event.candidates.iter().map(graded).collect() }
        };
        cases.extend(annotated.found.events.iter().filter(is_at).map(case));
    }
    cases
}

fn grade(gold: &Value, line: &str, sentence: &[String]) -> Grade {
    let list = |key: &str| gold[key].as_array().cloned().unwrap_or_default();
    let have = words_of(line);
    let statement = words_of(gold["statement"].as_str().unwrap_or_default());
    let holds = |wanted: &Value| words_of(wanted.as_str().unwrap_or_default()).iter().all(|word| have.contains(word));
    Grade {
        told: list("must").iter().all(holds) && !list("mustnt").iter().any(holds),
        rouge: rouge(&have, &statement),
        misleads: have
            .iter()
            .any(|word| !AUXILIARIES.contains(&word.as_str()) && !sentence.contains(word) && !statement.contains(word)),
    }
}

fn words_of(text: &str) -> Vec<String> {
    let part = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '\'' | '’'));
    let trimmed = |word: &str| {
        let word = word.trim_matches(['\'', '’']);
        word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word).to_owned()
    };
    text.to_lowercase().split(part).map(trimmed).filter(|word| !word.is_empty()).collect()
}

/// The F1 of the longest common subsequence of words (Lin 2004, "ROUGE").
fn rouge(a: &[String], b: &[String]) -> f64 {
    let mut row = vec![0usize; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (at, y) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if x == y { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    2.0 * row[b.len()] as f64 / (a.len() + b.len()).max(1) as f64
}

/// Learns by gradient descent on the cross-entropy between what the grades want and what the weights give.
fn train(cases: Vec<&Case>) -> Vec<f32> {
    let mut weights = vec![0f32; 1 << rank::BITS];
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for round in 0..ROUNDS {
        shuffle(&mut order, round as u64);
        let rate = RATE / (1.0 + round as f32 / 2.0);
        for case in order.iter().map(|&at| cases[at]) {
            let given = shares(case.candidates.iter().map(|(features, _)| f64::from(sum(&weights, features))));
            let wanted = shares(case.candidates.iter().map(|(_, grade)| SHARPNESS * grade.sum()));
            for ((features, _), (wanted, given)) in case.candidates.iter().zip(wanted.into_iter().zip(given)) {
                for &feature in features {
                    let weight = &mut weights[usize::from(feature)];
                    *weight += rate * ((wanted - given) as f32 - DECAY * *weight);
                }
            }
        }
    }
    weights
}

/// Turns scores into shares of one (softmax).
fn shares(scores: impl Iterator<Item = f64>) -> Vec<f64> {
    let scores: Vec<f64> = scores.collect();
    let most = scores.iter().copied().fold(f64::MIN, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
    let all: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / all).collect()
}

fn chosen_by(weights: &[f32], case: &Case) -> Grade {
    let score = |candidate: &&(Vec<u16>, Grade)| sum(weights, &candidate.0);
    let best = case.candidates.iter().rev().max_by(|a, b| score(a).total_cmp(&score(b)));
    best.map(|(_, grade)| *grade).unwrap_or_default()
}

/// Returns the weights as signed bytes, scaled so that the greatest uses their range.
fn bytes(weights: &[f32]) -> Vec<u8> {
    let most = weights.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
    weights.iter().map(|weight| ((weight * 127.0 / most).round() as i8).cast_unsigned()).collect()
}

fn report(name: &str, grades: &[Grade]) {
    let share = |right: &dyn Fn(&Grade) -> bool| {
        100.0 * grades.iter().filter(|grade| right(grade)).count() as f64 / grades.len() as f64
    };
    let rouge = grades.iter().map(|grade| grade.rouge).sum::<f64>() / grades.len() as f64;
    println!(
        "{name}: {} dates, told {:.1}, rouge {rouge:.3}, told with a rouge of at least 0.5 {:.1}, misleading {:.1}",
        grades.len(),
        share(&|grade| grade.told),
        share(&|grade| grade.told && grade.rouge >= 0.5),
        share(&|grade| grade.misleads),
    );
}
