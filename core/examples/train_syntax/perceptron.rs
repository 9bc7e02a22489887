//! An averaged perceptron (Collins 2002) over the buckets of [`dateline_core::language::weights`].
//!
//! It learns twice. The first time every feature has a row of its own (but for those that share bucket and check, which
//! the table cannot tell apart); then the two of each bucket with the greatest weights are kept, and it learns anew with
//! these alone, so that they make up for the ones that are missing.

use dateline_core::language::weights::{bucket, check};

/// The checks that rows of one bucket can have.
const CHECKS: usize = 256;

/// The share of weights that are quantised without clamping.
const UNCLAMPED: f64 = 0.9999;

/// The rows are as long as those of [`Table`](dateline_core::language::weights::Table): a class for each place but the last.
pub struct Perceptron<const ROW: usize> {
    buckets: usize,
    /// The checks of the rows of each bucket that are kept; all rows if it is `None`.
    kept: Option<Vec<[u8; 2]>>,
    weights: Vec<[i16; ROW]>,
    /// The sums of all changes, each multiplied by the number of the step at which it was made.
    totals: Vec<[f32; ROW]>,
    updates: Vec<u32>,
    steps: u32,
}

impl<const ROW: usize> Perceptron<ROW> {
    /// Returns one that learns rows for all features, for a table of as many buckets.
    pub fn new(buckets: usize) -> Self {
        Self::with(buckets, CHECKS * buckets, None)
    }

    fn with(buckets: usize, rows: usize, kept: Option<Vec<[u8; 2]>>) -> Self {
        let (weights, totals) = (vec![[0; ROW]; rows], vec![[0.0; ROW]; rows]);
        Self { buckets, kept, weights, totals, updates: vec![0; rows], steps: 0 }
    }

    /// Returns one that learns anew, with two rows for each bucket.
    pub fn pruned(&self) -> Self {
        let kept = (0..self.buckets).map(|bucket| self.heaviest(bucket)).collect();
        Self::with(self.buckets, 2 * self.buckets, Some(kept))
    }

    /// Returns the checks of the two rows of a bucket that matter most; 0 where there is none.
    fn heaviest(&self, bucket: usize) -> [u8; 2] {
        let weight = |row: usize| {
            let sum: f32 = self.mean(row).iter().map(|weight| weight.abs()).sum();
            sum * (self.updates[row] as f32).sqrt()
        };
        let mut rows: Vec<(f32, u8)> = (1..=u8::MAX)
            .map(|check| (weight(bucket * CHECKS + usize::from(check)), check))
            .filter(|(weight, _)| *weight > 0.0)
            .collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        std::array::from_fn(|at| rows.get(at).map_or(0, |(_, check)| *check))
    }

    fn row(&self, feature: u32) -> Option<usize> {
        let (bucket, check) = (bucket(feature, self.buckets), check(feature));
        match &self.kept {
            None => Some(bucket * CHECKS + usize::from(check)),
            Some(kept) => kept[bucket].iter().position(|&kept| kept == check).map(|place| 2 * bucket + place),
        }
    }

    /// Returns the sums of the weights of some features, for each class.
    pub fn sums(&self, features: &[u32]) -> [i32; ROW] {
        let mut sums = [0; ROW];
        for row in features.iter().filter_map(|&feature| self.row(feature)) {
            for (sum, weight) in sums.iter_mut().zip(&self.weights[row]) {
                *sum += i32::from(*weight);
            }
        }
        sums
    }

    /// Learns from one decision: returns the class that has the greatest sum among those that are allowed, a set of bits,
    /// and the best one of those that are right. If the former is wrong, the weights are changed.
    pub fn learn(&mut self, features: &[u32], allowed: u32, right: u32) -> (usize, usize) {
        self.steps += 1;
        let sums = self.sums(features);
        let (guess, right_one) = (best(&sums, allowed), best(&sums, right));
        if right >> guess & 1 == 0 {
            self.update(features, right_one, guess);
        }
        (guess, right_one)
    }

    fn update(&mut self, features: &[u32], right: usize, wrong: usize) {
        for &feature in features {
            let Some(row) = self.row(feature) else { continue };
            self.updates[row] += 1;
            for (class, change) in [(right, 1), (wrong, -1)] {
                self.weights[row][class] = self.weights[row][class].saturating_add(change);
                self.totals[row][class] += f32::from(change) * self.steps as f32;
            }
        }
    }

    /// Returns the weights of a row, averaged over all steps.
    fn mean(&self, row: usize) -> [f32; ROW] {
        std::array::from_fn(|class| {
            f32::from(self.weights[row][class]) - self.totals[row][class] / self.steps.max(1) as f32
        })
    }

    /// Returns the table of a pruned one: averaged weights as signed bytes, scaled so that nearly all are within their range.
    pub fn table(&self) -> Vec<u8> {
        let means: Vec<[f32; ROW]> = (0..self.weights.len()).map(|row| self.mean(row)).collect();
        let mut sizes: Vec<f32> =
            means.iter().flatten().map(|weight| weight.abs()).filter(|size| *size > 0.0).collect();
        sizes.sort_by(f32::total_cmp);
        let greatest = sizes.get((sizes.len() as f64 * UNCLAMPED) as usize).copied().unwrap_or(1.0);
        let byte = |weight: f32| ((weight * 127.0 / greatest).round().clamp(-127.0, 127.0) as i8).cast_unsigned();
        let checks = self.kept.iter().flatten().flatten();
        let row = |(mean, &check): (&[f32; ROW], &u8)| {
            let mut row = mean.map(byte);
            row[ROW - 1] = check;
            row
        };
        means.iter().zip(checks).flat_map(row).collect()
    }
}

/// Returns the class with the greatest sum among those that are allowed, of equal ones the first: the same as
/// `dateline_core::language::weights::best`, whose sums are smaller.
pub fn best<const ROW: usize>(sums: &[i32; ROW], allowed: u32) -> usize {
    let is_allowed = |class: &usize| allowed >> class & 1 == 1;
    (0..ROW - 1).filter(is_allowed).rev().max_by_key(|&class| sums[class]).unwrap_or(0)
}
