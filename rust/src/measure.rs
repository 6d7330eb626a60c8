//! What a set of samples holds.

use std::mem::replace;

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// Counts over a set of samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    /// The (sample, tag) pairs.
    pub pairs: u64,
    /// The distinct tags.
    pub distinct: u64,
}

/// Measures all samples, or those of `rows`.
///
/// # Errors
/// [`Error::Malformed`](crate::Error::Malformed) if a row is not a sample,
/// [`Error::Interrupted`](crate::Error::Interrupted) if the caller wants to stop.
pub fn measure(tags: &TagSets, rows: Option<&[u32]>, interrupt: &Interrupt) -> Result<Measures> {
    let Some(rows) = rows else {
        let held = tags.holders().iter().filter(|&&holders| holders > 0).count();
        return Ok(Measures { pairs: tags.n_pairs() as u64, distinct: held as u64 });
    };
    tags.check_rows(rows)?;
    let mut seen = vec![false; tags.n_tags()];
    let mut measures = Measures::default();
    for &row in rows {
        interrupt.step()?;
        for &tag in tags.row(row as usize) {
            measures.pairs += 1;
            measures.distinct += u64::from(!replace(&mut seen[tag as usize], true));
        }
    }
    Ok(measures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_pairs_and_distinct_tags() {
        let tags = TagSets::new(&[0, 2, 4, 4], &[0, 1, 1, 2], 5).unwrap();
        let measured = |rows| measure(&tags, rows, &Interrupt::never());
        assert_eq!(measured(None), Ok(Measures { pairs: 4, distinct: 3 }));
        assert_eq!(measured(Some(&[0, 1, 2])), measured(None));
        assert_eq!(measured(Some(&[1])), Ok(Measures { pairs: 2, distinct: 2 }));
        assert_eq!(measured(Some(&[])), Ok(Measures::default()));
        assert!(measured(Some(&[3])).is_err());
    }
}
