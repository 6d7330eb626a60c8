//! Vectors by their directions.
//!
//! Similarities are computed twice over. The fast way multiplies unit vectors in single precision. A product of
//! rounded unit vectors in d dimensions, added up in any order, is off by less than [`Vectors::slack`], so it settles
//! every pair that is not that near to the limit. The sure way multiplies the vectors as they came, in double precision,
//! and divides by their lengths: it decides the pairs that are left, and its similarities are those that are reported.
//!
//! Both add up in one fixed order, in lanes that any compiler turns into vector instructions and none may reorder.
//! Which instructions these are is decided when it runs, by what the processor has ([`Level`]): wider ones take more
//! lanes at a time, and as every lane is rounded by itself, after the product and after the sum, the result is the same
//! to the last bit.

#![allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest processor")]

use std::array;

use fearless_simd::{Level, dispatch};

use crate::error::{Error, Result};

/// Sums that run side by side in a product.
const LANES: usize = 16;

/// A matrix of finite numbers, one vector a row.
#[derive(Debug, Clone)]
pub struct Vectors<'a> {
    values: &'a [f32],
    width: usize,
    lengths: Vec<f64>,
    units: Vec<f32>,
    level: Level,
}

impl<'a> Vectors<'a> {
    /// Checks the rows, and makes a unit vector of each that is not 0.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the shape is not that of `values`, or a number is not finite.
    pub fn new(values: &'a [f32], n_rows: usize, width: usize) -> Result<Self> {
        if n_rows.checked_mul(width) != Some(values.len()) {
            let found = values.len();
            return Err(Error::Malformed(format!("vectors: expected {n_rows} rows of {width}; found {found} numbers")));
        }
        if n_rows >= u32::MAX as usize {
            return Err(Error::Malformed(format!("vectors: expected fewer than 2^32 - 1 rows; found {n_rows}")));
        }
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            let (row, found) = (place / width, values[place]);
            return Err(Error::Malformed(format!("vectors: expected finite numbers; found {found} in row {row}")));
        }
        let (mut lengths, mut units) = (vec![0.0; n_rows], vec![0.0; values.len()]);
        let level = Level::new();
        dispatch!(level, _ => scale(values, width.max(1), &mut lengths, &mut units));
        Ok(Self { values, width, lengths, units, level })
    }

    /// The number of vectors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether there is no vector.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The vectors that are not 0.
    pub(super) fn directed(&self) -> Vec<u32> {
        (0..self.len() as u32).filter(|&point| self.has_direction(point as usize)).collect()
    }

    pub(super) fn has_direction(&self, point: usize) -> bool {
        self.lengths[point] > 0.0
    }

    pub(super) fn unit(&self, point: u32) -> &[f32] {
        &self.units[point as usize * self.width..][..self.width]
    }

    /// What the processor can do.
    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// Calls `each` with every pair and its cosine similarity, off by less than [`slack`](Self::slack).
    pub(super) fn similarities(&self, pairs: impl Iterator<Item = (u32, u32)>, each: impl FnMut(u32, u32, f32)) {
        dispatch!(self.level, _ => self.each_similarity(pairs, each));
    }

    #[inline(always)]
    fn each_similarity(&self, pairs: impl Iterator<Item = (u32, u32)>, mut each: impl FnMut(u32, u32, f32)) {
        for (one, other) in pairs {
            each(one, other, dot(self.unit(one), self.unit(other)));
        }
    }

    /// The same vectors, as a lesser processor computes with them.
    #[cfg(test)]
    pub(super) fn at(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// How far a similarity may be off.
    pub(super) fn slack(&self) -> f32 {
        slack(self.width)
    }

    /// The cosine distance, as exact as double precision has it. Neither vector is 0.
    #[inline(always)]
    pub(super) fn distance(&self, one: u32, other: u32) -> f64 {
        let row = |point: u32| &self.values[point as usize * self.width..][..self.width];
        let lengths = self.lengths[one as usize] * self.lengths[other as usize];
        (1.0 - product(row(one), row(other)) / lengths).max(0.0)
    }

    /// Calls `each` with the [`distance`](Self::distance) of one from each of the others.
    pub(super) fn distances(&self, one: u32, others: &[u32], mut each: impl FnMut(f64)) {
        dispatch!(self.level, _ => others.iter().for_each(|&other| each(self.distance(one, other))));
    }
}

/// The length of each row, and its unit vector.
#[inline(always)]
fn scale(values: &[f32], width: usize, lengths: &mut [f64], units: &mut [f32]) {
    for ((row, length), unit) in values.chunks_exact(width).zip(lengths).zip(units.chunks_exact_mut(width)) {
        *length = product(row, row).sqrt();
        let scale = if *length > 0.0 { length.recip() } else { 0.0 };
        for (number, &value) in unit.iter_mut().zip(row) {
            *number = (f64::from(value) * scale) as f32;
        }
    }
}

/// How far [`dot`] may be off for unit vectors of `width` numbers. Every rounding is by at most half of `EPSILON`, and
/// a product goes through one of its own, two of the unit vectors, one for each addition to its lane and four for
/// those of the lanes; what is added up is at most 1 in all. Twice that is more than safe.
#[allow(clippy::cast_precision_loss, reason = "no vector is 2^24 wide, and the slack is generous")]
fn slack(width: usize) -> f32 {
    (width / LANES + 16) as f32 * f32::EPSILON
}

/// The inner product in single precision.
#[inline(always)]
pub(super) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let (one, one_rest) = one.as_chunks::<LANES>();
    let (other, other_rest) = other.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in one.iter().zip(other) {
        sums = array::from_fn(|lane| sums[lane] + a[lane] * b[lane]);
    }
    for (sum, (a, b)) in sums.iter_mut().zip(one_rest.iter().zip(other_rest)) {
        *sum += a * b;
    }
    let fours: [f32; 4] = array::from_fn(|lane| (sums[lane] + sums[lane + 4]) + (sums[lane + 8] + sums[lane + 12]));
    (fours[0] + fours[2]) + (fours[1] + fours[3])
}

/// The inner product in double precision, where every single product is exact.
#[inline(always)]
pub(super) fn product(one: &[f32], other: &[f32]) -> f64 {
    let (one, one_rest) = one.as_chunks::<8>();
    let (other, other_rest) = other.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in one.iter().zip(other) {
        sums = array::from_fn(|lane| sums[lane] + f64::from(a[lane]) * f64::from(b[lane]));
    }
    for (sum, (&a, &b)) in sums.iter_mut().zip(one_rest.iter().zip(other_rest)) {
        *sum += f64::from(a) * f64::from(b);
    }
    ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_do_not_matter() {
        // Products of the first overflow single precision, those of the second vanish in it.
        let vectors = Vectors::new(&[3e38, 3e38, 1e-30, 1e-30, -2e-45, -2e-45, 0.0, 0.0], 4, 2).unwrap();
        assert_eq!(vectors.directed(), [0, 1, 2]);
        assert_eq!(vectors.unit(3), [0.0, 0.0]);
        assert!(vectors.distance(0, 1) < 1e-12 && (vectors.distance(0, 2) - 2.0).abs() < 1e-12);
        let mut similarities = Vec::new();
        vectors.similarities([(0, 1), (1, 2)].into_iter(), |_, _, similarity| similarities.push(similarity));
        assert!((similarities[0] - 1.0).abs() < vectors.slack() && (similarities[1] + 1.0).abs() < vectors.slack());
    }

    #[test]
    fn every_width_is_added_up_whole() {
        for width in 0..70 {
            let ones = vec![1.0; width];
            assert_eq!((dot(&ones, &ones) as usize, product(&ones, &ones) as usize), (width, width));
        }
    }

    #[test]
    fn says_what_is_malformed() {
        let message = |values: &[f32], n_rows, width| Vectors::new(values, n_rows, width).unwrap_err().to_string();
        assert_eq!(message(&[1.0; 5], 2, 3), "vectors: expected 2 rows of 3; found 5 numbers");
        assert_eq!(message(&[1.0, 1.0, f32::NAN], 3, 1), "vectors: expected finite numbers; found NaN in row 2");
        assert!(Vectors::new(&[], 3, 0).unwrap().directed().is_empty());
    }
}
