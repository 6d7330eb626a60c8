//! What the first samples of an order hold, and where it begins to cover anew.

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::measure::Measures;
use crate::select::{Method, rank};
use crate::tags::TagSets;

/// Measures the first samples of `rows`, for each of `sizes`, in one walk.
///
/// ```
/// use instag::{Interrupt, Measures, TagSets, prefixes};
///
/// let tags = TagSets::new(&[0, 2, 3, 4], &[0, 1, 1, 2], 3)?;
/// let measured = prefixes(&tags, &[1, 0, 2], &[1, 3], &Interrupt::never())?;
/// assert_eq!(measured, [Measures { pairs: 1, distinct: 1 }, Measures { pairs: 4, distinct: 3 }]);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`] if a row is not a sample, or the sizes fall or go beyond the rows; [`Error::Interrupted`] if
/// the caller wants to stop.
pub fn prefixes(tags: &TagSets, rows: &[u32], sizes: &[u32], interrupt: &Interrupt) -> Result<Vec<Measures>> {
    tags.check_rows(rows)?;
    check_sizes(sizes, rows.len())?;
    walk(tags, rows, sizes, interrupt)
}

fn check_sizes(sizes: &[u32], rows: usize) -> Result<()> {
    if sizes.is_sorted() && sizes.last().is_none_or(|&last| last as usize <= rows) {
        return Ok(());
    }
    Err(Error::Malformed(format!("sizes: expected them to rise to {rows} at most, the rows")))
}

fn walk(tags: &TagSets, rows: &[u32], sizes: &[u32], interrupt: &Interrupt) -> Result<Vec<Measures>> {
    let mut seen = vec![false; tags.n_tags()];
    let mut so_far = Measures::default();
    let mut rest = rows;
    let mut walked = 0;
    let mut measured = Vec::with_capacity(sizes.len());
    for &size in sizes {
        let (next, after) = rest.split_at(size as usize - walked);
        for &row in next {
            interrupt.step()?;
            for &tag in tags.row(row as usize) {
                so_far.pairs += 1;
                so_far.distinct += u64::from(!std::mem::replace(&mut seen[tag as usize], true));
            }
        }
        (rest, walked) = (after, size as usize);
        measured.push(so_far);
    }
    Ok(measured)
}

/// Measures the first samples of a ranking, for each of `sizes`; and of another for every further seed.
///
/// # Errors
/// [`Error::Malformed`] if the sizes fall or go beyond the samples that have tags, [`Error::Interrupted`] if the
/// caller wants to stop.
pub fn trace(
    tags: &TagSets,
    method: Method,
    seeds: &[Option<u64>],
    sizes: &[u32],
    interrupt: &Interrupt,
) -> Result<Vec<Vec<Measures>>> {
    let budget = sizes.last().map_or(0, |&last| last as usize);
    let one = |&seed: &Option<u64>| {
        let ranking = rank(tags, method, budget, seed, interrupt)?;
        check_sizes(sizes, ranking.rows.len())?;
        walk(tags, &ranking.rows, sizes, interrupt)
    };
    seeds.iter().map(one).collect()
}

/// The round of each sample, from 1: one whose tags are all covered in a round begins the next.
///
/// For samples in the order in which a method in rounds took them, these are its rounds: a sample that a round passes
/// over is covered in it. Samples without tags begin no round.
///
/// ```
/// use instag::{Interrupt, TagSets, rounds};
///
/// let tags = TagSets::new(&[0, 2, 3, 3, 4], &[0, 1, 1, 2], 3)?;
/// assert_eq!(rounds(&tags, &Interrupt::never())?, [1, 2, 2, 2]);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Interrupted`] if the caller wants to stop.
pub fn rounds(tags: &TagSets, interrupt: &Interrupt) -> Result<Vec<u32>> {
    let mut covered_in = vec![0; tags.n_tags()];
    let mut round = 1;
    (0..tags.len())
        .map(|row| {
            interrupt.step()?;
            let held = tags.row(row);
            round += u32::from(!held.is_empty() && held.iter().all(|&tag| covered_in[tag as usize] == round));
            for &tag in held {
                covered_in[tag as usize] = round;
            }
            Ok(round)
        })
        .collect()
}
