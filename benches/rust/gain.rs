//! Selection by gain beside coverage on the same rows, one thread: `cargo bench --bench gain`.
//!
//! What is chosen is checked against a greedy algorithm that looks at every row at every step.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails should stop")]
#![allow(clippy::cast_precision_loss, reason = "weights need no more than 52 bits")]
#![allow(clippy::decimal_bitwise_operands, clippy::type_complexity, reason = "made-up data")]
#![allow(clippy::print_stdout, reason = "how near to the bound it comes is part of what is measured")]

mod synthetic;

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use instag::{Constraint, Cost, Curve, Interrupt, Method, Problem, Quotas, Selection, TagSets, certify, choose, rank};
use synthetic::{Synthetic, synthetic};

const ROWS: usize = 1_000_000;
const TAGS: usize = 8_500;
const MEAN: f64 = 4.4;
const ROOT: Curve = Curve::Power(0.5);

fn run(problem: &Problem, constraint: &Constraint) -> Selection {
    choose(problem, constraint, &Interrupt::never()).unwrap()
}

/// A number below 2^32 that looks random.
fn mixed(n: u64) -> u64 {
    (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

/// Every row at every step.
fn plain(tags: &TagSets, budget: usize) -> Vec<u32> {
    let mut counts = vec![0.0_f64; tags.n_tags()];
    let mut left: Vec<u32> = (0..tags.len() as u32).collect();
    let mut rows = Vec::new();
    while rows.len() < budget {
        let gain = |row: u32| -> u64 {
            let gains = tags.row(row as usize).iter().map(|&tag| {
                let count = counts[tag as usize];
                ((count + 1.0).sqrt() * 4_294_967_296.0).round() as u64
                    - (count.sqrt() * 4_294_967_296.0).round() as u64
            });
            gains.sum()
        };
        let (place, &row) = left.iter().enumerate().max_by_key(|&(_, &row)| (gain(row), !row)).unwrap();
        left.remove(place);
        for &tag in tags.row(row as usize) {
            counts[tag as usize] += 1.0;
        }
        rows.push(row);
    }
    rows
}

fn bench(group: &mut BenchmarkGroup<WallTime>, name: &str, problem: &Problem, constraint: &Constraint) {
    group.bench_function(name, |b| b.iter(|| run(problem, constraint).rows.len()));
}

fn counts(c: &mut Criterion) {
    let Synthetic { offsets, codes, n_tags } = synthetic(ROWS, TAGS, MEAN, 1);
    let tags = TagSets::new(&offsets, &codes, n_tags).unwrap();
    let problem = Problem::new(&tags, ROOT);
    assert_eq!(run(&problem, &Constraint::count(20)).rows, plain(&tags, 20));
    let mut group = c.benchmark_group("1 M rows");
    group.sample_size(10);
    for (name, budget) in [("6 K", 6_000), ("50 K", 50_000), ("all", ROWS)] {
        group.bench_function(format!("{name}, coverage"), |b| {
            b.iter(|| rank(&tags, Method::Coverage, budget, None, &Interrupt::never()).unwrap().rows.len());
        });
        bench(&mut group, &format!("{name}, gain"), &problem, &Constraint::count(budget as u64));
    }
    for (name, curve) in [("x^.3", Curve::Power(0.3)), ("x^.8", Curve::Power(0.8)), ("log", Curve::Log)] {
        bench(&mut group, &format!("50 K, {name}"), &Problem::new(&tags, curve), &Constraint::count(50_000));
    }
    let weights: Vec<f64> = (0..n_tags as u64).map(|tag| (mixed(tag) % 1000) as f64 / 500.0).collect();
    bench(&mut group, "6 K, weights", &Problem { weights: Some(&weights), ..problem }, &Constraint::count(6_000));
    let quality: Vec<f64> = (0..ROWS as u64).map(|row| (mixed(row) % 1001) as f64 / 1000.0).collect();
    let weighed = Problem { quality: Some(&quality), ..problem };
    for (name, budget) in [("6 K", 6_000), ("50 K", 50_000), ("all", ROWS as u64)] {
        bench(&mut group, &format!("{name}, quality"), &weighed, &Constraint::count(budget));
    }
    let groups: Vec<u32> = (0..ROWS as u64).map(|row| (mixed(row) % 64) as u32).collect();
    for (name, budget) in [("6 K", 6_000u64), ("50 K", 50_000)] {
        let (least, most) = (vec![budget / 128; 64], vec![budget / 16; 64]);
        let quotas = Quotas { groups: &groups, at_least: &least, at_most: &most, before: &[0; 64] };
        let constraint = Constraint { quotas: Some(quotas), ..Constraint::count(budget) };
        bench(&mut group, &format!("{name}, 64 groups"), &problem, &constraint);
    }
    let costs: Vec<u64> =
        (0..ROWS as u64).map(|row| 20 + mixed(row) % 400 + mixed(row ^ 0x4d) % 50 * (mixed(row + 5) % 20)).collect();
    let total: u64 = costs.iter().sum();
    for (name, share) in [("1 %", 100), ("10 %", 10)] {
        for exponent in [0.0, 0.5, 1.0] {
            let cost = Some(Cost { costs: &costs, exponent });
            let constraint = Constraint { budget: total / share, cost, quotas: None };
            bench(&mut group, &format!("{name} of cost, exponent {exponent}"), &problem, &constraint);
        }
    }
    for (name, budget) in [("6 K", 6_000), ("50 K", 50_000)] {
        let constraint = Constraint::count(budget);
        let rows = run(&problem, &constraint).rows;
        for steps in [0, 20, 200] {
            let found = certify(&problem, &constraint, &rows, steps, &Interrupt::never()).unwrap();
            println!("{name}, {steps} steps: {:.3} %", 100.0 * found.value / found.bound);
            if steps < 200 {
                group.bench_function(format!("{name}, certificate of {steps} steps"), |b| {
                    b.iter(|| certify(&problem, &constraint, &rows, steps, &Interrupt::never()).unwrap().bound);
                });
            }
        }
    }
}

/// Data on which bounds of gains are worth little.
fn hostile(c: &mut Criterion) {
    let mut group = c.benchmark_group("hostile, 1 M rows");
    group.sample_size(10);
    let copied = {
        let part = synthetic(ROWS / 10, TAGS, MEAN, 2);
        let mut offsets = vec![0];
        let mut codes = Vec::new();
        for row in 0..ROWS {
            let row = mixed(row as u64) as usize % (ROWS / 10);
            codes.extend_from_slice(&part.codes[part.offsets[row] as usize..part.offsets[row + 1] as usize]);
            offsets.push(codes.len() as i64);
        }
        (offsets, codes, TAGS)
    };
    let same = ((0..=ROWS as i64).collect(), vec![0; ROWS], 1);
    let beside = (
        (0..=ROWS as i64).map(|row| 2 * row).collect(),
        (0..ROWS as u32).flat_map(|row| [0, row + 1]).collect(),
        ROWS + 1,
    );
    let data: [(&str, (Vec<i64>, Vec<u32>, usize)); 3] =
        [("90 % copies", copied), ("one tag", same), ("one tag of all, one of its own", beside)];
    for (name, (offsets, codes, n_tags)) in &data {
        let tags = TagSets::new(offsets, codes, *n_tags).unwrap();
        for (size, budget) in [("6 K", 6_000), ("all", ROWS)] {
            bench(
                &mut group,
                &format!("{name}: {size}, gain"),
                &Problem::new(&tags, ROOT),
                &Constraint::count(budget as u64),
            );
        }
    }
}

criterion_group!(benches, counts, hostile);
criterion_main!(benches);
