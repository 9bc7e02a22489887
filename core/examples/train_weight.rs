//! Learns how much an editor would want an event on a timeline, and writes the weights that a language pack embeds.
//!
//! ```text
//! cargo run --release -p dateline-core --example train_weight -- ARTICLES.jsonl GOLD.jsonl core/src/language/en/weight.bin
//! ```
//!
//! `training` has the form of the files. An event on a date is worth what the gold has there, 2, 1 or 0; one where the gold
//! has no date is worth nothing. The same files give the same weights on any machine. What is printed is cross-validated by
//! article: the area under the curve, the probability that of two events the one that is worth more has the greater weight.
#![expect(clippy::print_stdout, reason = "a program for maintainers, which prints the accuracy")]

mod training;

use std::error::Error;
use std::fs;

use dateline_core::event::weight::SCALE;
use dateline_core::event::{rank, weight};
use training::{Annotated, FOLDS, annotated, shuffle, sum, three};

const ROUNDS: usize = 12;
const RATE: f32 = 0.06;
const DECAY: f32 = 0.05;

/// An event with its features and what it is worth.
struct Case {
    article: usize,
    features: Vec<u16>,
    worth: u8,
}

fn main() -> Result<(), Box<dyn Error>> {
    let [articles, gold, out] = &three("train_weight", std::env::args().skip(1).collect())?;
    let cases: Vec<Case> = annotated(articles, gold)?.iter().enumerate().flat_map(|(at, it)| cases(at, it)).collect();
    let mut weighed = Vec::new();
    for fold in 0..FOLDS {
        let weights = steps(&train(cases.iter().filter(|case| case.article % FOLDS != fold).collect()));
        let held_out = cases.iter().filter(|case| case.article % FOLDS == fold);
        weighed.extend(held_out.map(|case| (weight::weight(&weights, &case.features), case.worth)));
    }
    report(&weighed);
    let weights = steps(&train(cases.iter().collect()));
    fs::write(out, weights.iter().map(|weight| weight.cast_unsigned()).collect::<Vec<u8>>())?;
    Ok(())
}

/// Returns the events of an article.
fn cases(article: usize, annotated: &Annotated) -> Vec<Case> {
    let places = annotated.dates.iter().filter_map(|date| Some((annotated.place(date)?, date)));
    let places: Vec<_> = places.collect();
    let case = |event: &dateline_core::event::Event| {
        let gold = places.iter().find(|(place, _)| annotated.is_at(event, *place));
        let worth = gold.and_then(|(_, date)| date["worth"].as_u64()).map_or(0, |worth| worth.min(2) as u8);
        Case { article, features: event.weight_features.clone(), worth }
    };
    annotated.found.events.iter().map(case).collect()
}

/// Learns by gradient descent on the cross-entropy between half the worth and what the weights give.
fn train(cases: Vec<&Case>) -> Vec<f32> {
    let mut weights = vec![0f32; 1 << rank::BITS];
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for round in 0..ROUNDS {
        shuffle(&mut order, round as u64);
        let rate = RATE / (1.0 + round as f32 / 2.0);
        for case in order.iter().map(|&at| cases[at]) {
            let given = 1.0 / (1.0 + (-sum(&weights, &case.features)).exp());
            let wanted = f32::from(case.worth) / 2.0;
            for &feature in &case.features {
                let weight = &mut weights[usize::from(feature)];
                *weight += rate * (wanted - given - DECAY * *weight);
            }
        }
    }
    weights
}

/// Returns the weights in the steps of the table.
fn steps(weights: &[f32]) -> Vec<i8> {
    weights.iter().map(|weight| (weight * SCALE).round().clamp(-127.0, 127.0) as i8).collect()
}

fn report(weighed: &[(f32, u8)]) {
    let share = |worth: u8| 100.0 * weighed.iter().filter(|it| it.1 == worth).count() as f64 / weighed.len() as f64;
    println!("{} events, worth 2 {:.1} %, 1 {:.1} %, 0 {:.1} %", weighed.len(), share(2), share(1), share(0));
    println!(
        "area under the curve, cross-validated: worth 1 or 2 {:.3}, worth 2 {:.3}",
        area(weighed, 1),
        area(weighed, 2)
    );
    let mut sorted = weighed.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    for band in sorted.chunks(sorted.len().div_ceil(5).max(1)) {
        let mean = |value: &dyn Fn(&(f32, u8)) -> f32| band.iter().map(value).sum::<f32>() / band.len() as f32;
        println!("weight {:.2}, half the worth {:.2}", mean(&|it| it.0), mean(&|it| f32::from(it.1) / 2.0));
    }
}

/// The share of pairs, one worth at least `least` and one worth less, that the weights order rightly; ties are half right.
fn area(weighed: &[(f32, u8)], least: u8) -> f64 {
    let (wanted, rest): (Vec<(f32, u8)>, Vec<_>) = weighed.iter().partition(|it| it.1 >= least);
    let right = |above: f32, below: f32| match above.total_cmp(&below) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let sum: f64 = wanted.iter().map(|above| rest.iter().map(|below| right(above.0, below.0)).sum::<f64>()).sum();
    sum / (wanted.len() * rest.len()).max(1) as f64
}
