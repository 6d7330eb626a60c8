//! How the next sample is found.

mod alike;
pub(super) mod buckets;
mod fill;
mod greedy;
mod queue;
mod rating;
mod run;
mod trie;
mod units;

pub use greedy::{Selection, choose};
