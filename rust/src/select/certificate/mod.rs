//! How good a selection is, whoever made it: an upper bound on the best that is possible.
//!
//! For any prices u ≥ 0 of the tags,
//!
//! ```text
//! max F ≤ Σ_t max_n (w_t φ(n) − u_t n) + max over allowed S of Σ_{i ∈ S} q_i Σ_{s ∈ T_i} Σ_t a_st u_t.
//! ```
//!
//! The first part is looked up on the curve. In the second the rows have worth of their own, and the best S is found by
//! taking them in order of worth for cost, the last in part: for counts and quotas that is exact, for costs a bound, as
//! it is for a knapsack. Prices equal to the gains of the selection at hand give the bound that is usual for a greedy
//! algorithm; steps along the subgradient close most of what is open after it.
//!
//! Sums are of floats: what their rounding can amount to is added to the bound.

mod dual;

use super::constraint::Constraint;
use super::problem::Problem;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use dual::{Bound, Dual};

/// What a selection is worth, beside what is possible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Certificate {
    /// What the selection adds to the objective.
    pub value: f64,
    /// No allowed selection adds more.
    pub bound: f64,
}

/// A bound this near is not worth another step.
const NEAR: f64 = 1e-3;
/// Steps without a better bound before steps become shorter.
const PATIENCE: usize = 5;

/// Certifies the rows of a selection.
///
/// Wanted tags are left out on both sides. The bound is the best of `steps` steps, or of fewer if it is within 0.1 %.
///
/// # Errors
/// [`Error::Malformed`] if an array or number is not what it has to be, or a row comes twice or may not be chosen;
/// [`Error::TooMany`] if something counts too much, [`Error::Interrupted`] if the caller wants to stop.
pub fn certify(
    problem: &Problem,
    constraint: &Constraint,
    rows: &[u32],
    steps: usize,
    interrupt: &Interrupt,
) -> Result<Certificate> {
    problem.check()?;
    constraint.check(problem.tags)?;
    check(problem, rows)?;
    let dual = Dual::new(problem, constraint, interrupt)?;
    let mut held = vec![0.0; dual.before.len()];
    for &row in rows {
        interrupt.step()?;
        for &tag in problem.tags.row(row as usize) {
            held[tag as usize] += dual.quality(row);
        }
    }
    let counts = dual.with_before(dual.spread(held));
    let value: f64 = (0..counts.len()).map(|tag| dual.worth(tag, counts[tag])).sum();
    let mut prices: Vec<f64> = (0..counts.len()).map(|tag| dual.slope(tag, counts[tag])).collect();
    // How far a price can move: what the next holder adds less than the one before.
    let scales: Vec<f64> = (0..counts.len()).map(|tag| prices[tag] / (1.0 + counts[tag])).collect();
    let mut bound = f64::INFINITY;
    let (mut cut, mut pace, mut stalled) = (0.0, 1.0, 0);
    for step in 0..=steps {
        let found = dual.bound(&prices, cut, interrupt)?;
        cut = found.cut();
        let Bound { total, gradient, .. } = found;
        if total < bound {
            bound = total;
            stalled = 0;
        } else {
            stalled += 1;
        }
        if step == steps || bound <= value * (1.0 + NEAR) {
            break;
        }
        if stalled == PATIENCE {
            (pace, stalled) = (pace / 2.0, 0);
        }
        // The length that would close the gap at once, if the bound were straight (Polyak, 1969).
        let length: f64 = gradient.iter().zip(&scales).map(|(slope, scale)| slope * slope * scale).sum();
        if length <= 0.0 {
            break;
        }
        let length = pace * (total - value).max(0.0) / length;
        for ((price, slope), scale) in prices.iter_mut().zip(&gradient).zip(&scales) {
            *price = (*price - length * scale * slope).max(0.0);
        }
    }
    // A sum of n floats that are not negative errs by less than n half units in the last place.
    let near = problem.spread.map_or(0, |spread| 2 * spread.tags.len());
    let summed = (problem.tags.n_pairs() + problem.tags.len() + problem.tags.n_tags() + near) as f64;
    Ok(Certificate { value, bound: (bound * (1.0 + 2.0 * summed * f64::EPSILON)).max(value) })
}

fn check(problem: &Problem, rows: &[u32]) -> Result<()> {
    problem.tags.check_rows(rows)?;
    let mut seen = vec![false; problem.tags.len()];
    for &row in rows {
        if std::mem::replace(&mut seen[row as usize], true) {
            return Err(Error::Malformed(format!("rows: expected each once; found {row} twice")));
        }
        if problem.available.is_some_and(|available| !available[row as usize]) {
            return Err(Error::Malformed(format!("rows: expected rows that may be chosen; found {row}")));
        }
    }
    Ok(())
}
