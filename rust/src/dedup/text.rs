//! What is compared of a text: its runs of five characters, and the words that no copy may change.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::contaminate::is_unspaced;

/// Characters of a run.
const RUN: usize = 5;
/// Bits of a character.
const BITS: u32 = 21;

/// A text without differences of letter case, white space and forms of a character (NFKC).
pub(super) fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    if text.is_ascii() {
        collapse(text.bytes().map(|byte| char::from(byte.to_ascii_lowercase())), &mut normal);
    } else {
        collapse(text.nfkc().flat_map(char::to_lowercase), &mut normal);
    }
    normal
}

fn collapse(characters: impl Iterator<Item = char>, normal: &mut String) {
    let mut apart = false;
    for character in characters {
        if character.is_whitespace() {
            apart = !normal.is_empty();
        } else {
            if std::mem::take(&mut apart) {
                normal.push(' ');
            }
            normal.push(character);
        }
    }
}

/// Sets `runs` to the runs of five characters of a normal text, each once, as hashes in ascending order. A text of fewer
/// characters is one run; one without any has none.
pub(super) fn runs(normal: &str, runs: &mut Vec<u64>) {
    runs.clear();
    let mut packed = 0u128;
    let mut characters = 0;
    for character in normal.chars() {
        packed = (packed << BITS | u128::from(u32::from(character))) & ((1 << (BITS * RUN as u32)) - 1);
        characters += 1;
        if characters >= RUN {
            runs.push(mixed(packed as u64 ^ mixed((packed >> u64::BITS) as u64)));
        }
    }
    if (1..RUN).contains(&characters) {
        runs.push(mixed(packed as u64 ^ mixed((packed >> u64::BITS) as u64)));
    }
    runs.sort_unstable();
    runs.dedup();
}

/// Whether numbers and words with symbols keep texts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    Compared,
    Ignored,
}

impl Marks {
    pub(super) fn of(self, normal: &str) -> u64 {
        match self {
            Self::Compared => marks(normal),
            Self::Ignored => 0,
        }
    }
}

/// A hash of the numbers and of the words with symbols of a normal text, in their order: C, C++ and C# are three, and so
/// are two tasks that differ in a number.
fn marks(normal: &str) -> u64 {
    let between =
        |character: char| character == ' ' || is_unspaced(character) || ('\u{3000}'..='\u{303f}').contains(&character);
    normal.split(between).map(trimmed).filter(|word| is_marked(word)).fold(0, |marks, word| mixed(marks ^ hash(word)))
}

/// A word without the punctuation around it.
fn trimmed(word: &str) -> &str {
    let word = word.trim_end_matches(|character: char| is_punctuation(character));
    let inner = word.trim_start_matches(is_punctuation);
    // A point in front of a letter is a part of the word, as in .NET.
    let dotted = word.len() > inner.len() && word[..word.len() - inner.len()] == *"." && !inner.is_empty();
    if dotted { word } else { inner }
}

/// Punctuation that comes and goes without a change of meaning.
fn is_punctuation(character: char) -> bool {
    let special = matches!(character, '#' | '&' | '%' | '@' | '*' | '/' | '\\' | '_' | '†' | '‡' | '§');
    !special && character.general_category_group() == GeneralCategoryGroup::Punctuation
}

fn is_marked(word: &str) -> bool {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return false;
    }
    let marks = |character: char| match character.general_category_group() {
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark | GeneralCategoryGroup::Other => false,
        GeneralCategoryGroup::Punctuation => !is_punctuation(character),
        _ => true,
    };
    word.starts_with('.') || word.contains(marks)
}

/// A hash of a text, the same on any machine.
pub(super) fn hash(text: &str) -> u64 {
    let mut hash = text.len() as u64;
    for eight in text.as_bytes().chunks(8) {
        let mut bytes = [0; 8];
        bytes[..eight.len()].copy_from_slice(eight);
        hash = mixed(hash ^ u64::from_le_bytes(bytes));
    }
    hash
}

/// A bijection that spreads every bit over all (the finaliser of `SplitMix64`).
pub(crate) fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The share of runs of either text that both have.
#[expect(clippy::cast_precision_loss, reason = "no text has 2^53 characters")]
pub(super) fn jaccard(one: &[u64], other: &[u64]) -> f64 {
    let (mut left, mut right, mut both) = (0, 0, 0);
    while left < one.len() && right < other.len() {
        let (here, there) = (one[left], other[right]);
        both += usize::from(here == there);
        left += usize::from(here <= there);
        right += usize::from(there <= here);
    }
    let either = one.len() + other.len() - both;
    if either == 0 { 0.0 } else { both as f64 / either as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_apart(one: &str, other: &str) -> bool {
        marks(&normal(one)) != marks(&normal(other))
    }

    /// The first two numbers that `SplitMix64` gives from 0.
    #[test]
    fn numbers_are_mixed_as_published() {
        assert_eq!(mixed(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mixed(0x9e37_79b9_7f4a_7c15), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn case_and_space_do_not_count() {
        assert_eq!(normal("  Write\n\tA  ＰＯＥＭ "), "write a poem");
        assert_eq!(normal("ÉTÉ  a"), "été a");
    }

    #[test]
    fn symbols_and_numbers_keep_texts_apart() {
        for (one, other) in [
            ("sort it in C", "sort it in C++"),
            ("sort it in C++.", "sort it in C#."),
            ("a list of 3 birds", "a list of 4 birds"),
            ("use .NET here", "use NET here"),
            ("costs $5", "costs €5"),
            ("add 3 to 5", "add 5 to 3"),
            ("计算3个苹果", "计算4个苹果"),
            ("read a/b", "read a/c"),
        ] {
            assert!(are_apart(one, other), "{one} {other}");
        }
    }

    #[test]
    fn punctuation_does_not() {
        for (one, other) in [
            ("Name (3) birds.", "name 3, birds"),
            ("don't stop", "dont stop"),
            ("a well-known 'fact'…", "a well known fact"),
            ("计算3个苹果。", "计算3个梨"),
        ] {
            assert!(!are_apart(one, other), "{one} {other}");
        }
    }

    #[test]
    fn runs_are_of_five_characters() {
        let mut found = Vec::new();
        for (text, count) in
            [("", 0), ("a", 1), ("abcd", 1), ("abcde", 1), ("abcdef", 2), ("aaaaaaaa", 1), ("小明有三个苹", 2)]
        {
            runs(text, &mut found);
            assert_eq!(found.len(), count, "{text}");
        }
        let mut other = Vec::new();
        runs("abcdefghij", &mut found);
        runs("abcdefghix", &mut other);
        assert!((jaccard(&found, &other) - 5.0 / 7.0).abs() < 1e-12);
    }
}
