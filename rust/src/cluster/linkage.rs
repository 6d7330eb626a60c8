//! How wide clusters are, and splitting wide ones by complete linkage.
//!
//! Complete linkage joins the two groups whose farthest points are nearest, while these are within a limit. Let the
//! pairs within the limit come nearest first, and count for every two groups how many of the pairs between them have
//! come. All of them have come exactly when the pair of their farthest points has, so the first two groups that are
//! complete are the two to join next. Pairs beyond the limit never come, and groups that have one are never joined.
//! What two groups have counted towards a third adds up when they are joined, and cannot be complete by that: either
//! would have been before.

use std::collections::BTreeMap;

use super::clusters::{Clusters, NONE, members};
use super::forest::Forest;
use super::pairs::{self, Pair};
use super::vectors::Vectors;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::sort::sort_by;

/// Splits every cluster in which two points are farther apart than `max_diameter`.
///
/// Pairs that single precision cannot tell apart come by their points.
pub(super) fn split(
    vectors: &Vectors,
    clusters: &mut Clusters,
    max_diameter: f64,
    min_samples: u32,
    interrupt: &Interrupt,
) -> Result<()> {
    let mut linkage = Linkage::new(vectors.len());
    let (mut forest, mut parted) = (Forest::new(vectors.len()), Vec::new());
    let mut next = 0;
    for members in members(&clusters.labels) {
        let mut near = Vec::new();
        pairs::within(vectors, &members, max_diameter, interrupt, |pair| {
            near.push(pair);
            Ok(())
        })?;
        let wide = near.len() < members.len() * (members.len() - 1) / 2;
        if wide {
            sort_by(&mut near, interrupt, Pair::rank)?;
            for &pair in &near {
                interrupt.step()?;
                linkage.come(pair);
            }
            for pair in near {
                interrupt.step()?;
                if linkage.root(pair.one) == linkage.root(pair.other) {
                    forest.add(pair);
                }
            }
            parted.extend_from_slice(&members);
        } else {
            linkage.unite(&members);
        }
        for point in members {
            // A root is the first point of its group, so every other point finds its root labelled.
            let root = linkage.root(point);
            clusters.labels[point as usize] = if wide && min_samples > 1 && linkage.sizes[root as usize] == 1 {
                NONE
            } else if root == point {
                next += 1;
                next - 1
            } else {
                clusters.labels[root as usize]
            };
        }
    }
    let ways = forest.ways();
    for point in parted {
        clusters.via[point as usize] = ways[point as usize];
    }
    Ok(())
}

struct Linkage {
    /// Union-find; the root of a group is its lowest point.
    parents: Vec<u32>,
    /// The points of each root's group.
    sizes: Vec<u32>,
    /// For each root, how many of the pairs between its group and others have come.
    towards: Vec<BTreeMap<u32, u64>>,
}

impl Linkage {
    fn new(len: usize) -> Self {
        Self { parents: (0..len as u32).collect(), sizes: vec![1; len], towards: vec![BTreeMap::new(); len] }
    }

    /// The lowest point of the group, with the way there halved.
    fn root(&mut self, mut point: u32) -> u32 {
        while self.parents[point as usize] != point {
            let above = self.parents[self.parents[point as usize] as usize];
            self.parents[point as usize] = above;
            point = above;
        }
        point
    }

    /// Makes one group of points that are in none, given in order.
    fn unite(&mut self, points: &[u32]) {
        for &point in points {
            self.parents[point as usize] = points[0];
        }
        self.sizes[points[0] as usize] = points.len() as u32;
    }

    fn come(&mut self, pair: Pair) {
        let (one, other) = (self.root(pair.one), self.root(pair.other));
        let (kept, gone) = (one.min(other), one.max(other));
        *self.towards[gone as usize].entry(kept).or_default() += 1;
        let come = self.towards[kept as usize].entry(gone).or_default();
        *come += 1;
        if *come == u64::from(self.sizes[kept as usize]) * u64::from(self.sizes[gone as usize]) {
            self.join(kept, gone);
        }
    }

    fn join(&mut self, kept: u32, gone: u32) {
        self.parents[gone as usize] = kept;
        self.sizes[kept as usize] += self.sizes[gone as usize];
        self.towards[kept as usize].remove(&gone);
        for (third, come) in std::mem::take(&mut self.towards[gone as usize]) {
            if third != kept {
                self.towards[third as usize].remove(&gone);
                *self.towards[third as usize].entry(kept).or_default() += come;
                *self.towards[kept as usize].entry(third).or_default() += come;
            }
        }
    }
}

/// The largest distance within a cluster, and between which points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diameter {
    /// The cosine distance; 0 if there is one point.
    pub distance: f64,
    /// The two points, the lower index first. Of pairs that single precision cannot tell apart, the first.
    pub between: (u32, u32),
}

/// The diameter of each cluster, by label. Every pair of points of a cluster is looked at.
///
/// # Errors
/// [`Error::Malformed`] if `labels` are not from 0 without a gap, one for each vector, or -1 for noise, or a vector
/// of zeros is labelled; [`Error::Interrupted`] if the caller wants to stop.
pub fn diameters(vectors: &Vectors, labels: &[i64], interrupt: &Interrupt) -> Result<Vec<Diameter>> {
    check(vectors, labels)?;
    members(labels).iter().map(|members| diameter(vectors, members, interrupt)).collect()
}

fn diameter(vectors: &Vectors, members: &[u32], interrupt: &Interrupt) -> Result<Diameter> {
    let first = members.first().copied().unwrap_or_default();
    let (mut least, mut between) = (f32::INFINITY, (first, first));
    for (nth, &one) in members.iter().enumerate() {
        let others = &members[nth + 1..];
        vectors.similarities(others.iter().map(|&other| (one, other)), |one, other, similarity| {
            if similarity < least {
                (least, between) = (similarity, (one, other));
            }
        });
        others.iter().try_for_each(|_| interrupt.step())?;
    }
    let distance = if between.0 == between.1 { 0.0 } else { vectors.distance(between.0, between.1) };
    Ok(Diameter { distance, between })
}

fn check(vectors: &Vectors, labels: &[i64]) -> Result<()> {
    let malformed = |message: String| Err(Error::Malformed(message));
    if labels.len() != vectors.len() {
        return malformed(format!("labels: expected {}, one for each vector; found {}", vectors.len(), labels.len()));
    }
    let mut used = vec![false; labels.len()];
    for (point, &label) in labels.iter().enumerate() {
        if label == NONE {
            continue;
        }
        match usize::try_from(label).ok().and_then(|label| used.get_mut(label)) {
            None => return malformed(format!("labels: expected -1 to {}; found {label}", labels.len() - 1)),
            Some(_) if !vectors.has_direction(point) => {
                return malformed(format!("labels: expected -1 for a vector of zeros; found {label} for {point}"));
            }
            Some(used) => *used = true,
        }
    }
    let n_labels = used.iter().filter(|&&used| used).count();
    match used[..n_labels].iter().position(|used| !used) {
        Some(gap) => malformed(format!("labels: expected every label from 0 to {n_labels}; found none {gap}")),
        None => Ok(()),
    }
}
