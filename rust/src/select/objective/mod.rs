//! The objective in fixed-point integers: sums depend on no order, so the same rows come out everywhere.

mod counted;
pub(super) mod curve;
mod levels;
mod propagated;
pub(super) mod spread;
mod weighed;

pub(crate) use counted::Counted;
pub use curve::Curve;
pub(crate) use curve::UNIT;
use propagated::Propagated;
pub use spread::Spread;
use weighed::Weighed;

use super::problem::Problem;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// What rows gain, given what was taken. A row's gain never rises.
pub(crate) trait Gains {
    /// What a row with these tags would add.
    fn gain(&self, row: u32, held: &[u32]) -> u64;

    /// An upper bound of what a row with `len` tags adds.
    fn most(&self, row: u32, len: usize) -> u64;

    /// Counts a row.
    fn take(&mut self, row: u32, held: &[u32]);

    /// Of two rows with the same tags, the one with the greater number gains more; 0 if all gain the same.
    fn preference(&self, row: u32) -> u32;

    /// What a gain of 1.0 is.
    fn unit(&self) -> f64;

    /// What each tag adds, if that is the same for all rows.
    fn of_tags(&self) -> Option<&[u64]> {
        None
    }
}

/// What is done with an objective, whichever it is.
pub(crate) trait Use {
    /// What comes of it.
    type Made;

    /// `objective` makes one of which nothing is taken yet.
    fn with<G: Gains>(&self, objective: impl Fn() -> Result<G>) -> Result<Self::Made>;
}

/// Uses the objective that the problem asks for, if at most `rows` rows are taken: each objective has its line here.
pub(crate) fn of<U: Use>(problem: &Problem, rows: u64, interrupt: &Interrupt, user: &U) -> Result<U::Made> {
    match (problem.spread, problem.quality) {
        (Some(spread), _) => user.with(|| Propagated::new(problem, spread, rows, interrupt)),
        (None, Some(quality)) => user.with(|| Weighed::new(problem, quality, rows)),
        (None, None) => user.with(|| Counted::new(problem, rows)),
    }
}

/// Weights as integers: w = `factor` / 2^31 · `scale`, `scale` being a power of two.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    factors: Option<Vec<u64>>,
    pub(crate) scale: f64,
}

const BITS: u32 = 31;

impl Weights {
    pub(crate) fn of(problem: &Problem) -> Self {
        let Some(weights) = problem.weights else { return Self { factors: None, scale: 1.0 } };
        let largest = weights.iter().copied().fold(0.0, f64::max);
        let mut scale = 1.0;
        while scale < largest {
            scale *= 2.0;
        }
        while scale > f64::MIN_POSITIVE && scale / 2.0 >= largest && largest > 0.0 {
            scale /= 2.0;
        }
        let one = (1u64 << BITS) as f64;
        // A weight above 0 does not become 0 by rounding.
        let factor = |&weight: &f64| if weight > 0.0 { ((weight / scale * one).round() as u64).max(1) } else { 0 };
        Self { factors: Some(weights.iter().map(factor).collect()), scale }
    }

    /// A gain of a tag, weighed. It rises with `gain`, and is 0 only if a factor is.
    #[inline]
    pub(crate) fn weigh(&self, tag: u32, gain: u64) -> u64 {
        let Some(factors) = &self.factors else { return gain };
        let factor = factors[tag as usize];
        let product = u128::from(factor) * u128::from(gain);
        ((product >> BITS) as u64).max(u64::from(product > 0))
    }

    /// The weight of a tag, as it counts.
    pub(crate) fn of_tag(&self, tag: usize) -> f64 {
        self.factors.as_ref().map_or(1.0, |factors| factors[tag] as f64 / (1u64 << BITS) as f64 * self.scale)
    }
}

/// Holders of some tags that are wanted before all else: each of them is worth more than a row can gain otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// How many each tag still wants; empty if no tag wants any.
    missing: Vec<u32>,
    bonus: u64,
}

impl Wanted {
    /// `most` is the most that a row can gain without, `longest` the most tags of one.
    pub(crate) fn of(problem: &Problem, most: u64, longest: usize) -> Self {
        let mut missing = Vec::new();
        if !problem.wanted.is_empty() {
            missing = vec![0; problem.tags.n_tags()];
            for &(tag, count) in problem.wanted {
                missing[tag as usize] = count;
            }
        }
        let tags = (problem.wanted.len().min(longest) + 1) as u64;
        Self { missing, bonus: most.saturating_add(1).min((1 << 62) / tags) }
    }

    #[inline]
    pub(crate) fn bonus(&self, tag: u32) -> u64 {
        let missing = self.missing.get(tag as usize).is_some_and(|&missing| missing > 0);
        if missing { self.bonus } else { 0 }
    }

    /// The most that one tag adds.
    pub(crate) fn most(&self) -> u64 {
        if self.missing.is_empty() { 0 } else { self.bonus }
    }

    #[inline]
    pub(crate) fn take(&mut self, tag: u32) {
        if let Some(missing) = self.missing.get_mut(tag as usize) {
            *missing = missing.saturating_sub(1);
        }
    }
}

/// The most tags of a row that may be chosen.
pub(crate) fn longest(problem: &Problem) -> usize {
    problem.tags.counts().max().unwrap_or(0) as usize
}

/// Where the curve is looked up, and between which places it is straight: at whole numbers; or, if a row counts for
/// tags in part, at sixteenths, as far as there is room for them. So many bits stand after the point.
pub(crate) fn fineness(problem: &Problem) -> Result<u32> {
    const SIXTEENTHS: u32 = 4;
    let fits = problem.spread.is_some() && reach(problem, u64::MAX, 0.0)? < curve::MOST >> SIXTEENTHS;
    Ok(if fits { SIXTEENTHS } else { 0 })
}

/// The most that a tag may count: as long as the table of the curve has to be. Each row may count up to `grain` more
/// than its quality says.
pub(crate) fn reach(problem: &Problem, budget: u64, grain: f64) -> Result<usize> {
    let tags = problem.tags;
    let mut largest = 1.0;
    let mut held: Vec<f64> = tags.holders().iter().map(|&holders| f64::from(holders)).collect();
    if let Some(quality) = problem.quality {
        held.fill(0.0);
        for (row, &quality) in quality.iter().enumerate() {
            largest = f64::max(largest, quality + grain);
            for &tag in tags.row(row) {
                held[tag as usize] += quality + grain;
            }
        }
    }
    // One row more is looked at than is taken.
    let mut most = (budget as f64 + 1.0) * largest;
    let mut before = problem.before.map_or_else(|| vec![0.0; held.len()], <[f64]>::to_vec);
    if let Some(spread) = problem.spread {
        // Of a row, each tag may count for the same one.
        most *= longest(problem) as f64;
        held = spread.counts(&held);
        before = spread.counts(&before);
    }
    let reached = before.iter().zip(&held).map(|(before, held)| before + held.min(most)).fold(0.0, f64::max);
    // One step beyond, and one for what rounding adds.
    let len = reached.ceil() + 3.0;
    if len > f64::from(u32::MAX) {
        return Err(Error::TooMany(format!("quality: a tag would count {reached} times: scale the quality down")));
    }
    Ok(len as usize)
}
