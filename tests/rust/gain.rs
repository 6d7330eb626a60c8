//! Selection by gain against its naive twin, and certificates against every selection there is.

#![allow(clippy::unwrap_used, reason = "a test that fails should stop")]
#![allow(clippy::cast_precision_loss, reason = "made-up data need no more than 52 bits")]

#[path = "naive/gain.rs"]
mod gain;

use gain::Plain;
use instag::{Constraint, Cost, Curve, Error, Interrupt, Problem, Quotas, Spread, TagSets, certify, choose};
use proptest::option::of as some;
use proptest::prelude::*;

/// All that a problem and a constraint may have, with numbers of their own.
#[derive(Debug, Clone)]
struct Case {
    rows: Vec<Vec<u32>>,
    curve: Curve,
    weights: Option<Vec<f64>>,
    quality: Option<Vec<f64>>,
    before: Option<Vec<f64>>,
    spread: Option<Spreading>,
    available: Option<Vec<bool>>,
    seed: Option<u64>,
    budget: u64,
    cost: Option<(Vec<u64>, f64)>,
    quotas: Option<Bounds>,
}

/// For each tag the tags that it counts for, and the shares.
type Spreading = (Vec<i64>, Vec<u32>, Vec<u32>);

/// The group of each row; what each group is to have, may have, and had before.
type Bounds = (Vec<u32>, [u64; 3], [u64; 3], [u64; 3]);

const TAGS: usize = 7;

impl Case {
    fn with<T>(&self, used: impl FnOnce(&Problem, &Constraint) -> T) -> T {
        let codes: Vec<u32> = self.rows.concat();
        let ends = self.rows.iter().scan(0, |end, row| {
            *end += row.len() as i64;
            Some(*end)
        });
        let offsets: Vec<i64> = std::iter::once(0).chain(ends).collect();
        let tags = TagSets::new(&offsets, &codes, TAGS).unwrap();
        let problem = Problem {
            weights: self.weights.as_deref(),
            quality: self.quality.as_deref(),
            before: self.before.as_deref(),
            spread: self.spread.as_ref().map(|(offsets, tags, shares)| Spread { offsets, tags, shares }),
            available: self.available.as_deref(),
            seed: self.seed,
            ..Problem::new(&tags, self.curve)
        };
        let constraint = Constraint {
            budget: self.budget,
            cost: self.cost.as_ref().map(|(costs, exponent)| Cost { costs, exponent: *exponent }),
            quotas: self.quotas.as_ref().map(|(groups, at_least, at_most, before)| Quotas {
                groups,
                at_least,
                at_most,
                before,
            }),
        };
        used(&problem, &constraint)
    }
}

/// Some pairs of tags that are near each other, and how near; each tag's shares are then those of its nearness.
fn spreadings() -> impl Strategy<Value = Spreading> {
    let pair = (0..TAGS as u32, 0..TAGS as u32, 1..=8u32);
    proptest::collection::vec(pair, 0..9).prop_map(|pairs| {
        let mut near = vec![[0u32; TAGS]; TAGS];
        for (one, other, nearness) in pairs {
            near[one as usize][other as usize] = nearness;
            near[other as usize][one as usize] = nearness;
        }
        let (mut offsets, mut tags, mut shares) = (vec![0], Vec::new(), Vec::new());
        for (tag, mut near) in near.into_iter().enumerate() {
            near[tag] = 8;
            let total: u32 = near.iter().sum();
            let mut left = 65_536;
            for (other, nearness) in (0..).zip(near).filter(|&(other, nearness)| other != tag && nearness > 0) {
                tags.push(other as u32);
                shares.push(nearness * 65_536 / total);
                left -= nearness * 65_536 / total;
            }
            tags.push(tag as u32);
            shares.push(left);
            offsets.push(tags.len() as i64);
        }
        (offsets, tags, shares)
    })
}

/// Problems of up to so many rows, lower quotas within the budget.
fn cases(most: usize) -> impl Strategy<Value = Case> {
    let curve = prop_oneof![
        Just(Curve::Power(0.5)),
        Just(Curve::Power(0.3)),
        Just(Curve::Power(0.8)),
        Just(Curve::Power(1.0)),
        Just(Curve::Log),
        Just(Curve::Capped(0.1)),
    ];
    (1..=most).prop_flat_map(move |n| {
        let objective = (
            proptest::collection::vec(proptest::collection::vec(0..TAGS as u32, 0..5), n),
            curve.clone(),
            some(proptest::collection::vec((0..5u32).prop_map(|weight| f64::from(weight) / 2.0), TAGS)),
            some(proptest::collection::vec((0..9u32).prop_map(|quality| f64::from(quality) / 4.0), n)),
            some(proptest::collection::vec((0..4u32).prop_map(f64::from), TAGS)),
            some(spreadings()),
            some(proptest::collection::vec(any::<bool>(), n)),
            any::<Option<u64>>(),
        );
        let exponent = prop_oneof![Just(0.0), Just(0.5), Just(1.0), Just(0.7)];
        let groups = proptest::collection::vec(0..3u32, n);
        let bounds = (
            proptest::array::uniform3(0..3u64),
            proptest::array::uniform3(0..5u64),
            proptest::array::uniform3(0..2u64),
        );
        let constraint = (0..12u64, some((proptest::collection::vec(1..6u64, n), exponent)), some((groups, bounds)));
        (objective, constraint).prop_map(
            |((rows, curve, weights, quality, before, spread, available, seed), constraint)| {
                let (budget, cost, quotas) = constraint;
                let quotas = quotas.map(|(groups, (least, most, before))| {
                    let most: [u64; 3] = std::array::from_fn(|group| most[group].max(least[group]));
                    (groups, least, most, before)
                });
                Case { rows, curve, weights, quality, before, spread, available, seed, budget, cost, quotas }
            },
        )
    })
}

/// Nothing but rows, and none of them.
fn plain() -> Case {
    Case {
        rows: Vec::new(),
        curve: Curve::Power(1.0),
        weights: None,
        quality: None,
        before: None,
        spread: None,
        available: None,
        seed: None,
        budget: 0,
        cost: None,
        quotas: None,
    }
}

fn lower_quotas_fit(case: &Case) -> bool {
    case.quotas.as_ref().is_none_or(|(_, least, _, before)| {
        least.iter().zip(before).map(|(least, before)| least.saturating_sub(*before)).sum::<u64>() <= case.budget
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_row_is_a_greedy_choice(case in cases(25)) {
        prop_assume!(lower_quotas_fit(&case));
        case.with(|problem, constraint| {
            let plain = Plain::new(problem, constraint, 80);
            let chosen = choose(problem, constraint, &Interrupt::never()).unwrap();
            let total: f64 = chosen.gains.iter().sum();
            prop_assert!((total - plain.value(&chosen.rows)).abs() < 1e-5, "{} {}", total, plain.value(&chosen.rows));
            let greedy = &chosen.rows[..chosen.rows.len() - usize::from(chosen.filled)];
            let (best, over) = plain.follows(greedy);
            prop_assert!(best, "{:?}", chosen.rows);
            prop_assert!(over || chosen.filled, "more could be taken after {:?}", chosen.rows);
            let owes = constraint.quotas.is_some_and(|quotas| quotas.at_least.iter().any(|&least| least > 0));
            if constraint.cost.is_some() && !owes {
                prop_assert!(plain.may_grow_to(&chosen.rows));
                prop_assert!(total + 1e-5 >= plain.filled(greedy));
            } else {
                prop_assert!(!chosen.filled);
            }
            Ok(())
        })?;
    }

    /// What rows gain is their own here, so that several may be the last one, and one is best.
    #[test]
    fn the_last_row_is_the_best_that_fits(
        rows in proptest::collection::vec((1..200u32, 1..30u64), 1..12),
        budget in 1..90u64,
        exponent in prop_oneof![Just(0.0), Just(0.5), Just(1.0)],
    ) {
        let (qualities, costs) = rows.iter().map(|&(quality, cost)| (f64::from(quality) / 16.0, cost)).unzip();
        let case = Case {
            rows: vec![vec![0]; rows.len()],
            quality: Some(qualities),
            cost: Some((costs, exponent)),
            budget,
            ..plain()
        };
        case.with(|problem, constraint| {
            let plain = Plain::new(problem, constraint, 200);
            let chosen = choose(problem, constraint, &Interrupt::never()).unwrap();
            let greedy = &chosen.rows[..chosen.rows.len() - usize::from(chosen.filled)];
            prop_assert!((chosen.gains.iter().sum::<f64>() - plain.filled(greedy)).abs() < 1e-5);
            Ok(())
        })?;
    }

    /// Whatever the numbers, no selection that is allowed is above the bound.
    #[test]
    fn bounds_hold(case in cases(9), steps in prop_oneof![Just(0usize), Just(1), Just(20), Just(200)]) {
        prop_assume!(lower_quotas_fit(&case));
        case.with(|problem, constraint| {
            let chosen = choose(problem, constraint, &Interrupt::never()).unwrap();
            let plain = Plain::new(problem, constraint, 80);
            let found = certify(problem, constraint, &chosen.rows, steps, &Interrupt::never()).unwrap();
            // The core counts in parts of 2^16 and so does its twin; certificates are of what was given.
            prop_assert!((found.value - plain.value(&chosen.rows)).abs() < 1e-3);
            let best = plain.best();
            prop_assert!(found.bound >= best - 1e-4, "bound {} below {}", found.bound, best);
            let none = certify(problem, constraint, &[], steps, &Interrupt::never()).unwrap();
            prop_assert!(none.bound >= best - 1e-4, "bound {} below {}", none.bound, best);
            Ok(())
        })?;
    }

    #[test]
    fn budgets_are_nested(case in cases(25), less in 0..12u64) {
        let quotas = case.quotas.clone().map(|(groups, _, most, before)| (groups, [0; 3], most, before));
        let large = Case { cost: None, quotas, ..case };
        let small = Case { budget: less.min(large.budget), ..large.clone() };
        let rows = |case: &Case| case.with(|problem, constraint| choose(problem, constraint, &Interrupt::never()).unwrap().rows);
        let (few, many) = (rows(&small), rows(&large));
        // A group that is full is full for every budget.
        prop_assert_eq!(&few[..], &many[..few.len()]);
    }

    /// 3 and then 4 more are the 7 of one run.
    #[test]
    fn an_earlier_selection_is_gone_on_with(case in cases(25), first in 0..6u64, then in 0..6u64) {
        let mut whole = Case { cost: None, quotas: None, before: None, budget: first + then, ..case };
        if whole.spread.is_some() {
            // What a row counts of a near tag is rounded: only where quality is whole do rows add up exactly.
            whole.quality.iter_mut().flatten().for_each(|quality| *quality = quality.ceil());
        }
        let never = Interrupt::never();
        let rows = whole.with(|problem, constraint| choose(problem, constraint, &never).unwrap().rows);
        let start = rows.len().min(first as usize);
        let mut before = vec![0.0; TAGS];
        let mut available = whole.available.clone().unwrap_or_else(|| vec![true; whole.rows.len()]);
        for &row in &rows[..start] {
            available[row as usize] = false;
            let mut held = whole.rows[row as usize].clone();
            held.sort_unstable();
            held.dedup();
            for tag in held {
                before[tag as usize] += whole.quality.as_ref().map_or(1.0, |quality| quality[row as usize]);
            }
        }
        let rest = Case { before: Some(before), available: Some(available), budget: then, ..whole };
        let more = rest.with(|problem, constraint| choose(problem, constraint, &never).unwrap().rows);
        prop_assert_eq!(&rows[start..], &more[..]);
    }

    /// Weights count for what they are beside each other, however small or large.
    #[test]
    fn weights_in_another_unit_are_the_same(case in cases(25), power in -300..300i32) {
        let unit = 2f64.powi(power);
        let weights = case.weights.clone().unwrap_or_else(|| vec![1.0; TAGS]);
        let other = Case { weights: Some(weights.iter().map(|weight| weight * unit).collect()), ..case.clone() };
        let case = Case { weights: Some(weights), ..case };
        prop_assume!(lower_quotas_fit(&case));
        let never = Interrupt::never();
        let chosen = |case: &Case| case.with(|problem, constraint| choose(problem, constraint, &never).unwrap());
        let (one, other) = (chosen(&case), chosen(&other));
        prop_assert_eq!(one.rows, other.rows);
        for (one, other) in one.gains.iter().zip(other.gains) {
            prop_assert!((one * unit - other).abs() <= 1e-12 * one * unit, "{} {}", one, other);
        }
    }

    /// Tags by other numbers, and rows that hold them in another order, are the same.
    #[test]
    fn the_order_of_tags_does_not_matter(case in cases(25)) {
        prop_assume!(lower_quotas_fit(&case));
        let turned = |tag: u32| TAGS as u32 - 1 - tag;
        let flipped = |numbers: &Option<Vec<f64>>| numbers.as_ref().map(|numbers| numbers.iter().rev().copied().collect());
        let other = Case {
            rows: case.rows.iter().map(|row| row.iter().rev().map(|&tag| turned(tag)).collect()).collect(),
            weights: flipped(&case.weights),
            before: flipped(&case.before),
            spread: case.spread.as_ref().map(turned_spread),
            ..case.clone()
        };
        let chosen = |case: &Case| case.with(|problem, constraint| choose(problem, constraint, &Interrupt::never()).unwrap());
        prop_assert_eq!(chosen(&case), chosen(&other));
    }

    #[test]
    fn wanted_tags_come_first(case in cases(25), tag in 0..TAGS as u32, count in 1..5u32) {
        let free = Case { cost: None, quotas: None, weights: None, before: None, ..case };
        free.with(|problem, constraint| {
            let wanted = [(tag, count)];
            let problem = Problem { wanted: &wanted, ..*problem };
            let rows = choose(&problem, constraint, &Interrupt::never()).unwrap().rows;
            let holds = |row: &u32| problem.tags.row(*row as usize).contains(&tag);
            let there = (0..free.rows.len() as u32).filter(holds);
            let there = there.filter(|&row| free.available.as_ref().is_none_or(|available| available[row as usize]));
            let there = there.filter(|&row| free.quality.as_ref().is_none_or(|quality| quality[row as usize] > 0.0));
            let reached = rows.iter().filter(|row| holds(row)).count();
            prop_assert!(reached >= (count as usize).min(there.count()).min(free.budget as usize));
            Ok(())
        })?;
    }
}

/// The same with tags by other numbers, the last first.
fn turned_spread((offsets, tags, shares): &Spreading) -> Spreading {
    let ends = offsets.iter().rev().map(|end| offsets[TAGS] - end).collect();
    let tags = tags.iter().rev().map(|&tag| TAGS as u32 - 1 - tag).collect();
    (ends, tags, shares.iter().rev().copied().collect())
}

/// A tag that counts for itself alone is what it is without a spread.
#[test]
fn a_spread_of_nothing_changes_nothing() {
    let rows: Vec<Vec<u32>> =
        (0..40u32).map(|row| (0..TAGS as u32).filter(|tag| row * 7 % (tag + 2) == 0).collect()).collect();
    let alone: Vec<u32> = (0..TAGS as u32).collect();
    let spread = Spread { offsets: &[0, 1, 2, 3, 4, 5, 6, 7], tags: &alone, shares: &[65_536; TAGS] };
    let codes = rows.concat();
    let ends = rows.iter().scan(0, |end, row| {
        *end += row.len() as i64;
        Some(*end)
    });
    let offsets: Vec<i64> = std::iter::once(0).chain(ends).collect();
    let tags = TagSets::new(&offsets, &codes, TAGS).unwrap();
    for curve in [Curve::Power(0.5), Curve::Power(0.3), Curve::Log] {
        let plain = Problem::new(&tags, curve);
        let with = Problem { spread: Some(spread), ..plain };
        for budget in [1, 7, 40] {
            let constraint = Constraint::count(budget);
            let [one, other] = [plain, with].map(|problem| choose(&problem, &constraint, &Interrupt::never()).unwrap());
            assert_eq!(one.rows, other.rows);
        }
    }
}

/// So many rows of up to six tags, the first tags held most.
fn pool(rows: usize) -> Vec<Vec<u32>> {
    let mut state = 5u64;
    let mut random = |end: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    let row = |_| (0..=random(6)).map(|_| (random(TAGS as u64).min(random(TAGS as u64))) as u32).collect();
    (0..rows).map(row).collect()
}

/// The bounds after some numbers of steps, as they were when the longest were within 0.5 % of the best: a step that goes
/// too far or the wrong way changes them.
#[test]
fn certificates_come_as_near_as_they_did() {
    let plain = Case { rows: pool(60), curve: Curve::Power(0.5), budget: 9, ..plain() };
    let quality = Some((0..60).map(|row| f64::from(row % 5) / 4.0).collect());
    let weights = Some((0..TAGS).map(|tag| tag as f64 / 2.0).collect());
    let valued = Case { quality, weights, before: Some(vec![1.5; TAGS]), curve: Curve::Log, ..plain.clone() };
    let costly = Case { cost: Some(((0..60).map(|row| 1 + row % 7).collect(), 1.0)), budget: 20, ..plain.clone() };
    let groups: Vec<u32> = (0..60).map(|row| row % 3).collect();
    let divided = Case { quotas: Some((groups, [4, 0, 0], [9, 2, 3], [0, 1, 0])), ..plain.clone() };
    for (case, expected) in [
        (plain, [17.884_385_798, 17.884_385_798, 16.327_563_155, 16.156_757_358, 16.056_673_161]),
        (valued, [9.964_277_350, 9.964_277_350, 9.731_640_766, 8.990_626_330, 8.936_160_528]),
        (costly, [19.380_379_551, 19.380_379_551, 17.220_825_667, 16.863_066_494, 16.797_320_257]),
        (divided, [17.492_080_952, 17.492_080_952, 16.844_007_852, 16.063_284_710, 16.016_866_751]),
    ] {
        case.with(|problem, constraint| {
            let chosen = choose(problem, constraint, &Interrupt::never()).unwrap();
            // Of a selection that is far from the best too.
            let rows: Vec<u32> = chosen.rows.iter().take(3).copied().collect();
            let bounds = [0, 1, 5, 30, 200]
                .map(|steps| certify(problem, constraint, &rows, steps, &Interrupt::never()).unwrap().bound);
            for (bound, expected) in bounds.iter().zip(expected) {
                assert!((bound - expected).abs() < 1e-9, "{bounds:?}");
            }
        });
    }
}

/// Once a bound is within 0.1 % it is left as it is, however many steps there may be.
#[test]
fn a_near_bound_is_left_as_it_is() {
    let mut near = 0;
    for budget in 1..=30 {
        let case = Case { rows: pool(60), curve: Curve::Power(0.5), budget, ..plain() };
        case.with(|problem, constraint| {
            let rows = choose(problem, constraint, &Interrupt::never()).unwrap().rows;
            let [short, long] =
                [40, 400].map(|steps| certify(problem, constraint, &rows, steps, &Interrupt::never()).unwrap());
            if short.bound < short.value * 1.0009 {
                near += 1;
                assert_eq!(short, long);
            }
        });
    }
    assert!(near > 3, "{near}");
}

/// What costs much costs what it says: twice as much for the same tags comes second.
#[test]
fn large_costs_count_as_small_ones_do() {
    let tags = TagSets::new(&[0, 1, 2, 3], &[0, 1, 2], 3).unwrap();
    for unit in [1, 40_000, 65_535, 65_536, 1 << 40] {
        for exponent in [0.5, 0.7, 1.0] {
            let cost = Some(Cost { costs: &[3 * unit, unit, 2 * unit], exponent });
            let constraint = Constraint { cost, ..Constraint::count(6 * unit) };
            let problem = Problem::new(&tags, Curve::Power(0.5));
            assert_eq!(choose(&problem, &constraint, &Interrupt::never()).unwrap().rows, [1, 2, 0]);
        }
    }
}

/// The best of 10,000 rows that each add 1 is known; the bound is above it by what sums of so many may be off, no more:
/// of pairs, rows and tags, and of what tags count for.
#[test]
fn a_bound_allows_for_rounding() {
    let rows = 10_000;
    let offsets: Vec<i64> = (0..=rows).collect();
    let codes: Vec<u32> = (0..rows as u32).collect();
    let tags = TagSets::new(&offsets, &codes, rows as usize).unwrap();
    let problem = Problem::new(&tags, Curve::Power(1.0));
    let chosen: Vec<u32> = (0..100).collect();
    let shares = vec![65_536; rows as usize];
    let spread = Spread { offsets: &offsets, tags: &codes, shares: &shares };
    for (spread, summed) in [(None, 30_000.0), (Some(spread), 50_000.0)] {
        let problem = Problem { spread, ..problem };
        let found = certify(&problem, &Constraint::count(100), &chosen, 0, &Interrupt::never()).unwrap();
        assert!((found.value - 100.0).abs() < 1e-12, "{found:?}");
        let over = (found.bound - 100.0) / (200.0 * f64::EPSILON);
        assert!((over / summed - 1.0).abs() < 1e-3, "{found:?} {over}");
    }
}

/// A last row that comes to as much as the others changes nothing; of those that come to more, the first is taken.
#[test]
fn a_last_row_has_to_be_better() {
    let rows = |qualities: &[f64], costs: &[u64]| {
        let cost = Some((costs.to_vec(), 1.0));
        let rows = vec![vec![0]; costs.len()];
        let case = Case { rows, quality: Some(qualities.to_vec()), cost, budget: 2, ..plain() };
        let chosen = case.with(|problem, constraint| choose(problem, constraint, &Interrupt::never()).unwrap());
        (chosen.rows, chosen.filled)
    };
    assert_eq!(rows(&[2.0, 1.0, 3.0], &[1, 1, 2]), (vec![0, 1], false));
    assert_eq!(rows(&[2.0, 1.0, 3.5, 3.5], &[1, 1, 2, 2]), (vec![2], true));
}

/// One tag of many rows counts for all that are taken, and not less.
#[test]
fn a_tag_counts_as_much_as_was_taken_of_it() {
    let rows = vec![vec![0]; 60];
    let case = Case { rows, quality: Some(vec![9.0; 60]), curve: Curve::Power(0.5), budget: 20, ..plain() };
    let chosen = case.with(|problem, constraint| choose(problem, constraint, &Interrupt::never()).unwrap());
    for (taken, gain) in (0..).map(|taken| f64::from(9 * taken)).zip(&chosen.gains) {
        assert!((gain - ((taken + 9.0).sqrt() - taken.sqrt())).abs() < 1e-5, "{taken}: {gain}");
    }
    assert_eq!(chosen.gains.len(), 20);
}

/// Gains of a row with many tags and much quality stay numbers that there are.
#[test]
fn large_gains_are_counted() {
    let codes: Vec<u32> = (0..1_000).collect();
    let tags = TagSets::new(&[0, 1_000], &codes, 1_000).unwrap();
    let problem = Problem { quality: Some(&[4e5]), ..Problem::new(&tags, Curve::Power(1.0)) };
    let chosen = choose(&problem, &Constraint::count(1), &Interrupt::never()).unwrap();
    assert!((chosen.gains[0] / 4e8 - 1.0).abs() < 1e-9, "{:?}", chosen.gains);
}

/// What counts too much for sixteenths of the curve is counted by whole ones.
#[test]
fn large_counts_leave_room_for_the_curve() {
    let tags = TagSets::new(&[0, 1], &[0], 1).unwrap();
    let spread = Spread { offsets: &[0, 1], tags: &[0], shares: &[65_536] };
    let problem = Problem { spread: Some(spread), before: Some(&[1.5e6]), ..Problem::new(&tags, Curve::Log) };
    let chosen = choose(&problem, &Constraint::count(1), &Interrupt::never()).unwrap();
    assert_eq!(chosen.rows, [0]);
}

/// Many small qualities that each round up stay on the table of the curve.
#[test]
fn tiny_qualities_are_counted() {
    let rows = 300_000;
    let offsets: Vec<i64> = (0..=rows).collect();
    let codes = vec![0; rows as usize];
    let tags = TagSets::new(&offsets, &codes, 1).unwrap();
    for tiny in [1e-9, 1.0 - 1.0 / 262_144.0] {
        let quality = vec![tiny; rows as usize];
        let problem = Problem { quality: Some(&quality), ..Problem::new(&tags, Curve::Log) };
        let chosen = choose(&problem, &Constraint::count(rows as u64), &Interrupt::never()).unwrap();
        assert_eq!(chosen.rows.len(), rows as usize);
    }
}

#[test]
fn what_is_malformed_is_said() {
    let tags = TagSets::new(&[0, 1, 2], &[0, 1], 2).unwrap();
    let problem = Problem::new(&tags, Curve::Power(0.5));
    let count = Constraint::count(1);
    let said = |problem: &Problem, constraint: &Constraint| {
        choose(problem, constraint, &Interrupt::never()).unwrap_err().to_string()
    };
    let weights = [1.0, f64::NAN];
    let weighed = Problem { weights: Some(&weights), ..problem };
    assert_eq!(said(&weighed, &count), "weights: expected finite numbers of 0 or more; found NaN at 1");
    let short = Problem { quality: Some(&[1.0]), ..problem };
    assert_eq!(said(&short, &count), "quality: expected one for each of 2 rows; found 1");
    let free = Constraint { cost: Some(Cost { costs: &[1, 0], exponent: 1.0 }), ..count };
    assert_eq!(said(&problem, &free), "cost: expected 1 or more; found 0 at 1");
    let steep = Constraint { cost: Some(Cost { costs: &[1, 1], exponent: 2.0 }), ..count };
    assert_eq!(said(&problem, &steep), "cost: expected an exponent from 0 to 1; found 2");
    let quotas = Quotas { groups: &[0, 0], at_least: &[2], at_most: &[2], before: &[0] };
    let much = Constraint { quotas: Some(quotas), ..count };
    assert_eq!(said(&problem, &much), "at_least: expected at most the budget of 1 together; found 2");
    let near = |offsets, tags, shares| Problem { spread: Some(Spread { offsets, tags, shares }), ..problem };
    for (wrong, why) in [
        (near(&[0, 1], &[0], &[65_536]), "spread: expected 3 rising offsets from 0"),
        (near(&[1, 1, 2], &[0, 1], &[65_536; 2]), "spread: expected 3 rising offsets from 0"),
        (near(&[0, 3, 2], &[0, 1], &[65_536; 2]), "spread: expected 3 rising offsets from 0"),
        (near(&[0, 1, 2], &[0, 1], &[65_536]), "spread: expected a share for each of 2 tags; found 1"),
        (near(&[0, 1, 2], &[0, 9], &[65_536; 2]), "spread: expected tags below 2; found 9"),
        (
            near(&[0, 1, 2], &[0, 1], &[65_536, 3]),
            "spread: expected shares of 65536 in all for each tag; found 3 for 1",
        ),
    ] {
        assert_eq!(said(&wrong, &count), why);
    }
    let large = [1e9, 1e9];
    let best = Problem { quality: Some(&large), ..problem };
    assert!(said(&best, &count).contains("scale the quality down"));
    for (rows, why) in [(vec![0, 0], "found 0 twice"), (vec![7], "found 7")] {
        let error = certify(&problem, &count, &rows, 1, &Interrupt::never()).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn long_runs_are_stopped() {
    let rows = 100_000;
    let offsets: Vec<i64> = (0..=rows).map(|row| 2 * row).collect();
    let codes: Vec<u32> = (0..rows as u32).flat_map(|row| [row % 500, 500 + row % 7]).collect();
    let tags = TagSets::new(&offsets, &codes, 507).unwrap();
    let problem = Problem::new(&tags, Curve::Power(0.5));
    let constraint = Constraint::count(50_000);
    assert_eq!(choose(&problem, &constraint, &Interrupt::new(&|| true)), Err(Error::Interrupted));
    let rows: Vec<u32> = (0..50_000).collect();
    assert_eq!(certify(&problem, &constraint, &rows, 5, &Interrupt::new(&|| true)), Err(Error::Interrupted));
}
