//! The bindings: arrays in, arrays out. What the functions mean is said where they are defined.

#![allow(clippy::needless_pass_by_value, reason = "PyO3 hands over arguments by value")]

mod analyze;
mod encode;
mod normalize;
mod rules;
mod work;

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::{Error, Measures, Method, Novelty, Ranking, TagSets};
use work::detached;

type Rows<'py> = Bound<'py, PyArray1<u32>>;

#[pymodule]
mod _core {
    #[pymodule_export]
    use super::analyze::{count_groups, firsts, overlap, prefixes, rarefy, rounds, together, trace};
    #[pymodule_export]
    use super::encode::encode;
    #[pymodule_export]
    use super::normalize::{associate, cluster, diameters, neighbours};
    #[pymodule_export]
    use super::rules::{clean, relabel, stem_keys, stem_words};
    #[pymodule_export]
    use super::{measure, novelty, rank};

    use super::{Bound, Method, PyModule, PyModuleMethods, PyResult, PyTuple};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("METHODS", PyTuple::new(module.py(), Method::ALL.map(|(name, _)| name))?)?;
        module.add("DEBUG", cfg!(debug_assertions))
    }
}

#[pyfunction]
fn rank<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    method: &str,
    budget: usize,
    seed: Option<u64>,
) -> PyResult<(Rows<'py>, Rows<'py>)> {
    let method: Method = method.parse()?;
    let (offsets, codes) = (offsets.as_slice()?, codes.as_slice()?);
    let Ranking { rows, rounds } =
        detached(py, |interrupt| crate::rank(&TagSets::new(offsets, codes, n_tags)?, method, budget, seed, interrupt))?;
    Ok((rows.into_pyarray(py), rounds.into_pyarray(py)))
}

#[pyfunction]
fn novelty<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, i64>,
    codes: PyReadonlyArray1<'py, u32>,
    n_tags: usize,
    rows: PyReadonlyArray1<'py, u32>,
    rounds: PyReadonlyArray1<'py, u32>,
) -> PyResult<(Bound<'py, PyArray1<i64>>, Rows<'py>)> {
    let ranking = Ranking { rows: rows.as_slice()?.to_vec(), rounds: rounds.as_slice()?.to_vec() };
    let (offsets, codes) = (offsets.as_slice()?, codes.as_slice()?);
    let Novelty { offsets, codes } =
        detached(py, |interrupt| crate::novelty(&TagSets::new(offsets, codes, n_tags)?, &ranking, interrupt))?;
    Ok((offsets.into_pyarray(py), codes.into_pyarray(py)))
}

#[pyfunction]
fn measure<'py>(
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

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        PyValueError::new_err(error.to_string())
    }
}
