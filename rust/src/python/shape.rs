//! The shape of JSON, for Python.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::texts::strings_of;
use super::work::detached;
use crate::{Shape, Shaper};

/// The shape of JSON that comes part by part.
#[pyclass(frozen, module = "instag._core", name = "Shapes")]
pub(super) struct Shapes(Mutex<Shaper>);

#[pymethods]
impl Shapes {
    #[new]
    fn new() -> Self {
        Self(Mutex::default())
    }

    /// Takes the texts of a column into account, null apart.
    fn push(&self, py: Python<'_>, column: Bound<'_, PyAny>) -> PyResult<()> {
        let chunks = strings_of(&column)?;
        detached(py, |interrupt| self.held().push(chunks.iter().flatten().flatten(), interrupt))
    }

    /// How many texts could not be read.
    #[getter]
    fn unread(&self) -> usize {
        self.held().unread
    }

    /// Whether a number may not be what it seems.
    #[getter]
    fn doubtful(&self) -> bool {
        self.held().doubtful
    }

    /// How many texts have an object with a key twice.
    #[getter]
    fn repeating(&self) -> usize {
        self.held().repeating
    }

    /// The first keys that come twice, each with the number of its text.
    #[getter]
    fn repeated(&self) -> Vec<(usize, String)> {
        self.held().repeated.clone()
    }

    /// The kinds of values, the range of integers, the shape of members, those of fields.
    fn found<'py>(&self, py: Python<'py>) -> PyResult<Found<'py>> {
        found(py, &self.held().shape)
    }
}

impl Shapes {
    /// A panic would leave a shape of some of the texts, and whoever sees it has the error too.
    fn held(&self) -> MutexGuard<'_, Shaper> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Found<'py> = (Vec<&'static str>, Option<(i128, i128)>, Option<Bound<'py, PyAny>>, Option<Bound<'py, PyDict>>);

fn found<'py>(py: Python<'py>, shape: &Shape) -> PyResult<Found<'py>> {
    let kinds = [(shape.booleans, "bool"), (shape.floats, "float"), (shape.strings, "str")];
    let kinds = kinds.into_iter().filter_map(|(seen, name)| seen.then_some(name)).collect();
    let item = shape.item.as_ref().map(|item| found(py, item)?.into_pyobject(py).map(Bound::into_any)).transpose()?;
    let fields = shape.fields.as_ref().map(|fields| {
        let dict = PyDict::new(py);
        for (key, field) in &fields.all {
            dict.set_item(key, found(py, field)?)?;
        }
        PyResult::Ok(dict)
    });
    Ok((kinds, shape.integers, item, fields.transpose()?))
}
