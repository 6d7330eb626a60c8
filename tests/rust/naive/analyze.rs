//! The counts of an analysis as their definitions have them.

use std::collections::{BTreeMap, BTreeSet};

use instag::{Measures, Pair};

pub(crate) type Sets = Vec<BTreeSet<u32>>;

pub(crate) fn sets(rows: &[Vec<u32>]) -> Sets {
    rows.iter().map(|row| row.iter().copied().collect()).collect()
}

/// For each group, how many of its samples hold each tag.
pub(crate) fn count_groups(sets: &Sets, groups: &[u32], n_groups: usize) -> Vec<BTreeMap<u32, u32>> {
    let mut counts = vec![BTreeMap::new(); n_groups];
    for (set, &group) in sets.iter().zip(groups) {
        for &tag in set {
            *counts[group as usize].entry(tag).or_default() += 1;
        }
    }
    counts
}

/// For each ordered pair of groups, the tags in common and how often the first holds them.
pub(crate) fn overlap(counts: &[BTreeMap<u32, u32>]) -> Vec<(u32, u64)> {
    let mut cells = Vec::new();
    for one in counts {
        for other in counts {
            let common = one.iter().filter(|(tag, _)| other.contains_key(tag));
            cells.push(common.fold((0, 0), |(tags, sum), (_, &count)| (tags + 1, sum + u64::from(count))));
        }
    }
    cells
}

pub(crate) fn cooccurrences(sets: &Sets, least: u32) -> BTreeSet<Pair> {
    let mut counts: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for set in sets {
        for &a in set {
            for &b in set.range(a + 1..) {
                *counts.entry((a, b)).or_default() += 1;
            }
        }
    }
    counts.into_iter().filter(|&(_, both)| both >= least).map(|((a, b), both)| Pair { a, b, both }).collect()
}

/// By whole numbers, for up to 100 samples.
pub(crate) fn rarefy(counts: &[u32], samples: u32, size: u32) -> f64 {
    let missed = |count: u32| choose(samples - count, size) as f64 / choose(samples, size) as f64;
    counts.iter().map(|&count| 1.0 - missed(count)).sum()
}

fn choose(n: u32, k: u32) -> u128 {
    (0..u128::from(k))
        .fold(1, |ways, nth| if nth < u128::from(n) { ways * (u128::from(n) - nth) / (nth + 1) } else { 0 })
}

pub(crate) fn prefix(sets: &Sets, rows: &[u32]) -> Measures {
    let taken = rows.iter().map(|&row| &sets[row as usize]);
    let distinct: BTreeSet<u32> = taken.clone().flatten().copied().collect();
    Measures { pairs: taken.map(|set| set.len() as u64).sum(), distinct: distinct.len() as u64 }
}

pub(crate) fn examples(sets: &Sets, tag: u32, most: usize) -> Vec<u32> {
    (0..).zip(sets).filter(|(_, set)| set.contains(&tag)).map(|(row, _)| row).take(most).collect()
}
