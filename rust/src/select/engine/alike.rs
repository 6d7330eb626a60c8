//! Rows with the same tags wait as one: the best of them stands for all.

use std::cmp::Reverse;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// Rows that are alike as one unit, the best first: a list in which each row leads to the next.
pub(in crate::select) struct Alike {
    /// The first row of each unit that was not taken.
    first: Vec<u32>,
    /// For each row the one that comes after it.
    after: Vec<u32>,
}

/// What comes after the last.
const NONE: u32 = u32::MAX;

impl Alike {
    /// Every row on its own.
    pub(in crate::select) fn none(rows: u32) -> Self {
        Self::single(0..rows, rows as usize)
    }

    /// Each of `some` rows on its own; `rows` is the number of all rows.
    pub(super) fn single(some: impl Iterator<Item = u32>, rows: usize) -> Self {
        Self { first: some.collect(), after: vec![NONE; rows] }
    }

    /// Rows with the same tags and the same `limit`, each unit in the order in which the rows come; units are numbered
    /// by their first.
    pub(in crate::select) fn of(
        tags: &TagSets,
        rows: impl Iterator<Item = u32>,
        limit: impl Fn(u32) -> (u32, u64),
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let hashing = FixedState::default();
        // Half a hash is enough to tell most sets apart, and takes half the memory.
        let whole = |&(half, _): &(u32, u32)| u64::from(half).wrapping_mul(SPREAD);
        let mut known: HashTable<(u32, u32)> = HashTable::new();
        let (mut first, mut last) = (Vec::<u32>::new(), Vec::<u32>::new());
        let mut after = vec![NONE; tags.len()];
        let mut scratch = (Vec::new(), Vec::new());
        for row in rows {
            interrupt.step()?;
            let held = tags.row(row as usize);
            let limit_of = limit(row);
            let hash = (hash(&hashing, limit_of, held) >> 32) as u32;
            let is_same = |&(other, unit): &(u32, u32)| {
                let leader = first[unit as usize];
                other == hash && limit(leader) == limit_of && same(tags.row(leader as usize), held, &mut scratch)
            };
            let unit = first.len() as u32;
            let (_, unit) = *known.entry(whole(&(hash, unit)), is_same, whole).or_insert((hash, unit)).get();
            if unit as usize == first.len() {
                first.push(row);
                last.push(row);
            } else {
                let last = std::mem::replace(&mut last[unit as usize], row);
                after[last as usize] = row;
            }
        }
        Ok(Self { first, after })
    }

    /// Puts those with the greatest key first, others of a unit as they are.
    pub(super) fn order_by<K: Ord>(&mut self, key: impl Fn(u32) -> K) {
        let mut rows = Vec::new();
        for unit in 0..self.first.len() {
            rows.clear();
            rows.extend(std::iter::successors(self.first(unit as u32), |&row| self.next_of(row)));
            if rows.len() > 1 {
                rows.sort_by_key(|&row| Reverse(key(row)));
                self.first[unit] = rows[0];
                for pair in rows.windows(2) {
                    self.after[pair[0] as usize] = pair[1];
                }
                self.after[rows[rows.len() - 1] as usize] = NONE;
            }
        }
    }

    /// The number of units.
    pub(in crate::select) fn len(&self) -> usize {
        self.first.len()
    }

    /// The first row that was not taken.
    #[inline]
    pub(in crate::select) fn first(&self, unit: u32) -> Option<u32> {
        let first = self.first[unit as usize];
        (first != NONE).then_some(first)
    }

    fn next_of(&self, row: u32) -> Option<u32> {
        let after = self.after[row as usize];
        (after != NONE).then_some(after)
    }

    /// Takes the first row, of which there has to be one.
    pub(in crate::select) fn take(&mut self, unit: u32) {
        let first = &mut self.first[unit as usize];
        *first = self.after[*first as usize];
    }
}

/// An odd number with its bits all over: the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// One set in this many is enough to show whether most sets occur more than once.
const PART: u64 = 256;

/// Whether nine rows of ten have tags that no other has. Some sets are looked at, with all rows that have them.
pub(super) fn most_differ(
    tags: &TagSets,
    rows: impl Iterator<Item = u32>,
    limit: impl Fn(u32) -> (u32, u64),
    interrupt: &Interrupt,
) -> Result<bool> {
    let hashing = FixedState::default();
    let mut some = Vec::new();
    for row in rows {
        interrupt.step()?;
        let hash = hash(&hashing, limit(row), tags.row(row as usize));
        if hash.is_multiple_of(PART) {
            some.push(hash);
        }
    }
    let rows = some.len();
    some.sort_unstable();
    some.dedup();
    Ok(10 * some.len() >= 9 * rows)
}

fn hash(hashing: &FixedState, limit: (u32, u64), held: &[u32]) -> u64 {
    let mut hasher = hashing.build_hasher();
    hasher.write_u32(limit.0);
    hasher.write_u64(limit.1);
    // The order of a set says nothing, so this is a sum.
    hasher.write_u64(held.iter().fold(0, |sum: u64, &tag| sum.wrapping_add(hashing.hash_one(tag))));
    hasher.finish()
}

/// Whether two lists without repeats are one set.
fn same(one: &[u32], other: &[u32], scratch: &mut (Vec<u32>, Vec<u32>)) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if one == other {
        return true;
    }
    let (a, b) = scratch;
    a.clear();
    b.clear();
    a.extend_from_slice(one);
    b.extend_from_slice(other);
    a.sort_unstable();
    b.sort_unstable();
    a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firsts(alike: &Alike) -> Vec<Option<u32>> {
        (0..alike.len() as u32).map(|unit| alike.first(unit)).collect()
    }

    #[test]
    fn rows_alike_wait_in_order() {
        let (offsets, codes) = ([0, 2, 4, 5, 7, 8], [5, 3, 3, 4, 3, 3, 5, 3]);
        let tags = TagSets::new(&offsets, &codes, 6).unwrap();
        let mut alike = Alike::of(&tags, 0..5, |_| (0, 0), &Interrupt::never()).unwrap();
        assert_eq!(firsts(&alike), [Some(0), Some(1), Some(2)]);
        alike.take(0);
        alike.take(2);
        assert_eq!(firsts(&alike), [Some(3), Some(1), Some(4)]);
        alike.take(2);
        assert_eq!(alike.first(2), None);
    }

    #[test]
    fn limits_part_and_keys_order() {
        let (offsets, codes) = ([0, 1, 2, 3, 4], [7; 4]);
        let tags = TagSets::new(&offsets, &codes, 8).unwrap();
        let mut alike = Alike::of(&tags, (0..4).rev(), |row| (row % 2, 0), &Interrupt::never()).unwrap();
        assert_eq!(firsts(&alike), [Some(3), Some(2)]);
        alike.order_by(|row| 10 - row);
        assert_eq!(firsts(&alike), [Some(1), Some(0)]);
        let offsets: Vec<i64> = (0..=1_000).collect();
        let tags = TagSets::new(&offsets, &[7; 1_000], 8).unwrap();
        let alone = |row: u32| (row % 10, u64::from(row / 10));
        assert_eq!(Alike::of(&tags, 0..1_000, alone, &Interrupt::never()).unwrap().len(), 1_000);
    }
}
