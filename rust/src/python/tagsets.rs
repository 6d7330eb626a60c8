//! Tag sets as Python holds them; strings come and go by Arrow's C interface.

use std::sync::{Mutex, MutexGuard, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::ffi::to_ffi;
use arrow_array::{Array as _, LargeListArray, StringViewArray};
use numpy::ndarray::ArrayView1;
use numpy::{Element, IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use super::arrow::{chunks_of, unreadable};
use super::work::{Array, copied, detached};
use crate::{Encoded, Encoder, Error, Order};

/// The tags of all samples, checked when they are made and never changed: whatever takes them only borrows them.
#[pyclass(frozen, module = "instag._core", name = "TagSets")]
pub(super) struct Sets(pub(super) crate::TagSets<'static>);

#[pymethods]
impl Sets {
    /// Copies and checks the arrays.
    #[new]
    fn new(
        py: Python<'_>,
        offsets: PyReadonlyArray1<'_, i64>,
        codes: PyReadonlyArray1<'_, u32>,
        n_tags: usize,
    ) -> PyResult<Self> {
        let (offsets, codes) = (copied(&offsets)?, copied(&codes)?);
        let sets =
            detached(py, |interrupt| Ok(crate::TagSets::checked(&offsets, &codes, n_tags, interrupt)?.into_owned()))?;
        Ok(Self(sets))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    #[getter]
    fn n_tags(&self) -> usize {
        self.0.n_tags()
    }

    /// Where each sample's tags begin in `codes`, and where the last one's end.
    #[getter]
    fn offsets<'py>(slf: &Bound<'py, Self>) -> PyResult<Array<'py, i64>> {
        seen(slf, slf.get().0.offsets())
    }

    /// The tags of all samples, one sample after the other.
    #[getter]
    fn codes<'py>(slf: &Bound<'py, Self>) -> PyResult<Array<'py, u32>> {
        seen(slf, slf.get().0.codes())
    }

    /// The number of samples that hold each tag.
    #[getter]
    fn holders<'py>(slf: &Bound<'py, Self>) -> PyResult<Array<'py, u32>> {
        seen(slf, slf.get().0.holders())
    }

    /// How often each tag was given, repeats within a sample included.
    #[getter]
    fn given<'py>(&self, py: Python<'py>) -> Array<'py, i64> {
        self.0.given().map(|times| times as i64).collect::<Vec<_>>().into_pyarray(py)
    }
}

/// Numbers of the tag sets, for Python to read where they are.
fn seen<'py, T: Element>(sets: &Bound<'py, Sets>, numbers: &[T]) -> PyResult<Array<'py, T>> {
    // SAFETY: `numbers` belongs to the tag sets, which the array keeps alive as its base. They are frozen, so it is never
    // moved or written to: not by Rust, and not by Python, since the array is made read-only before it is handed out,
    // and NumPy makes nothing writable whose base has no writable buffer.
    #[expect(unsafe_code, reason = "a copy of all tags for every look would be the other way")]
    let array = unsafe { PyArray1::borrow_from_array(&ArrayView1::from(numbers), sets.clone().into_any()) };
    array.call_method1("setflags", (false,))?;
    Ok(array)
}

/// Strings, for whoever reads Arrow arrays.
#[pyclass(frozen, module = "instag._core")]
pub(super) struct Strings(StringViewArray);

#[pymethods]
impl Strings {
    /// The array and its type; it is never asked for another type.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        let _ = requested_schema;
        let (array, schema) = to_ffi(&self.0.to_data()).map_err(unreadable)?;
        let schema = PyCapsule::new_with_value(py, schema, c"arrow_schema")?;
        Ok((schema, PyCapsule::new_with_value(py, array, c"arrow_array")?))
    }
}

/// The tag sets, the tag of each code, the number of null rows and that of empty ones.
type Encoding = (Sets, Strings, usize, usize);

/// Encodes rows that come part by part.
#[pyclass(frozen, module = "instag._core", name = "Encoder")]
pub(super) struct Growing(Mutex<Encoder>);

#[pymethods]
impl Growing {
    #[new]
    fn new() -> Self {
        Self(Mutex::default())
    }

    fn __len__(&self) -> usize {
        self.held().len()
    }

    /// The memory that is taken so far, in bytes.
    #[getter]
    fn size(&self) -> usize {
        self.held().size()
    }

    fn push(&self, py: Python<'_>, column: Bound<'_, PyAny>) -> PyResult<()> {
        let lists = lists_of(&column)?;
        detached(py, |interrupt| self.held().push(&lists, interrupt))
    }

    /// All that was pushed so far, copied; the encoder goes on.
    fn so_far(&self, py: Python<'_>, order: &str) -> PyResult<Encoding> {
        let order: Order = order.parse()?;
        Ok(handed_on(detached(py, |interrupt| self.held().clone().finish(order, interrupt))?))
    }

    /// All that was pushed; the encoder is empty again.
    fn finish(&self, py: Python<'_>, order: &str) -> PyResult<Encoding> {
        let order: Order = order.parse()?;
        let encoder = std::mem::take(&mut *self.held());
        Ok(handed_on(detached(py, |interrupt| encoder.finish(order, interrupt))?))
    }
}

impl Growing {
    /// What a panic would have left is whole: rows are added only once they are all encoded.
    fn held(&self) -> MutexGuard<'_, Encoder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn handed_on(Encoded { sets, tags, null, empty }: Encoded) -> Encoding {
    (Sets(sets), Strings(tags), null, empty)
}

/// The lists of a column, chunk by chunk, borrowed.
fn lists_of(column: &Bound<'_, PyAny>) -> PyResult<Vec<LargeListArray>> {
    let chunks = chunks_of(column)?.into_iter().map(|chunk| {
        let lists = chunk.as_list_opt::<i64>();
        Ok(lists.ok_or_else(|| Error::Malformed(format!("expected lists; found {}", chunk.data_type())))?.clone())
    });
    chunks.collect()
}
