//! Rows that count alike: what a tag adds is one number a tag.

use super::{Curve, Gains, UNIT, Wanted, Weights, longest, reach};
use crate::error::Result;
use crate::select::problem::Problem;

pub(crate) struct Counted {
    increments: Vec<u64>,
    weights: Weights,
    wanted: Wanted,
    /// How often each tag was taken.
    counts: Vec<u32>,
    /// What each tag adds now.
    gains: Vec<u64>,
    largest: u64,
}

impl Counted {
    /// `budget` bounds the rows that will be taken.
    pub(crate) fn new(problem: &Problem, budget: u64) -> Result<Self> {
        let increments = Curve::increments(problem.curve, reach(problem, budget, 0.0)?, 1)?;
        let n_tags = problem.tags.n_tags();
        let counts: Vec<u32> = match problem.before {
            None => vec![0; n_tags],
            Some(before) => before.iter().map(|before| before.round() as u32).collect(),
        };
        let weights = Weights::of(problem);
        let weighed = |(tag, &count): (u32, &u32)| weights.weigh(tag, increments[count as usize]);
        let mut gains: Vec<u64> = (0..).zip(&counts).map(weighed).collect();
        let (most, longest) = (gains.iter().max().copied().unwrap_or(0), longest(problem));
        let wanted = Wanted::of(problem, most.saturating_mul(longest as u64), longest);
        for (tag, gain) in (0..).zip(&mut gains) {
            *gain += wanted.bonus(tag);
        }
        let largest = gains.iter().max().copied().unwrap_or(0);
        Ok(Self { increments, weights, wanted, counts, gains, largest })
    }
}

impl Gains for Counted {
    #[inline]
    fn gain(&self, _: u32, held: &[u32]) -> u64 {
        held.iter().map(|&tag| self.gains[tag as usize]).sum()
    }

    #[inline]
    fn most(&self, _: u32, len: usize) -> u64 {
        self.largest.saturating_mul(len as u64)
    }

    fn take(&mut self, _: u32, held: &[u32]) {
        for &tag in held {
            let count = &mut self.counts[tag as usize];
            *count += 1;
            let gain = self.weights.weigh(tag, self.increments[*count as usize]);
            self.wanted.take(tag);
            self.gains[tag as usize] = gain + self.wanted.bonus(tag);
        }
    }

    fn preference(&self, _: u32) -> u32 {
        0
    }

    fn unit(&self) -> f64 {
        UNIT / self.weights.scale
    }

    fn of_tags(&self) -> Option<&[u64]> {
        Some(&self.gains)
    }
}
