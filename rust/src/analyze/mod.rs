//! What a data set, its groups and its selections hold.
//!
//! * [`count_groups`]: how often each group holds each tag; [`overlap`]: what two groups have in common.
//! * [`cooccurrences`]: pairs of tags that samples hold together.
//! * [`rarefy`]: the tags to expect of so many samples; [`trace`] and [`prefixes`]: those that an order has.
//! * [`rounds`]: where an order begins to cover anew.

mod cooccurrence;
mod groups;
mod rarefy;
mod traces;

pub use cooccurrence::{Pair, cooccurrences};
pub use groups::{Counts, Overlap, count_groups, overlap};
pub use rarefy::rarefy;
pub use traces::{prefixes, rounds, trace};
