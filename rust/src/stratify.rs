//! Rows dealt to parts of given sizes, so that every label is spread as the parts' sizes are.
//!
//! Iterative stratification (Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-label Data", 2011): the
//! rarest label is dealt first, each of its rows to the part that is furthest from its share of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::dedup::mixed;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::sort::sort_by;
use crate::tags::TagSets;

/// Stands for the part of a row that has none yet.
const NOWHERE: u32 = u32::MAX;

/// Deals rows to parts: for each row the number of its part.
///
/// `groups` has for each row the first row of its group; a group stays together. Parts have exactly their sizes unless a
/// group is larger than the room that any of them has left. Among rows that are equal in all this, `seed` decides.
///
/// ```
/// use instag::{Interrupt, TagSets, stratify};
///
/// let labels = TagSets::new(&[0, 1, 2, 3, 4], &[0, 1, 0, 1], 2)?;
/// let parts = stratify(&labels, &[0, 1, 2, 3], &[2, 2], 0, &Interrupt::never())?;
/// assert_ne!(parts[0], parts[2]);
/// assert_ne!(parts[1], parts[3]);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`] if groups or sizes are not those of the rows, [`Error::Interrupted`] if the caller wants to
/// stop.
pub fn stratify(
    labels: &TagSets,
    groups: &[u32],
    sizes: &[usize],
    seed: u64,
    interrupt: &Interrupt,
) -> Result<Vec<u32>> {
    check(labels, groups, sizes)?;
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); groups.len()];
    for (row, &group) in (0..).zip(groups) {
        members[group as usize].push(row);
    }
    let mut heads: Vec<u32> = (0..groups.len() as u32).filter(|&row| !members[row as usize].is_empty()).collect();
    let key = |head: u32| (mixed(mixed(seed) ^ u64::from(head)), head);
    sort_by(&mut heads, interrupt, |&one, &other| key(one).cmp(&key(other)))?;
    let mut deal = Deal::new(labels, &members, sizes);
    // Groups first: rows by themselves fill whatever room is left.
    let (several, alone): (Vec<u32>, Vec<u32>) = heads.iter().partition(|&&head| members[head as usize].len() > 1);
    deal.hand_out(&several, interrupt)?;
    deal.hand_out(&alone, interrupt)?;
    Ok(deal.parts)
}

fn check(labels: &TagSets, groups: &[u32], sizes: &[usize]) -> Result<()> {
    let rows = labels.len();
    let first = |&group: &u32| groups.get(group as usize) == Some(&group);
    if groups.len() != rows || !groups.iter().all(first) {
        return Err(Error::Malformed(format!("groups: expected the first row of its group for each of {rows} rows")));
    }
    if sizes.iter().try_fold(0usize, |sum, &size| sum.checked_add(size)) != Some(rows) {
        return Err(Error::Malformed(format!("sizes: expected {rows} in all")));
    }
    Ok(())
}

struct Deal<'a> {
    labels: &'a TagSets<'a>,
    members: &'a [Vec<u32>],
    sizes: &'a [usize],
    room: Vec<usize>,
    /// Rows with each label, in all and in each part.
    holders: &'a [u32],
    given: Vec<Vec<u32>>,
    parts: Vec<u32>,
}

impl<'a> Deal<'a> {
    fn new(labels: &'a TagSets<'a>, members: &'a [Vec<u32>], sizes: &'a [usize]) -> Self {
        let holders = labels.holders();
        Self {
            labels,
            members,
            sizes,
            room: sizes.to_vec(),
            given: vec![vec![0; holders.len()]; sizes.len()],
            holders,
            parts: vec![NOWHERE; labels.len()],
        }
    }

    /// Deals some groups, the rarest of their labels first.
    fn hand_out(&mut self, heads: &[u32], interrupt: &Interrupt) -> Result<()> {
        let mut left = vec![0u32; self.holders.len()];
        let mut having: Vec<Vec<u32>> = vec![Vec::new(); self.holders.len()];
        for &head in heads {
            for &label in self.of(head) {
                interrupt.step()?;
                left[label as usize] += 1;
                if having[label as usize].last() != Some(&head) {
                    having[label as usize].push(head);
                }
            }
        }
        let rarest = |label: usize, left: u32| Reverse((left, label as u32));
        let mut queue: BinaryHeap<_> =
            left.iter().enumerate().filter(|(_, left)| **left > 0).map(|(label, &left)| rarest(label, left)).collect();
        while let Some(Reverse((count, label))) = queue.pop() {
            // An entry from before rows of the label were dealt; there is a later one.
            if left[label as usize] != count {
                continue;
            }
            for head in std::mem::take(&mut having[label as usize]) {
                if self.parts[head as usize] == NOWHERE {
                    self.put(head, self.furthest(label, self.members[head as usize].len()));
                    for &label in self.of(head) {
                        interrupt.step()?;
                        left[label as usize] -= 1;
                        if left[label as usize] > 0 {
                            queue.push(rarest(label as usize, left[label as usize]));
                        }
                    }
                }
            }
        }
        for &head in heads {
            if self.parts[head as usize] == NOWHERE {
                self.put(head, self.emptiest(self.members[head as usize].len()));
            }
        }
        Ok(())
    }

    /// The labels of all rows of a group, one row after the other.
    fn of(&self, head: u32) -> impl Iterator<Item = &'a u32> + use<'a> {
        let (labels, members) = (self.labels, self.members);
        members[head as usize].iter().flat_map(move |&row| labels.row(row as usize))
    }

    fn put(&mut self, head: u32, part: usize) {
        self.room[part] = self.room[part].saturating_sub(self.members[head as usize].len());
        for &label in self.of(head) {
            self.given[part][label as usize] += 1;
        }
        for &row in &self.members[head as usize] {
            self.parts[row as usize] = part as u32;
        }
    }

    /// The part with room that is furthest from its share of a label, of those as far the emptiest.
    fn furthest(&self, label: u32, rows: usize) -> usize {
        let holders = f64::from(self.holders[label as usize]);
        self.most(rows, |part| holders - self.as_of_all(f64::from(self.given[part][label as usize]), part))
    }

    fn emptiest(&self, rows: usize) -> usize {
        self.most(rows, |_| 0.0)
    }

    /// The part with the most of something among those with room for `rows` rows; if none has, the one with the most room.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^32 rows")]
    fn most(&self, rows: usize, of: impl Fn(usize) -> f64) -> usize {
        let share = |part: usize| self.as_of_all(self.room[part] as f64, part);
        let order = |&one: &usize, &other: &usize| {
            of(one).total_cmp(&of(other)).then(share(one).total_cmp(&share(other))).then(other.cmp(&one))
        };
        let roomy = (0..self.sizes.len()).filter(|&part| self.room[part] >= rows).max_by(order);
        let most_room = || (0..self.sizes.len()).max_by_key(|&part| (self.room[part], Reverse(part)));
        roomy.or_else(most_room).unwrap_or(0)
    }

    /// What a count in a part would be in all rows, were they all like it.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^32 rows")]
    fn as_of_all(&self, count: f64, part: usize) -> f64 {
        count * self.labels.len() as f64 / self.sizes[part].max(1) as f64
    }
}
