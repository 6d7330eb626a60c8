//! Most tags first.

use super::Ranking;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::order;
use crate::tags::TagSets;

pub(super) fn rank(tags: &TagSets, budget: usize, seed: Option<u64>, interrupt: &Interrupt) -> Result<Ranking> {
    let order = order::by_complexity(tags, seed, interrupt)?;
    Ok(Ranking::single_round(order.into_iter().map(|place| place.row), budget))
}
