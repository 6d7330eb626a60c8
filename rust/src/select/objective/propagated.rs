//! Rows that count for tags near theirs too (Chen et al., MIG, 2025).

use super::levels::{Levels, part};
use super::spread::Spread;
use super::{Gains, Wanted, longest};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::problem::Problem;

/// What each row counts of each tag, its own and those near them, side by side: what two tags of a row count of a third
/// has to be added up before the curve says what it is worth.
pub(crate) struct Propagated {
    levels: Levels,
    wanted: Wanted,
    /// Empty if all rows count alike.
    quality: Vec<u32>,
    starts: Vec<usize>,
    amounts: Vec<(u32, u32)>,
}

impl Propagated {
    /// `budget` bounds the rows that will be taken.
    pub(crate) fn new(problem: &Problem, spread: Spread, budget: u64, interrupt: &Interrupt) -> Result<Self> {
        let best = problem.quality.map_or(1.0, |quality| quality.iter().copied().fold(0.0, f64::max));
        let longest = longest(problem);
        let levels = Levels::new(problem, best, longest, budget)?;
        let quality: Vec<u32> =
            problem.quality.unwrap_or_default().iter().map(|&quality| levels.fixed(quality)).collect();
        let most = ((levels.steepest() as f64) * best * levels.one() * longest as f64).ceil() as u64;
        let mut new = Self {
            wanted: Wanted::of(problem, most, longest),
            quality,
            starts: vec![0],
            amounts: Vec::with_capacity(problem.tags.n_pairs()),
            levels,
        };
        let one = u64::from(new.levels.fixed(1.0));
        let mut shares = vec![0; problem.tags.n_tags()];
        let mut touched = Vec::new();
        for row in 0..problem.tags.len() {
            interrupt.step()?;
            for &tag in problem.tags.row(row) {
                for (near, share) in spread.of(tag) {
                    if shares[near as usize] == 0 {
                        touched.push(near);
                    }
                    shares[near as usize] += share;
                }
            }
            let count = new.quality.get(row).map_or(one, |&quality| u64::from(quality));
            for tag in touched.drain(..) {
                let share = std::mem::take(&mut shares[tag as usize]);
                new.amounts.push((tag, part(count, share) as u32));
            }
            new.starts.push(new.amounts.len());
        }
        Ok(new)
    }

    #[inline]
    fn amounts(&self, row: u32) -> &[(u32, u32)] {
        &self.amounts[self.starts[row as usize]..self.starts[row as usize + 1]]
    }

    /// Whether a row counts at all.
    #[inline]
    fn counts(&self, row: u32) -> bool {
        self.quality.get(row as usize).is_none_or(|&quality| quality > 0)
    }
}

impl Gains for Propagated {
    #[inline]
    fn gain(&self, row: u32, held: &[u32]) -> u64 {
        if !self.counts(row) {
            return 0;
        }
        let gain: u64 = self.amounts(row).iter().map(|&(tag, amount)| self.levels.gain(tag, u64::from(amount))).sum();
        gain + held.iter().map(|&tag| self.wanted.bonus(tag)).sum::<u64>()
    }

    #[inline]
    fn most(&self, row: u32, len: usize) -> u64 {
        if !self.counts(row) {
            return 0;
        }
        // What a row counts of all tags is its quality for each of its own, at most.
        let quality =
            self.quality.get(row as usize).map_or_else(|| self.levels.one() as u64, |&quality| quality.into());
        let each = self.levels.steepest().saturating_mul(quality).saturating_add(self.wanted.most());
        each.saturating_mul(len as u64)
    }

    fn take(&mut self, row: u32, held: &[u32]) {
        let (from, to) = (self.starts[row as usize], self.starts[row as usize + 1]);
        for &(tag, amount) in &self.amounts[from..to] {
            self.levels.take(tag, u64::from(amount));
        }
        for &tag in held {
            self.wanted.take(tag);
        }
    }

    #[inline]
    fn preference(&self, row: u32) -> u32 {
        self.quality.get(row as usize).copied().unwrap_or(0)
    }

    fn unit(&self) -> f64 {
        self.levels.unit()
    }
}
