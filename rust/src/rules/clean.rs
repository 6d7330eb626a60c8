//! One spelling for every way to write a tag: lower case, special characters as spaces.
//!
//! A special character is removed only if it says nothing. `C++`, `C#`, `.NET`, `Node.js`, `A*`, `R&D`, `GPT-4.1`, `50%`
//! and `-5` are other tags without theirs, and letters, marks, digits and symbols of every script stay.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Passes after which a tag no longer changes. Two were enough for all tags so far; the bound is for safety.
const PASSES: usize = 8;

/// Cleans a tag. Cleaning twice changes nothing more, and only a blank tag becomes empty.
///
/// ```
/// use instag::clean;
///
/// assert_eq!(clean("  Data_Analysis "), "data analysis");
/// assert_eq!(clean("C++ (Programming-Language)"), "c++ programming language");
/// assert_eq!(clean("自然语言处理"), "自然语言处理");
/// assert_eq!(clean(":)"), ":)"); // nothing but special characters: as it is
/// ```
#[must_use]
pub fn clean(tag: &str) -> String {
    if let Some(cleaned) = plain(tag) {
        return cleaned;
    }
    let mut cleaned = pass(tag);
    for _ in 1..PASSES {
        let again = pass(&cleaned);
        if again == cleaned {
            break;
        }
        cleaned = again;
    }
    cleaned
}

/// Most tags are words of ASCII, with nothing between them that could mean anything: these take one look.
fn plain(tag: &str) -> Option<String> {
    let mut text = String::with_capacity(tag.len());
    let mut apart = false;
    let bytes = tag.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                if apart && !text.is_empty() {
                    text.push(' ');
                }
                text.push(char::from(byte.to_ascii_lowercase()));
                apart = false;
            }
            // This may be a negative number.
            b'-' if (at == 0 || bytes[at - 1] == b' ') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                return None;
            }
            b' ' | b'-' | b'_' | b'/' | b',' => apart = true,
            _ => return None,
        }
    }
    (!text.is_empty()).then_some(text)
}

fn pass(tag: &str) -> String {
    let folded = fold(tag);
    let unabbreviated = join_pluses(&join_initials(&folded));
    let spaced = space(&unabbreviated);
    [spaced, folded, tag.chars().collect()]
        .into_iter()
        .map(|chars| collapse(&chars))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// One form of every character: compatibility forms, lower case, one apostrophe. Possessives go, and so do apostrophes,
/// but for those between digits, which keep feet and inches apart.
fn fold(tag: &str) -> Vec<char> {
    let plain: String = tag.chars().filter(|&c| !matches!(c, '™' | '®' | '©')).map(straight).collect();
    let lower: String = normal(&plain).to_lowercase().replace('ß', "ss").replace('ς', "σ");
    let mut chars: Vec<char> = normal(&lower).chars().collect();
    // Lower case of the Turkish dotted capital.
    remove(&mut chars, |chars, at| chars[at] == '\u{307}' && at > 0 && chars[at - 1] == 'i');
    remove(&mut chars, |chars, at| {
        let before = |back: usize| at >= back && is_word(chars[at - back]);
        let ends = |ahead: usize| !chars.get(at + ahead).copied().is_some_and(is_word);
        let apostrophe_s = chars[at] == '\'' && before(1) && chars.get(at + 1) == Some(&'s') && ends(2);
        let s_of_it = chars[at] == 's' && at > 0 && chars[at - 1] == '\'' && before(2) && ends(1);
        apostrophe_s || s_of_it
    });
    let is_digit = |at: usize| chars.get(at).copied().is_some_and(char::is_numeric);
    let between: Vec<usize> =
        (1..chars.len()).filter(|&at| chars[at] == '\'' && is_digit(at - 1) && is_digit(at + 1)).collect();
    for at in between {
        chars[at] = ' ';
    }
    chars.retain(|&c| c != '\'');
    chars
}

fn straight(c: char) -> char {
    match c {
        '’' | '‘' | '`' | 'ʼ' => '\'',
        '♯' => '#',
        '−' => '-',
        _ => c,
    }
}

fn normal(text: &str) -> String {
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfkc().collect() }
}

/// Removes the characters that `out` picks; it sees them all as they were.
fn remove(chars: &mut Vec<char>, out: impl Fn(&[char], usize) -> bool) {
    let kept = (0..chars.len()).filter(|&at| !out(chars, at)).map(|at| chars[at]).collect();
    *chars = kept;
}

/// Turns special characters that say nothing into spaces.
fn space(chars: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    for (at, &c) in chars.iter().enumerate() {
        let before = if at > 0 { chars[at - 1] } else { ' ' };
        let after = chars.get(at + 1).copied().unwrap_or(' ');
        match c {
            '+' | '#' if sticks(chars, at, &mut out) => out.push(c),
            '+' if before.is_whitespace() && after.is_whitespace() && joins(&out, &chars[at + 1..]) => {
                out.extend(" and ".chars());
            }
            '-' if after.is_numeric() && (before.is_whitespace() || matches!(before, '(' | '[')) => out.push(c),
            '.' if after.is_alphanumeric() && (before.is_alphanumeric() || opens(before)) => out.push(c),
            '*' if before.is_alphanumeric() && (at < 2 || !chars[at - 2].is_alphanumeric()) => out.push(c),
            '&' if is_one_letter(chars, at) => out.push(c),
            '&' => out.extend(" and ".chars()),
            '%' if before.is_numeric() => out.push(c),
            _ if is_kept(c) => out.push(c),
            _ if c.general_category() == GeneralCategory::Format => {}
            _ => out.push(' '),
        }
    }
    out
}

fn opens(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | '[' | '/' | ',' | '-')
}

/// Whether a plus or a sharp belongs to the word before it, as in `c++`, `c#`, `g++` and `c++17`. It may stand apart
/// from it, as in `C ++` and `C #`: the space goes. A plus between two words joins them.
fn sticks(chars: &[char], at: usize, out: &mut Vec<char>) -> bool {
    let (c, after) = (chars[at], chars.get(at + 1).copied().unwrap_or(' '));
    if c == '#' && after.is_alphanumeric() {
        return false;
    }
    let word = |ahead: &[char]| ahead.len() > 1 && ahead[..2].iter().all(|c| c.is_alphabetic());
    let letters_before = out.iter().rev().take(2).filter(|c| c.is_alphabetic()).count();
    if c == '+' && letters_before == 2 && word(&chars[at + 1..]) {
        return false;
    }
    if out.last().is_some_and(|&last| last.is_alphanumeric() || matches!(last, '+' | '#')) {
        return !chars[at - 1].is_whitespace();
    }
    let letter = out.len() > 1 && out[out.len() - 2].is_alphabetic() && out.last() == Some(&' ');
    let alone = letter && (out.len() < 3 || out[out.len() - 3] == ' ');
    let apart = alone && chars[at - 1] == ' ' && (c == '#' || after == '+');
    if apart {
        out.pop();
    }
    apart
}

/// Whether there is a word on both sides of a plus, and neither is a number.
fn joins(before: &[char], after: &[char]) -> bool {
    let is_word = |c: Option<&char>| c.is_some_and(|c| !c.is_numeric());
    let (left, right) = (before.iter().rfind(|c| !c.is_whitespace()), after.iter().find(|c| !c.is_whitespace()));
    is_word(left) && is_word(right) && right != Some(&'+')
}

/// Whether an ampersand stands in `r&d`, `q&a` or `at&t`, rather than between words.
fn is_one_letter(chars: &[char], at: usize) -> bool {
    let run = |next: &dyn Fn(usize) -> Option<usize>| {
        (1..).map_while(next).take_while(|&place| chars.get(place).is_some_and(|c| c.is_alphanumeric())).count()
    };
    let (left, right) = (run(&|step| at.checked_sub(step)), run(&|step| Some(at + step)));
    left > 0 && right > 0 && (left == 1 || right == 1)
}

/// Letters, marks and digits of every script, the joiners of Persian, Indic and emoji, symbols and currency.
fn is_kept(c: char) -> bool {
    if c.is_ascii_alphanumeric() || matches!(c, '\u{200c}' | '\u{200d}') {
        return true;
    }
    match c.general_category_group() {
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark | GeneralCategoryGroup::Number => true,
        GeneralCategoryGroup::Symbol => match c.general_category() {
            GeneralCategory::OtherSymbol | GeneralCategory::CurrencySymbol => true,
            _ => !c.is_ascii(),
        },
        _ => false,
    }
}

/// Writes initials without their full stops: `u.s.` is `us`, `e.g.` is `eg`; `a.net` stays.
fn join_initials(chars: &[char]) -> Vec<char> {
    let mut joined = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let apart = at == 0 || !(is_word(chars[at - 1]) || chars[at - 1] == '.');
        let (letters, end) = if apart { initials(chars, at) } else { (0, at) };
        if letters < 2 {
            joined.push(chars[at]);
            at += 1;
            continue;
        }
        joined.extend(chars[at..end].iter().filter(|&&c| c != '.'));
        if chars.get(end).copied().is_some_and(is_word) {
            joined.push(' ');
        }
        at = end;
    }
    joined
}

/// How many initials begin at a place, and where they end.
fn initials(chars: &[char], start: usize) -> (usize, usize) {
    let (mut letters, mut at) = (0, start);
    while chars.get(at).copied().is_some_and(char::is_alphabetic) && chars.get(at + 1) == Some(&'.') {
        letters += 1;
        at += 2;
    }
    let alone = !chars.get(at + 1).copied().is_some_and(is_word);
    if chars.get(at).copied().is_some_and(char::is_alphabetic) && alone {
        return (letters + 1, at + 1);
    }
    (letters, at)
}

/// Writes two pluses that stand apart as one word: `c + +` is `c ++`.
fn join_pluses(chars: &[char]) -> Vec<char> {
    let is_blank = |at: usize| chars.get(at).is_none_or(|c| c.is_whitespace());
    let mut joined = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        joined.push(chars[at]);
        let alone = chars[at] == '+' && (at == 0 || is_blank(at - 1)) && is_blank(at + 1);
        let next = at + 1 + chars[at + 1..].iter().take_while(|c| c.is_whitespace()).count();
        let two = alone && chars.get(next) == Some(&'+') && is_blank(next + 1);
        at = if two { next } else { at + 1 };
    }
    joined
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Words with one space between them.
fn collapse(chars: &[char]) -> String {
    let mut text = String::with_capacity(chars.len());
    for word in chars.split(|c| c.is_whitespace()).filter(|word| !word.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn plain_tags_need_no_more_than_one_look(tag in "[aszAZ09 _/,'.+-]{0,10}") {
            if let Some(cleaned) = plain(&tag) {
                prop_assert_eq!(pass(&tag), &*cleaned);
                prop_assert_eq!(pass(&cleaned), cleaned);
            }
        }

        #[test]
        fn most_tags_are_plain(tag in "[ _/,-]{0,3}[a-zA-Z][a-zA-Z0-9]{0,2}([ _/,-]{1,2}[a-zA-Z][0-9]{0,2}){0,3}") {
            prop_assert_eq!(plain(&tag), Some(pass(&tag)));
        }
    }
}
