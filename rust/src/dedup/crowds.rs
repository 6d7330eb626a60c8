//! Texts of crowded buckets, found by their rarest runs.
//!
//! In a bucket of few texts each is compared with each. Where thousands of texts are made on one pattern, they fall into
//! the same buckets and are still no copies, and all pairs of them would be too many. The runs of a text are put in an
//! order, the rarest first. Copies share so many runs that the first shared one stands among the first few of both
//! (Chaudhuri, Ganti and Kaushik, "A Primitive Operator for Similarity Joins in Data Cleaning", 2006; Xiao et al.,
//! "Efficient Similarity Joins for Near-Duplicate Detection", 2011). These are rare runs, such as those of the word in
//! which the texts differ, so that few pairs are left. No copies are lost: only pairs that cannot be copies are.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::parallel;
use crate::sort::sort_by;

use super::buckets::Sketches;
use super::text::{normal, runs};

/// Stands for a run that is among the rarest of no other text.
const ALONE: u32 = u32::MAX;
/// Counters of runs. Runs that share one look more frequent than they are, which costs time and no copies.
const COUNTERS: usize = 1 << 20;
/// Texts that are worth a thread.
const SHARE: usize = 1 << 11;
/// Room for the rounding of shares.
const SLACK: f64 = 1e-6;

/// A text, and the place of a run in its order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) text: u32,
    at: u32,
}

/// The rarest runs of the texts in crowded buckets.
pub(super) struct Crowds {
    /// The share of the sizes of two copies, added up, that is the least number of runs they have in common.
    common: f64,
    /// The number of each of the rarest runs, in order, or [`ALONE`].
    rarest: Vec<u32>,
    starts: Vec<usize>,
    /// How many runs have a number.
    pub(super) runs: usize,
}

impl Crowds {
    pub(super) fn new(texts: &[&str], sketches: &Sketches, threshold: f64, interrupt: &Interrupt) -> Result<Self> {
        let common = threshold / (1.0 + threshold);
        let members: Vec<u32> = (0..sketches.len()).filter(|&nth| sketches.is_crowded(nth)).collect();
        let counts = counts(texts, sketches, &members, interrupt)?;
        let parts = parallel::map(parallel::shares(members.len(), SHARE), interrupt, |share, interrupt| {
            let (mut buffer, mut ordered, mut found) = (Vec::new(), Vec::new(), Vec::new());
            for &nth in &members[share] {
                read(texts, sketches, nth, &mut buffer, interrupt)?;
                ordered.clear();
                ordered.extend(buffer.iter().map(|&run| (counts[counter(run)], run)));
                let first = first_few(ordered.len(), threshold);
                if first < ordered.len() {
                    ordered.select_nth_unstable(first);
                    ordered.truncate(first);
                }
                ordered.sort_unstable();
                found.extend(ordered.iter().map(|&(_, run)| (run >> 32) as u32));
            }
            Ok(found)
        })?;
        let mut rarest: Vec<u32> = parts.concat();
        let numbers = numbered(&rarest, interrupt)?;
        for run in &mut rarest {
            *run = numbers.get(run).copied().unwrap_or(ALONE);
        }
        let mut starts = Vec::with_capacity(sketches.len() as usize + 1);
        let mut end = 0;
        starts.push(end);
        for nth in 0..sketches.len() {
            if sketches.is_crowded(nth) {
                end += first_few(sketches.size(nth), threshold);
            }
            starts.push(end);
        }
        Ok(Self { common, rarest, starts, runs: numbers.len() })
    }

    /// The rarest runs of a text: their numbers, and where each stands.
    pub(super) fn of(&self, text: u32) -> impl Iterator<Item = (u32, Place)> + '_ {
        let runs = &self.rarest[self.starts[text as usize]..self.starts[text as usize + 1]];
        (0..).zip(runs).filter(|&(_, &run)| run != ALONE).map(move |(at, &run)| (run, Place { text, at }))
    }

    /// Whether a run stands so early in a text that it can be the first that the text shares with a copy of its size or
    /// more. The first run that two copies share stands early in the smaller one.
    pub(super) fn is_early(&self, sketches: &Sketches, place: Place) -> bool {
        let size = sketches.size(place.text);
        real(size - place.at as usize) + SLACK >= self.common * real(2 * size)
    }

    /// Whether two texts can be copies if this is the first run that they share, by what is left behind it.
    pub(super) fn may_be_copies(&self, sketches: &Sketches, one: Place, other: Place) -> bool {
        let (size, others) = (sketches.size(one.text), sketches.size(other.text));
        let left = (size - one.at as usize).min(others - other.at as usize);
        real(left) + SLACK >= self.common * real(size + others)
    }
}

/// How many of the rarest runs are enough: a copy of a text lacks fewer of its runs than this.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the size, and above 0")]
fn first_few(size: usize, threshold: f64) -> usize {
    size.min(((1.0 - threshold) * real(size) + SLACK) as usize + 1)
}

#[expect(clippy::cast_precision_loss, reason = "no text has 2^53 characters")]
fn real(count: usize) -> f64 {
    count as f64
}

fn counter(run: u64) -> usize {
    run as usize % COUNTERS
}

fn read(texts: &[&str], sketches: &Sketches, nth: u32, buffer: &mut Vec<u64>, interrupt: &Interrupt) -> Result<()> {
    runs(&normal(texts[sketches.row(nth) as usize]), buffer);
    for _ in 0..=buffer.len() / 8 {
        interrupt.step()?;
    }
    Ok(())
}

/// How many of the texts have a run, by its counter.
fn counts(texts: &[&str], sketches: &Sketches, members: &[u32], interrupt: &Interrupt) -> Result<Vec<u32>> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let parts = parallel::map(parallel::shares(members.len(), SHARE), interrupt, |share, interrupt| {
        let mut counts = vec![0u32; COUNTERS];
        let mut buffer = Vec::new();
        for &nth in &members[share] {
            read(texts, sketches, nth, &mut buffer, interrupt)?;
            for &run in &buffer {
                counts[counter(run)] += 1;
            }
        }
        Ok(counts)
    })?;
    let mut all = vec![0u32; COUNTERS];
    for part in parts {
        all.iter_mut().zip(part).for_each(|(all, count)| *all += count);
    }
    Ok(all)
}

/// Numbers for the runs that occur more than once.
fn numbered(rarest: &[u32], interrupt: &Interrupt) -> Result<HashMap<u32, u32, FixedState>> {
    let mut sorted = rarest.to_vec();
    sort_by(&mut sorted, interrupt, Ord::cmp)?;
    let again = sorted.chunk_by(|one, other| one == other).filter(|same| same.len() > 1);
    Ok(again.map(|same| same[0]).zip(0..).collect())
}

#[cfg(test)]
mod tests {
    use super::super::text::Marks;
    use super::*;

    #[test]
    fn runs_are_counted_once_a_text() {
        let texts = ["abcdefg", "abcdefg abcdefg", "bcdefgh"];
        let never = Interrupt::never();
        let sketches = Sketches::new(&texts, &[0, 1, 2], 0.5, Marks::Compared, 1, &never).unwrap();
        let counts = counts(&texts, &sketches, &[0, 1, 2], &never).unwrap();
        let of = |run: &str| {
            let mut found = Vec::new();
            runs(run, &mut found);
            counts[counter(found[0])]
        };
        assert_eq!([of("abcde"), of("cdefg"), of("defgh"), of("fghij")], [2, 3, 1, 0]);
    }

    #[test]
    fn runs_that_come_again_have_numbers() {
        let numbers = numbered(&[7, 3, 9, 7, 5, 9, 9], &Interrupt::never()).unwrap();
        let mut sorted: Vec<(u32, u32)> = numbers.into_iter().collect();
        sorted.sort_unstable();
        assert_eq!(sorted, [(7, 0), (9, 1)]);
    }
}
