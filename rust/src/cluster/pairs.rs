//! Every pair of points within a distance.
//!
//! Sketches of a few numbers come first ([`Sketches`]): they bound the similarity from above, and nearly all pairs of
//! tags are settled by them. What passes is computed in full in single precision, and what is then still too near to
//! the limit to be sure is decided in double precision.
//!
//! Sketches are compared tile by tile, eight points with eight, so that each number is loaded once for many products
//! and every step of the inner loop is a vector instruction. Threads search a block each, and one hands on what they
//! find: who finds what changes the order of the pairs, and nothing that is made of them.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::{self, available_parallelism};

use super::Vectors;
use super::density::Pair;
use super::sketch::{LANES, Sketches, Tile};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// Tiles that stay in the fastest cache while all others pass by.
const BLOCK: usize = 32;
/// Steps after which a batch is handed on: enough to make up for the handing, and few enough to keep batches small.
const BATCH: usize = 1 << 12;
/// Tiles that are worth a thread.
const SHARE: usize = 2 * BLOCK;
/// The points of a tile that are compared at once: as many as there are registers for their sums.
const HALF: usize = LANES / 2;

/// Hands to `found` every two of `points` at a cosine distance of at most `limit`, once, in no promised order. No vector
/// of `points` is 0.
pub(super) fn within(
    vectors: &Vectors,
    points: &[u32],
    limit: f64,
    interrupt: &Interrupt,
    mut found: impl FnMut(Pair),
) -> Result<()> {
    let near = Near::new(vectors, limit);
    let sketches = Sketches::new(vectors, points, near.surely_not, interrupt)?;
    let search = Search { points, near, sketches, next: AtomicUsize::new(0) };
    let mut take = |batch: Batch| {
        (0..batch.looked_at).try_for_each(|_| interrupt.step())?;
        for pair in batch.pairs {
            interrupt.step()?;
            found(pair);
        }
        Ok(())
    };
    let n_threads = available_parallelism().map_or(1, NonZero::get).min(search.n_tiles() / SHARE);
    if n_threads > 1 {
        thread::scope(|scope| {
            let (send, receive) = sync_channel(2 * n_threads);
            for _ in 0..n_threads {
                let (search, send) = (&search, send.clone());
                // A thread that cannot be had leaves its part to the others.
                let _ =
                    thread::Builder::new().spawn_scoped(scope, move || search.run(|batch| send.send(batch).is_ok()));
            }
            drop(send);
            // Returning early hangs up on the threads, which ends them.
            receive.iter().try_for_each(&mut take)
        })?;
    }
    // What no thread has taken: everything, where there is none.
    let mut outcome = Ok(());
    search.run(|batch| {
        outcome = take(batch);
        outcome.is_ok()
    });
    outcome
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
        let mut passed = Vec::new();
        loop {
            let block = self.next.fetch_add(BLOCK, Ordering::Relaxed);
            if block >= n_tiles {
                return;
            }
            let mut batch = Batch::default();
            for right in block..n_tiles {
                for left in block..(block + BLOCK).min(right + 1) {
                    compare(self.sketches.tile(left), self.sketches.tile(right), least, |one, other| {
                        let (one, other) = (left * LANES + one, right * LANES + other);
                        // Within a tile every pair comes twice, and the last tile has places that no point has.
                        if one < other && other < self.points.len() {
                            passed.push((self.points[one], self.points[other]));
                        }
                    });
                }
                batch.looked_at += BLOCK + passed.len();
                for (one, other) in passed.drain(..) {
                    if let Some(similarity) = self.near.similarity(one, other) {
                        batch.pairs.push(Pair { one, other, similarity });
                    }
                }
                if (batch.looked_at >= BATCH || right + 1 == n_tiles) && !send(std::mem::take(&mut batch)) {
                    return;
                }
            }
        }
    }
}

/// Tells `pass` the places of every two points whose sketches have a product of at least `least`.
#[inline]
fn compare(left: &[Tile], right: &[Tile], least: f32, mut pass: impl FnMut(usize, usize)) {
    for half in [0, HALF] {
        let mut products = [[0.0; LANES]; HALF];
        for (left, right) in left.iter().zip(right) {
            for (products, &number) in products.iter_mut().zip(&left[half..half + HALF]) {
                for (product, &other) in products.iter_mut().zip(right) {
                    *product += number * other;
                }
            }
        }
        let mut highest = [f32::NEG_INFINITY; LANES];
        for products in &products {
            for (highest, &product) in highest.iter_mut().zip(products) {
                *highest = if product > *highest { product } else { *highest };
            }
        }
        if highest.iter().any(|&highest| highest >= least) {
            for (one, products) in products.iter().enumerate() {
                for (other, &product) in products.iter().enumerate() {
                    if product >= least {
                        pass(half + one, other);
                    }
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

    /// The similarity, where the points are within the distance.
    fn similarity(&self, one: u32, other: u32) -> Option<f32> {
        let similarity = self.vectors.similarity(one, other);
        let within = similarity > self.surely
            || similarity >= self.surely_not && self.vectors.distance(one, other) <= self.limit;
        within.then_some(similarity)
    }
}
