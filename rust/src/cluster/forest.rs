//! The surest ways between points: a forest of the most similar pairs, which connects all that any pairs connect.
//!
//! On the way through the forest from one point to another the weakest pair is as strong as on any way through the
//! pairs that came. Pairs are ranked without ties, so that the order in which they come changes nothing. A pair that is
//! weaker than all pairs on the known way between its points stays so whatever else comes, and is dropped at once; other
//! pairs wait until there are so many that the forest is planted anew. Memory is therefore linear.

use super::clusters::NONE;
use super::pairs::Pair;

/// How many pairs may wait for each point, the forest's among them.
const WAITING: usize = 4;

pub(super) struct Forest {
    pairs: Vec<Pair>,
    /// The trees as they were planted last: for each point one further up, at most the logarithm of the points to the
    /// top.
    above: Vec<u32>,
    /// The pair that joined each point to the one above it, weaker than those that joined others to the point itself.
    by: Vec<Pair>,
    /// The points of each top's tree.
    sizes: Vec<u32>,
}

impl Forest {
    /// A forest of `len` points that are trees of their own.
    pub(super) fn new(len: usize) -> Self {
        let mut forest =
            Self { pairs: Vec::new(), above: vec![0; len], by: vec![Pair::NONE; len], sizes: vec![0; len] };
        forest.plant();
        forest
    }

    pub(super) fn add(&mut self, Pair { one, other, similarity }: Pair) {
        let pair = Pair { one: one.min(other), other: one.max(other), similarity };
        if self.weakest(pair.one, pair.other).is_none_or(|weakest| pair.rank(&weakest).is_lt()) {
            self.pairs.push(pair);
            if self.pairs.len() > WAITING * self.above.len() {
                self.plant();
            }
        }
    }

    /// The lowest point of each point's tree.
    pub(super) fn roots(&mut self) -> Vec<u32> {
        self.plant();
        let mut lowest = vec![u32::MAX; self.above.len()];
        (0..self.above.len() as u32)
            .map(|point| {
                let lowest = &mut lowest[self.top(point) as usize];
                *lowest = point.min(*lowest);
                *lowest
            })
            .collect()
    }

    /// The next point on the way from each point to the lowest of its tree, or [`NONE`] if it is the lowest.
    pub(super) fn ways(mut self) -> Vec<i64> {
        let roots = self.roots();
        let (starts, others) = self.both_ways();
        let mut ways = vec![NONE; roots.len()];
        let mut waiting = Vec::new();
        for root in (0..roots.len() as u32).filter(|&point| roots[point as usize] == point) {
            waiting.push((root, NONE));
            while let Some((point, before)) = waiting.pop() {
                ways[point as usize] = before;
                let further = &others[starts[point as usize]..starts[point as usize + 1]];
                let further = further.iter().filter(|&&other| i64::from(other) != before);
                waiting.extend(further.map(|&other| (other, i64::from(point))));
            }
        }
        ways
    }

    /// The points that each point is paired with: where they begin for each, and all of them.
    fn both_ways(&self) -> (Vec<usize>, Vec<u32>) {
        let mut starts = vec![0; self.above.len() + 1];
        let ends = || self.pairs.iter().flat_map(|&Pair { one, other, .. }| [(one, other), (other, one)]);
        for (point, _) in ends() {
            starts[point as usize + 1] += 1;
        }
        for point in 0..self.above.len() {
            starts[point + 1] += starts[point];
        }
        let (mut next, mut others) = (starts.clone(), vec![0; 2 * self.pairs.len()]);
        for (point, other) in ends() {
            others[next[point as usize]] = other;
            next[point as usize] += 1;
        }
        (starts, others)
    }

    /// Leaves only the pairs that join what stronger ones have not (Kruskal), smaller trees below larger ones.
    fn plant(&mut self) {
        for point in 0..self.above.len() {
            (self.above[point], self.by[point], self.sizes[point]) = (point as u32, Pair::NONE, 1);
        }
        let mut pairs = std::mem::take(&mut self.pairs);
        pairs.sort_unstable_by(Pair::rank);
        pairs.retain(|pair| {
            let (one, other) = (self.top(pair.one), self.top(pair.other));
            if one == other {
                return false;
            }
            let under = self.sizes[one as usize] < self.sizes[other as usize];
            let (top, below) = if under { (other, one) } else { (one, other) };
            self.sizes[top as usize] += self.sizes[below as usize];
            (self.above[below as usize], self.by[below as usize]) = (top, *pair);
            true
        });
        self.pairs = pairs;
    }

    fn top(&self, mut point: u32) -> u32 {
        while self.above[point as usize] != point {
            point = self.above[point as usize];
        }
        point
    }

    /// The weakest pair on the way between two points, if there is a way: of the pairs that led up from both to where
    /// they meet, which are weaker the later they come.
    fn weakest(&self, mut one: u32, mut other: u32) -> Option<Pair> {
        let mut weakest = None;
        while one != other {
            if self.by[one as usize].rank(&self.by[other as usize]).is_gt() {
                (one, other) = (other, one);
            }
            // What joined `one` came before what joined the other, so that the two were apart until then.
            if self.above[one as usize] == one {
                return None;
            }
            weakest = Some(self.by[one as usize]);
            one = self.above[one as usize];
        }
        weakest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(one: u32, other: u32, similarity: f32) -> Pair {
        Pair { one, other, similarity }
    }

    fn chain() -> Forest {
        let mut forest = Forest::new(5);
        for (point, similarity) in (0..3).zip([0.9, 0.8, 0.7]) {
            forest.add(pair(point + 1, point, similarity));
        }
        forest.plant();
        forest
    }

    #[test]
    fn the_weakest_pair_on_the_way_is_known() {
        let forest = chain();
        for (one, other, least) in [(0, 1, 0.9), (0, 2, 0.8), (3, 0, 0.7), (2, 3, 0.7)] {
            assert_eq!(forest.weakest(one, other).map(|pair| pair.similarity), Some(least), "{one} to {other}");
        }
        assert!(forest.weakest(0, 4).is_none() && forest.weakest(2, 2).is_none());
    }

    #[test]
    fn what_is_weaker_than_the_way_goes_at_once() {
        let mut forest = chain();
        forest.add(pair(0, 2, 0.75));
        forest.add(pair(3, 0, 0.6));
        assert_eq!(forest.pairs.len(), 3);
        forest.add(pair(0, 2, 0.85));
        assert_eq!(forest.pairs.len(), 4);
        assert_eq!(forest.ways(), [NONE, 0, 0, 2, NONE]);
    }

    #[test]
    fn no_more_pairs_wait_than_points_have_room_for() {
        let mut forest = Forest::new(6);
        for nth in 0..1_000u16 {
            let (one, other) = (u32::from(nth) % 6, u32::from(nth) * 7 % 5);
            if one != other {
                forest.add(pair(one, other, f32::from(nth) / 1_000.0));
            }
            assert!(forest.pairs.len() <= 6 * WAITING);
        }
    }
}
