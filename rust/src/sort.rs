//! Sorting that can be stopped, and is done side by side.

use std::cmp::Ordering;

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::parallel;

/// Items that are sorted at a go: some milliseconds of work.
const PIECE: usize = 1 << 15;
/// Items that are worth a thread.
const SHARE: usize = 1 << 18;

/// Sorts by an order in which no two items are equal, so that there is one result.
pub(crate) fn sort_by<T: Copy + Send>(
    items: &mut [T],
    interrupt: &Interrupt,
    order: impl Fn(&T, &T) -> Ordering + Sync,
) -> Result<()> {
    if items.len() <= PIECE {
        items.sort_unstable_by(order);
        return interrupt.ask();
    }
    let share = parallel::shares(items.len(), SHARE)[0].len();
    let sorted = parallel::map(items.chunks_mut(share).collect(), interrupt, |part, interrupt| {
        let mut pieces = Vec::new();
        for piece in part.chunks_mut(PIECE) {
            interrupt.ask()?;
            piece.sort_unstable_by(&order);
            pieces.push(piece.to_vec());
        }
        merged(pieces, interrupt, &order)
    })?;
    items.copy_from_slice(&merged(sorted, interrupt, &order)?);
    Ok(())
}

/// Runs that are in order as one.
fn merged<T: Copy>(
    mut runs: Vec<Vec<T>>,
    interrupt: &Interrupt,
    order: &impl Fn(&T, &T) -> Ordering,
) -> Result<Vec<T>> {
    while runs.len() > 1 {
        let mut longer = Vec::with_capacity(runs.len().div_ceil(2));
        let mut rest = runs.into_iter();
        while let Some(run) = rest.next() {
            longer.push(match rest.next() {
                Some(next) => merge(&run, &next, interrupt, order)?,
                None => run,
            });
        }
        runs = longer;
    }
    Ok(runs.pop().unwrap_or_default())
}

fn merge<T: Copy>(
    mut one: &[T],
    mut other: &[T],
    interrupt: &Interrupt,
    order: &impl Fn(&T, &T) -> Ordering,
) -> Result<Vec<T>> {
    let mut merged = Vec::with_capacity(one.len() + other.len());
    while let (Some(&first), Some(&next)) = (one.first(), other.first()) {
        interrupt.step()?;
        if order(&first, &next).is_le() {
            merged.push(first);
            one = &one[1..];
        } else {
            merged.push(next);
            other = &other[1..];
        }
    }
    merged.extend_from_slice(one);
    merged.extend_from_slice(other);
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::Error;

    /// Different numbers in no order.
    fn numbers(len: usize) -> Vec<u64> {
        (0..len as u64).map(|nth| nth.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
    }

    #[test]
    fn all_lengths_are_sorted() {
        for len in [0, 1, 2, PIECE, PIECE + 1, 3 * PIECE + 7, 2 * SHARE + PIECE + 5] {
            let (mut sorted, mut expected) = (numbers(len), numbers(len));
            expected.sort_unstable_by(|one, other| other.cmp(one));
            sort_by(&mut sorted, &Interrupt::never(), |one, other| other.cmp(one)).unwrap();
            assert_eq!(sorted, expected, "{len}");
        }
    }

    #[test]
    fn a_sort_is_stopped_between_pieces_and_while_runs_are_merged() {
        for calls in [1, 3, 9, 20] {
            let asked = Cell::new(0);
            let wanted = || {
                asked.set(asked.get() + 1);
                asked.get() == calls
            };
            // On one thread, so that all questions are asked here.
            let mut items = numbers(SHARE);
            let outcome = sort_by(&mut items, &Interrupt::new(&wanted), u64::cmp);
            assert_eq!((outcome, asked.get()), (Err(Error::Interrupted), calls));
        }
    }
}
