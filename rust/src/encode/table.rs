//! The distinct tags, each with its code.

use std::hash::{BuildHasher, Hasher};
use std::mem::size_of;
use std::ops::Range;

use arrow_array::StringViewArray;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// The longest string that lies in its view.
const INLINE: u32 = 12;

/// A short tag whole, as its view holds it; or the length and beginning of a long one, and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key(u64, u64);

impl Key {
    fn is_whole(self) -> bool {
        self.0 as u32 <= INLINE
    }

    /// A hash is only ever compared with others of the same run: nothing depends on it.
    #[inline]
    fn hash(self, state: &FixedState) -> u64 {
        if !self.is_whole() {
            return self.1;
        }
        let mut hasher = state.build_hasher();
        hasher.write_u128(u128::from(self.0) | u128::from(self.1) << u64::BITS);
        hasher.finish()
    }
}

/// What is known of a tag, all in one place: it is looked up for every tag of every row.
#[derive(Debug, Clone, Copy)]
struct Known {
    key: Key,
    /// The buffer and the offset in it where a long one was last seen: the same again needs no look at the text.
    seen: u64,
    code: u32,
    /// The last row that holds it, counted from 1.
    last: u32,
}

/// Codes in the order in which tags came first. The tags are copied, so that what they came in can go.
#[derive(Debug, Default, Clone)]
pub(super) struct Table {
    known: HashTable<Known>,
    keys: Vec<Key>,
    tags: Texts,
    /// The number of rows that hold each tag.
    holders: Vec<u32>,
    state: FixedState,
}

impl Table {
    /// The code of a value in a row, and whether the row has it already. Rows count from 1, and come one after the other;
    /// those from `first` on are of these values.
    #[inline]
    pub(super) fn code(&mut self, values: &StringViewArray, place: usize, first: u32, row: u32) -> (u32, bool) {
        let view = values.views()[place];
        let key = Key(view as u64, (view >> u64::BITS) as u64);
        let known = if key.is_whole() {
            // Most were seen before, and their text need not be looked at.
            self.place(key, |_| true, || values.value(place))
        } else {
            let tag = values.value(place);
            let mut hasher = self.state.build_hasher();
            hasher.write(tag.as_bytes());
            let known =
                self.place(Key(key.0, hasher.finish()), |other| other.last >= first && other.seen == key.1, || tag);
            known.seen = key.1;
            known
        };
        let (code, again) = (known.code, known.last == row);
        known.last = row;
        self.holders[code as usize] += u32::from(!again);
        (code, again)
    }

    /// Adds what another table knows of other rows; returns the codes that its tags have here.
    pub(super) fn join(&mut self, other: &Self, interrupt: &Interrupt) -> Result<Vec<u32>> {
        let code_of = |(code, &holders): (usize, &u32)| {
            interrupt.step()?;
            let key = other.keys[code];
            let code = self.place(key, |_| key.is_whole(), || other.tag(code)).code;
            self.holders[code as usize] += holders;
            Ok(code)
        };
        other.holders.iter().enumerate().map(code_of).collect()
    }

    /// The number of rows that hold each tag.
    pub(super) fn holders(&self) -> &[u32] {
        &self.holders
    }

    /// The number of tags.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The tag of a code.
    pub(super) fn tag(&self, code: usize) -> &str {
        self.tags.get(code)
    }

    /// Whether every tag has a code of its own.
    pub(super) fn check(&self) -> Result<()> {
        match u32::try_from(self.len()) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::TooMany(format!("expected less than 2^32 distinct tags; found {}", self.len()))),
        }
    }

    /// The place of a tag: one with the same key that is `known` to be the tag's or has the same text, or a new one.
    #[inline]
    fn place<'t>(&mut self, key: Key, known: impl Fn(&Known) -> bool, tag: impl Fn() -> &'t str) -> &mut Known {
        let Self { known: all, keys, tags, holders, state } = self;
        let same =
            |other: &Known| other.key == key && (known(other) || tags.bytes(other.code as usize) == tag().as_bytes());
        match all.entry(key.hash(state), same, |other| other.key.hash(state)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let code = keys.len() as u32;
                keys.push(key);
                tags.push(tag());
                holders.push(0);
                entry.insert(Known { key, seen: 0, code, last: 0 }).into_mut()
            }
        }
    }

    /// The memory it takes, in bytes.
    pub(super) fn size(&self) -> usize {
        let (known, key) = (size_of::<Known>() + 1, size_of::<Key>());
        self.known.capacity() * known
            + self.keys.capacity() * key
            + self.tags.size()
            + self.holders.capacity() * size_of::<u32>()
    }
}

/// Strings one after the other.
#[derive(Debug, Default, Clone)]
struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    fn get(&self, nth: usize) -> &str {
        &self.text[self.range(nth)]
    }

    /// The same, without a look at where characters begin.
    #[inline]
    fn bytes(&self, nth: usize) -> &[u8] {
        &self.text.as_bytes()[self.range(nth)]
    }

    #[inline]
    fn range(&self, nth: usize) -> Range<usize> {
        nth.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[nth]
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn size(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}
