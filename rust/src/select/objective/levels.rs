//! Counts that need not be whole: φ is straight between the places where it is looked up.

use super::{Curve, UNIT, Weights, fineness, reach};
use crate::error::{Error, Result};
use crate::select::problem::Problem;

/// Counts in parts of 2^16, or of a smaller power of two where gains would not fit an integer.
const FINEST: u32 = 16;
/// A row gains less than 2^ROOM.
const ROOM: u32 = 61;

/// How far each tag has come on the curve.
pub(super) struct Levels {
    /// φ at each place where it is looked up, and what it rises by to the next. Sums may wrap around: only the difference between two of them counts.
    curve: Vec<(u64, u64)>,
    weights: Weights,
    /// The bits of a count after the binary point, and how many of them lie between two places of the curve.
    bits: u32,
    between: u32,
    /// How much of each tag was taken, and φ there.
    counts: Vec<u64>,
    reached: Vec<u64>,
}

impl Levels {
    /// `best` is the highest quality, `longest` the most tags of a row, and `budget` bounds the rows that will be taken.
    /// Each row may round what it counts up to the next part.
    pub(super) fn new(problem: &Problem, best: f64, longest: usize, budget: u64) -> Result<Self> {
        let bits = fraction_bits(best, longest)?;
        let one = (1u64 << bits) as f64;
        let fine = fineness(problem)?.min(bits);
        let len = (reach(problem, budget, one.recip())? + 1) << fine;
        let increments = Curve::increments(problem.curve, len, 1 << fine)?;
        let curve = increments.iter().scan(0u64, |total, &step| {
            let before = *total;
            *total = before.wrapping_add(step);
            Some((before, step))
        });
        let mut counts = vec![0; problem.tags.n_tags()];
        for (tag, &before) in problem.before.unwrap_or_default().iter().enumerate() {
            let before = (before * one).round() as u64;
            match problem.spread {
                None => counts[tag] = before,
                Some(spread) => spread.of(tag as u32).for_each(|(near, share)| {
                    counts[near as usize] += part(before, share);
                }),
            }
        }
        let mut new = Self {
            curve: curve.collect(),
            weights: Weights::of(problem),
            bits,
            between: bits - fine,
            reached: Vec::new(),
            counts,
        };
        new.reached = new.counts.iter().map(|&count| new.at(count)).collect();
        Ok(new)
    }

    /// A quality as it counts: 0 only if it is 0.
    pub(super) fn fixed(&self, quality: f64) -> u32 {
        if quality > 0.0 { ((quality * self.one()).round() as u32).max(1) } else { 0 }
    }

    /// A count of 1.0.
    pub(super) fn one(&self) -> f64 {
        (1u64 << self.bits) as f64
    }

    /// φ, in parts of UNIT · 2^between.
    #[inline]
    fn at(&self, count: u64) -> u64 {
        let (reached, step) = self.curve[(count >> self.between) as usize];
        let part = count & ((1 << self.between) - 1);
        (reached << self.between).wrapping_add(step * part)
    }

    /// What so much more of a tag would add.
    #[inline]
    pub(super) fn gain(&self, tag: u32, amount: u64) -> u64 {
        let gain = self.at(self.counts[tag as usize] + amount).wrapping_sub(self.reached[tag as usize]);
        self.weights.weigh(tag, gain)
    }

    pub(super) fn take(&mut self, tag: u32, amount: u64) {
        self.counts[tag as usize] += amount;
        self.reached[tag as usize] = self.at(self.counts[tag as usize]);
    }

    /// The most that one part of a count gains.
    pub(super) fn steepest(&self) -> u64 {
        self.curve[0].1
    }

    /// What a gain of 1.0 is.
    pub(super) fn unit(&self) -> f64 {
        UNIT * (1u64 << self.between) as f64 / self.weights.scale
    }
}

/// A share of a count, rounded down.
#[inline]
pub(super) fn part(count: u64, share: u32) -> u64 {
    ((u128::from(count) * u128::from(share)) >> super::spread::WHOLE.ilog2()) as u64
}

fn fraction_bits(best: f64, longest: usize) -> Result<u32> {
    let fits = |bits: &u32| best * longest as f64 * 2.0_f64.powi(*bits as i32) < 2.0_f64.powi(ROOM as i32 - 32);
    (0..=FINEST).rev().find(fits).ok_or_else(|| {
        Error::TooMany(format!("quality: {best} for a row of {longest} tags is too large: scale the quality down"))
    })
}
