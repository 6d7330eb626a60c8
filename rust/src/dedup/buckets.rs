//! Texts in buckets, and whether two that meet are copies.

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::parallel;
use crate::sort::sort_by;

use super::sketch::{Bands, Orders};
use super::text::{jaccard, marks, normal, runs};

/// In the place of a bucket that nothing else is in.
const ALONE: u32 = u32::MAX;
/// Texts that are worth a thread.
const SHARE: usize = 1 << 11;

/// Whether numbers and words with symbols keep texts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    Compared,
    Ignored,
}

impl Marks {
    fn of(self, normal: &str) -> u64 {
        match self {
            Self::Compared => marks(normal),
            Self::Ignored => 0,
        }
    }
}

/// Whether a normal text says nothing.
pub(super) fn is_blank(normal: &str) -> bool {
    normal.is_empty()
}

/// Checks what a caller may get wrong.
pub(super) fn check(texts: usize, order: &[u32], threshold: Option<f64>) -> Result<()> {
    let mut seen = vec![false; texts];
    let all = order.len() == texts
        && order.iter().all(|&row| seen.get_mut(row as usize).is_some_and(|seen| !std::mem::replace(seen, true)));
    if !all {
        return Err(Error::Malformed(format!("order: expected each of {texts} texts once")));
    }
    match threshold {
        Some(threshold) if !(threshold > 0.0 && threshold <= 1.0) => {
            Err(Error::Malformed(format!("threshold: expected a number above 0 and up to 1; found {threshold}")))
        }
        _ => Ok(()),
    }
}

/// The buckets of some texts, which are counted anew.
pub(super) struct Sketches {
    rows: Vec<u32>,
    /// Runs of each text.
    sizes: Vec<u32>,
    places: Vec<u32>,
    starts: Vec<usize>,
    pub(super) buckets: usize,
}

impl Sketches {
    pub(super) fn new(
        texts: &[&str],
        rows: &[u32],
        threshold: f64,
        kept_apart: Marks,
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
        let mut sketches = Self { rows: rows.to_vec(), sizes, places: Vec::new(), starts: vec![0], buckets: 0 };
        let numbers = sketches.meet(&keys, bands.count, interrupt)?;
        for places in numbers.chunks(bands.count) {
            sketches.places.extend(places.iter().filter(|&&place| place != ALONE));
            sketches.starts.push(sketches.places.len());
        }
        Ok(sketches)
    }

    /// Numbers the buckets in which texts meet, for each text and band.
    fn meet(&mut self, keys: &[u64], bands: usize, interrupt: &Interrupt) -> Result<Vec<u32>> {
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
                }
            }
        }
        Ok(numbers)
    }

    /// The buckets in which a text meets others.
    pub(super) fn of(&self, nth: u32) -> &[u32] {
        &self.places[self.starts[nth as usize]..self.starts[nth as usize + 1]]
    }
}

/// Whether two texts are copies, looked at in truth.
pub(super) struct Comparison<'a> {
    texts: &'a [&'a str],
    threshold: f64,
    kept_apart: Marks,
    /// The text that others are compared with, its runs and marks.
    current: Option<u32>,
    runs: Vec<u64>,
    marks: u64,
    other: Vec<u64>,
    /// The last text that each was compared with.
    compared: Vec<u32>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(texts: &'a [&'a str], threshold: f64, kept_apart: Marks) -> Self {
        let compared = vec![u32::MAX; texts.len()];
        Self { texts, threshold, kept_apart, current: None, runs: Vec::new(), marks: 0, other: Vec::new(), compared }
    }

    /// How like two texts are where they are copies; nothing where they are not, or were compared just now.
    pub(super) fn likeness(
        &mut self,
        sketches: &Sketches,
        nth: u32,
        other: u32,
        interrupt: &Interrupt,
    ) -> Result<Option<f64>> {
        interrupt.step()?;
        if std::mem::replace(&mut self.compared[other as usize], nth) == nth {
            return Ok(None);
        }
        let (size, others) = (sketches.sizes[nth as usize], sketches.sizes[other as usize]);
        if f64::from(size.min(others)) < self.threshold * f64::from(size.max(others)) {
            return Ok(None);
        }
        if self.current.replace(nth) != Some(nth) {
            let text = normal(self.texts[sketches.rows[nth as usize] as usize]);
            self.marks = self.kept_apart.of(&text);
            runs(&text, &mut self.runs);
        }
        let text = normal(self.texts[sketches.rows[other as usize] as usize]);
        if self.kept_apart.of(&text) != self.marks {
            return Ok(None);
        }
        runs(&text, &mut self.other);
        for _ in 0..=self.other.len() / 8 {
            interrupt.step()?;
        }
        let likeness = jaccard(&self.runs, &self.other);
        Ok((likeness >= self.threshold).then_some(likeness))
    }
}
