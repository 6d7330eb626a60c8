//! Tags under other names.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// The code of a tag that goes away.
pub const DROPPED: i64 = -1;

/// Rows that a thread takes at a time.
const PART: usize = 1 << 16;

/// Tag sets under other names, and what became of every assignment.
///
/// The assignments that came in are `kept + merged + dropped + deduplicated`; those that are left, `kept + merged`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relabelled {
    /// One position more than there are rows.
    pub offsets: Vec<i64>,
    /// The tags of each row, each once, in the order in which they came first.
    pub codes: Vec<u32>,
    /// The rows that hold each tag.
    pub counts: Vec<u32>,
    /// Assignments of a tag that keeps its name.
    pub kept: u64,
    /// Assignments of a tag that took the name of another that the row did not hold.
    pub merged: u64,
    /// Assignments of tags that went away.
    pub dropped: u64,
    /// Assignments that their rows hold already.
    pub deduplicated: u64,
}

/// Gives each tag the name `names[tag]`, which is a tag or [`DROPPED`].
///
/// Rows are looked at in parts, side by side; the result does not depend on the number of threads.
///
/// # Errors
/// [`Error::Malformed`] where the arrays are no tag sets or a name is no tag, [`Error::Interrupted`] where the caller
/// wants to stop.
pub fn relabel(offsets: &[i64], codes: &[u32], names: &[i64], interrupt: &Interrupt) -> Result<Relabelled> {
    check(offsets, codes, names)?;
    let rows = offsets.len() - 1;
    // Each part writes where it reads, and what it leaves free is closed at the end.
    let mut out = Relabelled { offsets: vec![0; rows + 1], codes: vec![0; codes.len()], ..Relabelled::default() };
    let parts = parts(offsets, codes, &mut out.offsets[1..], &mut out.codes);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(parts.len());
    let parts = Mutex::new(parts.into_iter());
    let next = || parts.lock().map_or(None, |mut parts| parts.next());
    let tallies = thread::scope(|scope| {
        let work = || {
            let mut tally = Tally::new(names);
            while let Some(part) = next() {
                tally.take(part);
            }
            tally
        };
        // Where there are no more threads to be had, fewer do.
        let others: Vec<_> =
            (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let mut mine = Tally::new(names);
        let mut outcome = Ok(());
        while let Some(part) = next() {
            outcome = (0..part.codes.len()).try_for_each(|_| interrupt.step());
            if outcome.is_err() {
                // Nothing is left for the others.
                while next().is_some() {}
                break;
            }
            mine.take(part);
        }
        let theirs = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        let tallies: Vec<_> = theirs.chain([mine]).collect();
        outcome.map(|()| tallies)
    })?;
    out.counts = vec![0; names.len()];
    for tally in tallies {
        out.kept += tally.kept;
        out.dropped += tally.dropped;
        for (count, more) in out.counts.iter_mut().zip(tally.counts) {
            *count += more;
        }
    }
    close(offsets, &mut out);
    // A tag that a row holds under its own name is kept, wherever in the row it stands.
    out.merged = out.codes.len() as u64 - out.kept;
    out.deduplicated = (codes.len() - out.codes.len()) as u64 - out.dropped;
    Ok(out)
}

/// Some rows, and where what comes of them goes.
struct Part<'a> {
    offsets: &'a [i64],
    codes: &'a [u32],
    lengths: &'a mut [i64],
    room: &'a mut [u32],
}

fn parts<'a>(
    offsets: &'a [i64],
    codes: &'a [u32],
    mut lengths: &'a mut [i64],
    mut room: &'a mut [u32],
) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for start in (0..lengths.len()).step_by(PART) {
        let offsets = &offsets[start..=start + lengths.len().min(PART)];
        let (from, to) = (offsets[0] as usize, offsets[offsets.len() - 1] as usize);
        let (those, rest) = lengths.split_at_mut(offsets.len() - 1);
        let (free, rest_of_room) = room.split_at_mut(to - from);
        (lengths, room) = (rest, rest_of_room);
        parts.push(Part { offsets, codes: &codes[from..to], lengths: those, room: free });
    }
    parts
}

/// What one thread has seen.
struct Tally<'a> {
    names: &'a [i64],
    counts: Vec<u32>,
    /// Of each tag twice the last row that was seen to hold it, and one more where it did under the tag's own name.
    seen: Vec<u32>,
    rows: u32,
    /// The most rows before `seen` begins anew.
    most: u32,
    kept: u64,
    dropped: u64,
}

impl<'a> Tally<'a> {
    fn new(names: &'a [i64]) -> Self {
        let (counts, seen) = (vec![0; names.len()], vec![0; names.len()]);
        Self { names, counts, seen, rows: 0, most: u32::MAX / 2 - 1, kept: 0, dropped: 0 }
    }

    fn take(&mut self, part: Part<'_>) {
        let mut left = 0;
        for (bounds, length) in part.offsets.windows(2).zip(part.lengths) {
            if self.rows == self.most {
                self.seen.fill(0);
                self.rows = 0;
            }
            self.rows += 1;
            let start = left;
            for &code in &part.codes[(bounds[0] - part.offsets[0]) as usize..(bounds[1] - part.offsets[0]) as usize] {
                let name = self.names[code as usize];
                if name == DROPPED {
                    self.dropped += 1;
                    continue;
                }
                let tag = name as usize;
                let seen = &mut self.seen[tag];
                if *seen >> 1 != self.rows {
                    *seen = self.rows << 1;
                    self.counts[tag] += 1;
                    part.room[left] = tag as u32;
                    left += 1;
                }
                if tag == code as usize {
                    self.kept += u64::from(*seen & 1 == 0);
                    *seen |= 1;
                }
            }
            *length = (left - start) as i64;
        }
    }
}

/// Moves the parts together, and makes offsets of lengths.
fn close(offsets: &[i64], out: &mut Relabelled) {
    let rows = offsets.len() - 1;
    let mut end = 0;
    for start in (0..rows).step_by(PART) {
        let from = offsets[start] as usize;
        let first = end;
        for length in &mut out.offsets[1..][start..rows.min(start + PART)] {
            end += *length;
            *length = end;
        }
        out.codes.copy_within(from..from + (end - first) as usize, first as usize);
    }
    out.codes.truncate(end as usize);
}

fn check(offsets: &[i64], codes: &[u32], names: &[i64]) -> Result<()> {
    let malformed = |what: String| Err(Error::Malformed(what));
    let ends = (offsets.first().copied(), offsets.last().copied());
    if ends != (Some(0), Some(codes.len() as i64)) || !offsets.is_sorted() {
        return malformed(format!("offsets: expected them to rise from 0 to {}", codes.len()));
    }
    if let Some(code) = codes.iter().max().filter(|&&code| code as usize >= names.len()) {
        return malformed(format!("codes: expected codes below {}; found {code}", names.len()));
    }
    if let Some(name) = names.iter().find(|&&name| name < DROPPED || name >= names.len() as i64) {
        return malformed(format!("names: expected -1 or a code below {}; found {name}", names.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_when_their_numbers_begin_anew() {
        // Tags 0 and 1 become 1; each row holds both.
        let (offsets, codes) = (vec![0, 2, 4, 6, 8, 10], [0, 1].repeat(5));
        let expected = relabel(&offsets, &codes, &[1, 1], &Interrupt::never()).unwrap();
        for most in 1..=6 {
            let mut tally = Tally { most, ..Tally::new(&[1, 1]) };
            let (mut lengths, mut room) = (vec![0; 5], vec![0; 10]);
            tally.take(Part { offsets: &offsets, codes: &codes, lengths: &mut lengths, room: &mut room });
            assert_eq!((lengths, &room[..5]), (vec![1; 5], &expected.codes[..]), "anew after {most} rows");
            assert_eq!((tally.counts, tally.kept), (expected.counts.clone(), expected.kept));
        }
    }
}
