//! Long work without the GIL, that Ctrl-C can stop; arrays and errors on their way to Python.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use numpy::{Element, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;

use crate::{Error, Interrupt, Result};

pub(super) type Array<'py, T> = Bound<'py, PyArray1<T>>;

/// A copy of an array that Python may write to as soon as others may run.
pub(super) fn copied<T: Element + Copy>(array: &PyReadonlyArray1<'_, T>) -> PyResult<Vec<T>> {
    Ok(array.as_slice()?.to_vec())
}

/// How often Python is asked for signals: well below what a person notices, and rare enough to cost nothing.
const EVERY: Duration = Duration::from_millis(20);

/// Runs `work` without the GIL. What a signal handler raises stops the work and is raised in its place.
pub(super) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce(&Interrupt<'_>) -> Result<T> + Send) -> PyResult<T> {
    let outcome = py.detach(|| {
        let raised = RefCell::new(None);
        let asked = Cell::new(Instant::now());
        let wanted = || {
            if asked.get().elapsed() < EVERY {
                return false;
            }
            asked.set(Instant::now());
            *raised.borrow_mut() = Python::attach(|py| py.check_signals().err());
            raised.borrow().is_some()
        };
        work(&Interrupt::new(&wanted)).map_err(|error| (error, raised.take()))
    });
    outcome.map_err(|failure| match failure {
        (Error::Interrupted, Some(raised)) => raised,
        (error, _) => error.into(),
    })
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::TooMany(why) => PyOverflowError::new_err(why),
            _ => PyValueError::new_err(error.to_string()),
        }
    }
}
