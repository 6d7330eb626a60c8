//! The words of a text, as contamination compares them.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// What becomes of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// They are words like others.
    Kept,
    /// Every number is the word `0`, whatever its digits, points and commas.
    Masked,
}

/// Stands for a number that is masked.
const MASK: char = '0';

/// Hands the words of a text to `take`, one after the other: letters and digits (NFKC, lower case) between anything
/// else. Scripts that are written without spaces have a word for each character.
pub(super) fn each_word(text: &str, numbers: Numbers, word: &mut String, mut take: impl FnMut(&str)) {
    word.clear();
    if text.is_ascii() {
        split(text.bytes().map(|byte| char::from(byte.to_ascii_lowercase())), numbers, word, &mut take);
    } else {
        split(text.nfkc().flat_map(folded), numbers, word, &mut take);
    }
}

fn split(characters: impl Iterator<Item = char>, numbers: Numbers, word: &mut String, take: &mut impl FnMut(&str)) {
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            take(word);
            word.clear();
        }
    };
    let mut characters = characters.peekable();
    let mut in_number = false;
    while let Some(character) = characters.next() {
        if numbers == Numbers::Masked && character.is_numeric() {
            if !in_number {
                word.push(MASK);
            }
            in_number = true;
            continue;
        }
        let goes_on = in_number && matches!(character, '.' | ',') && characters.peek().is_some_and(|c| c.is_numeric());
        if goes_on {
            continue;
        }
        in_number = false;
        if is_unspaced(character) {
            end(word);
            word.push(character);
            end(word);
        } else if is_part_of_word(character) {
            word.push(character);
        } else {
            end(word);
        }
    }
    end(word);
}

/// A character in lower case. The ß becomes ss, as if it had been in capitals, and a final sigma becomes any other.
fn folded(character: char) -> impl Iterator<Item = char> {
    let (first, second) = match character {
        'ß' | 'ẞ' => (Some('s'), Some('s')),
        'ς' => (Some('σ'), None),
        _ => (None, None),
    };
    let lower = first.is_none().then(|| character.to_lowercase());
    first.into_iter().chain(second).chain(lower.into_iter().flatten())
}

fn is_part_of_word(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    character.is_alphanumeric() || character.general_category_group() == GeneralCategoryGroup::Mark
}

/// Whether the character is of a script that puts no spaces between words: Thai, Lao, Burmese, Khmer, Kana, Han.
pub(crate) fn is_unspaced(character: char) -> bool {
    matches!(
        character,
        '\u{0e01}'..='\u{0e4e}' | '\u{0e81}'..='\u{0ecd}' | '\u{1000}'..='\u{103f}' | '\u{1780}'..='\u{17d3}'
        | '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '々' | '〆'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, numbers: Numbers) -> Vec<String> {
        let mut words = Vec::new();
        each_word(text, numbers, &mut String::new(), |word| words.push(word.to_owned()));
        words
    }

    #[test]
    fn splits_at_all_but_letters_and_digits() {
        assert_eq!(words("  Don't “stop” $1,200.50!", Numbers::Kept), ["don", "t", "stop", "1", "200", "50"]);
        assert_eq!(words("Straße, ΣΊΣΥΦΟΣ", Numbers::Kept), words("STRASSE σίσυφος", Numbers::Kept));
        assert_eq!(words("Cafe\u{301} ＡＢ", Numbers::Kept), ["café", "ab"]);
    }

    #[test]
    fn takes_characters_for_words_where_none_are_spaced() {
        assert_eq!(words("计算3个苹果", Numbers::Kept), ["计", "算", "3", "个", "苹", "果"]);
        assert_eq!(words("カタカナ ok", Numbers::Kept), ["カ", "タ", "カ", "ナ", "ok"]);
        assert_eq!(words("한국어 문장", Numbers::Kept), ["한국어", "문장"]);
    }

    #[test]
    fn masks_whole_numbers() {
        assert_eq!(words("$1,200.50 for 3, 4x and v12.", Numbers::Masked), ["0", "for", "0", "0x", "and", "v0"]);
        assert_eq!(words("٣٤ и 5", Numbers::Masked), ["0", "и", "0"]);
    }
}
