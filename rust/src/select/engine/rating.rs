//! Which of two rows goes first.

use std::cmp::Reverse;

use super::queue::Entry;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::constraint::{Constraint, Cost};
use crate::select::objective::Gains;
use crate::select::order;
use crate::select::problem::Problem;

/// Orders rows: by gain, or gain for cost; then by their place.
pub(super) struct Rating {
    cost: Option<Price>,
    /// With a seed, the rows as it orders them, and the place of each in that order.
    shuffled: Option<(Vec<u32>, Vec<u32>)>,
}

/// What rows cost, to the power that matters. A quotient is rounded alike on every machine, and two that are equal are
/// rounded alike: 2 tags for 6 words are worth what 1 is for 3.
struct Price {
    /// cost^exponent
    powers: Vec<f64>,
    /// A power of two, by which the largest quotient fills an integer.
    scale: f64,
}

/// Keys stay below this power of two.
const ROOM: i32 = 62;
/// Costs up to this are seen again and again: each power is computed once.
const SMALL: u64 = 1 << 16;

impl Rating {
    pub(super) fn new<G: Gains>(
        problem: &Problem,
        constraint: &Constraint,
        objective: &G,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let cost = match constraint.cost {
            None => None,
            Some(cost) => {
                let tags = problem.tags;
                let mosts = (0..tags.len() as u32).map(|row| objective.most(row, tags.row(row as usize).len()));
                let most = mosts.max().unwrap_or(0);
                let powers = powers(cost, interrupt)?;
                let least = powers.iter().copied().fold(f64::INFINITY, f64::min);
                let largest = (most as f64 / least).max(1.0);
                Some(Price { powers, scale: 2.0_f64.powi(ROOM - largest.log2().ceil() as i32) })
            }
        };
        let shuffled = match problem.seed {
            None => None,
            Some(seed) => {
                let rows = order::shuffled(problem.tags, seed, interrupt)?;
                let mut places = vec![u32::MAX; problem.tags.len()];
                for (place, &row) in (0..).zip(&rows) {
                    places[row as usize] = place;
                }
                Some((rows, places))
            }
        };
        Ok(Self { cost, shuffled })
    }

    /// What a row is worth that gains so much.
    #[inline]
    pub(super) fn key(&self, row: u32, gain: u64) -> u64 {
        match &self.cost {
            None => gain,
            Some(price) => {
                let quotient = gain as f64 / price.powers[row as usize];
                ((quotient * price.scale) as u64).max(u64::from(gain > 0))
            }
        }
    }

    #[inline]
    pub(super) fn entry(&self, unit: u32, row: u32, gain: u64) -> Entry {
        Entry { key: self.key(row, gain), place: Reverse(self.place(row)), unit }
    }

    /// Of rows that are worth the same, the least goes first.
    #[inline]
    pub(super) fn place(&self, row: u32) -> u32 {
        self.shuffled.as_ref().map_or(row, |(_, places)| places[row as usize])
    }

    /// The row at each place, where a seed orders them.
    pub(super) fn order(&self) -> Option<&[u32]> {
        self.shuffled.as_ref().map(|(rows, _)| &rows[..])
    }
}

fn powers(cost: Cost, interrupt: &Interrupt) -> Result<Vec<f64>> {
    let power = |cost_of: u64| match cost.exponent {
        0.0 => 1.0,
        0.5 => (cost_of as f64).sqrt(),
        1.0 => cost_of as f64,
        exponent => libm::pow(cost_of as f64, exponent),
    };
    let mut known = vec![0.0; SMALL as usize];
    let powers = cost.costs.iter().map(|&cost_of| {
        interrupt.step()?;
        if cost_of >= SMALL {
            return Ok(power(cost_of));
        }
        let known = &mut known[cost_of as usize];
        if *known == 0.0 {
            *known = power(cost_of);
        }
        Ok(*known)
    });
    powers.collect()
}
