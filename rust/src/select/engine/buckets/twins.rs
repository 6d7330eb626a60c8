//! Samples with the same tags.

use std::collections::HashMap;

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// Tag sets up to this size are matched: three codes fit one key, and larger sets are seldom alike.
const MATCHED: usize = 3;
const BITS: u32 = 21;

/// The samples in sets of twins, each set in the order of the samples.
pub(super) struct Twins {
    members: Vec<u32>,
    /// Where each set's members that have not been taken begin, and where they end.
    next: Vec<u32>,
    ends: Vec<u32>,
}

impl Twins {
    /// Every sample on its own.
    pub(super) fn none(tags: &TagSets) -> Self {
        let n = tags.len() as u32;
        Self { members: (0..n).collect(), next: (0..n).collect(), ends: (1..=n).collect() }
    }

    /// Samples with the same few tags together; sets are numbered by their first member.
    pub(super) fn of(tags: &TagSets, interrupt: &Interrupt) -> Result<Self> {
        let mut sets: HashMap<u64, u32> = HashMap::new();
        let mut sizes: Vec<u32> = Vec::new();
        let mut set_of = Vec::with_capacity(tags.len());
        for nth in 0..tags.len() {
            interrupt.step()?;
            let new = sizes.len() as u32;
            let set = key(tags.row(nth)).map_or(new, |key| *sets.entry(key).or_insert(new));
            if set == new {
                sizes.push(0);
            }
            sizes[set as usize] += 1;
            set_of.push(set);
        }
        let ends: Vec<u32> = sizes
            .iter()
            .scan(0, |end, size| {
                *end += size;
                Some(*end)
            })
            .collect();
        let next: Vec<u32> = ends.iter().zip(&sizes).map(|(end, size)| end - size).collect();
        let mut places = next.clone();
        let mut members = vec![0; tags.len()];
        for (nth, set) in (0..).zip(set_of) {
            let place = &mut places[set as usize];
            members[*place as usize] = nth;
            *place += 1;
        }
        Ok(Self { members, next, ends })
    }

    /// The number of sets.
    pub(super) fn len(&self) -> usize {
        self.next.len()
    }

    /// The first member that has not been taken.
    pub(super) fn first(&self, set: u32) -> Option<u32> {
        let next = self.next[set as usize];
        (next < self.ends[set as usize]).then(|| self.members[next as usize])
    }

    /// Takes the first member.
    pub(super) fn take(&mut self, set: u32) {
        self.next[set as usize] += 1;
    }
}

/// The same for the same tags in any order, and different for different ones; none for larger sets.
fn key(held: &[u32]) -> Option<u64> {
    if held.len() > MATCHED || held.iter().any(|&tag| tag >> BITS != 0) {
        return None;
    }
    let mut codes = [0; MATCHED];
    // One more than the code, so that no tag differs from tag 0.
    for (place, &tag) in codes.iter_mut().zip(held) {
        *place = u64::from(tag) + 1;
    }
    codes.sort_unstable();
    Some(codes.iter().fold(0, |key, code| key << (BITS + 1) | code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_wait_in_order() {
        let (offsets, codes) = ([0, 2, 4, 5, 7, 8], [5, 3, 3, 4, 3, 3, 5, 3]);
        let tags = TagSets::new(&offsets, &codes, 6).unwrap();
        let mut twins = Twins::of(&tags, &Interrupt::never()).unwrap();
        assert_eq!(
            (0..twins.len() as u32).map(|set| twins.first(set)).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(2)]
        );
        twins.take(0);
        twins.take(2);
        assert_eq!(twins.first(0), Some(3));
        assert_eq!(twins.first(2), Some(4));
        twins.take(2);
        assert_eq!(twins.first(2), None);
    }

    #[test]
    fn keys_are_those_of_sets() {
        assert_eq!(key(&[7, 0, 2]), key(&[2, 7, 0]));
        let distinct = [key(&[0]), key(&[1]), key(&[0, 1]), key(&[0, 1, 2]), key(&[(1 << BITS) - 1]), key(&[])];
        let unique: std::collections::BTreeSet<_> = distinct.iter().collect();
        assert_eq!(unique.len(), distinct.len());
        assert_eq!(key(&[0, 1, 2, 3]), None);
        assert_eq!(key(&[1 << BITS]), None);
    }
}
