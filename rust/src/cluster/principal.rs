//! The principal directions of a sample of vectors, and how far coordinates along them may be off.

#![allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest processor")]

use fearless_simd::{Level, dispatch};

use super::tiles::slack;
use super::vectors::{dot, product};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// The first principal directions of the sample, at most `most`, nearly orthonormal.
pub(super) fn principal(level: Level, sample: &[&[f32]], most: usize, interrupt: &Interrupt) -> Result<Vec<Vec<f32>>> {
    let width = sample[0].len();
    let mut total = vec![0.0; width];
    for unit in sample {
        add(&mut total, unit, 1.0);
    }
    #[allow(clippy::cast_precision_loss, reason = "a sample is small")]
    let share = 1.0 / sample.len() as f32;
    let centre = |unit: &&[f32]| unit.iter().zip(&total).map(|(value, total)| value - total * share).collect();
    let centred: Vec<Vec<f32>> = sample.iter().map(centre).collect();
    // Points of the sample are a start that already lies where the sample does.
    let mut rows: Vec<Vec<f32>> = centred.iter().step_by(sample.len().div_ceil(most).max(1)).cloned().collect();
    for _ in 0..2 {
        let mut next = vec![vec![0.0; width]; rows.len()];
        for point in &centred {
            rows.iter().try_for_each(|_| interrupt.step())?;
            dispatch!(level, _ => project(&rows, point, &mut next));
        }
        rows = dispatch!(level, _ => orthonormal(next));
    }
    Ok(rows)
}

/// Adds to each row of `to` what the point has along the row.
#[inline(always)]
fn project(rows: &[Vec<f32>], point: &[f32], to: &mut [Vec<f32>]) {
    for (to, row) in to.iter_mut().zip(rows) {
        add(to, point, dot(row, point));
    }
}

/// Gram and Schmidt, applied twice because of rounding. A row that depends on the rows before it is dropped.
#[inline(always)]
fn orthonormal(rows: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    let mut done: Vec<Vec<f32>> = Vec::with_capacity(rows.len());
    for mut row in rows {
        let before = dot(&row, &row);
        for _ in 0..2 {
            for other in &done {
                let along = dot(other, &row);
                add(&mut row, other, -along);
            }
        }
        let after = dot(&row, &row);
        if after > 1e-6 * before && after.is_normal() {
            let scale = after.sqrt().recip();
            for value in &mut row {
                *value *= scale;
            }
            done.push(row);
        }
    }
    done
}

#[inline(always)]
fn add(to: &mut [f32], from: &[f32], times: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += times * from;
    }
}

/// How far coordinates along the rows may be off, as a vector: by the rounding of each, and by as much as the rows
/// are not orthonormal. That is at most the norm of their products less the unit matrix, which its rows' sums bound.
pub(super) fn error(level: Level, rows: &[Vec<f32>], width: usize) -> f32 {
    let defect = dispatch!(level, _ => defect(rows));
    #[allow(clippy::cast_precision_loss, reason = "directions are few")]
    let root = (rows.len() as f32 + 1.0).sqrt();
    defect as f32 + root * slack(width)
}

#[inline(always)]
fn defect(rows: &[Vec<f32>]) -> f64 {
    let mut most = 0.0f64;
    for (nth, row) in rows.iter().enumerate() {
        let mut sum = 0.0;
        for (other, r) in rows.iter().enumerate() {
            sum += (product(row, r) - f64::from(u8::from(nth == other))).abs();
        }
        most = most.max(sum);
    }
    most
}

#[cfg(test)]
pub(super) use tests::vectors;

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of 48 numbers in some dimensions alone, all of them on one side: none of them are zeros.
    pub(in crate::cluster) fn vectors(n: usize, dimensions: usize) -> Vec<f32> {
        let mut state = 3u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f32::from((state >> 48) as u16) / 65_536.0 - 0.5
        };
        let mut values = vec![0.0; n * 48];
        for vector in values.chunks_exact_mut(48) {
            vector[0] = 2.0;
            for place in 1..dimensions {
                vector[5 * place % 48] = random();
            }
        }
        values
    }

    #[test]
    fn a_row_is_dropped_for_its_direction_not_for_its_length() {
        let kept = |rows: [[f32; 2]; 2]| orthonormal(rows.map(Vec::from).to_vec()).len();
        assert_eq!(kept([[1e3, 0.0], [1e3, 1e-1]]), 1);
        assert_eq!(kept([[1e-3, 0.0], [0.0, 1e-3]]), 2);
    }

    #[test]
    fn directions_are_those_in_which_a_sample_differs() {
        let values = vectors(300, 7);
        let rows: Vec<&[f32]> = values.chunks_exact(48).collect();
        let level = Level::new();
        let found = principal(level, &rows, 20, &Interrupt::never()).unwrap();
        // What all have in common is no direction, and the others are six.
        assert_eq!(found.len(), 6);
        for (nth, one) in found.iter().enumerate() {
            assert!(one[0].abs() < 1e-4, "{one:?}");
            for (other, row) in found.iter().enumerate() {
                let expected = if nth == other { 1.0 } else { 0.0 };
                assert!((dot(one, row) - expected).abs() < 1e-5, "{nth} and {other}");
            }
        }
        for row in &rows {
            let explained: f32 = found.iter().map(|direction| dot(direction, row).powi(2)).sum();
            assert!((explained - (dot(row, row) - 4.0)).abs() < 1e-3);
        }
        assert!(error(level, &found, 48) < 1e-4);
        let longer: Vec<Vec<f32>> = found.iter().map(|row| row.iter().map(|value| 1.1 * value).collect()).collect();
        assert!(error(level, &longer, 48) > 0.2);
        // A row that is exact leaves the rounding of its coordinate, and of what is left.
        let exact = vec![1.0, 0.0, 0.0, 0.0];
        assert!((error(level, &[exact], 4) / slack(4) - 2f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn vectors_that_hardly_differ_have_as_many_directions() {
        let mut values = vectors(300, 7);
        values.chunks_exact_mut(48).flat_map(|vector| &mut vector[1..]).for_each(|value| *value /= 128.0);
        let rows: Vec<&[f32]> = values.chunks_exact(48).collect();
        assert_eq!(principal(Level::new(), &rows, 20, &Interrupt::never()).unwrap().len(), 6);
    }
}
