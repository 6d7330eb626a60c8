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

use super::Ranking;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::order;
use crate::tags::TagSets;

pub(super) fn rank(tags: &TagSets, budget: usize, seed: Option<u64>, interrupt: &Interrupt) -> Result<Ranking> {
    let order = order::by_complexity(tags, seed, interrupt)?;
    let mut pool = Pool::new(tags.arranged(&order), interrupt)?;
    let mut ranking = Ranking::default();
    for round in 1.. {
        let wanted = budget.min(order.len()) - ranking.rows.len();
        if wanted == 0 {
            break;
        }
        for nth in Round::begin(&mut pool, round, interrupt).picks(wanted)? {
            ranking.rows.push(order[nth as usize].row);
            ranking.rounds.push(round);
        }
    }
    Ok(ranking)
}

/// What has not been taken. Samples go by their place in the order, which is the order of ties.
struct Pool {
    tags: TagSets<'static>,
    taken: Vec<bool>,
    /// The samples by number of tags; those taken are swept out when their class is next looked at.
    classes: Vec<Vec<u32>>,
    /// The samples by tag, swept likewise.
    postings: Vec<Vec<u32>>,
    /// How many samples that remain hold each tag.
    holders: Vec<u32>,
    /// The tags that a sample that remains holds; the others are swept out when a round begins.
    alive: Vec<u32>,
    /// The last round in which each tag was covered.
    covered_in: Vec<u32>,
    /// The gain of each sample while a round closes; all 0 before and after.
    gains: Vec<u32>,
}

impl Pool {
    fn new(tags: TagSets<'static>, interrupt: &Interrupt) -> Result<Self> {
        let holders = tags.holders();
        let mut classes = vec![Vec::new(); tags.counts().max().unwrap_or(0) as usize + 1];
        let mut postings: Vec<_> = holders.iter().map(|&holders| Vec::with_capacity(holders as usize)).collect();
        for nth in 0..tags.len() {
            interrupt.step()?;
            let held = tags.row(nth);
            classes[held.len()].push(nth as u32);
            for &tag in held {
                postings[tag as usize].push(nth as u32);
            }
        }
        Ok(Self {
            taken: vec![false; tags.len()],
            gains: vec![0; tags.len()],
            classes,
            postings,
            holders,
            alive: (0..tags.n_tags() as u32).collect(),
            covered_in: vec![0; tags.n_tags()],
            tags,
        })
    }
}

/// One round over the pool.
struct Round<'p> {
    pool: &'p mut Pool,
    number: u32,
    interrupt: &'p Interrupt<'p>,
    /// Tags that are alive and not covered in this round, and the (sample, tag) pairs that remain of them.
    open: usize,
    open_pairs: usize,
    /// Samples by the last gain computed for them in this round.
    buckets: Vec<Vec<u32>>,
    picks: Vec<u32>,
}

impl<'p> Round<'p> {
    fn begin(pool: &'p mut Pool, number: u32, interrupt: &'p Interrupt<'p>) -> Self {
        let holders = &pool.holders;
        pool.alive.retain(|&tag| holders[tag as usize] > 0);
        Self {
            number,
            interrupt,
            open: pool.alive.len(),
            open_pairs: pool.alive.iter().map(|&tag| pool.holders[tag as usize] as usize).sum(),
            buckets: vec![Vec::new(); pool.classes.len()],
            picks: Vec::new(),
            pool,
        }
    }

    /// The samples taken in this round, up to `budget`.
    fn picks(mut self, budget: usize) -> Result<Vec<u32>> {
        let mut level = self.buckets.len();
        while level > 1 && !self.is_over(budget) {
            level -= 1;
            if self.open_pairs < self.buckets[level].len() + self.pool.classes[level].len() {
                self.close(level, budget)?;
                break;
            }
            self.sweep(level, budget)?;
        }
        Ok(self.picks)
    }

    fn is_over(&self, budget: usize) -> bool {
        self.open == 0 || self.picks.len() == budget
    }

    /// Takes what gains `level`, and moves the other samples of that bucket down.
    fn sweep(&mut self, level: usize, budget: usize) -> Result<()> {
        let mut bucket = std::mem::take(&mut self.buckets[level]);
        bucket.sort_unstable();
        let taken = &self.pool.taken;
        let class = &mut self.pool.classes[level];
        class.retain(|&nth| !taken[nth as usize]);
        // Those that came down have more tags, and so come before the whole class.
        bucket.extend_from_slice(class);
        for nth in bucket {
            self.interrupt.step()?;
            let gain = self.gain(nth);
            if gain == level {
                self.take(nth);
                if self.is_over(budget) {
                    break;
                }
            } else if gain > 0 {
                self.buckets[gain].push(nth);
            }
        }
        Ok(())
    }

    fn gain(&self, nth: u32) -> usize {
        let covered_in = |tag: &u32| self.pool.covered_in[*tag as usize];
        self.pool.tags.row(nth as usize).iter().filter(|&tag| covered_in(tag) != self.number).count()
    }

    /// Covers the tags of a sample, and returns those that were open.
    fn take(&mut self, nth: u32) -> Vec<u32> {
        let mut newly = Vec::new();
        self.picks.push(nth);
        self.pool.taken[nth as usize] = true;
        for &code in self.pool.tags.row(nth as usize) {
            let tag = code as usize;
            if std::mem::replace(&mut self.pool.covered_in[tag], self.number) != self.number {
                self.open -= 1;
                self.open_pairs -= self.pool.holders[tag] as usize;
                newly.push(code);
            }
            self.pool.holders[tag] -= 1;
        }
        newly
    }

    /// Ends the round among the holders of open tags: gains are counted once, and kept exact from then on.
    fn close(&mut self, level: usize, budget: usize) -> Result<()> {
        let mut gains = std::mem::take(&mut self.pool.gains);
        let mut waiting = Vec::new();
        for &tag in &self.pool.alive {
            if self.pool.covered_in[tag as usize] != self.number {
                let taken = &self.pool.taken;
                let posting = &mut self.pool.postings[tag as usize];
                posting.retain(|&nth| !taken[nth as usize]);
                for &nth in &*posting {
                    self.interrupt.step()?;
                    if gains[nth as usize] == 0 {
                        waiting.push(nth);
                    }
                    gains[nth as usize] += 1;
                }
            }
        }
        self.buckets.iter_mut().for_each(Vec::clear);
        for nth in waiting {
            self.buckets[gains[nth as usize] as usize].push(nth);
        }
        'levels: for level in (1..=level).rev() {
            let mut bucket = std::mem::take(&mut self.buckets[level]);
            bucket.sort_unstable();
            for nth in bucket {
                self.interrupt.step()?;
                let gain = gains[nth as usize] as usize;
                if gain == level {
                    for tag in self.take(nth) {
                        for &holder in &self.pool.postings[tag as usize] {
                            gains[holder as usize] -= 1;
                        }
                    }
                    if self.is_over(budget) {
                        break 'levels;
                    }
                } else {
                    self.buckets[gain].push(nth);
                }
            }
        }
        self.pool.gains = gains;
        Ok(())
    }
}
