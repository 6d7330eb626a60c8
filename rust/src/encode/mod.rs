//! Tags as integers: the border between strings and everything else.

mod table;

use std::cmp::Reverse;
use std::ops::Range;
use std::str::FromStr;

use arrow_array::cast::AsArray;
use arrow_array::{Array, LargeListArray, StringViewArray};

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::parallel;
use crate::sort::sort_by;
use crate::tags::{TagSets, check_rows};
use table::Table;

/// Rows that are worth a thread.
const SHARE: usize = 1 << 14;
/// Codes that are worth a thread.
const CODES: usize = 1 << 18;

/// How tags are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// As they come first.
    Appearance,
    /// By name, byte by byte, so that nothing depends on the order of rows.
    Name,
    /// The one that most rows hold first, ties by name.
    Count,
}

impl FromStr for Order {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "appearance" => Ok(Self::Appearance),
            "name" => Ok(Self::Name),
            "count" => Ok(Self::Count),
            _ => Err(Error::Malformed(format!("order: expected appearance, name or count; found {name:?}"))),
        }
    }
}

/// Rows of tags as integers.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// The tags of each row, each once, in the order in which they came first.
    pub sets: TagSets<'static>,
    /// The tag of each code.
    pub tags: StringViewArray,
    /// The number of rows that are null.
    pub null: usize,
    /// The number of other rows without a tag.
    pub empty: usize,
}

/// Numbers the tags of lists; tags that are null are left out.
///
/// # Errors
/// Those of [`Encoder::push`].
pub fn encode(lists: &[LargeListArray], order: Order, interrupt: &Interrupt) -> Result<Encoded> {
    let mut encoder = Encoder::default();
    encoder.push(lists, interrupt)?;
    encoder.finish(order, interrupt)
}

/// Numbers the tags of rows that come part by part. What was pushed can be freed: the encoder keeps the codes, and one
/// copy of every distinct tag.
#[derive(Debug, Clone)]
pub struct Encoder {
    table: Table,
    offsets: Vec<i64>,
    codes: Vec<u32>,
    repeats: Vec<u64>,
    null: usize,
    empty: usize,
}

impl Default for Encoder {
    fn default() -> Self {
        let (table, codes, repeats) = Default::default();
        Self { table, offsets: vec![0], codes, repeats, null: 0, empty: 0 }
    }
}

impl Encoder {
    /// The number of rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no row so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memory that is taken so far, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        let (offsets, codes) = (self.offsets.capacity() * size_of::<i64>(), self.codes.capacity() * size_of::<u32>());
        offsets + codes + self.repeats.capacity() * size_of::<u64>() + self.table.size()
    }

    /// Puts more rows behind those there are.
    ///
    /// Rows are looked at side by side; the result does not depend on the number of threads. After an error the encoder
    /// is as it was before, or empty if it was stopped while rows were added.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the lists hold no strings, [`Error::TooMany`] if there are more rows or distinct
    /// tags than 32 bits can number, [`Error::Interrupted`] if the caller wants to stop.
    pub fn push(&mut self, lists: &[LargeListArray], interrupt: &Interrupt) -> Result<()> {
        let chunks = lists.iter().map(Chunk::new).collect::<Result<Vec<_>>>()?;
        let rows = lists.iter().map(Array::len).sum::<usize>();
        check_rows(self.len().saturating_add(rows))?;
        let shares = parallel::shares(rows, SHARE);
        let walks = parallel::map(shares, interrupt, |rows, interrupt| Walk::along(&chunks, rows, interrupt))?;
        // Most tags are counted once for each share; if even this sum is small enough, every tag gets a code.
        let distinct = walks.iter().map(|walk| walk.table.len()).sum::<usize>() + self.table.len();
        if distinct > u32::MAX as usize {
            return Err(Error::TooMany(format!("expected fewer than 2^32 distinct tags; found up to {distinct}")));
        }
        self.offsets.reserve(rows);
        // The first codes are taken as they are.
        let further = walks.iter().skip(usize::from(self.codes.is_empty()));
        let further = further.map(|walk| walk.codes.len()).sum();
        for walk in walks {
            self.empty += walk.lengths.iter().filter(|&&length| length == 0).count();
            if let Err(error) = self.take(walk, further, interrupt) {
                *self = Self::default();
                return Err(error);
            }
        }
        let null = lists.iter().map(Array::null_count).sum::<usize>();
        self.null += null;
        self.empty -= null;
        Ok(())
    }

    /// Takes the rows of a walk, and makes room for as many codes as will come after the first ones.
    fn take(&mut self, walk: Walk, further: usize, interrupt: &Interrupt) -> Result<()> {
        let mut end = self.codes.len() as i64;
        self.offsets.extend(walk.lengths.iter().map(|&length| {
            end += i64::from(length);
            end
        }));
        if self.table.len() == 0 {
            self.table = walk.table;
            self.repeats = walk.repeats;
            self.repeats.resize(self.table.len(), 0);
            self.codes = walk.codes;
            self.codes.reserve_exact(further);
            return Ok(());
        }
        let codes = self.table.join(&walk.table, interrupt)?;
        self.repeats.resize(self.table.len(), 0);
        for (&code, repeats) in codes.iter().zip(walk.repeats) {
            self.repeats[code as usize] += repeats;
        }
        self.codes.extend(walk.codes.iter().map(|&code| codes[code as usize]));
        Ok(())
    }

    /// All rows, with the tags numbered as wanted.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the caller wants to stop.
    pub fn finish(mut self, order: Order, interrupt: &Interrupt) -> Result<Encoded> {
        let mut holders = self.table.holders().to_vec();
        let by = self.sorted(&holders, order, interrupt)?;
        if order != Order::Appearance {
            let mut places = vec![0; by.len()];
            for (place, &code) in (0..).zip(&by) {
                places[code as usize] = place;
            }
            let chunks = parallel::shares(self.codes.len(), CODES)[0].len().max(1);
            parallel::map(self.codes.chunks_mut(chunks).collect(), interrupt, |codes, interrupt| {
                for code in codes {
                    interrupt.step()?;
                    *code = places[*code as usize];
                }
                Ok(())
            })?;
            holders = by.iter().map(|&code| holders[code as usize]).collect();
            self.repeats = by.iter().map(|&code| self.repeats[code as usize]).collect();
        }
        let tags = StringViewArray::from_iter_values(by.iter().map(|&code| self.table.tag(code as usize)));
        if self.repeats.iter().all(|&repeats| repeats == 0) {
            self.repeats.clear();
        }
        let sets = TagSets::known(self.offsets, self.codes, holders, self.repeats);
        Ok(Encoded { sets, tags, null: self.null, empty: self.empty })
    }

    /// The codes there are in the order of their new numbers.
    fn sorted(&self, holders: &[u32], order: Order, interrupt: &Interrupt) -> Result<Vec<u32>> {
        let mut by: Vec<u32> = (0..self.table.len() as u32).collect();
        let by_name = |one: &u32, other: &u32| self.table.tag(*one as usize).cmp(self.table.tag(*other as usize));
        let count = |code: &u32| Reverse(holders[*code as usize]);
        match order {
            Order::Appearance => {}
            Order::Name => sort_by(&mut by, interrupt, by_name)?,
            Order::Count => sort_by(&mut by, interrupt, |one, other| {
                count(one).cmp(&count(other)).then_with(|| by_name(one, other))
            })?,
        }
        Ok(by)
    }
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
        // Neither pyarrow nor Polars looks at all of them.
        let offsets = lists.value_offsets();
        let within = offsets[0] >= 0 && offsets[lists.len()] <= values.len() as i64;
        if !within || !offsets.is_sorted() {
            let found = "a list ends before it begins or outside its values, so this is not valid Arrow";
            return Err(Error::Malformed(format!("{found}; validate(full=True) of pyarrow says where")));
        }
        Ok(Self { lists, values })
    }
}

/// What one thread has seen of the rows.
#[derive(Default)]
struct Walk {
    table: Table,
    /// No row has more tags than there are codes.
    lengths: Vec<u32>,
    codes: Vec<u32>,
    /// How often rows repeated each tag; shorter if the last ones never were.
    repeats: Vec<u64>,
}

impl Walk {
    fn along(chunks: &[Chunk<'_>], rows: Range<usize>, interrupt: &Interrupt) -> Result<Self> {
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

    fn take(&mut self, chunk: &Chunk<'_>, rows: Range<usize>, interrupt: &Interrupt) -> Result<()> {
        let offsets = chunk.lists.value_offsets();
        self.codes.reserve((offsets[rows.end] - offsets[rows.start]) as usize);
        let first = self.lengths.len() as u32 + 1;
        for row in rows {
            let (before, number) = (self.codes.len(), self.lengths.len() as u32 + 1);
            // What lies under a null is not there.
            if chunk.lists.is_valid(row) {
                for place in offsets[row] as usize..offsets[row + 1] as usize {
                    interrupt.step()?;
                    if chunk.values.is_valid(place) {
                        match self.table.code(chunk.values, place, first, number) {
                            (code, false) => self.codes.push(code),
                            (code, true) => self.repeat(code as usize),
                        }
                    }
                }
            }
            self.lengths.push((self.codes.len() - before) as u32);
        }
        Ok(())
    }

    /// Counts a tag that its row has already.
    #[cold]
    fn repeat(&mut self, tag: usize) {
        self.repeats.resize(self.repeats.len().max(tag + 1), 0);
        self.repeats[tag] += 1;
    }
}
