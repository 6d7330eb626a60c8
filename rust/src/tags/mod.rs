//! The tag sets of all samples, as checked compressed sparse rows.

mod check;

use std::borrow::Cow;
use std::mem::replace;

use check::{Count, check_ends};
pub(crate) use check::{check_rows, summed};

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::parallel;

/// Rows that are worth a thread.
const SHARE: usize = 1 << 17;

/// The tags of each sample: row `i` holds `codes[offsets[i]..offsets[i + 1]]`, each tag once.
///
/// They are checked when they are made and never change, so that nothing that takes them checks them again.
///
/// ```
/// let tags = instag::TagSets::new(&[0, 2, 2, 5], &[0, 1, 1, 2, 1], 3)?;
/// assert_eq!(tags.row(0), [0, 1]);
/// assert!(tags.row(1).is_empty());
/// assert_eq!(tags.row(2), [1, 2]); // the second 1 says nothing new
/// assert_eq!(tags.holders(), [1, 2, 1]);
/// # Ok::<(), instag::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagSets<'a> {
    offsets: Cow<'a, [i64]>,
    codes: Cow<'a, [u32]>,
    holders: Vec<u32>,
    repeats: Vec<u64>,
}

/// A sample and where its tags are, so that a walk in another order looks up the tags and not also their offsets:
/// out of order, each look-up is a cache miss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) row: u32,
    pub(crate) len: u32,
    start: usize,
}

impl<'a> TagSets<'a> {
    /// Checks the arrays and borrows them; only if a row repeats a tag are they copied without the repeats.
    ///
    /// `offsets` has one entry more than there are rows, `n_tags` is larger than every code.
    ///
    /// # Errors
    /// [`Error::Malformed`] names the array and the place that breaks the shape, [`Error::TooMany`] says that there are
    /// more rows or tags than 32 bits can number, or far more tags than codes.
    pub fn new(offsets: &'a [i64], codes: &'a [u32], n_tags: usize) -> Result<Self> {
        Self::checked(offsets, codes, n_tags, &Interrupt::never())
    }

    /// Does what [`TagSets::new`] does, and can be stopped.
    ///
    /// # Errors
    /// Those of [`TagSets::new`]; [`Error::Interrupted`] if the caller wants to stop.
    pub fn checked(offsets: &'a [i64], codes: &'a [u32], n_tags: usize, interrupt: &Interrupt) -> Result<Self> {
        check_ends(offsets, codes.len(), n_tags)?;
        let shares = parallel::shares(offsets.len() - 1, SHARE);
        let counted =
            parallel::map(shares, interrupt, |rows, interrupt| Count::of(offsets, codes, n_tags, rows, interrupt))?;
        let first = counted.iter().find_map(|count| count.first_repeat);
        let holders = summed(counted.into_iter().map(|count| count.holders));
        let (offsets, codes) = (Cow::Borrowed(offsets), Cow::Borrowed(codes));
        let tags = Self { offsets, codes, holders, repeats: Vec::new() };
        match first {
            None => Ok(tags),
            Some(first) => tags.without_repeats(first, interrupt),
        }
    }

    /// Tag sets of arrays that are known to be in order: no row repeats a tag, and `holders` has how many rows hold each.
    pub(crate) fn known(offsets: Vec<i64>, codes: Vec<u32>, holders: Vec<u32>, repeats: Vec<u64>) -> TagSets<'static> {
        TagSets { offsets: Cow::Owned(offsets), codes: Cow::Owned(codes), holders, repeats }
    }

    /// The same tag sets, with arrays of their own.
    #[must_use]
    pub fn into_owned(self) -> TagSets<'static> {
        TagSets::known(self.offsets.into_owned(), self.codes.into_owned(), self.holders, self.repeats)
    }

    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One more than the largest code there may be.
    #[must_use]
    pub fn n_tags(&self) -> usize {
        self.holders.len()
    }

    /// The number of (sample, tag) pairs.
    #[must_use]
    pub fn n_pairs(&self) -> usize {
        self.codes.len()
    }

    /// Where each sample's tags begin in [`codes`](Self::codes), and at the end where the last one's end.
    #[must_use]
    pub fn offsets(&self) -> &[i64] {
        &self.offsets
    }

    /// The tags of all samples, one sample after the other.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The number of samples that hold each tag.
    #[must_use]
    pub fn holders(&self) -> &[u32] {
        &self.holders
    }

    /// How often each tag was given, repeats within a row included.
    pub fn given(&self) -> impl Iterator<Item = u64> + '_ {
        let repeats = self.repeats.iter().copied().chain(std::iter::repeat(0));
        self.holders.iter().zip(repeats).map(|(&holders, repeats)| u64::from(holders) + repeats)
    }

    /// The tags of one sample, each once.
    #[must_use]
    #[inline]
    pub fn row(&self, row: usize) -> &[u32] {
        &self.codes[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    /// The number of tags of each sample, in the order of the rows.
    pub fn counts(&self) -> impl Iterator<Item = u32> + '_ {
        self.offsets.windows(2).map(|pair| (pair[1] - pair[0]) as u32)
    }

    /// Checks that every row is one of these samples.
    ///
    /// # Errors
    /// [`Error::Malformed`] names the first that is not.
    pub fn check_rows(&self, rows: &[u32]) -> Result<()> {
        match rows.iter().find(|&&row| row as usize >= self.len()) {
            None => Ok(()),
            Some(row) => Err(Error::Malformed(format!("rows: expected rows below {}; found {row}", self.len()))),
        }
    }

    /// Where a sample's tags are.
    #[must_use]
    #[inline]
    pub(crate) fn place(&self, row: u32) -> Place {
        let start = self.offsets[row as usize] as usize;
        let len = self.offsets[row as usize + 1] as usize - start;
        Place { row, len: len as u32, start }
    }

    /// The tags at a place.
    #[must_use]
    #[inline]
    pub(crate) fn slice(&self, place: Place) -> &[u32] {
        &self.codes[place.start..place.start + place.len as usize]
    }

    /// The same tag sets in another order, side by side in memory as they will be walked. The order has every sample
    /// with tags.
    pub(crate) fn arranged(&self, order: &[Place]) -> TagSets<'static> {
        let mut offsets = Vec::with_capacity(order.len() + 1);
        let mut codes = Vec::with_capacity(self.n_pairs());
        offsets.push(0);
        for &place in order {
            codes.extend_from_slice(self.slice(place));
            offsets.push(codes.len() as i64);
        }
        TagSets::known(offsets, codes, self.holders.clone(), self.repeats.clone())
    }

    /// All rows before `first` are known to repeat nothing.
    fn without_repeats(&self, first: usize, interrupt: &Interrupt) -> Result<Self> {
        let mut offsets = self.offsets[..=first].to_vec();
        let mut codes = self.codes[..self.offsets[first] as usize].to_vec();
        let (mut holders, mut repeats) = (self.holders.clone(), vec![0; self.n_tags()]);
        let mut seen_in = vec![u32::MAX; self.n_tags()];
        for row in first..self.len() {
            for &tag in self.row(row) {
                interrupt.step()?;
                if replace(&mut seen_in[tag as usize], row as u32) == row as u32 {
                    holders[tag as usize] -= 1;
                    repeats[tag as usize] += 1;
                } else {
                    codes.push(tag);
                }
            }
            offsets.push(codes.len() as i64);
        }
        Ok(TagSets::known(offsets, codes, holders, repeats))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borrows_what_repeats_nothing() {
        let (offsets, codes) = ([0, 2, 2, 3], [1, 0, 1]);
        let tags = TagSets::new(&offsets, &codes, 2).unwrap();
        assert!(matches!(tags.codes, Cow::Borrowed(_)));
        assert_eq!(tags.counts().collect::<Vec<_>>(), [2, 0, 1]);
        assert_eq!(tags.holders(), [1, 2]);
        assert_eq!(tags.given().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn drops_repeats_and_keeps_first_places() {
        let tags = TagSets::new(&[0, 2, 6, 7], &[0, 1, 2, 0, 2, 1, 1], 4).unwrap();
        assert_eq!(tags.row(0), [0, 1]);
        assert_eq!(tags.row(1), [2, 0, 1]);
        assert_eq!(tags.row(2), [1]);
        assert_eq!(tags.n_pairs(), 6);
        assert_eq!(tags.holders(), [2, 3, 1, 0]);
        assert_eq!(tags.given().collect::<Vec<_>>(), [2, 3, 2, 0]);
    }

    #[test]
    fn finds_the_first_repeat_in_any_share() {
        let n = 3 * SHARE;
        let offsets: Vec<i64> = (0..=n as i64).map(|row| 2 * row).collect();
        for first in [0, 1, SHARE, 2 * SHARE - 1, n - 1] {
            let mut codes: Vec<u32> = (0..2 * n as u32).map(|place| place % 2).collect();
            codes[2 * first] = 1;
            codes[2 * n - 2] = 1;
            let tags = TagSets::new(&offsets, &codes, 2).unwrap();
            let alone: Vec<usize> = (0..n).filter(|&row| tags.row(row) == [1]).collect();
            assert_eq!(alone, if first == n - 1 { vec![first] } else { vec![first, n - 1] });
            assert_eq!(tags.holders(), [(n - alone.len()) as u32, n as u32]);
        }
    }

    #[test]
    fn no_rows_are_rows_too() {
        let tags = TagSets::new(&[0], &[], 0).unwrap();
        assert!(tags.is_empty());
    }

    #[test]
    fn can_be_stopped() {
        let offsets: Vec<i64> = (0..=100_000).collect();
        let stop = Interrupt::new(&|| true);
        assert_eq!(TagSets::checked(&offsets, &vec![0; 100_000], 1, &stop), Err(Error::Interrupted));
        let repeated = (vec![0, 100_000], vec![0; 100_000]);
        assert_eq!(TagSets::checked(&repeated.0, &repeated.1, 1, &stop), Err(Error::Interrupted));
    }
}
