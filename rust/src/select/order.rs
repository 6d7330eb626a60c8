//! The order in which samples are walked. Samples without tags have no place in it.

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::{Place, TagSets};

/// Samples by their number of tags, most first; ties by row, or by `seed` if one is given.
///
/// A counting sort: linear in the number of samples.
pub(crate) fn by_complexity(tags: &TagSets, seed: Option<u64>, interrupt: &Interrupt) -> Result<Vec<Place>> {
    let mut ends = class_sizes(tags);
    // From the largest class down, each class begins where the one before it ends; class 0 has no place.
    let mut start = 0;
    for class in ends.iter_mut().skip(1).rev() {
        (*class, start) = (start, start + *class);
    }
    let mut order = vec![Place::default(); start];
    let mut put = |place: Place| {
        let end = &mut ends[place.len as usize];
        order[*end] = place;
        *end += 1;
        interrupt.step()
    };
    match seed {
        None => tagged(tags).try_for_each(&mut put)?,
        Some(seed) => shuffled(tags, seed, interrupt)?.into_iter().try_for_each(|row| put(tags.place(row)))?,
    }
    Ok(order)
}

/// Samples in an order that depends on nothing but `seed` and how many there are.
///
/// Each sample's key is a bijective hash of its place among the tagged samples, so that a sample's key is known
/// without the others: parts of the data can be ordered apart and merged, and samples without tags change nothing.
pub(crate) fn shuffled(tags: &TagSets, seed: u64, interrupt: &Interrupt) -> Result<Vec<u32>> {
    let total = tagged(tags).count();
    // Keys are uniform, so their leading bits deal them into small buckets, each sorted in cache.
    let bits = (total / 1024).max(1).ilog2();
    let bucket = |key: u64| key.checked_shr(64 - bits).unwrap_or(0) as usize;
    let mut buckets: Vec<Vec<(u64, u32)>> = vec![Vec::new(); 1 << bits];
    for (nth, place) in (0u64..).zip(tagged(tags)) {
        interrupt.step()?;
        let key = key(seed, nth);
        buckets[bucket(key)].push((key, place.row));
    }
    let mut order = Vec::with_capacity(total);
    for keyed in &mut buckets {
        keyed.sort_unstable();
        for &(_, row) in &*keyed {
            interrupt.step()?;
            order.push(row);
        }
    }
    Ok(order)
}

fn tagged<'a>(tags: &'a TagSets) -> impl Iterator<Item = Place> + 'a {
    (0..tags.len() as u32).map(|row| tags.place(row)).filter(|place| place.len > 0)
}

fn class_sizes(tags: &TagSets) -> Vec<usize> {
    let mut sizes = vec![0];
    for class in tags.counts() {
        if class as usize >= sizes.len() {
            sizes.resize(class as usize + 1, 0);
        }
        sizes[class as usize] += 1;
    }
    sizes
}

/// `SplitMix64` (Steele, Lea, Flood 2014): the output for `nth` in the stream that starts at `seed`.
fn key(seed: u64, nth: u64) -> u64 {
    let z = scramble(seed).wrapping_add((nth + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    scramble(z)
}

fn scramble(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_follow_splitmix64() {
        // With the seed's own scrambling at 0 (scramble(0) = 0), the published first outputs for seed 0.
        assert_eq!(key(0, 0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(key(0, 1), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn buckets_sort_as_one() {
        let n = 5_000;
        let (offsets, codes): (Vec<i64>, Vec<u32>) = ((0..=n).collect(), vec![0; n as usize]);
        let tags = TagSets::new(&offsets, &codes, 1).unwrap();
        let mut keyed: Vec<_> = (0..n as u64).map(|place| (key(3, place), place as u32)).collect();
        keyed.sort_unstable();
        let expected: Vec<u32> = keyed.into_iter().map(|(_, row)| row).collect();
        assert_eq!(shuffled(&tags, 3, &Interrupt::never()).unwrap(), expected);
    }

    #[test]
    fn seeds_shuffle_only_ties() {
        let offsets: Vec<i64> = (0..=100).map(|row| row * 2).chain([201, 202]).collect();
        let codes: Vec<u32> = (0..202).collect();
        let tags = TagSets::new(&offsets, &codes, 202).unwrap();
        let rows = |seed| {
            let order = by_complexity(&tags, seed, &Interrupt::never()).unwrap();
            order.into_iter().map(|place| place.row).collect::<Vec<_>>()
        };
        let (plain, seeded) = (rows(None), rows(Some(7)));
        assert_ne!(plain, seeded);
        assert_ne!(seeded, rows(Some(8)));
        let sorted = |order: &[u32]| {
            let mut rows = order.to_vec();
            rows.sort_unstable();
            rows
        };
        assert_eq!(sorted(&plain[..100]), sorted(&seeded[..100]));
        assert_eq!(sorted(&seeded[100..]), [100, 101]);
    }
}
