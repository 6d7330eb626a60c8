//! The tags that accompany a left side often enough.
//!
//! Let a left side have n holders, and let `least` of them have to hold a tag. Then the tag may be missing from
//! m = n − `least` holders, no more. So it is among the first m + 1 of them, wherever they stand: the tags seen there
//! are all the candidates there are, and one that has been missing m + 1 times is out. Most left sides lose every
//! candidate soon after, whatever their number of holders, and the walk over the holders ends.
//!
//! A tag with fewer than `least` holders of its own is never a candidate.

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

pub(super) struct Companions<'a> {
    tags: &'a TagSets<'a>,
    interrupt: &'a Interrupt<'a>,
    /// For each candidate the walked samples that hold it; 0 for every other tag, and for all between two walks.
    hits: Vec<u32>,
    candidates: Vec<u32>,
}

impl<'a> Companions<'a> {
    pub(super) fn new(tags: &'a TagSets<'a>, interrupt: &'a Interrupt<'a>) -> Self {
        Self { tags, interrupt, hits: vec![0; tags.n_tags()], candidates: Vec::new() }
    }

    /// Calls `found` with each tag, other than those of `left`, that at least `least` of `rows` hold, and how many do.
    ///
    /// `rows` are the holders of `left`, and `least` is at least 1.
    pub(super) fn of(
        &mut self,
        rows: &[u32],
        least: u32,
        left: [u32; 2],
        mut found: impl FnMut(u32, u32),
    ) -> Result<()> {
        let (tags, holders) = (self.tags, self.tags.holders());
        let Some(misses) = rows.len().checked_sub(least as usize) else { return Ok(()) };
        let (first, rest) = rows.split_at(rows.len().min(misses + 1));
        for &row in first {
            self.interrupt.step()?;
            for &tag in tags.row(row as usize) {
                if holders[tag as usize] >= least && !left.contains(&tag) {
                    let hits = &mut self.hits[tag as usize];
                    if *hits == 0 {
                        self.candidates.push(tag);
                    }
                    *hits += 1;
                }
            }
        }
        let mut walked = first.len();
        // Candidates drop out as misses add up, so the walk pauses to look for them after every few rows.
        for rows in rest.chunks(1 + misses / 4) {
            if self.candidates.is_empty() {
                break;
            }
            for &row in rows {
                self.interrupt.step()?;
                for &tag in tags.row(row as usize) {
                    let hits = &mut self.hits[tag as usize];
                    *hits += u32::from(*hits > 0);
                }
            }
            walked += rows.len();
            self.candidates.retain(|&tag| {
                let hits = &mut self.hits[tag as usize];
                let lives = walked - *hits as usize <= misses;
                *hits *= u32::from(lives);
                lives
            });
        }
        for tag in self.candidates.drain(..) {
            let hits = std::mem::take(&mut self.hits[tag as usize]);
            if hits >= least {
                found(tag, hits);
            }
        }
        Ok(())
    }
}
