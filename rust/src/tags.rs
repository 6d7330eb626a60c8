//! The tag sets of all samples, as checked compressed sparse rows.

use std::borrow::Cow;
use std::ops::Range;
use std::thread;

use crate::error::{Error, Result};

/// Rows below which a second thread costs more than it saves.
const PART: usize = 1 << 17;

/// The tags of each sample: row `i` holds `codes[offsets[i]..offsets[i + 1]]`, each tag once.
///
/// ```
/// let tags = instag::TagSets::new(&[0, 2, 2, 5], &[0, 1, 1, 2, 1], 3)?;
/// assert_eq!(tags.row(0), [0, 1]);
/// assert_eq!(tags.row(1), []);
/// assert_eq!(tags.row(2), [1, 2]); // the second 1 says nothing new
/// # Ok::<(), instag::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TagSets<'a> {
    offsets: Cow<'a, [i64]>,
    codes: Cow<'a, [u32]>,
    n_tags: usize,
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
    /// [`Error::Malformed`] names the array and the place that breaks the shape.
    pub fn new(offsets: &'a [i64], codes: &'a [u32], n_tags: usize) -> Result<Self> {
        check(offsets, codes, n_tags)?;
        let checked = Self { offsets: Cow::Borrowed(offsets), codes: Cow::Borrowed(codes), n_tags };
        Ok(match checked.first_repeat() {
            None => checked,
            Some(row) => checked.without_repeats(row),
        })
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
        self.n_tags
    }

    /// The number of (sample, tag) pairs.
    #[must_use]
    pub fn n_pairs(&self) -> usize {
        self.codes.len()
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
    pub(crate) fn at(&self, place: Place) -> &[u32] {
        &self.codes[place.start..place.start + place.len as usize]
    }

    /// The same tag sets in another order, side by side in memory as they will be walked.
    pub(crate) fn arranged(&self, order: &[Place]) -> TagSets<'static> {
        let mut offsets = Vec::with_capacity(order.len() + 1);
        let mut codes = Vec::with_capacity(self.n_pairs());
        offsets.push(0);
        for &place in order {
            codes.extend_from_slice(self.at(place));
            offsets.push(codes.len() as i64);
        }
        TagSets { offsets: Cow::Owned(offsets), codes: Cow::Owned(codes), n_tags: self.n_tags }
    }

    /// The number of samples that hold each tag.
    #[must_use]
    pub(crate) fn holders(&self) -> Vec<u32> {
        let mut holders = vec![0; self.n_tags];
        for &tag in &*self.codes {
            holders[tag as usize] += 1;
        }
        holders
    }

    /// The first row that repeats a tag. Rows are looked at in parts, side by side, and the earliest find counts.
    fn first_repeat(&self) -> Option<usize> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let part = self.len().div_ceil(threads).max(PART);
        let parts = (0..self.len()).step_by(part).map(|start| start..self.len().min(start + part));
        thread::scope(|scope| {
            let looks: Vec<_> = parts
                .map(|rows| {
                    let look = {
                        let rows = rows.clone();
                        move || self.first_repeat_in(rows)
                    };
                    thread::Builder::new().spawn_scoped(scope, look).map_err(|_| rows)
                })
                .collect();
            let found = looks.into_iter().map(|look| match look {
                // A look cannot panic; were it to, "a repeat in row 0" would cost no more than a copy.
                Ok(look) => look.join().unwrap_or(Some(0)),
                Err(no_thread_for) => self.first_repeat_in(no_thread_for),
            });
            found.flatten().min()
        })
    }

    fn first_repeat_in(&self, mut rows: Range<usize>) -> Option<usize> {
        let mut seen_in = vec![u32::MAX; self.n_tags];
        rows.find(|&row| {
            // Every tag is looked at: a branch less costs less than the way out saves.
            self.row(row).iter().fold(false, |repeats, &tag| {
                repeats | (std::mem::replace(&mut seen_in[tag as usize], row as u32) == row as u32)
            })
        })
    }

    /// All rows before `first` are known to repeat nothing.
    fn without_repeats(&self, first: usize) -> Self {
        let mut offsets = self.offsets[..=first].to_vec();
        let mut codes = self.codes[..self.offsets[first] as usize].to_vec();
        let mut seen_in = vec![u32::MAX; self.n_tags];
        for row in first..self.len() {
            for &tag in self.row(row) {
                if std::mem::replace(&mut seen_in[tag as usize], row as u32) != row as u32 {
                    codes.push(tag);
                }
            }
            offsets.push(codes.len() as i64);
        }
        Self { offsets: Cow::Owned(offsets), codes: Cow::Owned(codes), n_tags: self.n_tags }
    }
}

fn check(offsets: &[i64], codes: &[u32], n_tags: usize) -> Result<()> {
    let malformed = |message: String| Err(Error::Malformed(message));
    let (Some(&first), Some(&last)) = (offsets.first(), offsets.last()) else {
        return malformed("offsets: expected one entry more than there are rows; found none".into());
    };
    // The largest u32 marks "no row", and a round is at most the number of rows.
    if offsets.len() > u32::MAX as usize {
        return malformed(format!("offsets: expected fewer than 2^32 - 1 rows; found {}", offsets.len() - 1));
    }
    if n_tags > u32::MAX as usize {
        return malformed(format!("n_tags: expected fewer than 2^32 tags; found {n_tags}"));
    }
    if first != 0 || last != codes.len() as i64 {
        return malformed(format!(
            "offsets: expected to run from 0 to {}, the number of codes; found {first} to {last}",
            codes.len()
        ));
    }
    if let Some(row) = offsets.windows(2).position(|pair| pair[0] > pair[1]) {
        return malformed(format!("offsets: expected no entry below the one before it; found one after row {row}"));
    }
    if let Some(place) = codes.iter().position(|&code| code as usize >= n_tags) {
        return malformed(format!(
            "codes: expected every code below n_tags = {n_tags}; found {} at {place}",
            codes[place]
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
    fn borrows_what_repeats_nothing() {
        let (offsets, codes) = ([0, 2, 2, 3], [1, 0, 1]);
        let tags = TagSets::new(&offsets, &codes, 2).unwrap();
        assert!(matches!(tags.codes, Cow::Borrowed(_)));
        assert_eq!(tags.counts().collect::<Vec<_>>(), [2, 0, 1]);
    }

    #[test]
    fn drops_repeats_and_keeps_first_places() {
        let tags = TagSets::new(&[0, 2, 6, 7], &[0, 1, 2, 0, 2, 1, 1], 3).unwrap();
        assert_eq!(tags.row(0), [0, 1]);
        assert_eq!(tags.row(1), [2, 0, 1]);
        assert_eq!(tags.row(2), [1]);
        assert_eq!(tags.n_pairs(), 6);
    }

    #[test]
    fn finds_the_first_repeat_in_any_part() {
        let n = 3 * PART;
        let offsets: Vec<i64> = (0..=n as i64).map(|row| 2 * row).collect();
        for first in [0, 1, PART, 2 * PART - 1, n - 1] {
            let mut codes: Vec<u32> = (0..2 * n as u32).map(|place| place % 2).collect();
            codes[2 * first] = 1;
            codes[2 * n - 2] = 1;
            let tags = TagSets::new(&offsets, &codes, 2).unwrap();
            let alone: Vec<usize> = (0..n).filter(|&row| tags.row(row) == [1]).collect();
            assert_eq!(alone, if first == n - 1 { vec![first] } else { vec![first, n - 1] });
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
        assert!(message(&[0, 2], &[0, 7], 7).contains("found 7 at 1"));
        assert!(message(&[0, -1, 1], &[0], 1).contains("after row 0"));
        let tags = TagSets::new(&[0, 1, 1], &[0], 1).unwrap();
        assert_eq!(tags.check_rows(&[1, 0]), Ok(()));
        assert_eq!(tags.check_rows(&[0, 2]).unwrap_err().to_string(), "rows: expected rows below 2; found 2");
    }
}
