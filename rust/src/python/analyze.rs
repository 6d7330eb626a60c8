//! What the analysis of a data set needs.

use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;

use super::tagsets::Sets;
use super::work::{Array, copied, detached};
use crate::{Counts, Examples, Measures, Method, Overlap, Pair};

/// Offsets, tags, counts.
type GroupCounts<'py> = (Array<'py, i64>, Array<'py, u32>, Array<'py, u32>);
/// First tags, second tags, samples that hold both.
type Pairs<'py> = (Array<'py, u32>, Array<'py, u32>, Array<'py, u32>);

#[pyfunction]
pub(super) fn count_groups<'py>(
    py: Python<'py>,
    sets: &Sets,
    groups: PyReadonlyArray1<'py, u32>,
    n_groups: usize,
) -> PyResult<GroupCounts<'py>> {
    let groups = copied(&groups)?;
    let Counts { offsets, tags, counts } =
        detached(py, |interrupt| crate::count_groups(&sets.0, &groups, n_groups, interrupt))?;
    Ok((offsets.into_pyarray(py), tags.into_pyarray(py), counts.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn overlap<'py>(
    py: Python<'py>,
    sets: &Sets,
    counts: PyReadonlyArray1<'py, u32>,
) -> PyResult<(Array<'py, u32>, Array<'py, u64>)> {
    let counts = copied(&counts)?;
    let Overlap { shared, weighted } = detached(py, |interrupt| crate::overlap(&sets.0, &counts, interrupt))?;
    Ok((shared.into_pyarray(py), weighted.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn cooccurrences<'py>(py: Python<'py>, sets: &Sets, least: u32) -> PyResult<Pairs<'py>> {
    let pairs = detached(py, |interrupt| crate::cooccurrences(&sets.0, least, interrupt))?;
    let column = |of: fn(&Pair) -> u32| pairs.iter().map(of).collect::<Vec<_>>().into_pyarray(py);
    Ok((column(|pair| pair.a), column(|pair| pair.b), column(|pair| pair.both)))
}

#[pyfunction]
pub(super) fn rarefy<'py>(
    py: Python<'py>,
    counts: PyReadonlyArray1<'py, u32>,
    samples: u32,
    sizes: PyReadonlyArray1<'py, u32>,
) -> PyResult<Array<'py, f64>> {
    let (counts, sizes) = (copied(&counts)?, copied(&sizes)?);
    Ok(detached(py, |interrupt| crate::rarefy(&counts, samples, &sizes, interrupt))?.into_pyarray(py))
}

#[pyfunction]
pub(super) fn prefixes<'py>(
    py: Python<'py>,
    sets: &Sets,
    rows: PyReadonlyArray1<'py, u32>,
    sizes: PyReadonlyArray1<'py, u32>,
) -> PyResult<(Array<'py, u64>, Array<'py, u64>)> {
    let (rows, sizes) = (copied(&rows)?, copied(&sizes)?);
    Ok(columns(py, &detached(py, |interrupt| crate::prefixes(&sets.0, &rows, &sizes, interrupt))?))
}

/// One seed after the other.
#[pyfunction]
pub(super) fn trace<'py>(
    py: Python<'py>,
    sets: &Sets,
    method: &str,
    seeds: Vec<Option<u64>>,
    sizes: PyReadonlyArray1<'py, u32>,
) -> PyResult<(Array<'py, u64>, Array<'py, u64>)> {
    let method: Method = method.parse()?;
    let sizes = copied(&sizes)?;
    let measured = detached(py, |interrupt| crate::trace(&sets.0, method, &seeds, &sizes, interrupt))?;
    Ok(columns(py, &measured.concat()))
}

#[pyfunction]
pub(super) fn examples<'py>(
    py: Python<'py>,
    sets: &Sets,
    rows: Option<PyReadonlyArray1<'py, u32>>,
    most: usize,
) -> PyResult<(Array<'py, i64>, Array<'py, u32>)> {
    let rows = rows.as_ref().map(copied).transpose()?;
    let Examples { offsets, rows } =
        detached(py, |interrupt| crate::examples(&sets.0, rows.as_deref(), most, interrupt))?;
    Ok((offsets.into_pyarray(py), rows.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn rounds<'py>(py: Python<'py>, sets: &Sets) -> PyResult<Array<'py, u32>> {
    Ok(detached(py, |interrupt| crate::rounds(&sets.0, interrupt))?.into_pyarray(py))
}

fn columns<'py>(py: Python<'py>, measured: &[Measures]) -> (Array<'py, u64>, Array<'py, u64>) {
    let column = |of: fn(&Measures) -> u64| measured.iter().map(of).collect::<Vec<_>>().into_pyarray(py);
    (column(|measures| measures.pairs), column(|measures| measures.distinct))
}
