//! Association rules against their naive twin, and the laws they keep.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should stop")]

#[path = "naive/associate.rs"]
mod naive;

use instag::{Bounds, Error, Interrupt, Rule, TagSets, associate};
use proptest::prelude::*;

fn mined(rows: &[Vec<u32>], bounds: &Bounds) -> Vec<Rule> {
    stoppable(rows, bounds, &Interrupt::never()).unwrap()
}

fn stoppable(rows: &[Vec<u32>], bounds: &Bounds, interrupt: &Interrupt) -> Result<Vec<Rule>, Error> {
    let codes: Vec<u32> = rows.concat();
    let ends = rows.iter().scan(0, |end, row| {
        *end += row.len() as i64;
        Some(*end)
    });
    let offsets: Vec<i64> = std::iter::once(0).chain(ends).collect();
    let n_tags = codes.iter().max().map_or(0, |&code| code as usize + 1);
    associate(&TagSets::new(&offsets, &codes, n_tags).unwrap(), bounds, interrupt)
}

/// Samples in which some tags bring others along, nearly always: (if, then, how often not).
fn samples() -> impl Strategy<Value = Vec<Vec<u32>>> {
    let row = |largest| proptest::collection::vec(0..largest, 0..7);
    let rows = prop_oneof![
        proptest::collection::vec(row(5u32), 0..30),
        proptest::collection::vec(row(12u32), 0..150),
        proptest::collection::vec(row(60u32), 0..300),
    ];
    let planted = proptest::collection::vec((0..12u32, 0..12u32, 1..40usize), 0..6);
    (rows, planted).prop_map(|(mut rows, planted)| {
        for (given, brings, misses) in planted {
            for (nth, row) in rows.iter_mut().enumerate() {
                if row.contains(&given) && nth % misses != 1 {
                    row.push(brings);
                }
            }
        }
        rows
    })
}

fn bounds() -> impl Strategy<Value = Bounds> {
    let confidence = prop_oneof![
        Just(1.0),
        Just(0.99),
        Just(0.9),
        Just(0.5),
        Just(0.1),
        Just(0.0),
        (1..20u32, 1..20u32).prop_map(|(a, b)| f64::from(a.min(b)) / f64::from(a.max(b))),
        0.0..=1.0,
    ];
    let support = prop_oneof![Just(1), 1..6u32, 1..40u32];
    (support, confidence, 1..3u32).prop_map(|(min_support, min_confidence, max_antecedent)| Bounds {
        min_support,
        min_confidence,
        max_antecedent,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn same_as_naive(rows in samples(), bounds in bounds()) {
        prop_assert_eq!(mined(&rows, &bounds), naive::associate(&rows, &bounds));
    }

    #[test]
    fn order_of_rows_does_not_matter(rows in samples(), bounds in bounds(), by in 1..30usize) {
        let mut moved: Vec<Vec<u32>> = rows.iter().rev().cloned().collect();
        moved.rotate_left(by.min(rows.len()));
        prop_assert_eq!(mined(&rows, &bounds), mined(&moved, &bounds));
    }

    #[test]
    fn names_of_tags_do_not_matter(rows in samples(), bounds in bounds()) {
        let largest = rows.iter().flatten().max().copied().unwrap_or(0);
        let rename = |tag: u32| largest - tag;
        let renamed: Vec<Vec<u32>> = rows.iter().map(|row| row.iter().copied().map(rename).collect()).collect();
        let mut expected: Vec<Rule> = mined(&rows, &bounds)
            .into_iter()
            .map(|rule| {
                let (one, other) = (rename(rule.antecedent), rule.also.map(rename));
                Rule {
                    antecedent: other.map_or(one, |other| one.min(other)),
                    also: other.map(|other| one.max(other)),
                    consequent: rename(rule.consequent),
                    ..rule
                }
            })
            .collect();
        expected.sort_unstable();
        prop_assert_eq!(mined(&renamed, &bounds), expected);
    }

    #[test]
    fn stricter_bounds_keep_a_part(rows in samples(), bounds in bounds(), more in 0..5u32, up in 0.0..=1.0) {
        let stricter = Bounds {
            min_support: bounds.min_support + more,
            min_confidence: bounds.min_confidence + (1.0 - bounds.min_confidence) * up,
            max_antecedent: 1,
        };
        let kept = mined(&rows, &bounds).into_iter().filter(|rule| {
            rule.also.is_none()
                && rule.n_both >= stricter.min_support
                && f64::from(rule.n_both) / f64::from(rule.n_antecedent) >= stricter.min_confidence
        });
        prop_assert_eq!(mined(&rows, &stricter), kept.collect::<Vec<_>>());
    }
}

/// Tag 0 in 100 samples, tag 1 with it in 99; tag 2 only beside both, and once alone.
#[test]
fn golden() {
    let rows: Vec<Vec<u32>> = (0..100)
        .map(|nth| match nth {
            7 => vec![0],
            50.. => vec![0, 1, 2],
            _ => vec![1, 0, 1],
        })
        .chain([vec![2], vec![1], vec![1], vec![]])
        .collect();
    let bounds = Bounds { min_support: 40, min_confidence: 0.99, max_antecedent: 1 };
    let rule = |antecedent, also, consequent, n_antecedent, n_consequent, n_both| Rule {
        antecedent,
        also,
        consequent,
        n_antecedent,
        n_consequent,
        n_both,
    };
    assert_eq!(mined(&rows, &bounds), [rule(0, None, 1, 100, 101, 99)]);
    let wider = Bounds { min_confidence: 0.98, ..bounds };
    let expected = [
        rule(0, None, 1, 100, 101, 99),
        rule(1, None, 0, 101, 100, 99),
        rule(2, None, 0, 51, 100, 50),
        rule(2, None, 1, 51, 101, 50),
    ];
    assert_eq!(mined(&rows, &wider), expected);
    let pairs = Bounds { max_antecedent: 2, ..bounds };
    let expected = [rule(0, None, 1, 100, 101, 99), rule(0, Some(2), 1, 50, 101, 50), rule(1, Some(2), 0, 50, 100, 50)];
    assert_eq!(mined(&rows, &pairs), expected);
    assert_eq!(mined(&rows, &Bounds { min_support: 100, ..wider }), []);
}

#[test]
fn nothing_has_no_rules() {
    let bounds = Bounds { min_support: 1, min_confidence: 0.0, max_antecedent: 2 };
    assert_eq!(mined(&[], &bounds), []);
    assert_eq!(mined(&[vec![], vec![3]], &bounds), []);
}

#[test]
fn bounds_are_checked() {
    let bounds = Bounds { min_support: 0, min_confidence: 0.5, max_antecedent: 1 };
    let refused = stoppable(&[], &bounds, &Interrupt::never()).unwrap_err();
    assert_eq!(refused.to_string(), "min_support: expected at least 1; found 0");
}

#[test]
fn mining_can_be_interrupted() {
    let rows: Vec<Vec<u32>> = (0..100_000).map(|row| vec![row % 500, row % 7]).collect();
    for max_antecedent in [1, 2] {
        let bounds = Bounds { min_support: 2, min_confidence: 0.5, max_antecedent };
        assert_eq!(stoppable(&rows, &bounds, &Interrupt::new(&|| true)), Err(Error::Interrupted));
    }
}
