//! Samples: ranked, explained, measured.

use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;

use super::work::{Array, detached};
use crate::{Measures, Method, Novelty, Ranking, TagSets};

#[pyfunction]
pub(super) fn rank<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    method: &str,
    budget: usize,
    seed: Option<u64>,
) -> PyResult<(Array<'py, u32>, Array<'py, u32>)> {
    let method: Method = method.parse()?;
    let (offsets, codes) = (offsets.as_slice()?, codes.as_slice()?);
    let Ranking { rows, rounds } =
        detached(py, |interrupt| crate::rank(&TagSets::new(offsets, codes, n_tags)?, method, budget, seed, interrupt))?;
    Ok((rows.into_pyarray(py), rounds.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn novelty<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    rows: PyReadonlyArray1<'py, u32>,
    rounds: PyReadonlyArray1<'py, u32>,
) -> PyResult<(Array<'py, i64>, Array<'py, u32>)> {
    let ranking = Ranking { rows: rows.as_slice()?.to_vec(), rounds: rounds.as_slice()?.to_vec() };
    let (offsets, codes) = (offsets.as_slice()?, codes.as_slice()?);
    let Novelty { offsets, codes } =
        detached(py, |interrupt| crate::novelty(&TagSets::new(offsets, codes, n_tags)?, &ranking, interrupt))?;
    Ok((offsets.into_pyarray(py), codes.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn measure<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    rows: Option<PyReadonlyArray1<'py, u32>>,
) -> PyResult<(u64, u64)> {
    let (offsets, codes) = (offsets.as_slice()?, codes.as_slice()?);
    let rows = rows.as_ref().map(PyReadonlyArray1::as_slice).transpose()?;
    let Measures { pairs, distinct } = detached(py, |_| {
        let tags = TagSets::new(offsets, codes, n_tags)?;
        Ok(match rows {
            None => crate::measure(&tags, 0..tags.len() as u32),
            Some(rows) => {
                tags.check_rows(rows)?;
                crate::measure(&tags, rows.iter().copied())
            }
        })
    })?;
    Ok((pairs, distinct))
}
