//! What a set of samples holds.

use crate::tags::TagSets;

/// Counts over a set of samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    /// The (sample, tag) pairs.
    pub pairs: u64,
    /// The distinct tags.
    pub distinct: u64,
}

/// Measures the samples of `rows`.
#[must_use]
pub fn measure(tags: &TagSets, rows: impl IntoIterator<Item = u32>) -> Measures {
    let mut seen = vec![false; tags.n_tags()];
    let mut measures = Measures::default();
    for row in rows {
        for &tag in tags.row(row as usize) {
            measures.pairs += 1;
            measures.distinct += u64::from(!std::mem::replace(&mut seen[tag as usize], true));
        }
    }
    measures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_pairs_and_distinct_tags() {
        let tags = TagSets::new(&[0, 2, 4, 4], &[0, 1, 1, 2], 5).unwrap();
        assert_eq!(measure(&tags, 0..3), Measures { pairs: 4, distinct: 3 });
        assert_eq!(measure(&tags, [1]), Measures { pairs: 2, distinct: 2 });
        assert_eq!(measure(&tags, []), Measures::default());
    }
}
