//! Ranking samples: one file a method; and [`choose`], by problem, objective, constraint and engine.
//!
//! A method is a function from the tag sets to a [`Ranking`]. To add one: a file in this folder, a variant of
//! [`Method`], its name in [`Method::ALL`], and an arm in [`rank`].

#![allow(clippy::cast_precision_loss, reason = "counts, costs and gains of real data need no more than 52 bits")]

mod baselines;
mod certificate;
mod complexity_first;
mod constraint;
mod engine;
mod objective;
mod order;
mod problem;
mod selection;

use std::str::FromStr;

pub use certificate::{Certificate, certify};
pub use constraint::{Constraint, Cost, Quotas};
pub use engine::{Selection, choose};
pub use objective::{Curve, Spread};
pub use problem::Problem;
pub use selection::{Novelty, Ranking, novelty};

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::tags::TagSets;
use engine::buckets;

/// How samples are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Complexity-first diverse sampling: Algorithm 1 of the InsTag paper.
    ComplexityFirst,
    /// Greedy maximum coverage, in rounds.
    Coverage,
    /// Most tags first.
    Complexity,
    /// In random order.
    Random,
}

impl Method {
    /// Every method under its name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("complexity-first", Self::ComplexityFirst),
        ("coverage", Self::Coverage),
        ("complexity", Self::Complexity),
        ("random", Self::Random),
    ];
}

impl FromStr for Method {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        known.map(|&(_, method)| method).ok_or_else(|| Error::UnknownMethod {
            found: name.to_owned(),
            expected: Self::ALL.map(|(known, _)| known).join(", "),
        })
    }
}

/// Ranks up to `budget` samples.
///
/// Samples without tags are never taken, so fewer than `budget` may come back. Ties go to the sample that comes
/// first, or by `seed` if one is given. The result depends on nothing else.
///
/// ```
/// use instag::{Interrupt, Method, TagSets, rank};
///
/// let tags = TagSets::new(&[0, 3, 5, 6], &[0, 1, 2, 0, 1, 3], 4)?;
/// let ranking = rank(&tags, Method::ComplexityFirst, 3, None, &Interrupt::never())?;
/// assert_eq!(ranking.rows, [0, 2, 1]);
/// assert_eq!(ranking.rounds, [1, 1, 2]); // row 1 had nothing new in the first round
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Interrupted`] if the caller wants to stop.
pub fn rank(
    tags: &TagSets,
    method: Method,
    budget: usize,
    seed: Option<u64>,
    interrupt: &Interrupt,
) -> Result<Ranking> {
    match method {
        Method::ComplexityFirst => complexity_first::rank(tags, budget, seed, interrupt),
        Method::Coverage => buckets::rank(tags, budget, seed, interrupt),
        Method::Complexity => baselines::complexity(tags, budget, seed, interrupt),
        Method::Random => baselines::random(tags, budget, seed, interrupt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_methods() {
        for (name, method) in Method::ALL {
            assert_eq!(name.parse(), Ok(method));
        }
        assert_eq!(
            "greedy".parse::<Method>().unwrap_err().to_string(),
            "method: expected one of complexity-first, coverage, complexity, random; found \"greedy\""
        );
    }
}
