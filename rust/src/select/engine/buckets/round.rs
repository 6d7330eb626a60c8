//! One round over the pool.

use super::pool::Pool;
use crate::error::Result;
use crate::interrupt::Interrupt;

pub(super) struct Round<'p> {
    pool: &'p mut Pool,
    number: u32,
    interrupt: &'p Interrupt<'p>,
    /// Tags that are alive and not covered in this round, and the (set, tag) pairs that remain of them.
    open: usize,
    open_pairs: usize,
    /// Sets by the last gain computed for them in this round.
    buckets: Vec<Vec<u32>>,
    picks: Vec<u32>,
}

impl<'p> Round<'p> {
    pub(super) fn begin(pool: &'p mut Pool, number: u32, interrupt: &'p Interrupt<'p>) -> Self {
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
    pub(super) fn picks(mut self, budget: usize) -> Result<Vec<u32>> {
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

    /// Takes what gains `level`, and moves the other sets of that bucket down.
    fn sweep(&mut self, level: usize, budget: usize) -> Result<()> {
        let mut bucket = std::mem::take(&mut self.buckets[level]);
        bucket.sort_unstable_by_key(|&set| self.pool.first[set as usize]);
        // Those that came down have more tags, and so come before the whole class.
        bucket.extend_from_slice(self.pool.class(level));
        self.pool.looks += bucket.len();
        for set in bucket {
            self.interrupt.step()?;
            let gain = self.gain(set);
            if gain == level {
                self.take(set);
                if self.is_over(budget) {
                    break;
                }
            } else if gain > 0 {
                self.buckets[gain].push(set);
            }
        }
        Ok(())
    }

    fn gain(&self, set: u32) -> usize {
        let covered_in = |tag: &u32| self.pool.covered_in[*tag as usize];
        self.pool.held(set).iter().filter(|&tag| covered_in(tag) != self.number).count()
    }

    /// Takes a sample of the set, covers its tags, and returns those that were open.
    fn take(&mut self, set: u32) -> Vec<u32> {
        let mut newly = Vec::new();
        for nth in 0..self.pool.held(set).len() {
            let code = self.pool.held(set)[nth];
            let tag = code as usize;
            if std::mem::replace(&mut self.pool.covered_in[tag], self.number) != self.number {
                self.open -= 1;
                self.open_pairs -= self.pool.holders[tag] as usize;
                newly.push(code);
            }
        }
        self.picks.push(self.pool.take(set));
        newly
    }

    /// Ends the round among the holders of open tags: gains are counted once, and kept exact from then on.
    fn close(&mut self, level: usize, budget: usize) -> Result<()> {
        let mut gains = std::mem::take(&mut self.pool.gains);
        let mut holders = Vec::new();
        for nth in 0..self.pool.alive.len() {
            let tag = self.pool.alive[nth];
            if self.pool.covered_in[tag as usize] != self.number {
                for &set in self.pool.posting(tag) {
                    self.interrupt.step()?;
                    if gains[set as usize] == 0 {
                        holders.push(set);
                    }
                    gains[set as usize] += 1;
                }
            }
        }
        self.buckets.iter_mut().for_each(Vec::clear);
        for set in holders {
            self.buckets[gains[set as usize] as usize].push(set);
        }
        for level in (1..=level).rev() {
            let mut bucket = std::mem::take(&mut self.buckets[level]);
            bucket.sort_unstable_by_key(|&set| self.pool.first[set as usize]);
            for set in bucket {
                self.interrupt.step()?;
                let gain = gains[set as usize] as usize;
                if gain < level {
                    self.buckets[gain].push(set);
                } else if !self.is_over(budget) {
                    for tag in self.take(set) {
                        for &holder in &self.pool.postings[tag as usize] {
                            gains[holder as usize] -= 1;
                        }
                    }
                }
            }
        }
        self.pool.gains = gains;
        Ok(())
    }
}
