//! The bindings: arrays in, arrays out. What the functions mean is said where they are defined.

#![allow(clippy::needless_pass_by_value, reason = "PyO3 hands over arguments by value")]

mod analyze;
mod encode;
mod normalize;
mod rules;
mod select;
mod work;

use numpy::PyArray1;
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::{Error, Method};

type Array<'py, T> = Bound<'py, PyArray1<T>>;

#[pymodule]
mod _core {
    #[pymodule_export]
    use super::analyze::{count_groups, firsts, overlap, prefixes, rarefy, rounds, together, trace};
    #[pymodule_export]
    use super::encode::{Strings, encode};
    #[pymodule_export]
    use super::normalize::{associate, cluster, diameters, neighbours};
    #[pymodule_export]
    use super::rules::{clean, relabel, stem_keys, stem_words};
    #[pymodule_export]
    use super::select::{measure, novelty, rank};

    use super::{Bound, Method, PyModule, PyModuleMethods, PyResult, PyTuple};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("METHODS", PyTuple::new(module.py(), Method::ALL.map(|(name, _)| name))?)?;
        module.add("DEBUG", cfg!(debug_assertions))
    }
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::TooMany(why) => PyOverflowError::new_err(why),
            _ => PyValueError::new_err(error.to_string()),
        }
    }
}
