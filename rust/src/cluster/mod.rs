//! Density clusters of vectors (DBSCAN; Ester, Kriegel, Sander, Xu 1996) at a cosine distance, exact, in linear memory.
//!
//! A point with at least `min_samples` points within `eps`, itself among them, is a core point. Core points within
//! `eps` of each other are in one cluster; a point that is none but has one within `eps` is in a cluster of one of
//! these; what is left is noise.
//!
//! Three parts, each exact whatever the others do. [`pairs`] finds every pair within a distance and hands it on, in no
//! promised order, without keeping it. [`density`] turns the stream of pairs into clusters, keeping of each point no
//! more than the neighbours it needs to become a core point, and of the pairs those that hold a cluster together
//! ([`forest`]). [`linkage`] splits clusters that are too wide.
//!
//! The result depends on nothing but the vectors: where single precision could err, double precision decides, in a
//! fixed order of additions ([`Vectors`]).

mod density;
mod diameter;
mod forest;
mod linkage;
mod neighbours;
mod pairs;
mod principal;
mod sketch;
mod tiles;
mod vectors;

pub use diameter::{Diameter, diameters};
pub use neighbours::{Neighbours, neighbours};
pub use vectors::Vectors;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

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
    /// The cluster of each point, from 0, or [`NONE`] where it is noise.
    pub labels: Vec<i64>,
    /// Whether each point is a core point.
    pub core: Vec<bool>,
    /// The next point on the way from each point to the first of its cluster, or [`NONE`] where it is that, or noise.
    /// The way goes through core points within `eps` of each other, and no other way there has a stronger weakest link;
    /// in what a split has left it goes through any of the points. Similarities that single precision cannot tell
    /// apart are ties, and go to the lower indices.
    pub via: Vec<i64>,
    /// The cosine similarity to that point; not a number where there is none.
    pub similarity: Vec<f64>,
}

impl Density {
    fn check(&self) -> Result<()> {
        check_distance("eps", self.eps)?;
        self.max_diameter.map_or(Ok(()), |value| check_distance("max_diameter", value))?;
        if self.min_samples == 0 {
            return Err(Error::Malformed("min_samples: expected at least 1; found 0".into()));
        }
        Ok(())
    }
}

/// Clusters the points.
///
/// Clusters are numbered by their first core points, and a point between two clusters goes to the one with the lower
/// number: labels are those of scikit-learn's `DBSCAN(metric="cosine")`, number for number. A vector of zeros points
/// nowhere, so it is near nothing, not even itself, and always noise.
///
/// Where `max_diameter` is given, clusters that are wider are split by complete linkage: the two groups whose farthest
/// points are nearest are joined, again and again, while these are within `max_diameter`. What is left of a cluster
/// takes its place in the numbering, in the order of its first points; a point left alone is noise unless
/// `min_samples` is 1. A split keeps the pairs within `max_diameter` of one cluster at a time, so its memory is linear
/// only where clusters are small.
///
/// ```
/// use instag::{Density, Interrupt, Vectors, cluster};
///
/// let vectors = Vectors::new(&[1.0, 0.0, 0.0, 1.0, 2.0, 0.1, 0.0, 0.0], 4, 2)?;
/// let density = Density { eps: 0.05, min_samples: 2, max_diameter: None };
/// let clusters = cluster(&vectors, &density, &Interrupt::never())?;
/// assert_eq!(clusters.labels, [0, -1, 0, -1]);
/// assert_eq!(clusters.via, [-1, -1, 0, -1]);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`] where a parameter is none, [`Error::Interrupted`] where the caller wants to stop.
pub fn cluster(vectors: &Vectors, density: &Density, interrupt: &Interrupt) -> Result<Clusters> {
    density.check()?;
    let points = vectors.directed();
    let mut growth = density::Growth::new(vectors.len(), &points, density.min_samples);
    pairs::within(vectors, &points, density.eps, interrupt, |pair| {
        growth.meet(pair);
        Ok(())
    })?;
    let mut clusters = growth.clusters();
    if let Some(max_diameter) = density.max_diameter {
        linkage::split(vectors, &mut clusters, max_diameter, density.min_samples, interrupt)?;
    }
    for (point, (&via, similarity)) in clusters.via.iter().zip(&mut clusters.similarity).enumerate() {
        if via != NONE {
            *similarity = 1.0 - vectors.distance(point as u32, via as u32);
        }
    }
    Ok(clusters)
}

fn check_distance(name: &str, value: f64) -> Result<()> {
    if value > 0.0 && value <= 2.0 {
        return Ok(());
    }
    Err(Error::Malformed(format!("{name}: expected a cosine distance above 0 and at most 2; found {value}")))
}

/// The points of each cluster, in order.
fn members(labels: &[i64]) -> Vec<Vec<u32>> {
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
