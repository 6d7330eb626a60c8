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

use std::array::from_fn;
use std::ops::Range;

use super::principal::{error, principal};
use super::tiles::{LANES, Tile, multiply, tiled};
use super::vectors::{Vectors, dot};
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::principal::vectors;

    #[test]
    fn sketches_are_above_similarities_and_near_them() {
        let values = vectors(300, 9);
        let vectors = Vectors::new(&values, 300, 48).unwrap();
        let points = vectors.directed();
        let sample: Vec<&[f32]> = points.iter().map(|&point| vectors.unit(point)).collect();
        let rows = principal(vectors.level(), &sample, 30, &Interrupt::never()).unwrap();
        let error = error(vectors.level(), &rows, 48);
        let directions = Directions { rows, error };
        assert!(directions.slack() > 2.0 * error + error * error);
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
