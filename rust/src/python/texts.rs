//! Columns of texts: which of them hold others, or are copies; rows dealt to parts.

use arrow_array::cast::AsArray;
use arrow_array::{Array as _, StringViewArray};
use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;

use super::arrow::chunks_of;
use super::tagsets::Sets;
use super::work::{Array, copied, detached};
use crate::Error;

/// Texts, items, shares in runs of eight and of four words, whether numbers were masked, shared words.
type Contaminations<'py> =
    (Array<'py, u32>, Array<'py, u32>, Array<'py, f64>, Array<'py, f64>, Array<'py, bool>, Vec<String>);

#[pyfunction]
pub(super) fn contamination<'py>(
    py: Python<'py>,
    texts: Bound<'py, PyAny>,
    items: Bound<'py, PyAny>,
    any_numbers: bool,
) -> PyResult<Contaminations<'py>> {
    let (texts, items) = (strings_of(&texts)?, strings_of(&items)?);
    let found =
        detached(py, |interrupt| crate::contamination(&borrowed(&texts), &borrowed(&items), any_numbers, interrupt))?;
    Ok((
        found.iter().map(|hit| hit.text).collect::<Vec<_>>().into_pyarray(py),
        found.iter().map(|hit| hit.item).collect::<Vec<_>>().into_pyarray(py),
        found.iter().map(|hit| hit.long).collect::<Vec<_>>().into_pyarray(py),
        found.iter().map(|hit| hit.short).collect::<Vec<_>>().into_pyarray(py),
        found.iter().map(|hit| hit.masked).collect::<Vec<_>>().into_pyarray(py),
        found.into_iter().map(|hit| hit.words).collect(),
    ))
}

/// Copies, what each is a copy of, how like they are.
type Duplicates<'py> = (Array<'py, u32>, Array<'py, u32>, Array<'py, f64>);

#[pyfunction]
pub(super) fn duplicates<'py>(
    py: Python<'py>,
    texts: Bound<'py, PyAny>,
    order: PyReadonlyArray1<'py, u32>,
    threshold: Option<f64>,
) -> PyResult<Duplicates<'py>> {
    let (texts, order) = (strings_of(&texts)?, copied(&order)?);
    let found = detached(py, |interrupt| crate::duplicates(&borrowed(&texts), &order, threshold, interrupt))?;
    Ok((
        found.iter().map(|copy| copy.row).collect::<Vec<_>>().into_pyarray(py),
        found.iter().map(|copy| copy.of).collect::<Vec<_>>().into_pyarray(py),
        found.iter().map(|copy| copy.likeness).collect::<Vec<_>>().into_pyarray(py),
    ))
}

#[pyfunction]
pub(super) fn duplicate_groups<'py>(
    py: Python<'py>,
    texts: Bound<'py, PyAny>,
    threshold: f64,
) -> PyResult<Array<'py, u32>> {
    let texts = strings_of(&texts)?;
    let groups = detached(py, |interrupt| crate::duplicate_groups(&borrowed(&texts), threshold, interrupt))?;
    Ok(groups.into_pyarray(py))
}

#[pyfunction]
pub(super) fn stratify<'py>(
    py: Python<'py>,
    labels: &Sets,
    groups: PyReadonlyArray1<'py, u32>,
    sizes: Vec<usize>,
    seed: u64,
) -> PyResult<Array<'py, u32>> {
    let groups = copied(&groups)?;
    let parts = detached(py, |interrupt| crate::stratify(&labels.0, &groups, &sizes, seed, interrupt))?;
    Ok(parts.into_pyarray(py))
}

/// The texts of all chunks; null is no text.
fn borrowed(chunks: &[StringViewArray]) -> Vec<&str> {
    chunks.iter().flat_map(|chunk| chunk.iter().map(Option::unwrap_or_default)).collect()
}

/// The strings of a column, chunk by chunk, borrowed.
pub(super) fn strings_of(column: &Bound<'_, PyAny>) -> PyResult<Vec<StringViewArray>> {
    let chunks = chunks_of(column)?.into_iter().map(|chunk| {
        let strings = chunk.as_string_view_opt();
        Ok(strings.ok_or_else(|| Error::Malformed(format!("expected strings; found {}", chunk.data_type())))?.clone())
    });
    chunks.collect()
}
