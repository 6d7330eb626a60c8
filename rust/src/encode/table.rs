//! The distinct tags, each with its code.

use std::hash::{BuildHasher, Hasher};
use std::mem::size_of;

use arrow_array::StringViewArray;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::error::{Error, Result};

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

/// Codes in the order in which tags came first. The tags are copied, so that what they came in can go.
#[derive(Debug, Default)]
pub(super) struct Table {
    codes: HashTable<(Key, u32)>,
    keys: Vec<Key>,
    tags: Texts,
    state: FixedState,
}

impl Table {
    /// The code of a value.
    #[inline]
    pub(super) fn code(&mut self, values: &StringViewArray, place: usize) -> u32 {
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
        (0..other.len()).map(|code| self.place(other.keys[code], || other.tag(code))).collect()
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

    #[inline]
    fn place<'t>(&mut self, key: Key, tag: impl Fn() -> &'t str) -> u32 {
        let Self { codes, keys, tags, state } = self;
        let same = |&(held, code): &(Key, u32)| held == key && (key.is_whole() || tags.get(code as usize) == tag());
        match codes.entry(key.hash(state), same, |(held, _)| held.hash(state)) {
            Entry::Occupied(entry) => entry.get().1,
            Entry::Vacant(entry) => {
                let code = keys.len() as u32;
                entry.insert((key, code));
                keys.push(key);
                tags.push(tag());
                code
            }
        }
    }

    /// The memory it takes, in bytes.
    pub(super) fn size(&self) -> usize {
        let (entry, key) = (size_of::<(Key, u32)>() + 1, size_of::<Key>());
        self.codes.capacity() * entry + self.keys.capacity() * key + self.tags.size()
    }
}

/// Strings one after the other.
#[derive(Debug, Default)]
struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    fn get(&self, nth: usize) -> &str {
        &self.text[nth.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[nth]]
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn size(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}
