//! What a method returns: samples in order of selection, and why each was taken.

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// Samples in order of selection: every smaller budget is a prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// The rows that were taken.
    pub rows: Vec<u32>,
    /// For each of them the round it was taken in, from 1. Coverage begins anew with every round.
    pub rounds: Vec<u32>,
}

impl Ranking {
    /// All in one round.
    pub(super) fn single_round(rows: impl Iterator<Item = u32>, budget: usize) -> Self {
        let rows: Vec<u32> = rows.take(budget).collect();
        let rounds = vec![1; rows.len()];
        Self { rows, rounds }
    }
}

/// Compressed sparse rows, one for each sample of a ranking: the tags it newly covered, in the order it holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Novelty {
    /// Where each sample's tags begin, and at the end where the last one's end.
    pub offsets: Vec<i64>,
    /// The tags.
    pub codes: Vec<u32>,
}

/// The tags that each sample of a ranking newly covered.
///
/// Samples that a method passed over in a round had nothing new, so the ranking alone shows what was.
///
/// # Errors
/// [`Error::Malformed`] if a row is none of these samples or has no round, [`Error::Interrupted`] if the caller
/// wants to stop.
pub fn novelty(tags: &TagSets, ranking: &Ranking, interrupt: &Interrupt) -> Result<Novelty> {
    tags.check_rows(&ranking.rows)?;
    let (rows, rounds) = (ranking.rows.len(), ranking.rounds.len());
    if rows != rounds {
        return Err(Error::Malformed(format!("rounds: expected one for each of {rows} rows; found {rounds}")));
    }
    let mut covered_in = vec![0; tags.n_tags()];
    let mut offsets = Vec::with_capacity(rows + 1);
    offsets.push(0);
    let mut codes = Vec::new();
    for (&row, &round) in ranking.rows.iter().zip(&ranking.rounds) {
        interrupt.step()?;
        for &tag in tags.row(row as usize) {
            if std::mem::replace(&mut covered_in[tag as usize], round) != round {
                codes.push(tag);
            }
        }
        offsets.push(codes.len() as i64);
    }
    Ok(Novelty { offsets, codes })
}
