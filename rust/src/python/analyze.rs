//! What the analysis of a data set needs.

use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;

use super::work::{Array, detached};
use crate::{Counts, Firsts, Measures, Method, Overlap, Pair, TagSets};

/// Offsets, tags, counts.
type GroupCounts<'py> = (Array<'py, i64>, Array<'py, u32>, Array<'py, u32>);
/// First tags, second tags, samples that hold both.
type Pairs<'py> = (Array<'py, u32>, Array<'py, u32>, Array<'py, u32>);

#[pyfunction]
pub(super) fn count_groups<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    groups: PyReadonlyArray1<'py, u32>,
    n_groups: usize,
) -> PyResult<GroupCounts<'py>> {
    let (offsets, codes, groups) = (offsets.as_slice()?, codes.as_slice()?, groups.as_slice()?);
    let Counts { offsets, tags, counts } = detached(py, |interrupt| {
        crate::count_groups(&TagSets::new(offsets, codes, n_tags)?, groups, n_groups, interrupt)
    })?;
    Ok((offsets.into_pyarray(py), tags.into_pyarray(py), counts.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn overlap<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    counts: PyReadonlyArray1<'py, u32>,
) -> PyResult<(Array<'py, u32>, Array<'py, u64>)> {
    let (offsets, codes, counts) = (offsets.as_slice()?, codes.as_slice()?, counts.as_slice()?);
    let Overlap { shared, weighted } =
        detached(py, |interrupt| crate::overlap(&TagSets::new(offsets, codes, n_tags)?, counts, interrupt))?;
    Ok((shared.into_pyarray(py), weighted.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn together<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    least: u32,
) -> PyResult<Pairs<'py>> {
    let (offsets, codes) = (offsets.as_slice()?, codes.as_slice()?);
    let pairs = detached(py, |interrupt| crate::together(&TagSets::new(offsets, codes, n_tags)?, least, interrupt))?;
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
    let (counts, sizes) = (counts.as_slice()?, sizes.as_slice()?);
    Ok(detached(py, |interrupt| crate::rarefy(counts, samples, sizes, interrupt))?.into_pyarray(py))
}

#[pyfunction]
pub(super) fn prefixes<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    rows: PyReadonlyArray1<'py, u32>,
    sizes: PyReadonlyArray1<'py, u32>,
) -> PyResult<(Array<'py, u64>, Array<'py, u64>)> {
    let (offsets, codes) = (offsets.as_slice()?, codes.as_slice()?);
    let (rows, sizes) = (rows.as_slice()?, sizes.as_slice()?);
    let measured =
        detached(py, |interrupt| crate::prefixes(&TagSets::new(offsets, codes, n_tags)?, rows, sizes, interrupt))?;
    Ok(columns(py, &measured))
}

/// One seed after the other.
#[pyfunction]
pub(super) fn trace<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    method: &str,
    seeds: Vec<Option<u64>>,
    sizes: PyReadonlyArray1<'py, u32>,
) -> PyResult<(Array<'py, u64>, Array<'py, u64>)> {
    let method: Method = method.parse()?;
    let (offsets, codes, sizes) = (offsets.as_slice()?, codes.as_slice()?, sizes.as_slice()?);
    let measured = detached(py, |interrupt| {
        crate::trace(&TagSets::new(offsets, codes, n_tags)?, method, &seeds, sizes, interrupt)
    })?;
    Ok(columns(py, &measured.concat()))
}

#[pyfunction]
pub(super) fn firsts<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    rows: Option<PyReadonlyArray1<'py, u32>>,
    most: usize,
) -> PyResult<(Array<'py, i64>, Array<'py, u32>)> {
    let (offsets, codes) = (offsets.as_slice()?, codes.as_slice()?);
    let rows = rows.as_ref().map(PyReadonlyArray1::as_slice).transpose()?;
    let Firsts { offsets, rows } = detached(py, |interrupt| {
        let tags = TagSets::new(offsets, codes, n_tags)?;
        match rows {
            None => crate::firsts(&tags, 0..tags.len() as u32, most, interrupt),
            Some(rows) => {
                tags.check_rows(rows)?;
                crate::firsts(&tags, rows.iter().copied(), most, interrupt)
            }
        }
    })?;
    Ok((offsets.into_pyarray(py), rows.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn rounds<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
) -> PyResult<Array<'py, u32>> {
    let (offsets, codes) = (offsets.as_slice()?, codes.as_slice()?);
    let rounds = detached(py, |interrupt| crate::rounds(&TagSets::new(offsets, codes, n_tags)?, interrupt))?;
    Ok(rounds.into_pyarray(py))
}

fn columns<'py>(py: Python<'py>, measured: &[Measures]) -> (Array<'py, u64>, Array<'py, u64>) {
    let column = |of: fn(&Measures) -> u64| measured.iter().map(of).collect::<Vec<_>>().into_pyarray(py);
    (column(|measures| measures.pairs), column(|measures| measures.distinct))
}
