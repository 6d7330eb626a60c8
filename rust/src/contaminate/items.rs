//! The items that must not be in the pool: their words, and where runs of these are found again.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::words::{Numbers, each_word};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// Stands for a word or run that no item has.
pub(super) const NONE: u32 = u32::MAX;
/// Words of a short run: what is kept of runs is built on these.
pub(super) const SHORT: usize = 4;
/// Words of a long run.
pub(super) const LONG: usize = 8;
/// Items of fewer words are found only if a text is nothing else: any text may hold the words in passing.
pub(super) const LEAST: usize = 3;

pub(super) type Map<K, V> = HashMap<K, V, FixedState>;

/// The items' words as numbers.
pub(super) struct Items {
    codes: Map<Box<str>, u32>,
    words: Vec<Box<str>>,
    pub(super) all: Vec<Vec<u32>>,
    numbers: Numbers,
}

impl Items {
    pub(super) fn new(items: &[&str], numbers: Numbers, least: usize, interrupt: &Interrupt) -> Result<Self> {
        let mut found =
            Self { codes: Map::default(), words: Vec::new(), all: Vec::with_capacity(items.len()), numbers };
        let mut buffer = String::new();
        for text in items {
            let mut item = Vec::new();
            each_word(text, numbers, &mut buffer, |word| item.push(found.code(word)));
            for _ in 0..=item.len() {
                interrupt.step()?;
            }
            if item.len() < least {
                item.clear();
            }
            found.all.push(item);
        }
        Ok(found)
    }

    fn code(&mut self, word: &str) -> u32 {
        if let Some(&code) = self.codes.get(word) {
            return code;
        }
        let code = self.words.len() as u32;
        self.words.push(word.into());
        self.codes.insert(word.into(), code);
        code
    }

    /// The number of different words.
    pub(super) fn n_words(&self) -> usize {
        self.words.len()
    }

    /// Puts the words of a text behind `codes`; [`NONE`] stands for those that no item has.
    pub(super) fn read(&self, text: &str, buffer: &mut String, codes: &mut Vec<u32>) {
        each_word(text, self.numbers, buffer, |word| codes.push(self.codes.get(word).copied().unwrap_or(NONE)));
    }

    /// The words of an item that lie in runs, with `…` between one run and the next.
    pub(super) fn shared(&self, item: usize, covered: &[bool]) -> String {
        let mut text = String::new();
        let mut apart = false;
        for (&code, &covered) in self.all[item].iter().zip(covered) {
            if covered {
                if !text.is_empty() {
                    text.push_str(if apart { " … " } else { " " });
                }
                text.push_str(&self.words[code as usize]);
            }
            apart = !covered;
        }
        text
    }
}
