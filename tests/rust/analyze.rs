//! The counts of an analysis against their naive twins, and the laws they keep.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should stop")]
#![allow(clippy::cast_precision_loss, reason = "ratios of whole numbers are rounded once")]

#[path = "naive/analyze.rs"]
mod naive;

use std::collections::BTreeSet;

use instag::{
    Counts, Error, Interrupt, Method, TagSets, cooccurrences, count_groups, examples, overlap, prefixes, rank, rarefy,
    rounds, trace,
};
use proptest::prelude::*;

struct Csr {
    offsets: Vec<i64>,
    codes: Vec<u32>,
    n_tags: usize,
}

impl Csr {
    fn new(rows: &[Vec<u32>]) -> Self {
        let ends = rows.iter().scan(0, |end, row| {
            *end += row.len() as i64;
            Some(*end)
        });
        let codes: Vec<u32> = rows.concat();
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

fn never() -> Interrupt<'static> {
    Interrupt::never()
}

/// Few tags and many, with empty rows, repeats within rows and rows alike.
fn samples() -> impl Strategy<Value = Vec<Vec<u32>>> {
    prop_oneof![
        proptest::collection::vec(proptest::collection::vec(0..6u32, 0..6), 0..40),
        proptest::collection::vec(
            proptest::collection::vec((0..1000u32).prop_map(|x| x * x * x / 10_000_000), 0..9),
            0..100
        ),
        proptest::collection::vec(proptest::collection::vec(7_000..7_020u32, 0..4), 0..30),
    ]
}

fn grouped() -> impl Strategy<Value = (Vec<Vec<u32>>, Vec<u32>, usize)> {
    (samples(), 1..7usize).prop_flat_map(|(rows, n_groups)| {
        let groups = proptest::collection::vec(0..n_groups as u32, rows.len());
        // One group more than there can be samples in.
        (Just(rows), groups, Just(n_groups + 1))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn groups_same_as_naive((rows, groups, n_groups) in grouped()) {
        let csr = Csr::new(&rows);
        let Counts { offsets, tags, counts } = count_groups(&csr.tags(), &groups, n_groups, &never()).unwrap();
        let expected = naive::count_groups(&naive::sets(&rows), &groups, n_groups);
        prop_assert_eq!(offsets.len(), n_groups + 1);
        for (bounds, expected) in offsets.windows(2).zip(&expected) {
            let place = bounds[0] as usize..bounds[1] as usize;
            let found: Vec<(u32, u32)> =
                tags[place.clone()].iter().copied().zip(counts[place].iter().copied()).collect();
            prop_assert_eq!(found, expected.clone().into_iter().collect::<Vec<_>>());
        }
        let held = TagSets::new(&offsets, &tags, csr.n_tags).unwrap();
        let table = overlap(&held, &counts, &never()).unwrap();
        let cells: Vec<(u32, u64)> = table.shared.into_iter().zip(table.weighted).collect();
        prop_assert_eq!(cells, naive::overlap(&expected));
    }

    #[test]
    fn pairs_same_as_naive(rows in samples(), least in 0..5u32) {
        let csr = Csr::new(&rows);
        let pairs = cooccurrences(&csr.tags(), least, &never()).unwrap();
        prop_assert!(pairs.is_sorted_by_key(|pair| (pair.b, pair.a)));
        prop_assert_eq!(pairs.len(), pairs.iter().collect::<BTreeSet<_>>().len());
        prop_assert_eq!(pairs.into_iter().collect::<BTreeSet<_>>(), naive::cooccurrences(&naive::sets(&rows), least.max(1)));
    }

    #[test]
    fn rarefaction_same_as_naive(
        (samples, counts, size) in (1..100u32).prop_flat_map(|samples| {
            (Just(samples), proptest::collection::vec(0..=samples, 0..40), 0..=samples)
        }),
    ) {
        let expected = naive::rarefy(&counts, samples, size);
        let found = rarefy(&counts, samples, &[size], &never()).unwrap()[0];
        prop_assert!((found - expected).abs() < 1e-10, "{} of {}: {} beside {}", size, samples, found, expected);
    }

    #[test]
    fn rarefaction_grows_to_what_there_is(rows in samples()) {
        let csr = Csr::new(&rows);
        let sets = naive::sets(&rows);
        let mut counts = vec![0; csr.n_tags];
        for &tag in sets.iter().flatten() {
            counts[tag as usize] += 1;
        }
        let all = rows.len() as u32;
        let expected = rarefy(&counts, all, &(0..=all).collect::<Vec<_>>(), &never()).unwrap();
        let every: BTreeSet<u32> = sets.iter().flatten().copied().collect();
        prop_assert!(expected[0].abs() < 1e-12);
        prop_assert!((expected[rows.len()] - every.len() as f64).abs() < 1e-9);
        // What one more sample adds is never negative, and never more than the one before it added.
        let steps: Vec<f64> = expected.windows(2).map(|pair| pair[1] - pair[0]).collect();
        prop_assert!(steps.iter().all(|&step| step > -1e-9), "{:?}", steps);
        prop_assert!(steps.windows(2).all(|pair| pair[1] < pair[0] + 1e-9), "{:?}", steps);
    }

    #[test]
    fn prefixes_same_as_naive(rows in samples(), seed in any::<u64>(), cuts in proptest::collection::vec(0..100u32, 0..9)) {
        let csr = Csr::new(&rows);
        let order = rank(&csr.tags(), Method::Random, usize::MAX, Some(seed), &never()).unwrap().rows;
        let mut sizes: Vec<u32> = cuts.into_iter().map(|cut| cut.min(order.len() as u32)).collect();
        sizes.sort_unstable();
        let measured = prefixes(&csr.tags(), &order, &sizes, &never()).unwrap();
        let sets = naive::sets(&rows);
        let expected: Vec<_> = sizes.iter().map(|&size| naive::prefix(&sets, &order[..size as usize])).collect();
        prop_assert_eq!(&measured, &expected);
        let traced = trace(&csr.tags(), Method::Random, &[Some(seed), Some(seed)], &sizes, &never()).unwrap();
        prop_assert_eq!(traced, vec![expected.clone(), expected]);
    }

    #[test]
    fn examples_same_as_naive(rows in samples(), most in 0..5usize) {
        let csr = Csr::new(&rows);
        let found = examples(&csr.tags(), None, most, &never()).unwrap();
        let sets = naive::sets(&rows);
        prop_assert_eq!(found.offsets.len(), csr.n_tags + 1);
        for (tag, bounds) in (0..).zip(found.offsets.windows(2)) {
            prop_assert_eq!(&found.rows[bounds[0] as usize..bounds[1] as usize], &naive::examples(&sets, tag, most));
        }
        // Of some samples in another order: the last come first.
        let order: Vec<u32> = (0..rows.len() as u32).rev().step_by(2).collect();
        let found = examples(&csr.tags(), Some(&order), most, &never()).unwrap();
        for (tag, bounds) in (0..).zip(found.offsets.windows(2)) {
            let holders = order.iter().copied().filter(|&row| sets[row as usize].contains(&tag));
            let expected: Vec<u32> = holders.take(most).collect();
            prop_assert_eq!(&found.rows[bounds[0] as usize..bounds[1] as usize], &expected);
        }
        prop_assert!(examples(&csr.tags(), Some(&[rows.len() as u32]), most, &never()).is_err());
    }

    #[test]
    fn rounds_are_found_again(rows in samples(), greedy in any::<bool>()) {
        let method = if greedy { Method::Coverage } else { Method::ComplexityFirst };
        let ranking = rank(&Csr::new(&rows).tags(), method, usize::MAX, None, &never()).unwrap();
        let ordered: Vec<Vec<u32>> = ranking.rows.iter().map(|&row| rows[row as usize].clone()).collect();
        prop_assert_eq!(rounds(&Csr::new(&ordered).tags(), &never()).unwrap(), ranking.rounds);
    }
}

#[test]
fn says_what_does_not_fit() {
    let csr = Csr::new(&[vec![0, 1], vec![1], vec![]]);
    let tags = csr.tags();
    let message = |error: Error| error.to_string();
    assert_eq!(
        message(count_groups(&tags, &[0, 0], 1, &never()).unwrap_err()),
        "groups: expected one for each of 3 samples; found 2"
    );
    assert_eq!(
        message(count_groups(&tags, &[0, 1, 2], 2, &never()).unwrap_err()),
        "groups: expected groups below 2; found 2"
    );
    assert_eq!(
        message(overlap(&tags, &[1, 1], &never()).unwrap_err()),
        "counts: expected one for each of 3 tags, none of them twice in a group; found 2"
    );
    assert_eq!(
        message(rarefy(&[4], 3, &[1], &never()).unwrap_err()),
        "counts: expected at most 3, all samples; found 4"
    );
    assert_eq!(
        message(rarefy(&[3], 3, &[4], &never()).unwrap_err()),
        "sizes: expected at most 3, all samples; found 4"
    );
    for sizes in [[2, 1], [1, 3]] {
        assert_eq!(
            message(prefixes(&tags, &[0, 1], &sizes, &never()).unwrap_err()),
            "sizes: expected them to rise to 2 at most, the rows"
        );
    }
    assert_eq!(message(prefixes(&tags, &[3], &[1], &never()).unwrap_err()), "rows: expected rows below 3; found 3");
    // One of the three samples has no tags, so no method takes three.
    assert!(trace(&tags, Method::Random, &[None], &[3], &never()).is_err());
}

#[test]
fn stops_when_asked() {
    let rows: Vec<Vec<u32>> = (0..40_000).map(|row| vec![row % 50, 50 + row % 51, 101 + row % 53]).collect();
    let csr = Csr::new(&rows);
    let tags = csr.tags();
    let stop = || Interrupt::new(&|| true);
    let order: Vec<u32> = (0..40_000).collect();
    assert_eq!(count_groups(&tags, &vec![0; 40_000], 1, &stop()), Err(Error::Interrupted));
    assert_eq!(overlap(&tags, &vec![1; 120_000], &stop()), Err(Error::Interrupted));
    assert_eq!(cooccurrences(&tags, 1, &stop()), Err(Error::Interrupted));
    assert_eq!(rarefy(&order, 40_000, &[20], &stop()), Err(Error::Interrupted));
    assert_eq!(prefixes(&tags, &order, &[40_000], &stop()), Err(Error::Interrupted));
    assert_eq!(trace(&tags, Method::Complexity, &[None], &[40_000], &stop()), Err(Error::Interrupted));
    assert_eq!(examples(&tags, Some(&order), 3, &stop()), Err(Error::Interrupted));
    assert_eq!(rounds(&tags, &stop()), Err(Error::Interrupted));
}

#[test]
fn a_million_samples_are_no_harder() {
    // Where most samples hold a tag, nearly none can miss it; where one does, its share of the samples drawn finds it.
    let all = 1_000_000;
    let expected = rarefy(&[all - 1, 1], all, &[1, 2, 1_000, all - 1], &never()).unwrap();
    for (found, (frequent, rare)) in
        expected.into_iter().zip([(1.0 - 1e-6, 1e-6), (1.0, 2e-6), (1.0, 1e-3), (1.0, 1.0 - 1e-6)])
    {
        assert!((found - frequent - rare).abs() < 1e-11, "{found}");
    }
}
