//! Why a sample was taken: the tags that it was the first to cover in its round.

use super::Ranking;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

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
/// Samples that a method passed over in a round had nothing new, so the ranking alone tells.
///
/// # Errors
/// [`Error::Malformed`] where a row is none of these samples or has no round, [`Error::Interrupted`] where the caller
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
