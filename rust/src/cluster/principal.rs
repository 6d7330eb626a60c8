//! The directions along which vectors differ most.

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
            dispatch!(level, _ => multiply(&rows, point, &mut next));
        }
        rows = dispatch!(level, _ => orthonormal(next));
    }
    Ok(rows)
}

/// Adds to each row of `to` what the point has along the row.
#[inline(always)]
fn multiply(rows: &[Vec<f32>], point: &[f32], to: &mut [Vec<f32>]) {
    for (to, row) in to.iter_mut().zip(rows) {
        add(to, point, dot(row, point));
    }
}

/// Gram and Schmidt, twice over for the sake of rounding. What depends on the rows before it is dropped.
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
