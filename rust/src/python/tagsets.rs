//! Strings in, codes out: columns come and go by Arrow's C interface.

use arrow_array::cast::AsArray;
use arrow_array::ffi::to_ffi;
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{Array as _, LargeListArray, StringViewArray};
use arrow_schema::ArrowError;
use numpy::IntoPyArray;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use super::work::{Array, detached};
use crate::{Encoded, Error};

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

type Encoding<'py> = (Array<'py, i64>, Array<'py, u32>, Strings, usize, usize);

#[pyfunction]
pub(super) fn encode<'py>(py: Python<'py>, column: Bound<'py, PyAny>) -> PyResult<Encoding<'py>> {
    let lists = lists_of(&column)?;
    let Encoded { offsets, codes, tags, null, empty } = detached(py, |interrupt| crate::encode(&lists, interrupt))?;
    Ok((offsets.into_pyarray(py), codes.into_pyarray(py), Strings(tags), null, empty))
}

/// The lists of a column, chunk by chunk, borrowed.
fn lists_of(column: &Bound<'_, PyAny>) -> PyResult<Vec<LargeListArray>> {
    let capsule = column.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
    let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: by Arrow's PyCapsule interface a capsule of this name points to a valid stream, which whoever is handed the
    // capsule may take over; what is left in its place is marked as released, so that the capsule does not free it.
    #[expect(unsafe_code, reason = "there is no other way across the border")]
    let chunks = unsafe { ArrayStreamReader::from_raw(stream.as_ptr()) }.map_err(unreadable)?;
    chunks
        .map(|chunk| {
            let chunk = chunk.map_err(unreadable)?;
            let lists = chunk.as_list_opt::<i64>();
            Ok(lists.ok_or_else(|| Error::Malformed(format!("expected lists; found {}", chunk.data_type())))?.clone())
        })
        .collect()
}

fn unreadable(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
