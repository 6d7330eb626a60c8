//! Rows that count by their quality: φ is straight between whole numbers.

use super::{Curve, Gains, UNIT, Wanted, Weights, longest, reach};
use crate::error::{Error, Result};
use crate::select::problem::Problem;

/// Quality in parts of 2^16, or of a smaller power of two where gains would not fit an integer.
const FINEST: u32 = 16;
/// A row gains less than 2^ROOM.
const ROOM: u32 = 61;

pub(crate) struct Weighed {
    /// φ(n) and φ(n + 1) − φ(n). Sums may wrap around: of two of them only the difference counts.
    curve: Vec<(u64, u64)>,
    weights: Weights,
    wanted: Wanted,
    /// Of a count, so many bits stand after the point.
    bits: u32,
    quality: Vec<u32>,
    /// How much of each tag was taken, and φ there.
    counts: Vec<u64>,
    reached: Vec<u64>,
    /// The most that a row of quality 1 gains of one tag.
    largest: u64,
}

impl Weighed {
    /// `budget` bounds the rows that will be taken.
    pub(crate) fn new(problem: &Problem, quality: &[f64], budget: u64) -> Result<Self> {
        let increments = Curve::increments(problem.curve, reach(problem, budget)?)?;
        let best = quality.iter().copied().fold(0.0, f64::max);
        let longest = longest(problem);
        let bits = fraction_bits(best, longest)?;
        let one = (1u64 << bits) as f64;
        let fixed = |quality: &f64| if *quality > 0.0 { ((quality * one).round() as u32).max(1) } else { 0 };
        let curve = increments.iter().scan(0u64, |total, &step| {
            let before = *total;
            *total = before.wrapping_add(step);
            Some((before, step))
        });
        let counts = match problem.before {
            None => vec![0; problem.tags.n_tags()],
            Some(before) => before.iter().map(|before| (before * one).round() as u64).collect(),
        };
        let mut new = Self {
            curve: curve.collect(),
            weights: Weights::of(problem),
            wanted: Wanted::of(problem, 0, 0),
            bits,
            quality: quality.iter().map(fixed).collect(),
            reached: Vec::new(),
            counts,
            largest: increments[0],
        };
        new.reached = new.counts.iter().map(|&count| new.at(count)).collect();
        let most = ((new.largest as f64) * best * one * longest as f64).ceil() as u64;
        new.wanted = Wanted::of(problem, most, longest);
        Ok(new)
    }

    /// φ, in parts of UNIT · 2^bits.
    #[inline]
    fn at(&self, count: u64) -> u64 {
        let (reached, step) = self.curve[(count >> self.bits) as usize];
        let part = count & ((1 << self.bits) - 1);
        (reached << self.bits).wrapping_add(step * part)
    }
}

fn fraction_bits(best: f64, longest: usize) -> Result<u32> {
    let fits = |bits: &u32| best * longest as f64 * 2.0_f64.powi(*bits as i32) < 2.0_f64.powi(ROOM as i32 - 32);
    (0..=FINEST).rev().find(fits).ok_or_else(|| {
        Error::TooMany(format!("quality: {best} for a row of {longest} tags is too large: scale the quality down"))
    })
}

impl Gains for Weighed {
    #[inline]
    fn gain(&self, row: u32, held: &[u32]) -> u64 {
        let quality = u64::from(self.quality[row as usize]);
        if quality == 0 {
            return 0;
        }
        let of = |&tag: &u32| {
            let gain = self.at(self.counts[tag as usize] + quality).wrapping_sub(self.reached[tag as usize]);
            self.weights.weigh(tag, gain) + self.wanted.bonus(tag)
        };
        held.iter().map(of).sum()
    }

    #[inline]
    fn most(&self, row: u32, len: usize) -> u64 {
        let quality = u64::from(self.quality[row as usize]);
        let bonus = self.wanted.most();
        let each = self.largest.saturating_mul(quality).saturating_add(if quality > 0 { bonus } else { 0 });
        each.saturating_mul(len as u64)
    }

    fn take(&mut self, row: u32, held: &[u32]) {
        for &tag in held {
            let count = &mut self.counts[tag as usize];
            *count += u64::from(self.quality[row as usize]);
            self.reached[tag as usize] = self.at(self.counts[tag as usize]);
            self.wanted.take(tag);
        }
    }

    #[inline]
    fn preference(&self, row: u32) -> u32 {
        self.quality[row as usize]
    }

    fn unit(&self) -> f64 {
        UNIT * (1u64 << self.bits) as f64 / self.weights.scale
    }
}
