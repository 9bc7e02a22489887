//! Counts of correct answers, and the scores computed from them.

use std::ops::AddAssign;

use serde::Serialize;

use super::{Alignment, Calibration, Document, EventCounts, Prediction};

/// Precision, recall and their harmonic mean, in percent; 0 without a denominator.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measure {
    /// How much of the system's output is correct.
    pub precision: f64,
    /// How much of the gold was found.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

impl Measure {
    /// Computes it from `right` of `system` answers, and `found` of `gold` annotations.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of annotations are far below 2^52")]
    pub fn new((right, system): (usize, usize), (found, gold): (usize, usize)) -> Self {
        let percent = |part: usize, whole: usize| if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 };
        let (precision, recall) = (percent(right, system), percent(found, gold));
        let sum = precision + recall;
        let f1 = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
        Self { precision, recall, f1 }
    }
}

/// Counts of expressions, as in TempEval-3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimexCounts {
    /// Annotated expressions.
    pub gold: usize,
    /// Expressions of the system.
    pub system: usize,
    /// Pairs with the same extent.
    pub strict: usize,
    /// Pairs that overlap: all pairs.
    pub relaxed: usize,
    /// Pairs with the same TIMEX3 type.
    pub r#type: usize,
    /// Pairs with the same TIMEX3 value.
    pub value: usize,
}

impl TimexCounts {
    fn of(document: &Document, prediction: &Prediction, alignment: &Alignment) -> Self {
        let pairs =
            || alignment.pairs.iter().map(|&(gold, system)| (&document.timexes[gold], &prediction.timexes[system]));
        Self {
            gold: document.timexes.len(),
            system: prediction.timexes.len(),
            strict: pairs().filter(|(gold, system)| gold.extent() == system.extent()).count(),
            relaxed: alignment.pairs.len(),
            r#type: pairs().filter(|(gold, system)| gold.r#type == system.r#type).count(),
            value: pairs().filter(|(gold, system)| gold.value == system.value).count(),
        }
    }

    /// Returns the scores of one of its counts.
    #[must_use]
    pub fn measure(&self, right: usize) -> Measure {
        Measure::new((right, self.system), (right, self.gold))
    }
}

/// The scores of documents. They add up: those of a corpus are the sum of its documents'.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    /// The number of documents.
    pub documents: usize,
    /// The counts of expressions.
    pub timexes: TimexCounts,
    /// The counts of dated events.
    pub events: EventCounts,
    /// The calibration of confidence.
    pub calibration: Calibration,
}

impl Scores {
    /// Scores one document.
    #[must_use]
    pub fn of(document: &Document, prediction: &Prediction, alignment: &Alignment) -> Self {
        let mut calibration = Calibration::default();
        calibration.add(document, prediction, alignment);
        Self {
            documents: 1,
            timexes: TimexCounts::of(document, prediction, alignment),
            events: EventCounts::of(document, prediction),
            calibration,
        }
    }
}

impl AddAssign for TimexCounts {
    fn add_assign(&mut self, other: Self) {
        self.gold += other.gold;
        self.system += other.system;
        self.strict += other.strict;
        self.relaxed += other.relaxed;
        self.r#type += other.r#type;
        self.value += other.value;
    }
}

impl AddAssign for Scores {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.timexes += other.timexes;
        self.events += other.events;
        self.calibration += other.calibration;
    }
}

impl std::iter::Sum for Scores {
    fn sum<I: Iterator<Item = Self>>(scores: I) -> Self {
        scores.fold(Self::default(), |mut sum, scores| {
            sum += scores;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::SystemTimex;

    fn document() -> Document {
        let line = r#"{"id":"d","text":"Last May it rained for two weeks, and on Monday it stopped.","timexes":[
            {"start":0,"end":8,"type":"DATE","value":"2020-05"},
            {"start":23,"end":32,"type":"DURATION","value":"P2W"},
            {"start":41,"end":47,"type":"DATE","value":"2021-05-31"}]}"#;
        Document::read_jsonl(&line.replace('\n', "")).unwrap().remove(0)
    }

    fn answer(start: usize, end: usize, r#type: &str, value: &str) -> SystemTimex {
        let (r#type, value) = (Some(r#type.to_owned()), Some(value.to_owned()));
        SystemTimex { start, end, r#type, value, r#mod: None, rule: String::new() }
    }

    #[test]
    fn counts_extents_overlaps_types_and_values() {
        let timexes = vec![
            answer(5, 8, "DATE", "2020-05"),       // shorter, the value right
            answer(23, 32, "DATE", "P2W"),         // the type wrong
            answer(48, 50, "DATE", "PRESENT_REF"), // spurious; Monday is missed
        ];
        let prediction = Prediction { timexes, ..Prediction::default() };
        let scores = Scores::of(&document(), &prediction, &prediction.align(&document()));
        let expected = TimexCounts { gold: 3, system: 3, strict: 1, relaxed: 2, r#type: 1, value: 2 };
        assert_eq!(scores.timexes, expected);
    }

    #[test]
    fn a_document_without_answers_lowers_only_recall() {
        let silent = Prediction::default();
        let scores = Scores::of(&document(), &silent, &silent.align(&document()));
        assert_eq!(scores.timexes, TimexCounts { gold: 3, ..TimexCounts::default() });
        assert_eq!(scores.timexes.measure(0), Measure { precision: 0.0, recall: 0.0, f1: 0.0 });
    }

    #[test]
    fn a_missing_gold_value_equals_no_answer() {
        let mut gold = document();
        gold.timexes[1].value = None;
        let prediction = Prediction { timexes: vec![answer(23, 32, "DURATION", "P2W")], ..Prediction::default() };
        assert_eq!(Scores::of(&gold, &prediction, &prediction.align(&gold)).timexes.value, 0);
    }

    #[test]
    fn scores_are_percentages_and_their_harmonic_mean() {
        let Measure { precision, recall, f1 } = Measure::new((3, 4), (3, 6));
        assert_eq!((precision, recall, f1), (75.0, 50.0, 60.0));
    }

    #[test]
    fn scores_of_a_corpus_sum_counts_and_not_percentages() {
        let some = TimexCounts { gold: 1, system: 1, strict: 1, relaxed: 1, r#type: 1, value: 1 };
        let many = TimexCounts { gold: 9, system: 9, ..TimexCounts::default() };
        let sum: Scores =
            [some, many].map(|timexes| Scores { documents: 1, timexes, ..Scores::default() }).into_iter().sum();
        assert_eq!(sum.documents, 2);
        assert_eq!(sum.timexes.measure(sum.timexes.strict).f1, 10.0);
    }
}
