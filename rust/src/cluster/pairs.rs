//! Every pair of points within a distance.
//!
//! Sketches of a few numbers come first ([`Sketches`]): they bound the similarity from above, and nearly all pairs of
//! tags are settled by them. What passes is computed in full in single precision, and what is then still too near to
//! the limit to be sure is decided in double precision.
//!
//! Sketches are compared tile by tile ([`compare`]). Which pairs pass depends on the processor, but which are found does
//! not: every pair within the distance passes, since there is room for what the product of its sketches may lack, and
//! the two later steps have the same result everywhere ([`Vectors`]). Threads search a block each, and one of them hands
//! on what all find: which thread finds a pair changes the order of the pairs, and nothing that is made of them.

use std::cmp::Ordering;
use std::sync::atomic::{self, AtomicUsize};

use super::sketch::Sketches;
use super::tiles::{LANES, compare};
use super::vectors::Vectors;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::parallel;

/// Tiles that stay in a fast cache while all others pass by.
const BLOCK: usize = 16;
/// Steps after which a batch is handed on: enough to make up for the handing, and few enough to keep batches small.
const BATCH: usize = 1 << 12;
/// Tiles that are worth a thread.
const SHARE: usize = 2 * BLOCK;

/// Two points and their similarity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) one: u32,
    pub(super) other: u32,
    pub(super) similarity: f32,
}

impl Pair {
    /// Weaker than any other.
    pub(super) const NONE: Self = Self { one: u32::MAX, other: u32::MAX, similarity: f32::NEG_INFINITY };

    /// The most similar come first, and of those that are as similar the lower points.
    pub(super) fn rank(&self, other: &Self) -> Ordering {
        other.similarity.total_cmp(&self.similarity).then((self.one, self.other).cmp(&(other.one, other.other)))
    }
}

/// Hands to `found` every two of `points` at a cosine distance of at most `limit`, once, in no promised order. No vector
/// of `points` is 0. An error of `found` ends the search.
pub(super) fn within(
    vectors: &Vectors,
    points: &[u32],
    limit: f64,
    interrupt: &Interrupt,
    mut found: impl FnMut(Pair) -> Result<()>,
) -> Result<()> {
    let near = Near::new(vectors, limit);
    let sketches = Sketches::new(vectors, points, near.surely_not, interrupt)?;
    let search = Search { points, near, sketches, next: AtomicUsize::new(0) };
    let take = |batch: Batch| {
        (0..batch.looked_at).try_for_each(|_| interrupt.step())?;
        for pair in batch.pairs {
            interrupt.step()?;
            found(pair)?;
        }
        Ok(())
    };
    parallel::stream(parallel::threads(search.n_tiles(), SHARE), |send| search.run(send), take)
}

/// What has been found so far, to be handed on while the search goes on.
#[derive(Default)]
struct Batch {
    pairs: Vec<Pair>,
    /// The steps it took.
    looked_at: usize,
}

/// A search that any number of threads share, each taking the next block of tiles.
struct Search<'a> {
    points: &'a [u32],
    near: Near<'a>,
    sketches: Sketches,
    next: AtomicUsize,
}

impl Search<'_> {
    fn n_tiles(&self) -> usize {
        self.points.len().div_ceil(LANES)
    }

    /// Searches blocks until none is left, or `send` wants no more.
    fn run(&self, mut send: impl FnMut(Batch) -> bool) {
        let (n_tiles, least) = (self.n_tiles(), self.near.surely_not - self.sketches.slack());
        let level = self.near.vectors.level();
        let mut passed = Vec::new();
        loop {
            let block = self.next.fetch_add(BLOCK, atomic::Ordering::Relaxed);
            if block >= n_tiles {
                return;
            }
            let mut batch = Batch::default();
            for right in block..n_tiles {
                let lefts = self.sketches.tiles(block..(block + BLOCK).min(right + 1));
                compare(level, lefts, self.sketches.tiles(right..right + 1), least, |one, other| {
                    let (one, other) = (block * LANES + one, right * LANES + other);
                    // Within a tile every pair comes twice, and the last tile has places that no point has.
                    if one < other && other < self.points.len() {
                        passed.push((self.points[one], self.points[other]));
                    }
                });
                batch.looked_at += BLOCK + passed.len();
                self.near.similarities(passed.drain(..), |pair| batch.pairs.push(pair));
                if (batch.looked_at >= BATCH || right + 1 == n_tiles) && !send(std::mem::take(&mut batch)) {
                    return;
                }
            }
        }
    }
}

/// The question whether two points are within a distance.
struct Near<'a> {
    vectors: &'a Vectors<'a>,
    limit: f64,
    /// A similarity in single precision that is lower belongs to a pair that is not within the distance,
    surely_not: f32,
    /// and one that is higher to one that is.
    surely: f32,
}

impl<'a> Near<'a> {
    fn new(vectors: &'a Vectors<'a>, limit: f64) -> Self {
        let least = (1.0 - limit) as f32;
        Self { vectors, limit, surely_not: least - vectors.slack(), surely: least + vectors.slack() }
    }

    /// Calls `found` with the pairs that are within the distance, and their similarities.
    fn similarities(&self, pairs: impl Iterator<Item = (u32, u32)>, mut found: impl FnMut(Pair)) {
        self.vectors.similarities(pairs, |one, other, similarity| {
            let sure = similarity > self.surely;
            if sure || similarity >= self.surely_not && self.vectors.distance(one, other) <= self.limit {
                found(Pair { one, other, similarity });
            }
        });
    }
}
