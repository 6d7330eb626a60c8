//! The first samples that hold each tag: examples of it.

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// Compressed sparse rows, one a tag: samples that hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firsts {
    /// Where each tag's samples begin, and at the end where the last one's end.
    pub offsets: Vec<i64>,
    /// The samples.
    pub rows: Vec<u32>,
}

/// The first samples among `rows` that hold each tag, up to `most` of them.
///
/// # Errors
/// [`Error::Interrupted`](crate::Error::Interrupted) where the caller wants to stop.
///
/// # Panics
/// Where a row is no sample; [`TagSets::check_rows`] tells.
pub fn firsts(
    tags: &TagSets,
    rows: impl IntoIterator<Item = u32>,
    most: usize,
    interrupt: &Interrupt,
) -> Result<Firsts> {
    let mut found = vec![Vec::new(); tags.n_tags()];
    for row in rows {
        interrupt.step()?;
        for &tag in tags.row(row as usize) {
            let rows: &mut Vec<u32> = &mut found[tag as usize];
            if rows.len() < most {
                rows.push(row);
            }
        }
    }
    let mut offsets = Vec::with_capacity(found.len() + 1);
    offsets.push(0);
    offsets.extend(found.iter().scan(0, |end, rows| {
        *end += rows.len() as i64;
        Some(*end)
    }));
    Ok(Firsts { offsets, rows: found.concat() })
}
