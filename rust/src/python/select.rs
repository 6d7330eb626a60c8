//! Samples: ranked, explained, measured.

use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;

use super::tagsets::Sets;
use super::work::{Array, copied, detached};
use crate::{Measures, Method, Novelty, Ranking};

#[pyfunction]
pub(super) fn rank<'py>(
    py: Python<'py>,
    sets: &Sets,
    method: &str,
    budget: usize,
    seed: Option<u64>,
) -> PyResult<(Array<'py, u32>, Array<'py, u32>)> {
    let method: Method = method.parse()?;
    let Ranking { rows, rounds } = detached(py, |interrupt| crate::rank(&sets.0, method, budget, seed, interrupt))?;
    Ok((rows.into_pyarray(py), rounds.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn novelty<'py>(
    py: Python<'py>,
    sets: &Sets,
    rows: PyReadonlyArray1<'py, u32>,
    rounds: PyReadonlyArray1<'py, u32>,
) -> PyResult<(Array<'py, i64>, Array<'py, u32>)> {
    let ranking = Ranking { rows: copied(&rows)?, rounds: copied(&rounds)? };
    let Novelty { offsets, codes } = detached(py, |interrupt| crate::novelty(&sets.0, &ranking, interrupt))?;
    Ok((offsets.into_pyarray(py), codes.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn measure(py: Python<'_>, sets: &Sets, rows: Option<PyReadonlyArray1<'_, u32>>) -> PyResult<(u64, u64)> {
    let rows = rows.as_ref().map(copied).transpose()?;
    let Measures { pairs, distinct } = detached(py, |interrupt| crate::measure(&sets.0, rows.as_deref(), interrupt))?;
    Ok((pairs, distinct))
}
