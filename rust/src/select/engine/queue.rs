//! Rows by bounds of what they are worth, highest first.
//!
//! Bounds only fall. So what may still come first need not be in order: there is a bucket for each 1/512 of an octave of
//! the bound. The highest is opened, and what is in it sorted in a small heap; the rest is put into lower buckets.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::mem::take;

/// A unit of rows by what its first row is worth; the greatest entry goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) key: u64,
    pub(super) place: Reverse<u32>,
    pub(super) unit: u32,
}

#[derive(Default)]
pub(super) struct Queue {
    /// Buckets below the one that is open.
    buckets: Vec<Vec<u32>>,
    open: BinaryHeap<Entry>,
}

/// A bucket is 1/2^FINE of an octave.
const FINE: u32 = 9;

impl Queue {
    /// Puts a unit where its bound belongs, before anything is open.
    pub(super) fn put_below(&mut self, unit: u32, bound: u64) {
        if bound > 0 {
            let bucket = bucket(bound);
            if bucket >= self.buckets.len() {
                self.buckets.resize(bucket + 1, Vec::new());
            }
            self.buckets[bucket].push(unit);
        }
    }

    /// Puts a unit into the heap, or into a bucket below; one that is worth nothing is left out.
    #[inline]
    pub(super) fn put(&mut self, entry: Entry) {
        if entry.key == 0 {
            return;
        }
        match self.buckets.get_mut(bucket(entry.key)) {
            Some(below) => below.push(entry.unit),
            None => self.open.push(entry),
        }
    }

    /// The first of the open bucket.
    #[inline]
    pub(super) fn top(&self) -> Option<Entry> {
        self.open.peek().copied()
    }

    pub(super) fn remove_top(&mut self) {
        self.open.pop();
    }

    /// Puts the first where its new key belongs.
    #[inline]
    pub(super) fn lower_top(&mut self, key: u64) {
        let Some(mut top) = self.open.peek_mut() else { return };
        match self.buckets.get_mut(bucket(key)) {
            None if key > 0 => top.key = key,
            below => {
                let entry = PeekMut::pop(top);
                if let (Some(below), true) = (below, key > 0) {
                    below.push(entry.unit);
                }
            }
        }
    }

    /// How many are in the open bucket.
    pub(super) fn open_len(&self) -> usize {
        self.open.len()
    }

    /// Empties the open bucket: the units in it.
    pub(super) fn reopen(&mut self) -> Vec<u32> {
        take(&mut self.open).into_iter().map(|entry| entry.unit).collect()
    }

    /// Opens the highest bucket that has something: the units in it.
    pub(super) fn open(&mut self) -> Option<Vec<u32>> {
        loop {
            let bucket = self.buckets.pop()?;
            if !bucket.is_empty() {
                return Some(bucket);
            }
        }
    }
}

/// It rises with the key, which is not 0.
#[inline]
fn bucket(key: u64) -> usize {
    let octave = key.ilog2();
    let leading = if octave >= FINE { key >> (octave - FINE) } else { key << (FINE - octave) };
    ((octave as usize) << FINE) + (leading as usize) - (1 << FINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_rise_with_keys() {
        let keys = (1..5_000).chain((5..63).flat_map(|bits| [(1 << bits) - 1, 1 << bits, (1 << bits) + 1]));
        let mut keys: Vec<u64> = keys.chain([u64::MAX]).collect();
        keys.sort_unstable();
        assert!(keys.is_sorted_by_key(|&key| bucket(key)));
        assert_eq!((bucket(1), bucket(u64::MAX)), (0, 64 * 512 - 1));
        assert_eq!(bucket(1024), bucket(1025));
        assert_ne!(bucket(1024), bucket(1026));
    }
}
