//! The rules by which spellings of a tag become one: the only work on strings.

mod clean;
mod stem;

pub use clean::clean;
pub use stem::{stem, stem_key};
