//! Which of two rows goes first.

use std::cmp::Reverse;

use super::queue::Entry;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::constraint::{Constraint, Cost};
use crate::select::objective::Gains;
use crate::select::order;
use crate::select::problem::Problem;

/// Orders rows: by gain, or gain for cost; then by quality, or without one by cost; then by their place.
pub(super) struct Rating<'a> {
    cost: Option<Price<'a>>,
    /// With a quality: what each row's is.
    weighed: bool,
    /// With a seed, the rows as it orders them, and the place of each in that order.
    shuffled: Option<(Vec<u32>, Vec<u32>)>,
}

/// A power of what rows cost, so that the order by gain / cost^exponent is one of integers.
struct Price<'a> {
    costs: &'a [u64],
    /// (least cost / cost)^exponent, in parts of 2^62.
    inverses: Vec<u64>,
    /// Bits of a product that are dropped.
    shift: u32,
}

const ONE: f64 = (1u64 << 62) as f64;
/// Costs up to this are seen again and again: each power is computed once.
const SMALL: u64 = 1 << 16;

impl<'a> Rating<'a> {
    pub(super) fn new<G: Gains>(
        problem: &Problem,
        constraint: &Constraint<'a>,
        objective: &G,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let cost = match constraint.cost {
            None => None,
            Some(cost) => {
                let tags = problem.tags;
                let mosts = (0..tags.len() as u32).map(|row| objective.most(row, tags.row(row as usize).len()));
                let most = mosts.max().unwrap_or(0);
                // As many bits as fit.
                let shift = (u64::BITS - most.leading_zeros()).saturating_sub(1);
                Some(Price { costs: cost.costs, inverses: inverses(cost, interrupt)?, shift })
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
        Ok(Self { cost, weighed: problem.quality.is_some(), shuffled })
    }

    /// What a row is worth that gains so much.
    #[inline]
    pub(super) fn key(&self, row: u32, gain: u64) -> u64 {
        match &self.cost {
            None => gain,
            Some(price) => {
                let product = u128::from(gain) * u128::from(price.inverses[row as usize]);
                ((product >> price.shift) as u64).max(u64::from(gain > 0))
            }
        }
    }

    #[inline]
    pub(super) fn entry<G: Gains>(&self, objective: &G, unit: u32, row: u32, gain: u64) -> Entry {
        Entry {
            key: self.key(row, gain),
            preference: self.preference(objective, row),
            place: Reverse(self.place(row)),
            unit,
        }
    }

    /// Of rows that are worth the same, the greatest goes first.
    #[inline]
    pub(super) fn preference<G: Gains>(&self, objective: &G, row: u32) -> u64 {
        match &self.cost {
            Some(price) if !self.weighed => !price.costs[row as usize],
            _ => u64::from(objective.preference(row)),
        }
    }

    /// Of rows that are alike in all, the least goes first.
    #[inline]
    pub(super) fn place(&self, row: u32) -> u32 {
        self.shuffled.as_ref().map_or(row, |(_, places)| places[row as usize])
    }

    /// The row at each place, where a seed orders them.
    pub(super) fn order(&self) -> Option<&[u32]> {
        self.shuffled.as_ref().map(|(rows, _)| &rows[..])
    }
}

fn inverses(cost: Cost, interrupt: &Interrupt) -> Result<Vec<u64>> {
    let least = cost.costs.iter().min().copied().unwrap_or(1) as f64;
    let inverse = |cost_of: u64| {
        let ratio = least / cost_of as f64;
        let power = match cost.exponent {
            0.0 => 1.0,
            0.5 => ratio.sqrt(),
            1.0 => ratio,
            exponent => libm::pow(ratio, exponent),
        };
        ((power * ONE) as u64).max(1)
    };
    let mut known = vec![0; SMALL as usize];
    let powers = cost.costs.iter().map(|&cost_of| {
        interrupt.step()?;
        if cost_of >= SMALL {
            return Ok(inverse(cost_of));
        }
        let known = &mut known[cost_of as usize];
        if *known == 0 {
            *known = inverse(cost_of);
        }
        Ok(*known)
    });
    powers.collect()
}
