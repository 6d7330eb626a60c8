//! Rules on strings, and tags under other names.

use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;

use super::Array;
use super::work::detached;
use crate::{Interrupt, Relabelled};

/// Offsets, codes, counts; assignments kept, merged, dropped and deduplicated.
type Relabelling<'py> = (Array<'py, i64>, Array<'py, u32>, Array<'py, u32>, (u64, u64, u64, u64));

#[pyfunction]
pub(super) fn clean(py: Python<'_>, tags: Vec<String>) -> PyResult<Vec<String>> {
    each(py, &tags, crate::clean)
}

#[pyfunction]
pub(super) fn stem_words(py: Python<'_>, words: Vec<String>) -> PyResult<Vec<String>> {
    each(py, &words, crate::stem)
}

#[pyfunction]
pub(super) fn stem_keys(py: Python<'_>, tags: Vec<String>) -> PyResult<Vec<String>> {
    each(py, &tags, crate::stem_key)
}

#[pyfunction]
pub(super) fn relabel<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    names: PyReadonlyArray1<'py, i64>,
) -> PyResult<Relabelling<'py>> {
    let (offsets, codes, names) = (offsets.as_slice()?, codes.as_slice()?, names.as_slice()?);
    let Relabelled { offsets, codes, counts, kept, merged, dropped, deduplicated } =
        detached(py, |interrupt| crate::relabel(offsets, codes, names, interrupt))?;
    let sums = (kept, merged, dropped, deduplicated);
    Ok((offsets.into_pyarray(py), codes.into_pyarray(py), counts.into_pyarray(py), sums))
}

fn each(py: Python<'_>, texts: &[String], rule: fn(&str) -> String) -> PyResult<Vec<String>> {
    let all = |interrupt: &Interrupt<'_>| {
        texts.iter().map(|text| interrupt.step().map(|()| rule(text))).collect::<crate::Result<_>>()
    };
    detached(py, all)
}
