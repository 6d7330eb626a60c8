//! Buckets of texts: those that are much alike nearly always meet in one.

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::parallel;
use crate::sort::sort_by;

use super::sketch::{Bands, Orders};
use super::text::{Marks, normal, runs};

/// Stands for a bucket that nothing else is in.
const ALONE: u32 = u32::MAX;
/// A bucket with more texts than this is crowded: not all pairs of its texts are compared.
pub(super) const CROWD: usize = 32;
/// Texts that are worth a thread.
const SHARE: usize = 1 << 11;

/// The buckets of some texts, which are numbered from 0.
pub(super) struct Sketches {
    rows: Vec<u32>,
    /// Runs of each text.
    sizes: Vec<u32>,
    places: Vec<u32>,
    starts: Vec<usize>,
    pub(super) buckets: usize,
    /// Whether a bucket holds more texts than are compared each with each.
    crowded: Vec<bool>,
}

impl Sketches {
    pub(super) fn new(
        texts: &[&str],
        rows: &[u32],
        threshold: f64,
        kept_apart: Marks,
        crowd: usize,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let bands = Bands::new(threshold);
        let orders = Orders::new(bands);
        let parts = parallel::map(parallel::shares(rows.len(), SHARE), interrupt, |share, interrupt| {
            let (mut sizes, mut keys) =
                (Vec::with_capacity(share.len()), Vec::with_capacity(share.len() * bands.count));
            let mut buffer = Vec::new();
            for &row in &rows[share] {
                let normal = normal(texts[row as usize]);
                runs(&normal, &mut buffer);
                sizes.push(buffer.len() as u32);
                orders.keys(&buffer, kept_apart.of(&normal), &mut keys);
                for _ in 0..=normal.len() / 8 {
                    interrupt.step()?;
                }
            }
            Ok((sizes, keys))
        })?;
        let (mut sizes, mut keys) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len() * bands.count));
        for (some_sizes, some_keys) in parts {
            sizes.extend(some_sizes);
            keys.extend(some_keys);
        }
        let (places, crowded) = (Vec::new(), Vec::new());
        let mut sketches = Self { rows: rows.to_vec(), sizes, places, starts: vec![0], buckets: 0, crowded };
        let numbers = sketches.number(&keys, bands.count, crowd, interrupt)?;
        for places in numbers.chunks(bands.count) {
            sketches.places.extend(places.iter().filter(|&&place| place != ALONE));
            sketches.starts.push(sketches.places.len());
        }
        Ok(sketches)
    }

    /// Numbers the buckets in which texts meet, for each text and band.
    fn number(&mut self, keys: &[u64], bands: usize, crowd: usize, interrupt: &Interrupt) -> Result<Vec<u32>> {
        let mut numbers = vec![ALONE; keys.len()];
        let mut keyed: Vec<(u64, u32)> = Vec::with_capacity(self.rows.len());
        for band in 0..bands {
            keyed.clear();
            let blank = |nth: u32| self.sizes[nth as usize] == 0;
            keyed.extend(keys.iter().skip(band).step_by(bands).copied().zip(0..).filter(|&(_, nth)| !blank(nth)));
            sort_by(&mut keyed, interrupt, Ord::cmp)?;
            for bucket in keyed.chunk_by(|one, other| one.0 == other.0) {
                interrupt.step()?;
                if bucket.len() > 1 {
                    for &(_, nth) in bucket {
                        numbers[nth as usize * bands + band] = self.buckets as u32;
                    }
                    self.buckets += 1;
                    self.crowded.push(bucket.len() > crowd);
                }
            }
        }
        Ok(numbers)
    }

    /// The number of texts.
    pub(super) fn len(&self) -> u32 {
        self.rows.len() as u32
    }

    /// The row of a text.
    pub(super) fn row(&self, nth: u32) -> u32 {
        self.rows[nth as usize]
    }

    /// How many runs a text has.
    pub(super) fn size(&self, nth: u32) -> usize {
        self.sizes[nth as usize] as usize
    }

    /// The buckets in which a text meets others, in ascending order.
    fn of(&self, nth: u32) -> &[u32] {
        &self.places[self.starts[nth as usize]..self.starts[nth as usize + 1]]
    }

    /// The buckets in which a text meets few others.
    pub(super) fn few(&self, nth: u32) -> impl Iterator<Item = u32> {
        self.of(nth).iter().copied().filter(|&bucket| !self.crowded[bucket as usize])
    }

    /// Whether a text meets many others in a bucket.
    pub(super) fn is_crowded(&self, nth: u32) -> bool {
        self.of(nth).iter().any(|&bucket| self.crowded[bucket as usize])
    }

    /// Whether two texts meet in a bucket.
    pub(super) fn meet(&self, one: u32, other: u32) -> bool {
        let (mut left, mut right) = (self.of(one), self.of(other));
        while let (Some(here), Some(there)) = (left.first(), right.first()) {
            if here == there {
                return true;
            }
            let rest = if here < there { &mut left } else { &mut right };
            *rest = &rest[1..];
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketched(texts: &[&str], threshold: f64, crowd: usize) -> Sketches {
        let rows: Vec<u32> = (0..texts.len() as u32).collect();
        Sketches::new(texts, &rows, threshold, Marks::Compared, crowd, &Interrupt::never()).unwrap()
    }

    #[test]
    fn texts_meet_where_they_share_a_bucket() {
        let words = ["maple", "river", "stone", "cloud", "ember", "frost", "grain", "haven", "ivory", "jewel"];
        let made: Vec<String> = (0..40)
            .map(|nth| {
                (0..6).map(|at| words[(nth * 7 + at * (nth % 4 + 1)) % words.len()]).collect::<Vec<_>>().join(" ")
            })
            .collect();
        let texts: Vec<&str> = made.iter().map(String::as_str).collect();
        let sketches = sketched(&texts, 0.8, CROWD);
        let mut met = [0, 0];
        for one in 0..sketches.len() {
            for other in 0..sketches.len() {
                let shared = sketches.of(one).iter().any(|bucket| sketches.of(other).contains(bucket));
                assert_eq!(sketches.meet(one, other), shared, "{one} {other}");
                met[usize::from(shared)] += 1;
            }
        }
        assert!(met.iter().all(|&pairs| pairs > 100), "{met:?}");
    }

    #[test]
    fn a_bucket_is_crowded_above_the_limit() {
        let (many, some, one) = ("the same words four times", "other words, three times", "a text of its own");
        let sketches = sketched(&[many, many, many, many, some, some, some, one], 0.8, 3);
        let bands = Bands::new(0.8).count;
        assert_eq!(sketches.buckets, 2 * bands);
        let crowded: Vec<bool> = (0..8).map(|nth| sketches.is_crowded(nth)).collect();
        assert_eq!(crowded, [true, true, true, true, false, false, false, false]);
        let few: Vec<usize> = (0..8).map(|nth| sketches.few(nth).count()).collect();
        assert_eq!(few, [0, 0, 0, 0, bands, bands, bands, 0]);
    }
}
