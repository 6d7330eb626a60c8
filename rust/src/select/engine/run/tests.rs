//! Every way takes the same rows.

use proptest::prelude::*;

use super::*;
use crate::select::constraint::Quotas;
use crate::select::objective::{Counted, Curve};
use crate::tags::TagSets;

/// Rows by each of the ways: one by one, those alike as one, from the trie, and each from the middle on.
fn ways(problem: &Problem, constraint: &Constraint) -> Vec<Vec<u32>> {
    let never = Interrupt::never();
    let run = |patience: Patience| {
        let objective = Counted::new(problem, constraint.budget).unwrap();
        let mut run = Run::new(problem, constraint, objective, &never).unwrap();
        run.patience = patience;
        run
    };
    let endless = Patience { a_row: u64::from(u32::MAX), a_pick: 0 };
    let mut found = Vec::new();
    let mut single = run(endless);
    assert!(single.queued(&mut Units::Single, u64::MAX).unwrap());
    found.push(single.picks.rows);
    let mut alike = run(endless);
    let mut units = Units::Alike(alike.alike().unwrap());
    assert!(alike.queued(&mut units, u64::MAX).unwrap());
    found.push(alike.picks.rows);
    let mut trie = run(endless);
    let units = trie.alike().unwrap();
    trie.climbed(units).unwrap();
    found.push(trie.picks.rows);
    for (a_row, a_pick) in [(0, 0), (0, 1), (1, 1), (0, 3)] {
        let mixed = run(Patience { a_row, a_pick });
        found.push(mixed.all().unwrap().rows);
    }
    found
}

/// A tag that all rows hold, and one of each: every pick lowers all bounds, and a queue would look at all rows again.
#[test]
fn patience_ends_where_bounds_are_worth_nothing() {
    let codes: Vec<u32> = (1..=300).flat_map(|tag| [0, tag]).collect();
    let offsets: Vec<i64> = (0..=300).map(|row| 2 * row).collect();
    let tags = TagSets::new(&offsets, &codes, 301).unwrap();
    let (problem, constraint) = (Problem::new(&tags, Curve::Power(0.5)), Constraint::count(200));
    let never = Interrupt::never();
    for (a_row, ends) in [(0, false), (1, false), (u64::from(u32::MAX), true)] {
        let objective = Counted::new(&problem, 200).unwrap();
        let mut run = Run::new(&problem, &constraint, objective, &never).unwrap();
        run.patience = Patience { a_row, a_pick: 2 };
        assert_eq!(run.queued(&mut Units::Single, a_row * 300).unwrap(), ends);
        assert_eq!(run.picks.rows.len() == 200, ends);
    }
}

proptest! {
    #[test]
    fn every_way_takes_the_same_rows(
        rows in prop_oneof![
            proptest::collection::vec(proptest::collection::vec(0..6u32, 0..5), 1..40),
            // A tag of all, and one of each.
            proptest::collection::vec((1..50u32).prop_map(|tag| vec![0, tag]), 1..60),
            proptest::collection::vec(proptest::collection::vec((0..40u32).prop_map(|x| x * x / 60), 0..9), 1..120),
        ],
        budget in 0..80u64,
        seed in any::<Option<u64>>(),
        exponent in prop_oneof![Just(0.5), Just(0.3), Just(1.0)],
        most in 0..20u64,
        least in 0..3u64,
    ) {
        let codes: Vec<u32> = rows.concat();
        let mut offsets = vec![0];
        offsets.extend(rows.iter().scan(0, |end, row| { *end += row.len() as i64; Some(*end) }));
        let tags = TagSets::new(&offsets, &codes, 50).unwrap();
        let problem = Problem { seed, ..Problem::new(&tags, Curve::Power(exponent)) };
        let groups: Vec<u32> = (0..rows.len() as u32).map(|row| row % 3).collect();
        let quotas = Quotas { groups: &groups, at_least: &[least, 0, 0], at_most: &[budget, most, budget], before: &[0; 3] };
        for quotas in [None, Some(quotas).filter(|_| least <= budget)] {
            let constraint = Constraint { quotas, ..Constraint::count(budget) };
            let found = ways(&problem, &constraint);
            prop_assert!(found.iter().all(|rows| rows == &found[0]), "{found:?}");
        }
    }
}
