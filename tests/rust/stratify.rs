//! Rows dealt to parts, and the laws of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should stop")]

use std::cell::Cell;

use instag::{Error, Interrupt, Result, TagSets, stratify};
use proptest::prelude::*;

fn dealt(rows: &[Vec<u32>], groups: &[u32], sizes: &[usize], seed: u64) -> Result<Vec<u32>> {
    let codes: Vec<u32> = rows.concat();
    let ends = rows.iter().scan(0, |end, row| {
        *end += row.len() as i64;
        Some(*end)
    });
    let offsets: Vec<i64> = [0].into_iter().chain(ends).collect();
    let n_tags = codes.iter().max().map_or(0, |&code| code as usize + 1);
    stratify(&TagSets::new(&offsets, &codes, n_tags).unwrap(), groups, sizes, seed, &Interrupt::never())
}

fn alone(rows: usize) -> Vec<u32> {
    (0..rows as u32).collect()
}

fn sizes_of(parts: &[u32], count: usize) -> Vec<usize> {
    (0..count as u32).map(|part| parts.iter().filter(|&&other| other == part).count()).collect()
}

fn labelled() -> impl Strategy<Value = Vec<Vec<u32>>> {
    prop::collection::vec(prop::collection::btree_set(0..12u32, 0..5), 1..60)
        .prop_map(|rows| rows.into_iter().map(|row| row.into_iter().collect()).collect())
}

proptest! {
    #[test]
    fn sizes_are_met_and_groups_stay_together(
        rows in labelled(), groups in prop::collection::vec(0..200u32, 60), cut in any::<(usize, usize)>(), seed: u64
    ) {
        let n = rows.len();
        // A few rows share the number of their group.
        let groups: Vec<u32> = (0..n).map(|row| (0..n).find(|&other| groups[other] == groups[row]).unwrap() as u32).collect();
        let (one, two) = (cut.0 % (n + 1), cut.1 % (n + 1));
        let sizes = [one.min(two), one.max(two) - one.min(two), n - one.max(two)];
        let parts = dealt(&rows, &groups, &sizes, seed).unwrap();
        for (row, &group) in groups.iter().enumerate() {
            prop_assert_eq!(parts[row], parts[group as usize]);
        }
        if groups == alone(n) {
            prop_assert_eq!(sizes_of(&parts, 3), sizes);
        }
        prop_assert_eq!(&parts, &dealt(&rows, &groups, &sizes, seed).unwrap());
    }

    #[test]
    fn a_label_by_itself_is_spread_as_the_sizes_are(labels in prop::collection::vec(0..4u32, 40..80), seed: u64) {
        let rows: Vec<Vec<u32>> = labels.iter().map(|&label| vec![label]).collect();
        let n = rows.len();
        let sizes = [n - n / 4, n / 4];
        let parts = dealt(&rows, &alone(n), &sizes, seed).unwrap();
        for label in 0..4 {
            let all = labels.iter().filter(|&&other| other == label).count();
            let there = labels.iter().zip(&parts).filter(|&(&other, &part)| other == label && part == 1).count();
            prop_assert!((there * n).abs_diff(all * sizes[1]) <= 3 * n, "{} of {}: {}", there, all, label);
        }
    }
}

/// Where parts have as much room, the next row goes where its label is missing.
#[test]
fn a_label_goes_where_it_is_missing() {
    for seed in 0..40 {
        for (one, other) in [(0, 2), (2, 0)] {
            let parts = dealt(&[vec![one, 1], vec![other], vec![1], vec![]], &alone(4), &[2, 2], seed).unwrap();
            assert_ne!(parts[0], parts[2], "{seed}");
        }
    }
}

/// What a seed deals today it deals tomorrow: parts that were drawn once can be drawn again.
#[test]
fn a_seed_deals_what_it_did() {
    let rows: Vec<Vec<u32>> = (0..24u32)
        .map(|row| {
            (0..6).filter(|c| (row * (c + 3) + c) % (c + 3) == row % (c + 2) || (row + c) % (5 + c) == 0).collect()
        })
        .collect();
    let groups: Vec<u32> = (0..24).map(|row| if row % 6 == 0 { row / 12 * 12 } else { row }).collect();
    let deal = |seed| dealt(&rows, &groups, &[12, 7, 5], seed).unwrap();
    assert_eq!(deal(0), [1, 0, 1, 0, 0, 2, 1, 2, 2, 2, 2, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0]);
    assert_eq!(deal(7), [1, 0, 1, 2, 2, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 1, 1, 0, 0, 2, 2, 1, 0, 0]);
}

#[test]
fn another_seed_deals_other_rows() {
    let rows = vec![vec![0u32]; 40];
    let deal = |seed| dealt(&rows, &alone(40), &[30, 10], seed).unwrap();
    assert_eq!(deal(1), deal(1));
    assert_ne!(deal(1), deal(2));
}

#[test]
fn a_group_that_fits_nowhere_goes_where_most_room_is() {
    let parts = dealt(&[vec![0], vec![0], vec![0], vec![1]], &[0, 0, 0, 3], &[2, 2], 0).unwrap();
    assert_eq!(sizes_of(&parts, 2).iter().max(), Some(&3));
}

#[test]
fn refuses_what_makes_no_sense() {
    let rows = [vec![0], vec![1]];
    for (groups, sizes) in [
        (vec![0], vec![2]),
        (vec![1, 0], vec![2]),
        (vec![0, 5], vec![2]),
        (vec![0, 1], vec![1]),
        (vec![0, 1], vec![2, 1]),
    ] {
        assert!(matches!(dealt(&rows, &groups, &sizes, 0), Err(Error::Malformed(_))), "{groups:?} {sizes:?}");
    }
}

#[test]
fn stops_when_asked() {
    let (offsets, codes): (Vec<i64>, Vec<u32>) = ((0..=40_000).collect(), (0..40_000).map(|row| row % 7).collect());
    let labels = TagSets::new(&offsets, &codes, 7).unwrap();
    let groups: Vec<u32> = (0..40_000).collect();
    let dealt = |at: u32| {
        let asked = Cell::new(0);
        let wanted = || asked.replace(asked.get() + 1) + 1 >= at;
        (stratify(&labels, &groups, &[10_000, 30_000], 0, &Interrupt::new(&wanted)), asked.get())
    };
    // While rows are put in order, and while they are dealt.
    for at in [1, 3, 6] {
        assert_eq!(dealt(at), (Err(Error::Interrupted), at));
    }
}
