//! In random order; no seed is seed 0, for the same call must give the same rows.

use super::Ranking;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::order;
use crate::tags::TagSets;

pub(super) fn rank(tags: &TagSets, budget: usize, seed: Option<u64>, interrupt: &Interrupt) -> Result<Ranking> {
    let order = order::shuffled(tags, seed.unwrap_or(0), interrupt)?;
    Ok(Ranking::single_round(order.into_iter(), budget))
}
