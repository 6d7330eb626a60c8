//! The rounds of an order that does not say them.

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// The round of each sample, from 1: one whose tags are all covered in a round begins the next.
///
/// For samples in the order that a method in rounds took them in, these are its rounds: what a round passes over is
/// covered in it. Samples without tags begin nothing.
///
/// ```
/// use instag::{Interrupt, TagSets, rounds};
///
/// let tags = TagSets::new(&[0, 2, 3, 3, 4], &[0, 1, 1, 2], 3)?;
/// assert_eq!(rounds(&tags, &Interrupt::never())?, [1, 2, 2, 2]);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Interrupted`](crate::Error::Interrupted) where the caller wants to stop.
pub fn rounds(tags: &TagSets, interrupt: &Interrupt) -> Result<Vec<u32>> {
    let mut covered_in = vec![0; tags.n_tags()];
    let mut round = 1;
    (0..tags.len())
        .map(|row| {
            interrupt.step()?;
            let held = tags.row(row);
            round += u32::from(!held.is_empty() && held.iter().all(|&tag| covered_in[tag as usize] == round));
            for &tag in held {
                covered_in[tag as usize] = round;
            }
            Ok(round)
        })
        .collect()
}
