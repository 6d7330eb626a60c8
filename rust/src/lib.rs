//! The core of instag: rankings of tagged samples, on integer-encoded tag sets.
//!
//! * [`encode`] and [`Encoder`]: columns of tags as integers; [`TagSets`]: the tags of every sample, checked once.
//! * [`rank`]: samples in order of selection, by a [`Method`]; [`novelty`]: why each was taken.
//! * [`choose`]: samples by what they gain, for a [`Problem`] and within a [`Constraint`].
//! * [`measure`]: complexity and coverage.
//! * [`count_groups`], [`overlap`], [`cooccurrences`], [`rarefy`] and [`trace`]: what an analysis shows;
//!   [`examples`]: the first samples with each tag.
//! * [`associate`]: tags that are nearly always accompanied by another.
//! * [`cluster`]: density clusters of vectors, and [`diameters`]: how wide they are; [`neighbours`]: all near pairs.
//! * [`contamination`]: texts that hold items of a benchmark; [`duplicates`]: near-copies; [`stratify`]: rows in parts.
//! * [`clean`] and [`stem`]: rules on the spelling of tags; [`relabel`]: tags under other names.
//! * [`Shaper`]: which kinds of values stand where in JSON.
//! * [`Interrupt`]: how a long run is stopped.

#![warn(unreachable_pub)]

mod analyze;
mod associate;
mod cluster;
mod contaminate;
mod dedup;
mod encode;
mod error;
mod interrupt;
mod measure;
mod parallel;
mod postings;
#[cfg(feature = "python")]
mod python;
mod relabel;
mod rules;
mod select;
mod shape;
mod sort;
mod stratify;
mod tags;

pub use analyze::{Counts, Overlap, Pair, cooccurrences, count_groups, overlap, prefixes, rarefy, rounds, trace};
pub use associate::{Bounds, Rule, associate};
pub use cluster::{Clusters, Density, Diameter, NONE, Neighbours, Vectors, cluster, diameters, neighbours};
pub use contaminate::{Contamination, contamination};
pub use dedup::{Duplicate, duplicate_groups, duplicates};
pub use encode::{Encoded, Encoder, Order, encode};
pub use error::{Error, Result};
pub use interrupt::Interrupt;
pub use measure::{Measures, measure};
pub use postings::{Examples, examples};
pub use relabel::{DROPPED, Relabelled, relabel};
pub use rules::{clean, stem, stem_key};
pub use select::{
    Certificate, Constraint, Cost, Curve, Method, Novelty, Problem, Quotas, Ranking, Selection, Spread, certify,
    choose, novelty, rank,
};
pub use shape::{Fields, Shape, Shaper};
pub use stratify::stratify;
pub use tags::TagSets;
