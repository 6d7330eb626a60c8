//! The bindings: tag sets and arrays in, arrays out. The functions are documented where they are defined.
//!
//! Work goes on without the GIL, so that arrays which Python could write to meanwhile are copied first.

#![allow(clippy::needless_pass_by_value, reason = "PyO3 hands over arguments by value")]

mod analyze;
mod arrow;
mod gain;
mod normalize;
mod select;
mod shape;
mod tagsets;
mod texts;
mod work;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::Method;

#[pymodule]
mod _core {
    #[pymodule_export]
    use super::analyze::{cooccurrences, count_groups, examples, overlap, prefixes, rarefy, rounds, trace};
    #[pymodule_export]
    use super::gain::{Allowed, Objective, certify, choose};
    #[pymodule_export]
    use super::normalize::{associate, clean, cluster, diameters, neighbours, relabel, stem_keys, stem_words};
    #[pymodule_export]
    use super::select::{measure, novelty, rank};
    #[pymodule_export]
    use super::shape::Shapes;
    #[pymodule_export]
    use super::tagsets::{Growing, Sets, Strings};
    #[pymodule_export]
    use super::texts::{contamination, duplicate_groups, duplicates, stratify};

    use super::{Bound, Method, PyModule, PyModuleMethods, PyResult, PyTuple};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("METHODS", PyTuple::new(module.py(), Method::ALL.map(|(name, _)| name))?)?;
        module.add("DEBUG", cfg!(debug_assertions))
    }
}
