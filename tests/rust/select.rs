//! The core against its naive twins, and the laws it keeps.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should stop")]
#![allow(clippy::cast_precision_loss, reason = "made-up data need no more than 52 bits")]

mod naive;

use std::collections::BTreeSet;

use instag::{Error, Interrupt, Method, Ranking, TagSets, measure, novelty, rank};
use proptest::prelude::*;

struct Csr {
    offsets: Vec<i64>,
    codes: Vec<u32>,
    n_tags: usize,
}

impl Csr {
    fn new(rows: &[Vec<u32>]) -> Self {
        let codes: Vec<u32> = rows.concat();
        let ends = rows.iter().scan(0, |end, row| {
            *end += row.len() as i64;
            Some(*end)
        });
        Self {
            offsets: std::iter::once(0).chain(ends).collect(),
            n_tags: codes.iter().max().map_or(0, |&code| code as usize + 1),
            codes,
        }
    }

    fn tags(&self) -> TagSets<'_> {
        TagSets::new(&self.offsets, &self.codes, self.n_tags).unwrap()
    }
}

fn ranked(rows: &[Vec<u32>], method: Method, budget: usize, seed: Option<u64>) -> Ranking {
    rank(&Csr::new(rows).tags(), method, budget, seed, &Interrupt::never()).unwrap()
}

/// Few tags and many, with empty rows, repeats within rows and rows alike.
fn samples() -> impl Strategy<Value = Vec<Vec<u32>>> {
    prop_oneof![
        proptest::collection::vec(proptest::collection::vec(0..6u32, 0..6), 0..40),
        proptest::collection::vec(proptest::collection::vec(0..40u32, 0..12), 0..120),
        // Skewed, as tags are: a few in most samples, most in a few.
        proptest::collection::vec(
            proptest::collection::vec((0..1000u32).prop_map(|x| x * x * x / 25_000_000), 0..8),
            0..600
        ),
        proptest::collection::vec(proptest::collection::vec(65_000..66_000u32, 0..4), 0..30),
    ]
}

fn defined() -> impl Strategy<Value = Method> {
    prop_oneof![Just(Method::ComplexityFirst), Just(Method::Coverage), Just(Method::Complexity)]
}

fn any_method() -> impl Strategy<Value = Method> {
    prop_oneof![defined(), Just(Method::Random)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn same_as_naive(rows in samples(), method in defined(), budget in prop_oneof![0..50usize, Just(usize::MAX)]) {
        prop_assert_eq!(ranked(&rows, method, budget, None), naive::rank(&rows, method, budget));
    }

    #[test]
    fn novelty_same_as_naive(rows in samples(), method in any_method(), seed in any::<Option<u64>>()) {
        let ranking = ranked(&rows, method, usize::MAX, seed);
        let csr = Csr::new(&rows);
        let novelty = novelty(&csr.tags(), &ranking, &Interrupt::never()).unwrap();
        let sets: Vec<BTreeSet<u32>> = novelty
            .offsets
            .windows(2)
            .map(|pair| novelty.codes[pair[0] as usize..pair[1] as usize].iter().copied().collect())
            .collect();
        prop_assert_eq!(sets, naive::novelty(&rows, &ranking));
    }

    #[test]
    fn budgets_are_nested(rows in samples(), method in any_method(), seed in any::<Option<u64>>(), budget in 0..700usize) {
        let all = ranked(&rows, method, usize::MAX, seed);
        let some = ranked(&rows, method, budget, seed);
        let taken = budget.min(all.rows.len());
        prop_assert_eq!(&some.rows, &all.rows[..taken]);
        prop_assert_eq!(&some.rounds, &all.rounds[..taken]);
    }

    #[test]
    fn every_tagged_sample_is_taken_once(rows in samples(), method in any_method(), seed in any::<Option<u64>>()) {
        let mut taken = ranked(&rows, method, usize::MAX, seed).rows;
        taken.sort_unstable();
        let tagged: Vec<u32> = (0..).zip(&rows).filter(|(_, row)| !row.is_empty()).map(|(nth, _)| nth).collect();
        prop_assert_eq!(taken, tagged);
    }

    #[test]
    fn samples_without_tags_change_nothing(
        rows in samples(), method in any_method(), seed in any::<Option<u64>>(), place in any::<proptest::sample::Index>(),
    ) {
        let place = place.index(rows.len() + 1);
        let mut more = rows.clone();
        more.insert(place, Vec::new());
        let shifted = |row: u32| row + u32::from(row as usize >= place);
        let before = ranked(&rows, method, usize::MAX, seed);
        let after = ranked(&more, method, usize::MAX, seed);
        prop_assert_eq!(before.rows.into_iter().map(shifted).collect::<Vec<_>>(), after.rows);
        prop_assert_eq!(before.rounds, after.rounds);
    }

    #[test]
    fn names_of_tags_do_not_matter(rows in samples(), method in any_method(), seed in any::<Option<u64>>()) {
        let largest = rows.iter().flatten().max().copied().unwrap_or(0);
        let renamed: Vec<Vec<u32>> = rows.iter().map(|row| row.iter().map(|tag| largest - tag).collect()).collect();
        prop_assert_eq!(ranked(&rows, method, usize::MAX, seed), ranked(&renamed, method, usize::MAX, seed));
    }

    /// Where only samples with the same tags tie, the order of the rows decides nothing but which of those it is.
    #[test]
    fn a_permutation_changes_only_ties(sizes in proptest::collection::vec(1..12usize, 1..40), method in defined(), seed in any::<u64>()) {
        let rows: Vec<Vec<u32>> = sizes.iter().map(|&size| (0..size as u32).map(|tag| tag * 7 % 12).collect()).collect();
        let permutation = ranked(&rows, Method::Random, usize::MAX, Some(seed)).rows;
        let permuted: Vec<Vec<u32>> = permutation.iter().map(|&row| rows[row as usize].clone()).collect();
        let sets = |rows: &[Vec<u32>]| {
            let ranking = ranked(rows, method, usize::MAX, None);
            let sets: Vec<Vec<u32>> = ranking.rows.iter().map(|&row| rows[row as usize].clone()).collect();
            (sets, ranking.rounds)
        };
        prop_assert_eq!(sets(&rows), sets(&permuted));
    }

    /// A seed orders ties as if the rows had come in that order.
    #[test]
    fn a_seed_is_an_order_of_ties(rows in samples(), method in defined(), seed in any::<u64>()) {
        let order = ranked(&rows, Method::Random, usize::MAX, Some(seed)).rows;
        let ordered: Vec<Vec<u32>> = order.iter().map(|&row| rows[row as usize].clone()).collect();
        let expected = naive::rank(&ordered, method, usize::MAX);
        let seeded = ranked(&rows, method, usize::MAX, Some(seed));
        prop_assert_eq!(seeded.rows, expected.rows.iter().map(|&row| order[row as usize]).collect::<Vec<_>>());
        prop_assert_eq!(seeded.rounds, expected.rounds);
    }

    #[test]
    fn each_round_covers_all_that_remains(rows in samples(), method in prop_oneof![Just(Method::ComplexityFirst), Just(Method::Coverage)]) {
        let ranking = ranked(&rows, method, usize::MAX, None);
        let last = ranking.rounds.last().copied().unwrap_or(0);
        for round in 1..=last {
            let first = ranking.rounds.partition_point(|&earlier| earlier < round);
            let end = ranking.rounds.partition_point(|&earlier| earlier <= round);
            let tags = |picks: &[u32]| picks.iter().flat_map(|&row| rows[row as usize].clone()).collect::<BTreeSet<_>>();
            prop_assert_eq!(tags(&ranking.rows[first..end]), tags(&ranking.rows[first..]));
        }
    }

    #[test]
    fn measures_count(rows in samples()) {
        let csr = Csr::new(&rows);
        let every: Vec<u32> = (0..rows.len() as u32).collect();
        let measured = measure(&csr.tags(), None, &Interrupt::never()).unwrap();
        prop_assert_eq!(measure(&csr.tags(), Some(&every), &Interrupt::never()), Ok(measured));
        let sets: Vec<BTreeSet<u32>> = rows.iter().map(|row| row.iter().copied().collect()).collect();
        prop_assert_eq!(measured.pairs, sets.iter().map(|set| set.len() as u64).sum::<u64>());
        prop_assert_eq!(measured.distinct, sets.iter().flatten().collect::<BTreeSet<_>>().len() as u64);
    }
}

#[test]
fn large_skewed_data_same_as_naive() {
    // Long enough for many blocks and checks of the early end.
    let mut state = 1u64;
    let mut draw = |below: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 / (1u64 << 53) as f64).powi(3) * below
    };
    let rows: Vec<Vec<u32>> =
        (0..4000).map(|_| (0..draw(14.0) as usize).map(|_| draw(300.0) as u32).collect()).collect();
    for method in [Method::ComplexityFirst, Method::Coverage] {
        for budget in [1, 100, 301, 1500, usize::MAX] {
            assert_eq!(ranked(&rows, method, budget, None), naive::rank(&rows, method, budget), "{method:?} {budget}");
        }
    }
}

#[test]
fn every_method_can_be_interrupted() {
    let rows: Vec<Vec<u32>> = (0..100_000).map(|row| vec![row % 500, row % 7]).collect();
    let csr = Csr::new(&rows);
    for (name, method) in Method::ALL {
        let stopped = rank(&csr.tags(), method, 50_000, Some(1), &Interrupt::new(&|| true));
        assert_eq!(stopped, Err(Error::Interrupted), "{name}");
    }
    let every: Vec<u32> = (0..100_000).collect();
    let stopped = measure(&csr.tags(), Some(&every), &Interrupt::new(&|| true));
    assert_eq!(stopped, Err(Error::Interrupted));
}

#[test]
fn only_a_ranking_of_these_samples_has_novelty() {
    let tags = TagSets::new(&[0, 1, 2], &[0, 1], 2).unwrap();
    for (rows, rounds, why) in [
        (vec![0, 2], vec![1, 1], "rows: expected rows below 2; found 2"),
        (vec![0, 1], vec![1], "rounds: expected one for each of 2 rows; found 1"),
        (vec![0], vec![1, 1], "rounds: expected one for each of 1 rows; found 2"),
    ] {
        let outcome = novelty(&tags, &Ranking { rows, rounds }, &Interrupt::never());
        assert_eq!(outcome.unwrap_err(), Error::Malformed(why.into()));
    }
}
