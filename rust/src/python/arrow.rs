//! Columns that come by Arrow's C interface.

use arrow_array::ArrayRef;
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_schema::ArrowError;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// The chunks of a column, borrowed.
pub(super) fn chunks_of(column: &Bound<'_, PyAny>) -> PyResult<Vec<ArrayRef>> {
    let capsule = column.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
    let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: by Arrow's PyCapsule interface a capsule of this name points to a valid stream, which whoever is handed the
    // capsule may take over; what is left in its place is marked as released, so that the capsule does not free it.
    #[expect(unsafe_code, reason = "there is no other way across the border")]
    let chunks = unsafe { ArrayStreamReader::from_raw(stream.as_ptr()) }.map_err(unreadable)?;
    chunks.map(|chunk| chunk.map_err(unreadable)).collect()
}

pub(super) fn unreadable(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
