//! Tags as integers: the border between strings and everything else.

mod table;

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use arrow_array::cast::AsArray;
use arrow_array::{Array, LargeListArray, StringViewArray};

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use table::Table;

/// Rows that are worth a thread.
const SHARE: usize = 1 << 14;

/// The tags of all rows as compressed sparse rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// One position more than there are rows.
    pub offsets: Vec<i64>,
    /// The tags of each row, as they came.
    pub codes: Vec<u32>,
    /// The tag of each code, in the order in which they came first.
    pub tags: StringViewArray,
    /// The number of rows that are null.
    pub null: usize,
    /// The number of other rows without a tag.
    pub empty: usize,
}

/// Numbers the tags of lists, in the order in which they come first; tags that are null are left out.
///
/// Rows are looked at side by side; the result does not depend on the number of threads.
///
/// # Errors
/// [`Error::Malformed`] where the lists hold no strings, [`Error::TooMany`] where they hold more than 2³² distinct ones,
/// [`Error::Interrupted`] where the caller wants to stop.
pub fn encode(lists: &[LargeListArray], interrupt: &Interrupt) -> Result<Encoded> {
    let chunks = lists.iter().map(Chunk::new).collect::<Result<Vec<_>>>()?;
    let rows = lists.iter().map(Array::len).sum();
    let stop = AtomicBool::new(false);
    let walked = thread::scope(|scope| {
        let (chunks, stop) = (&chunks, &stop);
        let mut shares = shares(rows);
        let mine = shares.next().unwrap_or_default();
        let others: Vec<_> = shares
            .map(|share| {
                let range = share.clone();
                let work = move || Walk::along(chunks, range, &Interrupt::new(&|| stop.load(Ordering::Relaxed)));
                thread::Builder::new().spawn_scoped(scope, work).map_err(|_| share)
            })
            .collect();
        let first = Walk::along(chunks, mine, interrupt);
        stop.store(first.is_err(), Ordering::Relaxed);
        // Where there are no more threads to be had, this one does their share.
        let others = others.into_iter().map(|other| match other {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(share) => Walk::along(chunks, share, interrupt),
        });
        [first].into_iter().chain(others.collect::<Vec<_>>()).collect::<Result<Vec<_>>>()
    })?;
    let mut all = Walk::default();
    for walk in walked {
        all.go_on(walk)?;
    }
    let null = lists.iter().map(Array::null_count).sum();
    let empty = all.lengths.iter().filter(|&&length| length == 0).count() - null;
    Ok(Encoded { offsets: all.offsets(), codes: all.codes, tags: all.table.tags(), null, empty })
}

/// The rows cut into as many shares as there are processors for them.
fn shares(rows: usize) -> impl Iterator<Item = Range<usize>> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(rows.div_ceil(SHARE)).max(1);
    let size = rows.div_ceil(threads);
    (0..threads).map(move |nth| (nth * size).min(rows)..((nth + 1) * size).min(rows))
}

/// Lists one after the other.
struct Chunk<'a> {
    lists: &'a LargeListArray,
    values: &'a StringViewArray,
}

impl<'a> Chunk<'a> {
    fn new(lists: &'a LargeListArray) -> Result<Self> {
        let found = lists.value_type();
        let values = lists.values().as_string_view_opt();
        let values = values.ok_or_else(|| Error::Malformed(format!("expected views of strings; found {found}")))?;
        Ok(Self { lists, values })
    }
}

/// What one thread has seen of the rows.
#[derive(Default)]
struct Walk<'a> {
    table: Table<'a>,
    lengths: Vec<i64>,
    codes: Vec<u32>,
}

impl<'a> Walk<'a> {
    fn along(chunks: &[Chunk<'a>], rows: Range<usize>, interrupt: &Interrupt) -> Result<Self> {
        let mut walk = Self { lengths: Vec::with_capacity(rows.len()), ..Self::default() };
        let mut start = 0;
        for chunk in chunks {
            let end = start + chunk.lists.len();
            let (from, to) = (rows.start.clamp(start, end), rows.end.clamp(start, end));
            walk.take(chunk, from - start..to - start, interrupt)?;
            start = end;
        }
        walk.table.check()?;
        Ok(walk)
    }

    fn take(&mut self, chunk: &Chunk<'a>, rows: Range<usize>, interrupt: &Interrupt) -> Result<()> {
        let offsets = chunk.lists.value_offsets();
        self.codes.reserve((offsets[rows.end] - offsets[rows.start]) as usize);
        for row in rows {
            let before = self.codes.len();
            // What lies under a null is not there.
            if chunk.lists.is_valid(row) {
                for place in offsets[row] as usize..offsets[row + 1] as usize {
                    if chunk.values.is_valid(place) {
                        self.codes.push(self.table.code(chunk.values, place));
                    }
                    interrupt.step()?;
                }
            }
            self.lengths.push((self.codes.len() - before) as i64);
        }
        Ok(())
    }

    /// Puts the rows of another behind these.
    fn go_on(&mut self, next: Self) -> Result<()> {
        if self.lengths.is_empty() {
            *self = next;
            return Ok(());
        }
        let codes = self.table.join(&next.table);
        self.table.check()?;
        self.lengths.extend(next.lengths);
        self.codes.extend(next.codes.iter().map(|&code| codes[code as usize]));
        Ok(())
    }

    fn offsets(&self) -> Vec<i64> {
        let ends = self.lengths.iter().scan(0, |end, length| {
            *end += length;
            Some(*end)
        });
        [0].into_iter().chain(ends).collect()
    }
}
