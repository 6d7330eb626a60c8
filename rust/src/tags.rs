//! The tag sets of all samples, as checked compressed sparse rows.

use std::borrow::Cow;
use std::mem::replace;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::parallel;

/// Rows that are worth a thread.
const SHARE: usize = 1 << 17;
/// Tags that no row need have: what is counted of each tag takes memory whether or not a row has it.
const UNUSED: usize = 1 << 24;

/// The tags of each sample: row `i` holds `codes[offsets[i]..offsets[i + 1]]`, each tag once.
///
/// They are checked when they are made and never change, so that nothing that takes them checks them again.
///
/// ```
/// let tags = instag::TagSets::new(&[0, 2, 2, 5], &[0, 1, 1, 2, 1], 3)?;
/// assert_eq!(tags.row(0), [0, 1]);
/// assert_eq!(tags.row(1), []);
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
    /// Checks the arrays and borrows them; only where a row repeats a tag are they copied without the repeats.
    ///
    /// `offsets` has one entry more than there are rows, `n_tags` is larger than every code.
    ///
    /// # Errors
    /// [`Error::Malformed`] names the array and the place that breaks the shape, [`Error::TooMany`] says that there are
    /// more rows or tags than 32 bits can number, or far more tags than codes.
    pub fn new(offsets: &'a [i64], codes: &'a [u32], n_tags: usize) -> Result<Self> {
        Self::checked(offsets, codes, n_tags, &Interrupt::never())
    }

    /// The same, and can be stopped.
    ///
    /// # Errors
    /// Those of [`TagSets::new`]; [`Error::Interrupted`] where the caller wants to stop.
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

    /// The same, with arrays of their own.
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

/// What there is in some rows.
struct Count {
    holders: Vec<u32>,
    first_repeat: Option<usize>,
}

impl Count {
    fn of(offsets: &[i64], codes: &[u32], n_tags: usize, rows: Range<usize>, interrupt: &Interrupt) -> Result<Self> {
        let mut count = Self { holders: vec![0; n_tags], first_repeat: None };
        let mut seen_in = vec![u32::MAX; n_tags];
        for row in rows {
            interrupt.step()?;
            let (start, end) = (offsets[row], offsets[row + 1]);
            if !(0 <= start && start <= end && end <= codes.len() as i64) {
                let what = "expected no entry below the one before it";
                return Err(Error::Malformed(format!("offsets: {what}; found one after row {row}")));
            }
            let held = &codes[start as usize..end as usize];
            let mut repeats = false;
            for (place, &tag) in held.iter().enumerate() {
                let Some(seen) = seen_in.get_mut(tag as usize) else {
                    let place = start as usize + place;
                    let what = format!("expected every code below n_tags = {n_tags}; found {tag} at {place}");
                    return Err(Error::Malformed(format!("codes: {what}")));
                };
                repeats |= replace(seen, row as u32) == row as u32;
                count.holders[tag as usize] += 1;
            }
            if repeats && count.first_repeat.is_none() {
                count.first_repeat = Some(row);
            }
        }
        Ok(count)
    }
}

/// Sums place by place; as long as the longest.
pub(crate) fn summed(parts: impl Iterator<Item = Vec<u32>>) -> Vec<u32> {
    parts.fold(Vec::new(), |one, other| {
        let (mut longer, shorter) = if one.len() < other.len() { (other, one) } else { (one, other) };
        for (sum, more) in longer.iter_mut().zip(shorter) {
            *sum += more;
        }
        longer
    })
}

/// The most rows: the largest u32 marks "no row", and a round is at most the number of rows.
pub(crate) fn check_rows(rows: usize) -> Result<()> {
    if rows < u32::MAX as usize {
        return Ok(());
    }
    let way = "rank parts of the data, and choose from the first rounds of each: for complexity-first, whole rounds are exact";
    Err(Error::TooMany(format!("expected fewer than 4,294,967,295 rows; found {rows}: {way}")))
}

fn check_ends(offsets: &[i64], codes: usize, n_tags: usize) -> Result<()> {
    let malformed = |message: String| Err(Error::Malformed(message));
    let (Some(&first), Some(&last)) = (offsets.first(), offsets.last()) else {
        return malformed("offsets: expected one entry more than there are rows; found none".into());
    };
    check_rows(offsets.len() - 1)?;
    if n_tags > u32::MAX as usize {
        return Err(Error::TooMany(format!("n_tags: expected fewer than 2^32 tags; found {n_tags}")));
    }
    if n_tags > codes + UNUSED {
        return Err(Error::TooMany(format!(
            "n_tags: expected at most {UNUSED} tags more than there are codes, of which there are {codes}; found {n_tags}"
        )));
    }
    if first != 0 || last != codes as i64 {
        return malformed(format!(
            "offsets: expected to run from 0 to {codes}, the number of codes; found {first} to {last}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(offsets: &[i64], codes: &[u32], n_tags: usize) -> String {
        TagSets::new(offsets, codes, n_tags).unwrap_err().to_string()
    }

    #[test]
    fn sizes_that_no_data_have_are_an_error_and_no_allocation() {
        assert_eq!(
            message(&[0, 1], &[0], u32::MAX as usize),
            "n_tags: expected at most 16777216 tags more than there are codes, of which there are 1; found 4294967295"
        );
        assert_eq!(message(&[0, 1], &[0], 1 << 32), "n_tags: expected fewer than 2^32 tags; found 4294967296");
    }

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
    fn says_what_is_malformed() {
        assert!(message(&[], &[], 0).starts_with("offsets: expected one entry more"));
        assert!(message(&[1, 1], &[0], 1).contains("found 1 to 1"));
        assert!(message(&[0, 2, 1, 3], &[0, 0, 0], 1).contains("after row 1"));
        assert!(message(&[0, 9, 1], &[0], 1).contains("after row 0"));
        assert!(message(&[0, 2], &[0, 7], 7).contains("found 7 at 1"));
        assert!(message(&[0, -1, 1], &[0], 1).contains("after row 0"));
        let tags = TagSets::new(&[0, 1, 1], &[0], 1).unwrap();
        assert_eq!(tags.check_rows(&[1, 0]), Ok(()));
        assert_eq!(tags.check_rows(&[0, 2]).unwrap_err().to_string(), "rows: expected rows below 2; found 2");
        assert!(check_rows(u32::MAX as usize - 1).is_ok());
        assert!(
            check_rows(u32::MAX as usize).unwrap_err().to_string().contains("found 4294967295: rank parts of the data")
        );
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
