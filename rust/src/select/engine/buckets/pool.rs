//! What has not been taken.

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::engine::alike::Alike;
use crate::tags::TagSets;

/// Samples with the same tags as one set, by what a round asks of it. Samples go by their place in the order, which is
/// the order of ties.
pub(super) struct Pool {
    pub(super) tags: TagSets<'static>,
    alike: Alike,
    /// The first sample of each set that has not been taken: what the set stands for. The largest u32 for none.
    pub(super) first: Vec<u32>,
    /// The sets by number of tags.
    pub(super) classes: Vec<Vec<u32>>,
    /// The sets by tag.
    pub(super) postings: Vec<Vec<u32>>,
    /// How many sets that remain hold each tag.
    pub(super) holders: Vec<u32>,
    /// The tags that a set that remains holds; the others are swept out when a round begins.
    pub(super) alive: Vec<u32>,
    /// The last round in which each tag was covered.
    pub(super) covered_in: Vec<u32>,
    /// The gain of each set while a round closes; all 0 before and after.
    pub(super) gains: Vec<u32>,
    /// How many sets were looked at, in all rounds.
    pub(super) looks: usize,
}

/// What an empty set stands for.
pub(super) const NONE: u32 = u32::MAX;

impl Pool {
    pub(super) fn new(tags: TagSets<'static>, alike: Alike, interrupt: &Interrupt) -> Result<Self> {
        let first: Vec<u32> = (0..alike.len() as u32).map(|set| alike.first(set).unwrap_or(NONE)).collect();
        let mut classes = vec![Vec::new(); tags.counts().max().unwrap_or(0) as usize + 1];
        let mut postings: Vec<Vec<u32>> = vec![Vec::new(); tags.n_tags()];
        for (set, &nth) in (0..).zip(&first) {
            interrupt.step()?;
            let held = tags.row(nth as usize);
            classes[held.len()].push(set);
            for &tag in held {
                postings[tag as usize].push(set);
            }
        }
        Ok(Self {
            classes,
            holders: postings.iter().map(|posting| posting.len() as u32).collect(),
            postings,
            alive: (0..tags.n_tags() as u32).collect(),
            covered_in: vec![0; tags.n_tags()],
            gains: vec![0; alike.len()],
            looks: 0,
            first,
            alike,
            tags,
        })
    }

    /// What has not been taken, samples with the same tags as one set.
    pub(super) fn joined(self, interrupt: &Interrupt) -> Result<Self> {
        let mut rest: Vec<u32> = self.first.into_iter().filter(|&nth| nth != NONE).collect();
        rest.sort_unstable();
        let alike = Alike::of(&self.tags, rest.into_iter(), |_| (0, 0), interrupt)?;
        Self::new(self.tags, alike, interrupt)
    }

    /// The tags of the samples of a set that remains.
    pub(super) fn held(&self, set: u32) -> &[u32] {
        self.tags.row(self.first[set as usize] as usize)
    }

    /// The sets of a class that remain, in the order of the samples that they stand for.
    pub(super) fn class(&mut self, level: usize) -> &[u32] {
        let first = &self.first;
        let class = &mut self.classes[level];
        class.retain(|&set| first[set as usize] != NONE);
        // All but the sets taken from are still in order; a stable sort is linear then.
        class.sort_by_key(|&set| first[set as usize]);
        class
    }

    /// The sets that remain and hold a tag.
    pub(super) fn posting(&mut self, tag: u32) -> &[u32] {
        let first = &self.first;
        let posting = &mut self.postings[tag as usize];
        posting.retain(|&set| first[set as usize] != NONE);
        posting
    }

    /// Takes the first sample of a set, and returns it.
    pub(super) fn take(&mut self, set: u32) -> u32 {
        let taken = self.first[set as usize];
        self.alike.take(set);
        self.first[set as usize] = self.alike.first(set).unwrap_or(NONE);
        if self.first[set as usize] == NONE {
            for &tag in self.tags.row(taken as usize) {
                self.holders[tag as usize] -= 1;
            }
        }
        taken
    }
}
