//! From a stream of neighbours to clusters.
//!
//! Pairs come one by one, each once, in any order. A point that is not yet known to be a core point keeps the
//! neighbours it has met: fewer than `min_samples`, or it would be one. Once it has met enough it becomes a core point
//! and forgets them, after being joined with those that are core points too; of any two core points the one that
//! became so last, or the pair itself where it comes later still, joins them. In the end a point that never became
//! one still has all its neighbours, and among them every core point it could belong to.
//!
//! Memory is therefore linear, whatever the number of pairs, and the order of the pairs changes nothing.

use super::{Clusters, NONE};

/// Two points and their similarity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) one: u32,
    pub(super) other: u32,
    pub(super) similarity: f32,
}

/// The nearest point so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nearest {
    point: u32,
    similarity: f32,
}

impl Nearest {
    pub(super) const NONE: Self = Self { point: u32::MAX, similarity: f32::NEG_INFINITY };

    /// Ties go to the lower index.
    pub(super) fn improve(&mut self, point: u32, similarity: f32) {
        if similarity > self.similarity || similarity.total_cmp(&self.similarity).is_eq() && point < self.point {
            *self = Self { point, similarity };
        }
    }

    pub(super) fn point(self) -> i64 {
        if self.point == u32::MAX { NONE } else { i64::from(self.point) }
    }
}

pub(super) struct Growth {
    /// The neighbours other than itself that make a core point.
    enough: usize,
    core: Vec<bool>,
    /// Union-find; the root of a set is its lowest point, so that a set's number is known when its first point comes.
    parents: Vec<u32>,
    /// The nearest core point of each point.
    nearest: Vec<Nearest>,
    /// The neighbours of each point that is not yet a core point.
    met: Vec<Vec<(u32, f32)>>,
}

impl Growth {
    /// `points` are those, of `len` in all, that are near themselves.
    pub(super) fn new(len: usize, points: &[u32], min_samples: u32) -> Self {
        let mut core = vec![false; len];
        if min_samples <= 1 {
            for &point in points {
                core[point as usize] = true;
            }
        }
        Self {
            enough: min_samples as usize - 1,
            core,
            parents: (0..len as u32).collect(),
            nearest: vec![Nearest::NONE; len],
            met: vec![Vec::new(); len],
        }
    }

    pub(super) fn meet(&mut self, Pair { one, other, similarity }: Pair) {
        for (point, neighbour) in [(one, other), (other, one)] {
            if self.core[neighbour as usize] {
                self.nearest[point as usize].improve(neighbour, similarity);
            }
            if !self.core[point as usize] {
                self.met[point as usize].push((neighbour, similarity));
            }
        }
        if self.core[one as usize] && self.core[other as usize] {
            self.join(one, other);
        }
        for point in [one, other] {
            if !self.core[point as usize] && self.met[point as usize].len() >= self.enough {
                self.promote(point);
            }
        }
    }

    fn promote(&mut self, point: u32) {
        self.core[point as usize] = true;
        for (neighbour, similarity) in std::mem::take(&mut self.met[point as usize]) {
            self.nearest[neighbour as usize].improve(point, similarity);
            if self.core[neighbour as usize] {
                self.join(point, neighbour);
            }
        }
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (root(&mut self.parents, one), root(&mut self.parents, other));
        self.parents[one.max(other) as usize] = one.min(other);
    }

    pub(super) fn clusters(mut self) -> Clusters {
        let len = self.core.len();
        let mut labels = vec![NONE; len];
        let mut next = 0;
        for point in 0..len as u32 {
            if self.core[point as usize] {
                let root = root(&mut self.parents, point);
                if root == point {
                    labels[point as usize] = next;
                    next += 1;
                } else {
                    labels[point as usize] = labels[root as usize];
                }
            }
        }
        for point in (0..len).filter(|&point| !self.core[point]) {
            let reached = || self.met[point].iter().filter(|&&(neighbour, _)| self.core[neighbour as usize]);
            let Some(label) = reached().map(|&(neighbour, _)| labels[neighbour as usize]).min() else { continue };
            // The nearest core point of all may be of another cluster.
            let mut nearest = Nearest::NONE;
            for &(neighbour, similarity) in reached() {
                if labels[neighbour as usize] == label {
                    nearest.improve(neighbour, similarity);
                }
            }
            labels[point] = label;
            self.nearest[point] = nearest;
        }
        let via = self.nearest.into_iter().map(Nearest::point).collect();
        Clusters { labels, core: self.core, via, similarity: vec![f64::NAN; len] }
    }
}

/// The lowest point of the set, with the way there halved.
pub(super) fn root(parents: &mut [u32], mut point: u32) -> u32 {
    while parents[point as usize] != point {
        let above = parents[parents[point as usize] as usize];
        parents[point as usize] = above;
        point = above;
    }
    point
}
