//! Pairs of tags that samples hold together: all pairs that enough samples hold.
//!
//! Every pair of tags in every sample is noted once, under the tag with the higher code. The notes under one tag are
//! counted in a table with a place for each other tag, which fits into the cache. Notes are made in runs: under each tag
//! of a sample, all of its tags with lower codes. If the more frequent tag has the lower code, no tag has many more notes
//! than another, since a frequent tag comes with few that are more frequent.
//!
//! The number of notes at a time is bounded, at the price of another pass over the samples for every part.

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// Notes at a time, 128 MiB, unless one tag alone has more.
const PART: usize = 1 << 25;

/// Two tags and the samples that hold both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The tag with the lower code.
    pub a: u32,
    /// The tag with the higher code.
    pub b: u32,
    /// The samples that hold both.
    pub both: u32,
}

/// The pairs that at least `least` samples hold, and at least one, ordered by the second tag, then the first.
///
/// ```
/// use instag::{Interrupt, Pair, TagSets, cooccurrences};
///
/// let tags = TagSets::new(&[0, 2, 5], &[0, 1, 2, 1, 0], 3)?;
/// let pairs = cooccurrences(&tags, 2, &Interrupt::never())?;
/// assert_eq!(pairs, [Pair { a: 0, b: 1, both: 2 }]);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Interrupted`](crate::Error::Interrupted) if the caller wants to stop.
pub fn cooccurrences(tags: &TagSets, least: u32, interrupt: &Interrupt) -> Result<Vec<Pair>> {
    in_parts(tags, least.max(1), PART, interrupt)
}

fn in_parts(tags: &TagSets, least: u32, part: usize, interrupt: &Interrupt) -> Result<Vec<Pair>> {
    let rows = Sorted::new(tags, least, interrupt)?;
    let under = rows.under(tags.n_tags());
    let mut pairs = Vec::new();
    let mut count = Count { hits: vec![0; tags.n_tags()], met: Vec::new(), least };
    let mut notes = Vec::new();
    let mut from = 0;
    while from < under.len() {
        // One tag at least, and as many more as there is room for.
        let mut to = from + 1;
        let mut total = under[from];
        while to < under.len() && total + under[to] <= part {
            total += under[to];
            to += 1;
        }
        notes.resize(total, 0);
        let ends = rows.write(&under, from..to, &mut notes, interrupt)?;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        for (b, (start, &end)) in (from as u32..).zip(starts.zip(&ends)) {
            count.of(b, &notes[start..end], &mut pairs, interrupt)?;
        }
        from = to;
    }
    Ok(pairs)
}

/// For each sample with two or more tags that are frequent enough, these tags by code.
struct Sorted {
    ends: Vec<usize>,
    codes: Vec<u32>,
}

impl Sorted {
    fn new(tags: &TagSets, least: u32, interrupt: &Interrupt) -> Result<Self> {
        let holders = tags.holders();
        let mut sorted = Self { ends: Vec::with_capacity(tags.len()), codes: Vec::with_capacity(tags.n_pairs()) };
        for row in 0..tags.len() {
            interrupt.step()?;
            let start = sorted.codes.len();
            sorted.codes.extend(tags.row(row).iter().filter(|&&tag| holders[tag as usize] >= least));
            if sorted.codes.len() < start + 2 {
                sorted.codes.truncate(start);
                continue;
            }
            sorted.codes[start..].sort_unstable();
            sorted.ends.push(sorted.codes.len());
        }
        Ok(sorted)
    }

    fn rows(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.codes[start..end])
    }

    /// How many notes each tag will have.
    fn under(&self, n_tags: usize) -> Vec<usize> {
        let mut under = vec![0; n_tags];
        for row in self.rows() {
            for (nth, &tag) in row.iter().enumerate() {
                under[tag as usize] += nth;
            }
        }
        under
    }

    /// Notes under each tag of `part` those before it in its samples, and returns where each tag's notes end.
    fn write(
        &self,
        under: &[usize],
        part: std::ops::Range<usize>,
        notes: &mut [u32],
        interrupt: &Interrupt,
    ) -> Result<Vec<usize>> {
        // Each end begins as a start, and moves as notes are made.
        let mut ends: Vec<usize> = under[part.clone()]
            .iter()
            .scan(0, |end, &length| {
                let start = *end;
                *end += length;
                Some(start)
            })
            .collect();
        for row in self.rows() {
            interrupt.step()?;
            for (nth, &tag) in row.iter().enumerate().skip(1) {
                if let Some(end) = (tag as usize).checked_sub(part.start).and_then(|place| ends.get_mut(place)) {
                    notes[*end..*end + nth].copy_from_slice(&row[..nth]);
                    *end += nth;
                }
            }
        }
        Ok(ends)
    }
}

struct Count {
    /// For each tag how often it was met; 0 for all between two counts.
    hits: Vec<u32>,
    met: Vec<u32>,
    least: u32,
}

impl Count {
    fn of(&mut self, b: u32, notes: &[u32], pairs: &mut Vec<Pair>, interrupt: &Interrupt) -> Result<()> {
        for &a in notes {
            interrupt.step()?;
            let hits = &mut self.hits[a as usize];
            if *hits == 0 {
                self.met.push(a);
            }
            *hits += 1;
        }
        let start = pairs.len();
        for a in self.met.drain(..) {
            let both = std::mem::take(&mut self.hits[a as usize]);
            if both >= self.least {
                pairs.push(Pair { a, b, both });
            }
        }
        pairs[start..].sort_unstable();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_any_size_find_the_same() {
        let (offsets, codes): (Vec<i64>, Vec<u32>) =
            ((0..=300).map(|row| row * 4).collect(), (0..1200).map(|place| (place * place * 7) % 23).collect());
        let tags = TagSets::new(&offsets, &codes, 23).unwrap();
        for least in [1, 5] {
            let whole = in_parts(&tags, least, usize::MAX, &Interrupt::never()).unwrap();
            assert!(!whole.is_empty());
            for part in [0, 1, 50, 400] {
                assert_eq!(in_parts(&tags, least, part, &Interrupt::never()).unwrap(), whole, "{part}");
            }
        }
    }
}
