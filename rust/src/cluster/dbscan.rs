//! From a stream of neighbours to clusters.
//!
//! Pairs come one by one, each once, in any order. A point that is not yet known to be a core point keeps the
//! neighbours it has met: fewer than `min_samples`, or it would be one. Once it has met enough it becomes a core point
//! and forgets them, after being joined with those that are core points too; any two core points that are neighbours
//! are joined by the one that became a core point last, or by their pair if it comes later still. In the end a point
//! that never became one still has all its neighbours, and among them every core point it could belong to.
//!
//! Memory is therefore linear, whatever the number of pairs, and the order of the pairs changes nothing.

use super::clusters::{Clusters, NONE};
use super::forest::Forest;
use super::pairs::Pair;

pub(super) struct Dbscan {
    /// The neighbours other than itself that make a core point.
    enough: usize,
    core: Vec<bool>,
    /// What holds core points together.
    forest: Forest,
    /// The neighbours of each point that is not yet a core point.
    met: Vec<Vec<(u32, f32)>>,
}

impl Dbscan {
    /// `points` are those, of `len` in all, that are near themselves: all but vectors of zeros.
    pub(super) fn new(len: usize, points: &[u32], min_samples: u32) -> Self {
        let mut core = vec![false; len];
        if min_samples <= 1 {
            for &point in points {
                core[point as usize] = true;
            }
        }
        Self { enough: min_samples as usize - 1, core, forest: Forest::new(len), met: vec![Vec::new(); len] }
    }

    pub(super) fn meet(&mut self, pair: Pair) {
        let Pair { one, other, similarity } = pair;
        for (point, neighbour) in [(one, other), (other, one)] {
            if !self.core[point as usize] {
                self.met[point as usize].push((neighbour, similarity));
            }
        }
        if self.core[one as usize] && self.core[other as usize] {
            self.forest.add(pair);
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
            if self.core[neighbour as usize] {
                self.forest.add(Pair { one: point, other: neighbour, similarity });
            }
        }
    }

    pub(super) fn clusters(mut self) -> Clusters {
        let len = self.core.len();
        let roots = self.forest.roots();
        let mut labels = vec![NONE; len];
        let mut next = 0;
        for point in (0..len).filter(|&point| self.core[point]) {
            // A root is the first point of its tree, so every other point finds its root labelled.
            labels[point] = labels[roots[point] as usize];
            if roots[point] as usize == point {
                labels[point] = next;
                next += 1;
            }
        }
        for point in (0..len).filter(|&point| !self.core[point]) {
            let reached = || self.met[point].iter().filter(|&&(neighbour, _)| self.core[neighbour as usize]);
            let label_of = |&&(neighbour, _): &&(u32, f32)| labels[neighbour as usize];
            let Some(label) = reached().map(|near| label_of(&near)).min() else { continue };
            // The nearest core point of all may be of another cluster. Ties go to the lower index.
            let nearest = reached()
                .filter(|near| label_of(near) == label)
                .max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)));
            if let Some(&(other, similarity)) = nearest {
                self.forest.add(Pair { one: point as u32, other, similarity });
            }
            labels[point] = label;
        }
        Clusters { labels, core: self.core, via: self.forest.ways(), similarity: vec![f64::NAN; len] }
    }
}
