//! `MinHash`: texts that are much alike meet in a bucket.
//!
//! Each of some hundred orders of all runs has a first run in a text. In one order the first runs of two texts are one
//! with a chance that is their Jaccard similarity. Values are taken together in bands: texts that agree in a band meet.

#![allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest processor")]

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};

use super::text::mixed;

/// Values of a sketch at most.
const VALUES: usize = 128;
/// Orders that are walked at once.
const LANES: usize = 16;
/// The chance that two texts meet that are just like enough.
const RECALL: f64 = 0.998;

/// How values are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bands {
    pub(super) count: usize,
    rows: usize,
}

impl Bands {
    /// The longest bands with which texts of this likeness nearly always meet.
    pub(super) fn new(threshold: f64) -> Self {
        let chance = |rows: usize| {
            let bands = (VALUES / rows) as i32;
            1.0 - (1.0 - threshold.powi(rows as i32)).powi(bands)
        };
        let rows = (1..=VALUES / 4).rev().find(|&rows| chance(rows) >= RECALL).unwrap_or(1);
        Self { count: VALUES / rows, rows }
    }
}

/// The orders, and what the processor has to walk them with.
pub(super) struct Orders {
    level: Level,
    masks: [[u32; LANES]; VALUES / LANES],
    factors: [[u32; LANES]; VALUES / LANES],
    bands: Bands,
}

impl Orders {
    pub(super) fn new(bands: Bands) -> Self {
        let mut orders = Self {
            level: Level::new(),
            masks: [[0; LANES]; VALUES / LANES],
            factors: [[0; LANES]; VALUES / LANES],
            bands,
        };
        let places = orders.masks.as_flattened_mut().iter_mut().zip(orders.factors.as_flattened_mut());
        for (nth, (mask, factor)) in (0..).zip(places) {
            let random = mixed(nth);
            (*mask, *factor) = (random as u32, (random >> 32) as u32 | 1);
        }
        orders
    }

    /// Appends to `keys` those of the buckets that a text falls into; texts with other marks fall into others.
    pub(super) fn keys(&self, runs: &[u64], marks: u64, keys: &mut Vec<u64>) {
        let mut values = [[u32::MAX; LANES]; VALUES / LANES];
        dispatch!(self.level, simd => self.walk(simd, runs, &mut values));
        let bands = values.as_flattened().chunks_exact(self.bands.rows).take(self.bands.count);
        keys.extend(bands.map(|band| band.iter().fold(marks, |key, &value| mixed(key ^ u64::from(value)))));
    }

    #[inline(always)]
    fn walk<S: Simd>(&self, _: S, runs: &[u64], values: &mut [[u32; LANES]; VALUES / LANES]) {
        for (lanes, (masks, factors)) in values.iter_mut().zip(self.masks.iter().zip(&self.factors)) {
            let mut lowest = *lanes;
            for &run in runs {
                for lane in 0..LANES {
                    let value = (run as u32 ^ masks[lane]).wrapping_mul(factors[lane]);
                    lowest[lane] = lowest[lane].min(value);
                }
            }
            *lanes = lowest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_grow_with_the_threshold() {
        assert_eq!(Bands::new(0.9), Bands { count: 14, rows: 9 });
        assert_eq!(Bands::new(0.8), Bands { count: 21, rows: 6 });
        assert_eq!(Bands::new(0.01).rows, 1);
        assert_eq!(Bands::new(1.0).rows, VALUES / 4);
    }

    #[test]
    #[allow(clippy::cast_precision_loss, reason = "small counts")]
    fn values_agree_as_often_as_texts_are_alike() {
        let orders = Orders::new(Bands { count: VALUES, rows: 1 });
        for (shared, size) in [(20, 40), (180, 200), (190, 200), (75, 100)] {
            let mut agreed = 0;
            for trial in 0..200u64 {
                let run = |part: u64, nth: u64| mixed(trial << 32 | part << 24 | nth);
                let common = (0..shared).map(|nth| run(0, nth));
                let one: Vec<u64> = common.clone().chain((shared..size).map(|nth| run(1, nth))).collect();
                let other: Vec<u64> = common.chain((shared..size).map(|nth| run(2, nth))).collect();
                let (mut left, mut right) = (Vec::new(), Vec::new());
                orders.keys(&one, 0, &mut left);
                orders.keys(&other, 0, &mut right);
                agreed += left.iter().zip(&right).filter(|(left, right)| left == right).count();
            }
            let (found, expected) = (agreed as f64 / (200 * VALUES) as f64, shared as f64 / (2 * size - shared) as f64);
            assert!((found - expected).abs() < 0.015, "{found} {expected}");
        }
    }
}
