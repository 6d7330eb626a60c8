//! How often each group of samples holds each tag, and what every two groups have in common.

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::postings::Postings;
use crate::tags::TagSets;

/// Compressed sparse rows, one a group: the tags it holds, by code, and how many of its samples hold each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Where each group's tags begin, and at the end where the last one's end.
    pub offsets: Vec<i64>,
    /// The tags.
    pub tags: Vec<u32>,
    /// The samples of the group that hold the tag, never 0.
    pub counts: Vec<u32>,
}

/// Counts the tags of each of `n_groups` groups; `groups` has the group of every sample.
///
/// Linear in the (sample, tag) pairs and the groups. Memory is that of the result, and a number a sample and a tag.
///
/// ```
/// use instag::{Interrupt, TagSets, count_groups};
///
/// let tags = TagSets::new(&[0, 2, 3, 4], &[0, 1, 1, 1], 2)?;
/// let counts = count_groups(&tags, &[0, 1, 1], 2, &Interrupt::never())?;
/// assert_eq!((counts.offsets, counts.tags, counts.counts), (vec![0, 2, 3], vec![0, 1, 1], vec![1, 1, 2]));
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`] if not every sample has one of the groups, [`Error::Interrupted`] if the caller wants to
/// stop.
pub fn count_groups(tags: &TagSets, groups: &[u32], n_groups: usize, interrupt: &Interrupt) -> Result<Counts> {
    let members = by_group(tags, groups, n_groups)?;
    let mut counts = Counts { offsets: vec![0], ..Counts::default() };
    let mut hits = vec![0u32; tags.n_tags()];
    let mut held = Vec::new();
    for rows in &members {
        for &row in rows {
            interrupt.step()?;
            for &tag in tags.row(row as usize) {
                let hits = &mut hits[tag as usize];
                if *hits == 0 {
                    held.push(tag);
                }
                *hits += 1;
            }
        }
        held.sort_unstable();
        counts.counts.extend(held.iter().map(|&tag| std::mem::take(&mut hits[tag as usize])));
        counts.tags.append(&mut held);
        counts.offsets.push(counts.tags.len() as i64);
    }
    Ok(counts)
}

/// The samples of each group, in order.
fn by_group(tags: &TagSets, groups: &[u32], n_groups: usize) -> Result<Vec<Vec<u32>>> {
    if groups.len() != tags.len() {
        return Err(Error::Malformed(format!(
            "groups: expected one for each of {} samples; found {}",
            tags.len(),
            groups.len()
        )));
    }
    let mut members = vec![Vec::new(); n_groups];
    for (row, &group) in (0..).zip(groups) {
        let Some(rows) = members.get_mut(group as usize) else {
            return Err(Error::Malformed(format!("groups: expected groups below {n_groups}; found {group}")));
        };
        rows.push(row);
    }
    Ok(members)
}

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
/// `groups` has the tags of each group, `counts` how often it holds each, in the same places. For every tag, each of
/// its holders is compared with each: time grows with the squares of their numbers. If most groups hold most tags, it
/// is no more than it takes to write the result.
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
/// [`Error::Malformed`] if not every tag has a count or a group repeats one, [`Error::Interrupted`] if the caller
/// wants to stop.
pub fn overlap(groups: &TagSets, counts: &[u32], interrupt: &Interrupt) -> Result<Overlap> {
    if counts.len() != groups.n_pairs() {
        return Err(Error::Malformed(format!(
            "counts: expected one for each of {} tags, none of them twice in a group; found {}",
            groups.n_pairs(),
            counts.len()
        )));
    }
    let mut holders = Postings::new(groups);
    // With no least number every tag is kept, in the place of its code.
    holders.fill_all(groups, 0, interrupt)?;
    let cells = groups.len() * groups.len();
    let mut overlap = Overlap { shared: Vec::with_capacity(cells), weighted: Vec::with_capacity(cells) };
    let mut line = vec![(0u32, 0u64); groups.len()];
    let mut place = 0;
    for group in 0..groups.len() {
        for &tag in groups.row(group) {
            interrupt.step()?;
            let count = u64::from(counts[place]);
            place += 1;
            for &other in holders.at(tag) {
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
