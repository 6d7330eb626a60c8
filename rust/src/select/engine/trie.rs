//! Rows by the tags that they share, most held first.
//!
//! A tag that nearly all rows hold lowers all their gains when it is counted: bounds of rows are worthless then. In a
//! trie that tag stands above them once. Each branch keeps a bound of what its best row gains *below* it, and bounds
//! change only where the tags below do. The branches of a node are a heap by their bounds; the first is refreshed until
//! its bound is what it was, and then it is the best.

use std::cmp::Reverse;
use std::ops::Range;

use super::alike::Alike;
use super::rating::Rating;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::constraint::Limits;
use crate::tags::TagSets;

/// Below this depth every unit is a branch of its own: rows within rows within rows share little.
const DEEPEST: usize = 64;

pub(super) struct Trie {
    /// The tags of each unit, most held first, from `starts[unit]` to `starts[unit + 1]`.
    codes: Vec<u32>,
    starts: Vec<usize>,
    nodes: Vec<Node>,
    /// The children of each node, a heap by their bounds: the place of the first is the node's.
    children: Vec<u32>,
}

/// The best row: what it gains, then its place, by which ties are broken.
type Bound = (u64, Reverse<u32>);

#[derive(Debug, Clone, Copy)]
struct Node {
    /// The tags on the way from the parent, of some unit below.
    edge: (usize, u32),
    /// In a leaf its unit; in any other node where its children begin. `count` is the number of children.
    first: u32,
    count: u32,
    /// What the best row below gains, those tags included; nothing gains more.
    bound: Bound,
}

pub(super) struct Best {
    pub(super) unit: u32,
    pub(super) gain: u64,
}

const LEAF: u32 = u32::MAX;

impl Trie {
    pub(super) fn new(tags: &TagSets, alike: &Alike, interrupt: &Interrupt) -> Result<Self> {
        let rank = by_holders(tags);
        let mut trie = Self { codes: Vec::new(), starts: vec![0], nodes: Vec::new(), children: Vec::new() };
        let mut units = Vec::new();
        for unit in 0..alike.len() as u32 {
            interrupt.step()?;
            let start = trie.codes.len();
            if let Some(row) = alike.first(unit) {
                trie.codes.extend_from_slice(tags.row(row as usize));
                trie.codes[start..].sort_unstable_by_key(|&tag| rank[tag as usize]);
                units.push(unit);
            }
            trie.starts.push(trie.codes.len());
        }
        if units.is_empty() {
            return Ok(trie);
        }
        // The root comes last.
        let root = trie.grow(&mut units, 0, 0, interrupt)?;
        trie.nodes.push(root);
        Ok(trie)
    }

    fn held(&self, unit: u32) -> Range<usize> {
        self.starts[unit as usize]..self.starts[unit as usize + 1]
    }

    /// A node for units that share their first `shared` tags, `above` of them on the way to its parent.
    fn grow(&mut self, units: &mut [u32], above: usize, depth: usize, interrupt: &Interrupt) -> Result<Node> {
        interrupt.step()?;
        let start = self.held(units[0]).start;
        let bound = (u64::MAX, Reverse(0));
        if let [unit] = units {
            let held = self.held(*unit);
            let edge = (held.start + above, (held.len() - above) as u32);
            return Ok(Node { edge, first: *unit, count: LEAF, bound });
        }
        let shortest = units.iter().map(|&unit| self.held(unit).len()).min().unwrap_or(0);
        let same = |nth: usize| {
            units.iter().all(|&unit| self.codes[self.starts[unit as usize] + nth] == self.codes[start + nth])
        };
        let mut shared = above;
        while shared < shortest && same(shared) {
            shared += 1;
        }
        let mut children = Vec::new();
        let mut put = |trie: &mut Self, node| {
            children.push(trie.nodes.len() as u32);
            trie.nodes.push(node);
        };
        if depth >= DEEPEST {
            for unit in &mut *units {
                let node = self.grow(std::slice::from_mut(unit), shared, depth + 1, interrupt)?;
                put(self, node);
            }
        } else {
            let next = |unit: &u32| {
                let held = self.held(*unit);
                self.codes[held].get(shared).copied()
            };
            units.sort_unstable_by_key(next);
            // Units that end here are leaves.
            let together = |one: &u32, other: &u32| next(one).is_some() && next(one) == next(other);
            let ends: Vec<usize> = units.chunk_by(together).map(<[u32]>::len).collect();
            let mut rest = units;
            for len in ends {
                let (part, others) = rest.split_at_mut(len);
                rest = others;
                let node = self.grow(part, shared, depth + 1, interrupt)?;
                put(self, node);
            }
        }
        let (first, count) = (self.children.len() as u32, children.len() as u32);
        self.children.append(&mut children);
        Ok(Node { edge: (start + above, (shared - above) as u32), first, count, bound })
    }

    /// The best row that may join, if any adds something.
    pub(super) fn best(
        &mut self,
        gains: &[u64],
        alike: &Alike,
        limits: &Limits,
        rating: &Rating,
        interrupt: &Interrupt,
    ) -> Result<Option<Best>> {
        if self.nodes.is_empty() {
            return Ok(None);
        }
        let look = Look { gains, alike, limits, rating, interrupt };
        let Some((gain, _)) = self.refresh(self.nodes.len() - 1, &look)? else { return Ok(None) };
        let mut node = self.nodes[self.nodes.len() - 1];
        while node.count != LEAF {
            node = self.nodes[self.children[node.first as usize] as usize];
        }
        Ok((gain > 0).then_some(Best { unit: node.first, gain }))
    }

    /// What the best row below a node gains now, which is then below the first children; None if no row is left.
    fn refresh(&mut self, nth: usize, look: &Look) -> Result<Option<Bound>> {
        look.interrupt.step()?;
        let Node { edge: (start, len), first, .. } = self.nodes[nth];
        let edge: u64 = self.codes[start..start + len as usize].iter().map(|&tag| look.gains[tag as usize]).sum();
        if self.nodes[nth].count == LEAF {
            let row = look.alike.first(first).filter(|&row| look.limits.admits(row));
            return Ok(row.map(|row| (edge, Reverse(look.rating.place(row)))));
        }
        while self.nodes[nth].count > 0 {
            let child = self.children[first as usize] as usize;
            match self.refresh(child, look)? {
                Some(bound) if bound == self.nodes[child].bound => return Ok(Some((edge + bound.0, bound.1))),
                Some(bound) => self.nodes[child].bound = bound,
                None => {
                    self.nodes[nth].count -= 1;
                    let last = first + self.nodes[nth].count;
                    self.children.swap(first as usize, last as usize);
                }
            }
            self.sift(first as usize, self.nodes[nth].count as usize);
        }
        Ok(None)
    }

    /// Lets the first of a heap sink to where it belongs.
    fn sift(&mut self, first: usize, count: usize) {
        let heap = &mut self.children[first..first + count];
        let bound = |child: u32| self.nodes[child as usize].bound;
        let mut place = 0;
        while let Some(&left) = heap.get(2 * place + 1) {
            let right = heap.get(2 * place + 2).copied();
            let larger = 2 * place + 1 + usize::from(right.is_some_and(|right| bound(right) > bound(left)));
            if bound(heap[place]) >= bound(heap[larger]) {
                break;
            }
            heap.swap(place, larger);
            place = larger;
        }
    }
}

/// What a look at the rows depends on.
struct Look<'a> {
    gains: &'a [u64],
    alike: &'a Alike,
    limits: &'a Limits<'a>,
    rating: &'a Rating<'a>,
    interrupt: &'a Interrupt<'a>,
}

/// For each tag its place in the order of holders, most first.
fn by_holders(tags: &TagSets) -> Vec<u32> {
    let holders = tags.holders();
    let mut order: Vec<u32> = (0..tags.n_tags() as u32).collect();
    order.sort_by_key(|&tag| Reverse(holders[tag as usize]));
    let mut rank = vec![0; order.len()];
    for (place, tag) in (0..).zip(order) {
        rank[tag as usize] = place;
    }
    rank
}
