//! How wide clusters are.

use super::{NONE, Vectors, members};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// The largest distance within a cluster, and between which points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diameter {
    /// The cosine distance; 0 where there is one point.
    pub distance: f64,
    /// The two points, the lower index first. Of pairs that single precision cannot tell apart, the first.
    pub between: (u32, u32),
}

/// The diameter of each cluster, by label. Every pair of points of a cluster is looked at.
///
/// # Errors
/// [`Error::Malformed`] where `labels` are not from 0 without a gap, one for each vector, or -1 for noise, or a vector
/// of zeros is labelled; [`Error::Interrupted`] where the caller wants to stop.
pub fn diameters(vectors: &Vectors, labels: &[i64], interrupt: &Interrupt) -> Result<Vec<Diameter>> {
    check(vectors, labels)?;
    members(labels).iter().map(|members| diameter(vectors, members, interrupt)).collect()
}

fn diameter(vectors: &Vectors, members: &[u32], interrupt: &Interrupt) -> Result<Diameter> {
    let first = members.first().copied().unwrap_or_default();
    let (mut least, mut between) = (f32::INFINITY, (first, first));
    for (nth, &one) in members.iter().enumerate() {
        let others = &members[nth + 1..];
        vectors.similarities(others.iter().map(|&other| (one, other)), |one, other, similarity| {
            if similarity < least {
                (least, between) = (similarity, (one, other));
            }
        });
        others.iter().try_for_each(|_| interrupt.step())?;
    }
    let distance = if between.0 == between.1 { 0.0 } else { vectors.distance(between.0, between.1) };
    Ok(Diameter { distance, between })
}

fn check(vectors: &Vectors, labels: &[i64]) -> Result<()> {
    let malformed = |message: String| Err(Error::Malformed(message));
    if labels.len() != vectors.len() {
        return malformed(format!("labels: expected {}, one for each vector; found {}", vectors.len(), labels.len()));
    }
    let mut used = vec![false; labels.len()];
    for (point, &label) in labels.iter().enumerate() {
        if label == NONE {
            continue;
        }
        match usize::try_from(label).ok().and_then(|label| used.get_mut(label)) {
            None => return malformed(format!("labels: expected -1 to {}; found {label}", labels.len() - 1)),
            Some(_) if !vectors.has_direction(point) => {
                return malformed(format!("labels: expected -1 for a vector of zeros; found {label} for {point}"));
            }
            Some(used) => *used = true,
        }
    }
    let n_labels = used.iter().filter(|&&used| used).count();
    match used[..n_labels].iter().position(|used| !used) {
        Some(gap) => malformed(format!("labels: expected every label from 0 to {n_labels}; found none {gap}")),
        None => Ok(()),
    }
}
