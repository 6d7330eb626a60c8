//! Tags under other names.

use std::mem::replace;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::parallel;
use crate::tags::{TagSets, summed};

/// The code of a tag that goes away.
pub const DROPPED: i64 = -1;

/// Rows that are worth a thread.
const SHARE: usize = 1 << 16;

/// Tag sets under other names, and what became of every assignment of a tag to a row.
///
/// The assignments that came in are `kept + merged + dropped + deduplicated`; those that are left, `kept + merged`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relabelled {
    /// The tags of each row in the order in which they came first, with a code for each name.
    pub tags: TagSets<'static>,
    /// Assignments of a tag that keeps its name.
    pub kept: u64,
    /// Assignments of a tag that took the name of another that the row did not hold.
    pub merged: u64,
    /// Assignments of tags that went away.
    pub dropped: u64,
    /// Assignments that their rows hold already.
    pub deduplicated: u64,
}

/// Gives each tag the name `names[tag]`, which is a code below the number of names, or [`DROPPED`].
///
/// There may be more names than tags. Rows are looked at side by side; the result does not depend on the number of
/// threads.
///
/// ```
/// use instag::{DROPPED, Interrupt, TagSets, relabel};
///
/// let tags = TagSets::new(&[0, 2, 3], &[0, 1, 2], 3)?;
/// let out = relabel(&tags, &[1, 1, DROPPED], &Interrupt::never())?;
/// assert_eq!((out.tags.row(0), out.tags.row(1)), (&[1][..], &[][..]));
/// assert_eq!((out.kept, out.merged, out.dropped, out.deduplicated), (1, 0, 1, 1));
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`] if a tag has no name or a name is not a tag, [`Error::Interrupted`] if the caller wants to stop.
pub fn relabel(tags: &TagSets, names: &[i64], interrupt: &Interrupt) -> Result<Relabelled> {
    check(tags, names)?;
    // Each share writes where it reads, and what it leaves free is closed at the end.
    let (mut offsets, mut codes) = (vec![0; tags.len() + 1], vec![0; tags.n_pairs()]);
    let parts = parts(tags, &mut offsets[1..], &mut codes);
    let starts: Vec<usize> = parts.iter().map(|part| part.first).collect();
    let counted = parallel::map(parts, interrupt, |part, interrupt| {
        let mut counts = Counts::new(names);
        counts.take(part, interrupt)?;
        Ok(counts)
    })?;
    let kept = counted.iter().map(|counts| counts.kept).sum();
    let dropped = counted.iter().map(|counts| counts.dropped).sum::<u64>();
    close(tags, &starts, &mut offsets, &mut codes);
    let holders = summed(counted.into_iter().map(|counts| counts.holders));
    let (came, left) = (tags.n_pairs() as u64, codes.len() as u64);
    let tags = TagSets::known(offsets, codes, holders, Vec::new());
    // A tag that a row holds under its own name is kept, wherever in the row it stands.
    Ok(Relabelled { tags, kept, merged: left - kept, dropped, deduplicated: came - left - dropped })
}

/// Some rows, from `first` on, and where the result goes.
struct Part<'a> {
    first: usize,
    offsets: &'a [i64],
    codes: &'a [u32],
    lengths: &'a mut [i64],
    room: &'a mut [u32],
}

fn parts<'a>(tags: &'a TagSets, mut lengths: &'a mut [i64], mut room: &'a mut [u32]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for rows in parallel::shares(tags.len(), SHARE) {
        let offsets = &tags.offsets()[rows.start..=rows.end];
        let (from, to) = (offsets[0] as usize, offsets[rows.len()] as usize);
        let (those, rest) = lengths.split_at_mut(rows.len());
        let (free, rest_of_room) = room.split_at_mut(to - from);
        (lengths, room) = (rest, rest_of_room);
        parts.push(Part { first: rows.start, offsets, codes: &tags.codes()[from..to], lengths: those, room: free });
    }
    parts
}

/// What one thread has seen.
struct Counts<'a> {
    names: &'a [i64],
    holders: Vec<u32>,
    /// The last row that was seen to hold each tag, counted from 1.
    seen_in: Vec<u32>,
    kept: u64,
    dropped: u64,
}

impl<'a> Counts<'a> {
    fn new(names: &'a [i64]) -> Self {
        Self { names, holders: vec![0; names.len()], seen_in: vec![0; names.len()], kept: 0, dropped: 0 }
    }

    fn take(&mut self, part: Part<'_>, interrupt: &Interrupt) -> Result<()> {
        let mut left = 0;
        for ((row, bounds), length) in (1..).zip(part.offsets.windows(2)).zip(part.lengths) {
            interrupt.step()?;
            let start = left;
            for &code in &part.codes[(bounds[0] - part.offsets[0]) as usize..(bounds[1] - part.offsets[0]) as usize] {
                let name = self.names[code as usize];
                if name == DROPPED {
                    self.dropped += 1;
                    continue;
                }
                let tag = name as usize;
                if replace(&mut self.seen_in[tag], row) != row {
                    self.holders[tag] += 1;
                    part.room[left] = tag as u32;
                    left += 1;
                }
                self.kept += u64::from(tag == code as usize);
            }
            *length = (left - start) as i64;
        }
        Ok(())
    }
}

/// Moves the parts together, and makes offsets of lengths; `starts` has the first row of each part.
fn close(tags: &TagSets, starts: &[usize], offsets: &mut [i64], codes: &mut Vec<u32>) {
    let mut end = 0;
    for (nth, &start) in starts.iter().enumerate() {
        let from = tags.offsets()[start] as usize;
        let first = end;
        let next = starts.get(nth + 1).copied().unwrap_or(tags.len());
        for length in &mut offsets[1..][start..next] {
            end += *length;
            *length = end;
        }
        codes.copy_within(from..from + (end - first) as usize, first as usize);
    }
    codes.truncate(end as usize);
}

fn check(tags: &TagSets, names: &[i64]) -> Result<()> {
    let malformed = |what: String| Err(Error::Malformed(what));
    if names.len() < tags.n_tags() {
        return malformed(format!("names: expected one for each of {} tags; found {}", tags.n_tags(), names.len()));
    }
    match names.iter().find(|&&name| name < DROPPED || name >= names.len() as i64) {
        Some(name) => malformed(format!("names: expected -1 or a code below {}; found {name}", names.len())),
        None => Ok(()),
    }
}
