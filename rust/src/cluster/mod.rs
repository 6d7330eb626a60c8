//! Density clusters of vectors (DBSCAN; Ester, Kriegel, Sander, Xu 1996) at a cosine distance, exact, in linear memory.
//!
//! A point with at least `min_samples` points within `eps`, itself among them, is a core point. Core points within
//! `eps` of each other are in one cluster; a point that is not a core point but has core points within `eps` is in the
//! cluster of one of these; all other points are noise.
//!
//! Three parts, each exact whatever the others do. [`pairs`] finds every pair within a distance and hands it on, in no
//! promised order, without keeping it. [`dbscan`] turns the stream of pairs into clusters, keeping of each point no
//! more than the neighbours it needs to become a core point, and of the pairs those that hold a cluster together
//! ([`forest`]). [`linkage`] splits clusters that are too wide.
//!
//! The result depends on nothing but the vectors: where single precision could err, double precision decides, in a
//! fixed order of additions ([`Vectors`]).

mod clusters;
mod dbscan;
mod forest;
mod linkage;
mod neighbours;
mod pairs;
mod principal;
mod sketch;
mod tiles;
mod vectors;

pub use clusters::{Clusters, Density, NONE};
pub use linkage::{Diameter, diameters};
pub use neighbours::{Neighbours, neighbours};
pub use vectors::Vectors;

use crate::error::Result;
use crate::interrupt::Interrupt;
use dbscan::Dbscan;

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
/// [`Error::Malformed`](crate::Error::Malformed) if a parameter is out of range,
/// [`Error::Interrupted`](crate::Error::Interrupted) if the caller wants to stop.
pub fn cluster(vectors: &Vectors, density: &Density, interrupt: &Interrupt) -> Result<Clusters> {
    density.check()?;
    let points = vectors.directed();
    let mut dbscan = Dbscan::new(vectors.len(), &points, density.min_samples);
    pairs::within(vectors, &points, density.eps, interrupt, |pair| {
        dbscan.meet(pair);
        Ok(())
    })?;
    let mut clusters = dbscan.clusters();
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
