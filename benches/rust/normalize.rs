//! The normalisation of tags: `cargo bench --bench normalize`. Rules take one thread, clusters what there is.
//!
//! Rules are mined from skewed tag sets with some planted, and checked against counting every pair of tags; clusters
//! are found among directions drawn around centres, and checked against looking at every pair of points.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails should stop")]
#![allow(clippy::cast_precision_loss, reason = "made-up data need no more than 52 bits")]

mod synthetic;

use std::collections::HashMap;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use instag::{Bounds, Clusters, Density, Interrupt, Rule, TagSets, Vectors, associate, cluster};
use synthetic::{Synthetic, synthetic};

const ROWS: usize = 1_000_000;
const TAGS: usize = 8_500;
/// Tags that bring another along, of those that are neither frequent nor rare.
const PLANTED: std::ops::Range<u32> = 300..912;

/// Tag t brings along t + 4,000, but for one sample in 500.
fn planted() -> Synthetic {
    let Synthetic { offsets, codes, n_tags } = synthetic(ROWS, TAGS, 4.5, 1);
    let mut with = Synthetic { offsets: vec![0], codes: Vec::with_capacity(codes.len()), n_tags };
    for (row, ends) in offsets.windows(2).enumerate() {
        let held = &codes[ends[0] as usize..ends[1] as usize];
        with.codes.extend_from_slice(held);
        if row % 500 != 0 {
            with.codes.extend(held.iter().filter(|tag| PLANTED.contains(tag)).map(|tag| tag + 4_000));
        }
        with.offsets.push(with.codes.len() as i64);
    }
    with
}

/// Every pair of tags of every sample, counted.
fn counted(tags: &TagSets, bounds: &Bounds) -> Vec<Rule> {
    let mut holders = vec![0u32; tags.n_tags()];
    let mut both: HashMap<(u32, u32), u32> = HashMap::new();
    for row in 0..tags.len() {
        for &one in tags.row(row) {
            holders[one as usize] += 1;
            for &other in tags.row(row) {
                *both.entry((one, other)).or_default() += 1;
            }
        }
    }
    let mut rules = Vec::new();
    for one in 0..tags.n_tags() as u32 {
        for other in (0..tags.n_tags() as u32).filter(|&other| other != one) {
            let n_both = both.get(&(one, other)).copied().unwrap_or(0);
            let (n_antecedent, n_consequent) = (holders[one as usize], holders[other as usize]);
            let confidence = f64::from(n_both) / f64::from(n_antecedent);
            if n_both >= bounds.min_support && confidence >= bounds.min_confidence {
                rules.push(Rule { antecedent: one, also: None, consequent: other, n_antecedent, n_consequent, n_both });
            }
        }
    }
    rules
}

fn association(c: &mut Criterion) {
    let Synthetic { offsets, codes, n_tags } = planted();
    let tags = TagSets::new(&offsets, &codes, n_tags).unwrap();
    let run = |bounds: &Bounds| associate(&tags, bounds, &Interrupt::never()).unwrap();
    let bounds = |min_confidence| Bounds { min_support: 40, min_confidence, max_antecedent: 1 };
    assert_eq!(run(&bounds(0.99)).iter().filter(|rule| PLANTED.contains(&rule.antecedent)).count(), PLANTED.len());

    let mut group = c.benchmark_group("rules among 8.5 K tags of 1 M");
    group.sample_size(10).throughput(Throughput::Elements(codes.len() as u64));
    for (name, bounds) in
        [("confidence 0.99", bounds(0.99)), ("confidence 0.5", bounds(0.5)), ("confidence 0.1", bounds(0.1))]
    {
        assert_eq!(run(&bounds), counted(&tags, &bounds));
        group.bench_function(name, |b| b.iter(|| run(&bounds)));
    }
    let pairs = Bounds { max_antecedent: 2, ..bounds(0.99) };
    group.bench_function("confidence 0.99, two tags on the left", |b| b.iter(|| run(&pairs)));
}

/// Points around directions: one centre for six points, in 384 dimensions.
fn directions(n: usize) -> Vec<f32> {
    let mut state = 0u64;
    let mut normal = || {
        // Sums of four uniform numbers are nearly normal.
        (0..4).fold(-2.0, |sum, _| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum + (state >> 40) as f32 / (1u64 << 24) as f32
        })
    };
    let centres: Vec<Vec<f32>> = (0..n / 6).map(|_| (0..384).map(|_| normal()).collect()).collect();
    (0..n)
        .flat_map(|nth| centres[nth % centres.len()].iter().map(|at| at + 0.25 * normal()).collect::<Vec<_>>())
        .collect()
}

/// Core points by looking at every pair of unit vectors.
fn cores(values: &[f32], eps: f32, min_samples: usize) -> Vec<bool> {
    let units: Vec<Vec<f32>> = values
        .chunks(384)
        .map(|row| {
            let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
            row.iter().map(|value| value / length).collect()
        })
        .collect();
    let near = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>() >= 1.0 - eps;
    units.iter().map(|one| units.iter().filter(|other| near(one, other)).count() >= min_samples).collect()
}

fn clusters(c: &mut Criterion) {
    let mut group = c.benchmark_group("clusters in 384 dimensions");
    group.sample_size(10);
    for (name, n) in [("1 K", 1_000), ("10 K", 10_000), ("100 K", 100_000)] {
        let values = directions(n);
        let run = |eps, max_diameter| -> Clusters {
            let vectors = Vectors::new(&values, n, 384).unwrap();
            cluster(&vectors, &Density { eps, min_samples: 2, max_diameter }, &Interrupt::never()).unwrap()
        };
        if n == 1_000 {
            assert_eq!(run(0.05, None).core, cores(&values, 0.05, 2));
        }
        assert_eq!(run(0.1, None).labels.iter().max(), Some(&((n / 6) as i64 - 1)));
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(format!("{name}, distance 0.05"), |b| b.iter(|| run(0.05, None)));
        if n == 10_000 {
            group.bench_function(format!("{name}, distance 0.2"), |b| b.iter(|| run(0.2, None)));
            group.bench_function(format!("{name}, distance 0.1, split at 0.1"), |b| b.iter(|| run(0.1, Some(0.1))));
        }
    }
}

criterion_group!(benches, association, clusters);
criterion_main!(benches);
