//! Calibration of confidence: of the events with a given confidence, how many have the right date.
//!
//! An event's date is right if the gold has an overlapping expression with the same TIMEX3 value.

use std::ops::AddAssign;

use serde::Serialize;

use super::{Alignment, Document, Prediction};

/// The confidence of each event, and whether its date is right. Those of documents add up to those of a corpus.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calibration {
    answers: Vec<(f32, bool)>,
}

/// The events in a range of confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Band {
    /// The lowest confidence in it, 0 to 1.
    pub from: f32,
    /// The highest.
    pub to: f32,
    /// The number of events.
    pub events: usize,
    /// The mean confidence, in percent: how many would have the right date if it held.
    pub stated: f64,
    /// How many of them have the right date, in percent.
    pub right: f64,
}

impl Calibration {
    /// Adds the events of a document.
    pub fn add(&mut self, document: &Document, prediction: &Prediction, alignment: &Alignment) {
        let mut gold = vec![None; prediction.timexes.len()];
        for &(of_gold, of_system) in &alignment.pairs {
            gold[of_system] = document.timexes.get(of_gold).map(|timex| &timex.value);
        }
        for dated in &prediction.dated_events {
            let answer = prediction.timexes.get(dated.timex);
            let right = answer.is_some_and(|answer| gold[dated.timex] == Some(&answer.value));
            self.answers.push((dated.confidence, right));
        }
    }

    /// Returns the events in bands of equal size, the least confident first; fewer bands if there are fewer events.
    #[must_use]
    pub fn bands(&self, count: usize) -> Vec<Band> {
        let mut answers = self.answers.clone();
        answers.sort_by(|a, b| a.0.total_cmp(&b.0));
        answers.chunks(answers.len().div_ceil(count).max(1)).filter_map(Band::of).collect()
    }
}

impl AddAssign for Calibration {
    fn add_assign(&mut self, other: Self) {
        self.answers.extend(other.answers);
    }
}

impl Band {
    #[expect(clippy::cast_precision_loss, reason = "counts of annotations are far below 2^52")]
    fn of(answers: &[(f32, bool)]) -> Option<Self> {
        let ((from, _), (to, _)) = (answers.first()?, answers.last()?);
        let right = answers.iter().filter(|(_, right)| *right).count();
        let right = 100.0 * right as f64 / answers.len() as f64;
        let sum: f64 = answers.iter().map(|(confidence, _)| f64::from(*confidence)).sum();
        let stated = 100.0 * sum / answers.len() as f64;
        Some(Self { from: *from, to: *to, events: answers.len(), stated, right })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_of_equal_size_and_the_least_confident_come_first() {
        let answers = vec![(0.9, true), (0.5, false), (0.6, true), (0.8, true)];
        let bands = Calibration { answers }.bands(2);
        let shown: Vec<_> = bands.iter().map(|band| (band.from, band.to, band.events, band.right)).collect();
        assert_eq!(shown, [(0.5, 0.6, 2, 50.0), (0.8, 0.9, 2, 100.0)]);
        let stated: Vec<f64> = bands.iter().map(|band| band.stated.round()).collect();
        assert_eq!(stated, [55.0, 85.0]);
        assert!(Calibration::default().bands(2).is_empty());
    }

    #[test]
    fn a_date_is_right_if_the_gold_has_the_same_value() {
        let line = r#"{"id":"d","dct":"2021-06-01","text":"She left last month and came back on 3 May 2020.",
            "timexes":[{"start":9,"end":19,"type":"DATE","value":"2021-05"},
                       {"start":37,"end":47,"type":"DATE","value":"2020-05-04"}]}"#;
        let document = Document::read_jsonl(&line.replace('\n', "")).unwrap().remove(0);
        let prediction = super::super::predict(&document, &crate::pipeline::Settings::default());
        let mut calibration = Calibration::default();
        calibration.add(&document, &prediction, &prediction.align(&document));
        let right: Vec<bool> = calibration.answers.iter().map(|(_, right)| *right).collect();
        assert_eq!(right, [true, false]);
    }
}
