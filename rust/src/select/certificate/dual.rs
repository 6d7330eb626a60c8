//! The bound that prices of the tags give, and which way it falls.

use std::borrow::Cow;

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::constraint::Constraint;
use crate::select::objective::{UNIT, Weights, fineness, reach};
use crate::select::problem::Problem;

/// Rows that were worth less than this part of the last that was taken are left out at first in the next step.
const CUT: f64 = 0.8;

/// A problem as its bounds see it.
pub(super) struct Dual<'a> {
    problem: &'a Problem<'a>,
    constraint: &'a Constraint<'a>,
    weights: Weights,
    /// φ at the places where it is looked up: `parts` of them for every whole number.
    curve: Vec<f64>,
    parts: f64,
    /// What each tag counts before, and at most.
    pub(super) before: Vec<f64>,
    most: Vec<f64>,
    /// φ of what each tag counts before.
    base: Vec<f64>,
}

/// An upper bound, and how it moves with the prices.
pub(super) struct Bound {
    pub(super) total: f64,
    /// How fast the bound rises with each price.
    pub(super) gradient: Vec<f64>,
    /// What the last row that was taken is worth for its cost.
    least: f64,
}

impl Bound {
    /// What rows have to be worth for their cost in order to be looked at first in the next step. None is left out for
    /// good, so this is a matter of speed.
    pub(super) fn cut(&self) -> f64 {
        self.least * CUT
    }
}

impl<'a> Dual<'a> {
    pub(super) fn new(problem: &'a Problem<'a>, constraint: &'a Constraint<'a>, interrupt: &Interrupt) -> Result<Self> {
        let tags = problem.tags;
        let parts = 1 << fineness(problem)?;
        let len = (reach(problem, u64::MAX, 0.0)? + 1) * parts as usize;
        let increments = problem.curve.increments(len, parts)?;
        let mut total = 0.0;
        let curve = std::iter::once(0.0).chain(increments.iter().map(|&step| {
            total += step as f64 / UNIT;
            total
        }));
        let curve = curve.collect();
        let mut dual = Self {
            problem,
            constraint,
            weights: Weights::of(problem),
            curve,
            parts: f64::from(parts),
            most: Vec::new(),
            base: Vec::new(),
            before: Vec::new(),
        };
        dual.before = dual.spread(problem.before.map_or_else(|| vec![0.0; tags.n_tags()], <[f64]>::to_vec));
        let mut held = vec![0.0; tags.n_tags()];
        for row in 0..tags.len() as u32 {
            interrupt.step()?;
            if problem.offers(row) {
                for &tag in tags.row(row as usize) {
                    held[tag as usize] += dual.quality(row);
                }
            }
        }
        dual.most = dual.with_before(dual.spread(held));
        dual.base = dual.before.iter().map(|&count| dual.at(count)).collect();
        Ok(dual)
    }

    /// What each tag counts if it is held this often.
    pub(super) fn spread(&self, held: Vec<f64>) -> Vec<f64> {
        match self.problem.spread {
            None => held,
            Some(spread) => spread.counts(&held),
        }
    }

    pub(super) fn with_before(&self, mut counts: Vec<f64>) -> Vec<f64> {
        for (count, before) in counts.iter_mut().zip(&self.before) {
            *count += before;
        }
        counts
    }

    pub(super) fn quality(&self, row: u32) -> f64 {
        self.problem.quality.map_or(1.0, |quality| quality[row as usize])
    }

    /// What φ rises by from one place to the next.
    fn step(&self, place: usize) -> f64 {
        match (self.curve.get(place), self.curve.get(place + 1)) {
            (Some(here), Some(next)) => next - here,
            _ => 0.0,
        }
    }

    fn at(&self, count: f64) -> f64 {
        let count = count * self.parts;
        let place = (count as usize).min(self.curve.len() - 1);
        self.curve[place] + (count - place as f64) * self.step(place)
    }

    /// What a tag with this count is worth beyond what it counts before.
    pub(super) fn worth(&self, tag: usize, count: f64) -> f64 {
        self.weights.of_tag(tag) * (self.at(count) - self.base[tag])
    }

    /// What one more of a tag would add, at this count.
    pub(super) fn slope(&self, tag: usize, count: f64) -> f64 {
        self.weights.of_tag(tag) * self.step((count * self.parts) as usize) * self.parts
    }

    /// The count at which w φ(n) − u n is largest.
    fn best_count(&self, tag: usize, price: f64) -> f64 {
        let place = |count: f64| (count * self.parts) as usize;
        let (mut low, mut high) = (place(self.before[tag]), place(self.most[tag]) + 1);
        let weight = self.weights.of_tag(tag) * self.parts;
        while low < high {
            let middle = usize::midpoint(low, high);
            if weight * self.step(middle) > price { low = middle + 1 } else { high = middle }
        }
        (low as f64 / self.parts).clamp(self.before[tag], self.most[tag])
    }

    pub(super) fn bound(&self, prices: &[f64], cut: f64, interrupt: &Interrupt) -> Result<Bound> {
        let mut gradient = vec![0.0; prices.len()];
        let mut total = 0.0;
        for (tag, &price) in prices.iter().enumerate() {
            let count = self.best_count(tag, price);
            let taken = count - self.before[tag];
            gradient[tag] = -taken;
            total += self.worth(tag, count) - price * taken;
        }
        // What a holder of each tag is worth.
        let prices = match self.problem.spread {
            None => Cow::Borrowed(prices),
            Some(spread) => Cow::Owned(spread.prices(prices)),
        };
        let mut held = vec![0.0; prices.len()];
        let (worth, least) = match self.best_rows(&prices, cut, &mut held, interrupt)? {
            Some(found) => found,
            None => self.best_rows(&prices, 0.0, &mut held, interrupt)?.unwrap_or((0.0, 0.0)),
        };
        for (slope, count) in gradient.iter_mut().zip(self.spread(held)) {
            *slope += count;
        }
        Ok(Bound { total: total + worth, gradient, least })
    }

    /// The best that rows are worth together, of those whose worth for cost is above `cut`; none if others may be among
    /// them. Adds what they hold to `held`.
    fn best_rows(
        &self,
        prices: &[f64],
        cut: f64,
        held: &mut [f64],
        interrupt: &Interrupt,
    ) -> Result<Option<(f64, f64)>> {
        let tags = self.problem.tags;
        let mut rows = Vec::new();
        let mut left_out = false;
        for row in 0..tags.len() as u32 {
            interrupt.step()?;
            let sum: f64 = tags.row(row as usize).iter().map(|&tag| prices[tag as usize]).sum();
            let worth = sum * self.quality(row);
            let rate = worth / self.constraint.cost_of(row) as f64;
            if rate > 0.0 && self.problem.offers(row) {
                if rate >= cut {
                    // Positive floats are ordered as their bits are.
                    rows.push((!rate.to_bits(), row));
                } else {
                    left_out = true;
                }
            }
        }
        rows.sort_unstable();
        let mut limits = self.constraint.limits();
        let (mut total, mut least) = (0.0, 0.0);
        let mut parts = Vec::new();
        for (bits, row) in rows {
            if limits.are_met() {
                left_out = false;
                break;
            }
            let cost = self.constraint.cost_of(row);
            let spent = cost.min(limits.most(row));
            if spent > 0 {
                limits.spend(row, spent);
                let part = spent as f64 / cost as f64;
                let rate = f64::from_bits(!bits);
                total += rate * spent as f64;
                least = rate;
                parts.push((row, part));
            }
        }
        if left_out && !limits.are_met() {
            return Ok(None);
        }
        for (row, part) in parts {
            for &tag in tags.row(row as usize) {
                held[tag as usize] += part * self.quality(row);
            }
        }
        Ok(Some((total, least)))
    }
}
