//! Complexity-first diverse sampling (InsTag, Algorithm 1), in one walk over the samples instead of one a round.
//!
//! The algorithm as printed: order the samples by number of tags; in each round walk what remains, take a sample
//! that has a tag not yet covered in this round, and cover its tags; begin the next round when the walk ends.
//!
//! **The round of every sample, in one walk.** A sample that remains in a round leaves all its tags covered in it,
//! taken or passed over. A sample taken in round ρ remained in rounds 1 to ρ, so it covers its tags in exactly those.
//! Let `depth[t]` be the largest round of the samples walked so far that hold tag t, 0 if there is none: t is
//! covered in round r if and only if r ≤ depth[t]. The next sample is therefore taken in the first round in which
//! one of its tags is not covered: the least `depth[t]` over its tags, plus one; and it raises the depth of each of
//! its tags to that round at least. Ordering by round, stably, gives the ranking. Every (sample, tag) pair is
//! touched a constant number of times, whatever the budget and however many rounds there are.
//!
//! **The walk ends early.** Once every tag that a sample ahead still holds is covered in rounds 1 to r, no sample ahead
//! is taken in any of them; if they meet the budget, the rest need not be walked.

use super::order;
use super::selection::Ranking;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::{Place, TagSets};

/// Samples whose tags are fetched together. The walk is a chain, each step waiting for the one before; fetched ahead
/// of it, cache misses overlap each other instead of adding up.
const BLOCK: usize = 256;

pub(super) fn rank(tags: &TagSets, budget: usize, seed: Option<u64>, interrupt: &Interrupt) -> Result<Ranking> {
    let order = order::by_complexity(tags, seed, interrupt)?;
    let mut walk = Walk::new(tags);
    let mut check_at = BLOCK;
    for block in order.chunks(BLOCK) {
        walk.take(tags, block, interrupt)?;
        if walk.rounds.len() >= check_at {
            if walk.settled() >= budget {
                break;
            }
            // A check costs a look at every tag; growing steps keep all of them together below the walk.
            check_at += check_at / 4;
        }
    }
    Ok(walk.ranking(&order, budget))
}

struct Walk {
    /// For each tag the largest round of a walked sample that holds it.
    depth: Vec<u32>,
    /// For each tag the number of samples ahead that hold it.
    ahead: Vec<u32>,
    /// The round of each walked sample.
    rounds: Vec<u32>,
    /// The number of walked samples in each round, from round 1.
    sizes: Vec<usize>,
    fetched: Vec<u32>,
}

impl Walk {
    fn new(tags: &TagSets) -> Self {
        Self {
            depth: vec![0; tags.n_tags()],
            ahead: tags.holders().to_vec(),
            rounds: Vec::new(),
            sizes: Vec::new(),
            fetched: Vec::new(),
        }
    }

    fn take(&mut self, tags: &TagSets, block: &[Place], interrupt: &Interrupt) -> Result<()> {
        self.fetched.clear();
        for &place in block {
            self.fetched.extend_from_slice(tags.slice(place));
        }
        let mut rest = &self.fetched[..];
        for place in block {
            interrupt.step()?;
            let (held, after) = rest.split_at(place.len as usize);
            rest = after;
            let round = 1 + held.iter().map(|&tag| self.depth[tag as usize]).min().unwrap_or(0);
            for &tag in held {
                let depth = &mut self.depth[tag as usize];
                *depth = round.max(*depth);
            }
            if round as usize > self.sizes.len() {
                self.sizes.resize(round as usize, 0);
            }
            self.sizes[round as usize - 1] += 1;
            self.rounds.push(round);
        }
        for &tag in &self.fetched {
            self.ahead[tag as usize] -= 1;
        }
        Ok(())
    }

    /// The number of samples in the rounds that no sample ahead can join.
    fn settled(&self) -> usize {
        let open = self.depth.iter().zip(&self.ahead).filter(|&(_, &ahead)| ahead > 0);
        let closed = open.map(|(&depth, _)| depth as usize).min().unwrap_or(self.sizes.len());
        self.sizes.iter().take(closed).sum()
    }

    /// The first `budget` samples by round, within a round in the order walked: a counting sort.
    fn ranking(&self, order: &[Place], budget: usize) -> Ranking {
        let mut next = Vec::new();
        let mut taken = 0;
        for size in &self.sizes {
            if taken >= budget {
                break;
            }
            next.push(taken);
            taken += size;
        }
        let mut ranking = Ranking { rows: vec![0; taken], rounds: vec![0; taken] };
        for (place, &round) in order.iter().zip(&self.rounds) {
            if let Some(next) = next.get_mut(round as usize - 1) {
                ranking.rows[*next] = place.row;
                ranking.rounds[*next] = round;
                *next += 1;
            }
        }
        ranking.rows.truncate(budget);
        ranking.rounds.truncate(budget);
        ranking
    }
}
