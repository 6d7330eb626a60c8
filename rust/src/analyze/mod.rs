//! What a data set, its groups and its selections hold.
//!
//! * [`count_groups`]: how often each group holds each tag; [`overlap`]: what two groups have in common.
//! * [`together`]: pairs of tags that samples hold together.
//! * [`rarefy`]: the tags to expect of so many samples; [`trace`] and [`prefixes`]: those that an order has.
//! * [`firsts`]: the first samples with each tag; [`rounds`]: where an order begins to cover anew.

mod firsts;
mod groups;
mod overlap;
mod prefixes;
mod rarefy;
mod rounds;
mod together;

pub use firsts::{Firsts, firsts};
pub use groups::{Counts, count_groups};
pub use overlap::{Overlap, overlap};
pub use prefixes::{prefixes, trace};
pub use rarefy::rarefy;
pub use rounds::rounds;
pub use together::{Pair, together};
