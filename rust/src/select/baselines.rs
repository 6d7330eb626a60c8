//! The methods that look at no other sample: most tags first, and random.

use super::order;
use super::selection::Ranking;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// Most tags first.
pub(super) fn complexity(tags: &TagSets, budget: usize, seed: Option<u64>, interrupt: &Interrupt) -> Result<Ranking> {
    let order = order::by_complexity(tags, seed, interrupt)?;
    Ok(Ranking::single_round(order.into_iter().map(|place| place.row), budget))
}

/// In random order; no seed is seed 0, because the same call must give the same rows.
pub(super) fn random(tags: &TagSets, budget: usize, seed: Option<u64>, interrupt: &Interrupt) -> Result<Ranking> {
    let order = order::shuffled(tags, seed.unwrap_or(0), interrupt)?;
    Ok(Ranking::single_round(order.into_iter(), budget))
}
