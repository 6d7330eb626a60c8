//! Sketches: a few numbers for each unit vector, whose products bound the similarity from above.
//!
//! Project x on k orthonormal directions, and let p(x) be the coordinates and r(x) the length of what is left of x.
//! For any y, x·y = p(x)·p(y) + (what is left of x)·(what is left of y) ≤ p(x)·p(y) + r(x)·r(y), by the inequality of
//! Cauchy and Schwarz. So the sketch (p(x), r(x)) is a unit vector of k + 1 numbers, and products of sketches never
//! fall short of those of the vectors. They are off by rounding alone, which [`Sketches::slack`] bounds.
//!
//! **Which directions.** The bound is the tighter the more the vectors differ along the directions, so these are the
//! principal ones of a sample, by simultaneous iteration. How many pays is measured on the sample: each makes every
//! pair dearer, and lets fewer pass. All of this is a matter of speed; any orthonormal directions give the same pairs.

#![allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest processor")]

use std::array::from_fn;
use std::ops::Range;

use fearless_simd::{Level, dispatch};

use super::tiles::{LANES, Tile, multiply, slack, tiled};
use super::vectors::{Vectors, dot, product};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// With fewer points, directions cost more to find than they save.
const WORTH_IT: usize = 256;
const SAMPLE: usize = 512;
/// Directions beyond the share of them that vectors without any structure need.
const SPARE: usize = 32;
/// The numbers of directions to choose from are multiples of this.
const STEP: usize = 4;
/// What a pair that passes costs besides its products, in products of tiles: it is out of the cache, and alone.
const FETCH: f64 = 2000.0;

pub(super) struct Sketches {
    tiles: Vec<Tile>,
    width: usize,
    slack: f32,
}

impl Sketches {
    /// Sketches of `points`, for finding the pairs with a similarity of at least `least`.
    pub(super) fn new(vectors: &Vectors, points: &[u32], least: f32, interrupt: &Interrupt) -> Result<Self> {
        let directions = Directions::new(vectors, points, least, interrupt)?;
        let width = directions.len() + 1;
        let rows = tiled(directions.rows.iter().map(Vec::as_slice), vectors.width());
        let mut tiles = vec![[0.0; LANES]; points.len().div_ceil(LANES) * width];
        for (tile, points) in tiles.chunks_exact_mut(width).zip(points.chunks(LANES)) {
            (0..points.len() * width).try_for_each(|_| interrupt.step())?;
            directions.sketch(vectors, &rows, points, tile);
        }
        Ok(Self { tiles, width, slack: directions.slack() })
    }

    /// The tiles of a range, one after the other.
    pub(super) fn tiles(&self, range: Range<usize>) -> &[Tile] {
        &self.tiles[range.start * self.width..range.end * self.width]
    }

    /// How far a product of sketches may fall short of a similarity.
    pub(super) fn slack(&self) -> f32 {
        self.slack
    }
}

struct Directions {
    rows: Vec<Vec<f32>>,
    /// How far the coordinates of a unit vector may be off, as a vector.
    error: f32,
}

impl Directions {
    #[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
    fn new(vectors: &Vectors, points: &[u32], least: f32, interrupt: &Interrupt) -> Result<Self> {
        let mut directions = Self { rows: Vec::new(), error: 0.0 };
        if points.len() < WORTH_IT {
            return Ok(directions);
        }
        // Directions fit the points that they are drawn from better than others, so others are asked what they are worth.
        let size = (points.len() / 2).min(SAMPLE);
        let drawn = |nth: usize| vectors.unit(points[nth * points.len() / (2 * size)]);
        let sample: Vec<&[f32]> = (0..size).map(|nth| drawn(2 * nth)).collect();
        let others: Vec<&[f32]> = (0..size).map(|nth| drawn(2 * nth + 1)).collect();
        // Vectors that fill their dimensions evenly leave the right length along this share of them; others need fewer.
        let share = (f64::from(1.0 - least).clamp(0.0, 1.0) * vectors.width() as f64) as usize;
        let most = (share + SPARE).min(vectors.width()).min(size / 2);
        directions.rows = principal(vectors.level(), &sample, most, interrupt)?;
        directions.error = error(vectors.level(), &directions.rows, vectors.width());
        let worth = directions.worth(&others, points.len(), least, interrupt)?;
        directions.rows.truncate(worth);
        Ok(directions)
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    /// Coordinates off by e as a vector put a product of two sketches off by 2e + e² from them, and as much for what
    /// is left; that length is moreover rounded up, by [`Self::sketch`], and the products of sketches are rounded too.
    #[allow(clippy::cast_precision_loss, reason = "directions are few")]
    fn slack(&self) -> f32 {
        6.0 * self.error + (self.len() + 4) as f32 * f32::EPSILON
    }

    /// The sketches of the points of a tile; `rows` are the directions in tiles.
    fn sketch(&self, vectors: &Vectors, rows: &[Tile], points: &[u32], tile: &mut [Tile]) {
        let units = tiled(points.iter().map(|&point| vectors.unit(point)), vectors.width());
        let (rest, coordinates) = (self.len(), &mut tile[..self.len()]);
        multiply(vectors.level(), rows, &units, coordinates);
        let explained = |lane: usize| coordinates.iter().map(|numbers| numbers[lane] * numbers[lane]).sum();
        tile[rest] = from_fn(|lane| if lane < points.len() { left(explained(lane), self.error) } else { 0.0 });
    }

    /// The number of directions that makes finding the pairs among `n` points cheapest, judged by the pairs of a sample.
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    fn worth(&self, sample: &[&[f32]], n: usize, least: f32, interrupt: &Interrupt) -> Result<usize> {
        let least = least - self.slack();
        let coordinates: Vec<Vec<f32>> =
            sample.iter().map(|unit| self.rows.iter().map(|row| dot(row, unit)).collect()).collect();
        // What is left after each number of directions.
        let lefts: Vec<Vec<f32>> = coordinates
            .iter()
            .map(|p| {
                let ends = (0..=p.len()).step_by(STEP);
                ends.map(|end| left(p[..end].iter().map(|p| p * p).sum(), self.error)).collect()
            })
            .collect();
        let mut passes = vec![0u32; self.len() / STEP + 1];
        let mut n_pairs = 0;
        for (nth, (one, one_left)) in coordinates.iter().zip(&lefts).enumerate() {
            for (other, other_left) in coordinates.iter().zip(&lefts).skip(nth + 1).step_by(2) {
                interrupt.step()?;
                n_pairs += 1;
                let mut product = 0.0;
                for (choice, passes) in passes.iter_mut().enumerate() {
                    if choice > 0 {
                        let part = (choice - 1) * STEP..choice * STEP;
                        product += one[part.clone()].iter().zip(&other[part]).map(|(a, b)| a * b).sum::<f32>();
                    }
                    if product + one_left[choice] * other_left[choice] < least {
                        break;
                    }
                    *passes += 1;
                }
            }
        }
        let width = sample.first().map_or(0, |unit| unit.len()) as f64;
        let cost = |choice: usize| {
            let pass = f64::from(passes[choice]) / f64::from(n_pairs.max(1));
            let products = (choice * STEP + 1) as f64;
            // Each of the n sketches takes as many products as its numbers, and serves half of n pairs.
            products + products * width * 2.0 / n as f64 + pass * (FETCH + width)
        };
        let choices = 0..passes.len();
        Ok(STEP * choices.min_by(|&a, &b| cost(a).total_cmp(&cost(b))).unwrap_or(0))
    }
}

/// The length of what is left of a unit vector, rounded up by what its coordinates may be off.
fn left(explained: f32, error: f32) -> f32 {
    (1.0 + 3.0 * error - explained).max(0.0).sqrt()
}

/// The first principal directions of the sample, at most `most`, nearly orthonormal.
fn principal(level: Level, sample: &[&[f32]], most: usize, interrupt: &Interrupt) -> Result<Vec<Vec<f32>>> {
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
fn error(level: Level, rows: &[Vec<f32>], width: usize) -> f32 {
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
mod tests {
    use super::*;

    /// Vectors of 48 numbers in some dimensions alone, all of them on one side: none of them are zeros.
    fn vectors(n: usize, dimensions: usize) -> Vec<f32> {
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
    fn sketches_are_above_similarities_and_near_them() {
        let values = vectors(300, 9);
        let vectors = Vectors::new(&values, 300, 48).unwrap();
        let points = vectors.directed();
        let sample: Vec<&[f32]> = points.iter().map(|&point| vectors.unit(point)).collect();
        let rows = principal(vectors.level(), &sample, 30, &Interrupt::never()).unwrap();
        let error = error(vectors.level(), &rows, 48);
        let directions = Directions { rows, error };
        let tiles = tiled(directions.rows.iter().map(Vec::as_slice), 48);
        let mut tile = vec![[0.0; LANES]; directions.len() + 1];
        directions.sketch(&vectors, &tiles, &points[..LANES], &mut tile);
        for one in 0..LANES {
            for other in 0..LANES {
                let product: f32 = tile.iter().map(|numbers| numbers[one] * numbers[other]).sum();
                let similarity = dot(vectors.unit(points[one]), vectors.unit(points[other]));
                assert!(product > similarity - directions.slack(), "{one} and {other}");
                assert!(product < similarity + 0.01, "{one} and {other}: {product} beside {similarity}");
            }
        }
    }

    #[test]
    fn as_many_directions_are_used_as_pay() {
        // Vectors that differ in eight dimensions need no more, and no sketch is wider than that.
        let values = vectors(2_000, 9);
        let vectors = Vectors::new(&values, 2_000, 48).unwrap();
        let points = vectors.directed();
        let sketches = Sketches::new(&vectors, &points, 0.999, &Interrupt::never()).unwrap();
        assert!((5..=9).contains(&sketches.width), "{}", sketches.width);
        assert_eq!(Sketches::new(&vectors, &points[..200], 0.999, &Interrupt::never()).unwrap().width, 1);
        assert_eq!(vectors.width(), 48);
        // The less alike points have to be, the fewer pairs a direction keeps apart; the fewer points, the dearer it is.
        let widths =
            |n: usize, least: f32| Sketches::new(&vectors, &points[..n], least, &Interrupt::never()).unwrap().width;
        assert_eq!([0.999, 0.9, 0.7, 0.6].map(|least| widths(2_000, least)), [5, 9, 9, 1]);
        assert_eq!([0.999, 0.9, 0.7, 0.6].map(|least| widths(256, least)), [5, 9, 1, 1]);
    }
}
