//! What waits to be chosen.

use super::alike::Alike;
use crate::tags::TagSets;

/// Rows by themselves, or those that are alike as one.
pub(super) enum Units {
    Single,
    Alike(Alike),
}

impl Units {
    pub(super) fn len(&self, tags: &TagSets) -> usize {
        match self {
            Self::Single => tags.len(),
            Self::Alike(alike) => alike.len(),
        }
    }

    /// The row that stands for a unit. A queue holds none that is used up.
    #[inline]
    pub(super) fn first(&self, unit: u32) -> u32 {
        match self {
            Self::Single => unit,
            Self::Alike(alike) => alike.first(unit).unwrap_or(0),
        }
    }

    /// Goes on to the next row.
    pub(super) fn next(&mut self, unit: u32) -> Option<u32> {
        match self {
            Self::Single => None,
            Self::Alike(alike) => {
                alike.take(unit);
                alike.first(unit)
            }
        }
    }
}
