//! Rows that count by their quality.

use super::levels::Levels;
use super::{Gains, Wanted, longest};
use crate::error::Result;
use crate::select::problem::Problem;

pub(crate) struct Weighed {
    levels: Levels,
    wanted: Wanted,
    quality: Vec<u32>,
}

impl Weighed {
    /// `budget` bounds the rows that will be taken.
    pub(crate) fn new(problem: &Problem, quality: &[f64], budget: u64) -> Result<Self> {
        let best = quality.iter().copied().fold(0.0, f64::max);
        let longest = longest(problem);
        let levels = Levels::new(problem, best, longest, budget)?;
        let quality = quality.iter().map(|&quality| levels.fixed(quality)).collect();
        let most = ((levels.steepest() as f64) * best * levels.one() * longest as f64).ceil() as u64;
        Ok(Self { levels, wanted: Wanted::of(problem, most, longest), quality })
    }
}

impl Gains for Weighed {
    #[inline]
    fn gain(&self, row: u32, held: &[u32]) -> u64 {
        let quality = u64::from(self.quality[row as usize]);
        if quality == 0 {
            return 0;
        }
        held.iter().map(|&tag| self.levels.gain(tag, quality) + self.wanted.bonus(tag)).sum()
    }

    #[inline]
    fn most(&self, row: u32, len: usize) -> u64 {
        let quality = u64::from(self.quality[row as usize]);
        let bonus = self.wanted.most();
        let each = self.levels.steepest().saturating_mul(quality).saturating_add(if quality > 0 { bonus } else { 0 });
        each.saturating_mul(len as u64)
    }

    fn take(&mut self, row: u32, held: &[u32]) {
        for &tag in held {
            self.levels.take(tag, u64::from(self.quality[row as usize]));
            self.wanted.take(tag);
        }
    }

    #[inline]
    fn preference(&self, row: u32) -> u32 {
        self.quality[row as usize]
    }

    fn unit(&self) -> f64 {
        self.levels.unit()
    }
}
