//! Density clusters against their naive twin, and the laws they keep.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should stop")]
#![allow(clippy::cast_precision_loss, reason = "made-up data need no more than 23 bits")]

#[path = "naive/cluster.rs"]
mod naive;

use instag::{Clusters, Density, Error, Interrupt, NONE, Neighbours, Vectors, cluster, diameters, neighbours};
use proptest::prelude::*;

const PLAIN: Density = Density { eps: 0.05, min_samples: 2, max_diameter: None };

fn clustered(rows: &[Vec<f32>], density: &Density) -> Clusters {
    let values = rows.concat();
    let vectors = Vectors::new(&values, rows.len(), rows.first().map_or(0, Vec::len)).unwrap();
    cluster(&vectors, density, &Interrupt::never()).unwrap()
}

fn near(rows: &[Vec<f32>], distance: f64, most: usize) -> Result<Neighbours, Error> {
    let values = rows.concat();
    let vectors = Vectors::new(&values, rows.len(), rows.first().map_or(0, Vec::len)).unwrap();
    neighbours(&vectors, distance, most, &Interrupt::never())
}

/// Points around some directions, and some anywhere: uneven lengths, repeated points, vectors of zeros.
fn points(most: usize, width: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Vec<f32>>> {
    (width, 1..12usize, 0.02f32..0.8, any::<u64>(), 0..most).prop_map(|(width, centres, spread, seed, n)| {
        let mut random = Random(seed);
        let centres: Vec<Vec<f32>> = (0..centres).map(|_| random.vector(width)).collect();
        let mut rows: Vec<Vec<f32>> = Vec::new();
        for _ in 0..n {
            let row = match random.below(20) {
                0 => vec![0.0; width],
                1 => random.vector(width),
                2 if !rows.is_empty() => rows[random.below(rows.len())].clone(),
                _ => {
                    let length = 0.5 + random.below(3) as f32;
                    let (centre, off) = (&centres[random.below(centres.len())], random.vector(width));
                    centre.iter().zip(off).map(|(centre, off)| length * (centre + spread * off)).collect()
                }
            };
            rows.push(row);
        }
        rows
    })
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// About a unit vector in any direction: sums of uniform numbers are nearly normal.
    fn vector(&mut self, width: usize) -> Vec<f32> {
        let scale = (width as f32).sqrt();
        (0..width).map(|_| (0..4).map(|_| self.below(2001) as f32 / 1000.0 - 1.0).sum::<f32>() / scale).collect()
    }
}

fn density() -> impl Strategy<Value = Density> {
    let eps = prop_oneof![Just(0.05), 0.001..0.4, 0.4..=2.0];
    let max_diameter = prop_oneof![2 => Just(None), 1 => (0.001..0.6).prop_map(Some)];
    (eps, 1..8u32, max_diameter).prop_map(|(eps, min_samples, max_diameter)| Density { eps, min_samples, max_diameter })
}

/// Ways may lead through other points where similarities are the same in single precision; how strong their links are
/// does not depend on that.
fn assert_same(found: &Clusters, expected: &Clusters) -> Result<(), TestCaseError> {
    prop_assert_eq!(&found.labels, &expected.labels);
    prop_assert_eq!(&found.core, &expected.core);
    for point in 0..found.labels.len() {
        prop_assert_eq!(found.via[point] == NONE, expected.via[point] == NONE);
        prop_assert_eq!(found.via[point] == NONE, found.similarity[point].is_nan());
    }
    for label in 0..=found.labels.iter().max().copied().unwrap_or(NONE) {
        for (found, expected) in links(found, label).iter().zip(links(expected, label)) {
            prop_assert!((found - expected).abs() < 1e-6);
        }
    }
    Ok(())
}

/// The similarities along all ways of a cluster, in order.
fn links(clusters: &Clusters, label: i64) -> Vec<f64> {
    let points = (0..clusters.labels.len()).filter(|&point| clusters.labels[point] == label);
    let mut links: Vec<f64> = points.map(|point| clusters.similarity[point]).filter(|link| !link.is_nan()).collect();
    links.sort_unstable_by(f64::total_cmp);
    links
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn same_as_naive(rows in points(60, 1..40), density in density()) {
        assert_same(&clustered(&rows, &density), &naive::cluster(&rows, &density))?;
    }

    /// Enough points for sketches.
    #[test]
    fn many_points_same_as_naive(rows in points(420, 2..48), density in density()) {
        let density = Density { max_diameter: None, ..density };
        assert_same(&clustered(&rows, &density), &naive::cluster(&rows, &density))?;
    }

    #[test]
    fn neighbours_same_as_naive(rows in points(420, 1..48), distance in prop_oneof![0.001..0.4, 0.4..=2.0]) {
        let (found, expected) = (near(&rows, distance, usize::MAX).unwrap(), naive::neighbours(&rows, distance));
        prop_assert_eq!(found.offsets, expected.offsets);
        prop_assert_eq!(found.others, expected.others);
        prop_assert_eq!(found.similarity.len(), expected.similarity.len());
        for (found, expected) in found.similarity.iter().zip(&expected.similarity) {
            prop_assert!((found - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn every_way_ends_at_the_first_of_its_cluster(rows in points(150, 2..20), density in density()) {
        let clusters = clustered(&rows, &density);
        for (point, &via) in clusters.via.iter().enumerate() {
            let label = clusters.labels[point];
            let first = clusters.labels.iter().position(|&other| other == label);
            prop_assert_eq!(via == NONE, label == NONE || first == Some(point));
            if via == NONE {
                continue;
            }
            let far = naive::distance(&rows[point], &rows[via as usize]).unwrap();
            prop_assert!((1.0 - far - clusters.similarity[point]).abs() < 1e-12);
            prop_assert!(far <= density.max_diameter.unwrap_or(density.eps).max(density.eps) + 1e-12);
            prop_assert!(density.max_diameter.is_some() || clusters.core[point] || clusters.core[via as usize]);
            let (mut at, mut steps) = (point, 0);
            while clusters.via[at] != NONE {
                at = clusters.via[at] as usize;
                steps += 1;
                prop_assert!(clusters.labels[at] == label && steps < rows.len());
            }
            prop_assert_eq!(Some(at), first);
        }
    }

    /// The order of the points decides only numbers, and to which of two clusters a point between them goes.
    #[test]
    fn order_of_points_decides_only_borders(rows in points(150, 2..20), density in density(), by in 0..150usize) {
        let density = Density { max_diameter: None, ..density };
        let n = rows.len();
        let place = |point: usize| (n - 1 - point + by) % n;
        let mut moved = rows.clone();
        (0..n).for_each(|point| moved[place(point)].clone_from(&rows[point]));
        let (before, after) = (clustered(&rows, &density), clustered(&moved, &density));
        let mut named = std::collections::BTreeMap::new();
        for point in 0..n {
            let there = place(point);
            prop_assert_eq!(before.core[point], after.core[there]);
            prop_assert_eq!(before.labels[point] == NONE, after.labels[there] == NONE);
            if before.core[point] {
                let name = *named.entry(before.labels[point]).or_insert(after.labels[there]);
                prop_assert_eq!(name, after.labels[there]);
            }
        }
        prop_assert_eq!(before.labels.iter().max(), after.labels.iter().max());
    }

    #[test]
    fn lengths_do_not_matter(rows in points(100, 2..20), density in density(), scale in 0..20i32) {
        // Powers of two change no digit.
        let scaled: Vec<Vec<f32>> = rows.iter().map(|row| row.iter().map(|v| v * 2f32.powi(scale - 10)).collect()).collect();
        let (one, other) = (clustered(&rows, &density), clustered(&scaled, &density));
        prop_assert_eq!((one.labels, one.core, one.via), (other.labels, other.core, other.via));
    }

    #[test]
    fn no_cluster_is_wider_than_it_may_be(rows in points(120, 2..16), density in density(), most in 0.001..0.6) {
        let clusters = clustered(&rows, &Density { max_diameter: Some(most), ..density });
        let values = rows.concat();
        let vectors = Vectors::new(&values, rows.len(), rows.first().map_or(0, Vec::len)).unwrap();
        for (label, found) in (0..).zip(diameters(&vectors, &clusters.labels, &Interrupt::never()).unwrap()) {
            let group: Vec<usize> = (0..rows.len()).filter(|&point| clusters.labels[point] == label).collect();
            prop_assert!((found.distance - naive::diameter(&rows, &group)).abs() < 1e-6);
            prop_assert!(found.distance <= most + 1e-6);
            prop_assert!(group.contains(&(found.between.0 as usize)) && group.contains(&(found.between.1 as usize)));
        }
    }
}

/// Enough points for threads, of which each find some of the pairs.
#[test]
fn threads_change_nothing() {
    let mut random = Random(5);
    let centres: Vec<Vec<f32>> = (0..60).map(|_| random.vector(12)).collect();
    let mut draw = |nth: usize| {
        let off = random.vector(12);
        centres[nth % 60].iter().zip(off).map(|(centre, off)| centre + 0.4 * off).collect::<Vec<f32>>()
    };
    let rows: Vec<Vec<f32>> = (0..1_800).map(&mut draw).collect();
    for (eps, min_samples) in [(0.01, 1), (0.05, 2), (0.05, 6), (0.2, 12)] {
        let density = Density { eps, min_samples, max_diameter: None };
        let expected = naive::cluster(&rows, &density);
        assert!((1..1_800).contains(&expected.labels.iter().collect::<std::collections::BTreeSet<_>>().len()));
        assert_same(&clustered(&rows, &density), &expected).unwrap();
    }
}

/// Unit vectors in the plane, by angle in degrees.
fn angles(degrees: &[f64]) -> Vec<Vec<f32>> {
    degrees.iter().map(|degrees| vec![degrees.to_radians().cos() as f32, degrees.to_radians().sin() as f32]).collect()
}

/// A chain of steps of 10 degrees, two points apart from it, and one between that is near a core point of both.
#[test]
fn golden() {
    let within = |degrees: f64| 1.0 - (degrees + 0.1).to_radians().cos();
    let rows = angles(&[90.0, 0.0, 10.0, 20.0, 30.0, 80.0, 100.0, 200.0]);
    let density = Density { eps: within(10.0), min_samples: 2, max_diameter: None };
    let clusters = clustered(&rows, &density);
    assert_eq!(clusters.labels, [0, 1, 1, 1, 1, 0, 0, NONE]);
    assert_eq!(clusters.via, [NONE, NONE, 1, 2, 3, 0, 0, NONE]);
    assert!((clusters.similarity[2] - 10f64.to_radians().cos()).abs() < 1e-6);
    assert_eq!(clustered(&rows, &Density { min_samples: 1, ..density }).labels, [0, 1, 1, 1, 1, 0, 0, 2]);
    // Only 90, 10 and 20 have two neighbours.
    let strict = clustered(&rows, &Density { min_samples: 3, ..density });
    assert_eq!(strict.core, [true, false, true, true, false, false, false, false]);
    assert_eq!(strict.labels, clusters.labels);
    assert_eq!(strict.via[5], 0);
    // The chain from 0 to 30 falls in two, the points around 90 stay together.
    let split = clustered(&rows, &Density { max_diameter: Some(within(20.0)), ..density });
    assert_eq!(split.labels[0], 0);
    assert_eq!(split.labels.iter().max(), Some(&2));
}

#[test]
fn a_point_between_goes_to_the_cluster_that_comes_first() {
    let eps = 1.0 - 10.1f64.to_radians().cos();
    let density = Density { eps, min_samples: 4, max_diameter: None };
    // 10 is near 0 and near 20; both are core points, it has too few neighbours.
    let rows = angles(&[10.0, 19.9, 25.0, 26.0, 27.0, 0.1, -5.0, -6.0, -7.0]);
    let clusters = clustered(&rows, &density);
    assert!(!clusters.core[0]);
    assert_eq!((clusters.labels[0], clusters.via[0], clusters.via[1]), (0, NONE, 0));
    let turned: Vec<Vec<f32>> = rows.iter().rev().cloned().collect();
    let clusters = clustered(&turned, &density);
    assert_eq!((clusters.labels[8], clusters.via[8]), (0, 3));
}

/// A core point whose neighbours all go to clusters that come first is a cluster of one, split or not.
#[test]
fn a_core_point_may_be_left_alone() {
    let at = |from_pole: f64, around: f64| {
        let (from_pole, around) = (from_pole.to_radians(), around.to_radians());
        vec![(from_pole.sin() * around.cos()) as f32, (from_pole.sin() * around.sin()) as f32, from_pole.cos() as f32]
    };
    let mut rows: Vec<Vec<f32>> =
        [0.0, 120.0, 240.0].iter().flat_map(|&around| [10.0, 19.9, 25.0, 26.0].map(|far| at(far, around))).collect();
    rows.push(at(0.0, 0.0));
    let density = Density { eps: 1.0 - 10.1f64.to_radians().cos(), min_samples: 4, max_diameter: None };
    let clusters = clustered(&rows, &density);
    assert_eq!(clusters.labels, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3]);
    assert!(clusters.core[12] && !clusters.core[0]);
    assert_eq!((clusters.via[0], clusters.via[1], clusters.via[12]), (NONE, 0, NONE));
    assert_eq!(clustered(&rows, &Density { max_diameter: Some(0.5), ..density }).labels, clusters.labels);
}

/// Distances at the limit, where single precision cannot tell: 3-4-5 triangles have similarities without rounding.
#[test]
fn the_limit_is_within() {
    let rows = vec![vec![1.0, 0.0], vec![0.6, 0.8], vec![-1.0, 0.0]];
    let far = naive::distance(&rows[0], &rows[1]).unwrap();
    let density = Density { eps: far, min_samples: 2, max_diameter: None };
    assert_eq!(clustered(&rows, &density).labels, [0, 0, NONE]);
    assert_eq!(clustered(&rows, &Density { eps: far.next_down(), ..density }).labels, [NONE; 3]);
}

/// The limit lies at a pair's distance, so that single precision cannot say on which side; and points lie in few
/// dimensions, so that a sketch holds all of them and rounding alone is left.
#[test]
fn rounding_decides_nothing() {
    let mut random = Random(1);
    let (n, width) = (600, 384);
    for dimensions in [3, 12] {
        let axes: Vec<Vec<f32>> = (0..dimensions).map(|_| random.vector(width)).collect();
        let rows: Vec<Vec<f32>> = (0..n)
            .map(|_| {
                let scales: Vec<f32> = axes.iter().map(|_| 0.5 + random.below(1000) as f32 / 1000.0).collect();
                (0..width).map(|at| axes.iter().zip(&scales).map(|(axis, scale)| axis[at] * scale).sum()).collect()
            })
            .collect();
        let far = naive::neighbours(&rows, 2.0);
        let pairs: Vec<(u32, u32)> =
            (0..n as u32).flat_map(|one| (one + 1..n as u32).map(move |other| (one, other))).collect();
        for _ in 0..30 {
            // Further off than double precision may be, and nearer than single precision tells.
            let limit = 1.0 - far.similarity[random.below(pairs.len())];
            for limit in [limit - 1e-12, limit + 1e-12] {
                let within = pairs.iter().zip(&far.similarity).filter(|&(_, &similarity)| 1.0 - similarity <= limit);
                let expected: Vec<(u32, u32)> = within.map(|(&pair, _)| pair).collect();
                let found = near(&rows, limit, usize::MAX).unwrap();
                let ends = found.offsets.windows(2).zip(0..);
                let ones = ends.flat_map(|(ends, one)| std::iter::repeat_n(one, (ends[1] - ends[0]) as usize));
                assert!(ones.zip(found.others.iter().copied()).eq(expected), "{dimensions} dimensions, within {limit}");
            }
        }
    }
}

#[test]
fn neighbours_come_in_order() {
    let rows = angles(&[0.0, 90.0, 8.0, 95.0, 3.0, 200.0]);
    let within = 1.0 - 10f64.to_radians().cos();
    let found = near(&rows, within, 4).unwrap();
    assert_eq!((found.offsets, found.others), (vec![0, 2, 3, 4, 4, 4, 4], vec![2, 4, 3, 4]));
    for (found, degrees) in found.similarity.iter().zip([8.0f64, 3.0, 5.0, 5.0]) {
        assert!((found - degrees.to_radians().cos()).abs() < 1e-7);
    }
}

#[test]
fn too_many_neighbours_are_refused() {
    let rows = vec![vec![1.0, 2.0]; 3_000];
    let n_pairs = 3_000 * 2_999 / 2;
    assert_eq!(near(&rows, 0.1, n_pairs).unwrap().others.len(), n_pairs);
    let message = near(&rows, 0.1, n_pairs - 1).unwrap_err().to_string();
    assert_eq!(message, "distance: more than 4498499 pairs are within 0.1");
    let message = near(&rows, 0.0, 1).unwrap_err().to_string();
    assert_eq!(message, "distance: expected a cosine distance above 0 and at most 2; found 0");
}

#[test]
fn nothing_is_near_nothing() {
    let all = Density { eps: 2.0, min_samples: 1, max_diameter: None };
    assert!(clustered(&[], &all).labels.is_empty());
    assert_eq!(clustered(&[vec![], vec![]], &all).labels, [NONE; 2]);
    assert_eq!(clustered(&[vec![0.0, 0.0], vec![0.0, 1.0], vec![0.0, -1.0]], &all).labels, [NONE, 0, 0]);
}

#[test]
fn parameters_are_checked() {
    let message = |density: Density| {
        let vectors = Vectors::new(&[], 0, 0).unwrap();
        cluster(&vectors, &density, &Interrupt::never()).unwrap_err().to_string()
    };
    let expected = "eps: expected a cosine distance above 0 and at most 2; found 0";
    assert_eq!(message(Density { eps: 0.0, ..PLAIN }), expected);
    assert!(message(Density { eps: f64::NAN, ..PLAIN }).starts_with("eps: "));
    assert!(message(Density { max_diameter: Some(2.5), ..PLAIN }).starts_with("max_diameter: "));
    assert_eq!(message(Density { min_samples: 0, ..PLAIN }), "min_samples: expected at least 1; found 0");
}

#[test]
fn labels_are_checked() {
    let vectors = Vectors::new(&[1.0, 0.0, 1.0], 3, 1).unwrap();
    let message = |labels: &[i64]| diameters(&vectors, labels, &Interrupt::never()).unwrap_err().to_string();
    assert_eq!(message(&[0]), "labels: expected 3, one for each vector; found 1");
    assert_eq!(message(&[0, NONE, 3]), "labels: expected -1 to 2; found 3");
    assert_eq!(message(&[0, NONE, -2]), "labels: expected -1 to 2; found -2");
    assert_eq!(message(&[0, 0, 0]), "labels: expected -1 for a vector of zeros; found 0 for 1");
    assert_eq!(message(&[1, NONE, 1]), "labels: expected every label from 0 to 1; found none 0");
}

/// Of pairs that are as far apart, the first is named.
#[test]
fn the_first_of_the_widest_pairs_is_named() {
    let values: Vec<f32> = (0..16).map(|place| f32::from(u8::from(place % 5 == 0))).collect();
    let vectors = Vectors::new(&values, 4, 4).unwrap();
    assert_eq!(diameters(&vectors, &[0; 4], &Interrupt::never()).unwrap()[0].between, (0, 1));
    // Two that are the same are a pair too.
    let vectors = Vectors::new(&[0.3, 0.4, 0.3, 0.4], 2, 2).unwrap();
    assert_eq!(diameters(&vectors, &[0; 2], &Interrupt::never()).unwrap()[0].between, (0, 1));
}

#[test]
fn clustering_can_be_interrupted() {
    let mut random = Random(1);
    let values: Vec<f32> = (0..4_000).flat_map(|_| random.vector(16)).collect();
    let vectors = Vectors::new(&values, 4_000, 16).unwrap();
    for density in [PLAIN, Density { eps: 2.0, max_diameter: Some(1.5), ..PLAIN }] {
        assert_eq!(cluster(&vectors, &density, &Interrupt::new(&|| true)), Err(Error::Interrupted));
    }
    assert_eq!(diameters(&vectors, &vec![0; 4_000], &Interrupt::new(&|| true)), Err(Error::Interrupted));
    assert_eq!(neighbours(&vectors, 0.05, 10, &Interrupt::new(&|| true)), Err(Error::Interrupted));
}
