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
//! at once where much is to be taken or some samples show that there are many, and else once rounds have become dear.

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
/// This many samples are enough to show whether most have others with the same tags.
const SHOWN: usize = 1 << 12;
/// Once every sample was looked at this many times on average, samples with the same tags are grouped.
const LOOKS: usize = 64;

pub(in crate::select) fn rank(
    tags: &TagSets,
    budget: usize,
    seed: Option<u64>,
    interrupt: &Interrupt,
) -> Result<Ranking> {
    ranked(tags, budget, seed, LOOKS, interrupt)
}

fn ranked(tags: &TagSets, budget: usize, seed: Option<u64>, looks: usize, interrupt: &Interrupt) -> Result<Ranking> {
    let order = order::by_complexity(tags, seed, interrupt)?;
    let arranged = tags.arranged(&order);
    let n = order.len();
    let every = |step: usize| Alike::of(&arranged, (0..n as u32).step_by(step), |_| (0, 0), interrupt);
    let step = n / SHOWN + 1;
    let mut single = budget < n / FEW && 2 * every(step)?.len() > n.div_ceil(step);
    let alike = if single { Alike::none(n as u32) } else { every(1)? };
    let mut pool = Pool::new(arranged, alike, interrupt)?;
    let mut ranking = Ranking::default();
    for round in 1.. {
        let wanted = budget.min(n) - ranking.rows.len();
        if wanted == 0 {
            break;
        }
        if single && pool.looks > looks * n {
            pool = pool.joined(interrupt)?;
            single = false;
        }
        for nth in Round::begin(&mut pool, round, interrupt).picks(wanted)? {
            ranking.rows.push(order[nth as usize].row);
            ranking.rounds.push(round);
        }
    }
    Ok(ranking)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn looking_for_those_alike_later_changes_nothing(
            rows in proptest::collection::vec(proptest::collection::vec(0..7u32, 0..5), 100..400),
            seed in any::<Option<u64>>(),
        ) {
            let ends = rows.iter().scan(0, |end, row| { *end += row.len() as i64; Some(*end) });
            let offsets: Vec<i64> = std::iter::once(0).chain(ends).collect();
            let codes = rows.concat();
            let tags = TagSets::new(&offsets, &codes, 7).unwrap();
            let [soon, later, never] = [0, 2, usize::MAX / 400]
                .map(|looks| ranked(&tags, rows.len() / FEW - 1, seed, looks, &Interrupt::never()).unwrap());
            prop_assert_eq!(&soon, &never);
            prop_assert_eq!(&later, &never);
        }
    }
}
