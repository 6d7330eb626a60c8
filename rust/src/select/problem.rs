//! What is to be chosen from, and what makes a choice good.

use super::objective::curve::Curve;
use super::objective::spread::Spread;
use crate::error::{Error, Result};
use crate::tags::TagSets;

/// The objective `F(S) = Σ_t w_t · φ(Σ_s a_st (b_s + Σ_{i ∈ S, s ∈ T_i} q_i))`, and the samples that may be in S.
///
/// It is monotone and submodular whatever is given, for every part is non-negative and φ is concave.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// The tags of the samples.
    pub tags: &'a TagSets<'a>,
    /// φ.
    pub curve: Curve,
    /// w: what each tag is worth; 1 if there are no weights.
    pub weights: Option<&'a [f64]>,
    /// q: how much each sample counts; 1 if there is no quality.
    pub quality: Option<&'a [f64]>,
    /// b: what an earlier selection holds of each tag.
    pub before: Option<&'a [f64]>,
    /// a: how much a holder of a tag counts for other tags; without it, for that tag alone.
    pub spread: Option<Spread<'a>>,
    /// Which samples may be chosen; without it, all.
    pub available: Option<&'a [bool]>,
    /// Tags of which some holders are wanted before all else, and how many.
    pub wanted: &'a [(u32, u32)],
    /// Orders ties at random; without it, the earlier row comes first.
    pub seed: Option<u64>,
}

impl<'a> Problem<'a> {
    /// Tags alone count, each alike.
    #[must_use]
    pub fn new(tags: &'a TagSets<'a>, curve: Curve) -> Self {
        Self {
            tags,
            curve,
            weights: None,
            quality: None,
            before: None,
            spread: None,
            available: None,
            wanted: &[],
            seed: None,
        }
    }

    /// Checks lengths and numbers.
    pub(crate) fn check(&self) -> Result<()> {
        let (rows, tags) = (self.tags.len(), self.tags.n_tags());
        non_negative("weights", self.weights, tags, "tags")?;
        non_negative("quality", self.quality, rows, "rows")?;
        non_negative("before", self.before, tags, "tags")?;
        self.spread.map_or(Ok(()), |spread| spread.check(tags))?;
        if let Some(available) = self.available {
            length("available", available.len(), rows, "rows")?;
        }
        match self.wanted.iter().find(|(tag, _)| *tag as usize >= tags) {
            None => Ok(()),
            Some((tag, _)) => Err(Error::Malformed(format!("wanted: expected tags below {tags}; found {tag}"))),
        }
    }

    /// Whether a sample may be chosen: it has tags, and is available.
    #[inline]
    pub(crate) fn offers(&self, row: u32) -> bool {
        self.available.is_none_or(|available| available[row as usize]) && !self.tags.row(row as usize).is_empty()
    }
}

pub(super) fn length(name: &str, found: usize, expected: usize, of: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Malformed(format!("{name}: expected one for each of {expected} {of}; found {found}")))
}

fn non_negative(name: &str, numbers: Option<&[f64]>, expected: usize, of: &str) -> Result<()> {
    let Some(numbers) = numbers else { return Ok(()) };
    length(name, numbers.len(), expected, of)?;
    match numbers.iter().position(|number| !(number.is_finite() && *number >= 0.0)) {
        None => Ok(()),
        Some(place) => Err(Error::Malformed(format!(
            "{name}: expected finite numbers of 0 or more; found {} at {place}",
            numbers[place]
        ))),
    }
}
