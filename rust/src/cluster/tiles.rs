//! Products of many vectors with many, tile by tile.
//!
//! A few vectors are multiplied with all of a tile at once: each number is loaded once for many products, whose sums
//! stay in registers. How wide these are is decided when it runs, by what the processor has ([`Level`]). Wide
//! processors also round a product and a sum in one. So products differ from machine to machine, though by no more than
//! rounding can change them ([`slack`]), and serve only for bounds that leave room for this.

#![allow(clippy::inline_always, reason = "what is not inlined is compiled for the oldest processor")]

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f32x16};

/// Vectors side by side.
pub(super) const LANES: usize = 16;
/// One number of each vector of a tile.
pub(super) type Tile = [f32; LANES];

/// How far a product of unit vectors of `width` numbers may be off, themselves rounded. Every rounding is by at most
/// half of `EPSILON`; each product goes through one of its own, two of the vectors and one for each addition at most,
/// and what is added up is at most 1 in all. The rest is for what these roundings do to each other.
#[allow(clippy::cast_precision_loss, reason = "no vector is 2^24 wide, and there is room")]
pub(super) fn slack(width: usize) -> f32 {
    (width + 16) as f32 * f32::EPSILON / 2.0
}

/// Lays out vectors of `width` numbers in tiles, one tile after the other; the last is filled up with zeros.
pub(super) fn tiled<'a>(vectors: impl IntoIterator<Item = &'a [f32]>, width: usize) -> Vec<Tile> {
    let mut tiles: Vec<Tile> = Vec::new();
    for (nth, vector) in vectors.into_iter().enumerate() {
        let first = nth / LANES * width;
        tiles.resize(first + width, [0.0; LANES]);
        for (tile, &number) in tiles[first..].iter_mut().zip(vector) {
            tile[nth % LANES] = number;
        }
    }
    tiles
}

/// Sets the first rows of `products` to the products of the vectors on the left, in order, with those on the right.
pub(super) fn multiply(level: Level, lefts: &[Tile], right: &[Tile], products: &mut [Tile]) {
    dispatch!(level, simd => multiply_with(simd, lefts, right, products));
}

/// Calls `pass` with the places of every two vectors whose product is at least `least`: the first among those on the
/// left, the second in the tile on the right.
pub(super) fn compare(level: Level, lefts: &[Tile], right: &[Tile], least: f32, pass: impl FnMut(usize, usize)) {
    dispatch!(level, simd => compare_with(simd, lefts, right, least, pass));
}

#[inline(always)]
fn multiply_with<S: Simd>(simd: S, lefts: &[Tile], right: &[Tile], products: &mut [Tile]) {
    let (lefts, products) = (lefts.chunks_exact(right.len()), products.chunks_mut(LANES));
    for (left, products) in lefts.zip(products) {
        for (some, products) in products.chunks_mut(4).enumerate() {
            for (product, found) in products.iter_mut().zip(some_products::<S, 4>(simd, left, right, some)) {
                *product = found.into();
            }
        }
    }
}

/// As many vectors at once as there are registers for their sums.
#[inline(always)]
fn compare_with<S: Simd>(simd: S, lefts: &[Tile], right: &[Tile], least: f32, pass: impl FnMut(usize, usize)) {
    match S::f32s::LEN {
        16 => compare_some::<S, 8>(simd, lefts, right, least, pass),
        8 => compare_some::<S, 4>(simd, lefts, right, least, pass),
        _ => compare_some::<S, 2>(simd, lefts, right, least, pass),
    }
}

#[inline(always)]
fn compare_some<S: Simd, const SOME: usize>(
    simd: S,
    lefts: &[Tile],
    right: &[Tile],
    least: f32,
    mut pass: impl FnMut(usize, usize),
) {
    for (nth, left) in lefts.chunks_exact(right.len()).enumerate() {
        for some in 0..LANES / SOME {
            let products = some_products::<S, SOME>(simd, left, right, some);
            // Nearly always, no product is.
            let highest = products.iter().fold(products[0], |highest, &product| highest.max(product));
            if highest.simd_ge(least).any_true() {
                for (row, product) in products.iter().enumerate() {
                    let mut high = product.simd_ge(least).to_bitmask();
                    while high != 0 {
                        pass(nth * LANES + some * SOME + row, high.trailing_zeros() as usize);
                        high &= high - 1;
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn some_products<S: Simd, const SOME: usize>(simd: S, left: &[Tile], right: &[Tile], some: usize) -> [f32x16<S>; SOME] {
    let mut products = [f32x16::splat(simd, 0.0); SOME];
    for (left, right) in left.iter().zip(right) {
        let right = f32x16::simd_from(simd, *right);
        for (product, &number) in products.iter_mut().zip(&left.as_chunks::<SOME>().0[some]) {
            *product = right.mul_add(number, *product);
        }
    }
    products
}
