//! Selection by gain: a problem and a constraint, which keep what they are given.

use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;

use super::tagsets::Sets;
use super::work::{Array, copied, detached};
use crate::{Certificate, Constraint, Cost, Curve, Error, Problem, Quotas, Selection, Spread};

/// The tags that a holder of each counts for, and how much: offsets, tags and shares.
type Near<'py> = (PyReadonlyArray1<'py, i64>, PyReadonlyArray1<'py, u32>, PyReadonlyArray1<'py, u32>);

/// What is to be chosen from, and what makes a choice good.
#[pyclass(frozen, module = "instag._core", name = "Problem")]
pub(super) struct Objective {
    sets: Py<Sets>,
    curve: Curve,
    weights: Option<Vec<f64>>,
    quality: Option<Vec<f64>>,
    before: Option<Vec<f64>>,
    spread: Option<(Vec<i64>, Vec<u32>, Vec<u32>)>,
    available: Option<Vec<bool>>,
    wanted: Vec<(u32, u32)>,
    seed: Option<u64>,
}

#[pymethods]
impl Objective {
    #[new]
    #[pyo3(signature = (sets, curve, parameter, *, weights=None, quality=None, before=None, spread=None, available=None, wanted=Vec::new(), seed=None))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword")]
    fn new(
        sets: Py<Sets>,
        curve: &str,
        parameter: f64,
        weights: Option<PyReadonlyArray1<'_, f64>>,
        quality: Option<PyReadonlyArray1<'_, f64>>,
        before: Option<PyReadonlyArray1<'_, f64>>,
        spread: Option<Near<'_>>,
        available: Option<PyReadonlyArray1<'_, bool>>,
        wanted: Vec<(u32, u32)>,
        seed: Option<u64>,
    ) -> PyResult<Self> {
        let curve = match curve {
            "power" => Curve::Power(parameter),
            "log" => Curve::Log,
            "capped" => Curve::Capped(parameter),
            _ => {
                let why = format!("curve: expected one of power, log, capped; found {curve:?}");
                return Err(Error::Malformed(why).into());
            }
        };
        Ok(Self {
            sets,
            curve,
            weights: weights.as_ref().map(copied).transpose()?,
            quality: quality.as_ref().map(copied).transpose()?,
            before: before.as_ref().map(copied).transpose()?,
            spread: spread
                .as_ref()
                .map(|(offsets, tags, shares)| PyResult::Ok((copied(offsets)?, copied(tags)?, copied(shares)?)))
                .transpose()?,
            available: available.as_ref().map(copied).transpose()?,
            wanted,
            seed,
        })
    }
}

impl Objective {
    fn problem(&self) -> Problem<'_> {
        Problem {
            tags: &self.sets.get().0,
            curve: self.curve,
            weights: self.weights.as_deref(),
            quality: self.quality.as_deref(),
            before: self.before.as_deref(),
            spread: self.spread.as_ref().map(|(offsets, tags, shares)| Spread { offsets, tags, shares }),
            available: self.available.as_deref(),
            wanted: &self.wanted,
            seed: self.seed,
        }
    }
}

/// Which selections are allowed.
#[pyclass(frozen, module = "instag._core", name = "Constraint")]
pub(super) struct Allowed {
    budget: u64,
    cost: Option<(Vec<u64>, f64)>,
    groups: Option<[Vec<u64>; 3]>,
    group_of: Vec<u32>,
}

#[pymethods]
impl Allowed {
    #[new]
    #[pyo3(signature = (budget, *, cost=None, exponent=1.0, groups=None, at_least=None, at_most=None, before=None))]
    fn new(
        budget: u64,
        cost: Option<PyReadonlyArray1<'_, u64>>,
        exponent: f64,
        groups: Option<PyReadonlyArray1<'_, u32>>,
        at_least: Option<PyReadonlyArray1<'_, u64>>,
        at_most: Option<PyReadonlyArray1<'_, u64>>,
        before: Option<PyReadonlyArray1<'_, u64>>,
    ) -> PyResult<Self> {
        let bounds = match (at_least, at_most, before) {
            (Some(at_least), Some(at_most), Some(before)) if groups.is_some() => {
                Some([copied(&at_least)?, copied(&at_most)?, copied(&before)?])
            }
            _ => None,
        };
        Ok(Self {
            budget,
            cost: cost.as_ref().map(|cost| PyResult::Ok((copied(cost)?, exponent))).transpose()?,
            groups: bounds,
            group_of: groups.as_ref().map(copied).transpose()?.unwrap_or_default(),
        })
    }
}

impl Allowed {
    fn constraint(&self) -> Constraint<'_> {
        Constraint {
            budget: self.budget,
            cost: self.cost.as_ref().map(|(costs, exponent)| Cost { costs, exponent: *exponent }),
            quotas: self.groups.as_ref().map(|[at_least, at_most, before]| Quotas {
                groups: &self.group_of,
                at_least,
                at_most,
                before,
            }),
        }
    }
}

/// Rows, gains, and whether the last was filled in.
type Chosen<'py> = (Array<'py, u32>, Array<'py, f64>, bool);

#[pyfunction]
pub(super) fn choose<'py>(py: Python<'py>, problem: &Objective, constraint: &Allowed) -> PyResult<Chosen<'py>> {
    let Selection { rows, gains, filled } =
        detached(py, |interrupt| crate::choose(&problem.problem(), &constraint.constraint(), interrupt))?;
    Ok((rows.into_pyarray(py), gains.into_pyarray(py), filled))
}

/// The value, and an upper bound of the best one.
#[pyfunction]
pub(super) fn certify(
    py: Python<'_>,
    problem: &Objective,
    constraint: &Allowed,
    rows: PyReadonlyArray1<'_, u32>,
    steps: usize,
) -> PyResult<(f64, f64)> {
    let rows = copied(&rows)?;
    let Certificate { value, bound } = detached(py, |interrupt| {
        crate::certify(&problem.problem(), &constraint.constraint(), &rows, steps, interrupt)
    })?;
    Ok((value, bound))
}
