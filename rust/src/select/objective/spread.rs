//! How far a tag counts for others: what a holder of it adds to the counts of tags that mean nearly the same.

use crate::error::{Error, Result};

/// A whole share.
pub(crate) const WHOLE: u32 = 1 << 16;

/// For each tag, the tags that a holder of it counts for, itself among them, and how much for each: compressed sparse
/// rows. A holder counts 1 in all.
#[derive(Debug, Clone, Copy)]
pub struct Spread<'a> {
    /// Where the tags of each tag begin, and at the end where those of the last one end.
    pub offsets: &'a [i64],
    /// The tags, each once for a tag.
    pub tags: &'a [u32],
    /// How much a holder counts for them, in parts of 2^16.
    pub shares: &'a [u32],
}

impl Spread<'_> {
    pub(crate) fn check(&self, n_tags: usize) -> Result<()> {
        let Self { offsets, tags, shares } = *self;
        let malformed = |what: String| Err(Error::Malformed(format!("spread: {what}")));
        if offsets.len() != n_tags + 1 || offsets.first() != Some(&0) || !offsets.is_sorted() {
            return malformed(format!("expected {} rising offsets from 0", n_tags + 1));
        }
        if offsets.last() != Some(&(tags.len() as i64)) || shares.len() != tags.len() {
            return malformed(format!("expected a share for each of {} tags; found {}", tags.len(), shares.len()));
        }
        if let Some(tag) = tags.iter().find(|&&tag| tag as usize >= n_tags) {
            return malformed(format!("expected tags below {n_tags}; found {tag}"));
        }
        for tag in 0..n_tags as u32 {
            let total: u64 = self.of(tag).map(|(_, share)| u64::from(share)).sum();
            if total != u64::from(WHOLE) {
                return malformed(format!("expected shares of {WHOLE} in all for each tag; found {total} for {tag}"));
            }
        }
        Ok(())
    }

    /// The tags that a holder of a tag counts for, and the shares.
    #[inline]
    pub(crate) fn of(&self, tag: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let range = self.offsets[tag as usize] as usize..self.offsets[tag as usize + 1] as usize;
        self.tags[range.clone()].iter().copied().zip(self.shares[range].iter().copied())
    }

    /// What tags count, given how often they are held.
    pub(crate) fn counts(&self, held: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; held.len()];
        for (tag, &held) in (0..).zip(held) {
            if held > 0.0 {
                for (near, share) in self.of(tag) {
                    counts[near as usize] += held * fraction(share);
                }
            }
        }
        counts
    }

    /// What one more holder of each tag is worth, given what one more count of each is.
    pub(crate) fn prices(&self, prices: &[f64]) -> Vec<f64> {
        let of = |tag| self.of(tag).map(|(near, share)| fraction(share) * prices[near as usize]).sum();
        (0..prices.len() as u32).map(of).collect()
    }
}

fn fraction(share: u32) -> f64 {
    f64::from(share) / f64::from(WHOLE)
}
