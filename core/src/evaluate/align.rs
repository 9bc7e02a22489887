//! Pairs the system's expressions with the gold ones. It knows only extents, neither values nor types.

use std::collections::HashMap;

/// An extent of text, `[start, end)` in code points.
pub type Extent = [usize; 2];

/// A one-to-one pairing, by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    /// Pairs `(gold, system)`, in the order of the gold.
    pub pairs: Vec<(usize, usize)>,
    /// Gold extents without a partner.
    pub missed: Vec<usize>,
    /// System extents without a partner, leftmost first.
    pub spurious: Vec<usize>,
}

/// Pairs overlapping extents one to one: equal extents first; then each remaining gold extent, in order, with the
/// leftmost free system extent that shares a code point with it.
#[must_use]
pub fn align(gold: &[Extent], system: &[Extent]) -> Alignment {
    let mut partner = vec![None; gold.len()];
    let mut free = vec![true; system.len()];

    // Of several equal system extents, the last one counts as the exact match.
    let exact: HashMap<Extent, usize> = system.iter().enumerate().map(|(index, extent)| (*extent, index)).collect();
    for (partner, extent) in partner.iter_mut().zip(gold) {
        *partner = exact.get(extent).copied().filter(|&index| std::mem::take(&mut free[index]));
    }

    let leftmost = Leftmost::new(system);
    for (partner, &extent) in partner.iter_mut().zip(gold).filter(|(partner, _)| partner.is_none()) {
        *partner = leftmost.overlapping(extent).find(|&index| std::mem::take(&mut free[index]));
    }

    Alignment {
        pairs: partner.iter().enumerate().filter_map(|(gold, &system)| Some((gold, system?))).collect(),
        missed: (0..gold.len()).filter(|&index| partner[index].is_none()).collect(),
        spurious: leftmost.order.iter().copied().filter(|&index| free[index]).collect(),
    }
}

/// The system's extents by start, so that a gold extent is compared only with its neighbourhood.
struct Leftmost<'a> {
    system: &'a [Extent],
    /// Indices by start; extents with the same start keep their order.
    order: Vec<usize>,
    /// For each position in `order`, the furthest end up to there: it only grows, so it can be searched.
    reach: Vec<usize>,
}

impl<'a> Leftmost<'a> {
    fn new(system: &'a [Extent]) -> Self {
        let mut order: Vec<usize> = (0..system.len()).collect();
        order.sort_by_key(|&index| system[index][0]);
        let mut furthest = 0;
        let reach = order.iter().map(|&index| {
            furthest = furthest.max(system[index][1]);
            furthest
        });
        Self { system, reach: reach.collect(), order }
    }

    /// Returns the system extents that share a code point with this one, leftmost first.
    fn overlapping(&self, [start, end]: Extent) -> impl Iterator<Item = usize> {
        let first = self.reach.partition_point(|&reach| reach <= start);
        let neighbourhood = self.order[first..].iter().copied().take_while(move |&index| self.system[index][0] < end);
        neighbourhood.filter(move |&index| self.system[index][1] > start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_extents_pair_even_when_another_overlaps_further_left() {
        let alignment = align(&[[10, 20]], &[[5, 12], [10, 20]]);
        assert_eq!(alignment.pairs, [(0, 1)]);
        assert_eq!(alignment.spurious, [0]);
    }

    #[test]
    fn the_leftmost_free_overlap_is_paired() {
        let alignment = align(&[[0, 10], [8, 20]], &[[9, 12], [2, 4], [0, 30]]);
        assert_eq!(alignment.pairs, [(0, 2), (1, 0)]);
        assert_eq!(alignment.spurious, [1]);
    }

    #[test]
    fn a_system_extent_is_paired_once() {
        let alignment = align(&[[0, 4], [5, 9]], &[[0, 9]]);
        assert_eq!(alignment.pairs, [(0, 0)]);
        assert_eq!(alignment.missed, [1]);
    }

    #[test]
    fn of_equal_system_extents_the_last_is_paired_and_the_first_is_spurious() {
        let alignment = align(&[[0, 4]], &[[0, 4], [0, 4]]);
        assert_eq!(alignment.pairs, [(0, 1)]);
        assert_eq!(alignment.spurious, [0]);
    }

    #[test]
    fn touching_is_not_overlapping() {
        let alignment = align(&[[0, 4]], &[[4, 8]]);
        assert!(alignment.pairs.is_empty());
        assert_eq!((alignment.missed, alignment.spurious), (vec![0], vec![0]));
    }

    #[test]
    fn a_long_extent_far_to_the_left_is_found() {
        let alignment = align(&[[90, 95]], &[[0, 100], [1, 2], [3, 4]]);
        assert_eq!(alignment.pairs, [(0, 0)]);
    }
}
