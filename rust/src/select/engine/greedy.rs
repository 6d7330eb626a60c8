//! The exact greedy algorithm: of all rows that may join, take the one that gains most, or most for what it costs.

use super::fill;
use super::run::Run;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::constraint::Constraint;
use crate::select::objective::{self, Gains, Use};
use crate::select::problem::Problem;

/// Samples in order of selection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// The rows that were taken.
    pub rows: Vec<u32>,
    /// What each of them added to the objective, when it was taken.
    pub gains: Vec<f64>,
    /// Whether the last row was taken because it still fitted, in place of others: every other is in the selection of
    /// every larger budget.
    pub filled: bool,
}

/// Chooses what is best by the objective, within the constraint.
///
/// Ties go to the earlier row, or by the seed. Where rows have a cost, the selection is at last compared with those that
/// end earlier, with one more row that fits (Greedy+Max). A row that would add nothing is not taken.
///
/// ```
/// use instag::{Constraint, Curve, Interrupt, Problem, TagSets, choose};
///
/// let tags = TagSets::new(&[0, 3, 5, 6], &[0, 1, 2, 0, 1, 3], 4)?;
/// let problem = Problem::new(&tags, Curve::Power(0.5));
/// let chosen = choose(&problem, &Constraint::count(2), &Interrupt::never())?;
/// assert_eq!(chosen.rows, [0, 2]);
/// assert_eq!(chosen.gains, [3.0, 1.0]);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`crate::Error::Malformed`] if an array or number is not what it has to be, [`crate::Error::TooMany`] if
/// something counts too much, [`crate::Error::Interrupted`] if the caller wants to stop.
pub fn choose(problem: &Problem, constraint: &Constraint, interrupt: &Interrupt) -> Result<Selection> {
    problem.check()?;
    constraint.check(problem.tags)?;
    let rows = if constraint.cost.is_none() { constraint.budget } else { u64::MAX };
    objective::of(problem, rows, interrupt, &Greedy { problem, constraint, interrupt })
}

/// Chooses by an objective.
struct Greedy<'a, 'p> {
    problem: &'a Problem<'p>,
    constraint: &'a Constraint<'p>,
    interrupt: &'a Interrupt<'a>,
}

impl Use for Greedy<'_, '_> {
    type Made = Selection;

    fn with<G: Gains>(&self, objective: impl Fn() -> Result<G>) -> Result<Selection> {
        let &Self { problem, constraint, interrupt } = self;
        let counting = objective()?;
        let unit = counting.unit();
        let mut picks = Run::new(problem, constraint, counting, interrupt)?.all()?;
        let mut filled = false;
        if constraint.cost.is_some() && !constraint.has_lower_quotas() {
            filled = fill::fill(problem, constraint, objective()?, &mut picks, interrupt)?;
        }
        let gains = picks.gains.into_iter().map(|gain| gain as f64 / unit).collect();
        Ok(Selection { rows: picks.rows, gains, filled })
    }
}
