//! Density clustering and complete linkage as their definitions have them, in double precision, every pair looked at.

use instag::{Clusters, Density, NONE, Neighbours};

/// The cosine distance, or `None` where a vector is 0 and near nothing.
pub(crate) fn distance(one: &[f32], other: &[f32]) -> Option<f64> {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
    let lengths = product(one, one).sqrt() * product(other, other).sqrt();
    (lengths > 0.0).then(|| 1.0 - product(one, other) / lengths)
}

pub(crate) fn neighbours(rows: &[Vec<f32>], most: f64) -> Neighbours {
    let mut found = Neighbours { offsets: vec![0], others: Vec::new(), similarity: Vec::new() };
    for one in 0..rows.len() {
        for other in one + 1..rows.len() {
            if let Some(far) = distance(&rows[one], &rows[other]).filter(|&far| far <= most) {
                found.others.push(other as u32);
                found.similarity.push(1.0 - far);
            }
        }
        found.offsets.push(found.others.len() as i64);
    }
    found
}

/// Ester and others (1996): points in order; an unclassified core point is a seed, and its cluster grows until it is
/// whole before the next seed is looked for.
pub(crate) fn cluster(rows: &[Vec<f32>], density: &Density) -> Clusters {
    let near = |one: usize, other: usize| distance(&rows[one], &rows[other]).filter(|&far| far <= density.eps);
    let neighbours = |one: usize| (0..rows.len()).filter(move |&other| near(one, other).is_some()).collect::<Vec<_>>();
    let core: Vec<bool> = (0..rows.len()).map(|one| neighbours(one).len() >= density.min_samples as usize).collect();
    let mut labels = vec![NONE; rows.len()];
    let mut next = 0;
    for seed in 0..rows.len() {
        if !core[seed] || labels[seed] != NONE {
            continue;
        }
        labels[seed] = next;
        let mut growing = vec![seed];
        while let Some(point) = growing.pop() {
            for other in neighbours(point) {
                if labels[other] == NONE {
                    labels[other] = next;
                    if core[other] {
                        growing.push(other);
                    }
                }
            }
        }
        next += 1;
    }
    let mut pairs = Vec::new();
    for one in 0..rows.len() {
        let together = |other: usize| labels[other] == labels[one] && core[other] && near(one, other).is_some();
        if core[one] {
            pairs.extend((0..one).filter(|&other| together(other)).map(|other| (one, other)));
        } else if labels[one] != NONE {
            pairs.extend(nearest(rows, one, together).map(|other| (one, other)));
        }
    }
    let via = ways(rows, pairs);
    let similarity = similarities(rows, &via);
    let mut clusters = Clusters { labels, core, via, similarity };
    if let Some(most) = density.max_diameter {
        split(rows, &mut clusters, most, density.min_samples);
    }
    clusters
}

fn nearest(rows: &[Vec<f32>], point: usize, of: impl Fn(usize) -> bool) -> Option<usize> {
    let far = |other: &usize| distance(&rows[point], &rows[*other]).unwrap_or(f64::INFINITY);
    (0..rows.len()).filter(|&other| of(other)).min_by(|one, other| far(one).total_cmp(&far(other)))
}

/// The nearest pairs first, those left out that connect what is connected; then from the first point outwards.
fn ways(rows: &[Vec<f32>], mut pairs: Vec<(usize, usize)>) -> Vec<i64> {
    let far = |&(one, other): &(usize, usize)| distance(&rows[one], &rows[other]).unwrap_or(f64::INFINITY);
    pairs.sort_by(|a, b| far(a).total_cmp(&far(b)));
    let mut tree: Vec<usize> = (0..rows.len()).collect();
    pairs.retain(|&(one, other)| {
        let (kept, gone) = (tree[one], tree[other]);
        tree.iter_mut().filter(|tree| **tree == gone).for_each(|tree| *tree = kept);
        kept != gone
    });
    let mut via = vec![NONE; rows.len()];
    let mut reached = vec![false; rows.len()];
    for first in 0..rows.len() {
        let mut growing = vec![first];
        while let Some(point) = growing.pop() {
            reached[point] = true;
            for &(one, other) in &pairs {
                let next = if one == point { other } else { one };
                if (one == point || other == point) && !reached[next] {
                    via[next] = point as i64;
                    growing.push(next);
                }
            }
        }
    }
    via
}

fn similarities(rows: &[Vec<f32>], via: &[i64]) -> Vec<f64> {
    let of = |point: usize| 1.0 - distance(&rows[point], &rows[via[point] as usize]).unwrap_or(f64::NAN);
    (0..rows.len()).map(|point| if via[point] == NONE { f64::NAN } else { of(point) }).collect()
}

pub(crate) fn diameter(rows: &[Vec<f32>], group: &[usize]) -> f64 {
    farthest(rows, group, group)
}

fn farthest(rows: &[Vec<f32>], some: &[usize], others: &[usize]) -> f64 {
    let pairs = some.iter().flat_map(|&one| others.iter().map(move |&other| (one, other)));
    let distances = pairs.filter(|(one, other)| one != other).filter_map(|(a, b)| distance(&rows[a], &rows[b]));
    distances.fold(0.0, f64::max)
}

/// Joins the two groups of a wide cluster whose farthest points are nearest, again and again.
fn split(rows: &[Vec<f32>], clusters: &mut Clusters, most: f64, min_samples: u32) {
    let before = std::mem::replace(&mut clusters.labels, vec![NONE; rows.len()]);
    let mut next = 0;
    for label in 0..=before.iter().max().copied().unwrap_or(NONE) {
        let members: Vec<usize> = (0..rows.len()).filter(|&point| before[point] == label).collect();
        let wide = diameter(rows, &members) > most;
        for group in if wide { linked(rows, &members, most) } else { vec![members] } {
            let alone = wide && group.len() == 1 && min_samples > 1;
            if wide {
                let pairs = group.iter().flat_map(|&one| group.iter().map(move |&other| (one, other)));
                let via = ways(rows, pairs.filter(|(one, other)| one < other).collect());
                let similarity = similarities(rows, &via);
                for &point in &group {
                    (clusters.via[point], clusters.similarity[point]) = (via[point], similarity[point]);
                }
            }
            for &point in &group {
                clusters.labels[point] = if alone { NONE } else { next };
            }
            next += i64::from(!alone);
        }
    }
}

fn linked(rows: &[Vec<f32>], members: &[usize], most: f64) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = members.iter().map(|&point| vec![point]).collect();
    loop {
        let pairs = (0..groups.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let far = pairs.map(|(a, b)| (farthest(rows, &groups[a], &groups[b]), a, b));
        match far.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((far, a, b)) if far <= most => {
                let joined = groups.remove(a);
                groups[b].extend(joined);
            }
            _ => break,
        }
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort_unstable();
    groups
}
