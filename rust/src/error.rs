//! What can go wrong in the core.

use thiserror::Error;

/// An error of the core.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// An array or a number is not what it has to be.
    #[error("{0}")]
    Malformed(String),
    /// There is more than was allowed for.
    #[error("{0}")]
    TooMany(String),
    /// There is no method of that name.
    #[error("method: expected one of {expected}; found {found:?}")]
    UnknownMethod {
        /// The name that was given.
        found: String,
        /// The names there are.
        expected: String,
    },
    /// The caller asked for the work to stop.
    #[error("interrupted")]
    Interrupted,
}

/// The result of the core's fallible functions.
pub type Result<T> = std::result::Result<T, Error>;
