//! Selection on encoded tag sets, one thread: `cargo bench`.
//!
//! `walk` is the paper's algorithm as printed, walking every remaining sample in each round, on the same arrays. Every
//! result is checked against it, or where it would take hours, against what must be true of a whole ranking.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails should stop")]
#![allow(clippy::cast_precision_loss, reason = "weights need no more than 52 bits")]

mod synthetic;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use instag::{Interrupt, Method, Ranking, TagSets, rank};
use synthetic::{Synthetic, synthetic};

const TAGS: usize = 6_600;
const MEAN: f64 = 4.5;

fn run(tags: &TagSets, method: Method, budget: usize) -> Ranking {
    rank(tags, method, budget, None, &Interrupt::never()).unwrap()
}

/// Algorithm 1, walking every remaining sample in each round.
fn walk(tags: &TagSets, budget: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..tags.len() as u32).collect();
    order.sort_by_key(|&row| std::cmp::Reverse(tags.row(row as usize).len()));
    let mut covered_in = vec![0; tags.n_tags()];
    let mut taken = vec![false; tags.len()];
    let mut rows = Vec::new();
    for round in 1u32.. {
        for &row in &order {
            if rows.len() == budget {
                return rows;
            }
            let held = tags.row(row as usize);
            if !taken[row as usize] && held.iter().any(|&tag| covered_in[tag as usize] != round) {
                for &tag in held {
                    covered_in[tag as usize] = round;
                }
                taken[row as usize] = true;
                rows.push(row);
            }
        }
    }
    rows
}

fn assert_whole(ranking: &Ranking, tags: &TagSets) {
    assert_eq!(ranking.rows.len(), tags.len());
    assert!(ranking.rounds.is_sorted());
    let mut seen = vec![false; tags.len()];
    assert!(!ranking.rows.iter().any(|&row| std::mem::replace(&mut seen[row as usize], true)));
    assert_eq!(ranking.rows[..6_000], walk(tags, 6_000));
}

fn subset(c: &mut Criterion) {
    let Synthetic { offsets, codes, n_tags } = synthetic(1_000_000, TAGS, MEAN, 1);
    let tags = TagSets::new(&offsets, &codes, n_tags).unwrap();
    assert_eq!(run(&tags, Method::ComplexityFirst, 6_000).rows, walk(&tags, 6_000));

    let mut group = c.benchmark_group("6 K of 1 M");
    group.sample_size(20).throughput(Throughput::Elements(codes.len() as u64));
    group.bench_function("check the arrays", |b| b.iter(|| TagSets::new(&offsets, &codes, n_tags).unwrap().len()));
    group.bench_function("walk", |b| b.iter(|| walk(&tags, 6_000)));
    for (name, method) in Method::ALL {
        group.bench_function(name, |b| b.iter(|| run(&tags, method, 6_000)));
    }
}

fn whole(c: &mut Criterion) {
    let mut group = c.benchmark_group("whole ranking");
    group.sample_size(10);
    for (name, n_rows) in [("1 M", 1_000_000), ("2 M", 2_000_000), ("10 M", 10_000_000)] {
        let Synthetic { offsets, codes, n_tags } = synthetic(n_rows, TAGS, MEAN, 1);
        let tags = TagSets::new(&offsets, &codes, n_tags).unwrap();
        assert_whole(&run(&tags, Method::ComplexityFirst, n_rows), &tags);
        group.throughput(Throughput::Elements(codes.len() as u64));
        if n_rows == 1_000_000 {
            assert_eq!(run(&tags, Method::Coverage, n_rows).rows.len(), n_rows);
            group.bench_function(format!("coverage {name}"), |b| b.iter(|| run(&tags, Method::Coverage, n_rows)));
            group.bench_function("coverage 100 K of 1 M", |b| b.iter(|| run(&tags, Method::Coverage, 100_000)));
        }
        group.bench_function(format!("complexity-first {name}"), |b| {
            b.iter(|| run(&tags, Method::ComplexityFirst, n_rows));
        });
        if n_rows == 10_000_000 {
            group.bench_function("complexity-first 1 M of 10 M", |b| {
                b.iter(|| run(&tags, Method::ComplexityFirst, 1_000_000));
            });
        }
    }
}

criterion_group!(benches, subset, whole);
criterion_main!(benches);
