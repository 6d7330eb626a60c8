//! What every two groups have in common.

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// Two square tables, row by row: a line for each group, an entry for each group that it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The tags that both groups hold.
    pub shared: Vec<u32>,
    /// How often the group of the line holds these tags.
    pub weighted: Vec<u64>,
}

/// Compares the tags of every two groups.
///
/// `groups` has the tags of each group, `counts` how often it holds each, in the same places. For every tag, each
/// holder meets each: time grows by the squares of their numbers, and is what it takes to write the result down where
/// most groups hold most tags.
///
/// ```
/// use instag::{Interrupt, TagSets, overlap};
///
/// let groups = TagSets::new(&[0, 2, 3], &[0, 1, 1], 2)?;
/// let overlap = overlap(&groups, &[5, 2, 9], &Interrupt::never())?;
/// assert_eq!(overlap.shared, [2, 1, 1, 1]);
/// assert_eq!(overlap.weighted, [7, 2, 9, 9]);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`] where not every tag has a count or a group repeats one, [`Error::Interrupted`] where the caller
/// wants to stop.
pub fn overlap(groups: &TagSets, counts: &[u32], interrupt: &Interrupt) -> Result<Overlap> {
    if counts.len() != groups.n_pairs() {
        return Err(Error::Malformed(format!(
            "counts: expected one for each of {} tags, none of them twice in a group; found {}",
            groups.n_pairs(),
            counts.len()
        )));
    }
    let holders = invert(groups);
    let cells = groups.len() * groups.len();
    let mut overlap = Overlap { shared: Vec::with_capacity(cells), weighted: Vec::with_capacity(cells) };
    let mut line = vec![(0u32, 0u64); groups.len()];
    let mut place = 0;
    for group in 0..groups.len() {
        for &tag in groups.row(group) {
            interrupt.step()?;
            let count = u64::from(counts[place]);
            place += 1;
            for &other in &holders[tag as usize] {
                let (shared, weighted) = &mut line[other as usize];
                *shared += 1;
                *weighted += count;
            }
        }
        overlap.shared.extend(line.iter().map(|&(shared, _)| shared));
        overlap.weighted.extend(line.iter().map(|&(_, weighted)| weighted));
        line.fill((0, 0));
    }
    Ok(overlap)
}

/// The groups that hold each tag.
fn invert(groups: &TagSets) -> Vec<Vec<u32>> {
    let mut holders: Vec<Vec<u32>> = groups.holders().into_iter().map(|n| Vec::with_capacity(n as usize)).collect();
    for group in 0..groups.len() {
        for &tag in groups.row(group) {
            holders[tag as usize].push(group as u32);
        }
    }
    holders
}
