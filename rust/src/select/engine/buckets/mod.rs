//! Greedy maximum coverage, in rounds: take the sample with the most tags not yet covered in this round, ties by
//! more tags in all, then by row or seed; once every tag that remains is covered, begin the next round.
//!
//! Within a round a sample's gain never rises, so a gain computed earlier bounds it from above, and at first the
//! number of its tags does. Gains are small integers, so the samples wait in one bucket for each bound. The buckets
//! are emptied from the highest down, each in the order of ties; a sample whose gain still equals its bucket's level
//! is the greedy choice, any other moves down to the bucket of its gain. That is the lazy greedy algorithm (Minoux,
//! 1978) without a heap, and every choice is exact.
//!
//! A round ends in a long tail: a few rare tags are open, and nearly every sample left holds none of them. Once the
//! holders of the open tags are fewer than the samples of the next level, only the holders are looked at.
//!
//! Of samples with the same tags, once one is taken, the others gain nothing in that round. So they wait as one, and the
//! late rounds of a whole ranking, in which nearly all that remains are such, cost next to nothing. They are looked for
//! at once where much is to be taken, and else once a few rounds have not met the budget.

mod pool;
mod round;

use super::alike::Alike;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::order;
use crate::select::selection::Ranking;
use crate::tags::TagSets;
use pool::Pool;
use round::Round;

/// Most often a budget below this part of the samples is met in a few rounds.
const FEW: usize = 16;
/// So many rounds cost less than to look for samples with the same tags.
const ROUNDS: u32 = 4;

pub(in crate::select) fn rank(
    tags: &TagSets,
    budget: usize,
    seed: Option<u64>,
    interrupt: &Interrupt,
) -> Result<Ranking> {
    let order = order::by_complexity(tags, seed, interrupt)?;
    let arranged = tags.arranged(&order);
    let few = budget < order.len() / FEW;
    let all = order.len() as u32;
    let alike = if few { Alike::none(all) } else { Alike::of(&arranged, 0..all, |_| (0, 0), interrupt)? };
    let mut pool = Pool::new(arranged, alike, interrupt)?;
    let mut ranking = Ranking::default();
    for round in 1.. {
        let wanted = budget.min(order.len()) - ranking.rows.len();
        if wanted == 0 {
            break;
        }
        if few && round == ROUNDS + 1 {
            pool = pool.joined(interrupt)?;
        }
        for nth in Round::begin(&mut pool, round, interrupt).picks(wanted)? {
            ranking.rows.push(order[nth as usize].row);
            ranking.rounds.push(round);
        }
    }
    Ok(ranking)
}
