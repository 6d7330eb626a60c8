//! Signs that belong together: initials, and pluses that stand apart.

use super::clean::is_word;

/// Writes initials without their full stops: `u.s.` is `us`, `e.g.` is `eg`; `a.net` stays.
pub(super) fn join_initials(chars: &[char]) -> Vec<char> {
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
    if letters > 0 && chars.get(at).copied().is_some_and(char::is_alphabetic) && alone {
        return (letters + 1, at + 1);
    }
    (letters, at)
}

/// Writes two pluses that stand apart as one word: `c + +` is `c ++`.
pub(super) fn join_pluses(chars: &[char]) -> Vec<char> {
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
