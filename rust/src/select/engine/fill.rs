//! Greedy+Max: the best of the selections that end earlier, with one more row that still fits there.
//!
//! By gain for cost, the greedy algorithm may leave a part of the budget that no row fits into. At each step the row that
//! gains most of those that fit is tried as the last one. A step wins only if its value and that row's gain are above
//! the value at the end: few steps, and by one look at the rows few of those, have to be tried.

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::constraint::Constraint;
use crate::select::objective::Gains;
use crate::select::problem::Problem;

/// Rows in the order they were taken.
#[derive(Debug, Default)]
pub(super) struct Picks {
    pub(super) rows: Vec<u32>,
    pub(super) gains: Vec<u64>,
}

/// A row that might be the last one.
struct Candidate {
    row: u32,
    /// The last step at which it fits.
    last: usize,
}

/// Ends the picks earlier, with one more row, if that is better; whether it is. The objective has counted nothing yet.
pub(super) fn fill<G: Gains>(
    problem: &Problem,
    constraint: &Constraint,
    mut objective: G,
    picks: &mut Picks,
    interrupt: &Interrupt,
) -> Result<bool> {
    let tags = problem.tags;
    let most = (0..tags.len() as u32).map(|row| objective.most(row, tags.row(row as usize).len())).max().unwrap_or(0);
    let losses = losses(&picks.gains, most);
    let first = picks.rows.len() + 1 - losses.len();
    let mut limits = constraint.limits();
    let mut taken = vec![false; tags.len()];
    for (nth, &row) in picks.rows.iter().enumerate() {
        taken[row as usize] = true;
        if nth < first {
            objective.take(row, tags.row(row as usize));
            limits.take(row);
        }
    }
    let left = lefts(constraint, &picks.rows, first);
    let mut candidates = Vec::new();
    for row in 0..tags.len() as u32 {
        interrupt.step()?;
        if taken[row as usize] || !problem.offers(row) || !limits.admits(row) {
            continue;
        }
        let cost = constraint.cost_of(row);
        let last = first + left.partition_point(|&left| left >= cost) - 1;
        if u128::from(objective.gain(row, tags.row(row as usize))) > losses[last - first] {
            candidates.push(Candidate { row, last });
        }
    }
    let (mut best, mut more) = (None, 0);
    for step in first..=picks.rows.len() {
        if candidates.is_empty() {
            break;
        }
        let mut kept = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            interrupt.step()?;
            let Candidate { row, last } = candidate;
            if step > last || !limits.admits(row) {
                continue;
            }
            let gain = objective.gain(row, tags.row(row as usize));
            if u128::from(gain) > losses[step - first] + more {
                more = u128::from(gain) - losses[step - first];
                best = Some((step, row, gain));
            }
            // Gains fall: it may win later only if it would win with this one.
            if u128::from(gain) > losses[last - first] + more {
                kept.push(candidate);
            }
        }
        candidates = kept;
        if let Some(&row) = picks.rows.get(step) {
            objective.take(row, tags.row(row as usize));
            limits.take(row);
        }
    }
    let Some((step, row, gain)) = best else { return Ok(false) };
    picks.rows.truncate(step);
    picks.gains.truncate(step);
    picks.rows.push(row);
    picks.gains.push(gain);
    Ok(true)
}

/// For each of the last steps, what the selection has not gained yet of what it gains in the end: as long as that is
/// below the most that one row gains.
fn losses(gains: &[u64], most: u64) -> Vec<u128> {
    let lost = gains.iter().rev().scan(0, |total, &gain| {
        *total += u128::from(gain);
        Some(*total)
    });
    let below = lost.take_while(|&lost| lost < u128::from(most));
    let mut lost: Vec<u128> = std::iter::once(0).chain(below).collect();
    lost.reverse();
    lost
}

/// For each step from the `first` on, what is left of the budget.
fn lefts(constraint: &Constraint, rows: &[u32], first: usize) -> Vec<u64> {
    let (before, after) = rows.split_at(first);
    let cost = |rows: &[u32]| rows.iter().map(|&row| constraint.cost_of(row)).sum::<u64>();
    let spent = after.iter().scan(cost(before), |spent, &row| {
        *spent += constraint.cost_of(row);
        Some(*spent)
    });
    std::iter::once(cost(before)).chain(spent).map(|spent| constraint.budget.saturating_sub(spent)).collect()
}
