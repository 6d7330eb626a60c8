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
pub(super) struct Rating<'a> {
    price: Option<Price<'a>>,
    /// With a seed, the rows as it orders them, and the place of each in that order.
    shuffled: Option<(Vec<u32>, Vec<u32>)>,
}

/// What rows cost, to the power that matters. A quotient is rounded alike on every machine, and two that are equal are
/// rounded alike: 2 tags for 6 words are worth what 1 is for 3.
struct Price<'a> {
    cost: Cost<'a>,
    /// The powers of small costs, which are expensive to compute.
    powers: Vec<f64>,
    /// A power of two, by which the largest quotient fills an integer.
    scale: f64,
}

/// Keys stay below this power of two.
const ROOM: i32 = 62;
/// Costs below this are seen again and again.
const SMALL: u64 = 1 << 16;

impl<'a> Price<'a> {
    /// `most` is the most that a row gains.
    fn new(cost: Cost<'a>, most: u64) -> Self {
        let known = if matches!(cost.exponent, 0.0 | 0.5 | 1.0) { 0 } else { SMALL };
        let powers = (0..known).map(|of| libm::pow(of as f64, cost.exponent)).collect();
        let mut price = Self { cost, powers, scale: 1.0 };
        let least = price.power(cost.costs.iter().copied().min().unwrap_or(1));
        let largest = (most as f64 / least).max(1.0);
        price.scale = 2.0_f64.powi(ROOM - largest.log2().ceil() as i32);
        price
    }

    #[inline]
    fn power(&self, cost: u64) -> f64 {
        match self.cost.exponent {
            0.0 => 1.0,
            0.5 => (cost as f64).sqrt(),
            1.0 => cost as f64,
            exponent => self.powers.get(cost as usize).copied().unwrap_or_else(|| libm::pow(cost as f64, exponent)),
        }
    }

    #[inline]
    fn key(&self, row: u32, gain: u64) -> u64 {
        let quotient = gain as f64 / self.power(self.cost.costs[row as usize]);
        ((quotient * self.scale) as u64).max(u64::from(gain > 0))
    }
}

impl<'a> Rating<'a> {
    pub(super) fn new<G: Gains>(
        problem: &Problem,
        constraint: &Constraint<'a>,
        objective: &G,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let price = constraint.cost.map(|cost| {
            let tags = problem.tags;
            let mosts = (0..tags.len() as u32).map(|row| objective.most(row, tags.row(row as usize).len()));
            Price::new(cost, mosts.max().unwrap_or(0))
        });
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
        Ok(Self { price, shuffled })
    }

    /// What a row is worth that gains so much.
    #[inline]
    pub(super) fn key(&self, row: u32, gain: u64) -> u64 {
        self.price.as_ref().map_or(gain, |price| price.key(row, gain))
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

    /// The row at a place.
    #[inline]
    pub(super) fn row(&self, place: u32) -> u32 {
        self.shuffled.as_ref().map_or(place, |(rows, _)| rows[place as usize])
    }

    /// The row at each place, if a seed orders them.
    pub(super) fn order(&self) -> Option<&[u32]> {
        self.shuffled.as_ref().map(|(rows, _)| &rows[..])
    }
}
