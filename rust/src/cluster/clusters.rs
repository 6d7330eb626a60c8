//! What makes a cluster, and what clustering returns.

use crate::error::{Error, Result};

/// The label of a point that is in no cluster, and the neighbour of one that has none.
pub const NONE: i64 = -1;

/// What makes a cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Density {
    /// The largest cosine distance of neighbours: above 0, at most 2.
    pub eps: f64,
    /// The points within `eps` that make a core point, itself among them; at least 1.
    pub min_samples: u32,
    /// The largest cosine distance of any two points of a cluster; wider clusters are split.
    pub max_diameter: Option<f64>,
}

/// A cluster for each point, and why it is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    /// The cluster of each point, from 0, or [`NONE`] if it is noise.
    pub labels: Vec<i64>,
    /// Whether each point is a core point.
    pub core: Vec<bool>,
    /// The next point on the way from each point to the first of its cluster, or [`NONE`] if it is the first, or noise.
    /// The way goes through core points within `eps` of each other, and no other way there has a stronger weakest link;
    /// in a part of a cluster that was split it may go through any point. Similarities that single precision cannot tell
    /// apart are ties, and go to the lower indices.
    pub via: Vec<i64>,
    /// The cosine similarity to that point; NaN if there is no such point.
    pub similarity: Vec<f64>,
}

impl Density {
    pub(super) fn check(&self) -> Result<()> {
        check_distance("eps", self.eps)?;
        self.max_diameter.map_or(Ok(()), |value| check_distance("max_diameter", value))?;
        if self.min_samples == 0 {
            return Err(Error::Malformed("min_samples: expected at least 1; found 0".into()));
        }
        Ok(())
    }
}

pub(super) fn check_distance(name: &str, value: f64) -> Result<()> {
    if value > 0.0 && value <= 2.0 {
        return Ok(());
    }
    Err(Error::Malformed(format!("{name}: expected a cosine distance above 0 and at most 2; found {value}")))
}

/// The points of each cluster, in order.
pub(super) fn members(labels: &[i64]) -> Vec<Vec<u32>> {
    let mut members = Vec::new();
    for (point, &label) in labels.iter().enumerate() {
        if label >= 0 {
            if label as usize >= members.len() {
                members.resize(label as usize + 1, Vec::new());
            }
            members[label as usize].push(point as u32);
        }
    }
    members
}
