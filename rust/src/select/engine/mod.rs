//! How the next sample is found.

pub(super) mod buckets;
