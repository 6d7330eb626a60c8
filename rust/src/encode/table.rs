//! The distinct tags, each with its code.

use std::hash::{BuildHasher, Hasher};

use arrow_array::StringViewArray;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::error::{Error, Result};

/// The longest string that lies in its view.
const INLINE: u32 = 12;

/// A short tag whole, as its view holds it; or the length and beginning of a long one, and its hash.
#[derive(Clone, Copy, PartialEq, Eq)]
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

/// Codes in the order in which tags came first.
#[derive(Default)]
pub(super) struct Table<'a> {
    codes: HashTable<(Key, u32)>,
    tags: Vec<(Key, &'a str)>,
    state: FixedState,
}

impl<'a> Table<'a> {
    /// The code of a value.
    #[inline]
    pub(super) fn code(&mut self, values: &'a StringViewArray, place: usize) -> u32 {
        let view = values.views()[place];
        let key = Key(view as u64, (view >> u64::BITS) as u64);
        if key.is_whole() {
            // Most were seen before, and their text need not be looked at.
            return self.place(key, || values.value(place));
        }
        let tag = values.value(place);
        let mut hasher = self.state.build_hasher();
        hasher.write(tag.as_bytes());
        self.place(Key(key.0, hasher.finish()), || tag)
    }

    /// The codes here of the tags of another table.
    pub(super) fn join(&mut self, other: &Self) -> Vec<u32> {
        other.tags.iter().map(|&(key, tag)| self.place(key, || tag)).collect()
    }

    /// Whether every tag has a code of its own.
    pub(super) fn check(&self) -> Result<()> {
        match u32::try_from(self.tags.len()) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::TooMany(format!("expected less than 2^32 distinct tags; found {}", self.tags.len()))),
        }
    }

    /// The tag of each code.
    pub(super) fn tags(&self) -> StringViewArray {
        StringViewArray::from_iter_values(self.tags.iter().map(|(_, tag)| tag))
    }

    #[inline]
    fn place(&mut self, key: Key, tag: impl Fn() -> &'a str) -> u32 {
        let Self { codes, tags, state } = self;
        let same = |&(held, code): &(Key, u32)| held == key && (key.is_whole() || tags[code as usize].1 == tag());
        match codes.entry(key.hash(state), same, |(held, _)| held.hash(state)) {
            Entry::Occupied(entry) => entry.get().1,
            Entry::Vacant(entry) => {
                let code = tags.len() as u32;
                entry.insert((key, code));
                tags.push((key, tag()));
                code
            }
        }
    }
}
