//! Near-copies: texts that share nearly all of their runs of five characters.

mod buckets;
mod sketch;
mod text;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::error::Result;
use crate::interrupt::Interrupt;
use buckets::{Comparison, Marks, Sketches, is_blank};
pub(crate) use text::mixed;

/// A text that is a copy of one that stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicate {
    /// The text.
    pub row: u32,
    /// The one that stays: of those that it is like the one that it is most like, and of these the first in order.
    pub of: u32,
    /// The Jaccard similarity of their runs of five characters; 1 for the same text.
    pub likeness: f64,
}

/// Finds the texts that are copies of one that comes before them in `order` and is no copy itself.
///
/// Letter case and white space do not count. Two texts are copies where the Jaccard similarity of their runs of five
/// characters is at least `threshold`, and they have the same numbers and the same words with symbols; without a
/// threshold where they are the same. Blank texts are never copies. Which texts are compared is found by `MinHash`: of
/// pairs that are just like enough one in five hundred may be missed. The result does not depend on the number of
/// threads.
///
/// ```
/// use instag::{Interrupt, duplicates};
///
/// let texts = ["Write a poem about the sea", "write a  poem about the sea", "Write a poem about the moon"];
/// let found = duplicates(&texts, &[0, 1, 2], Some(0.9), &Interrupt::never())?;
/// assert_eq!((found.len(), found[0].row, found[0].of, found[0].likeness), (1, 1, 0, 1.0));
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`](crate::Error::Malformed) where `order` does not hold every text once or the threshold is not
/// above 0 and at most 1, [`Error::Interrupted`](crate::Error::Interrupted) where the caller wants to stop.
pub fn duplicates(
    texts: &[&str],
    order: &[u32],
    threshold: Option<f64>,
    interrupt: &Interrupt,
) -> Result<Vec<Duplicate>> {
    buckets::check(texts.len(), order, threshold)?;
    let same = same(texts, order, interrupt)?;
    let mut stays: Vec<Option<(u32, f64)>> = vec![None; texts.len()];
    if let Some(threshold) = threshold {
        let first: Vec<u32> = order.iter().copied().filter(|&row| same[row as usize] == row).collect();
        let sketches = Sketches::new(texts, &first, threshold, Marks::Compared, interrupt)?;
        let mut kept: Vec<Vec<u32>> = vec![Vec::new(); sketches.buckets];
        let mut comparison = Comparison::new(texts, threshold, Marks::Compared);
        for (nth, &row) in (0..).zip(&first) {
            let mut best: Option<(f64, u32)> = None;
            for &bucket in sketches.of(nth) {
                for &other in &kept[bucket as usize] {
                    if let Some(likeness) = comparison.likeness(&sketches, nth, other, interrupt)?
                        && best.is_none_or(|(most, of)| likeness > most || (likeness >= most && other < of))
                    {
                        best = Some((likeness, other));
                    }
                }
            }
            match best {
                Some((likeness, other)) => stays[row as usize] = Some((first[other as usize], likeness)),
                None => sketches.of(nth).iter().for_each(|&bucket| kept[bucket as usize].push(nth)),
            }
        }
    }
    let found = (0..).zip(&same).filter_map(|(row, &first)| {
        let of_first = stays[first as usize];
        let (of, likeness) = if row == first { of_first? } else { of_first.unwrap_or((first, 1.0)) };
        Some(Duplicate { row, of, likeness })
    });
    Ok(found.collect())
}

/// Finds the groups that near-copies make: for each text the first of those that it is tied to, by way of others too.
///
/// Here only the runs of five characters count: texts that differ in a number are in one group, for who has seen one
/// has nearly seen the other.
///
/// # Errors
/// As of [`duplicates`].
pub fn duplicate_groups(texts: &[&str], threshold: f64, interrupt: &Interrupt) -> Result<Vec<u32>> {
    let order: Vec<u32> = (0..texts.len() as u32).collect();
    buckets::check(texts.len(), &order, Some(threshold))?;
    let mut groups = same(texts, &order, interrupt)?;
    let first: Vec<u32> = order.iter().copied().filter(|&row| groups[row as usize] == row).collect();
    let sketches = Sketches::new(texts, &first, threshold, Marks::Ignored, interrupt)?;
    // The texts of each bucket, those that are tied to each other together: one that is like any of them is tied to all.
    let mut there: Vec<Vec<Vec<u32>>> = vec![Vec::new(); sketches.buckets];
    let mut comparison = Comparison::new(texts, threshold, Marks::Ignored);
    for (nth, &row) in (0..).zip(&first) {
        for &bucket in sketches.of(nth) {
            for tied in &there[bucket as usize] {
                let (mine, theirs) = (root(&mut groups, row), root(&mut groups, first[tied[0] as usize]));
                if mine == theirs {
                    continue;
                }
                for &other in tied {
                    if comparison.likeness(&sketches, nth, other, interrupt)?.is_some() {
                        groups[mine.max(theirs) as usize] = mine.min(theirs);
                        break;
                    }
                }
            }
        }
        for &bucket in sketches.of(nth) {
            let mine = root(&mut groups, row);
            let lists = &mut there[bucket as usize];
            match lists.iter_mut().find(|tied| root(&mut groups, first[tied[0] as usize]) == mine) {
                Some(tied) => tied.push(nth),
                None => lists.push(vec![nth]),
            }
        }
    }
    for row in order {
        groups[row as usize] = root(&mut groups, row);
    }
    Ok(groups)
}

fn root(groups: &mut [u32], row: u32) -> u32 {
    let mut root = row;
    while groups[root as usize] != root {
        // Halving the way keeps it short.
        groups[root as usize] = groups[groups[root as usize] as usize];
        root = groups[root as usize];
    }
    root
}

/// For each text the first one that is the same; the text itself if it is the first, or blank.
fn same(texts: &[&str], order: &[u32], interrupt: &Interrupt) -> Result<Vec<u32>> {
    let mut first: HashMap<u64, u32, FixedState> = HashMap::default();
    let mut same: Vec<u32> = (0..texts.len() as u32).collect();
    for &row in order {
        let normal = text::normal(texts[row as usize]);
        for _ in 0..=normal.len() / 64 {
            interrupt.step()?;
        }
        if is_blank(&normal) {
            continue;
        }
        let earlier = *first.entry(text::hash(&normal)).or_insert(row);
        if earlier != row && text::normal(texts[earlier as usize]) == normal {
            same[row as usize] = earlier;
        }
    }
    Ok(same)
}
