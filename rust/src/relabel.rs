//! Tags under other names.

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// The code of a tag that goes away.
pub const DROPPED: i64 = -1;

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
/// # Errors
/// [`Error::Malformed`] where the arrays are no tag sets or a name is no tag, [`Error::Interrupted`] where the caller
/// wants to stop.
pub fn relabel(offsets: &[i64], codes: &[u32], names: &[i64], interrupt: &Interrupt) -> Result<Relabelled> {
    check(offsets, codes, names)?;
    let mut out = Relabelled { counts: vec![0; names.len()], ..Relabelled::default() };
    out.offsets.reserve(offsets.len());
    out.offsets.push(0);
    out.codes.reserve(codes.len());
    // The last row that was seen to hold each tag: under its own name, and under any.
    let mut own = vec![usize::MAX; names.len()];
    let mut any = own.clone();
    for (row, bounds) in offsets.windows(2).enumerate() {
        let held = &codes[bounds[0] as usize..bounds[1] as usize];
        for &code in held {
            interrupt.step()?;
            let name = names[code as usize];
            if name == DROPPED {
                out.dropped += 1;
                continue;
            }
            let tag = name as usize;
            if tag == code as usize && own[tag] != row {
                own[tag] = row;
                out.kept += 1;
            }
            if any[tag] == row {
                out.deduplicated += 1;
            } else {
                any[tag] = row;
                out.counts[tag] += 1;
                out.codes.push(tag as u32);
            }
        }
        out.offsets.push(out.codes.len() as i64);
    }
    // A tag that a row holds under its own name is kept, wherever in the row it stands.
    out.merged = out.codes.len() as u64 - out.kept;
    Ok(out)
}

fn check(offsets: &[i64], codes: &[u32], names: &[i64]) -> Result<()> {
    let malformed = |what: String| Err(Error::Malformed(what));
    let ends = (offsets.first().copied(), offsets.last().copied());
    if ends != (Some(0), Some(codes.len() as i64)) || offsets.windows(2).any(|pair| pair[0] > pair[1]) {
        return malformed(format!("offsets: expected them to rise from 0 to {}", codes.len()));
    }
    if let Some(code) = codes.iter().find(|&&code| code as usize >= names.len()) {
        return malformed(format!("codes: expected codes below {}; found {code}", names.len()));
    }
    if let Some(name) = names.iter().find(|&&name| name < DROPPED || name >= names.len() as i64) {
        return malformed(format!("names: expected -1 or a code below {}; found {name}", names.len()));
    }
    Ok(())
}
