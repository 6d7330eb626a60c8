//! What the normalisation of tags needs: rules on strings, tags under other names, association rules, and clusters.

use numpy::{IntoPyArray, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::tagsets::Sets;
use super::work::{Array, copied, detached};
use crate::{Bounds, Clusters, Density, Diameter, Interrupt, Neighbours, Relabelled, Rule, Vectors};

/// Left sides (tag, second tag or -1), right sides; samples that hold the left, the right, both.
type Rules<'py> =
    (Array<'py, u32>, Array<'py, i64>, Array<'py, u32>, Array<'py, u32>, Array<'py, u32>, Array<'py, u32>);
/// Labels, core points, neighbours (or -1) and the similarities to them.
type Labels<'py> = (Array<'py, i64>, Array<'py, bool>, Array<'py, i64>, Array<'py, f64>);

#[pyfunction]
pub(super) fn associate<'py>(
    py: Python<'py>,
    sets: &Sets,
    min_support: u32,
    min_confidence: f64,
    max_antecedent: u32,
) -> PyResult<Rules<'py>> {
    let bounds = Bounds { min_support, min_confidence, max_antecedent };
    let rules = detached(py, |interrupt| crate::associate(&sets.0, &bounds, interrupt))?;
    let column = |of: fn(&Rule) -> u32| rules.iter().map(of).collect::<Vec<_>>().into_pyarray(py);
    let also: Vec<i64> = rules.iter().map(|rule| rule.also.map_or(-1, i64::from)).collect();
    Ok((
        column(|rule| rule.antecedent),
        also.into_pyarray(py),
        column(|rule| rule.consequent),
        column(|rule| rule.n_antecedent),
        column(|rule| rule.n_consequent),
        column(|rule| rule.n_both),
    ))
}

#[pyfunction]
#[pyo3(signature = (vectors, eps, min_samples, max_diameter=None))]
pub(super) fn cluster<'py>(
    py: Python<'py>,
    vectors: PyReadonlyArray2<'py, f32>,
    eps: f64,
    min_samples: u32,
    max_diameter: Option<f64>,
) -> PyResult<Labels<'py>> {
    let (values, n_rows, width) = rows(&vectors)?;
    let density = Density { eps, min_samples, max_diameter };
    let Clusters { labels, core, via, similarity } =
        detached(py, |interrupt| crate::cluster(&Vectors::new(&values, n_rows, width)?, &density, interrupt))?;
    Ok((labels.into_pyarray(py), core.into_pyarray(py), via.into_pyarray(py), similarity.into_pyarray(py)))
}

#[pyfunction]
pub(super) fn diameters<'py>(
    py: Python<'py>,
    vectors: PyReadonlyArray2<'py, f32>,
    labels: PyReadonlyArray1<'py, i64>,
) -> PyResult<(Array<'py, f64>, Array<'py, u32>, Array<'py, u32>)> {
    let (values, n_rows, width) = rows(&vectors)?;
    let labels = copied(&labels)?;
    let diameters =
        detached(py, |interrupt| crate::diameters(&Vectors::new(&values, n_rows, width)?, &labels, interrupt))?;
    let column = |of: fn(&Diameter) -> u32| diameters.iter().map(of).collect::<Vec<_>>().into_pyarray(py);
    let distances: Vec<f64> = diameters.iter().map(|diameter| diameter.distance).collect();
    let (ones, others) = (column(|diameter| diameter.between.0), column(|diameter| diameter.between.1));
    Ok((distances.into_pyarray(py), ones, others))
}

#[pyfunction]
pub(super) fn neighbours<'py>(
    py: Python<'py>,
    vectors: PyReadonlyArray2<'py, f32>,
    distance: f64,
    most: usize,
) -> PyResult<(Array<'py, i64>, Array<'py, u32>, Array<'py, f64>)> {
    let (values, n_rows, width) = rows(&vectors)?;
    let Neighbours { offsets, others, similarity } =
        detached(py, |interrupt| crate::neighbours(&Vectors::new(&values, n_rows, width)?, distance, most, interrupt))?;
    Ok((offsets.into_pyarray(py), others.into_pyarray(py), similarity.into_pyarray(py)))
}

/// A copy of the numbers row by row. A slice alone could also be column by column.
fn rows(vectors: &PyReadonlyArray2<'_, f32>) -> PyResult<(Vec<f32>, usize, usize)> {
    if !vectors.is_c_contiguous() {
        return Err(PyValueError::new_err("vectors: expected rows one after the other in memory (C order)"));
    }
    let &[n_rows, width] = vectors.shape() else {
        return Err(PyValueError::new_err("vectors: expected two dimensions"));
    };
    Ok((vectors.as_slice()?.to_vec(), n_rows, width))
}

/// The tag sets under other names; assignments kept, merged, dropped and deduplicated.
type Relabelling = (Sets, (u64, u64, u64, u64));

#[pyfunction]
pub(super) fn relabel(py: Python<'_>, sets: &Sets, names: PyReadonlyArray1<'_, i64>) -> PyResult<Relabelling> {
    let names = copied(&names)?;
    let Relabelled { tags, kept, merged, dropped, deduplicated } =
        detached(py, |interrupt| crate::relabel(&sets.0, &names, interrupt))?;
    Ok((Sets(tags), (kept, merged, dropped, deduplicated)))
}

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

fn each(py: Python<'_>, texts: &[String], rule: fn(&str) -> String) -> PyResult<Vec<String>> {
    let all = |interrupt: &Interrupt<'_>| {
        texts.iter().map(|text| interrupt.step().map(|()| rule(text))).collect::<crate::Result<_>>()
    };
    detached(py, all)
}
