//! How many distinct tags to expect of some samples drawn at random: rarefaction.
//!
//! Of N samples, n are drawn without replacement. A tag that k samples hold is missed with probability
//! C(N − k, n) / C(N, n), which is a product of k factors, and the same with k and n exchanged:
//! (1 − n/N) (1 − n/(N − 1)) … (1 − n/(N − k + 1)). Tags that equally many samples hold are missed with the same
//! probability. One walk over k has the product for every tag, and ends once no tag is missed any more; for a small n it
//! takes fewer factors to multiply n of them for each k that occurs.

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// A probability so small that not even thousands of them add anything to 1.
const NEVER: f64 = 1e-22;

/// The distinct tags to expect of `size` samples, for each of `sizes`.
///
/// `counts` has the samples that hold each tag, of `samples` in all. Exact but for rounding, below 1e-11 a tag.
///
/// ```
/// use instag::{Interrupt, rarefy};
///
/// // Three samples, of which one holds both tags and two the first alone.
/// let expected = rarefy(&[3, 1], 3, &[1, 2, 3], &Interrupt::never())?;
/// assert!((expected[0] - 4.0 / 3.0).abs() < 1e-12);
/// assert!((expected[1] - 5.0 / 3.0).abs() < 1e-12);
/// assert_eq!(expected[2], 2.0);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`] if a count or a size is above `samples`, [`Error::Interrupted`] if the caller wants to
/// stop.
pub fn rarefy(counts: &[u32], samples: u32, sizes: &[u32], interrupt: &Interrupt) -> Result<Vec<f64>> {
    for (name, numbers) in [("counts", counts), ("sizes", sizes)] {
        if let Some(found) = numbers.iter().find(|&&number| number > samples) {
            return Err(Error::Malformed(format!("{name}: expected at most {samples}, all samples; found {found}")));
        }
    }
    let classes = classes(counts);
    sizes.iter().map(|&size| expected(&classes, samples, size, interrupt)).collect()
}

/// How many tags there are of each count, by count.
fn classes(counts: &[u32]) -> Vec<(u32, u32)> {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(|class| (class[0], class.len() as u32)).collect()
}

fn expected(classes: &[(u32, u32)], samples: u32, size: u32, interrupt: &Interrupt) -> Result<f64> {
    let most = classes.last().map_or(0, |&(count, _)| count);
    // About where NEVER is reached: (1 - size/samples)^k is below exp(-k size/samples).
    let far = 51.0 * f64::from(samples) / f64::from(size.max(1));
    let one_walk = f64::from(most).min(far);
    if f64::from(size) * f64::from(classes.len() as u32) <= one_walk {
        each(classes, samples, size, interrupt)
    } else {
        walk(classes, samples, size, interrupt)
    }
}

/// One walk for all counts.
fn walk(classes: &[(u32, u32)], samples: u32, size: u32, interrupt: &Interrupt) -> Result<f64> {
    let mut missed = 1.0;
    let mut walked = 0;
    let mut sum = 0.0;
    for &(count, tags) in classes {
        for nth in walked..count {
            interrupt.step()?;
            if missed < NEVER {
                break;
            }
            missed *= factor(samples, size, nth);
        }
        walked = count;
        sum += f64::from(tags) * (1.0 - missed);
    }
    Ok(sum)
}

/// A walk for each count, over the samples that are drawn.
fn each(classes: &[(u32, u32)], samples: u32, size: u32, interrupt: &Interrupt) -> Result<f64> {
    let mut sum = 0.0;
    for &(count, tags) in classes {
        let mut missed = 1.0;
        for nth in 0..size {
            interrupt.step()?;
            missed *= factor(samples, count, nth);
        }
        sum += f64::from(tags) * (1.0 - missed);
    }
    Ok(sum)
}

/// The probability to miss `marked` of the samples that are left after `drawn`, none of them marked.
#[inline]
fn factor(samples: u32, marked: u32, drawn: u32) -> f64 {
    let left = samples - drawn;
    f64::from(left.saturating_sub(marked)) / f64::from(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_are_the_same() {
        let counts: Vec<u32> = (1..400).map(|nth| 1 + 5_000 / (nth * nth)).collect();
        let classes = classes(&counts);
        for size in [0, 1, 2, 17, 400, 2_500, 5_000, 5_001] {
            let never = Interrupt::never();
            let (one, other) = (walk(&classes, 5_001, size, &never), each(&classes, 5_001, size, &never));
            assert!((one.clone().unwrap() - other.clone().unwrap()).abs() < 1e-10, "{size}: {one:?}, {other:?}");
        }
    }
}
