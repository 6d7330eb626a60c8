//! All pairs within a distance, kept.

use super::clusters::check_distance;
use super::pairs;
use super::vectors::Vectors;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// Pairs that are kept together: what has been found is never moved as more is found.
const CHUNK: usize = 1 << 16;

/// The later neighbours of each point, in compressed sparse rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    /// Where the neighbours of each point begin, and after the last point where they end.
    pub offsets: Vec<i64>,
    /// For each point the points after it that are within the distance, in order: every pair is there once.
    pub others: Vec<u32>,
    /// The cosine similarities to them, as exact as double precision has them.
    pub similarity: Vec<f64>,
}

/// Finds every two points at a cosine distance of at most `distance`.
///
/// Memory is linear in the points and in the pairs that are found: at most 12 bytes for each of these. A vector of
/// zeros is near nothing.
///
/// ```
/// use instag::{Interrupt, Vectors, neighbours};
///
/// let vectors = Vectors::new(&[1.0, 0.0, 0.0, 1.0, 2.0, 0.1, 0.0, 0.0], 4, 2)?;
/// let found = neighbours(&vectors, 0.05, 10, &Interrupt::never())?;
/// assert_eq!((found.offsets, found.others), (vec![0, 1, 1, 1, 1], vec![2]));
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`] if the distance is not one, [`Error::TooMany`] if more than `most` pairs are within it,
/// [`Error::Interrupted`] if the caller wants to stop.
pub fn neighbours(vectors: &Vectors, distance: f64, most: usize, interrupt: &Interrupt) -> Result<Neighbours> {
    check_distance("distance", distance)?;
    let mut offsets = vec![0; vectors.len() + 1];
    let chunks = found(vectors, distance, most, interrupt, &mut offsets)?;
    let others = sorted(chunks, &mut offsets, interrupt)?;
    let mut similarity = Vec::with_capacity(others.len());
    for (point, ends) in offsets.windows(2).enumerate() {
        let row = &others[ends[0] as usize..ends[1] as usize];
        row.iter().try_for_each(|_| interrupt.step())?;
        vectors.distances(point as u32, row, |distance| similarity.push(1.0 - distance));
    }
    Ok(Neighbours { offsets, others, similarity })
}

/// The pairs in no order, the lower point first; the number of each point's pairs is put into `counts`, one place after
/// its own.
fn found(
    vectors: &Vectors,
    distance: f64,
    most: usize,
    interrupt: &Interrupt,
    counts: &mut [i64],
) -> Result<Vec<Vec<(u32, u32)>>> {
    let mut chunks: Vec<Vec<(u32, u32)>> = Vec::new();
    let mut n_pairs = 0;
    pairs::within(vectors, &vectors.directed(), distance, interrupt, |pair| {
        if n_pairs == most {
            return Err(Error::TooMany(format!("distance: more than {most} pairs are within {distance}")));
        }
        if n_pairs % CHUNK == 0 {
            chunks.push(Vec::with_capacity(CHUNK));
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.push((pair.one, pair.other));
        }
        n_pairs += 1;
        counts[pair.one as usize + 1] += 1;
        Ok(())
    })?;
    Ok(chunks)
}

/// The pairs by point; makes offsets of the counts.
fn sorted(chunks: Vec<Vec<(u32, u32)>>, offsets: &mut [i64], interrupt: &Interrupt) -> Result<Vec<u32>> {
    for point in 1..offsets.len() {
        offsets[point] += offsets[point - 1];
    }
    let mut others = vec![0; chunks.iter().map(Vec::len).sum()];
    let mut next = offsets.to_vec();
    for (one, other) in chunks.into_iter().flatten() {
        interrupt.step()?;
        others[next[one as usize] as usize] = other;
        next[one as usize] += 1;
    }
    for ends in offsets.windows(2) {
        interrupt.step()?;
        others[ends[0] as usize..ends[1] as usize].sort_unstable();
    }
    Ok(others)
}

#[cfg(test)]
mod tests {
    use fearless_simd::Level;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    use fearless_simd::Simd;

    use super::*;

    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    fn below(level: Level) -> Vec<Level> {
        let levels =
            [level.as_avx2().map(Simd::level), level.as_sse4_2().map(Simd::level), level.as_sse2().map(Simd::level)];
        levels.into_iter().flatten().collect()
    }

    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    fn below(_: Level) -> Vec<Level> {
        Vec::new()
    }

    /// Whatever the processor can do, the result is the same to the last bit.
    #[test]
    fn every_processor_finds_the_same() {
        let mut state = 7u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f32::from((state >> 48) as u16) / 65_536.0 - 0.5
        };
        let centres: Vec<f32> = (0..37 * 40).map(|_| random()).collect();
        let values: Vec<f32> = (0..2_500 * 37).map(|nth| centres[nth % centres.len()] + 0.25 * random()).collect();
        let vectors = Vectors::new(&values, 2_500, 37).unwrap();
        let found = |vectors: &Vectors, distance| neighbours(vectors, distance, 1 << 22, &Interrupt::never()).unwrap();
        for distance in [0.05, 0.1, 0.3] {
            let best = found(&vectors, distance);
            assert!(best.others.len() > 100);
            for level in below(vectors.level()) {
                let lower = Vectors::new(&values, 2_500, 37).unwrap().at(level);
                assert_eq!(found(&lower, distance), best);
            }
        }
    }
}
