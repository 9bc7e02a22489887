//! Counts of what agrees, and the figures that they make.

use std::ops::AddAssign;

use serde::Serialize;

use super::{Alignment, Document, EventCounts, Prediction};

/// Precision, recall and their harmonic mean, in percent. What has no denominator is 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measure {
    /// Of what the system said, how much is right.
    pub precision: f64,
    /// Of what was wanted, how much was found.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

impl Measure {
    /// From `right` of `system` answers, and `found` of `gold` that were wanted.
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

/// How many expressions agree, as TempEval-3 counts them.
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

    /// The figures of one of its counts.
    #[must_use]
    pub fn measure(&self, right: usize) -> Measure {
        Measure::new((right, self.system), (right, self.gold))
    }
}

/// How well documents were answered. Scores add up: those of a corpus are the sum of its documents'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scores {
    /// How many documents.
    pub documents: usize,
    /// Their expressions.
    pub timexes: TimexCounts,
    /// Their dated events.
    pub events: EventCounts,
}

impl Scores {
    /// Scores one document.
    #[must_use]
    pub fn of(document: &Document, prediction: &Prediction, alignment: &Alignment) -> Self {
        Self {
            documents: 1,
            timexes: TimexCounts::of(document, prediction, alignment),
            events: EventCounts::of(document, prediction),
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
